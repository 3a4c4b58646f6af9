// SPDX-License-Identifier: GPL-2.0
/*
 * What seldom happens to sets: tables that fail at the last moment, disks that change between two
 * steps, and results of one attempt that differ from those of the next.
 */
#include <linux/sched/signal.h>

#include "set.h"

/* the loaded module already exports these symbols */
#undef EXPORT_SYMBOL_NS_GPL
#define EXPORT_SYMBOL_NS_GPL(name, ns)	static_assert(sizeof(#name #ns))
#include "../../modules/metadata/format.c"

static struct set *quiet_set(struct kunit *test, const char *args)
{
	struct set *s = test->priv;

	make_set(s, args);
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	return s;
}

static void new_disk(struct set *s, struct mdisk **disk, unsigned int sectors, unsigned int lbs)
{
	mdisk_free(*disk);
	*disk = mdisk_alloc(sectors, lbs, lbs);
	KUNIT_ASSERT_NOT_NULL(s->test, *disk);
}

/* --- blocks */

static void a_block_that_lost_data_is_not_moved_back(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	__set_bit(163, s->main->bad_read);
	EXPECT_READ_FAILS(s, 160, 8);
	EXPECT_MESSAGE(s, 0, "forget 160");
	KUNIT_EXPECT_EQ(test, status(s).lost, 1);
	EXPECT_MESSAGE(s, -EIO, "remove 160");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	EXPECT_WRITE(s, 0, 163, 1, 'a');
	__clear_bit(163, s->main->bad_read);
	EXPECT_MESSAGE(s, 0, "remove 160");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
}

static void a_discard_that_waited_for_its_block_is_done(struct kunit *test)
{
	struct set *s = test->priv;
	struct queue_limits *limits = &s->spare->gendisk->queue->limits;
	struct sent_io *write, *discard;

	limits->max_hw_discard_sectors = 0;
	limits->max_discard_sectors = 0;
	quiet_set(test, "1 transient");
	__set_bit(203, s->main->bad_write);
	s->spare->hold = true;
	write = send(s, REQ_OP_WRITE, 200, 8, 'a');
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	discard = send(s, REQ_OP_DISCARD, 200, 8, 0);
	msleep(100);
	mdisk_release(s->spare);
	KUNIT_EXPECT_EQ(test, answer(write), 0);
	KUNIT_EXPECT_EQ(test, answer(discard), 0);
	KUNIT_EXPECT_EQ(test, s->spare->discards + s->main->discards, 0);
	EXPECT_READ(s, 200, 8, 'a');
}

/* All of a block has to be read from the main before it goes back, including what is only there. */
static void a_cure_reads_what_was_left_on_the_main(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	__set_bit(203, s->main->bad_read);
	EXPECT_READ_FAILS(s, 200, 8);
	EXPECT_WRITE(s, 0, 206, 2, 'a');
	expect_list(s, "200 0 8 split 0x0 0x8\n");
	EXPECT_MESSAGE(s, 0, "cure 200");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	__clear_bit(203, s->main->bad_read);
	EXPECT_MESSAGE(s, 0, "cure 200");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
	EXPECT_READ(s, 200, 6, 'm');
	EXPECT_READ(s, 206, 2, 'a');
}

/* Between the two tests the main reads elsewhere, so that its cache cannot answer. */
static void a_cure_tests_its_block_twice(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int reads, writes;

	EXPECT_SET(s, 0, "remaps/add", "200");
	writes = s->main->writes;
	reads = s->main->reads;
	EXPECT_MESSAGE(s, 0, "cure 200");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
	KUNIT_EXPECT_EQ(test, s->main->writes, writes + 2);
	KUNIT_EXPECT_GE(test, s->main->reads, reads + SZ_1M / 4096);
	/* a block that is moved back by hand is written and compared once */
	EXPECT_SET(s, 0, "remaps/add", "200");
	writes = s->main->writes;
	reads = s->main->reads;
	EXPECT_MESSAGE(s, 0, "remove 200");
	KUNIT_EXPECT_EQ(test, s->main->writes, writes + 1);
	KUNIT_EXPECT_EQ(test, s->main->reads, reads + 1);
}

/* A mark has no failed read, so all of the block is read as soon as a part can be. */
static void a_marked_block_whose_rest_fails_stays_pending(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "remaps/mark", "200");
	__set_bit(205, s->main->bad_read);
	EXPECT_READ(s, 200, 2, 'm');
	expect_list(s, "200 0 8 pending 0x0 0x0\n");
	EXPECT_READ_FAILS(s, 205, 1);
	__clear_bit(205, s->main->bad_read);
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	EXPECT_READ(s, 205, 1, 'm');
	expect_list(s, "200 0 8 remapped 0x0 0x0\n");
}

