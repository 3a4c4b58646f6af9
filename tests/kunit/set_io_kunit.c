// SPDX-License-Identifier: GPL-2.0
/*
 * I/O of whole sets: moves when a disk fails, the results of reads in that case, and
 * the counters.
 */
#include <linux/kthread.h>
#include <linux/sched/signal.h>

#include "set.h"

/* Make a set that does not read the neighbours of bad blocks, which takes seconds. */
static struct set *quiet_set(struct kunit *test, const char *args)
{
	struct set *s = test->priv;

	make_set(s, args);
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	s->main->reads = 0;
	s->main->writes = 0;
	return s;
}

static void bad_reads(struct set *s, unsigned int first, unsigned int n)
{
	bitmap_set(s->main->bad_read, first, n);
}

/* --- without faults */

static void what_is_not_remapped_goes_to_the_main(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int writes = s->spare->writes, reads = s->spare->reads;

	EXPECT_WRITE(s, 0, 10, 64, 'a');
	EXPECT_READ(s, 10, 64, 'a');
	EXPECT_READ(s, MAIN_SECTORS - 8, 8, 'm');
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 10), 10, 64, 'a'));
	KUNIT_EXPECT_EQ(test, s->spare->writes, writes);
	KUNIT_EXPECT_EQ(test, s->spare->reads, reads);
	EXPECT_STAT(s, "writes", 1);
	EXPECT_STAT(s, "write_sectors", 64);
	EXPECT_STAT(s, "reads", 2);
	EXPECT_STAT(s, "read_sectors", 72);
	EXPECT_STAT(s, "remapped_reads", 0);
	EXPECT_STAT(s, "remapped_writes", 0);
}

static void a_flush_goes_to_both_and_counts_once(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int main = s->main->flushes, spare = s->spare->flushes;

	KUNIT_EXPECT_EQ(test, blkdev_issue_flush(file_bdev(s->bdev)), 0);
	KUNIT_EXPECT_EQ(test, s->main->flushes, main + 1);
	KUNIT_EXPECT_EQ(test, s->spare->flushes, spare + 1);
	EXPECT_STAT(s, "flushes", 1);
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_WRITE | REQ_FUA, 24, 8), 0);
	KUNIT_EXPECT_TRUE(test, s->main->last_opf & REQ_FUA);
	EXPECT_STAT(s, "flushes", 1);
}

static void a_spare_without_blocks_fails_no_flush(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct block_device *bdev = file_bdev(s->bdev);
	unsigned int flushes = s->spare->flushes;

	EXPECT_SET(s, 0, "remaps/add", "32");
	s->spare->writes_left = 0;
	KUNIT_EXPECT_NE(test, blkdev_issue_flush(bdev), 0);
	s->spare->writes_left = UINT_MAX;
	KUNIT_EXPECT_EQ(test, blkdev_issue_flush(bdev), 0);
	EXPECT_SET(s, 0, "remaps/remove", "32");
	s->spare->writes_left = 0;
	KUNIT_EXPECT_EQ(test, blkdev_issue_flush(bdev), 0);
	KUNIT_EXPECT_GE(test, s->spare->flushes, flushes + 3);
	s->main->writes_left = 0;
	KUNIT_EXPECT_NE(test, blkdev_issue_flush(bdev), 0);
}

static void discards_and_zeroes_are_counted_and_done(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct block_device *bdev = file_bdev(s->bdev);

	EXPECT_SET(s, 0, "remaps/add", "32");
	EXPECT_WRITE(s, 0, 32, 8, 'a');
	KUNIT_EXPECT_EQ(test, blkdev_issue_zeroout(bdev, 24, 24, GFP_KERNEL, BLKDEV_ZERO_NOUNMAP),
			0);
	KUNIT_EXPECT_TRUE(test, reads_zero(s, 24, 24));
	/* the remapped block is unchanged on the main */
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 32), 32, 8, 'm'));
	EXPECT_WRITE(s, 0, 24, 24, 'b');
	KUNIT_EXPECT_EQ(test, blkdev_issue_discard(bdev, 24, 24, GFP_KERNEL), 0);
	KUNIT_EXPECT_TRUE(test, reads_zero(s, 24, 24));
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 32), 32, 8, 'm'));
	KUNIT_EXPECT_EQ(test, s->main->discards, 2);
	KUNIT_EXPECT_EQ(test, s->spare->discards, 1);
	EXPECT_STAT(s, "discards", 3);
}

static void a_bio_over_remapped_blocks_is_in_order(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "remaps/add", "88 8\n72 8\n80 8\n104 1");
	expect_list(s, "72 0 8 remapped 0x0 0x0\n80 8 8 remapped 0x0 0x0\n"
		       "88 16 8 remapped 0x0 0x0\n104 24 8 remapped 0x0 0x0\n");
	EXPECT_READ(s, 64, 64, 'm');
	EXPECT_WRITE(s, 0, 65, 60, 'b');
	EXPECT_READ(s, 65, 60, 'b');
	EXPECT_READ(s, 64, 1, 'm');
	EXPECT_READ(s, 125, 3, 'm');
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->spare, 0), 72, 24, 'b'));
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 72), 72, 24, 'm'));
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 96), 96, 8, 'b'));
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 104), 104, 8, 'm'));
	/* three pieces each time: main, spare, main, spare, main */
	EXPECT_STAT(s, "remapped_writes", 2);
	EXPECT_STAT(s, "writes", 5);
	EXPECT_STAT(s, "write_sectors", 60);
	EXPECT_STAT(s, "remapped_reads", 4);
}

static void nowait_io_that_would_wait_is_refused_and_counted(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "remaps/mark", "32");
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_READ | REQ_NOWAIT, 32, 8), -EAGAIN);
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_WRITE | REQ_NOWAIT, 32, 8), -EAGAIN);
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_READ | REQ_NOWAIT, 40, 8), 0);
	expect_list(s, "32 0 8 pending 0x0 0x0\n");
	EXPECT_STAT(s, "remaps_marked", 1);
	/* I/O that is to be tried again is not counted */
	EXPECT_STAT(s, "reads", 1);
	EXPECT_STAT(s, "writes", 0);
	EXPECT_READ(s, 32, 8, 'm');
	EXPECT_STAT(s, "reads", 2);
	EXPECT_STAT(s, "remapped_reads", 0);
}

/* --- the main fails writes */

static void a_bad_write_moves_its_block(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct status st;

	__set_bit(83, s->main->bad_write);
	EXPECT_WRITE(s, 0, 82, 2, 'a');
	KUNIT_EXPECT_EQ(test, s->main->writes, 2);
	EXPECT_READ(s, 82, 2, 'a');
	EXPECT_READ(s, 80, 2, 'm');
	EXPECT_READ(s, 84, 4, 'm');
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->spare, 2), 82, 2, 'a'));
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->spare, 4), 84, 4, 'm'));
	expect_list(s, "80 0 8 remapped 0x0 0x0\n");
	EXPECT_WRITE(s, 0, 87, 1, 'b');
	EXPECT_READ(s, 87, 1, 'b');
	st = status(s);
	KUNIT_EXPECT_STREQ(test, st.state, "ok");
	KUNIT_EXPECT_STREQ(test, st.store, "transient");
	KUNIT_EXPECT_EQ(test, st.mapped, 1);
	KUNIT_EXPECT_EQ(test, st.capacity, SPARE_SECTORS / 8);
	KUNIT_EXPECT_EQ(test, st.pending, 0);
	KUNIT_EXPECT_EQ(test, st.main_writes, 1);
	KUNIT_EXPECT_EQ(test, st.main_reads, 0);
	KUNIT_EXPECT_EQ(test, st.spare_errors, 0);
	EXPECT_STAT(s, "main_write_errors", 1);
	EXPECT_STAT(s, "remaps_auto", 1);
	EXPECT_STAT(s, "remaps_manual", 0);
	EXPECT_STAT(s, "remaps_failed", 0);
	EXPECT_STAT(s, "retries_recovered", 0);
	EXPECT_STAT(s, "writes", 2);
	/* the write that moved the block was sent to the main */
	EXPECT_STAT(s, "remapped_writes", 1);
	EXPECT_ATTR(s, "remaps/count", "1");
	EXPECT_ATTR(s, "remaps/rate", "1 1 1");
	EXPECT_ATTR(s, "spare/used", "1");
	EXPECT_ATTR(s, "spare/free", "127");
}

