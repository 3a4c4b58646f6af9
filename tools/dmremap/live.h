/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An active set, and the devices that it is made of.
 */
#ifndef _DMREMAP_LIVE_H
#define _DMREMAP_LIVE_H

#include <limits.h>
#include <sys/types.h>

#include "sample.h"

/**
 * struct live - an active set.
 * @sample: what the kernel shows of it.
 * @uuid: of the set, in the order of RFC 4122.
 * @node: its node in /dev.
 * @main: node of its main.
 * @main_nr: number of the main.
 * @main_start: sector of the main at which it begins.
 * @sectors: its size.
 * @block_size: in bytes.
 * @suspended: its I/O waits.
 */
struct live {
	struct sample sample;
	uint8_t uuid[16];
	char node[PATH_MAX];
	char main[PATH_MAX];
	dev_t main_nr;
	uint64_t main_start;
	uint64_t sectors;
	uint32_t block_size;
	bool suspended;
};

/**
 * live_find() - look at a set.
 * @set: to be filled.
 * @name: name of its device.
 *
 * Says what is wrong if it is not there, or cannot be looked at.
 *
 * Return: an exit status.
 */
int live_find(struct live *set, const char *name);

/* Sectors of a block. */
static inline uint32_t live_block_sectors(const struct live *set)
{
	return set->block_size / 512;
}

#endif /* _DMREMAP_LIVE_H */
