// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap status: show active sets, and those that are waiting.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "kernel/kernel.h"
#include "kernel/names.h"
#include "lib/shell-word.h"
#include "life/state.h"
#include "life/status-report.h"
#include "lib/encode.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/text-table.h"
#include "sets/set-json.h"
#include "sets/status-rows.h"

enum { COLUMN_NAME, COLUMN_STATE, COLUMN_MAIN, COLUMN_SPARE, COLUMN_REMAPPED, COLUMN_UUID };

static const struct text_column columns[] = {
	[COLUMN_NAME] = { "NAME" },
	[COLUMN_STATE] = { "STATE" },
	[COLUMN_MAIN] = { "MAIN" },
	[COLUMN_SPARE] = { "SPARE" },
	[COLUMN_REMAPPED] = { "REMAPPED" },
	[COLUMN_UUID] = { "UUID" },
};

static struct libscols_table *table;	/* NULL for JSON output */

static const char *path_of(const char *number, struct blockdev *dev)
{
	return *number ? blockdev_name(dev, number) : "-";
}

static void show_text(const struct status_row *row)
{
	struct libscols_line *line = text_line(table);
	char name[ENCODED_NAME_SIZE];
	struct blockdev dev;

	text_readable(name, row->name);
	text_put(line, COLUMN_NAME, "%s", name);
	text_put(line, COLUMN_STATE, "%s", state_name(row));
	text_put(line, COLUMN_MAIN, "%s", path_of(row->main, &dev));
	text_put(line, COLUMN_SPARE, "%s", path_of(row->spare, &dev));
	if (*row->remapped)
		text_put(line, COLUMN_REMAPPED, "%s of %s", row->remapped, row->capacity);
	text_put(line, COLUMN_UUID, "%s", row->uuid);
}

static void add_count(struct json_object *object, const char *name, const char *text)
{
	uint64_t value;

	if (number_take(&text, &value))
		json_add_number(object, name, value);
	else
		json_object_object_add(object, name, NULL);
}

static void show_json(const struct status_row *row, bool log)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "name", row->name);
	json_add_text(object, "uuid", row->uuid);
	json_add_flag(object, "active", row->active);
	json_add_string(object, "state", state_name(row));
	json_add_flag(object, "suspended", row->suspended);
	json_add_device(object, "main", row->main);
	json_add_device(object, "spare", row->spare);
	add_count(object, "remapped", row->remapped);
	add_count(object, "capacity", row->capacity);
	json_add_flag(object, "foreign", row->foreign);
	json_add_text(object, "message", row->why);
	status_report_json(object, row, log);
	json_out_element(object);
}

static bool is_wanted(const struct status_row *row, char **names)
{
	char name[ENCODED_NAME_SIZE];

	if (!*names)
		return true;
	for (; *names; names++) {
		device_name_encoded(*names, name);
		if (!strcmp(row->name, name) || !strcasecmp(row->uuid, *names))
			return true;
	}
	return false;
}

static void print(const struct status_row *rows, int nr, char **names, bool json)
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
			show_json(&rows[i], *names);
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
		complain("There are no active or waiting sets. \"dmremap scan\" looks at all devices.");
	scols_unref_table(table);
	for (i = 0; *names && i < nr; i++)
		if (is_wanted(&rows[i], names)) {
			putchar('\n');
			status_report(stdout, &rows[i]);
			status_report_copy(stdout, &rows[i]);
			status_report_log(stdout, &rows[i]);
		}
}

