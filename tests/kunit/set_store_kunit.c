// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent sets: their state after a removal or a power cut, on spares that are intact,
 * damaged, unable to write, or part of another set.
 */
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include <dm-remap/namespace.h>
#include <dm-remap/sets.h>

#include "set.h"

/* the loaded module already exports these symbols */
#undef EXPORT_SYMBOL_NS_GPL
#define EXPORT_SYMBOL_NS_GPL(name, ns)	static_assert(sizeof(#name #ns))
#include "../../modules/metadata/format.c"

#define UUID_A	"11111111-2222-3333-4444-555555555555"
#define UUID_B	"66666666-7777-8888-9999-aaaaaaaaaaaa"

static void restore(struct mdisk *d, const u8 *image)
{
	memcpy(d->data, image, get_capacity(d->gendisk) << SECTOR_SHIFT);
	memcpy(d->stable, image, get_capacity(d->gendisk) << SECTOR_SHIFT);
}

static u8 *image_of(const struct mdisk *d, const u8 *data)
{
	u8 *image = vmalloc(get_capacity(d->gendisk) << SECTOR_SHIFT);

	if (image)
		memcpy(image, data, get_capacity(d->gendisk) << SECTOR_SHIFT);
	return image;
}

/* From now on nothing changes the content of the disks, not even the removal of the set. */
static void cut_power(struct set *s)
{
	u8 *main = image_of(s->main, s->main->stable), *spare = image_of(s->spare,
			    s->spare->stable);

	KUNIT_ASSERT_TRUE(s->test, main && spare);
	KUNIT_ASSERT_EQ(s->test, remove_set(s), 0);
	mdisk_mend(s->main);
	mdisk_mend(s->spare);
	restore(s->main, main);
	restore(s->spare, spare);
	vfree(main);
	vfree(spare);
}

static u8 *list_of(struct set *s)
{
	EXPECT_MESSAGE(s, 0, "list");
	return kstrdup(s->text, GFP_KERNEL);
}

static const char * const settings[][2] = {
	{ "hash/min_buckets", "128" }, { "hash/grow_percent", "201" },
	{ "hash/shrink_percent", "77" }, { "hash/policy", "fixed [adaptive]" },
	{ "hash/resize_threads", "5" }, { "spare/policy", "linear near [spread]" },
	{ "spare/reserve", "7" }, { "spare/low_water", "9" }, { "errors/auto_remap", "0" },
	{ "errors/on_read_error", "fail [zero]" }, { "errors/retries", "4" },
	{ "errors/pending_retry_ms", "12345" }, { "errors/slow_ms", "54321" },
	{ "errors/slow_limit", "99" }, { "errors/verify_writes", "off remapped [all]" },
	{ "errors/neighbours", "0" }, { "errors/first_rewrite", "1" },
	{ "errors/storm_limit", "77" }, { "errors/rate_warn", "33" },
	{ "errors/rate_urgent", "44" }, { "errors/retry_within_ms", "23456" },
	{ "scrub/rate_kib", "1" }, { "main_id", "a disk" },
};

static void expect_settings(struct set *s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		EXPECT_ATTR(s, settings[i][0], settings[i][1]);
}

/* Make blocks in each state, and with each mask. */
static void make_remaps(struct set *s)
{
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "remaps/add", "80 24");
	EXPECT_WRITE(s, 0, 88, 8, 'a');
	__set_bit(163, s->main->bad_read);
	EXPECT_READ_FAILS(s, 160, 8);
	EXPECT_MESSAGE(s, 0, "forget 160");
	__set_bit(243, s->main->bad_read);
	EXPECT_READ_FAILS(s, 240, 8);
	EXPECT_WRITE(s, 0, 246, 2, 'b');
	__set_bit(323, s->main->bad_read);
	EXPECT_READ_FAILS(s, 320, 8);
	EXPECT_SET(s, 0, "remaps/mark", "400");
}

static void expect_remaps(struct set *s)
{
	struct status st = status(s);

	KUNIT_EXPECT_EQ(s->test, st.mapped, 5);
	KUNIT_EXPECT_EQ(s->test, st.pending, 2);
	KUNIT_EXPECT_EQ(s->test, st.lost, 1);
	KUNIT_EXPECT_STREQ(s->test, st.store, "clean");
	EXPECT_ATTR(s, "spare/used", "7");
	EXPECT_READ(s, 80, 8, 'm');
	EXPECT_READ(s, 88, 8, 'a');
	EXPECT_READ(s, 246, 2, 'b');
	EXPECT_READ(s, 160, 3, 'm');
}

static void all_is_found_again(struct kunit *test)
{
	struct set *s = test->priv;
	u8 *before;
	char uuid[40];
	unsigned int i;

	make_set(s, "1 persistent");
	make_remaps(s);
	expect_remaps(s);
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		EXPECT_SET(s, 0, settings[i][0], settings[i][1]);
	EXPECT_SET(s, 0, "scrub/control", "start");
	EXPECT_SET(s, 0, "scrub/control", "pause");
	before = list_of(s);
	strscpy(uuid, get_attr(s, "uuid"), sizeof(uuid));
	again(s);
	expect_settings(s);
	EXPECT_ATTR(s, "uuid", uuid);
	EXPECT_ATTR(s, "scrub/state", "paused");
	EXPECT_ATTR(s, "remaps/rate", "3 3 3");
	EXPECT_ATTR(s, "metadata/state", "clean");
	expect_list(s, before);
	expect_remaps(s);
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	expect_settings(s);
	expect_list(s, before);
	expect_remaps(s);
	EXPECT_ATTR(s, "scrub/state", "paused");
	kfree(before);
	/* the unread sectors of a block are still on the main */
	EXPECT_SET(s, 0, "errors/pending_retry_ms", "0");
	EXPECT_READ(s, 240, 8 - 2, 'm');
}

/* Make a block whose entry is of one of four kinds. */
static void make_remap(struct set *s, u32 block, unsigned int kind)
{
	char text[32];

	snprintf(text, sizeof(text), kind == 2 ? "forget %u" : "%u", 8 * block);
	if (kind >= 2) {
		__set_bit(8 * block + 3, s->main->bad_read);
		EXPECT_READ_FAILS(s, 8 * block, 8);
	}
	if (kind == 2)
		EXPECT_MESSAGE(s, 0, text);
	else if (kind == 3)
		EXPECT_WRITE(s, 0, 8 * block + 6, 2, 'b');
	else
		EXPECT_SET(s, 0, kind ? "remaps/mark" : "remaps/add", text);
}

/* Entries mapped, pending, with a lost and with an unread sector, on both sides of a page's end. */
static void entries_of_each_kind_are_found_at_the_ends_of_pages(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int turn, i;
	u8 *before;

	for (turn = 0; turn < 4; turn++) {
		mdisk_free(s->spare);
		s->spare = mdisk_alloc(MAIN_SECTORS, 512, 512);
		KUNIT_ASSERT_NOT_NULL(test, s->spare);
		mdisk_mend(s->main);
		make_set(s, "1 persistent");
		EXPECT_SET(s, 0, "spare/policy", "linear");
		EXPECT_SET(s, 0, "errors/neighbours", "0");
		/* slots 0 to 163; a page has 169 */
		EXPECT_SET(s, 0, "remaps/add", "0 1312");
		for (i = 0; i < 12; i++)
			make_remap(s, 300 + i, (turn + i) % 4);
		before = list_of(s);
		again(s);
		expect_list(s, before);
		kfree(before);
		KUNIT_EXPECT_EQ(test, status(s).mapped, 173);
		KUNIT_EXPECT_EQ(test, status(s).pending, 3);
		KUNIT_EXPECT_EQ(test, status(s).lost, 3);
		EXPECT_ATTR(s, "spare/used", "176");
		for (i = 0; i < 12; i++) {
			u32 sector = 8 * (300 + i);

			switch ((turn + i) % 4) {
			case 0:
				EXPECT_READ(s, sector, 8, 'm');
				break;
			case 2:
				EXPECT_READ(s, sector, 3, 'm');
				EXPECT_READ_FAILS(s, sector + 3, 1);
				break;
			case 3:
				EXPECT_READ_FAILS(s, sector + 3, 1);
				EXPECT_READ(s, sector + 6, 2, 'b');
				break;
			}
		}
		EXPECT_READ(s, 0, 8, 'm');
		EXPECT_READ(s, 1304, 8, 'm');
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
}

static void what_a_slot_was_is_forgotten_with_its_block(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	make_remaps(s);
	__set_bit(400, s->main->bad_write);
	EXPECT_MESSAGE(s, 0, "remove 80 24");
	EXPECT_MESSAGE(s, 0, "remove 320");
	EXPECT_MESSAGE(s, 0, "remove 400");
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 88), 88, 8, 'a'));
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
	EXPECT_READ(s, 88, 8, 'a');
	/* the slots can be used again */
	EXPECT_SET(s, 0, "remaps/add", "800 40");
	EXPECT_READ(s, 800, 40, 'm');
	EXPECT_WRITE(s, 0, 800, 40, 'c');
	again(s);
	EXPECT_READ(s, 800, 40, 'c');
	EXPECT_SET(s, 0, "errors/on_read_error", "zero");
	KUNIT_EXPECT_TRUE(test, reads_zero(s, 163, 1));
}

