// SPDX-License-Identifier: GPL-2.0
/*
 * I/O that the device does itself: masks of sectors, the meaning of errors, reading
 * the readable sectors, and data in pieces of bios.
 */
#include <kunit/test.h>

#include <linux/bio.h>
#include <linux/blkdev.h>

/* Replaces the disk. */
static int disk_submit(struct bio *bio);

/* The disk has no queue, in which bio_init() would look for its control group. */
static void disk_bio_init(struct bio *bio, struct block_device *bdev, struct bio_vec *table,
			  unsigned short max_vecs, blk_opf_t opf)
{
	bio_init(bio, NULL, table, max_vecs, opf);
	bio->bi_bdev = bdev;
}

/* Bytes from the start of the disk to its first physical block; -1 if they are not known. */
static int disk_alignment;

#define submit_bio_wait(bio)	disk_submit(bio)
#define bdev_alignment_offset(bdev) ((void)(bdev), disk_alignment)
#define bio_init(bio, bdev, table, max_vecs, opf) disk_bio_init(bio, bdev, table, max_vecs, opf)
#include "../../modules/core/io.c"
#undef submit_bio_wait
#undef bio_init

#define DISK_SECTORS	128U
#define FIRST		32U	/* where reads begin */

/**
 * struct disk - a disk with bad sectors.
 * @data: each sector is filled with the low byte of its number plus 1.
 * @failures: how many more times a sector fails; U32_MAX for always.
 * @status: the status of failures.
 * @requests: number of requests received.
 * @sectors: number of sectors requested.
 */
static struct disk {
	u8 data[DISK_SECTORS][SECTOR_SIZE];
	u32 failures[DISK_SECTORS];
	blk_status_t status;
	unsigned int requests;
	unsigned int sectors;
} disk;

static struct block_device test_bdev;
static struct gendisk test_disk = { .part0 = &test_bdev };
static struct block_device test_bdev = { .bd_disk = &test_disk };
static u8 *buf;

static int disk_submit(struct bio *bio)
{
	unsigned int first = bio->bi_iter.bi_sector, nr = bio_sectors(bio), i;

	disk.requests++;
	disk.sectors += nr;
	bio->bi_status = BLK_STS_OK;
	for (i = first; i < first + nr; i++) {
		if (!disk.failures[i])
			continue;
		if (disk.failures[i] != U32_MAX)
			disk.failures[i]--;
		bio->bi_status = disk.status;
	}
	if (bio->bi_status == BLK_STS_OK)
		memcpy_to_bvec(bio->bi_io_vec, disk.data[first]);
	return blk_status_to_errno(bio->bi_status);
}

/* Masks */

static void a_mask_has_the_sectors_of_its_range(struct kunit *test)
{
	unsigned int first, n, i;

	for (first = 0; first < 64; first++) {
		for (n = 1; n <= 64 - first; n++) {
			u64 mask = remap_sector_mask(first, n), expected = 0;

			for (i = first; i < first + n; i++)
				expected |= BIT_ULL(i);
			KUNIT_ASSERT_EQ_MSG(test, mask, expected, "%u from %u", n, first);
		}
	}
}

/* Errors */

static void errors_of_the_medium_are_these_and_no_others(struct kunit *test)
{
	static const blk_status_t others[] = {
		BLK_STS_OK, BLK_STS_NOTSUPP, BLK_STS_TIMEOUT, BLK_STS_NOSPC, BLK_STS_TRANSPORT,
		BLK_STS_TARGET, BLK_STS_RESV_CONFLICT, BLK_STS_PROTECTION, BLK_STS_RESOURCE,
		BLK_STS_AGAIN, BLK_STS_DEV_RESOURCE, BLK_STS_OFFLINE,
	};
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, remap_medium_error(&test_bdev, BLK_STS_MEDIUM));
	KUNIT_EXPECT_TRUE(test, remap_medium_error(&test_bdev, BLK_STS_IOERR));
	for (i = 0; i < ARRAY_SIZE(others); i++)
		KUNIT_EXPECT_FALSE_MSG(test, remap_medium_error(&test_bdev, others[i]),
				       "status %u", others[i]);
}

