/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The persistent store: what its parts share.
 *
 * All functions here are called in process context, may sleep, and are
 * serialized by the core, which holds the device's commit lock.
 */
#ifndef _REMAP_META_H
#define _REMAP_META_H

#include <linux/bitmap.h>
#include <linux/device-mapper.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <dm-remap/format.h>
#include <dm-remap/store.h>

#define DM_MSG_PREFIX "remap"

/* Pages that are read or written in one go, in a buffer of 64 KiB. */
#define META_RUN	16U

/* More than a single commit can add to a sequence. */
#define META_SEQUENCE_GAP		SZ_64K

/* Maximum number of pages to repair before the set is used; the others are repaired while it is. */
#define META_FIRST_REPAIRS	4096U

/* Pages that are written when a spare is formatted. */
#define META_FIRST_PAGES	256U

/* Maximum number of pages to try until each copy has one that records the superblock's sequence. */
#define META_WITNESSES		8U

/*
 * Commits between two attempts to write a failing copy: the number doubles each time, up to
 * this.
 */
#define META_MAX_BACKOFF	1024U

/**
 * struct meta - a persistent store.
 * @store: what the core sees.
 * @p: the parameters that it was opened with.
 * @geo: where things are.
 * @grown: where they will be, if @growing.
 * @growing: start() will give the set more blocks, on a spare that has grown.
 * @formatting: superblock 0 says that the spare is being formatted.
 * @sb: the superblock, as it is or is about to be written.
 * @sequence: the sequence that all good superblocks have.
 * @next_sequence: the highest sequence that may be on disk.
 * @generation: of the set; of the last page written.
 * @loaded: what @generation was on the spare when the table was loaded.
 * @pages_used: as in the superblock.
 * @nr_entries: slots that have a block.
 * @kept_pages: number of pages up to the last one that has entries.
 * @sb_bad: superblocks that are bad or out of date.
 * @bad: for each copy, a bit for each page that is bad or out of date.
 * @nr_bad: bits set in each of them.
 * @rewrite: pages whose content is wrong in all copies.
 * @nr_rewrite: bits set in it.
 * @unrecorded: there are bad copies that the superblocks do not name.
 * @backoff: commits to wait before bad copies are tried again.
 * @retry_at: value of @commits at which that is.
 * @changes: entries of a commit under way, which the core has not applied yet.
 * @nr_first: how many of them are of its first step.
 * @nr_second: how many are of its second step, or 0 before that.
 * @repair_next: where the repair goes on.
 * @lost_pages: pages of which no copy was found; only when read-only.
 * @failed: nothing can be written any more.
 * @repairs: copies of pages, and superblocks, that were written anew.
 * @faults: copies of pages, and superblocks, that were or became bad.
 * @commits: commits.
 * @pages: pages of the table that were written, of all copies.
 * @buf: META_RUN pages.
 */
struct meta {
	struct dm_remap_store store;
	struct dm_remap_store_params p;
	struct dm_remap_geometry geo;
	struct dm_remap_geometry grown;
	bool growing;
	bool formatting;
	struct dm_remap_sb *sb;
	u64 sequence;
	u64 next_sequence;
	u64 generation;
	u64 loaded;
	u32 pages_used;
	u32 nr_entries;
	u32 kept_pages;
	bool sb_bad[2];
	unsigned long *bad[DM_REMAP_MAX_REPLICAS];
	u32 nr_bad[DM_REMAP_MAX_REPLICAS];
	unsigned long *rewrite;
	u32 nr_rewrite;
	bool unrecorded;
	unsigned int backoff;
	u64 retry_at;
	const struct dm_remap_entry *changes;
	unsigned int nr_first;
	unsigned int nr_second;
	u32 repair_next;
	u32 lost_pages;
	bool failed;
	u64 repairs;
	u64 faults;
	u64 commits;
	u64 pages;
	struct dm_remap_page *buf;
};

static inline struct meta *to_meta(struct dm_remap_store *store)
{
	return container_of(store, struct meta, store);
}

/**
 * meta_whole_copies() - number of intact copies of the table.
 * @m: the store.
 *
 * Return: the number of copies.
 */