static void bad_spare_blocks_stay_bad(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int spare;
	int n;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "80");
	EXPECT_MESSAGE(s, 0, "list");
	n = sscanf(s->text, "80 %u ", &spare);
	KUNIT_ASSERT_EQ(test, n, 1);
	__set_bit(spare + 8 + 3, s->spare->bad_write);
	__set_bit(spare + 2, s->spare->bad_write);
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	KUNIT_EXPECT_EQ(test, status(s).bad, 2);
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).bad, 2);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	EXPECT_READ(s, 80, 8, 'a');
	EXPECT_SET(s, 0, "remaps/add", "160\n240");
	EXPECT_ATTR(s, "spare/used", "3");
}

/* The slot that replaces it is on the next page of the table, the only page that it writes. */
static void a_bad_slot_is_noted_on_its_own_page(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int nr = DM_REMAP_PAGE_ENTRIES, spare;
	char text[32];
	int n;

	mdisk_free(s->spare);
	s->spare = mdisk_alloc(MAIN_SECTORS, 512, 512);
	KUNIT_ASSERT_NOT_NULL(test, s->spare);
	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "spare/policy", "linear");
	snprintf(text, sizeof(text), "0 %u", 8 * (nr - 1));
	EXPECT_SET(s, 0, "remaps/add", text);
	EXPECT_MESSAGE(s, 0, "list");
	n = sscanf(s->text, "0 %u ", &spare);
	KUNIT_ASSERT_EQ(test, n, 1);
	__set_bit(spare + 8 * (nr - 1), s->spare->bad_write);
	__set_bit(4000, s->main->bad_write);
	EXPECT_WRITE(s, 0, 4000, 8, 'a');
	KUNIT_EXPECT_EQ(test, status(s).bad, 1);
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).bad, 1);
	KUNIT_EXPECT_EQ(test, status(s).mapped, nr);
	EXPECT_READ(s, 4000, 8, 'a');
	EXPECT_READ(s, 0, 8, 'm');
}

/* --- power cuts */

/* The operation during the power cut; returns 0 if it was acknowledged. */
static int fail_a_write(struct set *s)
{
	__set_bit(83, s->main->bad_write);
	return write_at(s, 80, 8, 'b');
}

static int add_by_hand(struct set *s)
{
	return set_attr(s, "remaps/add", "80 16\n400") ?: write_at(s, 80, 8, 'b');
}

static int write_pending(struct set *s)
{
	__set_bit(87, s->main->bad_read);
	do_io(s, REQ_OP_READ, 80, 8);
	return write_at(s, 80, 8, 'b');
}

static int move_back(struct set *s)
{
	int ret = write_at(s, 160, 8, 'b');

	return ret ?: set_attr(s, "remaps/remove", "160") ?: write_at(s, 160, 8, 'b');
}

static int leave_a_bad_slot(struct set *s)
{
	unsigned int spare;

	message(s, "list");
	if (sscanf(s->text, "160 %u ", &spare) != 1)
		return -ENXIO;
	__set_bit(spare, s->spare->bad_write);
	return write_at(s, 160, 8, 'b');
}

static int leave_a_pending_slot(struct set *s)
{
	unsigned int spare;
	int ret = set_attr(s, "remaps/mark", "80");

	if (ret)
		return ret;
	message(s, "list");
	if (sscanf(s->text, "80 %u ", &spare) != 1)
		return -ENXIO;
	__set_bit(spare, s->spare->bad_write);
	return write_at(s, 80, 8, 'b');
}

/* Whichever write to the spare is the last one, acknowledged and other data must be there. */
static void at_each_write(struct kunit *test, int (*act)(struct set *s), sector_t sector)
{
	struct set *s = test->priv;
	unsigned int n, acknowledged = 0;
	u8 *main, *spare;
	bool done;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "remaps/add", "160 8\n800");
	EXPECT_WRITE(s, 0, 800, 8, 'k');
	EXPECT_WRITE(s, 0, 160, 8, 'a');
	KUNIT_ASSERT_EQ(test, blkdev_issue_flush(file_bdev(s->bdev)), 0);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	main = image_of(s->main, s->main->stable);
	spare = image_of(s->spare, s->spare->stable);
	KUNIT_ASSERT_TRUE(test, main && spare);
	for (n = 0; n < 40 && acknowledged < 3; n++) {
		restore(s->main, main);
		restore(s->spare, spare);
		KUNIT_ASSERT_EQ(test, try_set(s), 0);
		s->spare->writes_left = n;
		done = !act(s);
		done = !blkdev_issue_flush(file_bdev(s->bdev)) && done;
		acknowledged += done;
		cut_power(s);
		KUNIT_ASSERT_EQ_MSG(test, try_set(s), 0, "after %u writes", n);
		KUNIT_EXPECT_TRUE_MSG(test, reads_as(s, sector, 8, 'b') ||
				      (!done && (reads_as(s, sector, 8, 'a') ||
						 reads_as(s, sector, 8, 'm'))),
				      "after %u writes, acknowledged: %d", n, done);
		EXPECT_READ(s, 800, 8, 'k');
		KUNIT_EXPECT_STREQ(test, status(s).store, "clean");
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
	KUNIT_EXPECT_GT(test, acknowledged, 0);
	vfree(main);
	vfree(spare);
}

static void a_failed_write_is_whole_after_each_cut(struct kunit *test)
{
	at_each_write(test, fail_a_write, 80);
}

static void an_add_is_whole_after_each_cut(struct kunit *test)
{
	at_each_write(test, add_by_hand, 80);
}

static void a_pending_block_is_whole_after_each_cut(struct kunit *test)
{
	at_each_write(test, write_pending, 80);
}

static void a_block_that_moves_back_is_whole_after_each_cut(struct kunit *test)
{
	at_each_write(test, move_back, 160);
}

static void a_block_that_leaves_its_slot_is_whole_after_each_cut(struct kunit *test)
{
	at_each_write(test, leave_a_bad_slot, 160);
}

static void a_pending_block_that_leaves_its_slot_is_whole_after_each_cut(struct kunit *test)
{
	at_each_write(test, leave_a_pending_slot, 80);
}

/* --- a store that cannot write */

static void a_copy_that_was_lost_is_written_anew(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_ATTR(s, "metadata/replicas", "2");
	EXPECT_ATTR(s, "metadata/repairs", "0");
	/* the first page of the first copy */
	bitmap_set(s->spare->bad_write, 8, 8);
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_EXPECT_STREQ(test, status(s).store, "degraded");
	KUNIT_EXPECT_STREQ(test, status(s).state, "degraded");
	EXPECT_ATTR(s, "metadata/replicas", "1");
	EXPECT_ATTR(s, "metadata/state", "degraded");
	EXPECT_SET(s, 0, "remaps/add", "160");
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "metadata/state"), "clean")));
	EXPECT_ATTR(s, "metadata/replicas", "2");
	KUNIT_EXPECT_STRNEQ(test, get_attr(s, "metadata/repairs"), "0");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
	/* if the other copy is lost, the rewritten one has everything */
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	memset(mdisk_at(s->spare, SPARE_SECTORS - 16), 0, 4096);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
}

/* The copy recovers after a failed repair, while nothing else is written to the set. */
static void a_copy_that_recovers_is_written_while_the_set_is_idle(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	bitmap_set(s->spare->bad_write, 8, 8);
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_EXPECT_STREQ(test, status(s).store, "degraded");
	msleep(1000);
	KUNIT_EXPECT_STREQ(test, status(s).store, "degraded");
	mdisk_mend(s->spare);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(status(s).store, "clean")));
	EXPECT_ATTR(s, "metadata/replicas", "2");
}

