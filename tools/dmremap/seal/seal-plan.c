// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "seal/seal-plan.h"
#include "sets/active.h"
#include "sets/half.h"

static bool has_label(int fd)
{
	char magic[DM_REMAP_MAGIC_SIZE];

	return pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       !memcmp(magic, DM_REMAP_LABEL_MAGIC, sizeof(magic));
}

/* Leave out the empty partition table, which is part of the label. */
static void leave_out_table(struct signatures *found)
{
	unsigned int i, nr = 0;

	for (i = 0; i < found->nr; i++)
		if (found->item[i].offset != 510)
			found->item[nr++] = found->item[i];
	found->nr = nr;
}

int seal_look(struct signatures *found, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), status;

	*found = (struct signatures) {};
	if (fd < 0) {
		complain("%s cannot be opened: %s.", path, strerror(errno));
		return EXIT_OPERATION;
	}
	status = signatures_find(found, path, fd);
	if (has_label(fd))
		leave_out_table(found);
	close(fd);
	return status;
}

/* The name of the dm-remap device below a set, or NULL; the caller frees it. */
static char *device_below(const struct volume *volume)
{
	struct active *list;
	char *name = NULL;
	int i, nr = actives_list(&list);

	for (i = 0; i < nr && !name; i++) {
		if (strcmp(list[i].number, volume->main.number))
			continue;
		name = strdup(list[i].name);
		if (!name)
			no_memory();
	}
	free(list);
	return name;
}

static bool is_sealed(const struct volume *volume)
{
	struct half half;

	half_read(&half, &volume->main);
	return half.role == HALF_MAIN && !strcmp(half.uuid, volume->uuid);
}

/*
 * The label goes to sector 0 of the lower device. If that is a set without a label, it would end up
 * on the main of that set, and be taken for the label of that set.
 */
bool seal_place_is_safe(const struct volume *volume)
{
	char *name = device_below(volume);
	struct volume below;
	bool safe = !name;

	if (name && !volume_find(&below, name)) {
		safe = below.main_start || is_sealed(&below);
		if (!safe)
			complain("The main of %s is the device %s of another set, which is not sealed. Seal that first.",
				 volume->name, name);
	}
	free(name);
	return safe;
}

bool seal_allowed(const struct volume *volume)
{
	char state[KERNEL_TEXT_SIZE];
	const char *name = volume->name;

	if (!*volume->uuid || kernel_read(TREE_CONFIG, name, "state", state))
		complain("%s does not have the UUID and the state of the set. Is configfs mounted?",
			 kernel_path(TREE_CONFIG, name, ""));
	else if (!kernel_has(TREE_CONFIG, name, "metadata"))
		complain("%s is transient: what is on its spare is lost when it is removed, so its main must stay as it is. Only persistent sets have labels.",
			 name);
	else if (volume->main_start)
		complain("%s begins at sector %llu of %s, but a label must be at sector 0. Only a set that begins there can have one.",
			 name, LLU(volume->main_start), volume->main.path);
	else if (volume->suspended)
		complain("%s is suspended. Resume it first: \"dmsetup resume %s\".", name,
			 shell_word(name));
	else if (!strcmp(state, "read-only"))
		complain("%s is read-only. Activate it without read_only first.", name);
	else if (!strcmp(state, "failed"))
		complain("%s has failed, and its remaps can no longer be changed. \"dmremap stats %s\" shows why.",
			 name, shell_word(name));
	else
		return true;
	return false;
}

/* Collect the blocks that contain signatures; false if a signature is not in any block. */
static bool take_blocks(const struct raw *raw, const struct signatures *found,
			struct blocks *blocks)
{
	const struct volume *volume = raw->volume;
	const struct signature *item;
	uint64_t block, last;
	unsigned int i;

