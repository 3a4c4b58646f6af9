// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap cure: move back blocks that the main stores reliably again.
 *
 * The kernel tries only blocks that are on the spare, so no data is at risk. A pending block is
 * read first: if that succeeds, it moves to the spare and is tried with the others.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/volume.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/number.h"
#include "life/cure-sector.h"
#include "remaps/change.h"
#include "remaps/range-text.h"
#include "remaps/report.h"
#include "seal/label.h"
#include "seal/raw.h"

/**
 * struct cure - the request.
 * @volume: the set.
 * @others: blocks to leave alone: those not requested, and those whose places on the main belong to
 *	the label.
 * @labelled: number of blocks whose places belong to the label.
 * @json: print JSON.
 */
struct cure {
	struct volume volume;
	struct ranges others;
	uint64_t labelled;
	bool json;
};

/* All blocks except some. */
static struct ranges all_but(const struct volume *volume, const struct ranges *some)
{
	struct ranges all = {};

	ranges_add(&all, 0, volume->sectors / volume_block_sectors(volume));
	ranges_subtract(&all, some);
	return all;
}

static int take_words(struct cure *cure, char **words)
{
	struct ranges asked = {};
	int status = EXIT_CLEAN;

	for (; *words && !status; words++)
		status = range_add(&cure->volume, *words, &asked);
	ranges_merge(&asked);
	if (!status && asked.nr)
		cure->others = all_but(&cure->volume, &asked);
	ranges_free(&asked);
	return status == EXIT_USAGE ? command_misused(&command_cure) : status;
}

/*
 * The label and its copies occupy the places of the blocks that the label lists, so these blocks
 * must stay on the spare. If the label is unreadable or damaged, leave at least block 0 alone, in
 * whose place it is.
 */
static int leave_label(struct cure *cure, struct raw *raw)
{
	struct blocks first = {}, blocks = {};
	struct dm_remap_label label;
	int status = EXIT_CLEAN;
	unsigned int i;

	blocks_add(&first, 0);
	switch (raw_read_label(raw, &label)) {
	case RAW_UNLABELLED:
		break;
	case RAW_UNREADABLE:
		/* if block 0 is not on the spare, its place has its own content, not the label */
		status = blocks_remapped(&cure->volume, &first, &blocks);
		break;
	case RAW_LABELLED:
		label_blocks(&label, &blocks);
		break;
	default:
		blocks_add(&blocks, 0);
	}
	for (i = 0; i < blocks.nr; i++)
		ranges_add(&cure->others, blocks.block[i], (wide)blocks.block[i] + 1);
	ranges_merge(&cure->others);
	cure->labelled = blocks.nr;
	blocks_free(&first);
	blocks_free(&blocks);
	return status;
}

static int list_blocks(struct cure *cure, struct ranges *remapped, struct ranges *pending)
{
	int status = volume_remaps(&cure->volume, remapped, pending, NULL);

	ranges_subtract(remapped, &cure->others);
	ranges_subtract(pending, &cure->others);
	return status;
}

static int change(struct cure *cure, enum change_kind kind, const struct ranges *blocks)
{
	struct change change = { .volume = &cure->volume, .kind = kind, .blocks = blocks };

	return blocks->nr ? change_run(&change) : EXIT_CLEAN;
}

static void print_json(const struct cure *cure, uint64_t before, uint64_t remapped,
		       uint64_t pending)
{
	uint64_t left = remapped + pending;

	json_out_begin();
	json_out_member("device", json_object_new_string(cure->volume.name));
	report_number_json("tried", before);
	report_number_json("cured", before > left ? before - left : 0);
	report_number_json("remapped", remapped);
	report_number_json("pending", pending);
	report_number_json("labelled", cure->labelled);
	json_out_end();
}

static void print(const struct cure *cure, uint64_t before, uint64_t remapped, uint64_t pending)
{
	const char *name = cure->volume.name;
	uint64_t left = remapped + pending;

	if (!before)
		printf("%s: there is nothing to try.\n", name);
	else
		printf("%s: %llu of %llu block%s went back to the main, which takes and keeps %s again.\n",
		       name, LLU(before > left ? before - left : 0), LLU(before),
		       before == 1 ? "" : "s", before == 1 ? "it" : "them");
	if (remapped)
		printf("%s: %llu stay%s on the spare.\n", name, LLU(remapped),
		       remapped == 1 ? "s" : "");
	if (pending)
		printf("%s: %llu cannot be read and stay%s pending; a write moves %s to the spare.\n",
		       name, LLU(pending), pending == 1 ? "s" : "", pending == 1 ? "it" : "them");
	if (cure->labelled)
		printf("%s: the blocks of the label were left alone.\n", name);
}

