// SPDX-License-Identifier: GPL-2.0
/*
 * How people and programs manage whole sets: tables, messages, attributes, suspends.
 */
#include <linux/blk-integrity.h>
#include <linux/pr.h>

#include <dm-remap/format.h>

#include "set.h"

/* --- tables */

static void bad_tables_are_refused(struct kunit *test)
{
	static const char * const bad[] = {
		"", "x", "1", "1 x", "2 transient", "2 transient persistent", "1 persistent transient",
		"2 transient transient", "2 block_size 512", "3 transient block_size 256",
		"3 transient block_size 65536", "3 transient block_size 1000",
		"3 transient block_size 0x200", "2 transient block_size", "3 transient uuid 1234",
		"3 transient uuid 11111111-2222-3333-4444-55555555555g", "2 transient uuid",
		"2 transient main_id", "3 transient size 4", "2 transient unknown", "1 read_only",
		"-1 transient", "1 transient x", "0 transient",
		"3 transient no_auto_remap no_auto_remap", "3 transient main_id \x01", NULL,
	};
	static const char * const good[] = {
		"1 transient", "3 transient block_size 512", "3 transient block_size 32768",
		"3 transient uuid 11111111-2222-3333-4444-555555555555", "2 transient read_only",
		"3 transient main_id x", "2 transient no_auto_remap", "2 transient force_block_size",
		"7 no_auto_remap transient block_size 4096 force_block_size main_id a-b", NULL,
	};
	struct set *s = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	for (i = 0; bad[i]; i++) {
		/* these are persistent by default, which is not an error here */
		if (!strcmp(bad[i], "") || !strcmp(bad[i], "2 block_size 512") ||
		    !strcmp(bad[i], "1 read_only"))
			continue;
		strscpy(s->args, bad[i], sizeof(s->args));
		KUNIT_EXPECT_EQ_MSG(test, reload(s), -EINVAL, "%s", bad[i]);
	}
	for (i = 0; good[i]; i++) {
		strscpy(s->args, good[i], sizeof(s->args));
		KUNIT_EXPECT_EQ_MSG(test, reload(s), 0, "%s", good[i]);
		dm_begin(s, 0);
		KUNIT_EXPECT_EQ(test, dm_call(s, DM_TABLE_CLEAR), 0);
	}
	/* no table wrote anything */
	KUNIT_EXPECT_EQ(test, s->spare->writes + s->main->writes, 0);
}

static void disks_that_do_not_go_together_are_refused(struct kunit *test)
{
	struct set *s = test->priv;
	u8 *at;

	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_EXPECT_NE(test, load_table(s, MAIN_SECTORS, s->main, 0, s->main, "1 transient", 0),
			0);
	KUNIT_EXPECT_NE(test, load_table(s, MAIN_SECTORS + 8, s->main, 0, s->spare,
					 "1 transient", 0), 0);
	KUNIT_EXPECT_NE(test, load_table(s, MAIN_SECTORS, s->main, 8, s->spare, "1 transient", 0),
			0);
	KUNIT_EXPECT_NE(test, load_table(s, 8, s->main, MAIN_SECTORS + 8, s->spare,
					 "1 transient", 0), 0);
	KUNIT_EXPECT_NE(test, load_table(s, 1004, s->main, 0, s->spare, "1 transient", 0), 0);
	KUNIT_EXPECT_NE(test, load_table(s, 1004, s->main, 0, s->spare,
					 "3 transient block_size 4096", 0), 0);
	/* magics that show that a disk is part of a set */
	at = mdisk_at(s->spare, 0);
	memcpy(at, "DMREMAPS", 8);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, s->spare, "1 transient", 0), -EINVAL);
	memcpy(at, "DMREMAPM", 8);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, s->spare, "1 transient", 0), -EINVAL);
	memset(at, 0, 8);
	at = mdisk_at(s->main, 0);
	memcpy(at, "DMREMAPS", 8);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, s->spare, "1 transient", 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, s->spare, "1 persistent", 0),
			-EINVAL);
	memcpy(at, "DMREMAPM", 8);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, s->spare, "1 transient", 0), -EINVAL);
	/* sectors behind those of the labelled set */
	((struct dm_remap_label *)at)->target_sectors = cpu_to_le64(16);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 8, s->spare, "1 transient", 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 16, s->spare, "1 transient", 0), 0);
	dm_begin(s, 0);
	KUNIT_EXPECT_EQ(test, dm_call(s, DM_TABLE_CLEAR), 0);
	fill(at, 0, 1, 'm');
	/* a disk that cannot be written */
	set_disk_ro(s->main->gendisk, true);
	KUNIT_EXPECT_NE(test, load_table(s, 1024, s->main, 0, s->spare, "1 transient", 0), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, s->spare, "2 transient read_only", 0),
			0);
	set_disk_ro(s->main->gendisk, false);
	set_disk_ro(s->spare->gendisk, true);
	KUNIT_EXPECT_NE(test, load_table(s, 1024, s->main, 0, s->spare, "1 transient", 0), 0);
	set_disk_ro(s->spare->gendisk, false);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, s->spare, "1 transient", 0), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, s->spare, "1 transient",
					 DM_READONLY_FLAG), 0);
}

static void blocks_are_as_large_as_the_disks_ask_for(struct kunit *test)
{
	static const struct {
		unsigned int main_lbs, main_pbs, spare_lbs, spare_pbs, block_size;
		const char *args;
		int ret;
	} cases[] = {
		{ 512, 512, 512, 512, 4096, "1 transient" },
		{ 512, 8192, 512, 512, 8192, "1 transient" },
		{ 512, 512, 4096, 16384, 16384, "1 transient" },
		{ 4096, 4096, 512, 512, 0, "3 transient block_size 512", -EINVAL },
		{ 512, 512, 4096, 4096, 0, "3 transient block_size 512", -EINVAL },
		{ 512, 512, 4096, 4096, 0, "3 transient block_size 2048", -EINVAL },
		{ 4096, 4096, 4096, 4096, 4096, "3 transient block_size 4096" },
		{ 512, 4096, 512, 4096, 512, "3 transient block_size 512" },
		{ 4096, 4096, 4096, 4096, 32768, "3 transient block_size 32768" },
	};
	struct set *s = test->priv;
	unsigned int i;
	char text[16];

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		mdisk_free(s->main);
		mdisk_free(s->spare);
		s->main = mdisk_alloc(MAIN_SECTORS, cases[i].main_lbs, cases[i].main_pbs);
		s->spare = mdisk_alloc(SPARE_SECTORS, cases[i].spare_lbs, cases[i].spare_pbs);
		strscpy(s->args, cases[i].args, sizeof(s->args));
		KUNIT_ASSERT_EQ_MSG(test, try_set(s), cases[i].ret, "case %u", i);
		if (cases[i].ret)
			continue;
		sprintf(text, "%u", cases[i].block_size);
		EXPECT_ATTR(s, "block_size", text);
		KUNIT_EXPECT_EQ(test, bdev_logical_block_size(file_bdev(s->bdev)),
				max(cases[i].main_lbs, cases[i].spare_lbs));
		KUNIT_EXPECT_EQ(test, status(s).capacity,
				SPARE_SECTORS / (cases[i].block_size >> SECTOR_SHIFT));
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
}

