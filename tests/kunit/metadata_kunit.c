// SPDX-License-Identifier: GPL-2.0
/*
 * The persistent store against a spare in memory whose places fail writes and reads
 * by schedule: what was acknowledged is found again, or refused, and never stale.
 */
#include <kunit/test.h>
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/random.h>
#include <linux/slab.h>

#include <dm-remap/io.h>
#include <dm-remap/store.h>

#define SPARE_SECTORS	320U
#define MAIN_SECTORS	8192U
#define SLOTS		480U
#define PAGES		(SPARE_SECTORS / DM_REMAP_PAGE_SECTORS)

/* What the spare may grow to. */
#define GROWN_SECTORS	512U
#define GROWN_PAGES	(GROWN_SECTORS / DM_REMAP_PAGE_SECTORS)

/* The spare, and which of its pages fail. */
static u8 (*disk)[DM_REMAP_PAGE_SIZE];
static u64 bad_writes, bad_reads;
static unsigned int spare_sectors = SPARE_SECTORS;
static bool as_successor, as_new_main;
/* Writes that succeed until the power goes; those that failed reach the medium or do not. */
static unsigned int writes_left;
static bool lands;

static struct block_device test_main, test_spare;

static blk_status_t test_rw(struct block_device *bdev, blk_opf_t opf, sector_t sector,
			    void *buf, unsigned int sectors)
{
	unsigned int page = sector / DM_REMAP_PAGE_SECTORS, i;

	if (bdev == &test_main) {
		memset(buf, 0, sectors << SECTOR_SHIFT);
		return BLK_STS_OK;
	}
	for (i = 0; i < sectors / DM_REMAP_PAGE_SECTORS; i++, page++) {
		void *at = buf + i * DM_REMAP_PAGE_SIZE;
		bool write = op_is_write(opf);

		if (write && !writes_left)
			return BLK_STS_IOERR;
		if ((write ? bad_writes : bad_reads) & BIT_ULL(page)) {
			if (write && lands)
				memcpy(disk[page], at, DM_REMAP_PAGE_SIZE);
			return BLK_STS_MEDIUM;
		}
		if (write) {
			memcpy(disk[page], at, DM_REMAP_PAGE_SIZE);
			writes_left--;
		} else {
			memcpy(at, disk[page], DM_REMAP_PAGE_SIZE);
		}
	}
	return BLK_STS_OK;
}

static void test_read_begin(struct dm_remap_read *read, struct block_device *bdev,
			    sector_t sector, void *buf, unsigned int sectors)
{
	read->bio.bi_status = test_rw(bdev, REQ_OP_READ, sector, buf, sectors);
}

static blk_status_t test_read_end(struct dm_remap_read *read)
{
	return read->bio.bi_status;
}

#define dm_remap_rw			test_rw
#define dm_remap_read_begin		test_read_begin
#define dm_remap_read_end		test_read_end
#define bdev_nr_sectors(bdev)		\
	((sector_t)((bdev) == &test_main ? MAIN_SECTORS : spare_sectors))
#define bdev_nr_bytes(bdev)		((loff_t)bdev_nr_sectors(bdev) << SECTOR_SHIFT)
#define bdev_logical_block_size(bdev)	((void)(bdev), 512U)

#include "../../modules/metadata/format.c"
#include "../../modules/metadata/stale.c"
#include "../../modules/metadata/pages.c"
#include "../../modules/metadata/super.c"
#include "../../modules/metadata/saved.c"
#include "../../modules/metadata/label.c"
#include "../../modules/metadata/fresh.c"
#include "../../modules/metadata/grow.c"
#include "../../modules/metadata/identity.c"
#include "../../modules/metadata/open.c"
#include "../../modules/metadata/load.c"
#include "../../modules/metadata/commit.c"
#include "../../modules/metadata/repair.c"
#include "../../modules/metadata/new-main.c"
#include "../../modules/metadata/succeed.c"

int dm_remap_store_register(struct dm_remap_store_type *type)
{
	return 0;
}

void dm_remap_store_unregister(struct dm_remap_store_type *type)
{
}