static void those_who_wait_for_events_wake(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	u32 before;

	msleep(50);
	before = events_of(s);
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	msleep(50);
	KUNIT_EXPECT_EQ(test, events_of(s), before);
	__set_bit(80, s->main->bad_write);
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(events_of(s) == before + 1));
	bad_reads(s, 160, 1);
	EXPECT_READ_FAILS(s, 160, 8);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(events_of(s) == before + 2));
	/* events within a second are reported as one */
	EXPECT_SET(s, 0, "spare/low_water", "126");
	bitmap_set(s->main->bad_write, 240, 32);
	EXPECT_WRITE(s, 0, 240, 8, 'b');
	EXPECT_WRITE(s, 0, 248, 8, 'b');
	EXPECT_WRITE(s, 0, 256, 8, 'b');
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(events_of(s) >= before + 3));
	msleep(1200);
	KUNIT_EXPECT_LE(test, events_of(s), before + 4);
}

static void a_write_over_many_blocks_moves_the_bad_ones_only(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	__set_bit(103, s->main->bad_write);
	__set_bit(104, s->main->bad_write);
	__set_bit(130, s->main->bad_write);
	EXPECT_WRITE(s, 0, 99, 61, 'a');
	EXPECT_READ(s, 99, 61, 'a');
	EXPECT_READ(s, 96, 3, 'm');
	EXPECT_READ(s, 160, 8, 'm');
	expect_list(s, "96 0 8 remapped 0x0 0x0\n104 8 8 remapped 0x0 0x0\n"
		       "128 16 8 remapped 0x0 0x0\n");
	EXPECT_STAT(s, "main_write_errors", 1);
	EXPECT_STAT(s, "remaps_auto", 3);
	EXPECT_STAT(s, "writes", 1);
	EXPECT_STAT(s, "write_sectors", 61);
	EXPECT_ATTR(s, "remaps/rate", "3 3 3");
}

/* Send a bio of 3 MiB, all parts of which share the same memory. */
static int large_io(struct set *s, blk_opf_t opf)
{
	unsigned int bytes = BUF_SECTORS << SECTOR_SHIFT, i, n = 3 * SZ_1M / bytes;
	struct bio *bio = bio_alloc(file_bdev(s->bdev), n, opf, GFP_KERNEL);
	int ret;

	bio->bi_iter.bi_sector = 0;
	for (i = 0; i < n; i++)
		__bio_add_page(bio, virt_to_page(s->buf), bytes, offset_in_page(s->buf));
	ret = submit_bio_wait(bio);
	bio_put(bio);
	return ret;
}

/*
 * The disk takes 512 KiB at a time, so there are 6 requests; then 2 for the window that fails, and
 * one for each of its blocks, two for one of them; 2 for the next window; and one for each block of
 * the last 1 MiB.
 */
static void a_bad_block_of_a_large_bio_fails_in_one_window(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int before, expected = 6 + 2 + 256 + 1 + 2 + 256;

	__set_bit(2047, s->main->bad_write);
	memset(s->buf, 'w', BUF_SECTORS << SECTOR_SHIFT);
	before = s->main->writes;
	KUNIT_EXPECT_EQ(test, large_io(s, REQ_OP_WRITE), 0);
	KUNIT_EXPECT_EQ(test, s->main->writes - before, expected);
	expect_list(s, "2040 0 8 remapped 0x0 0x0\n");
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_READ, 2040, 16), 0);
	KUNIT_EXPECT_TRUE(test, !memchr_inv(s->buf, 'w', 16 << SECTOR_SHIFT));
	__set_bit(1023, s->main->bad_read);
	before = s->main->reads;
	KUNIT_EXPECT_NE(test, large_io(s, REQ_OP_READ), 0);
	KUNIT_EXPECT_LE(test, s->main->reads - before, expected);
	KUNIT_EXPECT_EQ(test, status(s).pending, 1);
}

static void a_write_that_fails_once_moves_nothing(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/retries", "2");
	s->main->writes_left = 0;
	s->main->error = BLK_STS_TRANSPORT;
	/* an error that is not a medium error is reported at once */
	KUNIT_EXPECT_EQ(test, write_at(s, 8, 8, 'a'), -ENOLINK);
	KUNIT_EXPECT_EQ(test, s->main->writes, 1);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
	mdisk_mend(s->main);
	EXPECT_WRITE(s, 0, 8, 8, 'b');
	EXPECT_READ(s, 8, 8, 'b');
	/* as often as "retries" says, plus the first attempt */
	s->main->writes = 0;
	__set_bit(8, s->main->bad_write);
	EXPECT_WRITE(s, 0, 8, 8, 'c');
	KUNIT_EXPECT_EQ(test, s->main->writes, 3);
}

static void without_auto_remap_errors_pass_through(struct kunit *test)
{
	struct set *s = quiet_set(test, "2 transient no_auto_remap");

	EXPECT_ATTR(s, "errors/auto_remap", "0");
	__set_bit(8, s->main->bad_write);
	bad_reads(s, 16, 1);
	KUNIT_EXPECT_NE(test, write_at(s, 8, 8, 'a'), 0);
	EXPECT_READ_FAILS(s, 16, 8);
	KUNIT_EXPECT_EQ(test, status(s).mapped + status(s).pending, 0);
	EXPECT_STAT(s, "main_write_errors", 1);
	EXPECT_STAT(s, "main_read_errors", 1);
	EXPECT_SET(s, 0, "errors/auto_remap", "1");
	EXPECT_WRITE(s, 0, 8, 8, 'a');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
}

/* --- the main fails reads */

/* Errors of requests that go to a job first count like those of others: once for each bio. */
static void errors_of_pending_and_split_blocks_are_counted(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	EXPECT_SET(s, 0, "errors/retries", "3");
	bad_reads(s, 203, 1);
	EXPECT_SET(s, 0, "remaps/mark", "200 16");
	EXPECT_READ_FAILS(s, 200, 8);
	EXPECT_READ(s, 208, 8, 'm');
	EXPECT_STAT(s, "main_read_errors", 1);
	/* another sector is read beside the bad one */
	EXPECT_READ(s, 201, 1, 'm');
	EXPECT_STAT(s, "main_read_errors", 1);
	/* one bio over a block on the main and the pending one */
	EXPECT_READ_FAILS(s, 192, 16);
	EXPECT_STAT(s, "main_read_errors", 2);
	/* after a write of one sector the rest is only on the main */
	EXPECT_WRITE(s, 0, 200, 1, 'w');
	EXPECT_READ_FAILS(s, 203, 1);
	EXPECT_READ_FAILS(s, 203, 1);
	EXPECT_STAT(s, "main_read_errors", 4);
	EXPECT_READ(s, 200, 1, 'w');
	KUNIT_EXPECT_EQ(test, status(s).main_reads, 4);
	/* what is answered without asking the main is no error of it */
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "10000");
	EXPECT_READ_FAILS(s, 203, 1);
	EXPECT_STAT(s, "main_read_errors", 4);
	/* the spare fails a read of a block with lost sectors */
	EXPECT_MESSAGE(s, 0, "forget 200");
	__set_bit(2, s->spare->bad_read);
	EXPECT_READ_FAILS(s, 202, 1);
	EXPECT_STAT(s, "spare_read_errors", 1);
	KUNIT_EXPECT_EQ(test, status(s).spare_errors, 1);
	EXPECT_STAT(s, "main_read_errors", 4);
	/* a write that is to cure its sector */
	bad_reads(s, 403, 1);
	EXPECT_READ_FAILS(s, 400, 8);
	EXPECT_STAT(s, "main_read_errors", 5);
	EXPECT_SET(s, 0, "errors/first_rewrite", "1");
	__set_bit(403, s->main->bad_write);
	EXPECT_WRITE(s, 0, 400, 8, 'w');
	EXPECT_STAT(s, "main_write_errors", 1);
	EXPECT_READ(s, 400, 8, 'w');
	/* one that is compared */
	EXPECT_SET(s, 0, "errors/verify_writes", "all");
	__set_bit(603, s->main->bad_write);
	EXPECT_WRITE(s, 0, 600, 8, 'w');
	EXPECT_STAT(s, "main_write_errors", 2);
	KUNIT_EXPECT_EQ(test, status(s).main_writes, 2);
}