/* What is left at the end of the spare, less than a block, is of no use, and does no harm. */
static void a_spare_may_end_within_a_sector_of_the_main(struct kunit *test)
{
	struct set *s = test->priv;

	mdisk_free(s->main);
	mdisk_free(s->spare);
	s->main = mdisk_alloc(MAIN_SECTORS, 4096, 4096);
	s->spare = mdisk_alloc(SPARE_SECTORS + 3, 512, 512);
	KUNIT_ASSERT_TRUE(test, s->main && s->spare);
	make_set(s, "1 transient");
	KUNIT_EXPECT_EQ(test, status(s).capacity, SPARE_SECTORS / 8);
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "80");
	again(s);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
}

static void the_table_is_printed_as_it_makes_the_set_again(struct kunit *test)
{
	struct set *s = test->priv;
	char expected[256], numbers[64];

	sprintf(numbers, "%d:%u 16 %d:%u", mdisk_major, MINOR(disk_devt(s->main->gendisk)),
		mdisk_major, MINOR(disk_devt(s->spare->gendisk)));
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 1024, s->main, 16, s->spare,
					 "8 no_auto_remap transient uuid 11111111-2222-3333-4444-555555555555 block_size 1024 main_id a\\ b",
					 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	snprintf(expected, sizeof(expected),
		 "%s 8 transient block_size 1024 uuid 11111111-2222-3333-4444-555555555555 main_id a\\ b no_auto_remap",
		 numbers);
	KUNIT_EXPECT_STREQ(test, status_of(s, DM_STATUS_TABLE_FLAG), expected);
	EXPECT_ATTR(s, "uuid", "11111111-2222-3333-4444-555555555555");
	EXPECT_ATTR(s, "main_id", "a b");
	/* the main begins at its sector 16 */
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_READ, 8, 8), 0);
	KUNIT_EXPECT_TRUE(test, holds(s->buf, 24, 8, 'm'));
	EXPECT_SET(s, 0, "remaps/add", "8");
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->spare, 0), 24, 2, 'm'));
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_READ, 8, 8), 0);
	KUNIT_EXPECT_TRUE(test, holds(s->buf, 24, 8, 'm'));
	KUNIT_EXPECT_EQ(test, write_at(s, 1022, 2, 'z'), 0);
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 1038), 1022, 2, 'z'));
}

/* Load the table as it is printed, or another one with the same disks, and resume. */
static void load_printed(struct set *s, const char *args)
{
	if (!args) {
		args = status_of(s, DM_STATUS_TABLE_FLAG);
		/* behind main, start and spare */
		args = strchr(strchr(strchr(args, ' ') + 1, ' ') + 1, ' ') + 1;
	}
	strscpy(s->args, args, sizeof(s->args));
	KUNIT_ASSERT_EQ(s->test, reload(s), 0);
	close_bdev(s);
	KUNIT_ASSERT_EQ(s->test, resume(s), 0);
}

static bool prints(struct set *s, const char *word)
{
	return strstr(status_of(s, DM_STATUS_TABLE_FLAG), word);
}

static void a_reload_keeps_auto_remap_and_the_table_shows_it(struct kunit *test)
{
	static const char * const stores[] = { "transient", "persistent" };
	struct set *s = test->priv;
	char plain[24], flagged[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stores); i++) {
		snprintf(plain, sizeof(plain), "1 %s", stores[i]);
		snprintf(flagged, sizeof(flagged), "2 %s no_auto_remap", stores[i]);
		make_set(s, flagged);
		EXPECT_SET(s, 0, "errors/auto_remap", "1");
		KUNIT_EXPECT_FALSE(test, prints(s, "no_auto_remap"));
		load_printed(s, NULL);
		EXPECT_ATTR(s, "errors/auto_remap", "1");
		/* the table before this one had no such argument */
		load_printed(s, flagged);
		EXPECT_ATTR(s, "errors/auto_remap", "0");
		EXPECT_SET(s, 0, "errors/auto_remap", "1");
		/* a table that says what the one before it said changes nothing */
		load_printed(s, flagged);
		EXPECT_ATTR(s, "errors/auto_remap", "1");
		load_printed(s, plain);
		load_printed(s, flagged);
		load_printed(s, plain);
		EXPECT_ATTR(s, "errors/auto_remap", "1");
		KUNIT_EXPECT_FALSE(test, prints(s, "no_auto_remap"));
		EXPECT_SET(s, 0, "errors/auto_remap", "0");
		load_printed(s, plain);
		EXPECT_ATTR(s, "errors/auto_remap", "0");
		KUNIT_EXPECT_TRUE(test, prints(s, "no_auto_remap"));
		load_printed(s, NULL);
		EXPECT_ATTR(s, "errors/auto_remap", "0");
		KUNIT_ASSERT_EQ(test, suspend(s), 0);
		KUNIT_ASSERT_EQ(test, resume(s), 0);
		EXPECT_ATTR(s, "errors/auto_remap", "0");
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
		/* the printed line makes it again */
		KUNIT_ASSERT_EQ(test, try_set(s), 0);
		EXPECT_ATTR(s, "errors/auto_remap", "0");
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
}

/* A transient set has no record of its main that a table could contradict. */
static void a_reload_may_name_the_main_of_a_transient_set(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	load_printed(s, "3 transient main_id abc");
	EXPECT_ATTR(s, "main_id", "abc");
	KUNIT_EXPECT_TRUE(test, prints(s, "main_id abc"));
	EXPECT_SET(s, 0, "main_id", "def");
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_ATTR(s, "main_id", "def");
	load_printed(s, NULL);
	EXPECT_ATTR(s, "main_id", "def");
	load_printed(s, "1 transient");
	EXPECT_ATTR(s, "main_id", "def");
}