static void a_read_is_tried_again_where_no_block_is_free(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	char text[32];

	snprintf(text, sizeof(text), "4096 %u", SPARE_SECTORS);
	EXPECT_SET(s, 0, "remaps/add", text);
	EXPECT_ATTR(s, "spare/free", "0");
	__set_bit(203, s->main->bad_read);
	s->main->fail_next = 1;
	EXPECT_READ(s, 200, 8, 'm');
	EXPECT_STAT(s, "retries_recovered", 1);
	KUNIT_EXPECT_EQ(test, status(s).mapped, SPARE_SECTORS / 8);
}

/* What was read was slow, and cannot be read once more. */
static void a_slow_block_that_fails_is_pending(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct sent_io *read;

	EXPECT_SET(s, 0, "errors/slow_ms", "200");
	s->main->hold_reads = true;
	s->main->hold = true;
	read = send(s, REQ_OP_READ, 200, 8, 0);
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(mdisk_held(s->main)));
	msleep(400);
	mdisk_step(s->main);
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(mdisk_held(s->main)));
	__set_bit(203, s->main->bad_read);
	mdisk_release(s->main);
	KUNIT_EXPECT_EQ(test, answer(read), 0);
	KUNIT_EXPECT_TRUE(test, holds(read->buf, 200, 8, 'm'));
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(status(s).pending == 1));
	expect_reasons(s, "200 0 8 pending 0x0 0x0 read\n");
	EXPECT_STAT(s, "slow_moves", 0);
}

/* The first of two slow blocks of a read is the last one that may move. */
static void a_slow_read_moves_no_more_than_the_limit(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/slow_ms", "200");
	EXPECT_SET(s, 0, "errors/slow_limit", "1");
	s->main->slow_ms = 300;
	__set_bit(203, s->main->slow);
	__set_bit(211, s->main->slow);
	EXPECT_READ(s, 200, 16, 'm');
	EXPECT_STAT(s, "slow_moves", 1);
	expect_reasons(s, "200 0 8 remapped 0x0 0x0 slow\n");
}

/* A scrub goes on, but leaves the second slow block on the main. */
static void a_scrub_moves_no_more_slow_blocks_than_the_limit(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/slow_ms", "200");
	EXPECT_SET(s, 0, "errors/slow_limit", "1");
	s->main->slow_ms = 300;
	__set_bit(1003, s->main->slow);
	__set_bit(5003, s->main->slow);
	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	expect_list(s, "1000 0 8 remapped 0x0 0x0\n");
	EXPECT_STAT(s, "slow_moves", 1);
}

/* --- verification and rewrites */

#define LARGE_SECTORS	256U

static void a_write_beyond_a_window_is_compared_in_several(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	u8 *buf = kunit_kzalloc(test, LARGE_SECTORS << SECTOR_SHIFT, GFP_KERNEL);
	unsigned int i;
	struct bio *bio;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	EXPECT_SET(s, 0, "errors/verify_writes", "all");
	s->main->writes = 0;
	fill(buf, 1003, LARGE_SECTORS, 'a');
	bio = bio_alloc(file_bdev(s->bdev), LARGE_SECTORS / 8 + 1, REQ_OP_WRITE, GFP_KERNEL);
	bio->bi_iter.bi_sector = 1003;
	for (i = 0; i < LARGE_SECTORS; i += 8)
		__bio_add_page(bio, virt_to_page(buf + (i << SECTOR_SHIFT)), 8 << SECTOR_SHIFT,
			       offset_in_page(buf + (i << SECTOR_SHIFT)));
	KUNIT_EXPECT_EQ(test, submit_bio_wait(bio), 0);
	bio_put(bio);
	/* of 64 KiB each, up to the end of a block */
	KUNIT_EXPECT_EQ(test, s->main->writes, 3);
	for (i = 0; i < LARGE_SECTORS; i += 64)
		EXPECT_READ(s, 1003 + i, 64, 'a');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
}