static inline u32 meta_whole_copies(const struct meta *m)
{
	u32 r, whole = 0;

	for (r = 0; r < m->geo.replicas; r++)
		whole += !READ_ONCE(m->nr_bad[r]);
	return whole;
}

/**
 * meta_bad_somewhere() - whether a page has a bad copy.
 * @m: the store.
 * @page: the page.
 *
 * Return: true if it has one.
 */
static inline bool meta_bad_somewhere(const struct meta *m, u32 page)
{
	u32 r;

	for (r = 0; r < m->geo.replicas; r++)
		if (test_bit(page, m->bad[r]))
			return true;
	return false;
}

/**
 * meta_retry_now() - whether copies that failed are worth another try.
 * @m: the store.
 *
 * Return: true if it is time.
 */
static inline bool meta_retry_now(const struct meta *m)
{
	return m->commits >= m->retry_at;
}

static inline u32 meta_page_of(u32 slot)
{
	return slot / DM_REMAP_PAGE_ENTRIES;
}

/* open.c: find the superblock, or decide that the spare is empty. */

/**
 * meta_open_spare() - find the superblock, or decide that the spare is empty.
 * @m: the store; p is set.
 * @replicas: copies of the table that a fresh spare gets.
 * @error: set to a sentence for ti->error on failure.
 *
 * Fills in sb, geo, sequence, next_sequence, generation, pages_used, sb_bad and
 * store.fresh.  Writes nothing.
 *
 * Return: 0, -errno.
 */
int meta_open_spare(struct meta *m, unsigned int replicas, char **error);

/* fresh.c: spares that are empty. */

/**
 * meta_check_signatures() - whether a spare that begins with zeros is in use.
 * @m: the store.
 *
 * Return: 0 if not; -EINVAL if it is; -EIO if that cannot be read.
 */
int meta_check_signatures(struct meta *m);

/**
 * meta_fresh_layout() - make the superblock of a fresh set, in memory.
 * @m: the store.
 * @replicas: copies of the table.
 * @error: set to a sentence for ti->error on failure.
 *
 * Return: 0, -EINVAL.
 */
int meta_fresh_layout(struct meta *m, unsigned int replicas, char **error);

/**
 * meta_fresh_format() - write a fresh set to the spare.
 * @m: the store.
 *
 * Return: 0, -EIO.
 */
int meta_fresh_format(struct meta *m);

/* grow.c: spares that have become larger. */

/**
 * meta_extend_layout() - see whether a spare that has grown has room for more blocks.
 * @m: the store, a successor; geo is set.
 *
 * Sets grown and growing if so.
 */
void meta_extend_layout(struct meta *m);

/**
 * meta_may_grow() - whether the spare has room for more blocks than the table is going to have.
 * @m: the store, after meta_extend_layout().
 *
 * Return: whether a successor would find more blocks.
 */
bool meta_may_grow(const struct meta *m);

/**
 * meta_extend() - write the table and superblock 1 to their new places.
 * @m: the store; growing.
 *
 * Until superblock 1 is durable, everything that was there before stays intact. Superblock 0
 * follows with the next meta_super_write().
 *
 * Return: 0, or -EIO.
 */
int meta_extend(struct meta *m);

/**
 * meta_grow() - put superblock 1 at the end of a spare that has grown.
 * @m: the store.
 *
 * Superblock 0 records the new end with the next meta_super_write(). If the new end cannot be
 * written, the old one stays in use.
 */
void meta_grow(struct meta *m);

/**
 * meta_end_growth() - finish a growth that this activation or an earlier one has begun.
 * @m: the store; its superblocks have been written.
 *
 * Erases superblock 1 at the former end. If that place is in the data area now, it is not erased
 * again later, because data may be there. If this changes what the superblocks have to record,
 * they are written again before any I/O.
 *
 * Return: 0, also if the store has failed meanwhile; or -EIO if superblock 0 may still be from
 * before the growth.
 */
int meta_end_growth(struct meta *m);

/**
 * meta_undo_growth() - erase what a growth that failed may have written.
 * @m: the store that stays; its superblocks have been written.
 * @grown: the store on the same spare that could not be started.
 *
 * Otherwise, its superblock 1 would be used if the others cannot be read. The first pages of its
 * table are erased, too, so that even then it finds no table.
 */