static void a_transient_set_has_content_of_small_sectors_only_by_force(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *other = mdisk_alloc(SPARE_SECTORS, 4096, 4096);

	KUNIT_ASSERT_NOT_NULL(test, other);
	mdisk_free(s->spare);
	s->spare = mdisk_alloc(SPARE_SECTORS, 4096, 4096);
	KUNIT_ASSERT_NOT_NULL(test, s->spare);
	strscpy(s->args, "1 transient", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
	__set_bit(0, s->main->bad_read);
	memset(mdisk_at(s->main, 0), 0, 4096);
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
	__clear_bit(0, s->main->bad_read);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	/* its content from now on is of the larger sectors */
	EXPECT_WRITE(s, 0, 0, 8, 'w');
	load_printed(s, NULL);
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, other, "1 transient", 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	mdisk_free(other);
	strscpy(s->args, "1 transient", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
	make_set(s, "2 transient force_block_size");
}

static void disks_of_zones_are_refused(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *zoned;

	if (!IS_ENABLED(CONFIG_BLK_DEV_ZONED))
		kunit_skip(test, "a kernel without disks of zones");
	mdisk_zoned = true;
	zoned = mdisk_alloc(MAIN_SECTORS, 512, 512);
	mdisk_zoned = false;
	KUNIT_ASSERT_NOT_NULL(test, zoned);
	KUNIT_ASSERT_TRUE(test, bdev_is_zoned(zoned->gendisk->part0));
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, zoned, 0, s->spare, "1 transient", 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, 1024, s->main, 0, zoned, "1 transient", 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, zoned->writes, 0);
	KUNIT_EXPECT_EQ(test, remove_set(s), 0);
	mdisk_free(zoned);
}

/* docs/reference/declares.md */
static void what_would_go_around_remaps_is_not_declared(struct kunit *test)
{
	const struct block_device_operations *fops;
	struct set *s = test->priv;
	struct block_device *bdev;
	const struct queue_limits *lim;

	make_set(s, "1 transient");
	bdev = file_bdev(s->bdev);
	fops = bdev->bd_disk->fops;
	lim = &bdev_get_queue(bdev)->limits;
	/* SG_IO, and the ioctls of smartctl and hdparm */
	KUNIT_EXPECT_EQ(test, fops->ioctl(bdev, BLK_OPEN_READ, 0x2285, 0), -ENOTTY);
	KUNIT_EXPECT_EQ(test, fops->ioctl(bdev, BLK_OPEN_READ, 0x031f, 0), -ENOTTY);
	KUNIT_EXPECT_EQ(test, fops->ioctl(bdev, BLK_OPEN_WRITE, 0x4e43, 0), -ENOTTY);
	/* neither disk supports reservations */
	KUNIT_EXPECT_NE(test, fops->pr_ops->pr_register(bdev, 0, 1, 0), 0);
	KUNIT_EXPECT_NE(test, fops->pr_ops->pr_reserve(bdev, 1, PR_EXCLUSIVE_ACCESS, 0), 0);
	KUNIT_EXPECT_EQ(test, lim->max_secure_erase_sectors, 0);
	KUNIT_EXPECT_NE(test, blkdev_issue_secure_erase(bdev, 0, 8, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, bdev_is_zoned(bdev));
	KUNIT_EXPECT_EQ(test, lim->atomic_write_hw_max, 0);
	KUNIT_EXPECT_NULL(test, bdev_get_integrity(bdev));
	KUNIT_EXPECT_FALSE(test, lim->features & BLK_FEAT_DAX);
	/* features of both disks, and of the main */
	KUNIT_EXPECT_TRUE(test, bdev_write_cache(bdev) && bdev_fua(bdev));
	KUNIT_EXPECT_GT(test, bdev_max_discard_sectors(bdev), 0);
	KUNIT_EXPECT_TRUE(test, bdev_nowait(bdev));
	EXPECT_READ(s, 0, 8, 'm');
}

static void reservations_are_those_of_the_main(struct kunit *test)
{
	struct set *s = test->priv;
	struct block_device *bdev;
	const struct pr_ops *pr;

	s->main->pr_ret = 0;
	make_set(s, "1 transient");
	bdev = file_bdev(s->bdev);
	pr = bdev->bd_disk->fops->pr_ops;
	/* with a spare that does not support them, and with one that does */
	KUNIT_EXPECT_EQ(test, pr->pr_register(bdev, 0, 1, 0), 0);
	s->spare->pr_ret = 0;
	KUNIT_EXPECT_EQ(test, pr->pr_register(bdev, 0, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, pr->pr_reserve(bdev, 1, PR_EXCLUSIVE_ACCESS, 0), 0);
	KUNIT_EXPECT_EQ(test, s->main->reservations, 3);
	/* another host holds the reservation */
	s->main->pr_ret = PR_STS_RESERVATION_CONFLICT;
	KUNIT_EXPECT_EQ(test, pr->pr_reserve(bdev, 1, PR_EXCLUSIVE_ACCESS, 0),
			PR_STS_RESERVATION_CONFLICT);
	KUNIT_EXPECT_EQ(test, s->spare->reservations, 0);
	/* the same with a new table */
	KUNIT_EXPECT_EQ(test, reload(s), 0);
	KUNIT_EXPECT_EQ(test, suspend(s), 0);
	KUNIT_EXPECT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_EQ(test, pr->pr_reserve(bdev, 1, PR_EXCLUSIVE_ACCESS, 0),
			PR_STS_RESERVATION_CONFLICT);
	KUNIT_EXPECT_EQ(test, s->spare->reservations, 0);
}

/* --- manual remaps */

static void ranges_are_parsed_or_refused(struct kunit *test)
{
	static const char * const bad[] = {
		"x", "-1", "+1", "1 +1", "1 0", "0x10", "1 2 3", " ", "\n", "1\n\n2", "1 x", "1,2",
		"18446744073709551616", "1 18446744073709551616", "1\n2\nx", NULL,
	};
	static const char * const far[] = {
		"8192", "8191 2", "0 8193", "18446744073709551615", "8 18446744073709551615",
		"0 1\n8192", NULL,
	};
	struct set *s = test->priv;
	unsigned int i;

	make_set(s, "1 transient");
	for (i = 0; bad[i]; i++) {
		EXPECT_SET(s, -EINVAL, "remaps/add", bad[i]);
		EXPECT_SET(s, -EINVAL, "remaps/mark", bad[i]);
		EXPECT_SET(s, -EINVAL, "remaps/remove", bad[i]);
	}
	for (i = 0; far[i]; i++) {
		EXPECT_SET(s, -ERANGE, "remaps/add", far[i]);
		EXPECT_SET(s, -ERANGE, "remaps/mark", far[i]);
		EXPECT_SET(s, -ERANGE, "remaps/remove", far[i]);
	}
	KUNIT_EXPECT_EQ(test, set_attr_n(s, "remaps/add", "1\0x", 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
	EXPECT_SET(s, 0, "remaps/add", "8191");
	EXPECT_SET(s, 0, "remaps/add", "17 14\n0");
	expect_list(s, "0 8 8 remapped 0x0 0x0\n16 16 8 remapped 0x0 0x0\n"
		       "24 24 8 remapped 0x0 0x0\n8184 0 8 remapped 0x0 0x0\n");
	EXPECT_MESSAGE(s, 0, "list 16");
	KUNIT_EXPECT_STREQ(test, s->text, "16 16 8 remapped 0x0 0x0\n24 24 8 remapped 0x0 0x0\n"
			   "8184 0 8 remapped 0x0 0x0\n");
	/* from the sector after the first one of a block, that block is not listed once more */
	EXPECT_MESSAGE(s, 0, "list 17");
	KUNIT_EXPECT_STREQ(test, s->text, "24 24 8 remapped 0x0 0x0\n8184 0 8 remapped 0x0 0x0\n");
	EXPECT_MESSAGE(s, 0, "list 8185");
	KUNIT_EXPECT_STREQ(test, s->text, "");
	EXPECT_MESSAGE(s, 0, "list 18446744073709551615");
	KUNIT_EXPECT_STREQ(test, s->text, "");
	EXPECT_MESSAGE(s, 0, "list 32");
	KUNIT_EXPECT_STREQ(test, s->text, "8184 0 8 remapped 0x0 0x0\n");
	EXPECT_MESSAGE(s, 0, "list 8192");
	KUNIT_EXPECT_STREQ(test, s->text, "");
	EXPECT_SET(s, -EEXIST, "remaps/add", "200\n16");
	EXPECT_SET(s, -EEXIST, "remaps/add", "200\n201");
	EXPECT_SET(s, -EEXIST, "remaps/mark", "16");
	EXPECT_SET(s, -ENOENT, "remaps/remove", "16\n200");
	EXPECT_SET(s, -ENOENT, "remaps/remove", "16\n17");
	EXPECT_SET(s, -ENOENT, "remaps/remove", "0 8192");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 4);
	EXPECT_SET(s, -ENOSPC, "remaps/add", "1024 1000");
	EXPECT_SET(s, -ENOSPC, "remaps/add", "1024 7168");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 4);
	EXPECT_SET(s, 0, "remaps/remove", "16 16");
	EXPECT_SET(s, 0, "remaps/remove", "0\n8191");
	expect_list(s, "");
	EXPECT_STAT(s, "remaps_manual", 4);
	EXPECT_STAT(s, "remaps_removed", 4);
	EXPECT_ATTR(s, "spare/used", "0");
	EXPECT_ATTR(s, "spare/free", "128");
}

/* With as many remaps as a region has blocks, listing goes by regions. */
static void a_list_of_many_blocks_is_whole_and_in_order(struct kunit *test)
{
	struct set *s = test->priv;
	struct dm_ioctl *dmi = (void *)s->ioctl;
	unsigned int n = 0, before;
	u64 from = 0, block = 0;
	char text[32], *rest, *line;

	mdisk_free(s->spare);
	s->spare = mdisk_alloc(MAIN_SECTORS, 512, 512);
	KUNIT_ASSERT_NOT_NULL(test, s->spare);
	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "remaps/add", "0 4096");
	EXPECT_SET(s, 0, "remaps/remove", "80");
	do {
		before = n;
		snprintf(text, sizeof(text), "list %llu", from);
		EXPECT_MESSAGE(s, 0, text);
		/* the reply may be longer than @text */
		rest = *s->text ? (char *)dmi + dmi->data_start : s->text;
		while ((line = strsep(&rest, "\n")) && *line) {
			KUNIT_ASSERT_EQ(test, kstrtou64(strsep(&line, " "), 10, &block), 0);
			KUNIT_EXPECT_EQ(test, block, from == 80 ? 88 : from);
			from = block + 8;
			n++;
		}
	} while (n > before);
	KUNIT_EXPECT_EQ(test, n, 511);
}

static void a_long_write_is_taken_up_to_its_last_whole_line(struct kunit *test)
{
	struct set *s = test->priv;
	char *text = kunit_kzalloc(test, 8192, GFP_KERNEL), path[64];
	unsigned int i, n = 0;
	ssize_t ret;

	make_set(s, "3 transient block_size 512");
	for (i = 0; n < 4095; i++)
		n += sprintf(text + n, "%u\n", 1000 + 2 * i);
	snprintf(path, sizeof(path), TREE "%s/remaps/add", s->name);
	ret = file_write(path, text, n);
	KUNIT_EXPECT_GT(test, ret, 4085);
	KUNIT_EXPECT_LE(test, ret, 4095);
	KUNIT_EXPECT_EQ(test, text[ret - 1], '\n');
	KUNIT_EXPECT_EQ(test, status(s).mapped, ret / 5);
	/* a line without a newline is not accepted */
	memset(text, ' ', 5000);
	ret = file_write(path, text, 5000);
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
}

static void messages_do_what_attributes_do(struct kunit *test)
{
	static const char * const bad[] = {
		"add", "add 1 2 3", "add x", "remove", "mark", "forget", "cure", "nothing", "list x",
		"list +1", "list 1 2", "list reasons", "list 1 reasons 2", "sync 1", "track",
		"track begin", "track start 1", "track read 1", "track stop", "track read x 0",
		"track read +1 0", "add 1 0", "cure 1 x",
		"add 11111111111111111111111111111 1111111111111111111111111111111111111", NULL,
	};
	struct set *s = test->priv;
	unsigned int i;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	for (i = 0; bad[i]; i++)
		EXPECT_MESSAGE(s, -EINVAL, bad[i]);
	EXPECT_MESSAGE(s, 0, "add 80 16");
	EXPECT_MESSAGE(s, -EEXIST, "add 80");
	EXPECT_MESSAGE(s, 0, "mark 160");
	EXPECT_MESSAGE(s, 0, "mark 160");
	EXPECT_MESSAGE(s, 0, "SYNC");
	expect_list(s,
		    "80 0 8 remapped 0x0 0x0\n88 8 8 remapped 0x0 0x0\n160 16 8 pending 0x0 0x0\n");
	EXPECT_MESSAGE(s, -ENOENT, "forget 200");
	EXPECT_MESSAGE(s, -ENOENT, "cure 200");
	/* adding a pending block that can be read after all moves it */
	EXPECT_MESSAGE(s, 0, "add 160");
	EXPECT_READ(s, 160, 8, 'm');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 3);
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	/* an unreadable block stays pending, and removing it only forgets it */
	__set_bit(241, s->main->bad_read);
	EXPECT_MESSAGE(s, 0, "add 240");
	KUNIT_EXPECT_EQ(test, status(s).pending, 1);
	EXPECT_MESSAGE(s, 0, "add 240");
	KUNIT_EXPECT_EQ(test, status(s).pending, 1);
	EXPECT_MESSAGE(s, 0, "remove 240");
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	EXPECT_STAT(s, "remaps_marked", 2);
	/* data written in between moves back as well */
	EXPECT_WRITE(s, 0, 84, 8, 'a');
	EXPECT_MESSAGE(s, 0, "remove 80 16");
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 84), 84, 8, 'a'));
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 80), 80, 4, 'm'));
	EXPECT_READ(s, 84, 8, 'a');
	expect_list(s, "160 16 8 remapped 0x0 0x0\n");
}

