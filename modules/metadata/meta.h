/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The persistent store: what its parts share.
 *
 * All functions here are called in process context, may sleep, and are
 * serialized by the core, which holds the device's lock.
 */
#ifndef _REMAP_META_H
#define _REMAP_META_H

#include <linux/bitmap.h>
#include <linux/device-mapper.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <dm-remap/format.h>
#include <dm-remap/store.h>

#define DM_MSG_PREFIX "remap metadata"

/* Pages that are read or written in one go, in a buffer of 64 KiB. */
#define META_RUN	16U

/* More than what one commit adds to a sequence. */
#define META_SKIP		SZ_64K

/* Pages that are repaired before the set is used; others are while it is. */
#define META_FIRST_REPAIRS	4096U

/* Pages that are written when a spare is formatted. */
#define META_FIRST_PAGES	256U

/**
 * struct meta - a persistent store.
 * @store: what the core sees.
 * @p: what it was opened for.
 * @geo: where things are.
 * @sb: the superblock, as it is or is about to be written.
 * @sequence: of the superblocks; of the last one written.
 * @generation: of the set; of the last page written.
 * @pages_used: as in the superblock.
 * @sb_bad: superblocks that are not as @sb.
 * @bad: for each copy, a bit for each page that is not as it should be.
 * @nr_bad: bits set in each of them.
 * @repair_next: where the repair goes on.
 * @lost_pages: pages of which no copy was found; only when read-only.
 * @failed: nothing can be written any more.
 * @repairs: copies of pages, and superblocks, that were written anew.
 * @faults: copies of pages, and superblocks, that were or became bad.
 * @commits: commits.
 * @pages: pages of the table that were written, of all copies.
 * @buf: META_RUN pages.
 * @others: for each copy, META_RUN pages; only while the table is loaded.
 */
struct meta {
	struct dm_remap_store store;
	struct dm_remap_store_params p;
	struct dm_remap_geometry geo;
	struct dm_remap_sb *sb;
	u64 sequence;
	u64 generation;
	u32 pages_used;
	bool sb_bad[2];
	unsigned long *bad[DM_REMAP_MAX_REPLICAS];
	u32 nr_bad[DM_REMAP_MAX_REPLICAS];
	u32 repair_next;
	u32 lost_pages;
	bool failed;
	u64 repairs;
	u64 faults;
	u64 commits;
	u64 pages;
	struct dm_remap_page *buf;
	struct dm_remap_page *others[DM_REMAP_MAX_REPLICAS];
};

static inline struct meta *to_meta(struct dm_remap_store *store)
{
	return container_of(store, struct meta, store);
}

/**
 * meta_whole_copies() - how many copies of the table are as they should be.
 * @m: the store.
 */
static inline u32 meta_whole_copies(const struct meta *m)
{
	u32 r, whole = 0;

	for (r = 0; r < m->geo.replicas; r++)
		whole += !READ_ONCE(m->nr_bad[r]);
	return whole;
}

/**
 * meta_super_open() - find the superblock, or make one.
 * @m: the store; p is set.
 * @replicas: copies of the table that a fresh spare gets.
 * @error: set to a sentence for ti->error on failure.
 *
 * Fills in sb, geo, sequence, generation, pages_used, sb_bad.  Writes nothing
 * unless the spare was never used.
 *
 * Return: 0, -errno.
 */
int meta_super_open(struct meta *m, unsigned int replicas, char **error);

/**
 * meta_super_write() - write both superblocks.
 * @m: the store.
 *
 * Return: 0, or -EIO if none of the two could be written; the store has failed
 * then.
 */
int meta_super_write(struct meta *m);

/* What is in the place of a label. */
enum meta_label {
	META_LABEL_NONE,
	META_LABEL_FOUND,
	META_LABEL_BAD,		/* there is one, that is not right */
	META_LABEL_UNREADABLE,
};

/**
 * meta_label_read() - see whether the main has a label.
 * @m: the store; its buffer holds what was read.
 * @why: set to what is wrong with it, if that is so.
 *
 * One that ends before the target begins does not count.
 */
enum meta_label meta_label_read(const struct meta *m, const char **why);

/**
 * meta_super_note_label() - put into the superblock whether the main has one.
 * @m: the store.
 *
 * Does not write it.
 */
void meta_super_note_label(struct meta *m);

/**
 * meta_super_save() - put what is kept beside the table into the superblock.
 * @m: the store.
 * @saved: what is to be kept.
 *
 * Does not write it.
 */
void meta_super_save(struct meta *m, const struct dm_remap_saved *saved);

/**
 * meta_super_restore() - take it from the superblock.
 * @m: the store.
 * @saved: filled in as far as something was kept.
 */
void meta_super_restore(const struct meta *m, struct dm_remap_saved *saved);

/**
 * meta_pages_format() - write the first pages of a fresh table.
 * @m: the store; geo and the set's uuid are known.
 *
 * Sets pages_used.
 *
 * Return: 0, -EIO.
 */
int meta_pages_format(struct meta *m);

/**
 * meta_pages_load() - read the table.
 * @m: the store.
 * @fn: takes the entries.
 * @context: for @fn.
 * @error: set to a sentence for ti->error on failure.
 *
 * Notes in bad what is to be repaired.
 *
 * Return: 0, -errno.
 */
int meta_pages_load(struct meta *m, dm_remap_load_fn fn, void *context, char **error);

/**
 * meta_pages_commit() - write the pages that entries are in.
 * @m: the store.
 * @entries: the entries; sorted.
 * @nr: how many.
 *
 * Return: 0, or -EIO; the store has failed then.
 */
int meta_pages_commit(struct meta *m, struct dm_remap_entry *entries, unsigned int nr);

/**
 * meta_pages_repair() - write the next bad pages anew.
 * @m: the store.
 * @budget: how many at most.
 *
 * Those that still fail writes are tried again the next time, when all others
 * have had their turn.
 *
 * Return: whether there may be more.
 */
bool meta_pages_repair(struct meta *m, unsigned int budget);

#endif /* _REMAP_META_H */