static void a_bad_read_makes_its_block_pending(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int reads;

	bad_reads(s, 203, 1);
	EXPECT_READ_FAILS(s, 200, 8);
	expect_list(s, "200 0 8 pending 0x0 0x0\n");
	KUNIT_EXPECT_STREQ(test, status(s).state, "degraded");
	EXPECT_STAT(s, "main_read_errors", 1);
	EXPECT_STAT(s, "pending_blocks", 1);
	EXPECT_STAT(s, "pending_answers", 0);
	EXPECT_ATTR(s, "remaps/pending", "1");
	EXPECT_ATTR(s, "remaps/rate", "1 1 1");
	/* for ten seconds the bad sector is not read from the main again */
	reads = s->main->reads;
	EXPECT_READ_FAILS(s, 200, 8);
	KUNIT_EXPECT_EQ(test, s->main->reads, reads);
	EXPECT_STAT(s, "pending_answers", 1);
	/* reading good sectors of the block is tried, and moves all that can be read */
	EXPECT_READ(s, 204, 2, 'm');
	expect_list(s, "200 0 8 split 0x0 0x8\n");
	KUNIT_EXPECT_STREQ(test, status(s).state, "degraded");
	EXPECT_READ(s, 200, 3, 'm');
	EXPECT_READ_FAILS(s, 203, 1);
	EXPECT_READ_FAILS(s, 202, 4);
	/* writing the bad sector completes the block */
	EXPECT_WRITE(s, 0, 203, 1, 'a');
	expect_list(s, "200 0 8 remapped 0x0 0x0\n");
	KUNIT_EXPECT_STREQ(test, status(s).state, "ok");
	EXPECT_READ(s, 203, 1, 'a');
	EXPECT_READ(s, 204, 4, 'm');
	EXPECT_ATTR(s, "remaps/rate", "1 1 1");
}

static void sectors_beside_a_bad_one_are_read_from_the_main(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int reads;

	bad_reads(s, 203, 1);
	EXPECT_READ_FAILS(s, 203, 1);
	expect_list(s, "200 0 8 pending 0x0 0x0\n");
	EXPECT_READ(s, 200, 2, 'm');
	EXPECT_READ(s, 204, 4, 'm');
	expect_list(s, "200 0 8 pending 0x0 0x0\n");
	/* another failed sector of the block is recorded, too */
	bad_reads(s, 206, 1);
	EXPECT_READ_FAILS(s, 206, 1);
	reads = s->main->reads;
	EXPECT_READ_FAILS(s, 203, 4);
	KUNIT_EXPECT_EQ(test, s->main->reads, reads);
	/* once the bad sectors can be read, the block moves */
	mdisk_mend(s->main);
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	EXPECT_READ(s, 203, 4, 'm');
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	EXPECT_READ(s, 200, 8, 'm');
}

static void a_pending_block_moves_with_its_next_write(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	bad_reads(s, 203, 1);
	EXPECT_READ_FAILS(s, 192, 24);
	expect_list(s, "200 0 8 pending 0x0 0x0\n");
	EXPECT_READ(s, 192, 8, 'm');
	EXPECT_READ(s, 208, 8, 'm');
	/* the move does not retry sectors that recently failed */
	EXPECT_WRITE(s, 0, 200, 2, 'a');
	expect_list(s, "200 0 8 split 0x0 0xfc\n");
	EXPECT_READ(s, 200, 2, 'a');
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	EXPECT_READ(s, 204, 2, 'm');
	expect_list(s, "200 0 8 split 0x0 0xcc\n");
	EXPECT_READ_FAILS(s, 202, 2);
	/* the main can be read after all */
	mdisk_mend(s->main);
	EXPECT_READ(s, 202, 6, 'm');
	expect_list(s, "200 0 8 remapped 0x0 0x0\n");
	KUNIT_EXPECT_EQ(test, status(s).lost, 0);
	EXPECT_STAT(s, "lost_sectors", 0);
}

static void a_read_that_works_at_a_retry_moves_its_block(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	bad_reads(s, 203, 1);
	s->main->fail_next = 2;
	EXPECT_SET(s, 0, "errors/retries", "3");
	EXPECT_READ(s, 200, 8, 'm');
	expect_list(s, "200 0 8 remapped 0x0 0x0\n");
	EXPECT_STAT(s, "retries_recovered", 1);
	EXPECT_STAT(s, "remaps_auto", 1);
	EXPECT_READ(s, 200, 8, 'm');
	KUNIT_EXPECT_EQ(test, status(s).main_reads, 1);
}

static void without_retries_the_first_error_counts(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/retries", "0");
	bad_reads(s, 203, 1);
	EXPECT_READ_FAILS(s, 200, 8);
	KUNIT_EXPECT_EQ(test, s->main->reads, 1);
	KUNIT_EXPECT_EQ(test, status(s).pending, 1);
	/* read-ahead retries nothing, and moves nothing */
	bad_reads(s, 303, 1);
	KUNIT_EXPECT_NE(test, do_io(s, REQ_OP_READ | REQ_RAHEAD, 300, 8), 0);
	KUNIT_EXPECT_EQ(test, status(s).pending, 1);
}

/* --- failures after a long time */

/*
 * Make a set with 3 retries for failures within @limit_ms, on disks that take @late_ms for the
 * sectors that a case marks as slow.
 */
static struct set *late_set(struct kunit *test, const char *limit_ms, unsigned int late_ms)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/retries", "3");
	EXPECT_SET(s, 0, "errors/retry_within_ms", limit_ms);
	s->main->slow_ms = late_ms;
	s->spare->slow_ms = late_ms;
	return s;
}

/* The number of reads of the main for a read that fails. */
static unsigned int reads_of(struct set *s, sector_t sector, unsigned int n)
{
	unsigned int before = s->main->reads;

	KUNIT_EXPECT_NE(s->test, do_io(s, REQ_OP_READ, sector, n), 0);
	return s->main->reads - before;
}

static void a_read_that_failed_late_is_not_tried_again(struct kunit *test)
{
	struct set *s = late_set(test, "30", 60);
	unsigned int sector;

	for (sector = 203; sector < 1000; sector += 200) {
		__set_bit(sector, s->main->bad_read);
		__set_bit(sector, s->main->slow);
	}
	KUNIT_EXPECT_EQ(test, reads_of(s, 200, 8), 1);
	/* a larger read does not show which block failed: each is read alone, once */
	KUNIT_EXPECT_EQ(test, reads_of(s, 392, 24), 3);
	/* failures below the limit, and all failures without one, are retried */
	EXPECT_SET(s, 0, "errors/retry_within_ms", "20000");
	KUNIT_EXPECT_EQ(test, reads_of(s, 600, 8), 4);
	EXPECT_SET(s, 0, "errors/retry_within_ms", "0");
	KUNIT_EXPECT_EQ(test, reads_of(s, 800, 8), 4);
	/* the result is the same */
	expect_list(s, "200 0 8 pending 0x0 0x0\n400 8 8 pending 0x0 0x0\n"
		       "600 16 8 pending 0x0 0x0\n800 24 8 pending 0x0 0x0\n");
	KUNIT_EXPECT_EQ(test, status(s).lost, 0);
	/* nothing is lost: the next read tries the main again */
	mdisk_mend(s->main);
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	EXPECT_READ(s, 200, 8, 'm');
	expect_list(s, "200 0 8 remapped 0x0 0x0\n400 8 8 pending 0x0 0x0\n"
		       "600 16 8 pending 0x0 0x0\n800 24 8 pending 0x0 0x0\n");
}

static void a_write_that_failed_late_moves_its_block(struct kunit *test)
{
	struct set *s = late_set(test, "30", 60);

	__set_bit(203, s->main->bad_write);
	__set_bit(203, s->main->slow);
	EXPECT_WRITE(s, 0, 202, 2, 'a');
	KUNIT_EXPECT_EQ(test, s->main->writes, 1);
	expect_list(s, "200 0 8 remapped 0x0 0x0\n");
	EXPECT_READ(s, 202, 2, 'a');
	EXPECT_READ(s, 204, 4, 'm');
	/* of a larger write, each of the three blocks is written once; one is bad */
	__set_bit(403, s->main->bad_write);
	__set_bit(403, s->main->slow);
	s->main->writes = 0;
	EXPECT_WRITE(s, 0, 392, 24, 'b');
	KUNIT_EXPECT_EQ(test, s->main->writes, 4);
	EXPECT_READ(s, 392, 24, 'b');
}

static void a_retry_that_fails_late_is_the_last(struct kunit *test)
{
	struct set *s = late_set(test, "600", 700);

	/* the bio itself fails at once, but after that the disk is slow */
	bad_reads(s, 203, 1);
	__set_bit(203, s->main->slow);
	s->main->fast_next = 1;
	KUNIT_EXPECT_EQ(test, reads_of(s, 200, 8), 2);
}