static void a_block_that_the_main_does_not_take_stays(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "remaps/add", "80 24");
	EXPECT_WRITE(s, 0, 80, 24, 'a');
	__set_bit(93, s->main->bad_write);
	EXPECT_SET(s, -EIO, "remaps/remove", "80 24");
	expect_list(s, "88 8 8 remapped 0x0 0x0\n");
	EXPECT_READ(s, 80, 24, 'a');
	/* nor does a block move back if the main loses the write */
	mdisk_mend(s->main);
	__set_bit(93, s->main->deaf);
	EXPECT_SET(s, -EIO, "remaps/remove", "88");
	EXPECT_READ(s, 80, 24, 'a');
	/* a failed cure is not an error */
	EXPECT_MESSAGE(s, 0, "cure 88");
	expect_list(s, "88 8 8 remapped 0x0 0x0\n");
	mdisk_mend(s->main);
	EXPECT_MESSAGE(s, 0, "cure 88");
	expect_list(s, "");
	EXPECT_READ(s, 80, 24, 'a');
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 80), 80, 24, 'a'));
}

/* --- attributes */

static const struct {
	const char *name, *normal;
	u32 min, max;
} numbers[] = {
	{ "hash/grow_percent", "150", 101, 1000 },
	{ "hash/shrink_percent", "50", 0, 74 },
	{ "hash/resize_threads", "0", 0, 64 },
	{ "spare/reserve", "0", 0, 128 },
	{ "spare/low_water", "12", 0, 128 },
	{ "errors/auto_remap", "1", 0, 1 },
	{ "errors/retries", "1", 0, 16 },
	{ "errors/retry_within_ms", "1000", 0, U32_MAX },
	{ "errors/pending_retry_ms", "10000", 0, U32_MAX },
	{ "errors/slow_ms", "0", 0, U32_MAX },
	{ "errors/slow_limit", "1024", 0, U32_MAX },
	{ "errors/neighbours", "8", 0, 65536 },
	{ "errors/first_rewrite", "0", 0, 1 },
	{ "errors/storm_limit", "64", 0, U32_MAX },
	{ "errors/rate_warn", "20", 0, U32_MAX },
	{ "errors/rate_urgent", "50", 0, U32_MAX },
	{ "scrub/rate_kib", "0", 0, U32_MAX },
};