/* Repairs of a fault wait longer each time, but a new fault is repaired soon. */
static void a_new_fault_is_repaired_as_soon_as_the_first(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned long then;

	make_set(s, "1 persistent");
	bitmap_set(s->spare->bad_write, 8, 8);
	EXPECT_SET(s, 0, "remaps/add", "80");
	/* the second attempt has failed, and the third one is 10 s away */
	msleep(6000);
	KUNIT_EXPECT_STREQ(test, status(s).store, "degraded");
	/* superblock 1 */
	bitmap_set(s->spare->bad_write, SPARE_SECTORS - 8, 8);
	EXPECT_SET(s, 0, "errors/retries", "3");
	then = jiffies;
	msleep(1000);
	mdisk_mend(s->spare);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(status(s).store, "clean")));
	KUNIT_EXPECT_LT(test, jiffies - then, 9 * HZ);
}

/* The repair stops while the set is suspended. */
static void a_copy_that_recovers_while_suspended_is_written_after_the_resume(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int writes;

	make_set(s, "1 persistent");
	bitmap_set(s->spare->bad_write, 8, 8);
	EXPECT_SET(s, 0, "remaps/add", "80");
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	mdisk_mend(s->spare);
	writes = s->spare->writes;
	msleep(5500);
	KUNIT_EXPECT_EQ(test, s->spare->writes, writes);
	KUNIT_EXPECT_STREQ(test, status(s).store, "degraded");
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(status(s).store, "clean")));
	EXPECT_ATTR(s, "metadata/replicas", "2");
}

static void a_store_that_cannot_write_fails_and_says_so(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "remaps/add", "80");
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	s->spare->writes_left = 0;
	EXPECT_SET(s, -EIO, "errors/retries", "3");
	KUNIT_EXPECT_STREQ(test, status(s).state, "failed");
	KUNIT_EXPECT_STREQ(test, status(s).store, "failed");
	EXPECT_ATTR(s, "errors/retries", "1");
	s->spare->writes_left = UINT_MAX;
	EXPECT_SET(s, -EROFS, "errors/retries", "3");
	EXPECT_SET(s, -EROFS, "remaps/add", "160");
	EXPECT_SET(s, -EROFS, "metadata/sync", "1");
	EXPECT_SET(s, -EROFS, "main_id", "x");
	EXPECT_SET(s, -EROFS, "scrub/control", "start");
	EXPECT_READ(s, 80, 8, 'a');
	EXPECT_READ(s, 160, 8, 'm');
	__set_bit(240, s->main->bad_write);
	KUNIT_EXPECT_NE(test, write_at(s, 240, 8, 'b'), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	again(s);
	KUNIT_EXPECT_STREQ(test, status(s).state, "ok");
	EXPECT_READ(s, 80, 8, 'a');
}

static void a_move_in_doubt_is_answered_by_neither(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	__set_bit(80, s->main->bad_write);
	/* only the data can be written */
	s->spare->writes_left = 1;
	KUNIT_EXPECT_NE(test, write_at(s, 80, 8, 'a'), 0);
	KUNIT_EXPECT_STREQ(test, status(s).state, "failed");
	EXPECT_READ_FAILS(s, 80, 8);
	EXPECT_READ(s, 88, 8, 'm');
	EXPECT_MESSAGE(s, 0, "list");
	KUNIT_EXPECT_NOT_NULL(test, strstr(s->text, " doubt "));
}

/* Their data is where it was before, whatever the store has recorded. */
static void what_is_marked_is_never_in_doubt(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/mark", "160");
	s->spare->writes_left = 0;
	EXPECT_SET(s, -EIO, "remaps/mark", "80");
	EXPECT_READ(s, 80, 8, 'm');
	EXPECT_READ(s, 160, 8, 'm');
	EXPECT_MESSAGE(s, 0, "list");
	KUNIT_EXPECT_NULL(test, strstr(s->text, " doubt "));
	s->spare->writes_left = UINT_MAX;
	again(s);
	s->spare->writes_left = 0;
	EXPECT_SET(s, -EIO, "remaps/remove", "160");
	EXPECT_READ(s, 160, 8, 'm');
	EXPECT_MESSAGE(s, 0, "list");
	KUNIT_EXPECT_NULL(test, strstr(s->text, " doubt "));
	s->spare->writes_left = UINT_MAX;
	again(s);
	EXPECT_READ(s, 160, 8, 'm');
}

/* A write may take such a spare long, and the first that fails is followed by one of the table. */
static void a_spare_that_takes_no_write_is_not_tried_block_by_block(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	__set_bit(80, s->main->bad_write);
	s->spare->writes_left = 0;
	s->spare->writes = 0;
	KUNIT_EXPECT_EQ(test, write_at(s, 80, 8, 'a'), -EIO);
	KUNIT_EXPECT_LT(test, s->spare->writes, 8);
	KUNIT_EXPECT_STREQ(test, status(s).state, "failed");
	EXPECT_READ(s, 80, 8, 'm');
	s->spare->writes_left = UINT_MAX;
	again(s);
	EXPECT_ATTR(s, "spare/bad", "0");
	EXPECT_READ(s, 80, 8, 'm');
}

/* A store that has failed writes nothing, so later changes leave each block where it was. */
static void a_store_that_has_failed_puts_nothing_in_doubt(struct kunit *test)
{
	struct set *s = test->priv;
	struct sent_io *moving;
	unsigned int reads;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	__set_bit(163, s->main->bad_read);
	EXPECT_READ_FAILS(s, 160, 8);
	EXPECT_MESSAGE(s, 0, "forget 160");
	/* a block is moving when the store fails: the rest of it is being read from the main */
	__set_bit(80, s->main->bad_write);
	__set_bit(84, s->main->slow);
	s->main->slow_ms = 800;
	reads = s->main->reads;
	moving = send(s, REQ_OP_WRITE, 80, 4, 'a');
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(READ_ONCE(s->main->reads) > reads));
	s->spare->writes_left = 0;
	EXPECT_SET(s, -EIO, "errors/retries", "3");
	s->spare->writes_left = UINT_MAX;
	KUNIT_EXPECT_EQ(test, answer(moving), -EIO);
	s->main->slow_ms = 0;
	KUNIT_EXPECT_STREQ(test, status(s).state, "failed");
	EXPECT_READ(s, 80, 8, 'm');
	/* a lost sector stays lost, and the others of its block are still there */
	EXPECT_READ(s, 160, 3, 'm');
	KUNIT_EXPECT_EQ(test, write_at(s, 163, 1, 'b'), -EIO);
	EXPECT_READ(s, 160, 3, 'm');
	EXPECT_READ(s, 164, 4, 'm');
	EXPECT_READ_FAILS(s, 163, 1);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	KUNIT_EXPECT_EQ(test, status(s).lost, 1);
	again(s);
	EXPECT_READ(s, 80, 8, 'm');
	EXPECT_READ(s, 160, 3, 'm');
	EXPECT_WRITE(s, 0, 163, 1, 'b');
	EXPECT_READ(s, 163, 1, 'b');
}

static void commits_are_counted(struct kunit *test)
{
	struct set *s = test->priv;
	u64 generation, commits, pages;

	make_set(s, "1 persistent");
	generation = status(s).generation;
	KUNIT_EXPECT_EQ(test, kstrtou64(get_attr(s, "metadata/commits"), 10, &commits), 0);
	pages = stat_of(s, "store_pages");
	EXPECT_SET(s, 0, "remaps/add", "80 16");
	KUNIT_EXPECT_GT(test, status(s).generation, generation);
	EXPECT_STAT(s, "store_commits", 1);
	KUNIT_EXPECT_EQ(test, stat_of(s, "store_pages"), pages + 2);
	KUNIT_EXPECT_GT(test, stat_of(s, "store_commit_ns"), 0);
	get_attr(s, "metadata/commits");
	KUNIT_EXPECT_EQ(test, kstrtou64(s->text, 10, &pages), 0);
	KUNIT_EXPECT_EQ(test, pages, commits + 1);
	EXPECT_SET(s, 0, "metadata/sync", "1");
	EXPECT_SET(s, -EINVAL, "metadata/sync", "0");
	EXPECT_SET(s, -EINVAL, "metadata/sync", "x");
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	EXPECT_SET(s, -EBUSY, "metadata/sync", "1");
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	generation = status(s).generation;
	again(s);
	KUNIT_EXPECT_GE(test, status(s).generation, generation);
	EXPECT_ATTR(s, "metadata/commits", "0");
}

