// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap seal: give the main a label, and hide its signatures, which are then reached only
 * through the set.
 *
 * The order is that of docs/on-disk-format.md: block 0 goes to the spare, then the label is made
 * durable in its place, then the blocks that it lists are moved, then their places get the copies
 * for dmremap salvage, then the label records these.  At any moment each block can be reached
 * through the set, and unseal knows from the label what to move back.
 *
 * A move does not wait for reads that were sent to the main before it. They must not see what seal
 * writes, so before its first write seal waits until the set has completed all of them.
 */
#include <endian.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/dm.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "seal/keep.h"
#include "seal/label-command.h"
#include "seal/seal.h"
#include "seal/seal-plan.h"

static int cannot_move(const struct volume *volume, uint64_t block, int error)
{
	const char *why = error == -ENOSPC ? "the spare has no block left" : strerror(-error);

	complain("%s: sector %llu cannot be moved to the spare: %s.", volume->name,
		 LLU(block * volume_block_sectors(volume)), why);
	return block ? EXIT_UNCORRECTED : EXIT_OPERATION;
}

/*
 * So far only block 0 has moved, if it was not on the spare before: move it back. @error is 0 if
 * the error has been printed.
 */
static int without_label(struct raw *raw, bool moved, int error)
{
	const struct volume *volume = raw->volume;

	if (error)
		complain("%s cannot be sealed: the place of its first block on %s cannot be written: %s.",
			 volume->name, volume->main.path, strerror(-error));
	error = moved ? block_move(volume, 0, true) : 0;
	if (!error)
		return EXIT_OPERATION;
	complain("That block stays on the spare, and %s must not be used without it: %s.",
		 volume->main.path, strerror(-error));
	return EXIT_UNCORRECTED;
}

/*
 * Find which of @blocks may be overwritten on the main: all of their data is on the spare, and no
 * I/O still reads the main. An unreadable block has not moved, or only in part.
 */
static int find_free_places(const struct volume *volume, const struct blocks *blocks,
			    struct blocks *places)
{
	*places = (struct blocks) {};
	return dm_drain(volume->name) ?: blocks_remapped(volume, blocks, places);
}

static int check_first(const struct volume *volume)
{
	struct blocks first = {}, places;
	int status;

	blocks_add(&first, 0);
	status = find_free_places(volume, &first, &places);
	if (!status && !places.nr) {
		complain("%s cannot be sealed: its first block cannot be read, or has been moved back. Write it, or try again.",
			 volume->name);
		status = EXIT_OPERATION;
	}
	blocks_free(&first);
	blocks_free(&places);
	return status;
}

/* A new label has no checksums: it must not promise copies before they are durable. */
static int put_label(struct keep *keep, const struct seal_plan *plan, bool again)
{
	struct raw *raw = keep->raw;
	bool move = blocks_have(&plan->move, 0);
	int error = move ? block_move(raw->volume, 0, false) : 0;

	if (error)
		return cannot_move(raw->volume, 0, error);
	if (check_first(raw->volume))
		return without_label(raw, move, 0);
	keep_begin(keep, raw, plan->copy_sector, again && blocks_have(&plan->shown, 0));
	error = keep_label(keep, &plan->label);
	if (!error)
		error = raw_sync(raw);
	return error ? without_label(raw, move, error) : EXIT_CLEAN;
}

/*
 * Whether to write zeros instead of an inverted copy: for a block that was on the spare before and
 * that seal does not list, or one whose inverted copy shows a signature.
 */
static bool has_to_be_zeros(const struct seal_plan *plan, uint64_t block, bool again)
{
	return !blocks_have(&plan->listed, block) ||
	       (again && blocks_have(&plan->shown, block) && !blocks_have(&plan->move, block));
}

/* Overwrite the places of a run of blocks.  Returns the checksum of the kept copy, or 0. */
static uint32_t keep_run(struct keep *keep, const struct block_run *run,
			 const struct seal_plan *plan, const struct blocks *places, bool again)
{
	uint32_t crc = LABEL_CRC_BEGIN;
	uint64_t block, end = run->first + run->nr;
	bool kept = true;

	for (block = run->first; block < end; block++) {
		/* the write may fail on a bad sector; a later check finds signatures left there */
		if (!block)
			kept &= keep->first_kept;
		else if (!blocks_have(places, block) || has_to_be_zeros(plan, block, again))
			kept = false;
		else
			kept &= !keep_block(keep, block);
		crc = label_crc(crc, block ? keep->content : keep->first,
				keep->raw->volume->block);
	}
	return kept ? label_crc_end(crc) : 0;
}

