// SPDX-License-Identifier: GPL-2.0
/*
 * What reached the disks, and when.
 *
 * A log of dm-log-writes contains everything that was written.  But it records a write that is
 * not FUA only at the next flush, after later FUA writes, and two logs have no common order.
 * So the times at which writes and flushes were issued and completed are taken from the trace
 * events of the block layer, with a clock that only counts events.  The same trace contains
 * marks for the ops of the workload.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"

#define TRACING "/sys/kernel/tracing/"

/* Spacing of events, which leaves times in between for other entries. */
#define TICKS 4

static const char * const events[] = { "block_bio_queue", "block_bio_complete" };
static struct dm traced[NR_DISKS];
static int marker = -1;

static void trace_set(const char *name, const char *value)
{
	char path[128];
	int error;

	snprintf(path, sizeof(path), TRACING "%s", name);
	error = put_file(path, "%s", value);
	if (error)
		die("%s: %s", path, strerror(error));
}

static void trace_events(const char *attribute, const char *value)
{
	char name[128];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "events/block/%s/%s", events[i], attribute);
		trace_set(name, value);
	}
}

static u32 kernel_dev(const struct dm *dm)
{
	return dm->major << 20 | dm->minor;
}

void trace_begin(const struct dm *main, const struct dm *spare)
{
	char filter[128];

	traced[MAIN] = *main;
	traced[SPARE] = *spare;
	trace_set("tracing_on", "0");
	trace_set("buffer_size_kb", "16384");
	/* A change of the clock also empties the buffer. */
	trace_set("trace_clock", "local");
	trace_set("trace_clock", "counter");
	snprintf(filter, sizeof(filter), "dev == %u || dev == %u", kernel_dev(main),
		 kernel_dev(spare));
	trace_events("filter", filter);
	trace_events("enable", "1");
	if (marker < 0)
		marker = open(TRACING "trace_marker", O_WRONLY | O_CLOEXEC);
	if (marker < 0)
		die("trace_marker: %s", strerror(errno));
	trace_set("tracing_on", "1");
}

void trace_mark(bool begin, unsigned int op)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%c %u\n", begin ? 'b' : 'e', op);

	if (write(marker, text, n) != n)
		die("trace_marker: %s", strerror(errno));
}

void trace_end(void)
{
	/* The events stay enabled, see tests/crash/setup. */
	trace_set("tracing_on", "0");
}

/* --- logs ------------------------------------------------------------------------ */

struct log_super {
	u64 magic, version, nr_entries;
	u32 sectorsize;
};

struct log_entry {
	u64 sector, nr_sectors, flags, data_len;
};

#define LOG_MAGIC	0x6a736677736872ULL
#define LOG_FLUSH	1
#define LOG_FUA		2
#define LOG_DISCARD	4
#define LOG_MARK	8

struct io *read_log(const char *path, unsigned int *nr, char **log)
{
	static u8 sector[SECTOR] __aligned(4096);
	struct log_super *super = (void *)sector;
	struct log_entry *entry;
	u64 i, entries, end = 1;
	struct io *ios = NULL;
	int fd = open_device(path);
	char *data;

	if (!read_all(fd, sector, SECTOR, 0) || super->magic != LOG_MAGIC)
		die("%s: no log", path);
	entries = super->nr_entries;
	for (i = 0; i < entries; i++) {
		if (!read_all(fd, sector, SECTOR, end))
			die("%s: the log cannot be read", path);
		entry = (void *)sector;
		end += 1 + entry->nr_sectors;
	}
	data = xalloc(end * SECTOR);
	if (!read_all(fd, data, end * SECTOR, 0))
		die("%s: the log cannot be read", path);
	close(fd);

	*nr = 0;
	for (i = 0, end = 1; i < entries; i++) {
		entry = (void *)(data + end * SECTOR);
		end += 1 + entry->nr_sectors;
		if (entry->flags & LOG_MARK)
			continue;
		if (entry->flags & LOG_DISCARD)
			die("%s: a discard", path);
		ios = one_more(ios, *nr, sizeof(*ios));
		ios[(*nr)++] = (struct io) {
			.sector = entry->sector,
			.sectors = entry->nr_sectors,
			.fua = entry->flags & LOG_FUA,
			.data = (u8 *)(entry + 1) + SECTOR - sizeof(*entry),
		};
	}
	*log = data;
	return ios;
}

/* --- the trace ------------------------------------------------------------------- */

struct event {
	u64 time;
	int disk;
	char how[16];
	u64 sector;
	u32 sectors;
	int error;
};

static bool parse_event(char *line, const char *name, struct event *e)
{
	unsigned int major, minor;
	char word[64], *at;

	snprintf(word, sizeof(word), ": %s: ", name);
	at = strstr(line, word);
	if (!at)
		return false;
	if (sscanf(at + strlen(word), "%u,%u %15s %llu + %u [%d", &major, &minor, e->how,
		   &e->sector, &e->sectors, &e->error) < 5)
		die("trace: %s", line);
	*at = 0;
	e->time = strtoull(strrchr(line, ' ') + 1, NULL, 10) * TICKS;
	for (e->disk = 0; e->disk < NR_DISKS; e->disk++)
		if (traced[e->disk].major == major && traced[e->disk].minor == minor)
			return !strchr(e->how, 'R') && !strchr(e->how, 'D');
	die("trace: a device that was not asked for: %u,%u", major, minor);
}