/* The main is cured, but the table cannot say so: the write has to fail. */
static void a_cure_that_cannot_be_noted_fails_its_write(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");

	EXPECT_SET(s, 0, "errors/first_rewrite", "1");
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	__set_bit(203, s->main->bad_read);
	__set_bit(203, s->main->heals);
	EXPECT_READ_FAILS(s, 200, 8);
	KUNIT_EXPECT_EQ(test, status(s).pending, 1);
	s->spare->writes_left = 0;
	KUNIT_EXPECT_NE(test, write_at(s, 200, 8, 'a'), 0);
	EXPECT_STAT(s, "rewrites_tried", 1);
	EXPECT_STAT(s, "rewrites_cured", 0);
}

static void a_scrub_that_cannot_be_noted_does_not_begin(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");

	s->spare->writes_left = 0;
	KUNIT_EXPECT_NE(test, set_attr(s, "scrub/control", "start"), 0);
	EXPECT_ATTR(s, "scrub/state", "idle");
}

/* --- lists */

/* More blocks than fit into a reply twice, and fewer than a region has. */
static void the_lowest_of_many_blocks_are_listed(struct kunit *test)
{
	struct set *s = test->priv;
	struct dm_ioctl *dmi = (void *)s->ioctl;
	u64 block, before = 0;
	unsigned int n = 0;
	char *rest, *line;

	new_disk(s, &s->spare, MAIN_SECTORS, 512);
	quiet_set(test, "3 transient block_size 512");
	EXPECT_SET(s, 0, "spare/policy", "linear");
	/* the highest blocks have the lowest slots */
	EXPECT_SET(s, 0, "remaps/add", "2000 1500");
	EXPECT_SET(s, 0, "remaps/add", "10 500");
	EXPECT_MESSAGE(s, 0, "list 5");
	rest = *s->text ? (char *)dmi + dmi->data_start : s->text;
	while ((line = strsep(&rest, "\n")) && *line) {
		KUNIT_ASSERT_EQ(test, kstrtou64(strsep(&line, " "), 10, &block), 0);
		KUNIT_EXPECT_EQ(test, block, n == 500 ? 2000 : n ? before + 1 : 10);
		before = block;
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 100);
}

/* More blocks than are moved at once: each is compared once. */
static void many_blocks_are_moved_back_once(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int reads;

	new_disk(s, &s->spare, MAIN_SECTORS, 512);
	quiet_set(test, "3 transient block_size 512");
	EXPECT_SET(s, 0, "remaps/add", "10 4081");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 4081);
	reads = s->main->reads;
	EXPECT_SET(s, 0, "remaps/remove", "10 4081");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
	KUNIT_EXPECT_EQ(test, s->main->reads, reads + 4081);
}

/* A discard looks at 4096 blocks behind its first one before it is cut. */
static void a_long_discard_is_cut(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int discards;

	new_disk(s, &s->spare, MAIN_SECTORS, 512);
	quiet_set(test, "3 transient block_size 512");
	EXPECT_SET(s, 0, "spare/policy", "linear");
	EXPECT_SET(s, 0, "remaps/add", "10 5000");
	discards = s->spare->discards;
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_DISCARD, 10, 4097), 0);
	KUNIT_EXPECT_EQ(test, s->spare->discards, discards + 1);
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_DISCARD, 10, 4098), 0);
	KUNIT_EXPECT_EQ(test, s->spare->discards, discards + 3);
	KUNIT_EXPECT_EQ(test, s->main->discards, 0);
	KUNIT_EXPECT_TRUE(test, reads_zero(s, 10 + 4097, 1));
	EXPECT_READ(s, 10 + 4098, 1, 'm');
}

/* --- the table of the spare */

static struct dm_remap_page *page_of(struct set *s, unsigned int copy, u32 slot)
{
	const struct dm_remap_sb *sb = (void *)mdisk_at(s->spare, 0);

	return (void *)mdisk_at(s->spare, le64_to_cpu(sb->replica_start[copy]) +
				slot / DM_REMAP_PAGE_ENTRIES * DM_REMAP_PAGE_SECTORS);
}

static struct dm_remap_disk_entry *entry_of(struct set *s, unsigned int copy, u32 slot)
{
	return &page_of(s, copy, slot)->entries[slot % DM_REMAP_PAGE_ENTRIES];
}

/* Give the main's block of slot @from to slot @to as well, which is @newer by so many changes. */
static void duplicate(struct set *s, u32 from, u32 to, unsigned int newer)
{
	struct dm_remap_sb *sb = (void *)mdisk_at(s->spare, 0);
	unsigned int copy;

	for (copy = 0; copy < 2; copy++) {
		struct dm_remap_page *page = page_of(s, copy, to);
		u64 word = le64_to_cpu(entry_of(s, copy, from)->word);
		unsigned int seq = dm_remap_entry_seq(word) + newer;

		word = dm_remap_entry_word(dm_remap_entry_block(word), DM_REMAP_ENTRY_MAPPED,
					   seq % DM_REMAP_ENTRY_SEQS);
		entry_of(s, copy, to)->word = cpu_to_le64(word);
		page->crc = cpu_to_le32(dm_remap_page_crc(page, sb->seed));
	}
	mdisk_make_stable(s->spare);
}

