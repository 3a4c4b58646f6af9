// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kernel/kernel.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "lib/text.h"
#include "sets/active.h"
#include "sets/reassembly.h"
#include "sets/registry.h"
#include "sets/stale-copy.h"
#include "sets/status-rows.h"

static void read_text(const char *name, const char *attribute, char *text, size_t size)
{
	char value[KERNEL_TEXT_SIZE];

	if (!kernel_read(TREE_CONFIG, name, attribute, value))
		snprintf(text, size, "%.*s", (int)size - 1, value);
}

/*
 * The kernel keeps a disk open that has left the system, and its state says nothing of that: it
 * makes no remap of it.
 */
static void take_gone(struct status_row *row)
{
	bool main = blockdev_gone(row->main), spare = blockdev_gone(row->spare);

	row->gone = main || spare;
	if (row->gone)
		snprintf(row->state, sizeof(row->state), "%s-gone",
			 !spare ? "main" : main ? "both" : "spare");
}

static void next_sentence(char text[EXPLAIN_SIZE])
{
	if (*text)
		text_add(text, EXPLAIN_SIZE, " ");
}

static void take_suspended(struct status_row *row, const struct active *active)
{
	/* a set that has no table in force yet is suspended while its first one is loaded */
	row->suspended = active->suspended && strcmp(row->state, "starting");
	if (!active->suspended)
		return;
	next_sentence(row->why);
	text_add(row->why, sizeof(row->why), "%s is suspended: all its I/O waits. Unless a running command has suspended it: \"dmsetup resume %s\".",
		 row->name, shell_word(row->name));
}

static void take_active(struct status_row *row, const struct active *active)
{
	text_copy(row->name, active->name, sizeof(row->name));
	text_copy(row->uuid, active->uuid, sizeof(row->uuid));
	row->active = true;
	if (active->without_spare) {
		text_copy(row->state, "without-spare", sizeof(row->state));
		text_copy(row->main, active->main, sizeof(row->main));
		snprintf(row->why, sizeof(row->why),
			 "%s has no spare: blocks that had moved have old content. When the spare is there, \"dmremap stop %s\", and assemble it.",
			 row->name, shell_word(row->name));
		return;
	}
	if (!kernel_has(TREE_CONFIG, "", "")) {
		text_copy(row->state, "unknown", sizeof(row->state));
		snprintf(row->why, sizeof(row->why),
			 "The state of %s cannot be read, because configfs is not mounted: \"mount -t configfs none /sys/kernel/config\".",
			 row->name);
		return;
	}
	text_copy(row->state, "starting", sizeof(row->state));
	read_text(row->name, "state", row->state, sizeof(row->state));
	read_text(row->name, "main", row->main, sizeof(row->main));
	read_text(row->name, "spare/device", row->spare, sizeof(row->spare));
	read_text(row->name, "remaps/count", row->remapped, sizeof(row->remapped));
	read_text(row->name, "remaps/capacity", row->capacity, sizeof(row->capacity));
	take_gone(row);
}

void status_row_look_for_copy(struct status_row *row)
{
	char text[EXPLAIN_SIZE];
	struct active active;

	if (!row->active || !active_find(&active, row->name) || active.suspended ||
	    !stale_copy_describe(text, row->uuid, row->name, active.number))
		return;
	next_sentence(row->why);
	text_add(row->why, sizeof(row->why), "%s", text);
}

/* Other devices that claim to be a half. */
static void add_copies(struct status_row *row, const struct known_set *set)
{
	size_t length = strlen(row->why);
	char number[BLOCKDEV_NUMBER_SIZE];
	const char *text = set->copies;
	struct blockdev dev;

	while (reassembly_next_copy(&text, number) && length < sizeof(row->why)) {
		length += snprintf(row->why + length, sizeof(row->why) - length,
				   row->gone ?
				   "%s%s seems to be a disk of %s that left and has come back." :
				   "%s%s is a copy of a half of %s, and not used.",
				   length ? " " : "",
				   blockdev_name(&dev, number), row->name);
	}
}