static int write_places(struct keep *keep, const struct seal_plan *plan,
			const struct blocks *places, struct dm_remap_label *label, bool again)
{
	struct block_run run = {};
	unsigned int i;
	int error;

	for (i = 0; blocks_next_run(&plan->listed, &run); i++)
		label->ranges[i].crc = htole32(keep_run(keep, &run, plan, places, again));
	for (i = 0; i < places->nr; i++)
		if (places->block[i] && has_to_be_zeros(plan, places->block[i], again))
			keep_zeros(keep, places->block[i]);
	error = raw_sync(keep->raw);
	keep_sign(keep, label);
	return error ?: keep_label(keep, label) ?: raw_sync(keep->raw);
}

static int clear_places(struct keep *keep, const struct seal_plan *plan, bool again)
{
	const struct volume *volume = keep->raw->volume;
	struct dm_remap_label label = plan->label;
	struct blocks places;
	int status = find_free_places(volume, &plan->clear, &places), error = 0;

	if (!status)
		error = write_places(keep, plan, &places, &label, again);
	if (!status && places.nr < plan->clear.nr) {
		complain("%s: not all blocks that show something are on the spare, since some cannot be read or have been moved back.",
			 volume->name);
		status = EXIT_UNCORRECTED;
	}
	blocks_free(&places);
	if (!status && error) {
		complain("%s cannot be written: %s.", volume->main.path, strerror(-error));
		status = EXIT_UNCORRECTED;
	}
	return status;
}

/* Check that the main shows no signatures any more; print those left after the last attempt. */
static int check_main(const struct volume *volume, bool last, bool *clean)
{
	struct signatures left;
	int status = seal_look(&left, volume->main.path);
	unsigned int i;

	*clean = !left.nr;
	for (i = 0; last && i < left.nr; i++)
		complain("%s still shows %s (%s) at byte %llu.", volume->main.path,
			 left.item[i].kind, left.item[i].type, LLU(left.item[i].offset));
	signatures_free(&left);
	return status;
}

static int carry_out(struct raw *raw, const struct seal_plan *plan, bool again)
{
	const struct volume *volume = raw->volume;
	struct keep keep = {};
	unsigned int i;
	int status, error;

	keep.raw = raw;
	status = put_label(&keep, plan, again);
	for (i = 0; !status && i < plan->move.nr; i++) {
		error = plan->move.block[i] ? block_move(volume, plan->move.block[i], false) : 0;
		if (error)
			status = cannot_move(volume, plan->move.block[i], error);
	}
	if (!status)
		status = clear_places(&keep, plan, again);
	keep_end(&keep);
	return status;
}

/*
 * A signature may mask others from libblkid until it is removed: for example, the log of XFS is
 * taken for an external log once the superblock before it is gone. So repeat the plan and the check
 * as long as there is something to move.
 */
static int do_seal(struct raw *raw, struct seal_plan *plan, bool dry_run)
{
	bool again = false, clean = false, last;
	int status;

	for (;;) {
		status = seal_plan_make(plan, raw);
		if (dry_run || (status && !again))
			return status;
		last = again && !plan->move.nr;
		if (!status)
			status = carry_out(raw, plan, again);
		/* nothing was sealed */
		if (status == EXIT_OPERATION && !again)
			return status;
		if (!status)
			status = check_main(raw->volume, last, &clean);
		if (status || clean || last)
			break;
		again = true;
		seal_plan_free(plan);
	}
	if (!status && clean) {
		raw_forget_partitions(raw);
		return EXIT_CLEAN;
	}
	complain("%s is sealed in part; all its data is where it should be. Seal it again when the cause is removed, or unseal it.",
		 raw->volume->name);
	return EXIT_UNCORRECTED;
}