void meta_undo_growth(struct meta *m, const struct meta *grown);

/**
 * meta_forget_bad() - note that no copy of any page is bad.
 * @m: the store; what was recorded is about former copies, or a former table.
 */
void meta_forget_bad(struct meta *m);

/**
 * meta_table_write() - write all pages that are in use, each copy durably before the next.
 * @m: the store.
 *
 * Return: 0, or -EIO if a page has no good copy then.
 */
int meta_table_write(struct meta *m);

/* stale.c: stale copies of pages. */

/**
 * meta_stale_record() - put the bad copies into the superblock.
 * @m: the store.
 *
 * Return: false if they are more than it has room for.
 */
bool meta_stale_record(struct meta *m);

/* super.c: writing superblocks. */

/**
 * meta_super_put() - write one superblock, as it is.
 * @m: the store; sb is complete, except for the fields that depend on the place.
 * @nr: which.
 *
 * Return: whether it is durable.
 */
bool meta_super_put(struct meta *m, unsigned int nr);

/**
 * meta_super_number() - give the superblock its next sequence.
 * @m: the store.
 */
void meta_super_number(struct meta *m);

/**
 * meta_super_write() - write both superblocks.
 * @m: the store.
 * @mend: try one that is bad, too.
 *
 * Every later activation detects that one that could not be written is stale, because the other
 * one and the table have a higher sequence when this returns.
 *
 * Return: 0, or -EIO if that could not be done; the store has failed then.
 */
int meta_super_write(struct meta *m, bool mend);

/* label.c: the label of the main. */

/* What was found at the label's place. */
enum meta_label {
	META_LABEL_NONE,
	META_LABEL_FOUND,
	META_LABEL_BAD,		/* there is one, but it is invalid */
	META_LABEL_UNREADABLE,
};

/**
 * meta_label_read() - see whether the main has a label.
 * @m: the store; its buffer holds the sector that was read.
 * @why: set to what is wrong with it, if that is so.
 *
 * A label whose target ends before this target begins does not count.
 *
 * Return: the kind of label.
 */
enum meta_label meta_label_read(const struct meta *m, const char **why);

/**
 * meta_label_check() - whether the label of the main matches the spare.
 * @m: the store; sb is set unless @fresh.
 * @fresh: the spare is empty.
 * @error: set to a sentence for ti->error on failure.
 *
 * Return: 0, -EINVAL.
 */
int meta_label_check(const struct meta *m, bool fresh, char **error);

/**
 * meta_label_is_own() - whether the main has the label of this set.
 * @m: the store; sb is set.
 *
 * Return: true if it has, whatever the size that the label records.
 */
bool meta_label_is_own(const struct meta *m);

/**
 * meta_label_note() - record in the superblock whether the main has a label.
 * @m: the store.
 *
 * Does not write it.
 */
void meta_label_note(struct meta *m);

/* identity.c: how the main is identified. */

/**
 * meta_identity_check() - whether the main is the one that is recorded.
 * @m: the store; sb is set.
 * @error: set to a sentence for ti->error on failure.
 *
 * Return: 0, -EINVAL.
 */
int meta_identity_check(const struct meta *m, char **error);

/**
 * meta_identity_note() - record what the kernel knows of the main.
 * @m: the store.
 * @sectors: the size of the main, which is large enough for the target.
 *
 * Does not write it.
 */
void meta_identity_note(struct meta *m, u64 sectors);

/* saved.c: settings and counts in the superblock. */

/**
 * meta_saved_put() - put settings and counts into the superblock.
 * @m: the store.
 * @saved: the settings and records to keep.
 *
 * Does not write it.
 */
void meta_saved_put(struct meta *m, const struct dm_remap_saved *saved);

/**
 * meta_saved_get() - get settings and counts from the superblock.
 * @m: the store.
 * @saved: filled in as far as something was kept.
 */
void meta_saved_get(const struct meta *m, struct dm_remap_saved *saved);

/* pages.c: writing pages of the table. */

/**
 * meta_page_mark() - note that a copy of a page is bad, or good again.
 * @m: the store.
 * @replica: the copy.
 * @page: the page.
 * @bad: true if it is bad.
 */