static void a_spare_has_as_many_copies_as_it_was_told_to(struct kunit *test)
{
	static const char path[] = "/sys/module/dm_remap_metadata/parameters/replicas";
	struct set *s = test->priv;
	unsigned int n;
	char text[4];

	KUNIT_EXPECT_LT(test, file_write(path, "0", 1), 0);
	KUNIT_EXPECT_LT(test, file_write(path, "5", 1), 0);
	KUNIT_EXPECT_LT(test, file_write(path, "x", 1), 0);
	for (n = 1; n <= 4; n++) {
		memset(s->spare->data, 0, SPARE_SECTORS << SECTOR_SHIFT);
		sprintf(text, "%u", n);
		KUNIT_EXPECT_EQ(test, file_write(path, text, 1), 1);
		make_set(s, "1 persistent");
		EXPECT_ATTR(s, "metadata/replicas", text);
		EXPECT_SET(s, 0, "remaps/add", "80");
		/* an existing set keeps its number of copies */
		file_write(path, "2", 1);
		again(s);
		EXPECT_ATTR(s, "metadata/replicas", text);
		KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
}

/* --- spares that are not for this set */

static void expect_refused(struct set *s, const char *args)
{
	unsigned int writes = s->main->writes + s->spare->writes;

	strscpy(s->args, args, sizeof(s->args));
	KUNIT_EXPECT_LT_MSG(s->test, try_set(s), 0, "%s", args);
	KUNIT_EXPECT_EQ(s->test, s->main->writes + s->spare->writes, writes);
}

static void expect_taken(struct set *s, const char *args)
{
	strscpy(s->args, args, sizeof(s->args));
	KUNIT_ASSERT_EQ_MSG(s->test, try_set(s), 0, "%s", args);
	KUNIT_EXPECT_EQ(s->test, status(s).mapped, 1);
	KUNIT_ASSERT_EQ(s->test, remove_set(s), 0);
}

static void a_spare_knows_its_set(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *main = s->main;

	make_set(s, "5 persistent uuid " UUID_A " main_id x");
	EXPECT_SET(s, 0, "remaps/add", "80");
	/* also while it is in use */
	strscpy(s->args, "3 persistent main_id y", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, reload(s), -EINVAL);
	strscpy(s->args, "3 persistent main_id x", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	expect_refused(s, "3 persistent uuid " UUID_B);
	expect_refused(s, "3 persistent main_id y");
	expect_refused(s, "3 persistent block_size 512");
	expect_refused(s, "1 transient");
	expect_taken(s, "1 persistent");
	expect_taken(s, "5 persistent uuid " UUID_A " main_id x");
	expect_taken(s, "3 persistent block_size 4096");
	/* another main */
	s->main = mdisk_alloc(MAIN_SECTORS / 2, 512, 512);
	expect_refused(s, "1 persistent");
	mdisk_free(s->main);
	s->main = main;
	/* the refused tables have changed nothing */
	expect_taken(s, "1 persistent");
}

static void nothing_is_written_before_the_first_resume(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int i, writes;

	strscpy(s->args, "1 persistent", sizeof(s->args));
	/* first a spare to be formatted, then one that already is a spare */
	for (i = 0; i < 2; i++) {
		writes = s->spare->writes;
		KUNIT_ASSERT_EQ(test, create_device(s), 0);
		KUNIT_ASSERT_EQ(test, reload(s), 0);
		KUNIT_EXPECT_EQ(test, s->spare->writes, writes);
		KUNIT_ASSERT_EQ(test, resume(s), 0);
		KUNIT_EXPECT_GT(test, s->spare->writes, writes);
		KUNIT_EXPECT_EQ(test, s->main->writes, 0);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
}

static void what_is_not_empty_is_not_formatted(struct kunit *test)
{
	static const struct {
		const char *magic;
		unsigned int size, place;
	} signatures[] = {
		{ "x", 1, 0 }, { "x", 1, 4095 },
		{ "\xfc\x4e\x2b\xa9", 4, 4096 },
		{ "\xc6\x85\x73\xf6\x4e\x1a\x45\xca", 8, 4096 + 24 },
		{ "JFS1", 4, 32768 }, { "CD001", 5, 32769 }, { "ReIsEr", 6, 65536 + 52 },
		{ "_BHRfS_M", 8, 65536 + 64 },
		{ "\xfc\x4e\x2b\xa9", 4, (SPARE_SECTORS - 16) << SECTOR_SHIFT },
		{ "\xfc\x4e\x2b\xa9", 4, (SPARE_SECTORS - 128) << SECTOR_SHIFT },
	};
	struct set *s = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signatures); i++) {
		memset(s->spare->data, 0, SPARE_SECTORS << SECTOR_SHIFT);
		memcpy(s->spare->data + signatures[i].place, signatures[i].magic,
		       signatures[i].size);
		expect_refused(s, "1 persistent");
	}
	memset(s->spare->data, 0, SPARE_SECTORS << SECTOR_SHIFT);
	expect_refused(s, "2 persistent read_only");
	for (i = 0; i < 2; i++) {
		__set_bit(i ? SPARE_SECTORS - 3 : 2, s->spare->bad_read);
		expect_refused(s, "1 persistent");
		mdisk_mend(s->spare);
	}
	/* in other places any content is allowed */
	memset(s->spare->data + 8192, 0xff, 4096);
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, try_set(s), 0);
}

/* The main may contain a file system with small sectors, which the set does not support. */
static void content_of_small_sectors_needs_to_be_forced(struct kunit *test)
{
	static const char * const taken[] = { "2 persistent force_block_size", "1 persistent" };
	struct set *s = test->priv;
	unsigned int i;

	mdisk_free(s->spare);
	s->spare = mdisk_alloc(SPARE_SECTORS, 4096, 4096);
	KUNIT_ASSERT_NOT_NULL(test, s->spare);
	fill(mdisk_at(s->main, 0), 0, 8, 'm');
	expect_refused(s, "1 persistent");
	for (i = 0; i < ARRAY_SIZE(taken); i++) {
		strscpy(s->args, taken[i], sizeof(s->args));
		KUNIT_ASSERT_EQ_MSG(test, try_set(s), 0, "%s", taken[i]);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
		memset(s->spare->data, 0, SPARE_SECTORS << SECTOR_SHIFT);
		/* an empty main has no such content */
		memset(mdisk_at(s->main, 0), 0, 4096);
	}
	/* a main that cannot be read may have such content */
	__set_bit(0, s->main->bad_read);
	expect_refused(s, "1 persistent");
}

static void a_spare_that_is_too_small_is_refused(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int sectors;
	int ret = 0;

	strscpy(s->args, "1 persistent", sizeof(s->args));
	for (sectors = 8; sectors <= 64; sectors += 8) {
		memset(s->spare->data, 0, SPARE_SECTORS << SECTOR_SHIFT);
		set_capacity(s->spare->gendisk, sectors);
		ret = try_set(s);
		/* room for two superblocks, two copies of one page, and one block */
		KUNIT_EXPECT_EQ_MSG(test, !ret, sectors >= 40, "%u sectors", sectors);
		if (ret)
			continue;
		KUNIT_EXPECT_EQ(test, status(s).capacity, sectors / 8 - 4);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
	set_capacity(s->spare->gendisk, SPARE_SECTORS);
}

/* --- damage */

static void either_superblock_and_either_copy_is_enough(struct kunit *test)
{
	static const unsigned int pages[] = { 0, SPARE_SECTORS - 8, 8, SPARE_SECTORS - 16 };
	struct set *s = test->priv;
	unsigned int i, how;
	u8 *image;

	make_set(s, "1 persistent");
	make_remaps(s);
	EXPECT_SET(s, 0, "errors/retries", "5");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	image = image_of(s->spare, s->spare->data);
	KUNIT_ASSERT_NOT_NULL(test, image);
	for (how = 0; how < 3; how++) {
		for (i = 0; i < ARRAY_SIZE(pages); i++) {
			/* a first page of zeros means that the spare is empty or wiped */
			if (!how && !i)
				continue;
			restore(s->spare, image);
			mdisk_mend(s->spare);
			if (how == 0)
				memset(mdisk_at(s->spare, pages[i]), 0, 4096);
			else if (how == 1)
				mdisk_at(s->spare, pages[i])[1000] ^= 4;
			else
				__set_bit(pages[i] + 1, s->spare->bad_read);
			KUNIT_EXPECT_EQ_MSG(test, try_set(s), 0, "page %u, damage %u", i, how);
			mdisk_mend(s->spare);
			KUNIT_EXPECT_EQ(test, status(s).mapped, 5);
			KUNIT_EXPECT_EQ(test, status(s).pending, 2);
			EXPECT_ATTR(s, "errors/retries", "5");
			EXPECT_READ(s, 88, 8, 'a');
			KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(status(s).store, "clean")));
			KUNIT_ASSERT_EQ(test, remove_set(s), 0);
			/* the repair is permanent */
			KUNIT_ASSERT_EQ(test, try_set(s), 0);
			KUNIT_EXPECT_STREQ(test, status(s).store, "clean");
			KUNIT_ASSERT_EQ(test, remove_set(s), 0);
		}
	}
	vfree(image);
}

