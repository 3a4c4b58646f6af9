// SPDX-License-Identifier: GPL-2.0
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/module.h>
#if defined(DM_REMAP_HAVE_SCSI) && IS_ENABLED(CONFIG_SCSI)
#include <scsi/scsi_device.h>
#endif

#include <dm-remap/namespace.h>

#include "device.h"
#include "io.h"

#if defined(DM_REMAP_HAVE_SCSI) && IS_ENABLED(CONFIG_SCSI)
/* SCSI reports a command that was never answered as a plain I/O error. */
static bool is_offline(struct gendisk *disk)
{
	const struct device *dev = disk_to_dev(disk)->parent;

	if (!dev || !dev->type || !dev->type->name || strcmp(dev->type->name, "scsi_device"))
		return false;
	return !scsi_device_online(to_scsi_device(dev));
}
#else
static bool is_offline(struct gendisk *disk)
{
	return false;
}
#endif

/* Drivers that report medium errors as BLK_STS_MEDIUM. */
static bool is_precise(const struct gendisk *disk)
{
	return !strncmp(disk->disk_name, "nvme", 4);
}

bool remap_medium_error(const struct block_device *bdev, blk_status_t status)
{
	struct gendisk *disk = bdev->bd_disk;

	if (status != BLK_STS_MEDIUM && (status != BLK_STS_IOERR || is_precise(disk)))
		return false;
	return !test_bit(GD_DEAD, &disk->state) && !is_offline(disk);
}

blk_status_t dm_remap_rw(struct block_device *bdev, blk_opf_t opf, sector_t sector,
			 void *buf, unsigned int sectors)
{
	struct bio_vec vec;
	struct bio bio;
	blk_status_t status;

	bio_init(&bio, bdev, &vec, 1, opf);
	bio.bi_iter.bi_sector = sector;
	__bio_add_page(&bio, virt_to_page(buf), sectors << SECTOR_SHIFT, offset_in_page(buf));
	submit_bio_wait(&bio);
	status = bio.bi_status;
	bio_uninit(&bio);
	return status;
}
EXPORT_SYMBOL_NS_GPL(dm_remap_rw, DM_REMAP_NS);

static void read_ended(struct bio *bio)
{
	complete(&container_of(bio, struct dm_remap_read, bio)->done);
}

void dm_remap_read_begin(struct dm_remap_read *read, struct block_device *bdev, sector_t sector,
			 void *buf, unsigned int sectors)
{
	init_completion(&read->done);
	bio_init(&read->bio, bdev, &read->vec, 1, REQ_OP_READ);
	read->bio.bi_iter.bi_sector = sector;
	read->bio.bi_end_io = read_ended;
	__bio_add_page(&read->bio, virt_to_page(buf), sectors << SECTOR_SHIFT,
		       offset_in_page(buf));
	submit_bio(&read->bio);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_read_begin, DM_REMAP_NS);

blk_status_t dm_remap_read_end(struct dm_remap_read *read)
{
	blk_status_t status;

	wait_for_completion_io(&read->done);
	status = read->bio.bi_status;
	bio_uninit(&read->bio);
	return status;
}
EXPORT_SYMBOL_NS_GPL(dm_remap_read_end, DM_REMAP_NS);

blk_status_t remap_rw_piece(struct remap_device *rd, struct bio *bio, struct bvec_iter piece,
			    struct block_device *bdev, sector_t sector)
{
	struct bio *clone = bio_alloc_clone(bdev, bio, GFP_NOIO, &rd->bios);
	blk_status_t status;

	/* Use the caller's sector: the bio's own has been remapped to the disk of a partition. */
	bio_set_dev(clone, bdev);
	clone->bi_iter = piece;
	clone->bi_iter.bi_sector = sector;
	/* The caller waits, so the request must not be merged or dropped. */
	clone->bi_opf &= ~(REQ_NOWAIT | REQ_POLLED | REQ_RAHEAD);
	submit_bio_wait(clone);
	status = clone->bi_status;
	bio_put(clone);
	return status;
}

