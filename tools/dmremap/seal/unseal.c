// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap unseal: move back the blocks that seal has moved. Block 0 goes last, because it
 * overwrites the label, which lists the blocks.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "seal/label-command.h"
#include "seal/seal-plan.h"

/*
 * There is no label if seal was interrupted right after it moved block 0, or unseal after block 0
 * was written back but before the kernel recorded that. In both cases block 0 is on the spare, and
 * the main has the same content.
 */
static int find_first(struct raw *raw, struct blocks *listed)
{
	struct blocks first = {};
	int status;

	if (!raw_shows_first_sector(raw))
		return EXIT_CLEAN;
	blocks_add(&first, 0);
	status = blocks_remapped(raw->volume, &first, listed);
	blocks_free(&first);
	return status;
}

/* Find the blocks to move back. */
static int find_listed(struct raw *raw, struct blocks *listed)
{
	const struct volume *volume = raw->volume;
	struct dm_remap_label label;

	switch (raw_read_label(raw, &label)) {
	case RAW_LABELLED:
		if (label_blocks(&label, listed))
			return EXIT_CLEAN;
		complain("%s has a label that lists impossibly many blocks.", volume->main.path);
		return EXIT_OPERATION;
	case RAW_UNLABELLED:
		return find_first(raw, listed);
	case RAW_FOREIGN:
		complain("%s has the label of another set. \"dmremap scan %s\" shows which.",
			 volume->main.path, shell_word(volume->main.path));
		return EXIT_OPERATION;
	case RAW_DAMAGED:
		complain("The label of %s is damaged. Seal %s again, which makes a new one, and then unseal it.",
			 volume->main.path, volume->name);
		return EXIT_OPERATION;
	case RAW_UNREADABLE:
		break;
	}
	complain("The label of %s cannot be read. Seal %s again, which may make a new one.",
		 volume->main.path, volume->name);
	return EXIT_OPERATION;
}

/* Return: an exit status; blocks that could not be moved remain in @blocks. */
static int move_back(const struct volume *volume, struct blocks *blocks)
{
	struct blocks stay = {};
	unsigned int i;
	int error = 0;

	for (i = blocks->nr; i--; ) {
		error = block_move(volume, blocks->block[i], true);
		if (!error)
			continue;
		complain("%s: sector %llu cannot be moved back: %s.", volume->name,
			 LLU(blocks->block[i] * volume_block_sectors(volume)), strerror(-error));
		blocks_add(&stay, blocks->block[i]);
		/* a bad block does not keep others from going back, but any other error does */
		if (error != -EIO)
			break;
	}
	blocks_free(blocks);
	*blocks = stay;
	if (!stay.nr)
		return EXIT_CLEAN;
	if (error && error != -EIO)
		complain("%s is unsealed in part; all its data is where it should be. Unseal it again when the cause is removed.",
			 volume->name);
	else
		complain("What cannot be moved back stays on the spare, without which %s must not be used.",
			 volume->main.path);
	return EXIT_UNCORRECTED;
}

static void show_json(const struct volume *volume, const struct blocks *blocks, bool dry_run)
{
	uint64_t sectors = volume_block_sectors(volume);
	struct block_run run = {};
	struct json_object *item;

	json_out_begin();
	json_out_member("name", json_object_new_string(volume->name));
	json_out_member("uuid", json_object_new_string(volume->uuid));
	json_out_member("main", json_object_new_string(volume->main.path));
	json_out_array(dry_run ? "ranges" : "stay");
	while (blocks_next_run(blocks, &run)) {
		item = json_object_new_object();
		json_add_number(item, "start", run.first * sectors);
		json_add_number(item, "sectors", run.nr * sectors);
		json_out_element(item);
	}
	json_out_array_end();
	json_out_end();
}

static void show_dry_run(const struct volume *volume, const struct blocks *blocks)
{
	uint64_t sectors = volume_block_sectors(volume);
	struct block_run run = {};

	while (blocks_next_run(blocks, &run))
		printf("%s: sectors %llu to %llu would be moved back to %s\n",
		       volume->name, LLU(run.first * sectors),
		       LLU((run.first + run.nr) * sectors - 1), volume->main.path);
}

static int do_unseal(struct raw *raw, const struct choices *choices, bool *changed)
{
	const struct volume *volume = raw->volume;
	struct blocks blocks = {};
	int status = find_listed(raw, &blocks);

	if (!status && !choices->dry_run && blocks.nr) {
		*changed = true;
		status = move_back(volume, &blocks);
	}
	if (choices->json && (!status || status == EXIT_UNCORRECTED))
		show_json(volume, &blocks, choices->dry_run);
	else if (!status && choices->dry_run)
		show_dry_run(volume, &blocks);
	else if (!status)
		printf("%s: %s\n", volume->name, *changed ? "unsealed" : "not sealed");
	blocks_free(&blocks);
	return status;
}

static int unseal(const char *name, const struct choices *choices)
{
	bool changed = false;
	struct volume volume;
	struct raw raw;
	int status = volume_find(&volume, name);

	if (status)
		return status;
	if (!seal_allowed(&volume))
		return EXIT_OPERATION;
	status = raw_open(&raw, &volume);
	if (status)
		return status;
	status = do_unseal(&raw, choices, &changed);
	if (changed)
		raw_announce(&raw);
	else
		raw_close(&raw);
	return status;
}

static int run_unseal(int argc, char **argv)
{
	return label_command(&command_unseal, argc, argv, unseal);
}

const struct command command_unseal = {
	.name = "unseal",
	.arguments = "[--dry-run] [--json] NAME",
	.summary = "remove the label from a main, and move back the blocks that seal moved",
	.help =
	"Moves back to the main what \"dmremap seal\" has moved to the spare, and the first\n"
	"block, which replaces the label, last. The device of the set shows what it did, and\n"
	"may stay in use. What cannot be written to the main stays on the spare.\n"
	"After a crash, give the command again.\n\n"
	"  -n, --dry-run  say what would be done, and do nothing\n"
	"  -j, --json     print JSON\n"
	"  -h, --help     print this\n\n"
	"Exit status: 0 unsealed, or it was not sealed, 4 something stays on the spare, 8 nothing\n"
	"was changed, 16 wrong usage.\n",
	.run = run_unseal,
};