static void numbers_are_taken_in_their_range(struct kunit *test)
{
	static const char * const junk[] = {
		" ", "\n", "x", "-1", "+1", "1x", "0x1", "1 1", "1.0", "4294967296",
		"1\n1", "99999999999999999999", NULL,
	};
	struct set *s = test->priv;
	unsigned int i, j;
	char text[24];

	make_set(s, "1 transient");
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT_ATTR(s, numbers[i].name, numbers[i].normal);
		for (j = 0; junk[j]; j++)
			EXPECT_SET(s, -EINVAL, numbers[i].name, junk[j]);
		KUNIT_EXPECT_EQ(test, set_attr_n(s, numbers[i].name, "1\0", 2), -EINVAL);
		KUNIT_EXPECT_EQ(test, set_attr_n(s, numbers[i].name, "1\n\0junk", 7), -EINVAL);
		if (numbers[i].max != U32_MAX) {
			sprintf(text, "%u", numbers[i].max + 1);
			EXPECT_SET(s, -EINVAL, numbers[i].name, text);
		}
		if (numbers[i].min) {
			sprintf(text, "%u", numbers[i].min - 1);
			EXPECT_SET(s, -EINVAL, numbers[i].name, text);
		}
		EXPECT_ATTR(s, numbers[i].name, numbers[i].normal);
		sprintf(text, "%u", numbers[i].max);
		EXPECT_SET(s, 0, numbers[i].name, text);
		EXPECT_ATTR(s, numbers[i].name, text);
		sprintf(text, " %04u  ", numbers[i].min);
		EXPECT_SET(s, 0, numbers[i].name, text);
		sprintf(text, "%u", numbers[i].min);
		EXPECT_ATTR(s, numbers[i].name, text);
		EXPECT_SET(s, 0, numbers[i].name, numbers[i].normal);
	}
}

static void a_table_has_as_many_buckets_as_it_was_told_to(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int i;
	char text[16];

	make_set(s, "3 transient block_size 512");
	EXPECT_ATTR(s, "hash/buckets", "64");
	EXPECT_SET(s, -EINVAL, "hash/min_buckets", "32");
	EXPECT_SET(s, -EINVAL, "hash/min_buckets", "96");
	EXPECT_SET(s, -EINVAL, "hash/min_buckets", "33554432");
	EXPECT_SET(s, 0, "hash/min_buckets", "4096");
	EXPECT_ATTR(s, "hash/buckets", "4096");
	EXPECT_ATTR(s, "hash/grows", "1");
	EXPECT_SET(s, 0, "hash/min_buckets", "64");
	EXPECT_ATTR(s, "hash/buckets", "64");
	EXPECT_ATTR(s, "hash/shrinks", "6");
	KUNIT_EXPECT_EQ(test, status(s).buckets, 64);
	for (i = 0; i < 97; i++) {
		sprintf(text, "%u", 40 * i);
		EXPECT_SET(s, 0, "remaps/add", text);
	}
	EXPECT_ATTR(s, "hash/buckets", "128");
	EXPECT_ATTR(s, "hash/entries", "97");
	EXPECT_ATTR(s, "hash/load_percent", "75");
	EXPECT_ATTR(s, "hash/grows", "2");
	EXPECT_STAT(s, "hash_grows", 2);
	EXPECT_STAT(s, "hash_shrinks", 6);
	KUNIT_EXPECT_GT(test, stat_of(s, "hash_resize_ns"), 0);
	get_attr(s, "hash/history");
	KUNIT_EXPECT_NOT_NULL(test, strstr(s->text, " 64 128 97 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(s->text, " 128 64 0 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(s->text, " 64 4096 0 "));
	EXPECT_SET(s, -EINVAL, "hash/shrink_percent", "75");
	EXPECT_SET(s, 0, "hash/grow_percent", "300");
	EXPECT_SET(s, 0, "hash/shrink_percent", "140");
	EXPECT_SET(s, -EINVAL, "hash/grow_percent", "280");
	/* every block is found again */
	for (i = 0; i < 97; i++)
		EXPECT_READ(s, 40 * i, 2, 'm');
}

static void large_tables_are_filled_in_the_background(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int i;
	char text[16];

	make_set(s, "3 transient block_size 512");
	for (i = 0; i < 60; i++) {
		sprintf(text, "%u", 100 * i);
		EXPECT_SET(s, 0, "remaps/add", text);
	}
	EXPECT_SET(s, 0, "hash/min_buckets", "262144");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "hash/buckets"), "262144")));
	for (i = 0; i < 60; i++)
		EXPECT_READ(s, 100 * i, 2, 'm');
	EXPECT_ATTR(s, "hash/entries", "60");
	EXPECT_SET(s, 0, "remaps/add", "17\n19");
	EXPECT_SET(s, 0, "hash/min_buckets", "64");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "hash/buckets"), "64")));
	EXPECT_ATTR(s, "hash/entries", "62");
	for (i = 0; i < 60; i++)
		EXPECT_READ(s, 100 * i, 2, 'm');
	EXPECT_READ(s, 16, 8, 'm');
	EXPECT_SET(s, 0, "hash/policy", "adaptive");
	EXPECT_SET(s, 0, "hash/min_buckets", "4096");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "hash/buckets"), "4096")));
}

