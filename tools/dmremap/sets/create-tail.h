/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk whose own end becomes the spare.
 */
#ifndef _DMREMAP_CREATE_TAIL_H
#define _DMREMAP_CREATE_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/blockdev.h"

/**
 * struct tail - such a disk.
 * @sectors: size of the spare; 0 if it is another device.
 * @main: path of the partition that becomes the main.
 * @spare: path of the partition that becomes the spare.
 */
struct tail {
	uint64_t sectors;
	char main[BLOCKDEV_PATH_SIZE];
	char spare[BLOCKDEV_PATH_SIZE];
};

/**
 * tail_take() - take the size of the spare.
 * @tail: @sectors is set.
 * @text: a number of bytes, with K, M, G or T if wanted.
 *
 * Prints an error if that is so.
 *
 * Return: whether it is a size.
 */
bool tail_take(struct tail *tail, const char *text);

/**
 * tail_partition() - divide an empty disk into a main and a spare.
 * @tail: @sectors is set; the paths are filled in.
 * @disk: path of the disk.
 *
 * A disk on which anything is found is refused, and nothing is written.  The partitions are
 * those of a GPT, so firmware, kernels and other programs see what belongs to what, and each has
 * an identity of its own.  Prints an error.
 *
 * Return: an exit status.
 */
int tail_partition(struct tail *tail, const char *disk);

#endif /* _DMREMAP_CREATE_TAIL_H */
