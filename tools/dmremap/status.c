// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap status: the sets that are active, and those that wait.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "active.h"
#include "command.h"
#include "explain.h"
#include "json-out.h"
#include "kernel.h"
#include "message.h"
#include "set-json.h"
#include "text-table.h"

enum { COLUMN_NAME, COLUMN_STATE, COLUMN_MAIN, COLUMN_SPARE, COLUMN_REMAPPED, COLUMN_UUID };

static const struct text_column columns[] = {
	[COLUMN_NAME] = { "NAME" },
	[COLUMN_STATE] = { "STATE" },
	[COLUMN_MAIN] = { "MAIN" },
	[COLUMN_SPARE] = { "SPARE" },
	[COLUMN_REMAPPED] = { "REMAPPED" },
	[COLUMN_UUID] = { "UUID" },
};

/**
 * struct row - of one set.
 * @name: its name.
 * @uuid: its uuid.
 * @state: of the device if it is active, else what it waits for.
 * @active: it is active.
 * @main: "MAJ:MIN" or "".
 * @spare: likewise.
 * @remapped: blocks.
 * @capacity: blocks.
 * @why: what to say of it; may be empty.
 */
struct row {
	char name[HALF_TEXT_SIZE];
	char uuid[HALF_UUID_SIZE];
	char state[64];
	bool active;
	char main[BLOCKDEV_NUMBER_SIZE];
	char spare[BLOCKDEV_NUMBER_SIZE];
	char remapped[24];
	char capacity[24];
	char why[EXPLAIN_SIZE];
};

static struct libscols_table *table;	/* NULL if it is JSON that is printed */

static const char *path_of(const char *number, struct blockdev *dev)
{
	if (!*number)
		return "-";
	return blockdev_by_number(dev, number) ? dev->path : number;
}

static void show_text(const struct row *row)
{
	struct libscols_line *line = text_line(table);
	struct blockdev dev;

	text_put(line, COLUMN_NAME, "%s", row->name);
	text_put(line, COLUMN_STATE, "%s", row->state);
	text_put(line, COLUMN_MAIN, "%s", path_of(row->main, &dev));
	text_put(line, COLUMN_SPARE, "%s", path_of(row->spare, &dev));
	if (*row->remapped)
		text_put(line, COLUMN_REMAPPED, "%s of %s", row->remapped, row->capacity);
	text_put(line, COLUMN_UUID, "%s", row->uuid);
}

static void add_count(struct json_object *object, const char *name, const char *text)
{
	uint64_t value;

	if (kernel_number(&text, &value))
		json_add_number(object, name, value);
	else
		json_object_object_add(object, name, NULL);
}

static void show_json(const struct row *row)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "name", row->name);
	json_add_text(object, "uuid", row->uuid);
	json_add_flag(object, "active", row->active);
	json_add_string(object, "state", row->state);
	json_add_device(object, "main", row->main);
	json_add_device(object, "spare", row->spare);
	add_count(object, "remapped", row->remapped);
	add_count(object, "capacity", row->capacity);
	json_add_text(object, "message", row->why);
	json_out_element(object);
}

static void read_text(const char *name, const char *attribute, char *text, size_t size)
{
	char value[KERNEL_TEXT_SIZE];

	if (!kernel_read(TREE_CONFIG, name, attribute, value))
		snprintf(text, size, "%.*s", (int)size - 1, value);
}

static void take_active(struct row *row, const struct active *active)
{
	strcpy(row->name, active->name);
	strcpy(row->uuid, active->uuid);
	row->active = true;
	if (active->without_spare) {
		strcpy(row->state, "without-spare");
		snprintf(row->why, sizeof(row->why),
			 "%s has no spare: blocks that had moved have old content. When the spare is there, \"dmremap stop %s\", and assemble it.",
			 row->name, row->name);
		return;
	}
	strcpy(row->state, "starting");
	read_text(row->name, "state", row->state, sizeof(row->state));
	read_text(row->name, "main", row->main, sizeof(row->main));
	read_text(row->name, "spare", row->spare, sizeof(row->spare));
	read_text(row->name, "remaps/count", row->remapped, sizeof(row->remapped));
	read_text(row->name, "remaps/capacity", row->capacity, sizeof(row->capacity));
}

