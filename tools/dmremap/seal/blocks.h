/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A few blocks of a set, in order.
 */
#ifndef _DMREMAP_BLOCKS_H
#define _DMREMAP_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/volume.h"

/**
 * struct blocks - some blocks.
 * @block: in order, each once.
 * @nr: number of entries.
 */
struct blocks {
	uint64_t *block;
	unsigned int nr;
};

void blocks_add(struct blocks *blocks, uint64_t block);
bool blocks_have(const struct blocks *blocks, uint64_t block);
void blocks_free(struct blocks *blocks);

/* A run of blocks, one behind the other. */
struct block_run {
	uint64_t first;
	uint64_t nr;
};

/**
 * blocks_next_run() - go from run to run.
 * @blocks: the blocks.
 * @run: all zeros before the first.
 *
 * Return: whether there was a further one.
 */
bool blocks_next_run(const struct blocks *blocks, struct block_run *run);

/**
 * blocks_remapped() - find out which blocks are on the spare.
 * @volume: the device of the set.
 * @which: those that matter.
 * @remapped: takes those of them that are certainly there: one that is just
 *	being moved, or unknown to the kernel, is not counted.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int blocks_remapped(const struct volume *volume, const struct blocks *which,
		    struct blocks *remapped);

/**
 * block_move() - move a block to the spare, or back.
 * @volume: the device of the set.
 * @block: the block.
 * @back: back to the main.
 *
 * It is durably there on return.
 *
 * Return: 0, which includes that it is there already, or a negative error number.
 */
int block_move(const struct volume *volume, uint64_t block, bool back);

#endif /* _DMREMAP_BLOCKS_H */
