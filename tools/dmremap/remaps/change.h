/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remaps made and undone by hand, piece by piece.
 */
#ifndef _DMREMAP_CHANGE_H
#define _DMREMAP_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/volume.h"
#include "lib/ranges.h"

/**
 * struct change - what is to be done.
 * @volume: the device.
 * @remove: remaps are to be undone.
 * @blocks: the blocks, merged.
 * @done: how many have been moved.
 * @failed: how many could not be, while others could.
 */
struct change {
	const struct volume *volume;
	bool remove;
	const struct ranges *blocks;
	uint64_t done;
	uint64_t failed;
};

/**
 * change_run() - do it.
 * @change: what to do.
 *
 * A signal ends it between two pieces.  Says how far it has come if that is not to the
 * end, and why.
 *
 * Return: an exit status.
 */
int change_run(struct change *change);

/**
 * change_why() - what an error of the kernel means.
 * @error: the negative error number.
 * @remove: remaps were to be undone.
 */
const char *change_why(int error, bool remove);

#endif /* _DMREMAP_CHANGE_H */