static void words_are_chosen(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_ATTR(s, "spare/policy", "linear [near] spread");
	EXPECT_SET(s, 0, "spare/policy", "spread\n");
	EXPECT_ATTR(s, "spare/policy", "linear near [spread]");
	EXPECT_SET(s, 0, "spare/policy", "[linear] near spread");
	EXPECT_ATTR(s, "spare/policy", "[linear] near spread");
	EXPECT_SET(s, -EINVAL, "spare/policy", "lin");
	EXPECT_SET(s, -EINVAL, "spare/policy", "[linear] [near] spread");
	KUNIT_EXPECT_EQ(test, set_attr_n(s, "spare/policy", "near\0", 5), -EINVAL);
	EXPECT_ATTR(s, "spare/policy", "[linear] near spread");
	EXPECT_ATTR(s, "hash/policy", "[fixed] adaptive");
	EXPECT_SET(s, 0, "hash/policy", "adaptive");
	EXPECT_ATTR(s, "hash/policy", "fixed [adaptive]");
	EXPECT_ATTR(s, "errors/on_read_error", "[fail] zero");
	EXPECT_SET(s, 0, "errors/on_read_error", "zero");
	EXPECT_ATTR(s, "errors/on_read_error", "fail [zero]");
	EXPECT_ATTR(s, "errors/verify_writes", "[off] remapped all");
	EXPECT_SET(s, 0, "errors/verify_writes", "remapped");
	EXPECT_ATTR(s, "errors/verify_writes", "off [remapped] all");
	EXPECT_SET(s, 0, "errors/verify_writes", "all");
	EXPECT_ATTR(s, "errors/verify_writes", "off remapped [all]");
	EXPECT_SET(s, 0, "main_id", "a b-c");
	EXPECT_ATTR(s, "main_id", "a b-c");
	EXPECT_SET(s, -EINVAL, "main_id", " ");
	EXPECT_SET(s, -EINVAL, "main_id", "a\x01");
	EXPECT_ATTR(s, "main_id", "a b-c");
	/* the next slot is where the policy says */
	EXPECT_SET(s, 0, "spare/policy", "linear");
	EXPECT_SET(s, 0, "remaps/add", "80\n800");
	EXPECT_SET(s, 0, "remaps/remove", "80");
	EXPECT_SET(s, 0, "remaps/add", "808");
	expect_list(s, "800 8 8 remapped 0x0 0x0\n808 0 8 remapped 0x0 0x0\n");
	EXPECT_SET(s, 0, "spare/policy", "near");
	EXPECT_SET(s, 0, "remaps/add", "816\n792");
	EXPECT_SET(s, 0, "spare/policy", "spread");
	EXPECT_SET(s, 0, "remaps/add", "1600");
	EXPECT_SET(s, 0, "remaps/remove", "1600");
	EXPECT_SET(s, 0, "remaps/add", "1600");
	expect_list(s, "792 16 8 remapped 0x0 0x0\n800 8 8 remapped 0x0 0x0\n"
		       "808 0 8 remapped 0x0 0x0\n816 24 8 remapped 0x0 0x0\n"
		       "1600 40 8 remapped 0x0 0x0\n");
}

static void values_of_a_page_are_refused(struct kunit *test)
{
	struct set *s = test->priv;
	char *text = kunit_kmalloc(test, 4097, GFP_KERNEL);

	make_set(s, "1 transient");
	memset(text, ' ', 4097);
	text[0] = '3';
	KUNIT_EXPECT_EQ(test, set_attr_n(s, "errors/retries", text, 4095), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_attr_n(s, "errors/retries", text, 4096), -EINVAL);
	EXPECT_ATTR(s, "errors/retries", "1");
	KUNIT_EXPECT_EQ(test, set_attr_n(s, "errors/retries", text, 4094), 0);
	EXPECT_ATTR(s, "errors/retries", "3");
	memcpy(text, "near", 4);
	KUNIT_EXPECT_EQ(test, set_attr_n(s, "spare/policy", text, 4096), -EINVAL);
	EXPECT_SET(s, -EACCES, "remaps/count", "1");
	EXPECT_SET(s, -EACCES, "uuid", "1");
}

static void counts_start_again_with_a_reset(struct kunit *test)
{
	struct set *s = test->priv;
	char path[96];

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	__set_bit(800, s->main->bad_read);
	EXPECT_READ_FAILS(s, 800, 8);
	EXPECT_WRITE(s, 0, 16, 8, 'a');
	snprintf(path, sizeof(path), "/sys/block/dm-%u/remap/stats/reset", MINOR(s->dev));
	KUNIT_EXPECT_EQ(test, file_write(path, "0", 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(path, "1\0", 2), -EINVAL);
	EXPECT_STAT(s, "writes", 1);
	KUNIT_EXPECT_EQ(test, file_write(path, "1\n", 2), 2);
	EXPECT_STAT(s, "writes", 0);
	EXPECT_STAT(s, "write_sectors", 0);
	EXPECT_STAT(s, "main_read_errors", 0);
	/* a reset does not affect the current state */
	EXPECT_STAT(s, "pending_blocks", 1);
	EXPECT_WRITE(s, 0, 16, 8, 'a');
	EXPECT_STAT(s, "writes", 1);
	snprintf(path, sizeof(path), "/sys/block/dm-%u/remap/stats/map_latency_histogram",
		 MINOR(s->dev));
	KUNIT_EXPECT_GT(test, file_read(path, s->text), 0);
	{
		u64 bound = 0, n, last = 0, sum = 0;
		char *line, *rest = s->text;
		unsigned int lines = 0;

		while ((line = strsep(&rest, "\n")) && *line) {
			int fields = sscanf(line, "%llu %llu", &bound, &n);

			KUNIT_EXPECT_EQ(test, fields, 2);
			KUNIT_EXPECT_GT(test, bound, last);
			last = bound;
			sum += n;
			lines++;
		}
		KUNIT_EXPECT_EQ(test, lines, 37);
		KUNIT_EXPECT_EQ(test, sum, 1);
	}
}

/* Expect a suspended set to refuse every kind of change. */
static void expect_busy(struct set *s)
{
	EXPECT_SET(s, -EBUSY, "remaps/add", "160");
	EXPECT_SET(s, -EBUSY, "remaps/mark", "160");
	EXPECT_SET(s, -EBUSY, "remaps/remove", "80");
	EXPECT_SET(s, -EBUSY, "errors/resume", "1");
	EXPECT_SET(s, -EBUSY, "errors/retries", "2");
	EXPECT_SET(s, -EBUSY, "scrub/control", "start");
	EXPECT_SET(s, -EBUSY, "main_id", "x");
	EXPECT_MESSAGE(s, -EBUSY, "add 160");
	EXPECT_MESSAGE(s, -EBUSY, "mark 80");
	EXPECT_MESSAGE(s, -EBUSY, "forget 80");
	EXPECT_MESSAGE(s, -EBUSY, "cure 80");
	EXPECT_MESSAGE(s, -EBUSY, "sync");
}

/* --- suspend, reload, rename */

static void nothing_changes_while_it_is_suspended(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int i;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		EXPECT_SET(s, -EBUSY, numbers[i].name, numbers[i].normal);
	expect_busy(s);
	expect_list(s, "80 0 8 remapped 0x0 0x0\n");
	EXPECT_ATTR(s, "remaps/count", "1");
	/* a table with the same disks keeps everything */
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	expect_list(s, "80 0 8 remapped 0x0 0x0\n");
	EXPECT_READ(s, 80, 8, 'm');
	EXPECT_SET(s, 0, "remaps/add", "160");
}

static void a_set_with_remaps_keeps_its_spare(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *other = mdisk_alloc(SPARE_SECTORS, 512, 512), *spare = s->spare;

	KUNIT_ASSERT_NOT_NULL(test, other);
	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, other, s->args, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 8, spare, s->args, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, spare, "1 persistent", 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, spare,
					 "3 transient block_size 512", 0), -EINVAL);
	/* blocks may be remapped between load and resume */
	EXPECT_SET(s, 0, "remaps/remove", "80");
	KUNIT_ASSERT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, other, s->args, 0), 0);
	EXPECT_SET(s, 0, "remaps/add", "160");
	EXPECT_WRITE(s, 0, 160, 8, 'a');
	close_bdev(s);
	KUNIT_EXPECT_EQ(test, resume(s), -EBUSY);
	KUNIT_ASSERT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, spare, s->args, 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	EXPECT_READ(s, 160, 8, 'a');
	expect_list(s, "160 0 8 remapped 0x0 0x0\n");
	/* without remaps the spare may be replaced */
	EXPECT_SET(s, 0, "remaps/remove", "160");
	KUNIT_ASSERT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, other, s->args, 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_READ(s, 160, 8, 'a');
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(other, 0), 80, 8, 'm'));
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	mdisk_free(other);
}