static void take_known(struct row *row, const struct known_set *set)
{
	strcpy(row->name, set->name);
	strcpy(row->uuid, set->uuid);
	strcpy(row->state, known_state_name(set->state));
	strcpy(row->main, set->main);
	strcpy(row->spare, set->spare);
	if (set->state == KNOWN_COMPLETE)
		snprintf(row->why, sizeof(row->why),
			 "%s is complete and not active: \"dmremap assemble %s\".", set->name,
			 set->name);
	else
		explain_set(row->why, set);
}

static bool has_uuid(const struct row *rows, int nr, const char *uuid)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!strcasecmp(rows[i].uuid, uuid))
			return true;
	return false;
}

/* Return: how many rows there are, or -1. */
static int find_rows(struct row **rows)
{
	struct known_set *sets = NULL;
	struct active *actives;
	int nr = 0, nr_sets = 0, nr_actives, i;

	if (reassembly_there())
		nr_sets = reassembly_sets(&sets);
	if (nr_sets < 0)
		return -1;
	nr_actives = actives_list(&actives);
	*rows = calloc(nr_sets + nr_actives + 1, sizeof(**rows));
	if (!*rows)
		no_memory();
	for (i = 0; i < nr_actives; i++)
		take_active(&(*rows)[nr++], &actives[i]);
	for (i = 0; i < nr_sets; i++)
		if (!has_uuid(*rows, nr, sets[i].uuid))
			take_known(&(*rows)[nr++], &sets[i]);
	free(actives);
	free(sets);
	return nr;
}

static bool is_wanted(const struct row *row, char **names)
{
	char name[HALF_TEXT_SIZE];

	if (!*names)
		return true;
	for (; *names; names++) {
		*name = 0;
		if (strlen(*names) < DM_REMAP_NAME_SIZE)
			text_encode(name, *names);
		if (!strcmp(row->name, name) || !strcasecmp(row->uuid, *names))
			return true;
	}
	return false;
}

static void print(const struct row *rows, int nr, char **names, bool json)
{
	int i;

	if (json) {
		json_out_begin();
		json_out_array("sets");
	} else {
		table = text_table(columns, ARRAY_SIZE(columns));
	}
	for (i = 0; i < nr; i++) {
		if (!is_wanted(&rows[i], names))
			continue;
		if (json)
			show_json(&rows[i]);
		else
			show_text(&rows[i]);
	}
	if (json) {
		json_out_array_end();
		json_out_end();
		return;
	}
	if (scols_table_get_nlines(table))
		scols_print_table(table);
	else if (!*names)
		complain("There are no sets that are active, and none that wait. \"dmremap scan\" looks at all devices.");
	scols_unref_table(table);
}

static int check_names(const struct row *rows, int nr, char **names)
{
	int status = EXIT_CLEAN, i;

	for (; *names; names++) {
		char *one[] = { *names, NULL };

		for (i = 0; i < nr && !is_wanted(&rows[i], one); i++)
			;
		if (i < nr)
			continue;
		complain("There is no set %s, active or waiting. \"dmremap scan\" looks at all devices.",
			 *names);
		status = EXIT_OPERATION;
	}
	return status;
}

static int status(char **names, bool json)
{
	struct row *rows;
	int result, i, nr = find_rows(&rows);

	if (nr < 0)
		return EXIT_OPERATION;
	print(rows, nr, names, json);
	result = check_names(rows, nr, names);
	for (i = 0; i < nr; i++) {
		if (!*rows[i].why || !is_wanted(&rows[i], names))
			continue;
		complain("%s", rows[i].why);
		result = exit_worst(result, EXIT_UNCORRECTED);
	}
	free(rows);
	return result;
}

static int run_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_status);
		if (option != 'j')
			return command_misused(&command_status);
		json = true;
	}
	return status(argv + optind, json);
}

const struct command command_status = {
	.name = "status",
	.arguments = "[--json] [NAME|UUID...]",
	.summary = "show which sets are active, and what others wait for",
	.help =
	"Shows the sets that are active, with the state of their devices, and those of which\n"
	"the module dm_remap_reassembly knows a half, with what they wait for: waiting-main,\n"
	"waiting-spare, complete, conflict or damaged. It says what to do of each.\n\n"
	"  -j, --json  print JSON\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 all are active, 4 one is not, or is without its spare, 8 one is not\n"
	"there, 16 wrong usage.\n",
	.run = run_status,
};