static void of_two_slots_of_a_block_the_newer_counts(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");

	EXPECT_SET(s, 0, "spare/policy", "linear");
	EXPECT_SET(s, 0, "remaps/mark", "200");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	duplicate(s, 0, 1, 1);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	KUNIT_EXPECT_EQ(test, status(s).bad, 1);
}

#define MANY_BLOCKS	450U

/* Make a set of which the first @sectors are remapped: block n is in slot n. */
static struct set *large_set(struct kunit *test, const char *args, unsigned int sectors)
{
	struct set *s = test->priv;
	char text[32];

	mdisk_free(s->spare);
	s->spare = mdisk_alloc(MAIN_SECTORS, 512, 512);
	KUNIT_ASSERT_NOT_NULL(test, s->spare);
	quiet_set(test, args);
	EXPECT_SET(s, 0, "spare/policy", "linear");
	snprintf(text, sizeof(text), "0 %u", sectors);
	EXPECT_SET(s, 0, "remaps/add", text);
	return s;
}

/* Slots with the same block: loaded together or not, at the ends of what is, and in between. */
static const u32 same[][2] = {
	{ 0, 1 }, { 1, 0 }, { 0, 168 }, { 168, 0 }, { 168, 169 }, { 169, 168 }, { 3, 169 },
	{ 5, 400 }, { 400, 5 }, { 337, 338 }, { 448, 449 },
};

/* The two slots differ in their data. */
static void of_two_slots_on_any_pages_the_newer_counts(struct kunit *test)
{
	const struct dm_remap_sb *sb;
	unsigned int i, newer;
	struct set *s;

	for (i = 0; i < ARRAY_SIZE(same); i++) {
		for (newer = 1; newer < DM_REMAP_ENTRY_SEQS; newer += 2) {
			u32 from = same[i][0], to = same[i][1];
			/* a change is newer by one, and older by as many as there are but one */
			bool wins = newer == 1;

			s = large_set(test, "1 persistent", 8 * MANY_BLOCKS);
			EXPECT_WRITE(s, 0, 8 * from, 8, 'a');
			KUNIT_ASSERT_EQ(test, remove_set(s), 0);
			sb = (void *)mdisk_at(s->spare, 0);
			fill(mdisk_at(s->spare, le64_to_cpu(sb->data_start) + 8 * to),
			     8 * from, 8, 'b');
			duplicate(s, from, to, newer);
			KUNIT_ASSERT_EQ(test, try_set(s), 0);
			KUNIT_EXPECT_EQ(test, status(s).mapped, MANY_BLOCKS - 1);
			KUNIT_EXPECT_EQ(test, status(s).bad, 1);
			EXPECT_READ(s, 8 * from, 8, wins ? 'b' : 'a');
			EXPECT_READ(s, 8 * to, 8, 'm');
			/* this has been put right on the spare, too */
			again(s);
			KUNIT_EXPECT_EQ(test, status(s).bad, 1);
			EXPECT_READ(s, 8 * from, 8, wins ? 'b' : 'a');
			KUNIT_ASSERT_EQ(test, remove_set(s), 0);
		}
	}
}

