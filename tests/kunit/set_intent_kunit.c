// SPDX-License-Identifier: GPL-2.0
/*
 * The intent map of whole sets: no write reaches a disk before its region is marked durably,
 * whatever happens to the spare, and the marks are there after a power cut.
 */
#include "set.h"

/* the loaded module already exports these symbols */
#undef EXPORT_SYMBOL_NS_GPL
#define EXPORT_SYMBOL_NS_GPL(name, ns)	static_assert(sizeof(#name #ns))
#include "../../modules/metadata/format.c"

/* the main has four regions */
#define REGION	2048U

static void copy_of(u8 *to, const u8 *from, const struct mdisk *d)
{
	memcpy(to, from, get_capacity(d->gendisk) << SECTOR_SHIFT);
}

/* From now on nothing changes the content of the disks, not even the removal of the set. */
static void cut_power(struct set *s)
{
	u8 *main = vmalloc(MDISK_SECTORS << SECTOR_SHIFT);
	u8 *spare = vmalloc(MDISK_SECTORS << SECTOR_SHIFT);

	KUNIT_ASSERT_TRUE(s->test, main && spare);
	copy_of(main, s->main->stable, s->main);
	copy_of(spare, s->spare->stable, s->spare);
	KUNIT_ASSERT_EQ(s->test, remove_set(s), 0);
	mdisk_mend(s->main);
	mdisk_mend(s->spare);
	copy_of(s->main->data, main, s->main);
	copy_of(s->main->stable, main, s->main);
	copy_of(s->spare->data, spare, s->spare);
	copy_of(s->spare->stable, spare, s->spare);
	vfree(main);
	vfree(spare);
}

/* Begin a copy. Return: its token. */
static u64 begin(struct set *s)
{
	u64 token = 0, sectors = 0;
	int n;

	EXPECT_MESSAGE(s, 0, "intent start");
	n = sscanf(s->text, "%llx %llu", &token, &sectors);
	KUNIT_EXPECT_EQ(s->test, n, 2);
	KUNIT_EXPECT_EQ(s->test, sectors, REGION);
	KUNIT_EXPECT_NE(s->test, token, 0);
	KUNIT_ASSERT_EQ(s->test, suspend(s), 0);
	KUNIT_ASSERT_EQ(s->test, resume(s), 0);
	return token;
}

static int ask(struct set *s, const char *what, u64 token, const char *rest)
{
	char text[64];

	sprintf(text, "intent %s %llx%s", what, token, rest);
	return message(s, text);
}

#define EXPECT_MARKED(s, token, ranges) do {				\
	KUNIT_EXPECT_EQ((s)->test, ask(s, "read", token, " 0"), 0);	\
	KUNIT_EXPECT_STREQ((s)->test, (s)->text, ranges);		\
} while (0)

/* Whether a superblock has a mark, durably. */
static bool is_marked(struct set *s, unsigned int nr, unsigned int region)
{
	u64 sector = dm_remap_sb_sector(SPARE_SECTORS, nr);
	const struct dm_remap_sb *sb = (void *)s->spare->stable + (sector << SECTOR_SHIFT);

	KUNIT_EXPECT_TRUE(s->test, dm_remap_sb_is_intact(sb, sector));
	return sb->intent_token && (le64_to_cpu(sb->ro_compat) & DM_REMAP_RO_COMPAT_INTENT) &&
	       (sb->intent[region / 8] & BIT(region % 8));
}

