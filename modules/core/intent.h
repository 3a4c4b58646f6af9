/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The intent map: which regions of a set may have been written since a copy to a new main began,
 * durably, so that the copy can go on after a power cut.
 *
 * A region is marked in the superblocks before the first write to it is submitted. Marks are only
 * added; a new copy, or the end of a copy, clears them. Without a copy nothing is executed for a
 * bio; during one, all bios take the slow path through remap_map() (remap_device.slow_path_size),
 * where a write to marked regions costs a test of their bits, and any other write goes to a job,
 * which waits for the superblocks.
 *
 * If the superblocks cannot be written, such a write must not go on: once the spare can be read
 * again its map would say that the region is unchanged. So the write waits for
 * REMAP_INTENT_WAIT_MS, in which the program that copies can destroy its own record of the copy
 * and end it, and then fails.
 */
#ifndef _REMAP_INTENT_H
#define _REMAP_INTENT_H

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/blk_types.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <dm-remap/format.h>

struct remap_device;

/* How long a write waits for the end of a copy if its regions cannot be marked. */
#define REMAP_INTENT_WAIT_MS	10000U

/**
 * struct remap_intent - the intent map of a device.
 * @token: random; names the copy. 0 if there is none. Written under remap_device.commit_lock.
 * @shift: log2 of a region's sectors.
 * @failed: a mark could not be made durable; remap_device.commit_lock.
 * @give_up: when writes that wait for that fail, in jiffies; valid if @failed.
 * @ended: woken when the copy ends.
 * @marked: regions that are marked durably; bits are set under remap_device.commit_lock.
 * @wanted: regions that writes have to wait for, and all of @marked.
 */
struct remap_intent {
	u64 token;
	unsigned int shift;
	bool failed;
	unsigned long give_up;
	wait_queue_head_t ended;
	DECLARE_BITMAP(marked, DM_REMAP_SB_INTENT);
	DECLARE_BITMAP(wanted, DM_REMAP_SB_INTENT);
};

static inline bool remap_intent_is_active(const struct remap_intent *in)
{
	return READ_ONCE(in->token);
}

/**
 * remap_intent_covers() - whether a write may be submitted.
 * @in: the map.
 * @sector: first sector of the write, from the start of the target.
 * @sectors: its size, at least 1.
 *
 * Context: any.
 * Return: true if there is no copy, or all regions of the write are marked durably.
 */
static inline bool remap_intent_covers(const struct remap_intent *in, sector_t sector,
				       unsigned int sectors)
{
	sector_t i = sector >> in->shift, last = (sector + sectors - 1) >> in->shift;

	if (!remap_intent_is_active(in))
		return true;
	while (i <= last)
		if (!test_bit(i++, in->marked))
			return false;
	return true;
}

/**
 * remap_intent_want() - announce a write, so that the next update of the superblocks marks it.
 * @in: the map.
 * @sector: first sector of the write, from the start of the target.
 * @sectors: its size, at least 1.
 *
 * Context: any.
 */
static inline void remap_intent_want(struct remap_intent *in, sector_t sector,
				     unsigned int sectors)
{
	sector_t i = sector >> in->shift, last = (sector + sectors - 1) >> in->shift;

	while (i <= last)
		set_bit(i++, in->wanted);
}

/**
 * remap_intent_init() - prepare the map of a new device.
 * @in: zeroed.
 *
 * Context: any.
 */
void remap_intent_init(struct remap_intent *in);

/**
 * remap_intent_load() - take what the store has found.
 * @rd: the device, before its first I/O; its settings have not been applied.
 *
 * Context: process.
 */
void remap_intent_load(struct remap_device *rd);

/**
 * remap_intent_mark() - mark the regions of a write durably.
 * @rd: the device.
 * @sector: first sector of the write, from the start of the target.
 * @sectors: its size, at least 1.
 *
 * Context: process, may sleep, for REMAP_INTENT_WAIT_MS if the store fails; no locks held. Does
 * not wait for memory.
 * Return: whether the write may be submitted.
 */
bool remap_intent_mark(struct remap_device *rd, sector_t sector, unsigned int sectors);

/**
 * remap_intent_message() - the message intent.
 * @rd: the device.
 * @argc: words of the message.
 * @argv: the words; see docs/reference.
 * @result: where a reply goes.
 * @maxlen: room there.
 *
 * Context: process, may sleep.
 * Return: 1 with a reply, 0 without; -EINVAL if the message is malformed; -ESTALE if there is no
 * copy with the token that it gives; -EOPNOTSUPP if the store keeps no map; -EROFS if nothing may
 * be written; -EIO if it could not be made durable; -EBUSY for start and end while the device is
 * suspended.
 */
int remap_intent_message(struct remap_device *rd, unsigned int argc, char **argv, char *result,
			 unsigned int maxlen);

#endif /* _REMAP_INTENT_H */
