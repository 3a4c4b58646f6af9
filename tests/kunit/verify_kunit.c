// SPDX-License-Identifier: GPL-2.0
/*
 * Writes that are read back: detection of lost writes.
 */
#include <kunit/test.h>

#include <linux/blkdev.h>

/* Replaces the disk. */
static int disk_flush(void);

#define blkdev_issue_flush(bdev) ((void)(bdev), disk_flush())
#include "../../modules/core/verify.c"
#undef blkdev_issue_flush

#define SECTORS	64U

/**
 * struct disk - a disk.
 * @data: its content.
 * @loses: a write of this sector succeeds, but is lost.
 * @flush: the result of a flush.
 * @read: the result of a read.
 * @flushed: nothing was written since the last flush.
 */
static struct disk {
	u8 data[SECTORS][SECTOR_SIZE];
	unsigned int loses;
	int flush;
	blk_status_t read;
	bool flushed;
} disk;

static struct remap_device rd;
static u8 data[SECTORS][SECTOR_SIZE], buf[SECTORS][SECTOR_SIZE];

DEFINE_STATIC_KEY_FALSE(remap_observed);

void __remap_count(struct remap_device *dev, enum dm_remap_count what, u64 n)
{
}

bool remap_medium_error(const struct block_device *bdev, blk_status_t status)
{
	return status == BLK_STS_MEDIUM || status == BLK_STS_IOERR;
}

static int disk_flush(void)
{
	disk.flushed = true;
	return disk.flush;
}

blk_status_t dm_remap_rw(struct block_device *bdev, blk_opf_t opf, sector_t sector, void *mem,
			 unsigned int sectors)
{
	unsigned int i;

	if ((opf & REQ_OP_MASK) == REQ_OP_READ) {
		/* Data that has not been flushed comes from the cache. */
		memcpy(mem, disk.flushed ? disk.data[sector] : (u8 *)data,
		       sectors << SECTOR_SHIFT);
		return disk.read;
	}
	for (i = 0; i < sectors; i++)
		if (sector + i != disk.loses)
			memcpy(disk.data[sector + i], mem + i * SECTOR_SIZE, SECTOR_SIZE);
	disk.flushed = false;
	return BLK_STS_OK;
}

static blk_status_t write(unsigned int sector, unsigned int sectors)
{
	return remap_write_spare(&rd, REQ_SYNC, sector, data, buf, sectors);
}

static void a_write_is_read_back_if_that_is_wanted(struct kunit *test)
{
	disk.loses = 9;
	KUNIT_EXPECT_EQ(test, write(8, 8), BLK_STS_OK);
	rd.settings.verify_writes = REMAP_VERIFY_REMAPPED;
	KUNIT_EXPECT_FALSE(test, remap_verifies(&rd, false));
	KUNIT_EXPECT_EQ(test, write(8, 8), BLK_STS_MEDIUM);
	KUNIT_EXPECT_EQ(test, write(16, 8), BLK_STS_OK);
	rd.settings.verify_writes = REMAP_VERIFY_ALL;
	KUNIT_EXPECT_TRUE(test, remap_verifies(&rd, false));
	KUNIT_EXPECT_EQ(test, write(8, 8), BLK_STS_MEDIUM);
}

static void errors_of_the_medium_are_lost_writes(struct kunit *test)
{
	rd.settings.verify_writes = REMAP_VERIFY_ALL;
	disk.read = BLK_STS_MEDIUM;
	KUNIT_EXPECT_EQ(test, write(8, 8), BLK_STS_MEDIUM);
	disk.read = BLK_STS_TRANSPORT;
	KUNIT_EXPECT_EQ(test, write(8, 8), BLK_STS_TRANSPORT);
	disk.read = BLK_STS_OK;
	disk.flush = -ENOLINK;
	KUNIT_EXPECT_EQ(test, write(8, 8), BLK_STS_TRANSPORT);
}

static void what_is_equal_ends_at_a_block(struct kunit *test)
{
	unsigned int bytes = 20 << SECTOR_SHIFT;

	memcpy(buf, data, sizeof(buf));
	KUNIT_EXPECT_EQ(test, remap_equal_blocks(6, 8, data, buf, bytes), bytes);
	/* The data begins with sector 6 of a block; other blocks begin at its sectors 2, 10, 18. */
	buf[0][0]++;
	KUNIT_EXPECT_EQ(test, remap_equal_blocks(6, 8, data, buf, bytes), 0U);
	buf[0][0]--;
	buf[1][511]++;
	KUNIT_EXPECT_EQ(test, remap_equal_blocks(6, 8, data, buf, bytes), 0U);
	buf[1][511]--;
	buf[2][0]++;
	KUNIT_EXPECT_EQ(test, remap_equal_blocks(6, 8, data, buf, bytes), 2U << SECTOR_SHIFT);
	buf[2][0]--;
	buf[9][7]++;
	KUNIT_EXPECT_EQ(test, remap_equal_blocks(6, 8, data, buf, bytes), 2U << SECTOR_SHIFT);
	buf[9][7]--;
	buf[19][511]++;
	KUNIT_EXPECT_EQ(test, remap_equal_blocks(6, 8, data, buf, bytes), 18U << SECTOR_SHIFT);
	KUNIT_EXPECT_EQ(test, remap_equal_blocks(0, 8, data, buf, bytes), 16U << SECTOR_SHIFT);
	KUNIT_EXPECT_EQ(test, remap_equal_blocks(0, 1, data, buf, bytes), 19U << SECTOR_SHIFT);
}

static int init(struct kunit *test)
{
	memset(&disk, 0, sizeof(disk));
	memset(&rd.settings, 0, sizeof(rd.settings));
	memset(data, 0x5a, sizeof(data));
	disk.loses = SECTORS;
	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_write_is_read_back_if_that_is_wanted),
	KUNIT_CASE(errors_of_the_medium_are_lost_writes),
	KUNIT_CASE(what_is_equal_ends_at_a_block),
	{}
};

static struct kunit_suite suite = {
	.name = "verify",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of writes that are read back");
MODULE_LICENSE("GPL");