#undef module_init
#undef module_exit
#define module_init(fn)	static __maybe_unused int (*test_init)(void) = fn
#define module_exit(fn)	static __maybe_unused void (*test_exit)(void) = fn
#undef MODULE_ALIAS
#define MODULE_ALIAS(name)	static_assert(sizeof(name))
#include "../../modules/metadata/main.c"

/* The core's table: main block of each slot plus one, 0 if it is free. */
static u64 table[SLOTS], loaded[SLOTS];

static void read_slot(void *context, u32 slot, struct dm_remap_entry *e)
{
	*e = (struct dm_remap_entry) { .slot = slot };
	if (!table[slot])
		return;
	e->state = DM_REMAP_ENTRY_MAPPED;
	e->main_block = table[slot] - 1;
}

static int load_slot(void *context, const struct dm_remap_entry *e, struct dm_remap_entry *other)
{
	if (e->state == DM_REMAP_ENTRY_MAPPED)
		loaded[e->slot] = e->main_block + 1;
	return 0;
}

/* Open and load; nothing is written. */
static struct dm_remap_store *load_set(int *ret, struct dm_remap_saved *saved)
{
	struct dm_remap_store_params params = {
		.main = &test_main, .spare = &test_spare, .len = MAIN_SECTORS,
		.block_size = 512, .name = "test", .read = read_slot,
		.successor = as_successor || as_new_main, .new_main = as_new_main,
		.main_id = as_new_main ? "new" : NULL,
	};
	struct dm_remap_store *store = NULL;
	char *error = NULL;

	memset(loaded, 0, sizeof(loaded));
	*ret = meta_open(&params, &store, &error);
	if (*ret)
		return NULL;
	*ret = meta_load(store, load_slot, NULL, saved, &error);
	if (!*ret) {
		memcpy(table, loaded, sizeof(table));
		return store;
	}
	meta_close(store, NULL);
	return NULL;
}

static struct dm_remap_store *open_set(int *ret)
{
	struct dm_remap_saved saved = { };
	struct dm_remap_store *store = load_set(ret, &saved);

	if (!store)
		return NULL;
	*ret = meta_start(store, &saved);
	if (!*ret)
		return store;
	meta_close(store, NULL);
	return NULL;
}

/* What is acknowledged is in the table from then on. */
static int map_slot(struct dm_remap_store *store, u32 slot, u64 block)
{
	struct dm_remap_entry e = {
		.slot = slot, .main_block = block, .state = DM_REMAP_ENTRY_MAPPED,
	};
	int ret = meta_commit(store, &e, 1);

	if (!ret)
		table[slot] = block + 1;
	return ret;
}

static void all_works(void)
{
	bad_writes = 0;
	bad_reads = 0;
	writes_left = UINT_MAX;
	lands = false;
}

static void format_set(struct kunit *test)
{
	struct dm_remap_store *store;
	int ret;

	all_works();
	spare_sectors = SPARE_SECTORS;
	as_successor = false;
	memset(disk, 0, PAGES * DM_REMAP_PAGE_SIZE);
	memset(table, 0, sizeof(table));
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, map_slot(store, 0, 7), 0);
	meta_close(store, NULL);
}

/* The places of a set of two copies of two pages. */
static const unsigned int parts[] = { 0, PAGES - 1, 1, 2, PAGES - 3, PAGES - 2 };

#define NR_PLACES	ARRAY_SIZE(parts)

static u64 place_mask(unsigned int set)
{
	u64 mask = 0;
	unsigned int i;

	for (i = 0; i < NR_PLACES; i++)
		if (set & BIT(i))
			mask |= BIT_ULL(parts[i]);
	return mask;
}

/* An activation finds what was acknowledged, and perhaps @pending, or is refused. */
static bool found_or_refused(u32 slot, u64 pending)
{
	static u64 expected[SLOTS];
	struct dm_remap_store *store;
	u32 i;
	int ret;

	memcpy(expected, table, sizeof(table));
	store = open_set(&ret);
	memcpy(table, expected, sizeof(table));
	if (!store)
		return true;
	meta_close(store, NULL);
	for (i = 0; i < SLOTS; i++)
		if (loaded[i] != expected[i] && !(i == slot && pending && loaded[i] == pending))
			return false;
	return true;
}