static void a_copy_that_was_left_behind_is_brought_up_to_date(struct kunit *test)
{
	static const unsigned int copies[] = { 8, SPARE_SECTORS - 16 };
	struct set *s = test->priv;
	unsigned int i;
	u8 *old, *new;

	make_set(s, "1 persistent");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	old = image_of(s->spare, s->spare->data);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	new = image_of(s->spare, s->spare->data);
	KUNIT_ASSERT_TRUE(test, old && new);
	for (i = 0; i < ARRAY_SIZE(copies); i++) {
		restore(s->spare, new);
		memcpy(mdisk_at(s->spare, copies[i]), old + (copies[i] << SECTOR_SHIFT), 4096);
		KUNIT_ASSERT_EQ(test, try_set(s), 0);
		KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
		KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(status(s).store, "clean")));
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
		/* the repaired copy has everything that the other one had */
		memset(mdisk_at(s->spare, copies[!i]), 0xff, 4096);
		KUNIT_ASSERT_EQ(test, try_set(s), 0);
		KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
		KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	}
	vfree(old);
	vfree(new);
}

static void without_any_copy_of_a_page_reads_fail_rather_than_lie(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "80");
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	mdisk_at(s->spare, 8)[100] ^= 1;
	mdisk_at(s->spare, SPARE_SECTORS - 16)[100] ^= 1;
	expect_refused(s, "1 persistent");
	strscpy(s->args, "2 persistent read_only", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_READ_FAILS(s, 80, 8);
	EXPECT_READ_FAILS(s, 800, 8);
	KUNIT_EXPECT_EQ(test, s->spare->writes_left, UINT_MAX);
	/* nor does it get another length, with which nothing may be known to be clean */
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, s->args, 0), -EINVAL);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	EXPECT_READ_FAILS(s, 800, 8);
}

/* Why a superblock on its own is refused; 11 to 13 are valid, but of no use here. */
static const char * const superblock_reasons[15] = {
	"its version is not known",
	"it has features that are not known",
	"it has features that are not known: it can be used read_only",
	"the block size is impossible",
	"a copy of the table is in the data area",
	"the size of the table is impossible",
	"a copy of the table is outside of the spare",
	"the data area is outside of the spare",
	"the size of the table is impossible",
	"its sequence is impossible",
	"two copies of the table overlap",
	[14] = "its map of written regions is impossible",
};

static void break_superblock(struct dm_remap_sb *sb, unsigned int how)
{
	switch (how) {
	case 0:
		sb->version = cpu_to_le32(99);
		break;
	case 1:
		sb->incompat = cpu_to_le64(1);
		break;
	case 2:
		sb->ro_compat = cpu_to_le64(BIT_ULL(63));
		break;
	case 3:
		sb->block_size = cpu_to_le32(1000);
		break;
	case 4:
		le32_add_cpu(&sb->nr_blocks, 1);
		break;
	case 5:
		sb->replicas = cpu_to_le32(5);
		break;
	case 6:
		sb->replica_start[0] = cpu_to_le64(SPARE_SECTORS);
		break;
	case 7:
		le64_add_cpu(&sb->data_start, 1);
		break;
	case 8:
		sb->pages_used = cpu_to_le32(le32_to_cpu(sb->nr_pages) + 1);
		break;
	case 9:
		sb->sequence = cpu_to_le64(U64_MAX);
		break;
	case 10:
		sb->replica_start[1] = sb->replica_start[0];
		break;
	case 11:
		sb->flags |= cpu_to_le32(DM_REMAP_SB_REPLACED);
		break;
	case 12:
		sb->flags |= cpu_to_le32(DM_REMAP_SB_JOINING);
		break;
	case 13:
		sb->target_sectors = cpu_to_le64(MAIN_SECTORS - 8);
		break;
	case 14:
		sb->ro_compat = cpu_to_le64(DM_REMAP_RO_COMPAT_INTENT);
		break;
	}
}

/* Break both superblocks in one of several ways.  Return: the result of checking the second. */
static const char *break_superblocks(struct set *s, unsigned int how)
{
	struct dm_remap_geometry geo;
	const char *why = NULL;
	unsigned int nr;

	for (nr = 0; nr < 2; nr++) {
		u64 sector = dm_remap_sb_sector(SPARE_SECTORS, nr);
		struct dm_remap_sb *sb = (void *)mdisk_at(s->spare, sector);

		break_superblock(sb, how);
		sb->crc = cpu_to_le32(dm_remap_sb_crc(sb, sector));
		why = dm_remap_sb_check(sb, sector, SPARE_SECTORS, false, &geo);
	}
	return why;
}

static void superblocks_that_make_no_sense_are_refused(struct kunit *test)
{
	struct set *s = test->priv;
	struct dm_remap_sb *sb;
	unsigned int i;
	u8 *image;

	make_set(s, "1 persistent");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	image = image_of(s->spare, s->spare->data);
	KUNIT_ASSERT_NOT_NULL(test, image);
	for (i = 0; i < ARRAY_SIZE(superblock_reasons); i++) {
		restore(s->spare, image);
		KUNIT_EXPECT_STREQ_MSG(test, break_superblocks(s, i) ?: "",
				       superblock_reasons[i] ?: "", "case %u", i);
		strscpy(s->args, "1 persistent", sizeof(s->args));
		KUNIT_EXPECT_LT_MSG(test, try_set(s), 0, "case %u", i);
	}
	/* superblocks of two different sets */
	restore(s->spare, image);
	sb = (void *)mdisk_at(s->spare, SPARE_SECTORS - 8);
	sb->uuid[3] ^= 1;
	sb->crc = cpu_to_le32(dm_remap_sb_crc(sb, SPARE_SECTORS - 8));
	expect_refused(s, "1 persistent");
	restore(s->spare, image);
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, try_set(s), 0);
	vfree(image);
}

/* --- changes of the spare and of the length */

static void a_spare_that_has_grown_gives_more_blocks(struct kunit *test)
{
	struct set *s = test->priv;
	u32 capacity;

	make_set(s, "1 persistent");
	make_remaps(s);
	capacity = status(s).capacity;
	set_capacity(s->spare->gendisk, 2 * SPARE_SECTORS);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_GE(test, status(s).capacity, capacity + SPARE_SECTORS / 8 - 4);
	expect_remaps(s);
	EXPECT_SET(s, 0, "remaps/add", "4000 1016");
	KUNIT_EXPECT_EQ(test, status(s).mapped, 5 + 127);
	EXPECT_WRITE(s, 0, 4992, 16, 'z');
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 5 + 127);
	EXPECT_READ(s, 88, 8, 'a');
	EXPECT_READ(s, 4000, 64, 'm');
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	/* the former end no longer holds a superblock */
	KUNIT_EXPECT_NE(test, memcmp(mdisk_at(s->spare, SPARE_SECTORS - 8), "DMREMAPS", 8), 0);
	set_capacity(s->spare->gendisk, SPARE_SECTORS);
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_EXPECT_LT(test, try_set(s), 0);
}

static void a_spare_that_grew_before_the_activation_gives_more_blocks(struct kunit *test)
{
	struct set *s = test->priv;
	u32 capacity;

	make_set(s, "1 persistent");
	make_remaps(s);
	capacity = status(s).capacity;
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	set_capacity(s->spare->gendisk, 2 * SPARE_SECTORS);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).capacity, capacity);
	/* not in use */
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).capacity, capacity);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_GE(test, status(s).capacity, capacity + SPARE_SECTORS / 8 - 4);
	expect_remaps(s);
	cut_power(s);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_GE(test, status(s).capacity, capacity + SPARE_SECTORS / 8 - 4);
	expect_remaps(s);
}

static void a_persistent_set_changes_its_length_suspended(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_EXPECT_NE(test, load_table(s, 4096, s->main, 0, s->spare, s->args, 0), 0);
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, s->args, 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	EXPECT_READ(s, 80, 8, 'm');
	EXPECT_SET(s, -ERANGE, "remaps/add", "4096");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	/* the former length no longer matches */
	KUNIT_EXPECT_LT(test, try_set(s), 0);
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, s->args, 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_ATTR(s, "remaps/count", "1");
}

