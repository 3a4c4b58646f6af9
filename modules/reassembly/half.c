// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <dm-remap/compat.h>
#include <dm-remap/io.h>
#include <dm-remap/main-id.h>

#include "half.h"

/* What is at one end of a device. */
struct end {
	void *buf;
	bool unreadable;
	bool head;		/* at least the first logical block was read */
	bool refused;		/* it is an undamaged superblock that cannot be used */
	const char *why;	/* NULL if it is a superblock */
	struct dm_remap_geometry geo;
};

static const struct dm_remap_sb *end_sb(const struct end *end)
{
	return end->buf;
}

static bool has_magic(const struct end *end, const char *magic)
{
	return !end->unreadable && !memcmp(end->buf, magic, DM_REMAP_MAGIC_SIZE);
}

static bool is_formatting(const struct end *end)
{
	return !end->why && (le32_to_cpu(end_sb(end)->flags) & DM_REMAP_SB_FORMATTING);
}

/* Whether both are superblocks, and cannot belong to one set, by the criteria of the store. */
static bool differ(const struct end *a, const struct end *b)
{
	return !a->why && !b->why && dm_remap_sb_differ(end_sb(a), end_sb(b));
}

/* The superblock that is in force, if either is. */
static const struct end *newer(const struct end *ends)
{
	bool second = ends[0].why ||
		      (!ends[1].why && le64_to_cpu(end_sb(&ends[1])->sequence) >
				       le64_to_cpu(end_sb(&ends[0])->sequence));

	return &ends[second];
}

static int read_end(struct block_device *bdev, struct end *end, u64 sector, unsigned int unit)
{
	if (!end->buf)
		end->buf = kzalloc(roundup_pow_of_two(unit), GFP_KERNEL);
	if (!end->buf)
		return -ENOMEM;
	end->unreadable = dm_remap_rw(bdev, REQ_OP_READ, sector, end->buf,
				      unit >> SECTOR_SHIFT) != BLK_STS_OK;
	/* A label is smaller than that, and there may be bad sectors after it. */
	end->head = !sector && (!end->unreadable ||
		    dm_remap_rw(bdev, REQ_OP_READ, sector, end->buf,
				bdev_logical_block_size(bdev) >> SECTOR_SHIFT) == BLK_STS_OK);
	if (end->unreadable)
		end->why = "it cannot be read";
	else
		end->why = dm_remap_sb_check(end->buf, sector, bdev_nr_sectors(bdev), true,
					     &end->geo);
	end->refused = end->why && !end->unreadable && dm_remap_sb_is_intact(end->buf, sector);
	return 0;
}

/*
 * As in the store: superblock 1 where it was before counts if it is newer, as a growth was undone
 * then.
 */
static int read_former(struct block_device *bdev, struct end *ends, unsigned int unit)
{
	const struct end *newest = newer(ends);
	u64 former = newest->why ? 0 : le64_to_cpu(end_sb(newest)->former_spare_sectors);
	int ret;

	if (!former || ends[1].refused || differ(&ends[0], &ends[1]))
		return 0;
	ret = read_end(bdev, &ends[2], dm_remap_sb_sector(former, 1), unit);
	if (!ret && !ends[2].why && !differ(&ends[0], &ends[2]) && !differ(&ends[1], &ends[2]) &&
	    dm_remap_sb_undone(end_sb(newest), end_sb(&ends[2])))
		swap(ends[1], ends[2]);
	return ret;
}

/*
 * Superblock 1 is where superblock 0 says that the spare ends; or, if the device has grown, at the
 * new end to which the store was about to move it.
 */
static int read_second(struct block_device *bdev, struct end *ends, unsigned int unit)
{
	u64 size = bdev_nr_sectors(bdev);
	u64 end = ends[0].why ? size : ends[0].geo.spare_sectors;
	int ret;

	ret = read_end(bdev, &ends[1], dm_remap_sb_sector(size, 1), unit);
	if (!ret && dm_remap_sb_sector(end, 1) != dm_remap_sb_sector(size, 1) &&
	    (ends[1].why || differ(&ends[0], &ends[1]) ||
	     !dm_remap_sb_grown(end_sb(&ends[0]), end_sb(&ends[1]))))
		ret = read_end(bdev, &ends[1], dm_remap_sb_sector(end, 1), unit);
	return ret ?: read_former(bdev, ends, unit);
}

static void take_main(struct half *half, const struct dm_remap_label *label)
{
	half->kind = HALF_MAIN;
	import_uuid(&half->uuid, label->uuid);
	memcpy(half->secret, label->secret, sizeof(half->secret));
	half->main_sectors = le64_to_cpu(label->main_sectors);
	half->target_sectors = le64_to_cpu(label->target_sectors);
	strscpy(half->name, (const char *)label->name, sizeof(half->name));
}