/* Commits while some places fail writes, then an activation while others fail reads. */
static void run_schedule(struct kunit *test, unsigned int writes, unsigned int reads,
			 unsigned int cut, bool land)
{
	struct dm_remap_store *store;
	static u8 saved_disk[PAGES * DM_REMAP_PAGE_SIZE];
	u64 pending = 0;
	int ret;

	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	bad_writes = place_mask(writes);
	lands = land;
	writes_left = cut;
	if (map_slot(store, 0, 8))
		pending = 9;
	else if (map_slot(store, 0, 9))
		pending = 10;
	meta_close(store, NULL);
	all_works();
	bad_reads = place_mask(reads);
	memcpy(saved_disk, disk, sizeof(saved_disk));
	KUNIT_EXPECT_TRUE_MSG(test, found_or_refused(0, pending),
			      "stale: writes %x reads %x cut %u lands %d",
			      writes, reads, cut, land);
}

static void restore(const u8 *from)
{
	all_works();
	memcpy(disk, from, PAGES * DM_REMAP_PAGE_SIZE);
	memset(table, 0, sizeof(table));
	table[0] = 8;
}

/*
 * Each place, and each pair of places, fails writes, and later each place or pair
 * reads; the power goes after each write, or not at all.
 */
static void pairs(struct kunit *test)
{
	u8 *kept = kunit_kmalloc(test, PAGES * DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	unsigned int writes, reads, cut;
	int land;

	KUNIT_ASSERT_NOT_NULL(test, kept);
	format_set(test);
	memcpy(kept, disk, PAGES * DM_REMAP_PAGE_SIZE);
	for (writes = 0; writes < BIT(NR_PLACES); writes++) {
		if (hweight32(writes) > 2)
			continue;
		for (reads = 0; reads < BIT(NR_PLACES); reads++) {
			if (hweight32(reads) > 2)
				continue;
			for (cut = 0; cut <= 16; cut++)
				for (land = 0; land < 2; land++) {
					restore(kept);
					run_schedule(test, writes, reads, cut < 16 ? cut : UINT_MAX,
						     land);
				}
		}
	}
}

/* Growth of the table with one superblock that cannot be written. */
static void growth(struct kunit *test)
{
	struct dm_remap_store *store;
	unsigned int lost;
	int ret;

	for (lost = 0; lost < 2; lost++) {
		format_set(test);
		store = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		to_meta(store)->pages_used = 1;
		KUNIT_ASSERT_EQ(test, meta_super_write(to_meta(store), false), 0);
		bad_writes = place_mask(BIT(lost));
		KUNIT_EXPECT_EQ(test, map_slot(store, 200, 40), 0);
		meta_close(store, NULL);
		all_works();
		bad_reads = place_mask(BIT(!lost));
		KUNIT_EXPECT_TRUE(test, found_or_refused(0, 0));
	}
}

/* A set whose table has all pages that its spare has room for; the spare has become larger. */
static void format_to_grow(struct kunit *test)
{
	struct dm_remap_store *store;
	int ret;

	format_set(test);
	memset(disk[PAGES], 0, (GROWN_PAGES - PAGES) * DM_REMAP_PAGE_SIZE);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, map_slot(store, 170, 70), 0);
	meta_close(store, NULL);
	spare_sectors = GROWN_SECTORS;
}

static struct dm_remap_store *open_to_grow(int *ret)
{
	struct dm_remap_store *store;

	as_successor = true;
	store = open_set(ret);
	as_successor = false;
	return store;
}

/* The slots that are where superblock 1 was. */
#define FORMER_SLOT	(SPARE_SECTORS - DM_REMAP_PAGE_SECTORS - 3 * DM_REMAP_PAGE_SECTORS)