static int try_all(struct cure *cure)
{
	struct ranges remapped = {}, pending = {}, left = {}, left_pending = {};
	uint64_t before;
	int status = list_blocks(cure, &remapped, &pending);

	before = ranges_total(&remapped) + ranges_total(&pending);
	if (!status)
		status = change(cure, CHANGE_ADD, &pending);
	ranges_free(&remapped);
	ranges_free(&pending);
	if (!status)
		status = list_blocks(cure, &remapped, &pending);
	if (!status)
		status = change(cure, CHANGE_CURE, &remapped);
	if (!status || status == EXIT_UNCORRECTED)
		status = exit_worst(status, list_blocks(cure, &left, &left_pending));
	if (status < EXIT_OPERATION) {
		(cure->json ? print_json : print)(cure, before, ranges_total(&left),
						  ranges_total(&left_pending));
		if (left.nr || left_pending.nr)
			status = EXIT_UNCORRECTED;
	}
	ranges_free(&remapped);
	ranges_free(&pending);
	ranges_free(&left);
	ranges_free(&left_pending);
	return status;
}

static int cure_set(const char *name, char **words, bool json)
{
	struct cure cure = { .json = json };
	struct raw raw;
	int status = volume_find(&cure.volume, name);

	status = status ?: volume_check_writable(&cure.volume);
	if (!status)
		status = take_words(&cure, words);
	if (!status)
		/* wait until no seal is running */
		status = raw_open(&raw, &cure.volume);
	if (!status) {
		status = leave_label(&cure, &raw);
		if (!status)
			status = try_all(&cure);
		raw_close(&raw);
	}
	ranges_free(&cure.others);
	return status;
}

static int take_sector(struct cure_sector *cure, const char *text)
{
	const char *p = text;

	if (number_take(&p, &cure->sector) && !*p)
		return EXIT_CLEAN;
	complain("\"%s\" is not the number of a sector.", text);
	return command_misused(&command_cure);
}

static int run_cure(int argc, char **argv)
{
	static const struct option options[] = {
		{ "sector", required_argument, NULL, 's' },
		{ "overwrite", no_argument, NULL, 'o' },
		{ "yes", no_argument, NULL, 'y' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct cure_sector sector = {};
	bool has_sector = false, json = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "s:oyjh", options, NULL)) != -1) {
		if (!strchr("soyj", option))
			return option == 'h' ? command_help(&command_cure) :
					       command_misused(&command_cure);
		status = option == 's' ? take_sector(&sector, optarg) : EXIT_CLEAN;
		if (status)
			return status;
		has_sector |= option == 's';
		sector.overwrite |= option == 'o';
		sector.yes |= option == 'y';
		json |= option == 'j';
	}
	if (has_sector ? json : sector.overwrite || sector.yes) {
		complain("--overwrite and --yes go with --sector, and --json does not.");
		return command_misused(&command_cure);
	}
	if (has_sector) {
		sector.path = command_operand(&command_cure, argc, argv);
		return sector.path ? cure_sector(&sector) : EXIT_USAGE;
	}
	if (optind < argc)
		return cure_set(argv[optind], argv + optind + 1, json);
	complain("Give a device.");
	return command_misused(&command_cure);
}

const struct command command_cure = {
	.name = "cure",
	.arguments = "{[--json] NAME [START[+COUNT]]... | DISK --sector N [--overwrite [--yes]]}",
	.summary = "move back what the main takes again; rewrite a bad sector",
	.help =
	"Tries whether the main of a set takes and keeps remapped and pending blocks again, all of\n"
	"them or those of the ranges, in sectors of 512 bytes. Each is written, flushed, read back\n"
	"and compared twice, with reads elsewhere between; only then does it go back. A pending\n"
	"block is tried if it can be read. The set stays in use, and no data is at risk. Blocks\n"
	"in whose place the label of a sealed main is are left alone.\n\n"
	"With --sector it is about a sector of a disk that is in no set: says in which partition\n"
	"and file it is, and whether it can be read. Finding the file may take minutes.\n\n"
	"  -s, --sector N   the sector, in units of 512 bytes from the start of DISK\n"
	"  -o, --overwrite  if it cannot be read, write zeros over the physical sector, after a\n"
	"                   question; refused while the disk or a partition of it is in use, or\n"
	"                   a half of a set that is not active\n"
	"  -y, --yes        do not ask\n"
	"  -j, --json       print JSON of what was done with a set\n"
	"  -h, --help       print this\n\n"
	"Exit status: 0 nothing is left to cure, 1 the sector was rewritten, 4 blocks or the\n"
	"sector stay bad, 8 it could not be done, 16 wrong usage.\n",
	.run = run_cure,
};