/* The values of a device outlive a reload, also one with a spare that has none. */
static void settings_outlive_a_change_of_the_spare(struct kunit *test)
{
	static const char * const stores[] = { "1 transient", "1 persistent" };
	struct set *s = test->priv;
	struct mdisk *other = mdisk_alloc(SPARE_SECTORS / 2, 512, 512), *spare;
	unsigned int i, blocks;
	char total[16];

	KUNIT_ASSERT_NOT_NULL(test, other);
	for (i = 0; i < ARRAY_SIZE(stores); i++) {
		make_set(s, stores[i]);
		EXPECT_SET(s, 0, "errors/retries", "5");
		EXPECT_SET(s, 0, "spare/policy", "linear");
		EXPECT_SET(s, 0, "spare/reserve", "120");
		if (i)
			EXPECT_SET(s, 0, "spare/low_water", "9");
		close_bdev(s);
		KUNIT_ASSERT_EQ(test, suspend(s), 0);
		KUNIT_ASSERT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, other, s->args, 0),
				0);
		KUNIT_ASSERT_EQ(test, resume(s), 0);
		EXPECT_ATTR(s, "errors/retries", "5");
		EXPECT_ATTR(s, "spare/policy", "[linear] near spread");
		/* as many as there are, if that is less */
		strscpy(total, get_attr(s, "spare/total"), sizeof(total));
		EXPECT_ATTR(s, "spare/reserve", total);
		/* a default follows the size, and what was chosen does not */
		KUNIT_ASSERT_EQ(test, kstrtouint(total, 10, &blocks), 0);
		snprintf(total, sizeof(total), "%u", i ? 9 : blocks / 10);
		EXPECT_ATTR(s, "spare/low_water", total);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
		/* they are saved there, and one that has some of its own keeps them */
		if (i) {
			spare = s->spare;
			s->spare = other;
			KUNIT_ASSERT_EQ(test, try_set(s), 0);
			EXPECT_ATTR(s, "errors/retries", "5");
			EXPECT_SET(s, 0, "errors/retries", "7");
			close_bdev(s);
			KUNIT_ASSERT_EQ(test, suspend(s), 0);
			KUNIT_ASSERT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, spare,
							 s->args, 0), 0);
			KUNIT_ASSERT_EQ(test, resume(s), 0);
			EXPECT_ATTR(s, "errors/retries", "5");
			KUNIT_ASSERT_EQ(test, remove_set(s), 0);
			s->spare = spare;
		}
	}
	mdisk_free(other);
}

static void a_set_without_remaps_beyond_may_get_shorter(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "remaps/add", "80\n4096");
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, s->args, 0), 0);
	KUNIT_EXPECT_NE(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4104, s->main, 0, s->spare, s->args, 0), 0);
	KUNIT_EXPECT_EQ(test, resume(s), 0);
	EXPECT_SET(s, -ERANGE, "remaps/add", "4104");
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	KUNIT_EXPECT_EQ(test, bdev_nr_sectors(file_bdev(s->bdev)), 4104);
	EXPECT_READ(s, 4096, 8, 'm');
	expect_list(s, "80 0 8 remapped 0x0 0x0\n4096 8 8 remapped 0x0 0x0\n");
}

/* After a bad block the rest of its region is read next, but that is beyond the new end. */
static void a_scrub_does_not_go_beyond_a_new_end(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "scrub/region_mib", "2");
	__set_bit(4096, s->main->bad_read);
	__set_bit(8000, s->main->bad_read);
	bitmap_set(s->main->slow, 4104, MAIN_SECTORS - 4104);
	s->main->slow_ms = 2000;
	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(status(s).pending == 1));
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4104, s->main, 0, s->spare, s->args, 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	expect_list(s, "4096 0 8 pending 0x0 0x0\n");
}

static void rename_set(struct set *s, const char *name)
{
	struct dm_ioctl *dmi = dm_begin(s, 0);

	strscpy((char *)(dmi + 1), name, 64);
	KUNIT_ASSERT_EQ(s->test, dm_call(s, DM_DEV_RENAME), 0);
	strscpy(s->name, name, sizeof(s->name));
}

static void directories_follow_the_name(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_ATTR(s, "remaps/count", "0");
	rename_set(s, "other");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "remaps/count"), "0")));
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(file_read(TREE "kunit/uuid", s->text) < 0));
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(file_read("/sys/kernel/dm-remap/other/stats/writes",
						     s->text) == 2));
	KUNIT_EXPECT_LT(test, file_read("/sys/kernel/dm-remap/kunit/stats/writes", s->text), 0);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(file_read(TREE "other/uuid", s->text) < 0));
	KUNIT_EXPECT_LT(test, file_read("/sys/kernel/dm-remap/other/stats/writes", s->text), 0);
}

/* --- read-only */

