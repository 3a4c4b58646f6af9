/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sorted arrays of blocks of a set.
 */
#ifndef _DMREMAP_BLOCKS_H
#define _DMREMAP_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/volume.h"

/**
 * struct blocks - an array of blocks.
 * @block: the blocks, sorted and unique.
 * @nr: number of entries.
 */
struct blocks {
	uint64_t *block;
	unsigned int nr;
};

void blocks_add(struct blocks *blocks, uint64_t block);
bool blocks_have(const struct blocks *blocks, uint64_t block);
void blocks_free(struct blocks *blocks);

/* A run of adjacent blocks. */
struct block_run {
	uint64_t first;
	uint64_t nr;
};

/**
 * blocks_next_run() - iterate over the runs.
 * @blocks: the blocks.
 * @run: the current run; all zeros before the first call.
 *
 * Return: whether there is another run.
 */
bool blocks_next_run(const struct blocks *blocks, struct block_run *run);

/**
 * blocks_remapped() - find out which blocks are on the spare.
 * @volume: the device of the set.
 * @which: the blocks to look for.
 * @remapped: takes the ones that are certainly on the spare; blocks that are being moved or are in
 *	doubt are left out.
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
 * @back: move it back to the main.
 *
 * The move is durable on return.
 *
 * Return: 0, also if the block was already there, or a negative error number.
 */
int block_move(const struct volume *volume, uint64_t block, bool back);

#endif /* _DMREMAP_BLOCKS_H */