static void a_write_is_sent_after_its_mark(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int writes;
	struct sent_io *io;
	u64 token;

	make_set(s, "1 persistent");
	EXPECT_WRITE(s, 0, 16, 8, 'a');
	token = begin(s);
	EXPECT_MARKED(s, token, "");
	writes = s->main->writes;
	s->spare->hold = true;
	io = send(s, REQ_OP_WRITE, REGION + 80, 8, 'b');
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	/* superblock 0, then 1 */
	KUNIT_EXPECT_EQ(test, s->main->writes, writes);
	EXPECT_MARKED(s, token, "");
	mdisk_step(s->spare);
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	KUNIT_EXPECT_EQ(test, s->main->writes, writes);
	KUNIT_EXPECT_TRUE(test, is_marked(s, 0, 1));
	KUNIT_EXPECT_FALSE(test, is_marked(s, 1, 1));
	mdisk_release(s->spare);
	KUNIT_EXPECT_EQ(test, answer(io), 0);
	KUNIT_EXPECT_TRUE(test, is_marked(s, 1, 1));
	KUNIT_EXPECT_EQ(test, s->main->writes, writes + 1);
	EXPECT_MARKED(s, token, "2048 2048\n");
	EXPECT_READ(s, REGION + 80, 8, 'b');
	/* a marked region needs nothing, and neither does a read */
	writes = s->spare->writes;
	EXPECT_WRITE(s, 0, 2 * REGION - 8, 8, 'c');
	EXPECT_READ(s, 3 * REGION, 8, 'm');
	KUNIT_EXPECT_EQ(test, s->spare->writes, writes);
	KUNIT_EXPECT_FALSE(test, is_marked(s, 0, 3));
	/* nor does anything once the copy has ended */
	KUNIT_EXPECT_EQ(test, ask(s, "end", token, ""), 0);
	writes = s->spare->writes;
	EXPECT_WRITE(s, 0, 3 * REGION, 8, 'd');
	KUNIT_EXPECT_EQ(test, s->spare->writes, writes);
	KUNIT_EXPECT_EQ(test, ask(s, "read", token, " 0"), -ESTALE);
}

static void writes_that_wait_are_marked_together(struct kunit *test)
{
	struct set *s = test->priv;
	struct sent_io *io[4];
	unsigned int writes, i;
	u64 token;

	make_set(s, "1 persistent");
	token = begin(s);
	writes = s->spare->writes;
	s->spare->hold = true;
	io[0] = send(s, REQ_OP_WRITE, 0, 8, 'b');
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	for (i = 1; i < 4; i++)
		io[i] = send(s, REQ_OP_WRITE, i * REGION, 8, 'b');
	mdisk_release(s->spare);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, answer(io[i]), 0);
	KUNIT_EXPECT_EQ(test, s->spare->writes, writes + 4);
	EXPECT_MARKED(s, token, "0 8192\n");
	for (i = 0; i < 4; i++)
		EXPECT_READ(s, i * REGION, 8, 'b');
}

static void whatever_changes_content_is_marked(struct kunit *test)
{
	struct set *s = test->priv;
	u64 token;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "2000 8");
	/* what waited for its mark is timed like any other I/O */
	EXPECT_SET(s, 0, "errors/slow_ms", "60000");
	token = begin(s);
	/* over the end of a region, with a block on the spare between others on the main */
	EXPECT_WRITE(s, 0, REGION - 56, 64, 'b');
	EXPECT_MARKED(s, token, "0 4096\n");
	EXPECT_READ(s, REGION - 56, 64, 'b');
	token = begin(s);
	EXPECT_MARKED(s, token, "");
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_DISCARD, REGION, 2 * REGION), 0);
	EXPECT_MARKED(s, token, "2048 4096\n");
	KUNIT_EXPECT_EQ(test, s->main->discards, 1);
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_WRITE_ZEROES, 4 * REGION - 8, 8), 0);
	EXPECT_MARKED(s, token, "2048 6144\n");
	KUNIT_EXPECT_TRUE(test, reads_zero(s, 4 * REGION - 8, 8));
	/* a write that may not wait is sent again by whoever made it */
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_WRITE | REQ_NOWAIT, 0, 8), -EAGAIN);
	/* a move changes nothing, and a failed write is one */
	token = begin(s);
	EXPECT_SET(s, 0, "remaps/add", "80 8");
	EXPECT_SET(s, 0, "remaps/remove", "80 8");
	EXPECT_MARKED(s, token, "");
	__set_bit(3 * REGION + 83, s->main->bad_write);
	EXPECT_WRITE(s, 0, 3 * REGION + 80, 8, 'e');
	EXPECT_READ(s, 3 * REGION + 80, 8, 'e');
	EXPECT_MARKED(s, token, "6144 2048\n");
	/* with errors/verify_writes, jobs write */
	EXPECT_SET(s, 0, "errors/verify_writes", "all");
	EXPECT_WRITE(s, 0, 160, 64, 'f');
	EXPECT_READ(s, 160, 64, 'f');
	EXPECT_MARKED(s, token, "0 2048\n6144 2048\n");
	EXPECT_MESSAGE(s, 0, "intent");
	KUNIT_EXPECT_NOT_NULL(test, strstr(s->text, " 2048 ok\n"));
}

