/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Disks in memory for suites that run whole sets: sectors that fail, writes that are lost,
 * and a cache that a power cut empties.
 */
#ifndef _KUNIT_MDISK_H
#define _KUNIT_MDISK_H

#include <linux/bitmap.h>
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/pr.h>
#include <linux/vmalloc.h>

#define MDISK_SECTORS	32768U		/* size of the largest disk */
#define MDISK_ROOM	16384U		/* smaller ones may grow up to this */

/**
 * struct mdisk - a disk.
 * @gendisk: its gendisk.
 * @data: the content that a read returns.
 * @stable: the content after a power cut.
 * @bad_read: sectors that cannot be read.
 * @bad_write: sectors that cannot be written.
 * @heals: sectors that can be read again once they were written.
 * @deaf: sectors whose writes succeed, but change nothing.
 * @slow: sectors whose reads and writes take @slow_ms.
 * @slow_ms: see @slow.
 * @fast_next: number of these that are still fast.
 * @error: the status of failures.
 * @fail_next: number of reads that fail because of @bad_read, which is then cleared; 0 is all.
 * @writes_left: number of writes until the power is cut, after which all fail.
 * @reads: number of reads.
 * @writes: number of writes.
 * @flushes: number of flushes, including those of REQ_PREFLUSH.
 * @discards: number of discards.
 * @last_opf: the flags of the last write.
 * @reservations: number of calls for persistent reservations.
 * @pr_ret: the result of those calls; initially -EOPNOTSUPP.
 * @naa: the world-wide name, of 8 bytes; 0 if there is none.
 * @hold: writes wait until mdisk_release().
 * @hold_reads: reads wait as well.
 * @lock: protects @held.
 * @held: the waiting requests.
 */
struct mdisk {
	struct gendisk *gendisk;
	u8 *data;
	u8 *stable;
	DECLARE_BITMAP(bad_read, MDISK_SECTORS);
	DECLARE_BITMAP(bad_write, MDISK_SECTORS);
	DECLARE_BITMAP(heals, MDISK_SECTORS);
	DECLARE_BITMAP(deaf, MDISK_SECTORS);
	DECLARE_BITMAP(slow, MDISK_SECTORS);
	unsigned int slow_ms;
	unsigned int fast_next;
	blk_status_t error;
	unsigned int fail_next;
	unsigned int writes_left;
	unsigned int reads, writes, flushes, discards;
	blk_opf_t last_opf;
	unsigned int reservations;
	int pr_ret;
	u64 naa;
	bool hold, hold_reads;
	spinlock_t lock;
	struct bio_list held;
};

static int mdisk_major;
/* Whether the next disk is zoned. */
static bool mdisk_zoned;
/* Whether the next disk takes only a part of one page in each request, so that bios are split. */
static bool mdisk_one_page;
static unsigned int mdisk_count;

static void mdisk_take_long(struct mdisk *d, sector_t first, sector_t end)
{
	if (!d->slow_ms || find_next_bit(d->slow, end, first) >= end)
		return;
	if (d->fast_next)
		d->fast_next--;
	else
		msleep(d->slow_ms);
}

static void mdisk_make_stable(struct mdisk *d)
{
	memcpy(d->stable, d->data, get_capacity(d->gendisk) << SECTOR_SHIFT);
}

static blk_status_t mdisk_read(struct mdisk *d, struct bio *bio)
{
	sector_t first = bio->bi_iter.bi_sector, end = bio_end_sector(bio);
	u64 pos = (u64)first << SECTOR_SHIFT;
	struct bvec_iter iter;
	struct bio_vec bvec;

	d->reads++;
	mdisk_take_long(d, first, end);
	if (find_next_bit(d->bad_read, end, first) < end) {
		if (d->fail_next && !--d->fail_next)
			bitmap_zero(d->bad_read, MDISK_SECTORS);
		return d->error;
	}
	bio_for_each_segment(bvec, bio, iter) {
		memcpy_to_bvec(&bvec, d->data + pos);
		pos += bvec.bv_len;
	}
	return BLK_STS_OK;
}

