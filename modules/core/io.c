// SPDX-License-Identifier: GPL-2.0
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/module.h>

#include <dm-remap/namespace.h>

#include "device.h"
#include "io.h"

bool remap_medium_error(const struct block_device *bdev, blk_status_t status)
{
	if (status == BLK_STS_MEDIUM)
		return true;
	return status == BLK_STS_IOERR && !test_bit(GD_DEAD, &bdev->bd_disk->state);
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

blk_status_t remap_rw_piece(struct remap_device *rd, struct bio *bio, struct bvec_iter piece,
			    struct block_device *bdev, sector_t sector)
{
	struct bio *clone = bio_alloc_clone(bdev, bio, GFP_NOIO, &rd->bios);
	blk_status_t status;

	/* Not at the place on a partition's disk that the bio was sent to. */
	bio_set_dev(clone, bdev);
	clone->bi_iter = piece;
	clone->bi_iter.bi_sector = sector;
	/* The caller waits: nobody else does, and nothing may be merged or dropped. */
	clone->bi_opf &= ~(REQ_NOWAIT | REQ_POLLED | REQ_RAHEAD);
	submit_bio_wait(clone);
	status = clone->bi_status;
	bio_put(clone);
	return status;
}

blk_status_t remap_read_units(struct remap_device *rd, struct block_device *bdev,
			      sector_t sector, void *buf, unsigned int sectors,
			      u64 skip, u64 *lost)
{
	unsigned int tries = READ_ONCE(rd->settings.retries) + 1;
	unsigned int i, try;
	blk_status_t status;

	*lost = 0;
	status = dm_remap_rw(bdev, REQ_OP_READ, sector, buf, sectors);
	if (status == BLK_STS_OK || !remap_medium_error(bdev, status))
		return status;

	for (i = 0; i < sectors; i += rd->unit) {
		void *unit = buf + (i << SECTOR_SHIFT);
		u64 mask = remap_sector_mask(i, rd->unit);

		if ((skip & mask) == mask)
			continue;
		for (try = 0; try < tries; try++) {
			status = dm_remap_rw(bdev, REQ_OP_READ, sector + i, unit, rd->unit);
			if (status == BLK_STS_OK)
				break;
			if (!remap_medium_error(bdev, status))
				return status;
		}
		if (status != BLK_STS_OK) {
			memset(unit, 0, rd->unit << SECTOR_SHIFT);
			*lost |= mask & ~skip;
		}
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
