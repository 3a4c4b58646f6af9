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
 * enum change_kind - kinds of changes.
 * @CHANGE_ADD: copy them to the spare.
 * @CHANGE_MARK: note that they are bad: the next write goes to the spare, nothing is read.
 * @CHANGE_REMOVE: copy them back to the main.
 * @CHANGE_FORGET: give up the sectors that the main cannot read.
 * @CHANGE_CURE: copy back the blocks that the main stores reliably again; the caller has waited
 *	until no seal is running.
 */
enum change_kind {
	CHANGE_ADD,
	CHANGE_MARK,
	CHANGE_REMOVE,
	CHANGE_FORGET,
	CHANGE_CURE,
};

/**
 * struct change - a change of remaps.
 * @volume: the device.
 * @kind: its kind.
 * @blocks: the blocks, merged.
 * @done: number of blocks moved so far.
 * @failed: number of blocks that could not be moved while others could.
 */
struct change {
	const struct volume *volume;
	enum change_kind kind;
	const struct ranges *blocks;
	uint64_t done;
	uint64_t failed;
};

/**
 * change_run() - carry out a change.
 * @change: the change.
 *
 * A signal ends it between two pieces.  If not all blocks were moved, prints how many were, and why
 * it stopped.
 *
 * Return: an exit status.
 */
int change_run(struct change *change);

/* The participle of the change: "remapped", "marked", "moved back", "given up" or "tried". */
const char *change_done_word(enum change_kind kind);

/**
 * change_why() - explain an error that the kernel returned.
 * @error: the negative error number.
 * @kind: the change that failed.
 */
const char *change_why(int error, enum change_kind kind);

#endif /* _DMREMAP_CHANGE_H */