/* Suspend the set, load its table with another length, and resume. */
static void change_length(struct set *s, u64 len, const char *args)
{
	close_bdev(s);
	KUNIT_ASSERT_EQ(s->test, suspend(s), 0);
	KUNIT_ASSERT_EQ(s->test, load_table(s, len, s->main, 0, s->spare, args, 0), 0);
	KUNIT_ASSERT_EQ(s->test, resume(s), 0);
}

/* With other regions the position of a staggered scrub would refer to other blocks. */
static void a_staggered_scrub_begins_anew_with_another_length(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "scrub/region_mib", "2");
	bitmap_set(s->main->slow, 4096, MAIN_SECTORS - 4096);
	s->main->slow_ms = 1000;
	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(strcmp(get_attr(s, "scrub/position"), "0")));
	EXPECT_SET(s, 0, "scrub/control", "pause");
	KUNIT_EXPECT_STRNEQ(test, get_attr(s, "scrub/position"), "0");
	change_length(s, 6144, s->args);
	EXPECT_ATTR(s, "scrub/position", "0");
	EXPECT_ATTR(s, "scrub/state", "paused");
}

/* Only a table that differs in the argument from the one before it changes the value. */
static void no_auto_remap_outlasts_a_new_length(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "2 persistent no_auto_remap");
	EXPECT_ATTR(s, "errors/auto_remap", "0");
	change_length(s, 6144, "2 persistent no_auto_remap");
	EXPECT_ATTR(s, "errors/auto_remap", "0");
	EXPECT_SET(s, 0, "errors/auto_remap", "1");
	change_length(s, 4096, "2 persistent no_auto_remap");
	EXPECT_ATTR(s, "errors/auto_remap", "1");
	change_length(s, 6144, "1 persistent");
	EXPECT_ATTR(s, "errors/auto_remap", "1");
	change_length(s, 8192, "2 persistent no_auto_remap");
	EXPECT_ATTR(s, "errors/auto_remap", "0");
	change_length(s, 6144, "1 persistent");
	EXPECT_ATTR(s, "errors/auto_remap", "1");
	change_length(s, 4096, "2 persistent no_auto_remap");
	/* it is not stored: the next activation follows its own table */
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, 4096, s->main, 0, s->spare, "1 persistent", 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_ATTR(s, "errors/auto_remap", "1");
}

/* Make the other spare a copy that joins, as "dmremap replace-spare" does. */
static void make_copy(struct set *s, struct mdisk *other, u64 token)
{
	unsigned int nr;

	restore(other, s->spare->data);
	for (nr = 0; nr < 2; nr++) {
		u64 sector = dm_remap_sb_sector(SPARE_SECTORS, nr);
		struct dm_remap_sb *sb = (void *)mdisk_at(other, sector);

		sb->flags |= cpu_to_le32(DM_REMAP_SB_JOINING);
		sb->replacement.token = cpu_to_le64(token);
		sb->replacement.partner_seed = sb->seed;
		sb->spare_lbs = cpu_to_le32(bdev_logical_block_size(other->gendisk->part0));
		sb->crc = cpu_to_le32(dm_remap_sb_crc(sb, sector));
	}
}

/* Make a copy one of another spare of the set, or take that back. */
static void change_origin(struct mdisk *copy)
{
	unsigned int nr;

	for (nr = 0; nr < 2; nr++) {
		u64 sector = dm_remap_sb_sector(SPARE_SECTORS, nr);
		struct dm_remap_sb *sb = (void *)mdisk_at(copy, sector);

		sb->replacement.partner_seed ^= cpu_to_le64(1);
		sb->crc = cpu_to_le32(dm_remap_sb_crc(sb, sector));
	}
}

static u64 track_id(struct set *s)
{
	u64 id = 0;
	int n;

	EXPECT_MESSAGE(s, 0, "track start");
	n = sscanf(s->text, "%llx ", &id);
	KUNIT_EXPECT_EQ(s->test, n, 1);
	return id;
}

static void a_copy_takes_the_place_of_its_spare(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *other = mdisk_alloc(SPARE_SECTORS, 512, 512), *old = s->spare;

	KUNIT_ASSERT_NOT_NULL(test, other);
	make_set(s, "1 persistent");
	make_remaps(s);
	EXPECT_SET(s, 0, "errors/retries", "6");
	/* a copy is refused if the set has been written to since */
	make_copy(s, other, track_id(s));
	EXPECT_WRITE(s, 0, 88, 8, 'c');
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	s->spare = other;
	KUNIT_EXPECT_LT(test, reload(s), 0);
	s->spare = old;
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_READ(s, 88, 8, 'c');
	EXPECT_WRITE(s, 0, 88, 8, 'a');
	make_copy(s, other, track_id(s));
	/* a copy cannot take over while the set is not suspended */
	s->spare = other;
	KUNIT_EXPECT_LT(test, reload(s), 0);
	s->spare = old;
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	s->spare = other;
	change_origin(other);
	KUNIT_EXPECT_LT(test, reload(s), 0);
	change_origin(other);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	expect_remaps(s);
	EXPECT_ATTR(s, "errors/retries", "6");
	EXPECT_WRITE(s, 0, 88, 8, 'd');
	KUNIT_EXPECT_EQ(test, old->writes_left, UINT_MAX);
	again(s);
	EXPECT_READ(s, 88, 8, 'd');
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	/* the old spare has recorded that it was replaced */
	s->spare = old;
	KUNIT_EXPECT_LT(test, try_set(s), 0);
	mdisk_free(other);
}

/* Load a table that would give a set in use larger sectors; then use the set. */
static void expect_small_sectors(struct set *s, struct mdisk *main, struct mdisk *spare,
				 const char *args)
{
	unsigned int writes = main->writes + spare->writes;

	KUNIT_EXPECT_EQ_MSG(s->test, load_table(s, MAIN_SECTORS, main, 0, spare, args, 0), -EBUSY,
			    "%s", args);
	KUNIT_EXPECT_EQ(s->test, main->writes + spare->writes, writes);
	KUNIT_ASSERT_EQ(s->test, resume(s), 0);
	EXPECT_WRITE(s, 0, 82, 2, 'b');
	KUNIT_EXPECT_EQ(s->test, status(s).lost, 0);
	EXPECT_READ(s, 80, 2, 'm');
	EXPECT_READ(s, 82, 2, 'b');
	EXPECT_READ(s, 84, 4, 'm');
	EXPECT_WRITE(s, 0, 82, 2, 'm');
}

/* A file system in use has been told of small sectors, and masks may have single ones. */
static void a_set_in_use_gets_no_larger_sectors(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *spare = mdisk_alloc(SPARE_SECTORS, 4096, 4096);
	struct mdisk *main = mdisk_alloc(MAIN_SECTORS, 4096, 4096);
	char args[64];

	KUNIT_ASSERT_TRUE(test, spare && main);
	/* an empty main, as it seems */
	memset(mdisk_at(s->main, 0), 0, 4096);
	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	/* without remaps: suspended, and not */
	expect_small_sectors(s, s->main, spare, "1 persistent");
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	expect_small_sectors(s, s->main, spare, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "80");
	make_copy(s, spare, track_id(s));
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	expect_small_sectors(s, s->main, spare, "1 persistent");
	snprintf(args, sizeof(args), "3 persistent new_main %llx", track_id(s));
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	expect_small_sectors(s, main, s->spare, args);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	mdisk_free(spare);
	mdisk_free(main);
}

/* A copy of either half by another program is on a disk with larger sectors. */
static void a_set_is_not_activated_with_larger_sectors(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *small = s->spare, *large = mdisk_alloc(SPARE_SECTORS, 4096, 4096);

	KUNIT_ASSERT_NOT_NULL(test, large);
	make_set(s, "1 persistent");
	make_remaps(s);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	restore(large, small->data);
	s->spare = large;
	expect_refused(s, "1 persistent");
	expect_refused(s, "2 persistent force_block_size");
	strscpy(s->args, "2 persistent read_only", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_READ(s, 80, 8, 'm');
	EXPECT_READ(s, 88, 8, 'a');
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	s->spare = small;
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	expect_remaps(s);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	mdisk_free(large);
}

/* One disk may get larger sectors if the other one has them, which may then get smaller ones. */
static void sectors_as_large_as_the_other_disks_are_recorded(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *small = s->main, *small_spare = s->spare;
	struct mdisk *main = mdisk_alloc(MAIN_SECTORS, 4096, 4096);
	struct mdisk *spare = mdisk_alloc(SPARE_SECTORS, 4096, 4096);
	const struct dm_remap_sb *sb;
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, main && spare);
	s->spare = spare;
	make_set(s, "2 persistent force_block_size");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	restore(main, small->data);
	s->main = main;
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	for (i = 0; i < 2; i++) {
		sb = (const struct dm_remap_sb *)mdisk_at(spare, i ? SPARE_SECTORS - 8 : 0);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(sb->main_lbs), 4096);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(sb->spare_lbs), 4096);
	}
	s->main = small;
	s->spare = small_spare;
	mdisk_free(main);
	mdisk_free(spare);
}

