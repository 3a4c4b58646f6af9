// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the superblock of a spare, or decides that the spare is empty.
 *
 * Superblock 1 is where superblock 0 says that the spare ends, or ended when it was
 * written: the device may have grown.  Without superblock 0 only the end of the
 * device is looked at.
 */
#include <linux/blkdev.h>
#include <linux/slab.h>

#include <dm-remap/io.h>

#include "meta.h"

/* What was found at a superblock's place. */
struct found {
	struct dm_remap_sb *sb;
	struct dm_remap_geometry geo;
	u64 sector;
	bool unreadable;
	const char *why;	/* NULL if it is a superblock */
};

static void read_super(const struct meta *m, struct found *f, u64 sector)
{
	f->sector = sector;
	f->unreadable = dm_remap_rw(m->p.spare, REQ_OP_READ, sector, f->sb,
				    DM_REMAP_PAGE_SECTORS) != BLK_STS_OK;
	if (f->unreadable)
		f->why = "it cannot be read";
	else
		f->why = dm_remap_sb_check(f->sb, sector, bdev_nr_sectors(m->p.spare),
					   m->p.read_only, &f->geo);
}

static bool has_magic(const struct found *f)
{
	return !f->unreadable && !memcmp(f->sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
}

static bool is_formatting(const struct found *f)
{
	return !f->why && (le32_to_cpu(f->sb->flags) & DM_REMAP_SB_FORMATTING);
}

static bool is_other_set(const struct found *a, const struct found *b)
{
	return !a->why && !b->why && dm_remap_sb_differ(a->sb, b->sb);
}

/* The superblock that is in force, if either is. */
static const struct found *newer(const struct found *found)
{
	bool second = found[0].why ||
		      (!found[1].why && le64_to_cpu(found[1].sb->sequence) >
					le64_to_cpu(found[0].sb->sequence));

	return &found[second];
}

/* Whether it is an intact superblock that we cannot use: of a later version, or another device. */
static bool is_foreign(const struct found *f)
{
	return f->why && !f->unreadable && dm_remap_sb_is_intact(f->sb, f->sector);
}

/*
 * Take superblock 1 at the former end if that one is newer than what was found: the spare began to
 * grow, and that was undone.
 */
static void read_former(const struct meta *m, struct found *found)
{
	const struct found *newest = newer(found);
	u64 former = newest->why ? 0 : le64_to_cpu(newest->sb->former_spare_sectors);
	struct found *end = &found[2];

	if (!former || is_foreign(&found[1]) || is_other_set(&found[0], &found[1]))
		return;
	read_super(m, end, dm_remap_sb_sector(former, 1));
	if (!end->why && !is_other_set(&found[0], end) && !is_other_set(&found[1], end) &&
	    dm_remap_sb_undone(newest->sb, end->sb))
		swap(found[1], found[2]);
}

/*
 * Read superblock 1 at the end that superblock 0 records, or at a new end if it has moved there; or
 * at the former end.
 */
static void read_second(const struct meta *m, struct found *found)
{
	u64 size = bdev_nr_sectors(m->p.spare);
	u64 end = found[0].why ? size : found[0].geo.spare_sectors;

	read_super(m, &found[1], dm_remap_sb_sector(size, 1));
	if (dm_remap_sb_sector(end, 1) != dm_remap_sb_sector(size, 1) &&
	    (found[1].why || is_other_set(&found[0], &found[1]) ||
	     !dm_remap_sb_grown(found[0].sb, found[1].sb)))
		read_super(m, &found[1], dm_remap_sb_sector(end, 1));
	read_former(m, found);
}

static void use_super(struct meta *m, const struct found *found)
{
	const struct found *f = newer(found);
	unsigned int i;

	*m->sb = *f->sb;
	m->geo = f->geo;
	m->sequence = le64_to_cpu(f->sb->sequence);
	m->next_sequence = m->sequence;
	m->generation = le64_to_cpu(f->sb->generation);
	m->pages_used = le32_to_cpu(f->sb->pages_used);
	for (i = 0; i < 2; i++) {
		m->sb_bad[i] = found[i].why || found[i].sb->sequence != f->sb->sequence;
		m->faults += m->sb_bad[i];
		if (found[i].why)
			DMWARN("%s: superblock %u of the spare is not used: %s",
			       m->p.name, i, found[i].why);
	}
}

/*
 * Whether the set had smaller logical blocks before. So may its lost and unread sectors be, and a
 * disk with larger ones rejects what is read or written beside them.
 */
static bool had_smaller_blocks(const struct meta *m)
{
	u32 before = max3(le32_to_cpu(m->sb->main_lbs), le32_to_cpu(m->sb->spare_lbs),
			  (u32)SECTOR_SIZE);

	return max(bdev_logical_block_size(m->p.main),
		   bdev_logical_block_size(m->p.spare)) > before;
}

/* Whether the set that was found is the one that was asked for. */
static int check_pair(const struct meta *m, char **error)
{
	const struct dm_remap_sb *sb = m->sb;
	u32 flags = le32_to_cpu(sb->flags);

	if (flags & DM_REMAP_SB_REPLACED)
		*error = "Another spare has taken this one's place: name that, or wipe this one";
	else if ((flags & DM_REMAP_SB_JOINING) && !m->p.copy)
		*error = "The spare is an unfinished copy of another one: name the other one";
	else if (m->p.uuid && memcmp(sb->uuid, m->p.uuid->b, sizeof(sb->uuid)))
		*error = "The spare belongs to another set: its uuid is not the one given";
	else if (m->p.new_main)
		return meta_label_check(m, true, error);
	else if (le64_to_cpu(sb->main_start) != m->p.main_start ||
		 (le64_to_cpu(sb->target_sectors) != m->p.len && !m->p.successor))
		*error = "The spare belongs to another main: that one has another size or start";
	else if (had_smaller_blocks(m) && !m->p.read_only)
		*error = "Main or spare has larger sectors than when the set was made";
	else if (m->p.block_size && m->p.block_size != le32_to_cpu(sb->block_size))
		*error = "The spare was formatted with another block_size: leave it out";
	else
		return meta_identity_check(m, error) ?: meta_label_check(m, false, error);
	return -EINVAL;
}

/* Check that no table follows a first page of zeros. */
static int check_table(const struct meta *m)
{
	if (dm_remap_rw(m->p.spare, REQ_OP_READ, DM_REMAP_PAGE_SECTORS, m->buf,
			DM_REMAP_PAGE_SECTORS) != BLK_STS_OK)
		return -EIO;
	return memcmp(m->buf->magic, DM_REMAP_PAGE_MAGIC, DM_REMAP_MAGIC_SIZE) ? 0 : -EEXIST;
}

/* Whether a spare without a superblock 0 is an empty one. */
static int check_unused(struct meta *m, const struct found *found, char **error)
{
	int ret = 0;

	bool zero = dm_remap_sb_is_zero(found[0].sb);
	bool magic = has_magic(&found[0]) || has_magic(&found[1]);

	if (is_formatting(&found[0]))
		return 0;
	if (found[0].unreadable || found[1].unreadable)
		ret = -EIO;
	else if (!found[1].why)
		ret = -EEXIST;
	else
		ret = check_table(m) ?: (magic ? -EEXIST : 0);
	ret = ret ?: (zero ? meta_check_signatures(m) : -EINVAL);
	if (ret == -EEXIST && zero)
		*error = "A spare whose first page was erased: see dmremap check and delete";
	else if (ret == -EEXIST)
		*error = "A spare with damaged superblocks, not an empty disk: see dmremap check";
	else if (ret == -EIO)
		*error = "The spare cannot be read: it may not be empty";
	else if (ret)
		*error = "The spare holds something else: see dmremap check before you wipe it";
	return ret == -EEXIST ? -EINVAL : ret;
}

static int decide(struct meta *m, struct found *found, unsigned int replicas, char **error)
{
	bool erased = found[0].why && !found[0].unreadable && dm_remap_sb_is_zero(found[0].sb);
	unsigned int i;
	int ret;

	for (i = 0; i < 2 && !is_formatting(&found[0]); i++) {
		if (is_foreign(&found[i])) {
			DMERR("%s: superblock %u of the spare: %s", m->p.name, i, found[i].why);
			*error = "The spare has a superblock that cannot be used: see the log";
			return -EINVAL;
		}
	}
	if (!is_formatting(&found[0]) && is_other_set(&found[0], &found[1])) {
		*error = "The spare has the superblocks of two different sets: see dmremap check";
		return -EINVAL;
	}
	if (!is_formatting(&found[0]) && !erased && (!found[0].why || !found[1].why)) {
		use_super(m, found);
		m->store.joining = le32_to_cpu(m->sb->flags) & DM_REMAP_SB_JOINING;
		m->store.token = le64_to_cpu(m->sb->replacement.token);
		return check_pair(m, error);
	}
	ret = check_unused(m, found, error);
	if (ret)
		return ret;
	if (m->p.read_only) {
		*error = "The spare is not formatted, and cannot be: read_only";
		return -EROFS;
	}
	m->formatting = is_formatting(&found[0]);
	ret = meta_label_check(m, true, error);
	return ret ?: meta_fresh_layout(m, replicas, error);
}

int meta_open_spare(struct meta *m, unsigned int replicas, char **error)
{
	struct found found[3] = { };	/* the last is where superblock 1 may have been before */
	int ret = -ENOMEM;

	if (bdev_nr_sectors(m->p.spare) < 3 * DM_REMAP_PAGE_SECTORS) {
		*error = "Spare is too small for its metadata and one block";
		return -EINVAL;
	}
	*error = "Out of memory";
	found[0].sb = kmalloc(sizeof(*found[0].sb), GFP_KERNEL);
	found[1].sb = kmalloc(sizeof(*found[1].sb), GFP_KERNEL);
	found[2].sb = kmalloc(sizeof(*found[2].sb), GFP_KERNEL);
	if (found[0].sb && found[1].sb && found[2].sb) {
		read_super(m, &found[0], 0);
		read_second(m, found);
		ret = decide(m, found, replicas, error);
	}
	kfree(found[0].sb);
	kfree(found[1].sb);
	kfree(found[2].sb);
	return ret;
}
