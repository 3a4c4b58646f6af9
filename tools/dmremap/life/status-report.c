// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/kernel.h"
#include "lib/plural.h"
#include "kernel/disk-name.h"
#include "lib/shell-word.h"
#include "life/copy-find.h"
#include "life/memory.h"
#include "life/state.h"
#include "life/status-log.h"
#include "life/status-report.h"
#include "lib/encode.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/util.h"
#include "sets/registry.h"
#include "sets/replace-by.h"
#include "sets/spare-rate.h"
#include "show/human.h"

/* If the spare lasts longer than the life of a disk, no date is printed. */
#define FORECAST_DAYS	3650

/* Read numbers of an active set, which may have been removed by now. */
static bool get(const struct status_row *row, const char *attribute, uint64_t *value)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	return row->active && !kernel_read(TREE_CONFIG, row->name, attribute, text) &&
	       number_take(&p, value);
}

/* Sysfs has nothing of a disk that has left; what this host has recorded tells which one it was. */
static void show_gone(FILE *out, const char *role, const char *number, const char *id)
{
	fprintf(out, "  %-8s %s, which has left the system", role, number);
	if (registry_is_identity(id))
		fprintf(out, "; this host knows it as %s", id);
	putc('\n', out);
}

static void show_disk(FILE *out, const char *role, const char *number, const char *id)
{
	struct disk_name name;
	char size[HUMAN_SIZE];
	struct blockdev dev;

	if (!*number) {
		fprintf(out, "  %-8s missing\n", role);
		return;
	}
	if (blockdev_gone(number)) {
		show_gone(out, role, number, id);
		return;
	}
	disk_name_find(&name, number);
	if (!blockdev_by_number(&dev, number)) {
		fprintf(out, "  %-8s %s\n", role, number);
		return;
	}
	fprintf(out, "  %-8s %s, %s", role, dev.path, human_bytes(size, dev.sectors * 512.0));
	if (*name.model)
		fprintf(out, ", %s", name.model);
	if (*name.serial)
		fprintf(out, ", serial %s", name.serial);
	putc('\n', out);
}

static void show_blocks(FILE *out, const struct status_row *row)
{
	uint64_t block, moved, pending = 0, left = 0, total;
	char a[HUMAN_SIZE], b[HUMAN_SIZE], c[HUMAN_SIZE];

	if (!get(row, "block_size", &block) || !get(row, "remaps/count", &moved) ||
	    !get(row, "remaps/capacity", &total))
		return;
	get(row, "remaps/pending", &pending);
	get(row, "spare/free", &left);
	fprintf(out, "  %-8s %llu block%s of %s, %s in all\n", "moved", LLU(moved), plural(moved),
		human_bytes(a, block), human_bytes(b, (double)moved * block));
	if (pending)
		fprintf(out, "  %-8s %llu block%s that the main cannot read; the next write moves %s\n",
			"pending", LLU(pending), plural(pending), pending == 1 ? "it" : "them");
	fprintf(out, "  %-8s %s of %s (%llu block%s)\n", "free",
		human_bytes(a, (double)left * block), human_bytes(c, (double)total * block),
		LLU(left), plural(left));
}

static void show_rate(FILE *out, const struct status_row *row)
{
	double days = spare_rate_days(row->name);
	struct spare_rate rate;
	char day[16];
	time_t full;
	struct tm tm;

	if (!row->active || !spare_rate_read(row->name, &rate))
		return;
	fprintf(out, "  %-8s %llu block%s in the last hour, %llu in 24 hours, %llu in 30 days, by %s\n",
		"rate", LLU(rate.hour), plural(rate.hour), LLU(rate.day), LLU(rate.month),
		rate.month == 1 ? "itself" : "themselves");
	if (days < 0 || days > FORECAST_DAYS)
		return;
	full = time(NULL) + days * 86400;
	strftime(day, sizeof(day), "%F", localtime_r(&full, &tm));
	fprintf(out, "  %-8s the spare is full about %s at this rate\n", "forecast", day);
}

