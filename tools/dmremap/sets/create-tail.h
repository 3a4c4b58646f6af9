/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Divides a single disk into a main and a spare at its end.
 */
#ifndef _DMREMAP_CREATE_TAIL_H
#define _DMREMAP_CREATE_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/blockdev.h"

/**
 * struct tail - the division of a disk.
 * @sectors: size of the spare; 0 if the spare is a separate device.
 * @main: path of the partition that becomes the main.
 * @spare: path of the partition that becomes the spare.
 */
struct tail {
	uint64_t sectors;
	char main[BLOCKDEV_PATH_SIZE];
	char spare[BLOCKDEV_PATH_SIZE];
};

/**
 * tail_take() - parse the size of the spare.
 * @tail: @sectors is set.
 * @text: a number of bytes, with an optional K, M, G or T.
 *
 * Prints an error if it is malformed.
 *
 * Return: whether it is well-formed.
 */
bool tail_take(struct tail *tail, const char *text);

/**
 * tail_partition() - divide an empty disk into a main and a spare.
 * @tail: @sectors is set; the paths are filled in.
 * @disk: path of the disk.
 *
 * A disk with any content is refused, and nothing is written. The partitions are in a GPT, so that
 * firmware, kernels and other programs recognize them, and each has an identity of its own. Prints
 * an error on failure.
 *
 * Return: an exit status.
 */
int tail_partition(struct tail *tail, const char *disk);

#endif /* _DMREMAP_CREATE_TAIL_H */