unsigned int remap_run_length(u64 mask, unsigned int first)
{
	u64 rest = ~(mask >> first);

	return rest ? __ffs64(rest) : 64 - first;
}

/*
 * Sectors from @sector + @first to the next boundary between the smallest pieces that can fail
 * alone. On the main these are physical blocks, which need not be aligned to the start of a
 * partition; but no piece is smaller than a logical block of the two disks.
 */
static unsigned int piece_length(const struct remap_device *rd, struct block_device *bdev,
				 sector_t sector, unsigned int first)
{
	unsigned int unit = rd->unit, skew = 0;

	if (bdev == rd->main) {
		/* Bytes to the first physical block; negative if unknown. */
		int offset = max(bdev_alignment_offset(bdev), 0);

		unit = rd->main_unit;
		skew = round_down((sector - (offset >> SECTOR_SHIFT)) & (unit - 1), rd->unit);
	}
	return unit - ((first + skew) & (unit - 1));
}

/* After a failed read of the whole, read the smallest pieces that can fail alone. */
static blk_status_t read_pieces(struct remap_device *rd, struct block_device *bdev,
				sector_t sector, void *buf, u64 mask, unsigned int tries, u64 *bad)
{
	blk_status_t status = BLK_STS_OK;
	unsigned int first, nr, try;

	for (; mask; mask &= ~remap_sector_mask(first, nr)) {
		first = __ffs64(mask);
		nr = min(remap_run_length(mask, first), piece_length(rd, bdev, sector, first));
		for (try = 0; try < tries; try++) {
			status = dm_remap_rw(bdev, REQ_OP_READ, sector + first,
					     buf + (first << SECTOR_SHIFT), nr);
			if (status == BLK_STS_OK)
				break;
			if (!remap_medium_error(bdev, status))
				return status;
		}
		if (status != BLK_STS_OK) {
			memset(buf + (first << SECTOR_SHIFT), 0, nr << SECTOR_SHIFT);
			*bad |= remap_sector_mask(first, nr);
		}
	}
	return BLK_STS_OK;
}

blk_status_t remap_read_sectors(struct remap_device *rd, struct block_device *bdev,
				sector_t sector, void *buf, u64 mask, unsigned int tries,
				bool whole, u64 *bad)
{
	unsigned int first, nr;
	blk_status_t status;
	u64 run;

	for (*bad = 0; mask; mask &= ~run) {
		first = __ffs64(mask);
		nr = remap_run_length(mask, first);
		run = remap_sector_mask(first, nr);
		status = dm_remap_rw(bdev, REQ_OP_READ, sector + first,
				     buf + (first << SECTOR_SHIFT), nr);
		if (status == BLK_STS_OK)
			continue;
		if (!remap_medium_error(bdev, status))
			return status;
		if (whole || (tries == 1 && nr <= piece_length(rd, bdev, sector, first))) {
			*bad |= run;
			continue;
		}
		status = read_pieces(rd, bdev, sector, buf, run, tries, bad);
		if (status != BLK_STS_OK)
			return status;
	}
	return BLK_STS_OK;
}

void remap_copy_from_bio(void *buf, struct bio *bio, struct bvec_iter piece)
{
	struct bvec_iter iter;
	struct bio_vec bv;

	if (bio_op(bio) == REQ_OP_WRITE_ZEROES) {
		memset(buf, 0, piece.bi_size);
		return;
	}
	__bio_for_each_segment(bv, bio, iter, piece) {
		memcpy_from_bvec(buf, &bv);
		buf += bv.bv_len;
	}
}

void remap_copy_to_bio(struct bio *bio, struct bvec_iter piece, const void *buf)
{
	struct bvec_iter iter;
	struct bio_vec bv;

	__bio_for_each_segment(bv, bio, iter, piece) {
		memcpy_to_bvec(&bv, buf);
		buf += bv.bv_len;
	}
}