/* The sectors of a slot have no other copy, and would be lost. */
static void the_spare_has_all_of_its_attempts(struct kunit *test)
{
	struct set *s = late_set(test, "30", 60);

	EXPECT_SET(s, 0, "remaps/add", "200");
	__set_bit(3, s->spare->bad_write);
	bitmap_set(s->spare->slow, 0, 8);
	s->spare->writes = 0;
	EXPECT_WRITE(s, 0, 203, 1, 'a');
	/* the bio, four attempts, and the write of the block to another slot */
	KUNIT_EXPECT_EQ(test, s->spare->writes, 1 + 4 + 1);
	EXPECT_READ(s, 203, 1, 'a');
	/* a slot that can only be read at the fourth attempt */
	EXPECT_SET(s, 0, "remaps/add", "400");
	__set_bit(16 + 2, s->spare->bad_write);
	__set_bit(16 + 5, s->spare->bad_read);
	bitmap_set(s->spare->slow, 16, 8);
	s->spare->fail_next = 3;
	EXPECT_WRITE(s, 0, 402, 1, 'b');
	EXPECT_READ(s, 402, 1, 'b');
	EXPECT_READ(s, 403, 5, 'm');
	KUNIT_EXPECT_EQ(test, status(s).lost, 0);
}

static void lost_data_is_refused_or_zero_until_it_is_written(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	bad_reads(s, 202, 2);
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	EXPECT_READ_FAILS(s, 200, 8);
	EXPECT_MESSAGE(s, 0, "forget 200");
	expect_list(s, "200 0 8 remapped 0xc 0x0\n");
	KUNIT_EXPECT_EQ(test, status(s).lost, 2);
	EXPECT_STAT(s, "lost_sectors", 2);
	EXPECT_STAT(s, "sectors_forgotten", 2);
	KUNIT_EXPECT_STREQ(test, status(s).state, "degraded");
	EXPECT_READ_FAILS(s, 200, 8);
	EXPECT_READ(s, 200, 2, 'm');
	EXPECT_READ(s, 204, 4, 'm');
	EXPECT_SET(s, 0, "errors/on_read_error", "zero");
	KUNIT_EXPECT_TRUE(test, reads_zero(s, 202, 2));
	EXPECT_READ(s, 204, 4, 'm');
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_READ, 200, 8), 0);
	KUNIT_EXPECT_TRUE(test, holds(s->buf, 200, 2, 'm'));
	/* a block with lost sectors cannot move back */
	EXPECT_SET(s, -EIO, "remaps/remove", "200");
	EXPECT_MESSAGE(s, 0, "cure 200");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	EXPECT_WRITE(s, 0, 203, 1, 'a');
	expect_list(s, "200 0 8 remapped 0x4 0x0\n");
	EXPECT_WRITE(s, 0, 202, 1, 'a');
	expect_list(s, "200 0 8 remapped 0x0 0x0\n");
	KUNIT_EXPECT_EQ(test, status(s).lost, 0);
	EXPECT_READ(s, 202, 2, 'a');
}

static void what_is_unread_of_a_block_can_be_given_up(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	bad_reads(s, 202, 1);
	EXPECT_READ_FAILS(s, 200, 8);
	EXPECT_WRITE(s, 0, 207, 1, 'a');
	expect_list(s, "200 0 8 split 0x0 0x7f\n");
	/* the readable sectors move as well */
	EXPECT_MESSAGE(s, 0, "forget 200");
	expect_list(s, "200 0 8 remapped 0x4 0x0\n");
	EXPECT_READ(s, 200, 2, 'm');
	EXPECT_READ(s, 203, 4, 'm');
	EXPECT_READ(s, 207, 1, 'a');
	EXPECT_READ_FAILS(s, 202, 1);
	EXPECT_STAT(s, "sectors_forgotten", 1);
}

static void errors_that_are_not_the_mediums_move_nothing(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	s->main->error = BLK_STS_TRANSPORT;
	bad_reads(s, 200, 1);
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_READ, 200, 8), -ENOLINK);
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	KUNIT_EXPECT_EQ(test, s->main->reads, 1);
	EXPECT_STAT(s, "main_read_errors", 1);
}

/* --- the spare fails */

static void a_bad_spare_block_is_replaced(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct status st;

	EXPECT_SET(s, 0, "remaps/add", "80 16");
	__set_bit(9, s->spare->bad_write);
	EXPECT_WRITE(s, 0, 88, 4, 'a');
	st = status(s);
	KUNIT_EXPECT_EQ(test, st.bad, 1);
	KUNIT_EXPECT_EQ(test, st.mapped, 2);
	KUNIT_EXPECT_EQ(test, st.spare_errors, 1);
	EXPECT_READ(s, 88, 4, 'a');
	EXPECT_READ(s, 92, 4, 'm');
	EXPECT_READ(s, 80, 8, 'm');
	expect_list(s, "80 0 8 remapped 0x0 0x0\n88 16 8 remapped 0x0 0x0\n");
	EXPECT_STAT(s, "relocations", 1);
	EXPECT_STAT(s, "spare_write_errors", 1);
	EXPECT_STAT(s, "remaps_manual", 2);
	EXPECT_ATTR(s, "spare/bad", "1");
	EXPECT_ATTR(s, "spare/used", "2");
	EXPECT_ATTR(s, "spare/free", "125");
}

static void data_of_a_slot_that_cannot_be_read_is_lost_when_it_moves(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "remaps/add", "80 8");
	__set_bit(2, s->spare->bad_read);
	EXPECT_READ_FAILS(s, 80, 8);
	EXPECT_READ(s, 84, 4, 'm');
	EXPECT_STAT(s, "spare_read_errors", 1);
	KUNIT_EXPECT_EQ(test, status(s).spare_errors, 1);
	KUNIT_EXPECT_EQ(test, status(s).bad, 0);
	/* the slot fails writes as well: its unreadable sectors are lost */
	__set_bit(7, s->spare->bad_write);
	EXPECT_WRITE(s, 0, 87, 1, 'a');
	expect_list(s, "80 8 8 remapped 0x4 0x0\n");
	EXPECT_READ(s, 87, 1, 'a');
	EXPECT_READ(s, 83, 4, 'm');
	EXPECT_READ_FAILS(s, 82, 1);
}

static void a_slot_that_fails_its_first_write_is_bad(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	__set_bit(3, s->spare->bad_write);
	__set_bit(12, s->spare->bad_write);
	__set_bit(80, s->main->bad_write);
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	EXPECT_READ(s, 80, 8, 'a');
	KUNIT_EXPECT_EQ(test, status(s).bad, 2);
	expect_list(s, "80 16 8 remapped 0x0 0x0\n");
	/* a pending block stays pending through that */
	bad_reads(s, 160, 1);
	EXPECT_READ_FAILS(s, 160, 8);
	expect_reasons(s, "80 16 8 remapped 0x0 0x0 write\n160 24 8 pending 0x0 0x0 read\n");
	/* and keeps its reason, whichever slot it moves to */
	__set_bit(24, s->spare->bad_write);
	EXPECT_WRITE(s, 0, 160, 8, 'b');
	EXPECT_READ(s, 160, 8, 'b');
	EXPECT_MESSAGE(s, 0, "add 240 8");
	expect_reasons(s, "80 16 8 remapped 0x0 0x0 write\n160 32 8 remapped 0x0 0x0 read\n"
			  "240 40 8 remapped 0x0 0x0 manual\n");
	EXPECT_MESSAGE(s, 0, "remove 240 8");
	KUNIT_EXPECT_EQ(test, status(s).bad, 3);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
}

/* Sectors that failed recently are not read again, whichever slot the block is in by now. */
static void recent_failures_go_with_their_block(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int reads;

	/* long enough for a busy machine */
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "3600000");
	bad_reads(s, 160, 1);
	EXPECT_READ_FAILS(s, 160, 1);
	reads = s->main->reads;
	/* the slot reserved for the block fails */
	__set_bit(0, s->spare->bad_write);
	EXPECT_WRITE(s, 0, 164, 1, 'b');
	expect_list(s, "160 8 8 split 0x0 0xef\n");
	EXPECT_READ_FAILS(s, 160, 8);
	KUNIT_EXPECT_EQ(test, s->main->reads, reads);
	/* and so does the one that it has moved to */
	__set_bit(12, s->spare->bad_write);
	EXPECT_WRITE(s, 0, 164, 1, 'c');
	expect_list(s, "160 16 8 split 0x0 0xef\n");
	EXPECT_READ(s, 164, 1, 'c');
	EXPECT_READ_FAILS(s, 160, 8);
	KUNIT_EXPECT_EQ(test, s->main->reads, reads);
}

static void a_spare_that_fails_all_writes_is_given_up(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/storm_limit", "3");
	bitmap_fill(s->spare->bad_write, SPARE_SECTORS);
	__set_bit(80, s->main->bad_write);
	KUNIT_EXPECT_NE(test, write_at(s, 80, 8, 'a'), 0);
	KUNIT_EXPECT_EQ(test, status(s).bad, 3);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
	EXPECT_READ(s, 80, 8, 'm');
	EXPECT_STAT(s, "remaps_failed", 1);
	EXPECT_STAT(s, "spare_write_errors", 3);
}

/* --- limits */

