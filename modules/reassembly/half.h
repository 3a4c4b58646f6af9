/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was read from a block device: half of a set, or what may be one.
 */
#ifndef _REMAP_HALF_H
#define _REMAP_HALF_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uuid.h>

#include <dm-remap/format.h>

#define DM_MSG_PREFIX "remap reassembly"

/* Longest PARTUUID, with a zero at the end. */
#define HALF_PARTUUID_SIZE	40

enum half_kind {
	HALF_PLAIN,	/* nothing of ours: a main without a label, if anything */
	HALF_MAIN,	/* a main with a label */
	HALF_SPARE,	/* a spare */
	HALF_DAMAGED,	/* a spare, of which no superblock can be used */
};

/**
 * struct half - what was read from a block device.
 * @list: in the list of those that are known.
 * @dev: the device.
 * @diskseq: of its disk; another disk that gets the number has another one.
 * @kind: what it is; says which of the following are set.
 * @sectors: its size.
 * @uuid: of the set, unless it is plain; not to be trusted if it is damaged.
 * @main_sectors: size of the main; for a spare and a main.
 * @main_start: sector of the main at which the target begins; for a spare.
 * @target_sectors: size of the target; for a spare and a main.
 * @generation: of the set; for a spare.
 * @labelled: the main had a label; for a spare.
 * @name: of the set's device; may be empty; for a spare and a main.
 * @main_id: of the main; may be empty; for a spare.
 * @given: the last part of the path by which it was given, or of an earlier one if that is
 *	the main_id of a spare; may be empty.
 * @partuuid: if it is a partition that has one.
 */
struct half {
	struct list_head list;
	dev_t dev;
	u64 diskseq;
	enum half_kind kind;
	u64 sectors;
	uuid_t uuid;
	u64 main_sectors;
	u64 main_start;
	u64 target_sectors;
	u64 generation;
	bool labelled;
	char name[DM_REMAP_NAME_SIZE];
	char main_id[DM_REMAP_MAIN_ID_SIZE];
	char given[DM_REMAP_MAIN_ID_SIZE];
	char partuuid[HALF_PARTUUID_SIZE];
};

/**
 * half_read() - see what a block device is.
 * @dev: the device.
 * @given: the last part of the path by which it was given; too long a one is left out.
 *
 * A main is a disk with bad sectors: that something cannot be read is no error.
 *
 * Context: process, may sleep.
 * Return: the half, to be freed by kfree(); or an error: -ENXIO if there is no such
 * device, -ENOMEM, what opening it gives.
 */
struct half *half_read(dev_t dev, const char *given);

/**
 * half_is_there() - whether a device is still the one that was read.
 * @half: from half_read().
 *
 * Reads nothing.
 *
 * Context: process, may sleep.
 */
bool half_is_there(const struct half *half);

#endif /* _REMAP_HALF_H */