static void marks_outlive_the_device(struct kunit *test)
{
	struct set *s = test->priv;
	u64 token;

	make_set(s, "1 persistent");
	token = begin(s);
	EXPECT_WRITE(s, 0, REGION, 8, 'b');
	again(s);
	EXPECT_MARKED(s, token, "2048 2048\n");
	/* before anybody has asked for anything */
	EXPECT_WRITE(s, 0, 3 * REGION, 8, 'c');
	KUNIT_EXPECT_TRUE(test, is_marked(s, 0, 3) && is_marked(s, 1, 3));
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_MARKED(s, token, "2048 2048\n6144 2048\n");
	/* a reload shares the device */
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_EXPECT_EQ(test, message(s, "intent start"), -EBUSY);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_WRITE(s, 0, 0, 8, 'd');
	EXPECT_MARKED(s, token, "0 4096\n6144 2048\n");
	KUNIT_EXPECT_EQ(test, ask(s, "end", token, ""), 0);
	again(s);
	EXPECT_MESSAGE(s, 0, "intent");
	KUNIT_EXPECT_STREQ(test, s->text, "");
	KUNIT_EXPECT_FALSE(test, is_marked(s, 0, 0));
}

/* The marks of these regions are in several bytes of the map. */
static void marks_of_many_regions_outlive_the_device(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int i;
	u64 token;

	mdisk_free(s->main);
	s->main = mdisk_alloc(16 * REGION, 512, 512);
	KUNIT_ASSERT_NOT_NULL(test, s->main);
	make_set(s, "1 persistent");
	token = begin(s);
	for (i = 0; i < 16; i += 3 + i % 2)
		EXPECT_WRITE(s, 0, i * REGION, 8, 'a');
	again(s);
	EXPECT_MARKED(s, token, "0 2048\n6144 2048\n14336 2048\n22528 2048\n30720 2048\n");
}