static void a_storm_stops_automatic_remaps(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int i;

	EXPECT_SET(s, 0, "errors/storm_limit", "4");
	bitmap_set(s->main->bad_write, 80, 80);
	for (i = 0; i < 3; i++)
		EXPECT_WRITE(s, 0, 80 + 8 * i, 8, 'a');
	/* a success in between restarts the count */
	EXPECT_READ(s, 0, 8, 'm');
	for (; i < 7; i++)
		EXPECT_WRITE(s, 0, 80 + 8 * i, 8, 'a');
	KUNIT_EXPECT_STREQ(test, status(s).state, "suspended-remaps");
	KUNIT_EXPECT_NE(test, write_at(s, 144, 8, 'a'), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 7);
	/* remapped blocks stay usable, and manual changes are still possible */
	EXPECT_WRITE(s, 0, 80, 56, 'b');
	EXPECT_READ(s, 80, 56, 'b');
	EXPECT_SET(s, 0, "remaps/add", "400");
	EXPECT_SET(s, -EINVAL, "errors/resume", "0");
	KUNIT_EXPECT_STREQ(test, status(s).state, "suspended-remaps");
	EXPECT_SET(s, 0, "errors/resume", "1");
	KUNIT_EXPECT_STREQ(test, status(s).state, "ok");
	EXPECT_WRITE(s, 0, 144, 8, 'a');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 9);
	/* 0 means no limit */
	EXPECT_SET(s, 0, "errors/storm_limit", "0");
	bitmap_set(s->main->bad_write, 1024, 160);
	for (i = 0; i < 20; i++)
		EXPECT_WRITE(s, 0, 1024 + 8 * i, 8, 'a');
	KUNIT_EXPECT_STREQ(test, status(s).state, "ok");
}

/* Do I/O that shows that the main works: reads and writes, alone or next to bad blocks. */
static void main_succeeds(struct kunit *test, struct set *s, unsigned int how)
{
	switch (how) {
	case 0:
		EXPECT_READ(s, 4000, 8, 'm');
		break;
	case 1:
		EXPECT_WRITE(s, 0, 3200, 8, 'w');
		break;
	case 2:
		/* a good block, followed by a bad one, which counts */
		bad_reads(s, 2010, 1);
		EXPECT_READ_FAILS(s, 2000, 16);
		break;
	case 3:
		__set_bit(2026, s->main->bad_write);
		EXPECT_WRITE(s, 0, 2016, 16, 'b');
		break;
	case 4:
		/* a successful retry */
		bad_reads(s, 2040, 1);
		s->main->fail_next = 2;
		EXPECT_SET(s, 0, "errors/retries", "3");
		EXPECT_READ(s, 2040, 8, 'm');
		break;
	case 5:
		EXPECT_SET(s, 0, "errors/verify_writes", "all");
		EXPECT_WRITE(s, 0, 3200, 32, 'v');
		EXPECT_SET(s, 0, "errors/verify_writes", "off");
		break;
	case 6:
		/* each block of a failed request, read alone */
		bad_reads(s, 2090, 1);
		s->main->fail_next = 1;
		EXPECT_READ(s, 2080, 16, 'm');
		break;
	}
}

static void any_success_of_the_main_ends_a_row_of_remaps(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int how, n;
	u64 sector = 1024;

	EXPECT_SET(s, 0, "errors/storm_limit", "4");
	bitmap_set(s->main->bad_write, 1024, 512);
	for (how = 0; how < 7; how++) {
		for (n = 0; n < 3; n++, sector += 8)
			EXPECT_WRITE(s, 0, sector, 8, 'a');
		main_succeeds(test, s, how);
		for (n = 0; n < 2; n++, sector += 8)
			EXPECT_WRITE(s, 0, sector, 8, 'a');
		KUNIT_EXPECT_STRNEQ_MSG(test, status(s).state, "suspended-remaps",
					"success %u", how);
		EXPECT_SET(s, 0, "errors/resume", "1");
	}
}

static void reads_that_fail_make_a_storm(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/storm_limit", "4");
	bad_reads(s, 3000, 64);
	/* a request ends with its first bad block */
	EXPECT_READ_FAILS(s, 3000, 16);
	EXPECT_READ_FAILS(s, 3008, 8);
	EXPECT_READ_FAILS(s, 3016, 8);
	KUNIT_EXPECT_STREQ(test, status(s).state, "degraded");
	EXPECT_READ_FAILS(s, 3024, 8);
	KUNIT_EXPECT_STREQ(test, status(s).state, "suspended-remaps");
	EXPECT_READ_FAILS(s, 3032, 8);
	KUNIT_EXPECT_EQ(test, status(s).pending, 4);
}

static void the_last_blocks_are_for_people(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	unsigned int i;

	EXPECT_SET(s, 0, "spare/reserve", "2");
	EXPECT_SET(s, 0, "errors/storm_limit", "0");
	EXPECT_SET(s, 0, "remaps/add", "0 984");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 123);
	bitmap_set(s->main->bad_write, 1600, 80);
	for (i = 0; i < 3; i++)
		EXPECT_WRITE(s, 0, 1600 + 8 * i, 8, 'a');
	KUNIT_EXPECT_STREQ(test, status(s).state, "exhausted");
	KUNIT_EXPECT_NE(test, write_at(s, 1624, 8, 'a'), 0);
	EXPECT_STAT(s, "remaps_failed", 1);
	EXPECT_SET(s, -ENOSPC, "remaps/add", "3200 24");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 126);
	EXPECT_SET(s, 0, "remaps/add", "3200 16");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 128);
	EXPECT_ATTR(s, "spare/free", "0");
	EXPECT_SET(s, -ENOSPC, "remaps/mark", "4000");
	EXPECT_READ(s, 1600, 24, 'a');
	EXPECT_READ(s, 0, 64, 'm');
}

static void a_pending_block_whose_last_slot_fails_is_on_the_main(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "remaps/add", "0 1016");
	EXPECT_SET(s, 0, "remaps/mark", "4000");
	KUNIT_EXPECT_EQ(test, status(s).pending, 1);
	__set_bit(1017, s->spare->bad_write);
	KUNIT_EXPECT_NE(test, write_at(s, 4000, 8, 'a'), 0);
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 127);
	KUNIT_EXPECT_EQ(test, status(s).bad, 1);
	EXPECT_ATTR(s, "spare/free", "0");
	EXPECT_READ(s, 4000, 8, 'm');
	EXPECT_WRITE(s, 0, 4000, 8, 'b');
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 4000), 4000, 8, 'b'));
}

/* --- verification of writes */

static void a_large_write_is_compared_in_windows(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/verify_writes", "all");
	s->main->writes = 0;
	EXPECT_WRITE(s, 0, 203, 64, 'a');
	KUNIT_EXPECT_EQ(test, s->main->writes, 1);
	EXPECT_READ(s, 203, 64, 'a');
	/* everything before and after the lost block is good */
	bitmap_set(s->main->deaf, 243, 2);
	EXPECT_WRITE(s, 0, 203, 64, 'b');
	EXPECT_READ(s, 203, 64, 'b');
	expect_reasons(s, "240 0 8 remapped 0x0 0x0 lost-write\n");
	EXPECT_STAT(s, "verify_errors", 1);
	/* one that fails is looked at block by block */
	__set_bit(2050, s->main->bad_write);
	EXPECT_WRITE(s, 0, 2000, 64, 'c');
	EXPECT_READ(s, 2000, 64, 'c');
	expect_reasons(s, "240 0 8 remapped 0x0 0x0 lost-write\n"
			  "2048 8 8 remapped 0x0 0x0 write\n");
}

static void writes_that_are_lost_are_noticed(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/verify_writes", "all");
	bitmap_set(s->main->deaf, 85, 1);
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	EXPECT_READ(s, 80, 8, 'a');
	expect_reasons(s, "80 0 8 remapped 0x0 0x0 lost-write\n");
	EXPECT_STAT(s, "verify_errors", 1);
	EXPECT_WRITE(s, 0, 88, 40, 'b');
	EXPECT_READ(s, 88, 40, 'b');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	/* of a large write only the lost block moves */
	bitmap_set(s->main->deaf, 243, 2);
	EXPECT_WRITE(s, 0, 208, 64, 'c');
	EXPECT_READ(s, 208, 64, 'c');
	EXPECT_MESSAGE(s, 0, "list 200");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
	/* lost writes are also detected on the spare */
	bitmap_set(s->spare->deaf, 0, 8);
	EXPECT_WRITE(s, 0, 80, 8, 'd');
	EXPECT_READ(s, 80, 8, 'd');
	KUNIT_EXPECT_EQ(test, status(s).bad, 1);
	EXPECT_SET(s, 0, "errors/verify_writes", "remapped");
	bitmap_set(s->main->deaf, 400, 8);
	EXPECT_WRITE(s, 0, 400, 8, 'e');
	EXPECT_READ(s, 400, 8, 'm');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
	EXPECT_SET(s, 0, "errors/verify_writes", "off");
}

