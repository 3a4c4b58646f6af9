/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The values of a device that can be written.
 */
#ifndef _REMAP_SETTINGS_H
#define _REMAP_SETTINGS_H

#include <linux/types.h>

#include <dm-remap/store.h>

struct remap_device;

#define REMAP_MAX_RETRIES		16U
#define REMAP_DEFAULT_RETRIES		1U
/*
 * The default is half of the spare, so that a disk that is gone does not fill it, but within
 * these bounds: enough for most of the areas that go bad at once
 * (docs/guide/choosing-a-spare.md), and for one of some megabytes that is written in one go.
 */
#define REMAP_LEAST_STORM_LIMIT		64U
#define REMAP_DEFAULT_STORM_LIMIT	4096U
/*
 * In this time, a sector of a 7,200 rpm disk passes the head 120 times: the disk has retried it
 * itself (for 7 s with ERC, up to minutes without). It is twice what a healthy disk takes with a
 * full queue.
 */
#define REMAP_DEFAULT_RETRY_WITHIN_MS	1000U
/* Longer than a drive takes to give up a sector, 7 s with ERC. */
#define REMAP_DEFAULT_PENDING_RETRY_MS	10000U
#define REMAP_DEFAULT_SLOW_LIMIT	1024U
/* docs/design.md: half of the next errors are within 10 MB, in short runs. */
#define REMAP_DEFAULT_NEIGHBOURS	8U
#define REMAP_MAX_NEIGHBOURS		65536U
#define REMAP_DEFAULT_SCRUB_REGION	128U
#define REMAP_MAX_SCRUB_REGION		1048576U

/* Moves in an hour: docs/design.md has the studies behind these numbers. */
#define REMAP_DEFAULT_RATE_WARN		20U
#define REMAP_DEFAULT_RATE_URGENT	50U
#define REMAP_MAX_RESIZE_THREADS	64U
/* The default is half of the processors online, up to this number. */
#define REMAP_DEFAULT_RESIZE_THREADS	8U

/* Words of hash/policy, in the order of dm_remap_settings.hash_policy. */
enum remap_hash_policy {
	REMAP_HASH_FIXED,
	REMAP_HASH_ADAPTIVE,
	REMAP_NR_HASH_POLICIES
};

/* Words of errors/verify_writes, in the order of dm_remap_settings.verify_writes. */
enum remap_verify {
	REMAP_VERIFY_OFF,
	REMAP_VERIFY_REMAPPED,
	REMAP_VERIFY_ALL,
	REMAP_NR_VERIFY
};

/**
 * remap_settings_default() - the values of a new device.
 * @s: to be filled.
 * @nr_blocks: blocks of the spare's data area.
 *
 * Takes the module's parameters as they are now.
 *
 * Context: any.
 */
void remap_settings_default(struct dm_remap_settings *s, u32 nr_blocks);

/**
 * remap_settings_valid() - whether values are in range and consistent.
 * @s: the values.
 * @nr_blocks: blocks of the spare's data area.
 *
 * Context: any.
 * Return: true if they can be used.
 */
bool remap_settings_valid(const struct dm_remap_settings *s, u32 nr_blocks);

/**
 * remap_settings_apply() - bring the device in line with its values.
 * @rd: the device.
 *
 * Context: process; @rd->lock.
 */
void remap_settings_apply(struct remap_device *rd);

/**
 * remap_settings_to_save() - what the store is to keep beside the table.
 * @rd: the device.
 * @settings: its settings, or those that it is about to get.
 * @saved: filled in.
 *
 * Context: process; @rd->lock, unless nobody else uses the device any more.
 */
void remap_settings_to_save(const struct remap_device *rd,
			    const struct dm_remap_settings *settings,
			    struct dm_remap_saved *saved);