static void show_json(const struct raw *raw, const struct seal_plan *plan, bool sealed)
{
	const struct volume *volume = raw->volume;
	uint64_t sectors = volume_block_sectors(volume);
	struct block_run run = {};
	struct json_object *item;
	unsigned int i;

	json_out_begin();
	json_out_member("name", json_object_new_string(volume->name));
	json_out_member("uuid", json_object_new_string(volume->uuid));
	json_out_member("main", json_object_new_string(volume->main.path));
	json_out_member("sealed", json_object_new_boolean(sealed));
	json_out_array("signatures");
	for (i = 0; i < plan->signatures.nr; i++) {
		item = json_object_new_object();
		json_add_number(item, "offset", plan->signatures.item[i].offset);
		json_add_string(item, "type", plan->signatures.item[i].type);
		json_add_string(item, "label", plan->signatures.item[i].label);
		json_add_string(item, "uuid", plan->signatures.item[i].uuid);
		json_out_element(item);
	}
	json_out_array_end();
	json_out_array("ranges");
	while (blocks_next_run(&plan->listed, &run)) {
		item = json_object_new_object();
		json_add_number(item, "start", run.first * sectors);
		json_add_number(item, "sectors", run.nr * sectors);
		json_out_element(item);
	}
	json_out_array_end();
	json_out_end();
}

static void show_text(const struct raw *raw, const struct seal_plan *plan, bool dry_run)
{
	const struct volume *volume = raw->volume;
	uint64_t sectors = volume_block_sectors(volume);
	struct block_run run = {};
	unsigned int i;

	for (i = 0; i < plan->signatures.nr; i++)
		printf("%s: %s (%s) at byte %llu\n", volume->name,
		       plan->signatures.item[i].kind, plan->signatures.item[i].type,
		       LLU(plan->signatures.item[i].offset));
	while (blocks_next_run(&plan->listed, &run))
		printf("%s: sectors %llu to %llu %s on the spare\n", volume->name,
		       LLU(run.first * sectors), LLU((run.first + run.nr) * sectors - 1),
		       dry_run ? "would be" : "are");
	if (dry_run)
		printf("%s: a label would be written to %s. Nothing was changed.\n",
		       volume->name, volume->main.path);
	else
		printf("%s: sealed. What is on %s can be reached through %s only.\n",
		       volume->name, volume->main.path, volume->name);
}

static int seal(const char *name, const struct choices *choices)
{
	struct seal_plan plan;
	struct volume volume;
	struct raw raw;
	int status = volume_find(&volume, name);

	if (status)
		return status;
	if (!seal_allowed(&volume) || !seal_place_is_safe(&volume))
		return EXIT_OPERATION;
	status = raw_open(&raw, &volume);
	if (status)
		return status;
	status = do_seal(&raw, &plan, choices->dry_run);
	if (!status || status == EXIT_UNCORRECTED) {
		if (choices->json)
			show_json(&raw, &plan, !status && !choices->dry_run);
		else if (!status)
			show_text(&raw, &plan, choices->dry_run);
	}
	if (choices->dry_run)
		raw_close(&raw);
	else
		raw_announce(&raw);
	seal_plan_free(&plan);
	return status;
}

int seal_device(const char *name)
{
	const struct choices choices = {};

	return seal(name, &choices);
}

static int run_seal(int argc, char **argv)
{
	return label_command(&command_seal, argc, argv, seal);
}

const struct command command_seal = {
	.name = "seal",
	.arguments = "[--dry-run] [--json] NAME",
	.summary = "label the main of an active set, so that it cannot be mounted by mistake",
	.help =
	"Moves the blocks in which libblkid finds signatures to the spare, with the first\n"
	"block, and puts a label into the place of that. The main then shows no filesystem,\n"
	"array or partition table, and the set is known by the label. The device of the set\n"
	"keeps its content, and may stay in use. After a crash, or after mkfs on a\n"
	"sealed set, seal it again. \"dmremap unseal\" undoes this.\n\n"
	"  -n, --dry-run  say what would be done, and do nothing\n"
	"  -j, --json     print JSON\n"
	"  -h, --help     print this\n\n"
	"Exit status: 0 sealed, 4 sealed in part, 8 nothing was changed, 16 wrong usage.\n",
	.run = run_seal,
};