static bool find_replace(const struct status_row *row, struct replace_by *by)
{
	return row->active && replace_by_find(by, row->name, row->uuid, row->main);
}

static void show_replace(FILE *out, const struct status_row *row)
{
	struct replace_by by;
	const char *how;
	char day[16];
	struct tm tm;

	if (!find_replace(row, &by))
		return;
	strftime(day, sizeof(day), "%F", localtime_r(&by.when, &tm));
	if (replace_by_days(&by))
		how = "by";
	else
		how = by.when + 86400 > time(NULL) ? "today," : "without delay: it was due on";
	fprintf(out, "  %-8s the main %s %s. %s\n", "replace", how, day, by.reason);
}

/* Without a storm limit, an outage of a few seconds can move thousands of blocks. */
static void show_no_limit(FILE *out, const struct status_row *row)
{
	uint64_t limit;

	if (get(row, "errors/storm_limit", &limit) && !limit)
		fprintf(out, "  %-8s none (errors/storm_limit is 0): if the main, its cable or its controller fails for some seconds, automatic remapping can use up the spare. \"dmremap set %s errors/storm_limit=128\" sets one.\n",
			"limit", shell_word(row->name));
}

/* Print when the state began, if a monitor has recorded it. */
static uint64_t state_since(const struct status_row *row)
{
	const struct memory_set *set;
	struct memory memory;
	uint64_t since = 0;

	memory_read(&memory, MEMORY_FILE);
	set = memory_find(&memory, *row->uuid ? row->uuid : row->name);
	if (set && !strcmp(set->state, row->state))
		since = set->since;
	memory_free(&memory);
	return since;
}

static void show_since(FILE *out, const struct status_row *row)
{
	time_t since = state_since(row);
	char text[32];
	struct tm tm;

	if (!since)
		return;
	strftime(text, sizeof(text), "%F %H:%M", localtime_r(&since, &tm));
	fprintf(out, "  %-8s %s\n", "since", text);
}

static bool find_copy(struct copy_found *found, const struct status_row *row)
{
	return row->active && copy_find(found, row->uuid, row->name);
}

void status_report_copy(FILE *out, const struct status_row *row)
{
	char there[HUMAN_SIZE], all[HUMAN_SIZE];
	struct copy_found found;

	if (!find_copy(&found, row))
		return;
	if (!found.there) {
		fprintf(out, "  %-8s to a new main was interrupted, and the new disk is not there. \"dmremap replace %s NEWDISK\" goes on when it is; \"dmremap replace --forget %s\" gives it up.\n",
			"copy", shell_word(row->name), shell_word(row->name));
		return;
	}
	human_bytes(there, found.copied * 512.0);
	human_bytes(all, found.sectors * 512.0);
	if (found.running)
		fprintf(out, "  %-8s to %s is under way: it has %s of %s.\n", "copy",
			found.disk.path, there, all);
	else
		fprintf(out, "  %-8s to %s was interrupted: it has %s of %s. \"dmremap replace %s %s\" goes on; \"dmremap replace --forget %s\" gives it up.\n",
			"copy", found.disk.path, there, all, shell_word(row->name),
			shell_word(found.disk.path), shell_word(row->name));
	if (found.failed)
		fprintf(out, "  %-8s fail where nothing had been written since the copy began: the spare cannot record them. Giving the copy up lets them go on.\n",
			"writes");
}

static void add_copy(struct json_object *object, const struct status_row *row)
{
	struct json_object *copy = NULL;
	struct copy_found found;

	if (find_copy(&found, row)) {
		copy = json_object_new_object();
		json_add_flag(copy, "running", found.running);
		json_add_string(copy, "disk", found.there ? found.disk.path : "");
		json_add_number(copy, "copied_sectors", found.copied);
	}
	json_object_object_add(object, "copy", copy);
}

static void show_next(FILE *out, const struct status_row *row, const struct state_words *words)
{
	if (!*words->next)
		return;
	fputs("  next     ", out);
	/* the formats are constants in state.c, which may use the name more than once */
	fprintf(out, words->next, shell_word(row->name));
	putc('\n', out);
}