	for (i = 0; i < found->nr; i++) {
		item = &found->item[i];
		if (!item->size)
			continue;
		last = item->offset + item->size - 1;
		if (last / 512 >= volume->sectors) {
			complain("%s shows %s (%s) at byte %llu, behind the end of %s, and it cannot be moved.",
				 volume->main.path, item->kind, item->type, LLU(item->offset),
				 volume->name);
			complain("If it is not needed, stop the set and run \"wipefs --backup --offset %llu %s\".",
				 LLU(item->offset), shell_word(volume->main.path));
			return false;
		}
		for (block = item->offset / volume->block; block <= last / volume->block;
		     block++)
			blocks_add(blocks, block);
	}
	return true;
}

/* Read the blocks listed by an earlier seal. */
static bool take_label(struct raw *raw, struct blocks *blocks)
{
	const struct volume *volume = raw->volume;
	struct dm_remap_label label;

	switch (raw_read_label(raw, &label)) {
	case RAW_LABELLED:
		if (label_blocks(&label, blocks))
			return true;
		complain("%s has a label that lists impossibly many blocks.", volume->main.path);
		return false;
	case RAW_FOREIGN:
		complain("%s has the label of another set. \"dmremap scan %s\" shows which.",
			 volume->main.path, shell_word(volume->main.path));
		return false;
	case RAW_DAMAGED:
		complain("The label of %s is damaged and will be replaced. \"dmremap unseal\" will leave the blocks that the old one listed on the spare.",
			 volume->main.path);
		return true;
	case RAW_UNLABELLED:
	case RAW_UNREADABLE:
		break;
	}
	return true;
}

static void merge(struct blocks *into, const struct blocks *from)
{
	unsigned int i;

	for (i = 0; i < from->nr; i++)
		blocks_add(into, from->block[i]);
}

/*
 * A place is cleared if its block is on the spare or will be moved there. A block listed before is
 * listed again only if it is on the spare.
 */
static int sort_out(struct seal_plan *plan, const struct volume *volume,
		    const struct blocks *signed_blocks, const struct blocks *known)
{
	struct blocks all = {}, remapped;
	unsigned int i;
	uint64_t block;
	int status;

	merge(&all, signed_blocks);
	merge(&all, known);
	status = blocks_remapped(volume, &all, &remapped);
	for (i = 0; !status && i < all.nr; i++) {
		block = all.block[i];
		if (blocks_have(&remapped, block)) {
			blocks_add(&plan->clear, block);
			if (!block || blocks_have(known, block))
				blocks_add(&plan->listed, block);
		} else if (blocks_have(signed_blocks, block)) {
			blocks_add(&plan->move, block);
			blocks_add(&plan->clear, block);
			blocks_add(&plan->listed, block);
		}
	}
	blocks_free(&remapped);
	blocks_free(&all);
	return status;
}

static int find_blocks(struct seal_plan *plan, struct raw *raw)
{
	struct blocks signed_blocks = {}, known = {};
	const struct volume *volume = raw->volume;
	struct signatures below = {};
	int status = seal_look(&plan->signatures, raw->node);

	/* the main still has the content from before a block moved to the spare */
	if (!status)
		status = seal_look(&below, volume->main.path);
	/* for the label */
	blocks_add(&signed_blocks, 0);
	if (!status && (!take_blocks(raw, &plan->signatures, &signed_blocks) ||
			!take_blocks(raw, &below, &plan->shown) || !take_label(raw, &known)))
		status = EXIT_OPERATION;
	merge(&signed_blocks, &plan->shown);
	if (!status)
		status = sort_out(plan, volume, &signed_blocks, &known);
	signatures_free(&below);
	blocks_free(&signed_blocks);
	blocks_free(&known);
	return status;
}

static bool possible(const struct seal_plan *plan, struct raw *raw)
{
	const struct volume *volume = raw->volume;
	uint64_t free_blocks;
	unsigned int i;

	if (volume_free(volume, &free_blocks))
		return false;
	if (plan->move.nr > free_blocks) {
		complain("%s: %u block%s must move to the spare, and there is room for %llu.",
			 volume->name, plan->move.nr, plan->move.nr == 1 ? " has" : "s have",
			 LLU(free_blocks));
		return false;
	}
	/* unreadable sectors would be lost, or would remain on the main until written */
	for (i = 0; i < plan->move.nr; i++) {
		if (!raw_read_above(raw, plan->move.block[i], NULL))
			continue;
		complain("%s cannot be read at sector %llu, which must move to the spare. Write it first.",
			 volume->name,
			 LLU(plan->move.block[i] * volume_block_sectors(volume)));
		return false;
	}
	return true;
}