static void an_error_of_a_disk_that_is_gone_is_not_the_mediums(struct kunit *test)
{
	set_bit(GD_DEAD, &test_disk.state);
	KUNIT_EXPECT_FALSE(test, remap_medium_error(&test_bdev, BLK_STS_IOERR));
	KUNIT_EXPECT_FALSE(test, remap_medium_error(&test_bdev, BLK_STS_MEDIUM));
}

static void on_nvme_a_plain_error_is_not_the_mediums(struct kunit *test)
{
	strscpy(test_disk.disk_name, "nvme0n1", sizeof(test_disk.disk_name));
	KUNIT_EXPECT_FALSE(test, remap_medium_error(&test_bdev, BLK_STS_IOERR));
	KUNIT_EXPECT_TRUE(test, remap_medium_error(&test_bdev, BLK_STS_MEDIUM));
	test_disk.disk_name[0] = 0;
}

/* Reading the readable sectors */

static struct remap_device *device(struct kunit *test, unsigned int unit, u32 retries)
{
	struct remap_device *rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rd);
	rd->unit = unit;
	rd->main_unit = unit;
	rd->settings.retries = retries;
	return rd;
}

/* Return: 0 or an errno. */
static int read_units(struct remap_device *rd, unsigned int sectors, u64 skip, u64 *lost)
{
	*lost = 0xa5a5a5a5a5a5a5a5;
	return blk_status_to_errno(remap_read_sectors(rd, &test_bdev, FIRST, buf,
						      remap_sector_mask(0, sectors) & ~skip,
						      rd->settings.retries + 1, false, lost));
}

/* Expect zeros in the sectors of @zero, anything in those of @any, data of the disk elsewhere. */
static void expect_data(struct kunit *test, unsigned int sectors, u64 zero, u64 any)
{
	unsigned int i;

	for (i = 0; i < sectors; i++) {
		const u8 *sector = buf + i * SECTOR_SIZE;

		if (zero & BIT_ULL(i))
			KUNIT_EXPECT_NULL(test, memchr_inv(sector, 0, SECTOR_SIZE));
		else if (!(any & BIT_ULL(i)))
			KUNIT_EXPECT_EQ_MSG(test, memcmp(sector, disk.data[FIRST + i], SECTOR_SIZE),
					    0, "sector %u", i);
	}
}

static void a_range_without_errors_is_read_at_once(struct kunit *test)
{
	u64 lost;

	KUNIT_EXPECT_EQ(test, read_units(device(test, 1, 3), 64, 0, &lost), 0);
	KUNIT_EXPECT_EQ(test, lost, 0);
	KUNIT_EXPECT_EQ(test, disk.requests, 1);
	expect_data(test, 64, 0, 0);
}

static void bad_sectors_are_lost_and_zeros_and_all_others_are_read(struct kunit *test)
{
	static const u32 bad[] = { 0, 5, 31, 32, 63 };
	u64 lost, expected = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		disk.failures[FIRST + bad[i]] = U32_MAX;
		expected |= BIT_ULL(bad[i]);
	}
	KUNIT_EXPECT_EQ(test, read_units(device(test, 1, 3), 64, 0, &lost), 0);
	KUNIT_EXPECT_EQ(test, lost, expected);
	expect_data(test, 64, expected, 0);
}

static void with_larger_logical_blocks_the_whole_of_one_is_lost(struct kunit *test)
{
	u64 lost;

	disk.failures[FIRST + 13] = U32_MAX;
	KUNIT_EXPECT_EQ(test, read_units(device(test, 8, 0), 64, 0, &lost), 0);
	KUNIT_EXPECT_EQ(test, lost, GENMASK_ULL(15, 8));
	expect_data(test, 64, GENMASK_ULL(15, 8), 0);
}