/* A spare that has not yet joined its set, or has been replaced, is not a half of it. */
static void take_spare(struct half *half, const struct dm_remap_sb *sb)
{
	if (le32_to_cpu(sb->flags) & (DM_REMAP_SB_JOINING | DM_REMAP_SB_REPLACED))
		return;
	half->kind = HALF_SPARE;
	half->seed = le64_to_cpu(sb->seed);
	half->partner_seed = le64_to_cpu(sb->replacement.partner_seed);
	half->partner_generation = le64_to_cpu(sb->replacement.partner_generation);
	import_uuid(&half->uuid, sb->uuid);
	memcpy(half->secret, sb->secret, sizeof(half->secret));
	half->main_sectors = le64_to_cpu(sb->main_sectors);
	half->main_start = le64_to_cpu(sb->main_start);
	half->target_sectors = le64_to_cpu(sb->target_sectors);
	half->generation = le64_to_cpu(sb->generation);
	half->labelled = le32_to_cpu(sb->flags) & DM_REMAP_SB_LABELLED;
	strscpy(half->name, (const char *)sb->name, sizeof(half->name));
	strscpy(half->main_id, dm_remap_sb_main_id(sb), sizeof(half->main_id));
}

static void take_damaged(struct half *half, const struct end *end, const char *why)
{
	half->kind = HALF_DAMAGED;
	import_uuid(&half->uuid, end_sb(end)->uuid);
	DMWARN_LIMIT("%u:%u is a spare that cannot be used: %s", MAJOR(half->dev),
		     MINOR(half->dev), why);
}

/*
 * Like the store, use neither superblock if one of them is refused but not damaged. Unlike the
 * store, whose caller says that the device is a spare, do not use one at the end of a device
 * that begins with something else: the disk may once have been a spare, and have a file system
 * now.
 */
static void classify(struct half *half, const struct end *ends)
{
	const struct end *newest = newer(ends);

	/* formatting was interrupted, and there is nothing on it yet */
	if (is_formatting(&ends[0]))
		return;
	if (ends[0].refused || ends[1].refused)
		take_damaged(half, &ends[!ends[0].refused], ends[!ends[0].refused].why);
	else if (differ(&ends[0], &ends[1]))
		take_damaged(half, &ends[0], "its superblocks are of two sets");
	else if (!newest->why)
		take_spare(half, end_sb(newest));
	else if (has_magic(&ends[0], DM_REMAP_SPARE_MAGIC))
		take_damaged(half, &ends[0], ends[0].why);
	else if (ends[0].head && !dm_remap_label_check(ends[0].buf, half->sectors))
		take_main(half, ends[0].buf);
}

static int read_ends(struct half *half, struct block_device *bdev)
{
	unsigned int unit = max_t(unsigned int, DM_REMAP_PAGE_SIZE, bdev_logical_block_size(bdev));
	/* the last is where superblock 1 may have been before */
	struct end ends[3] = { { }, { .why = "there is none" } };
	/* Those that are smaller, or whose blocks are larger, cannot be spares. */
	bool spare = half->sectors >= 3 * DM_REMAP_PAGE_SECTORS && unit == DM_REMAP_PAGE_SIZE;
	int ret;

	if (half->sectors < unit >> SECTOR_SHIFT)
		return 0;
	ret = read_end(bdev, &ends[0], 0, unit);
	/* A bad sector takes a disk seconds, so read superblock 1 only where it matters. */
	if (!ret && spare && (ends[0].unreadable || has_magic(&ends[0], DM_REMAP_SPARE_MAGIC)))
		ret = read_second(bdev, ends, unit);
	if (!ret)
		classify(half, ends);
	kfree(ends[0].buf);
	kfree(ends[1].buf);
	kfree(ends[2].buf);
	return ret;
}

static atomic64_t reads;

struct half *reassembly_half_read(dev_t dev, const char *given)
{
	struct dm_remap_bdev handle;
	struct half *half;
	int ret;

	half = kzalloc(sizeof(*half), GFP_KERNEL);
	if (!half)
		return ERR_PTR(-ENOMEM);
	half->read = atomic64_inc_return(&reads);
	ret = dm_remap_bdev_open(&handle, dev);
	if (ret) {
		kfree(half);
		return ERR_PTR(ret);
	}
	half->dev = dev;
	half->diskseq = handle.bdev->bd_disk->diskseq;
	half->sectors = bdev_nr_sectors(handle.bdev);
	if (strscpy(half->given, given, sizeof(half->given)) < 0)
		half->given[0] = 0;
	if (handle.bdev->bd_meta_info)
		strscpy(half->partuuid, handle.bdev->bd_meta_info->uuid, sizeof(half->partuuid));
	dm_remap_wwn(handle.bdev, half->wwn);
	ret = read_ends(half, handle.bdev);
	dm_remap_bdev_close(&handle);
	if (ret) {
		kfree(half);
		return ERR_PTR(ret);
	}
	return half;
}

bool reassembly_half_is_there(dev_t dev, u64 diskseq)
{
	struct dm_remap_bdev handle;
	bool same;

	if (dm_remap_bdev_open(&handle, dev))
		return false;
	same = handle.bdev->bd_disk->diskseq == diskseq;
	dm_remap_bdev_close(&handle);
	return same;
}
