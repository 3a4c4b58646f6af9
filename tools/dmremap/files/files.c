// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap files: list the files that have lost, pending or remapped sectors.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "files/stack.h"
#include "kernel/volume.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/text-table.h"

enum { COLUMN_SECTOR, COLUMN_SECTORS, COLUMN_STATE, COLUMN_DEVICE, COLUMN_WHAT };

static const struct text_column columns[] = {
	[COLUMN_SECTOR] = { "SECTOR", 0, SCOLS_FL_RIGHT },
	[COLUMN_SECTORS] = { "SECTORS", 0, SCOLS_FL_RIGHT },
	[COLUMN_STATE] = { "STATE" },
	[COLUMN_DEVICE] = { "DEVICE" },
	[COLUMN_WHAT] = { "FILE" },
};

static void print_text(const struct answers *answers)
{
	struct libscols_table *table = text_table(columns, ARRAY_SIZE(columns));
	const struct answer *answer;
	struct libscols_line *line;
	int i;

	for (i = 0; i < answers->nr; i++) {
		answer = &answers->answer[i];
		line = text_line(table);
		text_number(line, COLUMN_SECTOR, answer->place.sector);
		text_number(line, COLUMN_SECTORS, answer->place.count);
		text_put(line, COLUMN_STATE, "%s", place_state_name(answer->place.state));
		text_put(line, COLUMN_DEVICE, "%s%s%s", answer->device,
			 *answer->type ? " " : "", answer->type);
		text_put(line, COLUMN_WHAT, answer->kind == ANSWER_FILE ? "%s" : "(%s)",
			 answer->text);
	}
	scols_print_table(table);
	scols_unref_table(table);
}

static struct json_object *json_of(const struct answer *answer)
{
	static const char * const kinds[] = { "file", "free", "system", "unknown" };
	struct json_object *object = json_object_new_object();

	json_add_number(object, "sector", answer->place.sector);
	json_add_number(object, "sectors", answer->place.count);
	json_add_string(object, "state", place_state_name(answer->place.state));
	json_add_string(object, "device", answer->device);
	json_add_string(object, "type", answer->type);
	json_add_string(object, "what", kinds[answer->kind]);
	json_add_string(object, answer->kind == ANSWER_FILE ? "path" : "message", answer->text);
	return object;
}

static void print_json(const char *name, const struct answers *answers)
{
	int i;

	json_out_begin();
	json_out_member("name", json_object_new_string(name));
	json_out_array("places");
	for (i = 0; i < answers->nr; i++)
		json_out_element(json_of(&answers->answer[i]));
	json_out_array_end();
	json_out_end();
}

static int files(const char *name, unsigned int states, bool json)
{
	struct answers answers = {};
	struct places places = {};
	int status = EXIT_CLEAN, i;
	struct volume volume;

	if (volume_find(&volume, name) || places_collect(&places, volume.name, states))
		return EXIT_OPERATION;
	if (!places.nr && !json)
		printf("%s has no such sectors.\n", volume.name);
	/* write back first: the programs read the disk, not the page cache */
	if (places.nr)
		sync();
	stack_walk(&answers, volume.number, &places);
	answers_settle(&answers);
	if (json)
		print_json(volume.name, &answers);
	else if (answers.nr)
		print_text(&answers);
	for (i = 0; i < answers.nr; i++)
		if (answers.answer[i].kind == ANSWER_UNKNOWN)
			status = EXIT_UNCORRECTED;
	answers_free(&answers);
	return status;
}

static int run_files(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "lost", no_argument, NULL, 'l' },
		{ "pending", no_argument, NULL, 'p' },
		{ "remapped", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	unsigned int states = 0;
	bool json = false;
	const char *name;
	int option;

	while ((option = getopt_long(argc, argv, "jlprh", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 'l':
			states |= 1 << PLACE_LOST;
			break;
		case 'p':
			states |= 1 << PLACE_PENDING;
			break;
		case 'r':
			states |= 1 << PLACE_REMAPPED;
			break;
		default:
			return option == 'h' ? command_help(&command_files) :
					       command_misused(&command_files);
		}
	}
	name = command_operand(&command_files, argc, argv);
	if (!name)
		return EXIT_USAGE;
	return files(name, states ? states : 1 << PLACE_LOST | 1 << PLACE_PENDING, json);
}

const struct command command_files = {
	.name = "files",
	.arguments = "[--lost] [--pending] [--remapped] [--json] NAME",
	.summary = "show which files lie on bad sectors",
	.help =
	"Shows which files lie on sectors of an active set whose data is lost or which cannot be read\n"
	"from the main, so that they can be restored from a backup. It looks through partitions\n"
	"(of kpartx), LVM and LUKS, and asks debugfs (ext2 to ext4), xfs_db and btrfs, which only\n"
	"read; btrfs must be mounted. Files written in the last seconds may be missing. It\n"
	"reports sectors whose file it cannot find.\n\n"
	"  -l, --lost      sectors whose data is lost\n"
	"  -p, --pending   sectors that the main cannot read; the default is both\n"
	"  -r, --remapped  sectors that have moved, whose data is good\n"
	"  -j, --json      print JSON\n"
	"  -h, --help      print this\n\n"
	"Exit status: 0 all files are known, 4 some are not, 8 there is no such set,\n"
	"16 wrong usage.\n",
	.run = run_files,
};