static void a_table_that_contradicts_itself_is_refused(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");

	EXPECT_SET(s, 0, "spare/policy", "linear");
	EXPECT_SET(s, 0, "remaps/add", "200");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	duplicate(s, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
	strscpy(s->args, "2 persistent read_only", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	/* any block may have moved to a slot of that page */
	EXPECT_READ_FAILS(s, 800, 8);
}

/* Read-only, what comes before the entry that makes no sense counts, and what is on other pages. */
static void of_a_page_that_makes_no_sense_the_beginning_counts(struct kunit *test)
{
	unsigned int i;
	struct set *s;

	for (i = 0; i < ARRAY_SIZE(same); i++) {
		u32 last = max(same[i][0], same[i][1]);
		u32 end = min((last / DM_REMAP_PAGE_ENTRIES + 1) * DM_REMAP_PAGE_ENTRIES,
			      MANY_BLOCKS);

		s = large_set(test, "1 persistent", 8 * MANY_BLOCKS);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
		duplicate(s, same[i][0], same[i][1], 0);
		KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
		strscpy(s->args, "2 persistent read_only", sizeof(s->args));
		KUNIT_ASSERT_EQ(test, try_set(s), 0);
		KUNIT_EXPECT_EQ_MSG(test, status(s).mapped, MANY_BLOCKS - (end - last),
				    "slots %u and %u", same[i][0], same[i][1]);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
}

/* The table of a set with this many blocks is read in three runs of 16 pages. */
#define RUNS_BLOCKS	6000U

static void damage(struct set *s, unsigned int copy, u32 slot)
{
	page_of(s, copy, slot)->crc ^= cpu_to_le32(1);
	mdisk_make_stable(s->spare);
}

static void a_table_of_several_runs_is_loaded_like_a_small_one(struct kunit *test)
{
	struct set *s = large_set(test, "3 persistent block_size 512", RUNS_BLOCKS);
	char text[32];

	again(s);
	KUNIT_EXPECT_EQ(test, status(s).mapped, RUNS_BLOCKS);
	EXPECT_READ(s, 0, 64, 'm');
	EXPECT_READ(s, RUNS_BLOCKS - 32, 64, 'm');
	snprintf(text, sizeof(text), "%u", RUNS_BLOCKS);
	EXPECT_ATTR(s, "spare/used", text);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);

	/* a copy of a page in each run is bad, and a block of the first is in the last as well */
	damage(s, 0, 100);
	damage(s, 1, 3000);
	damage(s, 0, RUNS_BLOCKS - 1);
	duplicate(s, 5, 5700, 1);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, RUNS_BLOCKS - 1);
	KUNIT_EXPECT_EQ(test, status(s).bad, 1);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(status(s).store, "clean")));
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);

	/* loading ends at the first error, while other runs are being read and checked */
	duplicate(s, 7, 9, 0);
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
	damage(s, 0, 0);
	damage(s, 1, 0);
	KUNIT_EXPECT_EQ(test, try_set(s), -EIO);
	strscpy(s->args, "4 persistent block_size 512 read_only", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, RUNS_BLOCKS - 1 - DM_REMAP_PAGE_ENTRIES + 1);
}

/* --- tables that fail */

static void the_place_on_the_main_is_not_changed_by_a_reload(struct kunit *test)
{
	struct set *s = test->priv;

	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, "1 persistent", 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, 4096, s->main, 8, s->spare, "1 persistent", 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, "1 persistent", 0), 0);
}

static void another_main_is_loaded_with_new_main_only(struct kunit *test)
{
	struct mdisk *other = mdisk_alloc(MAIN_SECTORS, 512, 512);
	struct set *s = quiet_set(test, "1 persistent");

	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_EXPECT_LT(test, load_table(s, MAIN_SECTORS, other, 0, s->spare, "1 persistent", 0),
			0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	mdisk_free(other);
}

static void a_length_that_is_no_whole_number_of_blocks_is_refused(struct kunit *test)
{
	struct set *s = test->priv;

	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS - 4, s->main, 0, s->spare,
					 "1 persistent", 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS - 4, s->main, 0, s->spare,
					 "1 transient", 0), -EINVAL);
}

static void a_set_of_small_blocks_needs_disks_of_small_sectors(struct kunit *test)
{
	struct set *s = quiet_set(test, "3 persistent block_size 512");

	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	new_disk(s, &s->main, MAIN_SECTORS, 4096);
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
}

static void put_partuuid(struct set *s, const char *uuid)
{
	struct partition_meta_info **info = &s->main->gendisk->part0->bd_meta_info;

	if (!*info)
		*info = kzalloc(sizeof(**info), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(s->test, *info);
	strscpy((*info)->uuid, uuid, sizeof((*info)->uuid));
}

/* By its PARTUUID; by its size if it has none. */
static void a_spare_knows_its_main(struct kunit *test)
{
	struct set *s = test->priv;

	put_partuuid(s, "11111111-01");
	quiet_set(test, "1 persistent");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	put_partuuid(s, "22222222-01");
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
	put_partuuid(s, "");
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	set_capacity(s->main->gendisk, MAIN_SECTORS + 8);
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare, s->args, 0),
			-EINVAL);
	put_partuuid(s, "11111111-01");
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare, s->args, 0), 0);
}

