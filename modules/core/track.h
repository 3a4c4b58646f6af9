/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracker of written regions: which parts of a device have been written since they were last
 * asked for. A program that copies the set while it is in use copies those once more.
 *
 * A write is noted when it completes. So data that is read after its region was asked for
 * includes every write noted before; a write that was in flight at that time is noted later.
 * While no device has a tracker, the I/O path contains only a NOP.
 */
#ifndef _REMAP_TRACK_H
#define _REMAP_TRACK_H

#include <linux/bio.h>
#include <linux/jump_label.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct remap_device;

/* There is a tracker, of any device. */
DECLARE_STATIC_KEY_FALSE(remap_tracked);

/**
 * struct remap_track - a tracker.
 * @rcu: frees it after the last write that it could note.
 * @id: random; whoever asks gives it, so that two programs do not take from each other.
 * @shift: log2 of a region's sectors.
 * @nr: number of regions.
 * @written: a bit for each.
 */
struct remap_track {
	struct rcu_head rcu;
	u64 id;
	unsigned int shift;
	u64 nr;
	unsigned long written[];
};

/**
 * remap_track_note() - note that a bio has completed.
 * @rd: the device.
 * @bio: the bio.
 *
 * Context: any.
 */
void remap_track_note(struct remap_device *rd, const struct bio *bio);

/**
 * remap_track_exit() - end the tracker of a device that is going away.
 * @rd: the device.
 *
 * Context: process, may sleep; there is no I/O.
 */
void remap_track_exit(struct remap_device *rd);

/**
 * remap_track_is_clean() - whether there are no written regions that have not been asked for.
 * @rd: the device; suspended.
 * @id: of the tracker that should be there.
 *
 * Context: process, may sleep.
 * Return: true if there are none.
 */
bool remap_track_is_clean(struct remap_device *rd, u64 id);

/**
 * remap_track_message() - the message track.
 * @rd: the device.
 * @argc: words of the message.
 * @argv: the words; see docs/reference.
 * @result: where a reply goes.
 * @maxlen: room there.
 *
 * Context: process, may sleep; also while the device is suspended.
 * Return: 1 with a reply, 0 without; -EINVAL if the message is malformed; -ESTALE if there
 * is no tracker with the id that it gives; -ENOMEM.
 */
int remap_track_message(struct remap_device *rd, unsigned int argc, char **argv, char *result,
			unsigned int maxlen);

#endif /* _REMAP_TRACK_H */