/* A write, or a write of zeroes, succeeds as a whole or changes nothing. */
static blk_status_t mdisk_write(struct mdisk *d, struct bio *bio)
{
	sector_t first = bio->bi_iter.bi_sector, end = bio_end_sector(bio), s;
	u64 pos = (u64)first << SECTOR_SHIFT;
	struct bvec_iter iter;
	struct bio_vec bvec;

	d->writes++;
	d->last_opf = bio->bi_opf;
	mdisk_take_long(d, first, end);
	if (find_next_bit(d->bad_write, end, first) < end || !d->writes_left)
		return d->error;
	if (d->writes_left != UINT_MAX)
		d->writes_left--;
	for (s = first; s < end; s++)
		if (test_and_clear_bit(s, d->heals))
			clear_bit(s, d->bad_read);
	if (bio_op(bio) == REQ_OP_WRITE_ZEROES)
		memset(d->data + pos, 0, bio->bi_iter.bi_size);
	else
		bio_for_each_segment(bvec, bio, iter)
			for (s = 0; s < bvec.bv_len; s += SECTOR_SIZE, pos += SECTOR_SIZE)
				if (!test_bit(pos >> SECTOR_SHIFT, d->deaf))
					memcpy_from_page(d->data + pos, bvec.bv_page,
							 bvec.bv_offset + s, SECTOR_SIZE);
	if (bio->bi_opf & REQ_FUA)
		memcpy(d->stable + (first << SECTOR_SHIFT), d->data + (first << SECTOR_SHIFT),
		       (end - first) << SECTOR_SHIFT);
	return BLK_STS_OK;
}

static blk_status_t mdisk_do(struct mdisk *d, struct bio *bio)
{
	if (op_is_flush(bio->bi_opf) && (bio->bi_opf & REQ_PREFLUSH)) {
		d->flushes++;
		if (!d->writes_left)
			return d->error;
		mdisk_make_stable(d);
	}
	switch (bio_op(bio)) {
	case REQ_OP_READ:
		return mdisk_read(d, bio);
	case REQ_OP_WRITE:
	case REQ_OP_WRITE_ZEROES:
		return bio_sectors(bio) ? mdisk_write(d, bio) : BLK_STS_OK;
	case REQ_OP_DISCARD:
		d->discards++;
		memset(d->data + (bio->bi_iter.bi_sector << SECTOR_SHIFT), 0,
		       bio->bi_iter.bi_size);
		return BLK_STS_OK;
	case REQ_OP_FLUSH:
		return BLK_STS_OK;
	default:
		return BLK_STS_NOTSUPP;
	}
}

static void mdisk_answer(struct mdisk *d, struct bio *bio)
{
	blk_status_t status = mdisk_do(d, bio);

	/* a part that was split off may have failed already */
	if (status != BLK_STS_OK)
		bio->bi_status = status;
	bio_endio(bio);
}

/* The block layer checks this for disks that take requests. */
static bool mdisk_unaligned(const struct bio *bio)
{
	unsigned int sectors = bdev_logical_block_size(bio->bi_bdev) >> SECTOR_SHIFT;

	return (bio->bi_iter.bi_sector | bio_sectors(bio)) & (sectors - 1);
}

static void mdisk_submit_bio(struct bio *bio)
{
	struct mdisk *d = bio->bi_bdev->bd_disk->private_data;
	bool held;

	if (mdisk_unaligned(bio)) {
		bio_io_error(bio);
		return;
	}
	bio = bio_split_to_limits(bio);
	if (!bio)
		return;
	spin_lock_irq(&d->lock);
	held = d->hold && (d->hold_reads || op_is_write(bio_op(bio))) && bio_sectors(bio);
	if (held)
		bio_list_add(&d->held, bio);
	spin_unlock_irq(&d->lock);
	if (!held)
		mdisk_answer(d, bio);
}

static inline void mdisk_do_held(struct mdisk *d, bool hold)
{
	struct bio_list held;
	struct bio *bio;

	spin_lock_irq(&d->lock);
	d->hold = hold;
	held = d->held;
	bio_list_init(&d->held);
	spin_unlock_irq(&d->lock);
	while ((bio = bio_list_pop(&held)))
		mdisk_answer(d, bio);
}

/* Process the first of the waiting requests; later ones do not wait. */
static inline void mdisk_release_first(struct mdisk *d)
{
	struct bio *bio;

	spin_lock_irq(&d->lock);
	d->hold = false;
	bio = bio_list_pop(&d->held);
	spin_unlock_irq(&d->lock);
	if (bio)
		mdisk_answer(d, bio);
}

/* Process the waiting requests, and later ones. */
static inline void mdisk_release(struct mdisk *d)
{
	mdisk_do_held(d, false);
}

/* Process the waiting requests; later ones wait. */
static inline void mdisk_step(struct mdisk *d)
{
	mdisk_do_held(d, true);
}

/* The number of waiting requests. */
static inline unsigned int mdisk_held(struct mdisk *d)
{
	unsigned int n;

	spin_lock_irq(&d->lock);
	n = bio_list_size(&d->held);
	spin_unlock_irq(&d->lock);
	return n;
}

static int mdisk_pr(struct block_device *bdev)
{
	struct mdisk *d = bdev->bd_disk->private_data;

	d->reservations++;
	return d->pr_ret;
}

static int mdisk_pr_register(struct block_device *bdev, u64 old, u64 new, u32 flags)
{
	return mdisk_pr(bdev);
}