static void take_foreign(struct status_row *row, bool complete)
{
	struct registered known;

	row->foreign = !registry_find(&known, row->uuid);
	if (!row->foreign || row->active)
		return;
	if (complete)
		snprintf(row->why, sizeof(row->why),
			 "%s is foreign: this host does not activate it automatically. \"dmremap assemble %s\" activates and records it.",
			 row->name, row->uuid);
}

static void take_known(struct status_row *row, const struct known_set *set)
{
	text_copy(row->name, set->name, sizeof(row->name));
	text_copy(row->uuid, set->uuid, sizeof(row->uuid));
	text_copy(row->state, known_state_name(set->state), sizeof(row->state));
	text_copy(row->main, set->main, sizeof(row->main));
	text_copy(row->spare, set->spare, sizeof(row->spare));
	if (set->state == KNOWN_COMPLETE)
		snprintf(row->why, sizeof(row->why),
			 "%s is complete and not active: \"dmremap assemble %s\".", set->name,
			 shell_word(set->name));
	take_foreign(row, set->state == KNOWN_COMPLETE);
}

static void explain(struct status_row *row, const struct known_set *set)
{
	if (set->state != KNOWN_COMPLETE) {
		explain_set(row->why, set);
		if (row->foreign)
			text_add(row->why, sizeof(row->why),
				 " It is foreign: this host would not activate it automatically.");
	}
	explain_mend(row->why, set);
}

void status_rows_explain(struct status_row **rows, int nr)
{
	struct known_set *sets = calloc(nr + 1, sizeof(*sets));
	int i, n = 0;

	if (!sets)
		no_memory();
	for (i = 0; i < nr; i++)
		if (!rows[i]->active && reassembly_read(&sets[n], rows[i]->uuid))
			rows[n++] = rows[i];
	explain_begin(sets, n);
	for (i = 0; i < n; i++)
		explain(rows[i], &sets[i]);
	explain_end();
	free(sets);
}

/* A set of this host with no disk that has been seen. */
static void take_absent(struct status_row *row, const struct registered *known)
{
	text_copy(row->name, *known->name ? known->name : known->uuid, sizeof(row->name));
	text_copy(row->uuid, known->uuid, sizeof(row->uuid));
	text_copy(row->state, "waiting", sizeof(row->state));
	snprintf(row->why, sizeof(row->why),
		 "%s is a set of this host, and none of its disks has been found: \"dmremap assemble %s\" looks for them. If they will not come back, \"rm %s/%s\" makes this host forget it.",
		 row->name, shell_word(row->name), REGISTRY_DIR, row->uuid);
}

static struct status_row *find_uuid(struct status_row *rows, int nr, const char *uuid)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!strcasecmp(rows[i].uuid, uuid))
			return &rows[i];
	return NULL;
}

int status_rows(struct status_row **rows)
{
	struct known_set *sets = NULL;
	struct registered *known;
	struct status_row *row;
	struct active *actives;
	int nr = 0, nr_sets = 0, nr_actives, nr_known, i;

	if (reassembly_there())
		nr_sets = reassembly_sets(&sets);
	if (nr_sets < 0)
		return -1;
	nr_actives = actives_list(&actives);
	nr_known = registry_list(&known);
	*rows = calloc(nr_sets + nr_actives + nr_known + 1, sizeof(**rows));
	if (!*rows)
		no_memory();
	for (i = 0; i < nr_actives; i++) {
		take_active(&(*rows)[nr], &actives[i]);
		take_suspended(&(*rows)[nr], &actives[i]);
		take_foreign(&(*rows)[nr++], true);
	}
	for (i = 0; i < nr_sets; i++) {
		row = find_uuid(*rows, nr, sets[i].uuid);
		if (!row) {
			take_known(&(*rows)[nr++], &sets[i]);
			continue;
		}
		if (!*row->main)
			text_copy(row->main, sets[i].main, sizeof(row->main));
		add_copies(row, &sets[i]);
	}
	for (i = 0; i < nr_known; i++)
		if (!find_uuid(*rows, nr, known[i].uuid))
			take_absent(&(*rows)[nr++], &known[i]);
	free(known);
	free(actives);
	free(sets);
	return nr;
}
