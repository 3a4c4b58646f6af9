// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/exit.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "lib/text-table.h"
#include "life/scrub-run.h"
#include "life/scrub-show.h"

#define NS_PER_S	1000000000ULL

enum { COLUMN_ENDED, COLUMN_TOOK, COLUMN_READ, COLUMN_MOVED, COLUMN_UNREADABLE };

static const struct text_column columns[] = {
	[COLUMN_ENDED] = { "ENDED" },
	[COLUMN_TOOK] = { "TOOK", 0, SCOLS_FL_RIGHT },
	[COLUMN_READ] = { "READ MIB", 0, SCOLS_FL_RIGHT },
	[COLUMN_MOVED] = { "MOVED", 0, SCOLS_FL_RIGHT },
	[COLUMN_UNREADABLE] = { "UNREADABLE", 0, SCOLS_FL_RIGHT },
};

/**
 * struct look - a scrub and its speed.
 * @scrub: its state in the kernel.
 * @status: exit status of reading it.
 * @kib_per_s: its speed; 0 if it does not advance.
 */
struct scrub_look {
	struct scrub scrub;
	int status;
	uint64_t kib_per_s;
};

static uint64_t seconds_left(const struct scrub_look *look)
{
	const struct scrub *scrub = &look->scrub;
	uint64_t kib = scrub->size > scrub->position ? (scrub->size - scrub->position) / 2 : 0;

	return look->kib_per_s ? kib / look->kib_per_s : 0;
}

static unsigned int percent(const struct scrub *scrub)
{
	if (!scrub->size)
		return 0;
	return scrub->position >= scrub->size ? 100 : scrub->position * 100 / scrub->size;
}

static const char *duration(uint64_t s)
{
	static char text[48];

	if (s < 100)
		snprintf(text, sizeof(text), "%llu s", LLU(s));
	else if (s < 6000)
		snprintf(text, sizeof(text), "%llu min", LLU(s / 60));
	else
		snprintf(text, sizeof(text), "%llu h %llu min", LLU(s / 3600),
			 LLU(s % 3600 / 60));
	return text;
}

static void look_at_all(char *const *names, int nr, struct scrub_look *looks)
{
	uint64_t start = clock_ns(), ns;
	struct scrub *later;
	bool running = false;
	int i;

	for (i = 0; i < nr; i++) {
		looks[i].status = scrub_read(&looks[i].scrub, names[i]);
		running |= !looks[i].status && scrub_is(&looks[i].scrub, "running");
	}
	later = running ? malloc(sizeof(*later)) : NULL;
	if (!later)
		return;
	sleep(1);
	ns = clock_ns() - start;
	for (i = 0; i < nr && ns; i++) {
		if (looks[i].status || !scrub_is(&looks[i].scrub, "running") ||
		    scrub_read(later, names[i]) || !scrub_is(later, "running"))
			continue;
		if (later->position > looks[i].scrub.position)
			looks[i].kib_per_s = (double)(later->position - looks[i].scrub.position) /
					     2 * NS_PER_S / ns;
		looks[i].scrub = *later;
	}
	free(later);
}

static void print_state(const char *name, const struct scrub_look *look)
{
	const struct scrub *scrub = &look->scrub;

	printf("%s: scrub %s", name, scrub->state);
	if (!scrub_is(scrub, "idle"))
		printf(", %u%% (sector %llu of %llu)", percent(scrub), LLU(scrub->position),
		       LLU(scrub->size));
	if (scrub_is(scrub, "running")) {
		if (look->kib_per_s)
			printf(", %.1f MiB/s, about %s left", look->kib_per_s / 1024.,
			       duration(seconds_left(look)));
		else
			printf(", waiting for the disk or for others who use it");
	}
	if (scrub->rate_kib)
		printf(", limited to %llu KiB/s", LLU(scrub->rate_kib));
	printf("\n");
}

/* Refer to the list of blocks found by scrubs, which are identified by their reasons. */
static void print_finds(const char *name, const struct scrub *scrub)
{
	uint64_t moved = 0, pending = 0;
	int i;

	for (i = 0; i < scrub->nr_runs; i++) {
		moved += scrub->runs[i].moved;
		pending += scrub->runs[i].pending;
	}
	if (moved || pending)
		printf("\"dmremap list %s\" shows which, with the reason \"scrub\" or \"slow\"",
		       shell_word(name));
	if (pending)
		printf("; \"dmremap files %s\", in which files the unreadable ones are",
		       shell_word(name));
	if (moved || pending)
		printf(".\n");
}

static void print_runs(const struct scrub *scrub)
{
	struct libscols_table *table;
	struct libscols_line *line;
	char when[32];
	time_t ended;
	int i;

	if (!scrub->nr_runs) {
		printf("No run has ended yet.\n");
		return;
	}
	table = text_table(columns, ARRAY_SIZE(columns));
	for (i = 0; i < scrub->nr_runs; i++) {
		const struct scrub_run *run = &scrub->runs[i];

		ended = run->ended_s;
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M", localtime(&ended));
		line = text_line(table);
		text_put(line, COLUMN_ENDED, "%s", when);
		text_put(line, COLUMN_TOOK, "%s", duration(run->took_s));
		text_number(line, COLUMN_READ, run->sectors / 2048);
		text_number(line, COLUMN_MOVED, run->moved);
		text_number(line, COLUMN_UNREADABLE, run->pending);
	}
	scols_print_table(table);
	scols_unref_table(table);
}

static struct json_object *runs_json(const struct scrub *scrub)
{
	struct json_object *runs = json_object_new_array();
	int i;

	for (i = 0; i < scrub->nr_runs; i++) {
		const struct scrub_run *run = &scrub->runs[i];
		struct json_object *object = json_object_new_object();

		json_add_number(object, "ended_s", run->ended_s);
		json_add_number(object, "took_s", run->took_s);
		json_add_number(object, "sectors", run->sectors);
		json_add_number(object, "moved", run->moved);
		json_add_number(object, "pending", run->pending);
		json_object_array_add(runs, object);
	}
	return runs;
}

static void print_json(const char *name, const struct scrub_look *look)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "name", name);
	json_add_string(object, "state", look->scrub.state);
	json_add_number(object, "position", look->scrub.position);
	json_add_number(object, "sectors", look->scrub.size);
	json_add_number(object, "rate_kib", look->scrub.rate_kib);
	json_add_number(object, "kib_per_s", look->kib_per_s);
	if (look->kib_per_s)
		json_add_number(object, "seconds_left", seconds_left(look));
	else
		json_object_object_add(object, "seconds_left", NULL);
	json_object_object_add(object, "runs", runs_json(&look->scrub));
	json_out_element(object);
}

int scrub_show(char *const *names, int nr, bool json)
{
	struct scrub_look *looks = calloc(nr ?: 1, sizeof(*looks));
	int i, status = EXIT_CLEAN;

	if (!looks)
		no_memory();
	look_at_all(names, nr, looks);
	if (json) {
		json_out_begin();
		json_out_array("scrubs");
	}
	for (i = 0; i < nr; i++) {
		status = exit_worst(status, looks[i].status);
		if (looks[i].status)
			continue;
		if (json) {
			print_json(names[i], &looks[i]);
			continue;
		}
		print_state(names[i], &looks[i]);
		print_runs(&looks[i].scrub);
		print_finds(names[i], &looks[i].scrub);
	}
	if (json) {
		json_out_array_end();
		json_out_end();
	}
	free(looks);
	return status;
}