/* Neither written nor read: a disk cannot read a part of a sector. */
static void a_set_of_small_blocks_is_refused_on_a_disk_of_large_sectors(struct kunit *test)
{
	struct mdisk *large = mdisk_alloc(SPARE_SECTORS, 4096, 4096);
	struct set *s = test->priv;
	struct mdisk *small = s->spare;

	KUNIT_ASSERT_NOT_NULL(test, large);
	make_set(s, "3 persistent block_size 512");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	restore(large, small->data);
	s->spare = large;
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
	strscpy(s->args, "2 persistent read_only", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, try_set(s), -EINVAL);
	s->spare = small;
	KUNIT_EXPECT_EQ(test, try_set(s), 0);
	mdisk_free(large);
}

/* More room on the spare does not make the main faster. */
static void slow_moves_that_have_stopped_do_not_go_on_with_a_larger_spare(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "errors/slow_ms", "200");
	EXPECT_SET(s, 0, "errors/slow_limit", "1");
	s->main->slow_ms = 300;
	bitmap_set(s->main->slow, 200, 24);
	EXPECT_READ(s, 200, 8, 'm');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	set_capacity(s->spare->gendisk, 2 * SPARE_SECTORS);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_GT(test, status(s).capacity, SPARE_SECTORS / 8);
	EXPECT_READ(s, 208, 8, 'm');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 1);
	EXPECT_SET(s, 0, "errors/resume", "1");
	EXPECT_READ(s, 208, 8, 'm');
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
}

/**
 * struct stuck_load - a table is loaded for a set whose spare does not answer.
 * @spare: the spare.
 * @look: looks at all sets.
 * @answer: lets the spare answer.
 * @looked: @look has ended.
 * @in_time: it ended before @answer.
 */
struct stuck_load {
	struct mdisk *spare;
	struct delayed_work look, answer;
	bool looked, in_time;
};

static bool see_set(void *context, const struct dm_remap_set *set)
{
	return true;
}

static void stuck_look(struct work_struct *work)
{
	struct stuck_load *load = container_of(to_delayed_work(work), struct stuck_load, look);

	dm_remap_iterate_sets(see_set, NULL);
	WRITE_ONCE(load->looked, true);
}

static void stuck_answer(struct work_struct *work)
{
	struct stuck_load *load = container_of(to_delayed_work(work), struct stuck_load, answer);

	load->in_time = READ_ONCE(load->looked);
	mdisk_release(load->spare);
}

static void a_spare_that_does_not_answer_delays_only_its_own_table(struct kunit *test)
{
	struct set *s = test->priv;
	struct stuck_load load = { .spare = s->spare };
	struct sent_io *moving;

	make_set(s, "3 persistent main_id x");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	__set_bit(80, s->main->bad_write);
	s->spare->hold = true;
	moving = send(s, REQ_OP_WRITE, 80, 8, 'a');
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	/* that was the data, and the table comes next */
	mdisk_step(s->spare);
	KUNIT_ASSERT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	INIT_DELAYED_WORK_ONSTACK(&load.look, stuck_look);
	INIT_DELAYED_WORK_ONSTACK(&load.answer, stuck_answer);
	schedule_delayed_work(&load.look, HZ / 2);
	schedule_delayed_work(&load.answer, 3 * HZ);
	KUNIT_EXPECT_EQ(test, reload(s), 0);
	flush_delayed_work(&load.answer);
	flush_delayed_work(&load.look);
	destroy_delayed_work_on_stack(&load.answer);
	destroy_delayed_work_on_stack(&load.look);
	KUNIT_EXPECT_TRUE(test, load.in_time);
	KUNIT_EXPECT_EQ(test, answer(moving), 0);
	EXPECT_READ(s, 80, 8, 'a');
	/* a table that does not fit leaves the set as it is */
	strscpy(s->args, "3 persistent main_id y", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, reload(s), -EINVAL);
	EXPECT_READ(s, 80, 8, 'a');
}

struct killer {
	struct delayed_work work;
	struct task_struct *task;
};

static void kill_task(struct work_struct *work)
{
	send_sig(SIGKILL, container_of(to_delayed_work(work), struct killer, work)->task, 1);
}

/* The pages of the table are not all read for a program that is killed meanwhile. */
static void a_load_ends_when_its_process_is_killed(struct kunit *test)
{
	struct set *s = test->priv;
	struct killer killer = { .task = current };
	unsigned int reads, all;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "200");
	/* the pages of a run that fails are read one by one */
	set_bit(8, s->spare->bad_read);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	reads = s->spare->reads;
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	all = s->spare->reads - reads;
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	reads = s->spare->reads;
	set_bit(8, s->spare->slow);
	s->spare->slow_ms = 500;
	allow_signal(SIGKILL);
	INIT_DELAYED_WORK_ONSTACK(&killer.work, kill_task);
	schedule_delayed_work(&killer.work, HZ / 5);
	KUNIT_EXPECT_EQ(test, reload(s), -EINTR);
	flush_delayed_work(&killer.work);
	destroy_delayed_work_on_stack(&killer.work);
	flush_signals(current);
	disallow_signal(SIGKILL);
	KUNIT_EXPECT_LT(test, s->spare->reads - reads, all);
	clear_bit(8, s->spare->slow);
	/* its disks are free, and the spare is as it was */
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	expect_list(s, "200 16 8 remapped 0x0 0x0\n");
	EXPECT_READ(s, 200, 8, 'm');
}

static void disks_of_a_set_are_for_no_other(struct kunit *test)
{
	struct set *s = test->priv, other = *s;

	make_set(s, "1 persistent");
	strscpy(other.name, "kunit2", sizeof(other.name));
	strscpy(other.args, "1 persistent", sizeof(other.args));
	other.bdev = NULL;
	KUNIT_ASSERT_EQ(test, create_device(&other), 0);
	KUNIT_EXPECT_EQ(test, reload(&other), -EBUSY);
	KUNIT_EXPECT_LT(test, load_table(&other, SPARE_SECTORS, s->spare, 0, s->main,
					 "1 transient", 0), 0);
	KUNIT_EXPECT_EQ(test, remove_set(&other), 0);
}

/* --- the label of the main */

static void put_label(struct set *s, const struct dm_remap_sb *sb)
{
	struct dm_remap_label *label = (void *)mdisk_at(s->main, 0);

	memset(label, 0, sizeof(*label));
	memcpy(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	label->version = cpu_to_le32(DM_REMAP_LABEL_VERSION);
	memcpy(label->uuid, sb->uuid, sizeof(label->uuid));
	memcpy(label->secret, sb->secret, sizeof(label->secret));
	label->generation = sb->generation;
	label->main_sectors = cpu_to_le64(MAIN_SECTORS);
	label->target_sectors = cpu_to_le64(MAIN_SECTORS);
	label->block_size = sb->block_size;
	label->nr_ranges = cpu_to_le32(1);
	label->ranges[0].nr = cpu_to_le32(1);
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
}

/* Whether the spare has recorded that its main has a label. */
static bool is_labelled(struct set *s)
{
	const struct dm_remap_sb *sb = (void *)mdisk_at(s->spare, 0);

	return le32_to_cpu(sb->flags) & DM_REMAP_SB_LABELLED;
}

static void a_label_is_for_one_spare(struct kunit *test)
{
	struct set *s = test->priv;
	struct dm_remap_label *label = (void *)mdisk_at(s->main, 0);
	struct mdisk *spare = s->spare;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "0");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	put_label(s, (void *)mdisk_at(spare, 0));
	expect_taken(s, "1 persistent");
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_READ(s, 0, 8, 'm');
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	expect_refused(s, "1 transient");
	/* another spare is refused, even an empty one */
	s->spare = mdisk_alloc(SPARE_SECTORS, 512, 512);
	expect_refused(s, "1 persistent");
	expect_refused(s, "1 transient");
	mdisk_free(s->spare);
	s->spare = spare;
	label->secret[2] ^= 1;
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	expect_refused(s, "1 persistent");
	label->secret[2] ^= 1;
	label->uuid[2] ^= 1;
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	expect_refused(s, "1 persistent");
	label->uuid[2] ^= 1;
	/* a wrong or missing label does not contradict the spare */
	label->main_sectors = cpu_to_le64(MAIN_SECTORS + 8);
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	expect_taken(s, "1 persistent");
	/* but a new spare is not formatted for a main with a label, even an invalid one */
	label->crc ^= 1;
	s->spare = mdisk_alloc(SPARE_SECTORS, 512, 512);
	expect_refused(s, "1 persistent");
	mdisk_free(s->spare);
	s->spare = spare;
	fill(mdisk_at(s->main, 0), 0, 1, 'm');
	KUNIT_EXPECT_TRUE(test, is_labelled(s));
	expect_taken(s, "1 persistent");
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_FALSE(test, is_labelled(s));
}