static void a_first_rewrite_lets_the_drive_cure(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/first_rewrite", "1");
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	bad_reads(s, 200, 1);
	__set_bit(200, s->main->heals);
	EXPECT_READ_FAILS(s, 200, 8);
	KUNIT_EXPECT_EQ(test, status(s).pending, 1);
	EXPECT_WRITE(s, 0, 200, 8, 'a');
	expect_list(s, "");
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 200), 200, 8, 'a'));
	EXPECT_STAT(s, "rewrites_tried", 1);
	EXPECT_STAT(s, "rewrites_cured", 1);
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	EXPECT_ATTR(s, "spare/used", "0");
	/* a block that stays bad moves */
	bad_reads(s, 304, 1);
	EXPECT_READ_FAILS(s, 304, 8);
	EXPECT_WRITE(s, 0, 304, 8, 'b');
	EXPECT_STAT(s, "rewrites_tried", 2);
	EXPECT_STAT(s, "rewrites_cured", 1);
	EXPECT_READ(s, 304, 8, 'b');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	/* no rewrite of a part while another part is known to fail */
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "60000");
	bad_reads(s, 400, 1);
	EXPECT_READ_FAILS(s, 400, 8);
	EXPECT_WRITE(s, 0, 404, 2, 'c');
	EXPECT_STAT(s, "rewrites_tried", 2);
	EXPECT_READ(s, 404, 2, 'c');
}

static void slow_blocks_move_while_they_can_be_read(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");

	EXPECT_SET(s, 0, "errors/slow_ms", "500");
	EXPECT_SET(s, 0, "errors/slow_limit", "2");
	s->main->slow_ms = 900;
	__set_bit(203, s->main->slow);
	EXPECT_READ(s, 200, 8, 'm');
	expect_reasons(s, "200 0 8 remapped 0x0 0x0 slow\n");
	EXPECT_STAT(s, "slow_moves", 1);
	EXPECT_READ(s, 200, 8, 'm');
	EXPECT_READ(s, 208, 8, 'm');
	__set_bit(403, s->main->slow);
	EXPECT_READ(s, 400, 8, 'm');
	__set_bit(603, s->main->slow);
	EXPECT_READ(s, 600, 8, 'm');
	__set_bit(803, s->main->slow);
	EXPECT_READ(s, 800, 8, 'm');
	EXPECT_STAT(s, "slow_moves", 3);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 3);
	EXPECT_SET(s, 0, "errors/resume", "1");
	EXPECT_READ(s, 800, 8, 'm');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 4);
	EXPECT_STAT(s, "retries_recovered", 0);
	/* a larger slow read is repeated block by block */
	EXPECT_READ(s, 0, 8, 'm');
	__set_bit(1005, s->main->slow);
	EXPECT_READ(s, 984, 40, 'm');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 5);
	EXPECT_MESSAGE(s, 0, "list 900");
	KUNIT_EXPECT_TRUE(test, str_has_prefix(s->text, "1000 "));
}

/* --- concurrency */

/* An asynchronous write of an attribute. */
struct setter {
	struct set *s;
	const char *attr, *value;
	struct completion done;
	struct task_struct *task;
	int ret;
};

static int setter_thread(void *data)
{
	struct setter *t = data;

	allow_signal(SIGKILL);
	t->ret = set_attr(t->s, t->attr, t->value);
	complete(&t->done);
	return 0;
}

static struct setter *begin_set(struct set *s, const char *attr, const char *value)
{
	struct setter *t = kunit_kzalloc(s->test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(s->test, t);
	*t = (struct setter) { .s = s, .attr = attr, .value = value, .ret = 1 };
	init_completion(&t->done);
	t->task = kthread_run(setter_thread, t, "setter");
	KUNIT_ASSERT_FALSE(s->test, IS_ERR(t->task));
	return t;
}

static void io_to_a_block_that_moves_waits_for_it(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct sent_io *w[3], *r, *other;
	unsigned int i;

	__set_bit(80, s->main->bad_write);
	s->spare->hold = true;
	w[0] = send(s, REQ_OP_WRITE, 80, 4, 'a');
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare) == 1));
	expect_list(s, "80 0 8 moving 0x0 0x0\n");
	w[1] = send(s, REQ_OP_WRITE, 84, 2, 'b');
	w[2] = send(s, REQ_OP_WRITE, 86, 2, 'c');
	r = send(s, REQ_OP_READ, 80, 8, 0);
	/* neighbouring blocks do not wait */
	other = send(s, REQ_OP_READ, 88, 8, 0);
	KUNIT_EXPECT_EQ(test, answer(other), 0);
	KUNIT_EXPECT_TRUE(test, holds(other->buf, 88, 8, 'm'));
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, completion_done(&w[i]->done));
	KUNIT_EXPECT_FALSE(test, completion_done(&r->done));
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_READ | REQ_NOWAIT, 80, 8), -EAGAIN);
	mdisk_release(s->spare);
	KUNIT_EXPECT_EQ(test, answer(w[0]), 0);
	KUNIT_EXPECT_EQ(test, answer(w[1]), 0);
	KUNIT_EXPECT_EQ(test, answer(w[2]), 0);
	KUNIT_EXPECT_EQ(test, answer(r), 0);
	KUNIT_EXPECT_TRUE(test, holds(r->buf, 80, 4, 'a'));
	EXPECT_READ(s, 80, 4, 'a');
	EXPECT_READ(s, 84, 2, 'b');
	EXPECT_READ(s, 86, 2, 'c');
	expect_list(s, "80 0 8 remapped 0x0 0x0\n");
}

/* A read waits longer than errors/retry_within_ms before it fails on the main, at once. */
static void what_waited_for_its_block_is_tried_again(struct kunit *test)
{
	struct set *s = late_set(test, "600", 0);
	struct setter *add;
	struct sent_io *r;

	s->spare->hold = true;
	add = begin_set(s, "remaps/add", "80");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare) == 1));
	r = send(s, REQ_OP_READ, 80, 8, 0);
	msleep(700);
	/* the move fails; the block stays on the main, where the third attempt can read it */
	s->spare->error = BLK_STS_TRANSPORT;
	__set_bit(3, s->spare->bad_write);
	bad_reads(s, 83, 1);
	s->main->fail_next = 2;
	mdisk_release(s->spare);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&add->done, 30 * HZ));
	KUNIT_EXPECT_EQ(test, add->ret, -EIO);
	KUNIT_EXPECT_EQ(test, answer(r), 0);
	KUNIT_EXPECT_TRUE(test, holds(r->buf, 80, 8, 'm'));
}

static void a_move_waits_for_writes_in_flight(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct setter *add, *remove;
	struct sent_io *w, *far;

	s->main->hold = true;
	w = send(s, REQ_OP_WRITE, 80, 8, 'a');
	far = send(s, REQ_OP_WRITE, 4000, 8, 'f');
	KUNIT_EXPECT_EQ(test, mdisk_held(s->main), 2);
	add = begin_set(s, "remaps/add", "80");
	KUNIT_EXPECT_FALSE(test, wait_for_completion_timeout(&add->done, HZ / 10));
	expect_list(s, "80 0 8 moving 0x0 0x0\n");
	mdisk_release(s->main);
	KUNIT_EXPECT_EQ(test, answer(w), 0);
	KUNIT_EXPECT_EQ(test, answer(far), 0);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&add->done, 30 * HZ));
	KUNIT_EXPECT_EQ(test, add->ret, 0);
	EXPECT_READ(s, 80, 8, 'a');
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->spare, 0), 80, 8, 'a'));
	/* a move back waits for writes in flight on the spare */
	s->spare->hold = true;
	w = send(s, REQ_OP_WRITE, 80, 8, 'b');
	KUNIT_EXPECT_EQ(test, mdisk_held(s->spare), 1);
	remove = begin_set(s, "remaps/remove", "80");
	KUNIT_EXPECT_FALSE(test, wait_for_completion_timeout(&remove->done, HZ / 10));
	mdisk_release(s->spare);
	KUNIT_EXPECT_EQ(test, answer(w), 0);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&remove->done, 30 * HZ));
	KUNIT_EXPECT_EQ(test, remove->ret, 0);
	EXPECT_READ(s, 80, 8, 'b');
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 80), 80, 8, 'b'));
	expect_list(s, "");
}

