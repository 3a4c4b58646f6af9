// SPDX-License-Identifier: GPL-2.0
#include <linux/blkdev.h>

#include "io.h"
#include "observe.h"
#include "verify.h"

blk_status_t remap_read_back(struct block_device *bdev, sector_t sector, void *buf,
			     unsigned int sectors)
{
	int ret = blkdev_issue_flush(bdev);

	if (ret)
		return errno_to_blk_status(ret);
	return dm_remap_rw(bdev, REQ_OP_READ, sector, buf, sectors);
}

void remap_report_lost_write(struct remap_device *rd, struct block_device *bdev, sector_t sector)
{
	remap_count(rd, DM_REMAP_VERIFY_ERRORS, 1);
	DMWARN_LIMIT("%s: the %s took a write to its sector %llu and has not kept it",
		     rd->name, bdev == rd->main ? "main" : "spare", (unsigned long long)sector);
}

blk_status_t remap_verify(struct remap_device *rd, struct block_device *bdev, sector_t sector,
			  const void *data, void *buf, unsigned int sectors)
{
	blk_status_t status = remap_read_back(bdev, sector, buf, sectors);

	if (status == BLK_STS_OK && !memcmp(data, buf, sectors << SECTOR_SHIFT))
		return BLK_STS_OK;
	if (status != BLK_STS_OK && !remap_medium_error(bdev, status))
		return status;
	remap_report_lost_write(rd, bdev, sector);
	return BLK_STS_MEDIUM;
}

blk_status_t remap_write_spare(struct remap_device *rd, blk_opf_t opf, sector_t sector,
			       void *data, void *buf, unsigned int sectors)
{
	struct block_device *bdev = rd->spare_bdev;
	blk_status_t status = dm_remap_rw(bdev, REQ_OP_WRITE | opf, sector, data, sectors);

	if (status != BLK_STS_OK || !remap_verifies(rd, true))
		return status;
	return remap_verify(rd, bdev, sector, data, buf, sectors);
}

unsigned int remap_equal_blocks(sector_t sector, unsigned int block_sectors, const void *a,
				const void *b, unsigned int bytes)
{
	unsigned int skipped = sector & (block_sectors - 1), equal = 0;

	while (equal < bytes && !memcmp(a + equal, b + equal, SECTOR_SIZE))
		equal += SECTOR_SIZE;
	if (equal == bytes)
		return bytes;
	/* Back to the start of the block; the range may begin within it. */
	equal = round_down((equal >> SECTOR_SHIFT) + skipped, block_sectors);
	return equal > skipped ? (equal - skipped) << SECTOR_SHIFT : 0;
}