void meta_page_mark(struct meta *m, unsigned int replica, u32 page, bool bad);

/**
 * meta_page_fill() - make a page as the core has it, with the changes under way.
 * @m: the store.
 * @page: filled in.
 * @nr: its number.
 */
void meta_page_fill(struct meta *m, struct dm_remap_page *page, u32 nr);

/**
 * meta_page_seal() - give a page its sequence and checksum.
 * @m: the store.
 * @page: the page.
 */
void meta_page_seal(struct meta *m, struct dm_remap_page *page);

/**
 * meta_copy_write() - write pages of one copy from buf.
 * @m: the store.
 * @replica: the copy.
 * @page: the first page.
 * @n: how many.
 * @flags: REQ_FUA, REQ_PREFLUSH.
 *
 * Return: how many were written; the others are marked as bad.
 */
unsigned int meta_copy_write(struct meta *m, unsigned int replica, u32 page, u32 n,
			     blk_opf_t flags);

/**
 * meta_pages_write() - write pages to all copies from buf, each durably before the next.
 * @m: the store.
 * @page: the first page.
 * @n: how many, all good or all with the same bad copies.
 *
 * Return: 0, or -EIO if a page has no good copy then.
 */
int meta_pages_write(struct meta *m, u32 page, u32 n);

/* load.c */

/**
 * meta_pages_load() - read the table.
 * @m: the store.
 * @fn: takes the entries.
 * @context: for @fn.
 * @error: set to a sentence for ti->error on failure.
 *
 * Records copies that need repair in bad.
 *
 * Return: 0, -errno; -EINTR if a fatal signal is pending.
 */
int meta_pages_load(struct meta *m, dm_remap_load_fn fn, void *context, char **error);

/* Make what all tables need to be loaded; for the module's init function. Return: 0, -ENOMEM. */
int meta_load_init(void);

void meta_load_exit(void);

/* commit.c */

/**
 * meta_pages_commit() - write the pages that entries are in.
 * @m: the store.
 * @entries: the entries; sorted.
 * @nr: how many.
 *
 * Return: 0, or -EIO; the store has failed then.
 */
int meta_pages_commit(struct meta *m, struct dm_remap_entry *entries, unsigned int nr);

/* succeed.c: one store that takes over from another. */

/**
 * meta_succeed() - dm_remap_store_type.succeed.
 * @store: the successor, with its table loaded.
 * @old: the store in use.
 *
 * Return: see there.
 */
int meta_succeed(struct dm_remap_store *store, struct dm_remap_store *old);

/**
 * meta_retire() - dm_remap_store_type.retire.
 * @store: the store that was in use.
 * @successor: the store that has started.
 */
void meta_retire(struct dm_remap_store *store, const struct dm_remap_store *successor);

/**
 * meta_stay() - dm_remap_store_type.stay.
 * @store: the store that stays in use.
 * @successor: what could not be started.
 */
void meta_stay(struct dm_remap_store *store, const struct dm_remap_store *successor);

/* new-main.c: another main, with an empty table. */

/**
 * meta_forget_main() - forget all that is recorded of the main and of the blocks on the spare.
 * @m: the store, which takes over with a new main.
 *
 * In memory only. With the new seed, no page on the spare counts any more; with the new secret,
 * no label of the former main does.
 */
void meta_forget_main(struct meta *m);

/**
 * meta_empty() - write the superblocks of the set with its new main, and an empty table.
 * @m: the store; its superblock is complete.
 *
 * The first superblock that is durable ends the set with its former main.
 *
 * Return: 0; -EIO if the superblocks cannot both be written: the former set counts once its
 * own have been. If the power failed during the change, and the set has its new main already, one
 * superblock is enough.
 */
int meta_empty(struct meta *m);

/* repair.c */

/**
 * meta_pages_repair() - write the next bad pages anew.
 * @m: the store.
 * @budget: how many at most.
 *
 * Pages whose writes still fail are tried again after all others have had their turn. What fails
 * is recorded by the next meta_super_write().
 *
 * Return: whether there may be more.
 */
bool meta_pages_repair(struct meta *m, unsigned int budget);

#endif /* _REMAP_META_H */