/* Whether a device can be made from a table of the former length; a second table is not checked. */
static int load_former(struct set *s, const char *args)
{
	int ret = create_device(s) ?: load_table(s, MAIN_SECTORS, s->main, 0, s->spare, args, 0);

	KUNIT_EXPECT_EQ(s->test, remove_set(s), 0);
	return ret;
}

static void a_spare_knows_its_main_by_its_world_wide_name(struct kunit *test)
{
	static const u64 sizes[] = { MAIN_SECTORS, MAIN_SECTORS + 8 };
	struct set *s = test->priv;
	unsigned int i;

	s->main->naa = 0x5000c500a1b2c3d4;
	quiet_set(test, "3 persistent main_id wwn-0x5000C500A1B2C3D4");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		set_capacity(s->main->gendisk, sizes[i]);
		s->main->naa = 0x5000c500a1b2c3d5;
		KUNIT_EXPECT_EQ(test, load_former(s, "1 persistent"), -EINVAL);
		/* the table line does not change which disk it is */
		KUNIT_EXPECT_EQ(test, load_former(s, s->args), -EINVAL);
		s->main->naa = 0x5000c500a1b2c3d4;
		KUNIT_EXPECT_EQ(test, load_former(s, "1 persistent"), 0);
		/* a disk that does not say is known by its size */
		s->main->naa = 0;
		KUNIT_EXPECT_EQ(test, load_former(s, "1 persistent"), i ? -EINVAL : 0);
		KUNIT_EXPECT_EQ(test, load_former(s, s->args), 0);
	}
	/* the target must fit */
	s->main->naa = 0x5000c500a1b2c3d4;
	set_capacity(s->main->gendisk, MAIN_SECTORS - 8);
	KUNIT_EXPECT_EQ(test, load_former(s, "1 persistent"), -EINVAL);
}

/* main_id is a PARTUUID, and the kernel has recorded none. */
static void a_main_id_may_be_a_partuuid(struct kunit *test)
{
	struct set *s = test->priv;

	quiet_set(test, "3 persistent main_id 11111111-01");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	put_partuuid(s, "22222222-01");
	KUNIT_EXPECT_EQ(test, load_former(s, "1 persistent"), -EINVAL);
	put_partuuid(s, "11111111-01");
	set_capacity(s->main->gendisk, MAIN_SECTORS + 8);
	KUNIT_EXPECT_EQ(test, load_former(s, "1 persistent"), 0);
}

static void a_main_that_turned_read_only_is_refused_at_the_resume(struct kunit *test)
{
	struct set *s = test->priv;

	strscpy(s->args, "1 transient", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	set_disk_ro(s->main->gendisk, true);
	KUNIT_EXPECT_EQ(test, resume(s), -EROFS);
	set_disk_ro(s->main->gendisk, false);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	EXPECT_READ(s, 200, 8, 'm');
}

/* A main that leaves between load and resume: its size is 0, which device-mapper lets pass. */
static void resume_without_main(struct set *s)
{
	u8 *before = vmalloc(SPARE_SECTORS << SECTOR_SHIFT);

	KUNIT_ASSERT_NOT_NULL(s->test, before);
	memcpy(before, s->spare->data, SPARE_SECTORS << SECTOR_SHIFT);
	set_capacity(s->main->gendisk, 0);
	KUNIT_EXPECT_EQ(s->test, resume(s), -ENXIO);
	KUNIT_EXPECT_EQ(s->test, memcmp(before, s->spare->data, SPARE_SECTORS << SECTOR_SHIFT), 0);
	set_capacity(s->main->gendisk, MAIN_SECTORS);
	vfree(before);
}

static void a_main_that_left_is_refused_at_the_resume(struct kunit *test)
{
	struct set *s = test->priv;

	/* a spare that is still empty */
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	resume_without_main(s);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	quiet_set(test, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "200");
	EXPECT_WRITE(s, 0, 200, 8, 'a');
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	resume_without_main(s);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_READ(s, 200, 8, 'a');
	/* another length; the table before it has not lost its store */
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, s->args, 0), 0);
	resume_without_main(s);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	EXPECT_READ(s, 200, 8, 'a');
	EXPECT_SET(s, 0, "remaps/add", "400");
}

/* What is in use goes on: its reads fail, as those of any main that is gone. */
static void a_set_whose_main_left_is_resumed(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");

	EXPECT_SET(s, 0, "remaps/add", "200");
	EXPECT_WRITE(s, 0, 200, 8, 'a');
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	set_capacity(s->main->gendisk, 0);
	KUNIT_EXPECT_EQ(test, resume(s), 0);
	EXPECT_READ(s, 200, 8, 'a');
	EXPECT_READ_FAILS(s, 400, 8);
	set_capacity(s->main->gendisk, MAIN_SECTORS);
	again(s);
	EXPECT_READ(s, 200, 8, 'a');
	EXPECT_READ(s, 400, 8, 'm');
}