/* The label shows that it is the same main, and the set keeps its length. */
static void a_main_with_its_label_may_be_larger(struct kunit *test)
{
	const struct dm_remap_sb *sb = (void *)mdisk_at(((struct set *)test->priv)->spare, 0);
	struct dm_remap_label *label;
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "0");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	put_label(s, sb);
	label = (void *)mdisk_at(s->main, 0);
	set_capacity(s->main->gendisk, MAIN_SECTORS + 8);
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	label->secret[2] ^= 1;
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare, s->args, 0),
			-EINVAL);
	label->secret[2] ^= 1;
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare, s->args, 0),
			-EINVAL);
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	/* not with another length */
	KUNIT_EXPECT_EQ(test, reload(s), -EINVAL);
	KUNIT_ASSERT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare, s->args, 0), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_ASSERT_EQ(test, open_bdev(s), 0);
	EXPECT_READ(s, 0, 8, 'm');
	KUNIT_EXPECT_EQ(test, le64_to_cpu(sb->main_sectors), MAIN_SECTORS + 8);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(sb->target_sectors), MAIN_SECTORS);
	KUNIT_EXPECT_TRUE(test, is_labelled(s));
}

static void a_label_goes_when_its_block_moves_back(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "0");
	EXPECT_WRITE(s, 0, 0, 8, 'a');
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	put_label(s, (void *)mdisk_at(s->spare, 0));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_TRUE(test, is_labelled(s));
	EXPECT_SET(s, 0, "remaps/remove", "0");
	KUNIT_EXPECT_FALSE(test, is_labelled(s));
	KUNIT_EXPECT_TRUE(test, holds(mdisk_at(s->main, 0), 0, 8, 'a'));
	again(s);
	EXPECT_READ(s, 0, 8, 'a');
	expect_list(s, "");
}

/* A spare that is older than the seal would have the label read as block 0. */
static void an_old_spare_is_not_taken_for_a_sealed_main(struct kunit *test)
{
	struct set *s = test->priv;
	u8 *old, *new;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "80");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	old = image_of(s->spare, s->spare->data);
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_SET(s, 0, "remaps/add", "0");
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	put_label(s, (void *)mdisk_at(s->spare, 0));
	new = image_of(s->spare, s->spare->data);
	KUNIT_ASSERT_TRUE(test, old && new);

	restore(s->spare, old);
	expect_refused(s, "1 persistent");
	expect_refused(s, "2 persistent read_only");
	restore(s->spare, new);
	strscpy(s->args, "1 persistent", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	KUNIT_EXPECT_EQ(test, status(s).mapped, 2);
	EXPECT_READ(s, 0, 8, 'm');
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);

	/* with its page lost the table may have had the block: other blocks can be saved */
	mdisk_at(s->spare, 8)[100] ^= 1;
	mdisk_at(s->spare, SPARE_SECTORS - 16)[100] ^= 1;
	strscpy(s->args, "2 persistent read_only", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, try_set(s), 0);
	EXPECT_READ_FAILS(s, 0, 8);

	vfree(old);
	vfree(new);
}

static struct kunit_case set_store_cases[] = {
	KUNIT_CASE(all_is_found_again),
	KUNIT_CASE(entries_of_each_kind_are_found_at_the_ends_of_pages),
	KUNIT_CASE(what_a_slot_was_is_forgotten_with_its_block),
	KUNIT_CASE(bad_spare_blocks_stay_bad),
	KUNIT_CASE(a_bad_slot_is_noted_on_its_own_page),
	KUNIT_CASE(a_failed_write_is_whole_after_each_cut),
	KUNIT_CASE(an_add_is_whole_after_each_cut),
	KUNIT_CASE(a_pending_block_is_whole_after_each_cut),
	KUNIT_CASE(a_block_that_moves_back_is_whole_after_each_cut),
	KUNIT_CASE(a_block_that_leaves_its_slot_is_whole_after_each_cut),
	KUNIT_CASE(a_pending_block_that_leaves_its_slot_is_whole_after_each_cut),
	KUNIT_CASE(a_copy_that_was_lost_is_written_anew),
	KUNIT_CASE_SLOW(a_copy_that_recovers_is_written_while_the_set_is_idle),
	KUNIT_CASE_SLOW(a_new_fault_is_repaired_as_soon_as_the_first),
	KUNIT_CASE_SLOW(a_copy_that_recovers_while_suspended_is_written_after_the_resume),
	KUNIT_CASE(a_store_that_cannot_write_fails_and_says_so),
	KUNIT_CASE(a_move_in_doubt_is_answered_by_neither),
	KUNIT_CASE(what_is_marked_is_never_in_doubt),
	KUNIT_CASE(a_store_that_has_failed_puts_nothing_in_doubt),
	KUNIT_CASE(a_spare_that_takes_no_write_is_not_tried_block_by_block),
	KUNIT_CASE(commits_are_counted),
	KUNIT_CASE(a_spare_has_as_many_copies_as_it_was_told_to),
	KUNIT_CASE(a_spare_knows_its_set),
	KUNIT_CASE(nothing_is_written_before_the_first_resume),
	KUNIT_CASE(what_is_not_empty_is_not_formatted),
	KUNIT_CASE(content_of_small_sectors_needs_to_be_forced),
	KUNIT_CASE(a_spare_that_is_too_small_is_refused),
	KUNIT_CASE(either_superblock_and_either_copy_is_enough),
	KUNIT_CASE(a_copy_that_was_left_behind_is_brought_up_to_date),
	KUNIT_CASE(without_any_copy_of_a_page_reads_fail_rather_than_lie),
	KUNIT_CASE(superblocks_that_make_no_sense_are_refused),
	KUNIT_CASE(a_spare_that_has_grown_gives_more_blocks),
	KUNIT_CASE(a_spare_that_grew_before_the_activation_gives_more_blocks),
	KUNIT_CASE(a_persistent_set_changes_its_length_suspended),
	KUNIT_CASE_SLOW(a_staggered_scrub_begins_anew_with_another_length),
	KUNIT_CASE(no_auto_remap_outlasts_a_new_length),
	KUNIT_CASE(a_copy_takes_the_place_of_its_spare),
	KUNIT_CASE(a_set_in_use_gets_no_larger_sectors),
	KUNIT_CASE(a_set_is_not_activated_with_larger_sectors),
	KUNIT_CASE(sectors_as_large_as_the_other_disks_are_recorded),
	KUNIT_CASE(a_set_of_small_blocks_is_refused_on_a_disk_of_large_sectors),
	KUNIT_CASE_SLOW(slow_moves_that_have_stopped_do_not_go_on_with_a_larger_spare),
	KUNIT_CASE_SLOW(a_spare_that_does_not_answer_delays_only_its_own_table),
	KUNIT_CASE_SLOW(a_load_ends_when_its_process_is_killed),
	KUNIT_CASE(disks_of_a_set_are_for_no_other),
	KUNIT_CASE(a_label_is_for_one_spare),
	KUNIT_CASE(a_main_with_its_label_may_be_larger),
	KUNIT_CASE(a_label_goes_when_its_block_moves_back),
	KUNIT_CASE(an_old_spare_is_not_taken_for_a_sealed_main),
	{ }
};

SET_SUITE(set_store);

MODULE_SOFTDEP("pre: dm-remap dm-remap-metadata dm-remap-stats");
MODULE_IMPORT_NS(DM_REMAP_NS);
MODULE_DESCRIPTION("KUnit tests of dm-remap: persistent sets");
MODULE_LICENSE("GPL");