void status_report(FILE *out, const struct status_row *row)
{
	const struct state_words *words = state_words(row);
	struct registered known;

	if (!registry_find(&known, row->uuid))
		known = (struct registered) {};
	fprintf(out, "%s: %s\n  %-8s %s\n", row->name, state_name(row), "meaning", words->meaning);
	show_since(out, row);
	show_disk(out, "main", row->main, known.main_id);
	show_disk(out, "spare", row->spare, known.spare_id);
	show_blocks(out, row);
	show_rate(out, row);
	show_replace(out, row);
	show_no_limit(out, row);
	show_next(out, row, words);
}

void status_report_log(FILE *out, const struct status_row *row)
{
	struct status_log log;
	char when[32];
	struct tm tm;
	int i;

	status_log_read(&log, row->name);
	for (i = 0; i < log.nr; i++) {
		strftime(when, sizeof(when), "%F %H:%M", localtime_r(&log.line[i].when, &tm));
		text_clean(log.line[i].text);
		fprintf(out, "  %-8s %s %s\n", i ? "" : "log", when, log.line[i].text);
	}
	free(log.text);
}

static void add_log(struct json_object *object, const char *name)
{
	struct json_object *lines = json_object_new_array(), *line;
	struct status_log log;
	int i;

	status_log_read(&log, name);
	for (i = 0; i < log.nr; i++) {
		line = json_object_new_object();
		json_add_number(line, "time", log.line[i].when);
		json_add_string(line, "text", log.line[i].text);
		json_object_array_add(lines, line);
	}
	json_object_object_add(object, "log", lines);
	free(log.text);
}

static void add_disk(struct json_object *object, const char *role, const char *number)
{
	struct json_object *disk = json_object_new_object();
	struct disk_name name;

	disk_name_find(&name, number);
	json_add_string(disk, "model", name.model);
	json_add_string(disk, "serial", name.serial);
	json_object_object_add(object, role, disk);
}

static void add_number(struct json_object *object, const struct status_row *row,
		       const char *name, const char *attribute)
{
	uint64_t value;

	if (get(row, attribute, &value))
		json_add_number(object, name, value);
	else
		json_object_object_add(object, name, NULL);
}

static void add_replace(struct json_object *object, const struct status_row *row)
{
	struct replace_by by;
	bool is = find_replace(row, &by);

	json_object_object_add(object, "replace_days",
			       is ? json_object_new_int(replace_by_days(&by)) : NULL);
	json_add_string(object, "replace_reason", is ? by.reason : "");
}

static void add_times(struct json_object *object, const struct status_row *row)
{
	uint64_t since = state_since(row);
	struct json_object *moved = NULL;
	struct spare_rate rate;

	if (since)
		json_add_number(object, "since", since);
	else
		json_object_object_add(object, "since", NULL);
	if (row->active && spare_rate_read(row->name, &rate)) {
		moved = json_object_new_object();
		json_add_number(moved, "hour", rate.hour);
		json_add_number(moved, "day", rate.day);
		json_add_number(moved, "month", rate.month);
	}
	json_object_object_add(object, "rate", moved);
}

void status_report_json(struct json_object *object, const struct status_row *row, bool log)
{
	const struct state_words *words = state_words(row);
	char *next;

	json_add_number(object, "check", words->check);
	json_add_string(object, "meaning", words->meaning);
	/* the format is a constant in state.c */
	if (asprintf(&next, words->next, shell_word(row->name)) < 0)
		no_memory();
	json_add_string(object, "next", next);
	free(next);
	add_disk(object, "main_disk", row->main);
	add_disk(object, "spare_disk", row->spare);
	add_number(object, row, "block_size", "block_size");
	add_number(object, row, "pending", "remaps/pending");
	add_number(object, row, "spare_free", "spare/free");
	add_times(object, row);
	add_replace(object, row);
	add_copy(object, row);
	if (log)
		add_log(object, row->name);
}