static void a_sector_is_tried_once_more_with_every_retry(struct kunit *test)
{
	u32 retries;
	u64 lost;

	for (retries = 0; retries <= 16; retries++) {
		/* the range, then the sector, which succeeds at the last attempt */
		disk.failures[FIRST + 3] = 1 + retries;
		KUNIT_EXPECT_EQ(test, read_units(device(test, 1, retries), 8, 0, &lost), 0);
		KUNIT_EXPECT_EQ_MSG(test, lost, 0, "%u retries", retries);
		expect_data(test, 8, 0, 0);
		/* and now it would need one more attempt */
		disk.failures[FIRST + 3] = 2 + retries;
		KUNIT_EXPECT_EQ(test, read_units(device(test, 1, retries), 8, 0, &lost), 0);
		KUNIT_EXPECT_EQ_MSG(test, lost, BIT_ULL(3), "%u retries", retries);
	}
}

static void sectors_that_are_skipped_are_not_read(struct kunit *test)
{
	u64 lost, skip = GENMASK_ULL(7, 2);

	disk.failures[FIRST + 5] = U32_MAX;
	KUNIT_EXPECT_EQ(test, read_units(device(test, 1, 3), 8, skip, &lost), 0);
	KUNIT_EXPECT_EQ(test, lost, 0);
	KUNIT_EXPECT_EQ(test, disk.requests, 1);
	KUNIT_EXPECT_EQ(test, disk.sectors, 2);
	expect_data(test, 8, 0, skip);
}

static void a_run_that_is_wanted_as_a_whole_costs_one_attempt(struct kunit *test)
{
	struct remap_device *rd = device(test, 1, 3);
	u64 bad;

	disk.failures[FIRST + 5] = U32_MAX;
	KUNIT_EXPECT_EQ(test, remap_read_sectors(rd, &test_bdev, FIRST, buf, 0xf0f, 4, true, &bad),
			BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, bad, 0);
	disk.failures[FIRST + 9] = U32_MAX;
	disk.requests = 0;
	KUNIT_EXPECT_EQ(test, remap_read_sectors(rd, &test_bdev, FIRST, buf, 0xf0f, 4, true, &bad),
			BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, bad, 0xf00);
	KUNIT_EXPECT_EQ(test, disk.requests, 2);
}

static void of_the_main_a_physical_block_is_tried_once(struct kunit *test)
{
	struct remap_device *rd = device(test, 1, 0);
	u64 bad;

	rd->main = &test_bdev;
	rd->main_unit = 8;
	disk.failures[FIRST + 5] = U32_MAX;
	KUNIT_EXPECT_EQ(test, remap_read_sectors(rd, &test_bdev, FIRST, buf, 0xffff, 1, false,
						 &bad), BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, bad, 0xff);
	/* the whole range, and each of the two physical blocks */
	KUNIT_EXPECT_EQ(test, disk.requests, 3);
}

/* Expect @bad of the first @sectors, after reading the whole and @pieces. */
static void expect_pieces(struct kunit *test, struct remap_device *rd, unsigned int sectors,
			  u64 expected, unsigned int pieces)
{
	u64 bad;

	disk.requests = 0;
	KUNIT_EXPECT_EQ(test, remap_read_sectors(rd, &test_bdev, FIRST, buf,
						 remap_sector_mask(0, sectors), 1, false, &bad),
			BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, bad, expected);
	KUNIT_EXPECT_EQ(test, disk.requests, 1 + pieces);
	expect_data(test, sectors, expected, 0);
}