/*
 * Find a sector of zeros in a block, other than the first sector of the main; 0 if there is none.
 */
static uint64_t find_zeros(struct raw *raw, uint64_t block, uint8_t *content)
{
	uint64_t sectors = volume_block_sectors(raw->volume), i;

	if (raw_read_above(raw, block, content))
		return 0;
	for (i = !block; i < sectors; i++)
		if (label_zeros(content + i * SECTOR_SIZE, SECTOR_SIZE))
			return block * sectors + i;
	return 0;
}

static bool has_room(const struct seal_plan *plan, const struct volume *volume, uint64_t block)
{
	struct block_run run = {};
	struct blocks more = {};
	uint64_t free_blocks;
	unsigned int nr = 0;

	merge(&more, &plan->listed);
	blocks_add(&more, block);
	while (blocks_next_run(&more, &run))
		nr++;
	blocks_free(&more);
	return nr <= DM_REMAP_LABEL_RANGES && !volume_free(volume, &free_blocks) &&
	       plan->move.nr < free_blocks;
}

/* Choose one more block to move, just for its sector of zeros. */
static int add_zeros(struct seal_plan *plan, struct raw *raw, uint64_t blocks, uint8_t *content)
{
	struct blocks all = {}, remapped;
	uint64_t block, sector;
	int status;

	for (block = 1; block < blocks; block++)
		blocks_add(&all, block);
	status = blocks_remapped(raw->volume, &all, &remapped);
	for (block = 1; !status && block < blocks && !plan->copy_sector; block++) {
		if (blocks_have(&plan->listed, block) || blocks_have(&remapped, block))
			continue;
		sector = find_zeros(raw, block, content);
		if (!sector || !has_room(plan, raw->volume, block))
			continue;
		plan->copy_sector = sector;
		blocks_add(&plan->move, block);
		blocks_add(&plan->clear, block);
		blocks_add(&plan->listed, block);
	}
	blocks_free(&all);
	blocks_free(&remapped);
	return status;
}

/*
 * Choose the location of the copy of the first sector: salvage searches only the first MiB for it.
 */
static int choose_copy(struct seal_plan *plan, struct raw *raw)
{
	const struct volume *volume = raw->volume;
	uint64_t blocks = LABEL_COPY_SECTORS / volume_block_sectors(volume);
	uint8_t *content = malloc(volume->block);
	unsigned int i;
	int status = EXIT_CLEAN;

	if (!content)
		no_memory();
	if (blocks > volume->sectors / volume_block_sectors(volume))
		blocks = volume->sectors / volume_block_sectors(volume);
	for (i = 0; i < plan->listed.nr && !plan->copy_sector; i++)
		if (plan->listed.block[i] < blocks)
			plan->copy_sector = find_zeros(raw, plan->listed.block[i], content);
	if (!plan->copy_sector)
		status = add_zeros(plan, raw, blocks, content);
	free(content);
	return status;
}

int seal_plan_make(struct seal_plan *plan, struct raw *raw)
{
	struct dm_remap_sb spare;
	int status;

	*plan = (struct seal_plan) {};
	status = find_blocks(plan, raw) ?: choose_copy(plan, raw);
	if (status)
		return status;
	if (!label_spare(raw->volume, &spare))
		return EXIT_OPERATION;
	if (!label_make(&plan->label, &spare, raw->volume, raw->sectors, &plan->listed)) {
		complain("%s has signatures in more places than a label has room for, which are %d.",
			 raw->volume->name, DM_REMAP_LABEL_RANGES);
		return EXIT_OPERATION;
	}
	return possible(plan, raw) ? EXIT_CLEAN : EXIT_OPERATION;
}

void seal_plan_free(struct seal_plan *plan)
{
	signatures_free(&plan->signatures);
	blocks_free(&plan->move);
	blocks_free(&plan->clear);
	blocks_free(&plan->listed);
	blocks_free(&plan->shown);
}
