// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's messages about a disk since boot.
 */
#include <stdio.h>
#include <string.h>

#include "advise/facts.h"
#include "disk/log-line.h"
#include "lib/ranges.h"

#define LINE_SIZE	1024
#define HOUR		3600

struct disk_log {
	struct disk_facts *facts;
	const char *disk;
	const char *path;
	double now;
	struct ranges bad;
	struct ranges writes;
	struct ranges hour;
};

/* Whether @name is a component of the path. */
static bool is_part(const char *path, const char *name)
{
	size_t size = strlen(name);
	const char *p;

	for (p = strstr(path, name); size && p; p = strstr(p + 1, name))
		if (p > path && p[-1] == '/' && (p[size] == '/' || !p[size]))
			return true;
	return false;
}

static void add(struct ranges *ranges, uint64_t place)
{
	ranges_add(ranges, place, (wide)place + 1);
}

static void take_bad(struct disk_log *reader, const struct log_event *event)
{
	add(&reader->bad, event->place);
	if (event->write)
		add(&reader->writes, event->place);
	if (event->has_time && event->time <= reader->now && reader->now - event->time <= HOUR)
		add(&reader->hour, event->place);
}

/* Earlier messages may concern another disk with the same name. */
static void begin_anew(struct disk_log *reader)
{
	reader->facts->log = (struct log_facts) { .read = true };
	ranges_free(&reader->bad);
	ranges_free(&reader->writes);
	ranges_free(&reader->hour);
}

static void take(struct disk_log *reader, const struct log_event *event)
{
	struct log_facts *log = &reader->facts->log;
	bool named = !strcmp(event->device, reader->disk);
	bool on_way = named || is_part(reader->path, event->device);

	if (event->kind == LOG_BOOT || (event->kind == LOG_ATTACHED && named))
		begin_anew(reader);
	else if (event->kind == LOG_MEDIUM && named)
		take_bad(reader, event);
	else if (event->kind == LOG_IO && named)
		log->other++;
	else if (event->kind == LOG_LINK && on_way)
		log->link++;
	else if (event->kind == LOG_GONE && on_way)
		log->gone = true;
}

static uint64_t distinct(struct ranges *ranges)
{
	uint64_t total;

	ranges_merge(ranges);
	total = ranges_total(ranges);
	ranges_free(ranges);
	return total;
}

static const char *next_line(const char *text, char line[LINE_SIZE])
{
	size_t size = strcspn(text, "\n");

	snprintf(line, LINE_SIZE, "%.*s", (int)size, text);
	return text + size + (text[size] == '\n');
}

/* The time of the last line that has one. */
static double last_time(const char *text)
{
	struct log_event event;
	char line[LINE_SIZE];
	double last = 0;

	while (*text) {
		text = next_line(text, line);
		log_line_parse(line, &event);
		if (event.has_time)
			last = event.time;
	}
	return last;
}

void facts_from_log(struct disk_facts *facts, const char *text, const char *disk,
		    const char *device_path, double now)
{
	struct disk_log reader = { .facts = facts, .disk = disk, .path = device_path };
	double last = last_time(text);
	struct log_reader log = {};
	struct log_event event;
	char line[LINE_SIZE];

	/* the clock of the messages may be a little ahead of the caller's */
	reader.now = last > now ? last : now;
	facts->log.read = true;
	while (*text) {
		text = next_line(text, line);
		if (log_reader_next(&log, line, &event))
			take(&reader, &event);
	}
	facts->log.bad = distinct(&reader.bad);
	facts->log.bad_writes = distinct(&reader.writes);
	facts->log.bad_hour = distinct(&reader.hour);
}