static void a_read_only_set_writes_nothing(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "2 transient read_only");
	KUNIT_EXPECT_STREQ(test, status(s).state, "read-only");
	EXPECT_READ(s, 80, 8, 'm');
	KUNIT_EXPECT_NE(test, write_at(s, 80, 8, 'a'), 0);
	EXPECT_SET(s, -EROFS, "remaps/add", "80");
	EXPECT_SET(s, -EROFS, "remaps/mark", "80");
	EXPECT_SET(s, -EROFS, "errors/resume", "1");
	EXPECT_SET(s, -EROFS, "scrub/control", "start");
	EXPECT_SET(s, -EROFS, "main_id", "x");
	/* settings can be changed, for the lifetime of the device */
	EXPECT_SET(s, 0, "errors/retries", "3");
	__set_bit(160, s->main->bad_read);
	EXPECT_READ_FAILS(s, 160, 8);
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	KUNIT_EXPECT_EQ(test, s->main->writes + s->spare->writes, 0);
	KUNIT_EXPECT_TRUE(test, bdev_read_only(file_bdev(s->bdev)));
	/* the suspension ends some day, so it is what a command is told first */
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	expect_busy(s);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_MESSAGE(s, -EROFS, "sync");
}

static void a_disk_that_turns_read_only_stops_writes(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *disks[] = { s->main, s->spare };
	unsigned int i;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "remaps/add", "80");
	for (i = 0; i < ARRAY_SIZE(disks); i++) {
		set_disk_ro(disks[i]->gendisk, true);
		KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(status(s).state, "read-only")));
		KUNIT_EXPECT_NE(test, write_at(s, 160, 8, 'a'), 0);
		EXPECT_SET(s, -EROFS, "remaps/add", "160");
		EXPECT_SET(s, -EROFS, "errors/retries", "2");
		EXPECT_READ(s, 80, 8, 'm');
		set_disk_ro(disks[i]->gendisk, false);
		KUNIT_EXPECT_STREQ(test, status(s).state, "read-only");
		KUNIT_ASSERT_EQ(test, suspend(s), 0);
		KUNIT_ASSERT_EQ(test, resume(s), 0);
		KUNIT_EXPECT_STREQ(test, status(s).state, "ok");
		EXPECT_WRITE(s, 0, 160, 8, 'a' + i);
		EXPECT_READ(s, 160, 8, 'a' + i);
	}
}

/* Nobody asks for its state, and nothing is written. */
static void a_disk_that_turns_read_only_is_noticed_while_idle(struct kunit *test)
{
	struct set *s = test->priv;
	u32 events;

	make_set(s, "1 transient");
	events = events_of(s);
	set_disk_ro(s->main->gendisk, true);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(events_of(s) > events));
	set_disk_ro(s->main->gendisk, false);
	KUNIT_EXPECT_STREQ(test, status(s).state, "read-only");
}

/* --- the tracker of writes */

static void written_regions_are_told_once(struct kunit *test)
{
	struct set *s = test->priv;
	char text[64];
	u64 id = 0;
	u32 size = 0;
	int n;

	make_set(s, "1 transient");
	EXPECT_MESSAGE(s, 0, "track start");
	n = sscanf(s->text, "%llx %u", &id, &size);
	KUNIT_EXPECT_EQ(test, n, 2);
	KUNIT_EXPECT_EQ(test, size, 8);
	EXPECT_WRITE(s, 0, 87, 2, 'a');
	EXPECT_WRITE(s, 0, 104, 8, 'a');
	EXPECT_WRITE(s, 0, MAIN_SECTORS - 1, 1, 'a');
	EXPECT_READ(s, 800, 8, 'm');
	sprintf(text, "track read %llx 0", id);
	EXPECT_MESSAGE(s, 0, text);
	KUNIT_EXPECT_STREQ(test, s->text, "80 16\n104 8\n8184 8\n");
	EXPECT_MESSAGE(s, 0, text);
	KUNIT_EXPECT_STREQ(test, s->text, "");
	EXPECT_WRITE(s, 0, 0, 8, 'a');
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	sprintf(text, "track read %llx 8", id);
	EXPECT_MESSAGE(s, 0, text);
	KUNIT_EXPECT_STREQ(test, s->text, "80 8\n");
	sprintf(text, "track read %llx 0", id + 1);
	EXPECT_MESSAGE(s, -ESTALE, text);
	sprintf(text, "track stop %llx", id + 1);
	EXPECT_MESSAGE(s, -ESTALE, text);
	sprintf(text, "track stop %llx", id);
	EXPECT_MESSAGE(s, 0, text);
	EXPECT_MESSAGE(s, -ESTALE, text);
}

static struct kunit_case set_admin_cases[] = {
	KUNIT_CASE(bad_tables_are_refused),
	KUNIT_CASE(disks_that_do_not_go_together_are_refused),
	KUNIT_CASE_SLOW(blocks_are_as_large_as_the_disks_ask_for),
	KUNIT_CASE(a_spare_may_end_within_a_sector_of_the_main),
	KUNIT_CASE(the_table_is_printed_as_it_makes_the_set_again),
	KUNIT_CASE_SLOW(a_reload_keeps_auto_remap_and_the_table_shows_it),
	KUNIT_CASE(a_reload_may_name_the_main_of_a_transient_set),
	KUNIT_CASE(a_transient_set_has_content_of_small_sectors_only_by_force),
	KUNIT_CASE(disks_of_zones_are_refused),
	KUNIT_CASE(what_would_go_around_remaps_is_not_declared),
	KUNIT_CASE(reservations_are_those_of_the_main),
	KUNIT_CASE(ranges_are_parsed_or_refused),
	KUNIT_CASE(a_list_of_many_blocks_is_whole_and_in_order),
	KUNIT_CASE(a_long_write_is_taken_up_to_its_last_whole_line),
	KUNIT_CASE(messages_do_what_attributes_do),
	KUNIT_CASE(a_block_that_the_main_does_not_take_stays),
	KUNIT_CASE(numbers_are_taken_in_their_range),
	KUNIT_CASE(a_table_has_as_many_buckets_as_it_was_told_to),
	KUNIT_CASE(large_tables_are_filled_in_the_background),
	KUNIT_CASE(words_are_chosen),
	KUNIT_CASE(values_of_a_page_are_refused),
	KUNIT_CASE(counts_start_again_with_a_reset),
	KUNIT_CASE(nothing_changes_while_it_is_suspended),
	KUNIT_CASE(a_set_with_remaps_keeps_its_spare),
	KUNIT_CASE(settings_outlive_a_change_of_the_spare),
	KUNIT_CASE(a_set_without_remaps_beyond_may_get_shorter),
	KUNIT_CASE_SLOW(a_scrub_does_not_go_beyond_a_new_end),
	KUNIT_CASE(directories_follow_the_name),
	KUNIT_CASE(a_read_only_set_writes_nothing),
	KUNIT_CASE(a_disk_that_turns_read_only_stops_writes),
	KUNIT_CASE(a_disk_that_turns_read_only_is_noticed_while_idle),
	KUNIT_CASE(written_regions_are_told_once),
	{ }
};

SET_SUITE(set_admin);

MODULE_SOFTDEP("pre: dm-remap dm-remap-metadata dm-remap-stats");
MODULE_DESCRIPTION("KUnit tests of dm-remap: what is done to whole sets");
MODULE_LICENSE("GPL");