static void queue(struct timeline *t, const struct event *e)
{
	bool flush = *e->how == 'F';
	const char *op = e->how + flush;
	struct io io = {
		.disk = e->disk,
		.queued = e->time,
		.done = NEVER,
	};

	if (flush) {
		t->ios = one_more(t->ios, t->nr, sizeof(io));
		t->ios[t->nr++] = io;
		if (!e->sectors)
			return;
		/* A flush before a write: no event shows when it is done. */
		t->ios[t->nr - 1].done = e->time + 1;
		io.queued = e->time + 2;
	}
	io.sector = e->sector;
	io.sectors = e->sectors;
	io.fua = strchr(op + 1, 'F');
	t->ios = one_more(t->ios, t->nr, sizeof(io));
	t->ios[t->nr++] = io;
}

static void complete(struct timeline *t, const struct event *e)
{
	unsigned int i;

	for (i = t->nr; i--; ) {
		struct io *io = &t->ios[i];

		if (io->done == NEVER && io->disk == (enum disk)e->disk &&
		    io->sectors == e->sectors && (!e->sectors || io->sector == e->sector)) {
			io->done = e->time;
			io->failed = e->error;
			return;
		}
	}
	die("trace: what ends at %llu never began", e->time);
}

static void mark(struct workload *w, char *line)
{
	char *at = strstr(line, ": tracing_mark_write: "), which;
	unsigned int op;
	u64 time;

	if (!at || sscanf(at + 22, "%c %u", &which, &op) != 2 || op >= w->nr)
		die("trace: %s", line);
	*at = 0;
	time = strtoull(strrchr(line, ' ') + 1, NULL, 10) * TICKS;
	if (which == 'b')
		w->ops[op].started = time;
	else
		w->ops[op].ended = time;
}

static void read_trace(struct timeline *t, struct workload *w)
{
	char *text = get_file(TRACING "trace", NULL), *line, *next;
	struct event e;

	for (line = text; *line; line = next) {
		next = strchr(line, '\n');
		if (!next)
			break;
		*next++ = 0;
		e.error = 0;
		if (*line == '#')
			continue;
		if (strstr(line, ": block_bio_queue: ")) {
			if (parse_event(line, "block_bio_queue", &e))
				queue(t, &e);
		} else if (strstr(line, ": block_bio_complete: ")) {
			if (parse_event(line, "block_bio_complete", &e))
				complete(t, &e);
		} else if (strstr(line, "tracing_mark_write")) {
			mark(w, line);
		} else {
			die("trace: %s", line);
		}
	}
	free(text);
}

/* --- both together --------------------------------------------------------------- */

static int by_done(const void *a, const void *b)
{
	const struct io *x = a, *y = b;

	return x->done < y->done ? -1 : x->done > y->done;
}

/* Entries of the log that are already assigned are marked as queued. */
static bool is_entry(const struct io *entry, const struct io *io)
{
	if (entry->queued || entry->sectors != io->sectors)
		return false;
	return !io->sectors || (entry->sector == io->sector && entry->fua == io->fua);
}

/* The log has writes to the same place in the order in which they completed. */
static void take_data(struct timeline *t, unsigned int disk, const char *path)
{
	unsigned int i, j, nr, first = 0, left = 0;
	struct io *log = read_log(path, &nr, &t->log[disk]);

	for (i = 0; i < t->nr; i++) {
		struct io *io = &t->ios[i];

		if (io->disk != disk)
			continue;
		while (first < nr && log[first].queued)
			first++;
		for (j = first; j < nr && !is_entry(&log[j], io); j++)
			;
		if (j == nr)
			die("%s: not in the log: %u sectors at %llu, time %llu", path, io->sectors,
			    io->sector, io->done);
		log[j].queued = 1;
		io->data = log[j].data;
	}
	for (j = 0; j < nr; j++)
		left += !log[j].queued;
	if (left)
		die("%s: %u of %u entries are not in the trace", path, left, nr);
	free(log);
}

static void find_durable(struct timeline *t)
{
	unsigned int i, j;

	for (i = 0; i < t->nr; i++) {
		struct io *io = &t->ios[i];

		io->durable = io->fua && !io->failed ? io->done : NEVER;
		if (!io->sectors || io->fua || io->failed)
			continue;
		for (j = i + 1; j < t->nr && io->durable == NEVER; j++)
			if (!t->ios[j].sectors && t->ios[j].disk == io->disk && !t->ios[j].failed &&
			    t->ios[j].queued > io->done)
				io->durable = t->ios[j].done;
	}
}

void read_timeline(struct timeline *t, struct workload *w)
{
	unsigned int i;

	memset(t, 0, sizeof(*t));
	read_trace(t, w);
	qsort(t->ios, t->nr, sizeof(*t->ios), by_done);
	if (!t->nr || t->ios[t->nr - 1].done == NEVER)
		die("trace: something never ended");
	for (i = 0; i < w->nr; i++)
		if (!w->ops[i].started || !w->ops[i].ended)
			die("trace: no mark of op %u", i);
	take_data(t, MAIN, "/dev/mainlog");
	take_data(t, SPARE, "/dev/sparelog");
	find_durable(t);
}

void free_timeline(struct timeline *t)
{
	free(t->ios);
	free(t->log[MAIN]);
	free(t->log[SPARE]);
}