/* As on a partition that begins at sector 1029 of a disk with physical blocks of 4096 bytes. */
static void physical_blocks_need_not_begin_where_blocks_do(struct kunit *test)
{
	struct remap_device *rd = device(test, 1, 0);
	unsigned int i;

	rd->main = &test_bdev;
	rd->main_unit = 8;
	disk_alignment = 3 << SECTOR_SHIFT;
	for (i = 0; i < 3; i++)
		disk.failures[FIRST + i] = U32_MAX;
	expect_pieces(test, rd, 8, 0x07, 2);
	expect_pieces(test, rd, 16, 0x07, 3);
	/* within one physical block there is nothing to try alone */
	expect_pieces(test, rd, 3, 0x07, 0);
	/* the spare has physical blocks of its own, and the smallest pieces are logical ones */
	rd->main = NULL;
	rd->unit = 4;
	expect_pieces(test, rd, 8, 0x0f, 2);
	/* neither can the main be read in smaller pieces than logical blocks of the two */
	rd->main = &test_bdev;
	rd->unit = 8;
	expect_pieces(test, rd, 16, 0xff, 2);
	rd->unit = 1;
	disk_alignment = -1;
	expect_pieces(test, rd, 16, 0xff, 2);
}

static void an_error_that_is_not_the_mediums_ends_it(struct kunit *test)
{
	u64 lost;

	disk.failures[FIRST + 5] = U32_MAX;
	disk.status = BLK_STS_TRANSPORT;
	KUNIT_EXPECT_EQ(test, read_units(device(test, 1, 16), 8, 0, &lost), -ENOLINK);
	KUNIT_EXPECT_EQ(test, lost, 0);
	KUNIT_EXPECT_EQ(test, disk.requests, 1);
}

/* Data in pieces of bios */

#define NR_PAGES	3

/* A bio of 3 * 1536 bytes, in the middle of three pages. */
static struct bio *make_bio(struct kunit *test, blk_opf_t opf)
{
	struct bio_vec *vecs = kunit_kcalloc(test, NR_PAGES, sizeof(*vecs), GFP_KERNEL);
	struct bio *bio = kunit_kzalloc(test, sizeof(*bio), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, vecs && bio);
	bio_init(bio, NULL, vecs, NR_PAGES, opf);
	for (i = 0; i < NR_PAGES; i++) {
		struct page *page = alloc_page(GFP_KERNEL);
		u8 *data;
		unsigned int j;

		KUNIT_ASSERT_NOT_NULL(test, page);
		data = page_address(page);
		memset(data, 0xee, PAGE_SIZE);
		for (j = 0; j < 1536; j++)
			data[512 + j] = (i * 1536 + j) * 7 >> 2;
		__bio_add_page(bio, page, 1536, 512);
	}
	return bio;
}

static void free_bio(struct bio *bio)
{
	bio_free_pages(bio);
	bio_uninit(bio);
}

/* The part of @n bytes from @skip on. */
static struct bvec_iter piece_of(struct bio *bio, unsigned int skip, unsigned int n)
{
	struct bvec_iter piece = bio->bi_iter;

	bio_advance_iter(bio, &piece, skip);
	piece.bi_size = n;
	return piece;
}

static const struct {
	unsigned int skip, n;
} pieces[] = {
	{ 0, 512 }, { 0, 4608 }, { 512, 512 }, { 1024, 512 }, { 1024, 1024 }, { 1536, 1536 },
	{ 512, 3584 }, { 4096, 512 }, { 1536, 3072 },
};

static void the_piece_of_a_write_is_copied_and_nothing_else(struct kunit *test)
{
	struct bio *bio = make_bio(test, REQ_OP_WRITE);
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		unsigned int skip = pieces[i].skip, n = pieces[i].n;

		memset(buf, 0x55, 8192);
		remap_copy_from_bio(buf, bio, piece_of(bio, skip, n));
		for (j = 0; j < n; j++)
			KUNIT_ASSERT_EQ(test, buf[j], (u8)((skip + j) * 7 >> 2));
		KUNIT_EXPECT_NULL(test, memchr_inv(buf + n, 0x55, 8192 - n));
	}
	free_bio(bio);
}