static int check_names(const struct status_row *rows, int nr, char **names)
{
	char *one[2] = {};
	int status = EXIT_CLEAN, i;

	for (; *names; names++) {
		one[0] = *names;
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

/* An inactive foreign set is not a fault, and neither is a copy of an active one. */
static bool is_fault(const struct status_row *row)
{
	return row->active ? !*row->remapped || row->suspended : !row->foreign;
}

/* Explain the sets that are wanted. */
static void explain(struct status_row *rows, int nr, char **names)
{
	struct status_row **wanted = calloc(nr + 1, sizeof(*wanted));
	int i, n = 0;

	if (!wanted)
		no_memory();
	for (i = 0; i < nr; i++)
		if (is_wanted(&rows[i], names))
			wanted[n++] = &rows[i];
	for (i = 0; i < n; i++)
		status_row_look_for_copy(wanted[i]);
	status_rows_explain(wanted, n);
	free(wanted);
}

static int status(char **names, bool json)
{
	struct status_row *rows;
	int result, i, nr = status_rows(&rows);

	if (nr < 0)
		return EXIT_OPERATION;
	explain(rows, nr, names);
	print(rows, nr, names, json);
	result = check_names(rows, nr, names);
	for (i = 0; i < nr; i++) {
		if (!is_wanted(&rows[i], names))
			continue;
		if (rows[i].gone && !*names)
			complain("%s has lost a disk: \"dmremap status %s\" says what to do.",
				 rows[i].name, shell_word(rows[i].name));
		if (rows[i].gone)
			result = exit_worst(result, EXIT_UNCORRECTED);
		if (!*rows[i].why)
			continue;
		complain("%s", rows[i].why);
		if (is_fault(&rows[i]))
			result = exit_worst(result, EXIT_UNCORRECTED);
	}
	free(rows);
	return result;
}

static void print_problem(const struct status_row *row, const struct state_words *words)
{
	const char *state = state_name(row);

	printf("%s: %s: %s", row->name, state, words->meaning);
	/* every user of the set hangs: whoever reads this needs the command at once */
	if (!strcmp(state, "suspended")) {
		putchar(' ');
		/* the format is a constant in state.c */
		printf(words->next, shell_word(row->name));
	}
	putchar('\n');
}

/* Print a line for each set with a problem, and return the highest severity. */
static int check(char **names)
{
	const struct state_words *words;
	struct status_row *rows;
	int result, i, nr = status_rows(&rows);

	if (nr < 0)
		return EXIT_OPERATION;
	result = check_names(rows, nr, names);
	for (i = 0; i < nr; i++) {
		if (!is_wanted(&rows[i], names))
			continue;
		/* somebody else's disk is checked only if it is named */
		if (rows[i].foreign && !rows[i].active && !*names)
			continue;
		words = state_words(&rows[i]);
		if (words->check)
			print_problem(&rows[i], words);
		result = exit_worst(result, words->check);
	}
	free(rows);
	return result;
}

static int run_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool json = false, only_check = false;
	int option;

	while ((option = getopt_long(argc, argv, "cjh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_status);
		if (option != 'j' && option != 'c')
			return command_misused(&command_status);
		json |= option == 'j';
		only_check |= option == 'c';
	}
	if (json && only_check) {
		complain("Give only one of --check and --json: the JSON of a set has \"check\" in it.");
		return command_misused(&command_status);
	}
	return only_check ? check(argv + optind) : status(argv + optind, json);
}

const struct command command_status = {
	.name = "status",
	.arguments = "[--check | --json] [NAME|UUID...]",
	.summary = "show which sets are active, and what others wait for",
	.help =
	"Shows the active sets, with the state of their devices, and the sets of which\n"
	"the module dm_remap_reassembly knows a half, with what is missing: waiting-main,\n"
	"waiting-spare, complete, conflict or damaged; a set that this host knows is waiting if no\n"
	"disk of it has been found. It says what to do about each. An active\n"
	"set is main-gone, spare-gone or both-gone while a disk of it has left the system, and\n"
	"suspended while all its I/O waits.\n"
	"For named sets it shows more: their disks, what is left of the spare, how\n"
	"fast blocks move, what to type next, and the last lines of the kernel's log. (The time since\n"
	"which a state lasts is known if \"dmremap monitor\" was running.)\n\n"
	"  -c, --check  for scripts: say only what is wrong, with exit statuses of its own\n"
	"  -j, --json   print JSON\n"
	"  -h, --help   print this\n\n"
	"Exit status: 0 all are active, 4 one is not, or is suspended, or a disk of it has left the\n"
	"system, 8 one is not there, 16 wrong usage. With --check: 0 all is well, 1 degraded or a\n"
	"spare is low, 2 exhausted, suspended-remaps, read-only, suspended, without-spare, starting,\n"
	"or not active, 3 failed, damaged, in conflict, or main-gone, spare-gone or both-gone; the\n"
	"highest of all sets.\n",
	.run = run_status,
};