/* Nothing has been resumed so far, so only the first of the tables can say so. */
static void a_table_that_is_loaded_twice_stays_read_only(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");

	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	strscpy(s->args, "2 persistent read_only", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare, "1 persistent", 0),
			-EINVAL);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_STREQ(test, status(s).state, "read-only");
}

/* The spare fails when its set gets another length: all is as it was before. */
static void a_new_length_that_cannot_be_written_changes_nothing(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");

	EXPECT_SET(s, 0, "remaps/add", "200");
	EXPECT_WRITE(s, 0, 200, 8, 'a');
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, s->args, 0), 0);
	s->spare->writes_left = 0;
	KUNIT_EXPECT_NE(test, resume(s), 0);
	mdisk_mend(s->spare);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	EXPECT_READ(s, 200, 8, 'a');
	/* its own store failed as well */
	EXPECT_SET(s, -EROFS, "remaps/add", "5000");
	again(s);
	EXPECT_READ(s, 200, 8, 'a');
	EXPECT_SET(s, 0, "remaps/add", "5000");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
}

/*
 * After a resume that fails, the disks of the former table are opened once more for its state in
 * memory. Without them that is given up, and the spare has it all.
 */
static void a_former_table_whose_disk_turned_read_only_is_given_up(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");
	struct mdisk *disks[] = { s->main, s->spare };
	unsigned int i;

	EXPECT_SET(s, 0, "remaps/add", "200");
	EXPECT_WRITE(s, 0, 200, 8, 'a');
	for (i = 0; i < ARRAY_SIZE(disks); i++) {
		close_bdev(s);
		KUNIT_ASSERT_EQ(test, suspend(s), 0);
		KUNIT_ASSERT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, s->args, 0), 0);
		set_disk_ro(disks[i]->gendisk, true);
		KUNIT_EXPECT_NE(test, resume(s), 0);
		set_disk_ro(disks[i]->gendisk, false);
		KUNIT_ASSERT_EQ(test, reload(s), 0);
		KUNIT_ASSERT_EQ(test, resume(s), 0);
		KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
		KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
		EXPECT_READ(s, 200, 8, 'a');
	}
}

/* Threads of work queues that may have to write so that memory becomes free: one for each set. */
static unsigned int rescuers(void)
{
	struct task_struct *task;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_process(task)
		n += str_has_prefix(task->comm, "kworker/R-dm-re") > 0;
	rcu_read_unlock();
	return n;
}

static void a_set_that_is_removed_leaves_no_thread(struct kunit *test)
{
	unsigned int before = rescuers();
	struct set *s = quiet_set(test, "1 transient");

	KUNIT_EXPECT_EQ(test, rescuers(), before + 1);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	KUNIT_EXPECT_EQ(test, rescuers(), before);
}

/* A persistent set without remaps may get another spare, as a transient one may. */
static void a_persistent_set_without_remaps_changes_its_spare(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");
	struct mdisk *other = mdisk_alloc(SPARE_SECTORS, 512, 512), *old = s->spare;
	u64 commits = 0, now = 0;
	char uuid[40];

	KUNIT_ASSERT_NOT_NULL(test, other);
	strscpy(uuid, get_attr(s, "uuid"), sizeof(uuid));
	EXPECT_SET(s, 0, "remaps/add", "200");
	EXPECT_SET(s, 0, "remaps/remove", "200");
	KUNIT_EXPECT_EQ(test, kstrtou64(get_attr(s, "metadata/commits"), 10, &commits), 0);
	KUNIT_EXPECT_GE(test, commits, 2);
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	s->spare = other;
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	KUNIT_EXPECT_STRNEQ(test, get_attr(s, "uuid"), uuid);
	EXPECT_SET(s, 0, "remaps/add", "200");
	EXPECT_READ(s, 200, 8, 'm');
	/* counts are of the device, whatever spare it has */
	KUNIT_EXPECT_EQ(test, kstrtou64(get_attr(s, "metadata/commits"), 10, &now), 0);
	KUNIT_EXPECT_GT(test, now, commits);
	KUNIT_EXPECT_EQ(test, remove_set(s), 0);
	mdisk_free(old);
}

