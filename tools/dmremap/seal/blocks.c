// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/remap-list.h"
#include "lib/message.h"
#include "seal/blocks.h"

/* Index of the first block that is not below @block. */
static unsigned int place_of(const struct blocks *blocks, uint64_t block)
{
	unsigned int low = 0, high = blocks->nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (blocks->block[middle] < block)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool blocks_have(const struct blocks *blocks, uint64_t block)
{
	unsigned int place = place_of(blocks, block);

	return place < blocks->nr && blocks->block[place] == block;
}

void blocks_add(struct blocks *blocks, uint64_t block)
{
	unsigned int place = place_of(blocks, block);

	if (place < blocks->nr && blocks->block[place] == block)
		return;
	blocks->block = reallocarray(blocks->block, blocks->nr + 1, sizeof(*blocks->block));
	if (!blocks->block)
		no_memory();
	memmove(blocks->block + place + 1, blocks->block + place,
		(blocks->nr - place) * sizeof(*blocks->block));
	blocks->block[place] = block;
	blocks->nr++;
}

void blocks_free(struct blocks *blocks)
{
	free(blocks->block);
	*blocks = (struct blocks) {};
}

bool blocks_next_run(const struct blocks *blocks, struct block_run *run)
{
	unsigned int place = run->nr ? place_of(blocks, run->first + run->nr) : 0;

	if (place == blocks->nr)
		return false;
	run->first = blocks->block[place];
	run->nr = 0;
	while (place < blocks->nr && blocks->block[place] == run->first + run->nr) {
		place++;
		run->nr++;
	}
	return true;
}

struct block_search {
	const struct blocks *which;
	struct blocks *remapped;
};

static void see_remap(void *context, const struct remap *remap, const char *line)
{
	const struct block_search *search = context;
	uint64_t block = remap->main_sector / remap->sectors;

	(void)line;
	if (!strcmp(remap->state, "remapped") && blocks_have(search->which, block))
		blocks_add(search->remapped, block);
}

int blocks_remapped(const struct volume *volume, const struct blocks *which,
		    struct blocks *remapped)
{
	struct block_search search = { .which = which, .remapped = remapped };
	const struct list_visitor visitor = { .remap = see_remap, .context = &search };

	*remapped = (struct blocks) {};
	return list_device(volume->name, &visitor);
}

int block_move(const struct volume *volume, uint64_t block, bool back)
{
	uint64_t sectors = volume_block_sectors(volume);
	char range[48];
	int error;

	snprintf(range, sizeof(range), "%llu %llu", LLU(block * sectors), LLU(sectors));
	error = kernel_write(TREE_CONFIG, volume->name,
			     back ? "remaps/remove" : "remaps/add", range);
	/* the device does not exist, rather than the block */
	if (error == -ENOENT && !kernel_has(TREE_CONFIG, volume->name, ""))
		return -ENODEV;
	return error == (back ? -ENOENT : -EEXIST) ? 0 : error;
}