/* This does not count as a successful retry, since the data comes from the spare. */
static void a_read_that_fails_while_its_block_moves_is_read_there(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct sent_io *w, *r;

	s->main->hold = true;
	s->main->hold_reads = true;
	w = send(s, REQ_OP_WRITE, 80, 8, 'a');
	r = send(s, REQ_OP_READ, 80, 8, 0);
	KUNIT_EXPECT_EQ(test, mdisk_held(s->main), 2);
	__set_bit(80, s->main->bad_write);
	bad_reads(s, 83, 1);
	mdisk_release_first(s->main);
	/* the move waits for the read in flight */
	msleep(100);
	mdisk_release(s->main);
	KUNIT_EXPECT_EQ(test, answer(w), 0);
	KUNIT_EXPECT_EQ(test, answer(r), 0);
	KUNIT_EXPECT_TRUE(test, holds(r->buf, 80, 8, 'a'));
	expect_list(s, "80 0 8 remapped 0x0 0x0\n");
	EXPECT_STAT(s, "retries_recovered", 0);
	EXPECT_STAT(s, "remapped_reads", 1);
}

static unsigned int nr_done(struct sent_io **r, unsigned int nr)
{
	unsigned int i, n = 0;

	for (i = 0; i < nr; i++)
		n += completion_done(&r[i]->done);
	return n;
}

/* A bio that a disk has split, and that failed, is split once more when it is sent again. */
static void what_was_split_is_sent_again_as_a_whole(struct kunit *test)
{
	struct set *s = test->priv;
	struct sent_io *r[2];
	unsigned int i;

	mdisk_free(s->main);
	mdisk_free(s->spare);
	mdisk_one_page = true;
	s->main = mdisk_alloc(MAIN_SECTORS, 512, 512);
	s->spare = mdisk_alloc(SPARE_SECTORS, 512, 512);
	mdisk_one_page = false;
	KUNIT_ASSERT_TRUE(test, s->main && s->spare);
	fill(s->main->data, 0, MAIN_SECTORS, 'm');
	quiet_set(test, "1 transient");
	__set_bit(83, s->main->bad_read);
	s->main->fail_next = 2;
	s->main->hold = true;
	s->main->hold_reads = true;
	for (i = 0; i < 2; i++)
		r[i] = send(s, REQ_OP_READ, 80, 8, 0);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->main) == 4));
	/* both fail; one moves the block, and the other waits for that */
	mdisk_step(s->main);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->main)));
	msleep(100);
	s->spare->hold = true;
	s->spare->hold_reads = true;
	mdisk_release(s->main);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	mdisk_step(s->spare);
	/* then it is sent to the spare, in two parts, and is done after the second one */
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare) == 2));
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(nr_done(r, 2)));
	mdisk_release_first(s->spare);
	KUNIT_EXPECT_EQ(test, nr_done(r, 2), 1);
	mdisk_release(s->spare);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, answer(r[i]), 0);
		KUNIT_EXPECT_TRUE(test, holds(r[i]->buf, 80, 8, 'm'));
	}
	expect_list(s, "80 0 8 remapped 0x0 0x0\n");
}

static void a_change_waits_for_a_block_that_moves(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct setter *add;
	struct sent_io *w;

	__set_bit(80, s->main->bad_write);
	s->spare->hold = true;
	w = send(s, REQ_OP_WRITE, 80, 8, 'a');
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare) == 1));
	add = begin_set(s, "remaps/add", "80 16");
	KUNIT_EXPECT_FALSE(test, wait_for_completion_timeout(&add->done, HZ / 10));
	mdisk_release(s->spare);
	KUNIT_EXPECT_EQ(test, answer(w), 0);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&add->done, 30 * HZ));
	KUNIT_EXPECT_EQ(test, add->ret, 0);
	expect_list(s, "80 0 8 remapped 0x0 0x0\n88 8 8 remapped 0x0 0x0\n");
	EXPECT_READ(s, 80, 8, 'a');
	EXPECT_READ(s, 88, 8, 'm');
}

/* Process the waiting writes of the spare, until a block is on its way to the second slot. */
static bool moves(struct set *s)
{
	EXPECT_MESSAGE(s, 0, "list 80");
	if (str_has_prefix(s->text, "80 8 8 moving"))
		return true;
	mdisk_step(s->spare);
	return false;
}

/* The slot of a block is bad, so the block gets another one, and has to leave that again. */
static void a_removal_waits_for_a_block_that_moves(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	struct setter *removal;
	struct sent_io *w;

	EXPECT_SET(s, 0, "remaps/add", "80");
	bitmap_set(s->spare->bad_write, 0, 8);
	s->spare->hold = true;
	w = send(s, REQ_OP_WRITE, 80, 8, 'a');
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(moves(s)));
	removal = begin_set(s, "remaps/remove", "80");
	KUNIT_EXPECT_FALSE(test, wait_for_completion_timeout(&removal->done, HZ / 10));
	mdisk_release(s->spare);
	KUNIT_EXPECT_EQ(test, answer(w), 0);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&removal->done, 30 * HZ));
	KUNIT_EXPECT_EQ(test, removal->ret, 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 0);
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 80), 80, 8, 'a'));
}

/* A command that waits for another one ends, unsuccessfully, when its process is killed. */
static void a_change_that_waits_ends_when_it_is_killed(struct kunit *test)
{
	static const char * const waits[][2] = {
		{ "remaps/add", "88" }, { "errors/resume", "1" }, { "metadata/sync", "1" },
		{ "errors/retries", "3" }, { "scrub/control", "start" },
	};
	struct set *s = quiet_set(test, "1 persistent");
	struct setter *add, *killed;
	unsigned int i;

	s->spare->hold = true;
	add = begin_set(s, "remaps/add", "80");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare) == 1));
	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		killed = begin_set(s, waits[i][0], waits[i][1]);
		KUNIT_ASSERT_FALSE(test, wait_for_completion_timeout(&killed->done, HZ / 10));
		send_sig(SIGKILL, killed->task, 1);
		KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&killed->done, 30 * HZ));
		KUNIT_EXPECT_EQ_MSG(test, killed->ret, -EINTR, "%s", waits[i][0]);
	}
	KUNIT_EXPECT_FALSE(test, completion_done(&add->done));
	mdisk_release(s->spare);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&add->done, 30 * HZ));
	KUNIT_EXPECT_EQ(test, add->ret, 0);
	expect_list(s, "80 16 8 remapped 0x0 0x0\n");
}

/* More bios than there are jobs, two for each block. */
#define MANY	96

static void many_writes_fail_at_once(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");
	struct sent_io **w = kunit_kcalloc(test, MANY, sizeof(*w), GFP_KERNEL);
	u64 commits;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	EXPECT_SET(s, 0, "errors/storm_limit", "0");
	bitmap_set(s->main->bad_write, 800, 4 * MANY);
	commits = stat_of(s, "store_commits");
	s->spare->hold = true;
	for (i = 0; i < MANY; i++)
		w[i] = send(s, REQ_OP_WRITE, 800 + 4 * i, 4, 'a');
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare) > 4));
	/* the data has been written; others wait while the first commit is written */
	mdisk_step(s->spare);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	msleep(100);
	mdisk_release(s->spare);
	for (i = 0; i < MANY; i++)
		KUNIT_EXPECT_EQ(test, answer(w[i]), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, MANY / 2);
	EXPECT_STAT(s, "remaps_auto", MANY / 2);
	for (i = 0; i < MANY / 16; i++)
		EXPECT_READ(s, 800 + 64 * i, 64, 'a');
	/* concurrent moves share commits */
	KUNIT_EXPECT_LT(test, stat_of(s, "store_commits") - commits, MANY / 2);
	again(s);
	for (i = 0; i < MANY / 16; i++)
		EXPECT_READ(s, 800 + 64 * i, 64, 'a');
}

static void a_suspend_waits_for_what_moves(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 persistent");
	struct setter *add;

	s->spare->hold = true;
	add = begin_set(s, "remaps/add", "80");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	EXPECT_MESSAGE(s, 0, "list");
	mdisk_release(s->spare);
	KUNIT_EXPECT_EQ(test, suspend(s), 0);
	KUNIT_EXPECT_TRUE(test, completion_done(&add->done));
	KUNIT_EXPECT_EQ(test, add->ret, 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
}

/* --- in the background */

static void neighbours_of_a_bad_block_are_read(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "errors/neighbours", "4");
	EXPECT_SET(s, 0, "errors/retries", "0");
	bad_reads(s, 800, 1);
	bad_reads(s, 817, 1);	/* 2 blocks after */
	bad_reads(s, 849, 1);	/* 4 blocks after that */
	bad_reads(s, 768, 1);	/* 4 blocks before */
	bad_reads(s, 728, 1);	/* 5 blocks before that */
	bad_reads(s, 889, 1);	/* 5 blocks after the last one */
	EXPECT_READ_FAILS(s, 800, 8);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(status(s).pending == 4));
	msleep(100);
	KUNIT_EXPECT_EQ(test, status(s).pending, 4);
	expect_list(s, "768 16 8 pending 0x0 0x0\n800 0 8 pending 0x0 0x0\n"
		       "816 8 8 pending 0x0 0x0\n848 24 8 pending 0x0 0x0\n");
}