/* Cut the power after each write to the spare: what has changed on the main is marked. */
static void a_power_cut_leaves_no_write_without_a_mark(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int n, whole = 0;
	u8 *main, *spare;
	bool changed;
	u64 token;

	make_set(s, "1 persistent");
	token = begin(s);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	main = vmalloc(MDISK_SECTORS << SECTOR_SHIFT);
	spare = vmalloc(MDISK_SECTORS << SECTOR_SHIFT);
	KUNIT_ASSERT_TRUE(test, main && spare);
	copy_of(main, s->main->data, s->main);
	copy_of(spare, s->spare->data, s->spare);
	for (n = 0; n < 12 && whole < 2; n++) {
		struct sent_io *io;

		copy_of(s->main->data, main, s->main);
		copy_of(s->spare->data, spare, s->spare);
		copy_of(s->spare->stable, spare, s->spare);
		KUNIT_ASSERT_EQ(test, try_set(s), 0);
		s->spare->writes_left = n;
		io = send(s, REQ_OP_WRITE, REGION, 8, 'b');
		msleep(200);
		changed = memcmp(mdisk_at(s->main, REGION), main + (REGION << SECTOR_SHIFT),
				 SECTOR_SIZE);
		whole += changed;
		/* what was written is on the disk after the power cut as well */
		mdisk_make_stable(s->main);
		s->spare->writes_left = 0;
		ask(s, "end", token, " lost");
		answer(io);
		cut_power(s);
		KUNIT_ASSERT_EQ_MSG(test, try_set(s), 0, "after %u writes", n);
		KUNIT_EXPECT_EQ(test, ask(s, "read", token, " 0"), 0);
		KUNIT_EXPECT_TRUE_MSG(test, !changed || !strcmp(s->text, "2048 2048\n"),
				      "after %u writes", n);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
	KUNIT_EXPECT_EQ(test, whole, 2);
	vfree(main);
	vfree(spare);
}

static void one_superblock_is_enough(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int nr;
	u64 token;

	make_set(s, "1 persistent");
	for (nr = 0; nr < 2; nr++) {
		token = begin(s);
		__set_bit(dm_remap_sb_sector(SPARE_SECTORS, nr), s->spare->bad_write);
		EXPECT_WRITE(s, 0, REGION, 8, 'b');
		EXPECT_MARKED(s, token, "2048 2048\n");
		KUNIT_EXPECT_TRUE(test, is_marked(s, !nr, 1));
		/* the other one, which lacks the mark, is readable again: it does not count */
		cut_power(s);
		KUNIT_ASSERT_EQ(test, try_set(s), 0);
		EXPECT_MARKED(s, token, "2048 2048\n");
		KUNIT_EXPECT_TRUE(test, is_marked(s, nr, 1));
	}
}

static void a_write_that_cannot_be_marked_waits_and_fails(struct kunit *test)
{
	struct set *s = test->priv;
	struct sent_io *io;
	unsigned long sent;
	unsigned int writes;
	u64 token;

	make_set(s, "1 persistent");
	token = begin(s);
	EXPECT_WRITE(s, 0, 0, 8, 'a');
	s->spare->writes_left = 0;
	/* the copy is given up in time */
	io = send(s, REQ_OP_WRITE, REGION, 8, 'b');
	writes = s->main->writes;
	EXPECT_WRITE(s, 0, 8, 8, 'a');
	EXPECT_READ(s, 3 * REGION, 8, 'm');
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!message(s, "intent") && strstr(s->text, "failed")));
	EXPECT_ATTR(s, "metadata/state", "failed");
	KUNIT_EXPECT_STREQ(test, status(s).state, "failed");
	KUNIT_EXPECT_FALSE(test, completion_done(&io->done));
	KUNIT_EXPECT_EQ(test, s->main->writes, writes + 1);
	KUNIT_EXPECT_EQ(test, ask(s, "end", token, ""), -EIO);
	KUNIT_EXPECT_EQ(test, ask(s, "end", token + 1, " lost"), -ESTALE);
	KUNIT_EXPECT_FALSE(test, completion_done(&io->done));
	sent = jiffies;
	KUNIT_EXPECT_EQ(test, ask(s, "end", token, " lost"), 0);
	KUNIT_EXPECT_EQ(test, answer(io), 0);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, sent + 5 * HZ));
	EXPECT_READ(s, REGION, 8, 'b');
	EXPECT_WRITE(s, 0, 2 * REGION, 8, 'b');
	KUNIT_EXPECT_EQ(test, message(s, "intent start"), -EIO);
	/* it is not */
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_MARKED(s, token, "0 2048\n");
	s->spare->writes_left = 0;
	sent = jiffies;
	EXPECT_WRITE(s, -EIO, REGION, 8, 'c');
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, sent + 9 * HZ));
	/* no write has to wait twice */
	sent = jiffies;
	EXPECT_WRITE(s, -EIO, REGION, 64, 'c');
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, sent + 5 * HZ));
	EXPECT_READ(s, REGION, 8, 'm');
	EXPECT_WRITE(s, 0, 16, 8, 'd');
	/* the spare comes back after a reboot: all that has changed is marked */
	mdisk_make_stable(s->main);
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_MARKED(s, token, "0 2048\n");
	EXPECT_READ(s, REGION, 8, 'm');
	EXPECT_READ(s, 16, 8, 'd');
}

static void a_suspend_waits_for_writes_that_wait(struct kunit *test)
{
	struct set *s = test->priv;
	struct sent_io *io;

	make_set(s, "1 persistent");
	begin(s);
	s->spare->writes_left = 0;
	io = send(s, REQ_OP_WRITE, REGION, 8, 'b');
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_EXPECT_TRUE(test, completion_done(&io->done));
	KUNIT_EXPECT_EQ(test, answer(io), -EIO);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	mdisk_mend(s->spare);
}

static int load_length(struct set *s, u64 sectors)
{
	return load_table(s, sectors, s->main, 0, s->spare, "1 persistent", 0);
}