static int mdisk_pr_reserve(struct block_device *bdev, u64 key, enum pr_type type, u32 flags)
{
	return mdisk_pr(bdev);
}

static int mdisk_pr_release(struct block_device *bdev, u64 key, enum pr_type type)
{
	return mdisk_pr(bdev);
}

static const struct pr_ops mdisk_pr_ops = {
	.pr_register = mdisk_pr_register,
	.pr_reserve = mdisk_pr_reserve,
	.pr_release = mdisk_pr_release,
};

/* Accept any command, to detect a set that passes one on. */
static int mdisk_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		       unsigned long arg)
{
	return 0;
}

static int mdisk_unique_id(struct gendisk *disk, u8 id[16], enum blk_unique_id type)
{
	const struct mdisk *d = disk->private_data;
	__be64 naa = cpu_to_be64(d->naa);

	if (!d->naa || type != BLK_UID_NAA)
		return -EINVAL;
	memcpy(id, &naa, sizeof(naa));
	return sizeof(naa);
}

static const struct block_device_operations mdisk_ops = {
	.owner = THIS_MODULE,
	.get_unique_id = mdisk_unique_id,
	.submit_bio = mdisk_submit_bio,
	.ioctl = mdisk_ioctl,
	.pr_ops = &mdisk_pr_ops,
};

/* Make everything readable and writable, and turn the power on. */
static void mdisk_mend(struct mdisk *d)
{
	bitmap_zero(d->bad_read, MDISK_SECTORS);
	bitmap_zero(d->bad_write, MDISK_SECTORS);
	bitmap_zero(d->heals, MDISK_SECTORS);
	bitmap_zero(d->deaf, MDISK_SECTORS);
	bitmap_zero(d->slow, MDISK_SECTORS);
	d->slow_ms = 0;
	d->fast_next = 0;
	d->error = BLK_STS_MEDIUM;
	d->fail_next = 0;
	d->writes_left = UINT_MAX;
	d->pr_ret = -EOPNOTSUPP;
}

/* Cut the power: unflushed data is lost. */
static void __maybe_unused mdisk_cut(struct mdisk *d)
{
	memcpy(d->data, d->stable, get_capacity(d->gendisk) << SECTOR_SHIFT);
}

static void mdisk_free(struct mdisk *d)
{
	if (!d)
		return;
	if (d->gendisk) {
		del_gendisk(d->gendisk);
		put_disk(d->gendisk);
	}
	vfree(d->data);
	vfree(d->stable);
	vfree(d);
}

static struct mdisk *mdisk_alloc(unsigned int sectors, unsigned int lbs, unsigned int pbs)
{
	struct queue_limits lim = {
		.logical_block_size = lbs,
		.physical_block_size = pbs,
		.max_hw_sectors = 1024,
		.max_hw_discard_sectors = UINT_MAX >> SECTOR_SHIFT,
		.discard_granularity = lbs,
		.max_write_zeroes_sectors = 1024,
		.features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA | BLK_FEAT_NOWAIT,
	};
	struct mdisk *d = vzalloc(sizeof(*d));

	if (!d)
		return NULL;
	if (mdisk_zoned) {
		lim.features |= BLK_FEAT_ZONED;
		lim.chunk_sectors = 512;
		lim.max_hw_discard_sectors = 0;
	}
	if (mdisk_one_page) {
		lim.max_segments = 1;
		lim.seg_boundary_mask = PAGE_SIZE - 1;
	}
	d->data = vzalloc(max(sectors, MDISK_ROOM) << SECTOR_SHIFT);
	d->stable = vzalloc(max(sectors, MDISK_ROOM) << SECTOR_SHIFT);
	d->gendisk = blk_alloc_disk(&lim, NUMA_NO_NODE);
	if (IS_ERR(d->gendisk))
		d->gendisk = NULL;
	if (!d->data || !d->stable || !d->gendisk)
		goto fail;
	mdisk_mend(d);
	spin_lock_init(&d->lock);
	bio_list_init(&d->held);
	d->gendisk->major = mdisk_major;
	d->gendisk->first_minor = mdisk_count;
	d->gendisk->minors = 1;
	d->gendisk->fops = &mdisk_ops;
	d->gendisk->private_data = d;
	snprintf(d->gendisk->disk_name, DISK_NAME_LEN, "mdisk%u", mdisk_count++);
	set_capacity(d->gendisk, sectors);
	if (!add_disk(d->gendisk))
		return d;
	put_disk(d->gendisk);
	d->gendisk = NULL;
fail:
	mdisk_free(d);
	return NULL;
}

static inline u8 *mdisk_at(struct mdisk *d, sector_t sector)
{
	return d->data + (sector << SECTOR_SHIFT);
}

#endif /* _KUNIT_MDISK_H */