/* Use one of them, as a block that moves there does, and lose power. */
static bool use_former_end(struct kunit *test)
{
	struct dm_remap_store *store;
	int ret;

	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	if (store->nr_blocks <= FORMER_SLOT) {
		meta_close(store, NULL);
		return false;
	}
	memset(disk[PAGES - 1], 0xda, DM_REMAP_PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, map_slot(store, FORMER_SLOT + 2, 100), 0);
	meta_close(store, NULL);
	return true;
}

/*
 * The power goes after each write of a growth, and again when there is data in the former end:
 * no activation erases that.
 */
static void former_end(struct kunit *test)
{
	struct dm_remap_store *store;
	unsigned int cut, bad, used = 0;
	int ret;

	for (bad = 0; bad < 3; bad++) {
		for (cut = 0; cut < 40; cut++) {
			format_to_grow(test);
			writes_left = cut;
			/* a superblock cannot be written, for now */
			if (bad)
				bad_writes = BIT_ULL(bad == 1 ? 0 : GROWN_PAGES - 1);
			store = open_to_grow(&ret);
			if (store)
				meta_close(store, NULL);
			writes_left = UINT_MAX;
			if (!use_former_end(test))
				continue;
			used++;
			all_works();
			store = open_set(&ret);
			KUNIT_EXPECT_EQ(test, ret, 0);
			if (store)
				meta_close(store, NULL);
			KUNIT_EXPECT_EQ(test, loaded[FORMER_SLOT + 2], 101);
			KUNIT_EXPECT_TRUE_MSG(test, !memchr_inv(disk[PAGES - 1], 0xda,
								DM_REMAP_PAGE_SIZE),
					      "erased: superblock %u bad, cut %u", bad, cut);
		}
	}
	KUNIT_EXPECT_GT(test, used, 0);
}

/* After a growth superblock 0 may be an old version of itself: the other one counts. */
static void grown_and_reverted(struct kunit *test)
{
	u8 *kept = kunit_kmalloc(test, DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	struct dm_remap_store *store;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, kept);
	format_to_grow(test);
	memcpy(kept, disk[0], DM_REMAP_PAGE_SIZE);
	store = open_to_grow(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, map_slot(store, 5, 50), 0);
	meta_close(store, NULL);
	memcpy(disk[0], kept, DM_REMAP_PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, found_or_refused(0, 0));
}

/* What a set with a new main is found with: all of the former set, or nothing. */
struct take_over {
	unsigned int bad, reads, cut;
	bool land;
	bool started;	/* acknowledged */
	bool went_on;	/* refused, and the former set has acknowledged one more block */
};

static void take_main(struct kunit *test, struct take_over *t)
{
	struct dm_remap_store *old, *new;
	struct dm_remap_saved saved = { };
	int ret;

	old = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, map_slot(old, 1, 9), 0);
	as_new_main = true;
	new = load_set(&ret, &saved);
	as_new_main = false;
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, meta_succeed(new, old), 0);
	KUNIT_EXPECT_EQ(test, table[0] + table[1], 0);
	bad_writes = place_mask(t->bad);
	writes_left = t->cut;
	lands = t->land;
	t->started = !meta_start(new, &saved);
	if (!t->started && writes_left) {
		table[0] = 8;
		table[1] = 10;
		meta_stay(old, new);
		t->went_on = !map_slot(old, 2, 11);
	}
	meta_close(new, NULL);
	meta_close(old, NULL);
}

static void look_after(struct kunit *test, const struct take_over *t)
{
	struct dm_remap_store *store;
	bool is_new;
	int ret;

	all_works();
	bad_reads = place_mask(t->reads);
	store = open_set(&ret);
	if (!store) {
		KUNIT_EXPECT_TRUE_MSG(test, t->reads, "refused: bad %x cut %u land %d", t->bad,
				      t->cut, t->land);
		return;
	}
	is_new = !strcmp(store->main_id, "new");
	if (t->started)
		KUNIT_EXPECT_TRUE_MSG(test, is_new, "old: bad %x reads %x cut %u land %d",
				      t->bad, t->reads, t->cut, t->land);
	if (t->went_on)
		KUNIT_EXPECT_FALSE_MSG(test, is_new, "new: bad %x reads %x cut %u land %d",
				       t->bad, t->reads, t->cut, t->land);
	KUNIT_EXPECT_EQ(test, loaded[0], is_new ? 0 : 8);
	KUNIT_EXPECT_EQ(test, loaded[1], is_new ? 0 : 10);
	if (is_new)
		KUNIT_EXPECT_EQ(test, loaded[2], 0);
	else if (t->went_on)
		KUNIT_EXPECT_EQ(test, loaded[2], 12);
	meta_close(store, NULL);
}