/**
 * remap_settings_restore() - take what the store has kept.
 * @rd: the device; its table has just been loaded.
 * @saved: from the store.
 *
 * The resizes that loading the table took are forgotten: totals and history are
 * of the table in use.
 *
 * Settings that are out of range, which a set of a later version may have, are
 * left as they are.
 *
 * Context: process; @rd->lock.
 */
void remap_settings_restore(struct remap_device *rd, const struct dm_remap_saved *saved);

/**
 * remap_settings_save() - make the settings, the history and the counts of the set durable.
 * @rd: the device; it may be written.
 *
 * Context: process, may sleep; @rd->commit_lock.
 * Return: 0, -EIO, -ENOMEM.
 */
int remap_settings_save(struct remap_device *rd);

/**
 * remap_settings_warn() - say in the kernel log what a value may cost.
 * @rd: the device.
 *
 * Context: process.
 */
void remap_settings_warn(struct remap_device *rd);

/**
 * remap_settings_keep_name() - let the store keep the name that the device has now.
 * @rd: the device.
 *
 * Does nothing if it is kept already, or if the device is being removed. The store reports
 * errors.
 *
 * Context: process, may sleep; must not wait for memory that needs I/O.
 */
void remap_settings_keep_name(struct remap_device *rd);

/**
 * remap_settings_follow_name() - remap_settings_keep_name() at any time.
 * @rd: the device; while it is suspended nothing is done, since nothing may be written
 *	and the resume keeps the name.
 *
 * Context: as remap_settings_keep_name(); no locks of @rd held.
 * Return: whether it is done; false during a change by hand, when it has to be
 * tried again.
 */
bool remap_settings_follow_name(struct remap_device *rd);

/**
 * remap_settings_follow_line() - apply no_auto_remap of the table line, or its absence.
 * @rd: the device.
 * @no_auto_remap: the line has it.
 *
 * Only a line that differs in this from the one before it changes the value. What it makes 0 is so
 * until errors/auto_remap is written, or a line without the argument follows, and is not kept with
 * the set.
 *
 * Context: process, may sleep; @rd is suspended.
 */
void remap_settings_follow_line(struct remap_device *rd, bool no_auto_remap);

/**
 * remap_settings_change() - change one value.
 * @rd: the device.
 * @offset: of the value in struct dm_remap_settings.
 * @value: the new value.
 *
 * A persistent set has it on the spare when this returns.  One that is active
 * read-only takes it for as long as it is active.
 *
 * Context: process, may sleep; no locks held.
 * Return: 0; -EINVAL if it is out of range or inconsistent with the others, -EBUSY while the
 * device is suspended, -EROFS if the store has failed, -EIO if the value could not be saved,
 * -EINTR for a fatal signal. Nothing has changed then.
 */
int remap_settings_change(struct remap_device *rd, size_t offset, u32 value);

/**
 * remap_settings_set_main_id() - record another identity of the main.
 * @rd: the device.
 * @id: 1 to DM_REMAP_MAIN_ID_LEN printable characters.
 *
 * A persistent set has it on the spare when this returns.
 *
 * Context: process, may sleep; no locks held.
 * Return: 0; -EBUSY while the device is suspended, -EROFS if it is read-only or its
 * store has failed, -EIO if the identity could not be saved, -EINTR for a fatal signal.
 */
int remap_settings_set_main_id(struct remap_device *rd, const char *id);

/**
 * remap_settings_take_main_id() - take the identity that a new table line gives.
 * @rd: the device; a transient set has no record that could contradict.
 * @id: the identity, or "" if the line has none.
 *
 * Context: process, may sleep; @rd is suspended.
 */
void remap_settings_take_main_id(struct remap_device *rd, const char *id);

/**
 * remap_settings_get_main_id() - copy the identity recorded for the main.
 * @rd: the device.
 * @id: room for DM_REMAP_MAIN_ID_SIZE bytes.
 *
 * Context: process, may sleep; no locks held.
 */
void remap_settings_get_main_id(struct remap_device *rd, char *id);

#endif /* _REMAP_SETTINGS_H */