/* The copy that is to join belongs to another set with the same uuid: only the secret tells. */
static void a_copy_of_the_spare_of_another_set_is_refused(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");
	struct mdisk *other = mdisk_alloc(SPARE_SECTORS, 512, 512);
	unsigned int nr;

	KUNIT_ASSERT_NOT_NULL(test, other);
	EXPECT_SET(s, 0, "remaps/add", "200");
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	memcpy(other->data, s->spare->data, SPARE_SECTORS << SECTOR_SHIFT);
	for (nr = 0; nr < 2; nr++) {
		u64 sector = dm_remap_sb_sector(SPARE_SECTORS, nr);
		struct dm_remap_sb *sb = (void *)mdisk_at(other, sector);

		sb->flags |= cpu_to_le32(DM_REMAP_SB_JOINING);
		sb->replacement.partner_seed = sb->seed;
		sb->secret[0] ^= 1;
		sb->crc = cpu_to_le32(dm_remap_sb_crc(sb, sector));
	}
	KUNIT_EXPECT_LT(test, load_table(s, MAIN_SECTORS, s->main, 0, other, s->args, 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	EXPECT_READ(s, 200, 8, 'm');
	mdisk_free(other);
}

static struct kunit_case set_edges_cases[] = {
	KUNIT_CASE(a_block_that_lost_data_is_not_moved_back),
	KUNIT_CASE(a_discard_that_waited_for_its_block_is_done),
	KUNIT_CASE(a_cure_reads_what_was_left_on_the_main),
	KUNIT_CASE(a_cure_tests_its_block_twice),
	KUNIT_CASE(a_marked_block_whose_rest_fails_stays_pending),
	KUNIT_CASE(a_read_is_tried_again_where_no_block_is_free),
	KUNIT_CASE(a_slow_block_that_fails_is_pending),
	KUNIT_CASE(a_slow_read_moves_no_more_than_the_limit),
	KUNIT_CASE(a_scrub_moves_no_more_slow_blocks_than_the_limit),
	KUNIT_CASE(a_write_beyond_a_window_is_compared_in_several),
	KUNIT_CASE(a_cure_that_cannot_be_noted_fails_its_write),
	KUNIT_CASE(a_scrub_that_cannot_be_noted_does_not_begin),
	KUNIT_CASE(the_lowest_of_many_blocks_are_listed),
	KUNIT_CASE(many_blocks_are_moved_back_once),
	KUNIT_CASE(a_long_discard_is_cut),
	KUNIT_CASE(of_two_slots_of_a_block_the_newer_counts),
	KUNIT_CASE_SLOW(of_two_slots_on_any_pages_the_newer_counts),
	KUNIT_CASE(a_table_that_contradicts_itself_is_refused),
	KUNIT_CASE(of_a_page_that_makes_no_sense_the_beginning_counts),
	KUNIT_CASE(a_table_of_several_runs_is_loaded_like_a_small_one),
	KUNIT_CASE(a_length_that_is_no_whole_number_of_blocks_is_refused),
	KUNIT_CASE(the_place_on_the_main_is_not_changed_by_a_reload),
	KUNIT_CASE(another_main_is_loaded_with_new_main_only),
	KUNIT_CASE(a_set_of_small_blocks_needs_disks_of_small_sectors),
	KUNIT_CASE(a_spare_knows_its_main),
	KUNIT_CASE(a_spare_knows_its_main_by_its_world_wide_name),
	KUNIT_CASE(a_main_id_may_be_a_partuuid),
	KUNIT_CASE(a_main_that_turned_read_only_is_refused_at_the_resume),
	KUNIT_CASE(a_main_that_left_is_refused_at_the_resume),
	KUNIT_CASE(a_set_whose_main_left_is_resumed),
	KUNIT_CASE(a_table_that_is_loaded_twice_stays_read_only),
	KUNIT_CASE(a_new_length_that_cannot_be_written_changes_nothing),
	KUNIT_CASE(a_former_table_whose_disk_turned_read_only_is_given_up),
	KUNIT_CASE(a_set_that_is_removed_leaves_no_thread),
	KUNIT_CASE(a_persistent_set_without_remaps_changes_its_spare),
	KUNIT_CASE(a_copy_of_the_spare_of_another_set_is_refused),
	{ }
};

SET_SUITE(set_edges);

MODULE_SOFTDEP("pre: dm-remap dm-remap-metadata dm-remap-stats");
MODULE_DESCRIPTION("KUnit tests of dm-remap: what seldom happens to sets");
MODULE_LICENSE("GPL");