static void another_length_ends_the_copy(struct kunit *test)
{
	struct set *s = test->priv;
	u64 token;

	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, load_length(s, 2 * REGION), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	token = begin(s);
	EXPECT_WRITE(s, 0, 0, 8, 'a');
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, load_length(s, 4 * REGION), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	KUNIT_EXPECT_EQ(test, ask(s, "read", token, " 0"), -ESTALE);
	KUNIT_EXPECT_FALSE(test, is_marked(s, 0, 0) || is_marked(s, 1, 0));
	EXPECT_WRITE(s, 0, 3 * REGION, 8, 'a');
}

static void the_last_region_may_be_a_part(struct kunit *test)
{
	struct set *s = test->priv;
	u64 token;

	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, load_length(s, 2 * REGION + 64), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	token = begin(s);
	EXPECT_WRITE(s, 0, 2 * REGION + 56, 8, 'a');
	EXPECT_MARKED(s, token, "4096 64\n");
	KUNIT_EXPECT_EQ(test, ask(s, "read", token, " 4160"), 0);
	KUNIT_EXPECT_STREQ(test, s->text, "");
}

/* Writes that wait for a mark have to end, or the suspend would wait; nothing is written then. */
static void a_copy_is_given_up_while_suspended(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int writes;
	u64 token;

	make_set(s, "1 persistent");
	token = begin(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	writes = s->spare->writes;
	KUNIT_EXPECT_EQ(test, ask(s, "end", token, ""), -EBUSY);
	KUNIT_EXPECT_EQ(test, ask(s, "end", token, " lost"), 0);
	KUNIT_EXPECT_EQ(test, s->spare->writes, writes);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_WRITE(s, 0, REGION, 8, 'b');
	KUNIT_EXPECT_EQ(test, ask(s, "read", token, " 0"), -ESTALE);
}

static void messages_that_are_refused(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_MESSAGE(s, 0, "intent");
	KUNIT_EXPECT_STREQ(test, s->text, "");
	EXPECT_MESSAGE(s, -EINVAL, "intent begin");
	EXPECT_MESSAGE(s, -EINVAL, "intent start 1 2 3");
	EXPECT_MESSAGE(s, -EINVAL, "intent start 1");
	EXPECT_MESSAGE(s, -EINVAL, "intent read 1");
	EXPECT_MESSAGE(s, -EINVAL, "intent read 1 +0");
	EXPECT_MESSAGE(s, -EINVAL, "intent read x 0");
	EXPECT_MESSAGE(s, -EINVAL, "intent end 1 found");
	EXPECT_MESSAGE(s, -ESTALE, "intent end 0");
	EXPECT_MESSAGE(s, -ESTALE, "intent read 0 0");
	EXPECT_MESSAGE(s, -ESTALE, "intent end 1 lost");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	make_set(s, "2 persistent read_only");
	EXPECT_MESSAGE(s, -EROFS, "intent start");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	memset(s->spare->data, 0, SPARE_SECTORS << SECTOR_SHIFT);
	make_set(s, "1 transient");
	EXPECT_MESSAGE(s, -EOPNOTSUPP, "intent start");
}

static struct kunit_case set_intent_cases[] = {
	KUNIT_CASE(a_write_is_sent_after_its_mark),
	KUNIT_CASE(writes_that_wait_are_marked_together),
	KUNIT_CASE(whatever_changes_content_is_marked),
	KUNIT_CASE(marks_outlive_the_device),
	KUNIT_CASE(marks_of_many_regions_outlive_the_device),
	KUNIT_CASE_SLOW(a_power_cut_leaves_no_write_without_a_mark),
	KUNIT_CASE(one_superblock_is_enough),
	KUNIT_CASE_SLOW(a_write_that_cannot_be_marked_waits_and_fails),
	KUNIT_CASE_SLOW(a_suspend_waits_for_writes_that_wait),
	KUNIT_CASE(another_length_ends_the_copy),
	KUNIT_CASE(the_last_region_may_be_a_part),
	KUNIT_CASE(a_copy_is_given_up_while_suspended),
	KUNIT_CASE(messages_that_are_refused),
	{ }
};

SET_SUITE(set_intent);

MODULE_IMPORT_NS(DM_REMAP_NS);
MODULE_SOFTDEP("pre: dm-remap dm-remap-metadata dm-remap-stats");
MODULE_DESCRIPTION("KUnit tests of dm-remap: the intent map of whole sets");
MODULE_LICENSE("GPL");