static void a_scrub_reads_all_of_the_main(struct kunit *test)
{
	struct set *s = quiet_set(test, "1 transient");
	u64 epoch;
	u32 took, sectors, moved, pending;
	int n;

	bad_reads(s, 1003, 1);
	EXPECT_SET(s, 0, "remaps/add", "80 16");
	EXPECT_ATTR(s, "scrub/state", "idle");
	EXPECT_SET(s, -EBUSY, "scrub/control", "pause");
	EXPECT_SET(s, -EBUSY, "scrub/control", "resume");
	EXPECT_SET(s, -EBUSY, "scrub/control", "stop");
	EXPECT_SET(s, -EINVAL, "scrub/control", "begin");
	EXPECT_SET(s, 0, "scrub/rate_kib", "1");
	EXPECT_SET(s, 0, "scrub/control", "start");
	EXPECT_ATTR(s, "scrub/state", "running");
	EXPECT_SET(s, -EBUSY, "scrub/control", "start");
	EXPECT_SET(s, -EBUSY, "scrub/control", "resume");
	EXPECT_SET(s, 0, "scrub/control", "pause");
	EXPECT_ATTR(s, "scrub/state", "paused");
	EXPECT_SET(s, -EBUSY, "scrub/control", "pause");
	EXPECT_SET(s, -EBUSY, "scrub/control", "start");
	EXPECT_SET(s, 0, "scrub/control", "stop");
	EXPECT_ATTR(s, "scrub/state", "idle");
	EXPECT_SET(s, 0, "scrub/rate_kib", "0");
	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	EXPECT_ATTR(s, "scrub/position", "8192");
	EXPECT_ATTR(s, "remaps/pending", "1");
	/* blocks found by a scrub do not count in the rate */
	EXPECT_ATTR(s, "remaps/rate", "0 0 0");
	get_attr(s, "scrub/last_result");
	n = sscanf(s->text, "%llu %u %u %u %u", &epoch, &took, &sectors, &moved, &pending);
	KUNIT_EXPECT_EQ(test, n, 5);
	KUNIT_EXPECT_EQ(test, sectors, MAIN_SECTORS - 16);
	KUNIT_EXPECT_EQ(test, moved, 0);
	KUNIT_EXPECT_EQ(test, pending, 1);
	KUNIT_EXPECT_LT(test, abs_diff(epoch, (u64)ktime_get_real_seconds()), 60);
	KUNIT_EXPECT_GE(test, stat_of(s, "scrub_sectors"), MAIN_SECTORS - 16);
	/* a second scrub: a block that can be read at a retry moves */
	bad_reads(s, 2003, 1);
	s->main->fail_next = 2;
	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	get_attr(s, "scrub/last_result");
	n = sscanf(s->text, "%llu %u %u %u %u", &epoch, &took, &sectors, &moved, &pending);
	KUNIT_EXPECT_EQ(test, n, 5);
	KUNIT_EXPECT_EQ(test, moved, 1);
	KUNIT_EXPECT_EQ(test, pending, 0);
	EXPECT_ATTR(s, "remaps/count", "3");
}

/* The number of reads of the main by a scrub. */
static unsigned int reads_of_scrub(struct set *s)
{
	unsigned int before = s->main->reads;

	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_EXPECT_TRUE(s->test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	EXPECT_ATTR(s, "remaps/pending", "1");
	return s->main->reads - before;
}

static void a_scrub_does_not_insist_after_a_late_failure(struct kunit *test)
{
	struct set *s = late_set(test, "30", 60);
	unsigned int late;

	bad_reads(s, 203, 1);
	__set_bit(203, s->main->slow);
	late = reads_of_scrub(s);
	EXPECT_SET(s, 0, "remaps/remove", "200");
	EXPECT_SET(s, 0, "errors/retry_within_ms", "0");
	KUNIT_EXPECT_EQ(test, reads_of_scrub(s), late + 3);
}

static struct kunit_case set_io_cases[] = {
	KUNIT_CASE(what_is_not_remapped_goes_to_the_main),
	KUNIT_CASE(a_flush_goes_to_both_and_counts_once),
	KUNIT_CASE(a_spare_without_blocks_fails_no_flush),
	KUNIT_CASE(discards_and_zeroes_are_counted_and_done),
	KUNIT_CASE(a_bio_over_remapped_blocks_is_in_order),
	KUNIT_CASE(nowait_io_that_would_wait_is_refused_and_counted),
	KUNIT_CASE(a_bad_write_moves_its_block),
	KUNIT_CASE_SLOW(those_who_wait_for_events_wake),
	KUNIT_CASE(a_write_over_many_blocks_moves_the_bad_ones_only),
	KUNIT_CASE(a_bad_block_of_a_large_bio_fails_in_one_window),
	KUNIT_CASE(a_write_that_fails_once_moves_nothing),
	KUNIT_CASE(without_auto_remap_errors_pass_through),
	KUNIT_CASE(errors_of_pending_and_split_blocks_are_counted),
	KUNIT_CASE(a_bad_read_makes_its_block_pending),
	KUNIT_CASE(sectors_beside_a_bad_one_are_read_from_the_main),
	KUNIT_CASE(a_pending_block_moves_with_its_next_write),
	KUNIT_CASE(a_read_that_works_at_a_retry_moves_its_block),
	KUNIT_CASE(without_retries_the_first_error_counts),
	KUNIT_CASE(a_read_that_failed_late_is_not_tried_again),
	KUNIT_CASE(a_write_that_failed_late_moves_its_block),
	KUNIT_CASE(a_retry_that_fails_late_is_the_last),
	KUNIT_CASE(the_spare_has_all_of_its_attempts),
	KUNIT_CASE(lost_data_is_refused_or_zero_until_it_is_written),
	KUNIT_CASE(what_is_unread_of_a_block_can_be_given_up),
	KUNIT_CASE(errors_that_are_not_the_mediums_move_nothing),
	KUNIT_CASE(a_bad_spare_block_is_replaced),
	KUNIT_CASE(data_of_a_slot_that_cannot_be_read_is_lost_when_it_moves),
	KUNIT_CASE(a_slot_that_fails_its_first_write_is_bad),
	KUNIT_CASE(recent_failures_go_with_their_block),
	KUNIT_CASE(a_spare_that_fails_all_writes_is_given_up),
	KUNIT_CASE(a_storm_stops_automatic_remaps),
	KUNIT_CASE(any_success_of_the_main_ends_a_row_of_remaps),
	KUNIT_CASE(reads_that_fail_make_a_storm),
	KUNIT_CASE(the_last_blocks_are_for_people),
	KUNIT_CASE(a_pending_block_whose_last_slot_fails_is_on_the_main),
	KUNIT_CASE(a_large_write_is_compared_in_windows),
	KUNIT_CASE(writes_that_are_lost_are_noticed),
	KUNIT_CASE(a_first_rewrite_lets_the_drive_cure),
	KUNIT_CASE_SLOW(slow_blocks_move_while_they_can_be_read),
	KUNIT_CASE(io_to_a_block_that_moves_waits_for_it),
	KUNIT_CASE(what_waited_for_its_block_is_tried_again),
	KUNIT_CASE(a_move_waits_for_writes_in_flight),
	KUNIT_CASE(a_read_that_fails_while_its_block_moves_is_read_there),
	KUNIT_CASE(what_was_split_is_sent_again_as_a_whole),
	KUNIT_CASE(a_change_waits_for_a_block_that_moves),
	KUNIT_CASE(a_removal_waits_for_a_block_that_moves),
	KUNIT_CASE(a_change_that_waits_ends_when_it_is_killed),
	KUNIT_CASE(many_writes_fail_at_once),
	KUNIT_CASE(a_suspend_waits_for_what_moves),
	KUNIT_CASE(neighbours_of_a_bad_block_are_read),
	KUNIT_CASE(a_scrub_reads_all_of_the_main),
	KUNIT_CASE(a_scrub_does_not_insist_after_a_late_failure),
	{ }
};

SET_SUITE(set_io);

MODULE_SOFTDEP("pre: dm-remap dm-remap-metadata dm-remap-stats");
MODULE_DESCRIPTION("KUnit tests of dm-remap: I/O of whole sets");
MODULE_LICENSE("GPL");