/*
 * A set gets a new main; any one place fails writes, the power goes after each write or not at
 * all, and later any one place cannot be read: the former set is there, or the new one.
 */
static void new_main(struct kunit *test)
{
	u8 *kept = kunit_kmalloc(test, PAGES * DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	unsigned int bad, reads, cut, land, started = 0, went_on = 0;

	KUNIT_ASSERT_NOT_NULL(test, kept);
	format_set(test);
	memcpy(kept, disk, PAGES * DM_REMAP_PAGE_SIZE);
	for (bad = 0; bad <= NR_PLACES; bad++)
		for (reads = 0; reads <= NR_PLACES; reads++)
			for (cut = 0; cut <= 16; cut++)
				for (land = 0; land < 2; land++) {
					struct take_over t = {
						.bad = BIT(bad) >> 1, .reads = BIT(reads) >> 1,
						.cut = cut < 16 ? cut : UINT_MAX, .land = land,
					};

					restore(kept);
					take_main(test, &t);
					look_after(test, &t);
					started += t.started;
					went_on += t.went_on;
				}
	KUNIT_EXPECT_GT(test, started, 0);
	KUNIT_EXPECT_GT(test, went_on, 0);
}

/* A superblock that was bad is written once, and so is the other one. */
static void both_superblocks(struct kunit *test)
{
	struct dm_remap_store *store;
	unsigned int lost;
	int ret;

	for (lost = 0; lost < 2; lost++) {
		format_set(test);
		memset(disk[parts[lost]], 0xff, DM_REMAP_PAGE_SIZE);
		store = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		KUNIT_EXPECT_TRUE(test, dm_remap_sb_same((void *)disk[0], (void *)disk[PAGES - 1]));
		meta_close(store, NULL);
	}
}

/* Opening and loading write nothing, and a killed format is begun anew. */
static void formatting(struct kunit *test)
{
	struct dm_remap_store *store;
	unsigned int cut;
	int ret;

	for (cut = 0; cut < 8; cut++) {
		all_works();
		memset(disk, 0, PAGES * DM_REMAP_PAGE_SIZE);
		memset(table, 0, sizeof(table));
		writes_left = cut;
		store = open_set(&ret);
		if (store)
			meta_close(store, NULL);
		all_works();
		store = open_set(&ret);
		KUNIT_EXPECT_EQ_MSG(test, ret, 0, "cut after %u writes", cut);
		if (store)
			meta_close(store, NULL);
	}
}

/* A first page of zeros does not make an empty spare of a set. */
static void erased(struct kunit *test)
{
	struct dm_remap_store *store;
	int ret;

	format_set(test);
	memset(disk[0], 0, DM_REMAP_PAGE_SIZE);
	store = open_set(&ret);
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	memset(disk[PAGES - 1], 0, DM_REMAP_PAGE_SIZE);
	store = open_set(&ret);
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	KUNIT_EXPECT_NULL(test, store);
}

static int metadata_init(struct kunit *test)
{
	disk = kunit_kzalloc(test, GROWN_PAGES * DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	return disk ? 0 : -ENOMEM;
}

static struct kunit_case metadata_cases[] = {
	KUNIT_CASE(both_superblocks),
	KUNIT_CASE(formatting),
	KUNIT_CASE(erased),
	KUNIT_CASE(growth),
	KUNIT_CASE(former_end),
	KUNIT_CASE(grown_and_reverted),
	KUNIT_CASE(new_main),
	KUNIT_CASE(pairs),
	{ }
};

static struct kunit_suite metadata_suite = {
	.name = "metadata",
	.init = metadata_init,
	.test_cases = metadata_cases,
};

kunit_test_suite(metadata_suite);