static void a_write_without_data_is_zeros(struct kunit *test)
{
	struct bio bio;
	struct bvec_iter piece;

	bio_init(&bio, NULL, NULL, 0, REQ_OP_WRITE_ZEROES);
	bio.bi_iter.bi_size = 8192;
	piece = bio.bi_iter;
	piece.bi_size = 1024;
	memset(buf, 0x55, 8192);
	remap_copy_from_bio(buf, &bio, piece);
	KUNIT_EXPECT_NULL(test, memchr_inv(buf, 0, 1024));
	KUNIT_EXPECT_NULL(test, memchr_inv(buf + 1024, 0x55, 8192 - 1024));
	bio_uninit(&bio);
}

static void the_piece_of_a_read_is_filled_and_nothing_else(struct kunit *test)
{
	unsigned int i, j, k;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct bio *bio = make_bio(test, REQ_OP_READ);
		unsigned int skip = pieces[i].skip, n = pieces[i].n;

		for (j = 0; j < n; j++)
			buf[j] = ~(u8)((skip + j) * 7 >> 2);
		remap_copy_to_bio(bio, piece_of(bio, skip, n), buf);
		for (k = 0; k < NR_PAGES; k++) {
			const u8 *data = page_address(bio->bi_io_vec[k].bv_page);

			for (j = 0; j < 1536; j++) {
				unsigned int at = k * 1536 + j;
				u8 was = at * 7 >> 2;
				bool inside = at >= skip && at < skip + n;

				KUNIT_ASSERT_EQ(test, data[512 + j], (u8)(inside ? ~was : was));
			}
			KUNIT_EXPECT_NULL(test, memchr_inv(data, 0xee, 512));
			KUNIT_EXPECT_NULL(test, memchr_inv(data + 2048, 0xee, PAGE_SIZE - 2048));
		}
		free_bio(bio);
	}
}

static int io_kunit_init(struct kunit *test)
{
	unsigned int i;

	memset(&disk, 0, sizeof(disk));
	disk_alignment = 0;
	for (i = 0; i < DISK_SECTORS; i++)
		memset(disk.data[i], i + 1, SECTOR_SIZE);
	disk.status = BLK_STS_MEDIUM;
	test_disk.state = 0;
	buf = kunit_kmalloc(test, REMAP_MAX_BLOCK_SIZE, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	memset(buf, 0x55, REMAP_MAX_BLOCK_SIZE);
	return 0;
}

static struct kunit_case io_kunit_cases[] = {
	KUNIT_CASE(a_mask_has_the_sectors_of_its_range),
	KUNIT_CASE(errors_of_the_medium_are_these_and_no_others),
	KUNIT_CASE(an_error_of_a_disk_that_is_gone_is_not_the_mediums),
	KUNIT_CASE(a_range_without_errors_is_read_at_once),
	KUNIT_CASE(bad_sectors_are_lost_and_zeros_and_all_others_are_read),
	KUNIT_CASE(with_larger_logical_blocks_the_whole_of_one_is_lost),
	KUNIT_CASE(a_sector_is_tried_once_more_with_every_retry),
	KUNIT_CASE(sectors_that_are_skipped_are_not_read),
	KUNIT_CASE(a_run_that_is_wanted_as_a_whole_costs_one_attempt),
	KUNIT_CASE(of_the_main_a_physical_block_is_tried_once),
	KUNIT_CASE(physical_blocks_need_not_begin_where_blocks_do),
	KUNIT_CASE(on_nvme_a_plain_error_is_not_the_mediums),
	KUNIT_CASE(an_error_that_is_not_the_mediums_ends_it),
	KUNIT_CASE(the_piece_of_a_write_is_copied_and_nothing_else),
	KUNIT_CASE(a_write_without_data_is_zeros),
	KUNIT_CASE(the_piece_of_a_read_is_filled_and_nothing_else),
	{}
};

static struct kunit_suite io_kunit_suite = {
	.name = "io_kunit",
	.init = io_kunit_init,
	.test_cases = io_kunit_cases,
};

kunit_test_suite(io_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's own I/O");
MODULE_LICENSE("GPL");
