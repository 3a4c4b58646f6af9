// SPDX-License-Identifier: GPL-2.0
/*
 * The persistent store on a spare in memory, whose places fail writes and reads by schedule:
 * acknowledged changes are found again, or the set is refused, but stale data is never accepted.
 */
#include <kunit/test.h>
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <dm-remap/io.h>
#include <dm-remap/store.h>

#define SPARE_SECTORS	320U
#define MAIN_SECTORS	8192U
#define SLOTS		480U
#define PAGES		(SPARE_SECTORS / DM_REMAP_PAGE_SECTORS)

/* The maximum size of the spare. */
#define GROWN_SECTORS	512U
#define NR_SCHEDULES	2000U
#define GROWN_PAGES	(GROWN_SECTORS / DM_REMAP_PAGE_SECTORS)

/* The spare, and its failing pages. */
static u8 (*disk)[DM_REMAP_PAGE_SIZE];
static u64 bad_writes, bad_reads;
/* Number of pages that can be written before bad_writes takes effect. */
static unsigned int good_writes;
static unsigned int spare_sectors = SPARE_SECTORS;
static unsigned int main_sectors = MAIN_SECTORS;
/* The label of the main, or NULL. */
static const struct dm_remap_label *main_label;
/* Number of writes beyond the end of the largest spare. */
static unsigned int stray_writes;
/* Number of writes that failed. */
static unsigned int failed_writes;
/* Pages whose last write failed, so that their content is unknown. */
static u64 unsound;
static bool as_successor, as_new_main;
/*
 * Number of writes that succeed until the power is cut, or UINT_MAX.  lands: number of failed
 * writes that reach the medium nevertheless; UINT_MAX for all.
 */
static unsigned int writes_left;
static unsigned int lands;
/* Sectors that reach the medium of the write that is in flight when the power is cut. */
static u8 torn;
static bool is_cut;

static struct block_device test_main, test_spare;

/* Tear the first write after the power is cut. */
static void tear(unsigned int nr, const u8 *from)
{
	u8 *page = disk[nr];
	unsigned int i;

	if (is_cut)
		return;
	is_cut = true;
	unsound |= BIT_ULL(nr);
	for (i = 0; i < DM_REMAP_PAGE_SECTORS; i++)
		if (torn & BIT(i))
			memcpy(page + (i << SECTOR_SHIFT), from + (i << SECTOR_SHIFT), SECTOR_SIZE);
}

static blk_status_t test_rw(struct block_device *bdev, blk_opf_t opf, sector_t sector,
			    void *buf, unsigned int sectors)
{
	unsigned int page = sector / DM_REMAP_PAGE_SECTORS, i;

	if (bdev == &test_main) {
		memset(buf, 0, sectors << SECTOR_SHIFT);
		if (main_label && !sector)
			memcpy(buf, main_label, sizeof(*main_label));
		return BLK_STS_OK;
	}
	if (sector >= GROWN_SECTORS) {
		stray_writes += op_is_write(opf);
		return BLK_STS_IOERR;
	}
	for (i = 0; i < sectors / DM_REMAP_PAGE_SECTORS; i++, page++) {
		void *at = buf + i * DM_REMAP_PAGE_SIZE;
		bool write = op_is_write(opf);

		if (write && !writes_left) {
			tear(page, at);
			return BLK_STS_IOERR;
		}
		if (write && good_writes) {
			good_writes--;
		} else if ((write ? bad_writes : bad_reads) & BIT_ULL(page)) {
			if (write && lands) {
				memcpy(disk[page], at, DM_REMAP_PAGE_SIZE);
				lands -= lands != UINT_MAX;
			}
			if (write)
				unsound |= BIT_ULL(page);
			failed_writes += write;
			return BLK_STS_MEDIUM;
		}
		if (write) {
			memcpy(disk[page], at, DM_REMAP_PAGE_SIZE);
			unsound &= ~BIT_ULL(page);
			if (writes_left != UINT_MAX)
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

/* Number of allocations of the sources under test that have not been freed. */
static int allocated;

static void *test_alloc(size_t n, size_t size, gfp_t gfp)
{
	void *p = kvmalloc_array(n, size, gfp);

	allocated += !!p;
	return p;
}

static void test_free(const void *p)
{
	allocated -= !!p;
	kvfree(p);
}

#undef kmalloc
#undef kzalloc
#undef kcalloc
#undef kvcalloc
#undef kmalloc_array
#define kmalloc(size, gfp)		test_alloc(1, size, gfp)
#define kmalloc_array(n, size, gfp)	test_alloc(n, size, gfp)
#define kzalloc(size, gfp)		test_alloc(1, size, (gfp) | __GFP_ZERO)
#define kcalloc(n, size, gfp)		test_alloc(n, size, (gfp) | __GFP_ZERO)
#define kvcalloc(n, size, gfp)		test_alloc(n, size, (gfp) | __GFP_ZERO)
#define kfree(p)			test_free(p)
#define kvfree(p)			test_free(p)

/* Number of work queues that the sources under test have tried to make. */
static unsigned int queues_made;

#undef alloc_workqueue
#define alloc_workqueue(...)		(queues_made++, (struct workqueue_struct *)NULL)

#define dm_remap_rw			test_rw
#define dm_remap_read_begin		test_read_begin
#define dm_remap_read_end		test_read_end
#define bdev_nr_sectors(bdev)		\
	((sector_t)((bdev) == &test_main ? main_sectors : spare_sectors))
#define bdev_nr_bytes(bdev)		((loff_t)bdev_nr_sectors(bdev) << SECTOR_SHIFT)
#define bdev_logical_block_size(bdev)	((void)(bdev), 512U)

#include "../../modules/metadata/main-id.c"

/* The main has no disk that could be asked. */
#define dm_remap_wwn(bdev, wwn)		((void)(bdev), *(wwn) = 0)

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

/* The core's table: the main block of each slot plus one, or 0 if the slot is free. */
static u64 table[SLOTS], loaded[SLOTS];
static u8 seqs[SLOTS];

/* Neighbouring slots have different reasons, so that they cannot be confused. */
static u8 reason_of(u32 slot)
{
	return 1 + slot % 15;
}

static u8 reasons[SLOTS];

static void read_slot(void *context, u32 slot, struct dm_remap_entry *e)
{
	*e = (struct dm_remap_entry) { .slot = slot };
	if (!table[slot])
		return;
	e->state = DM_REMAP_ENTRY_MAPPED;
	e->main_block = table[slot] - 1;
	e->reason = reason_of(slot);
}

static int load_slot(const struct dm_remap_entry *e, struct dm_remap_entry *other)
{
	u32 slot;

	loaded[e->slot] = 0;
	if (e->state != DM_REMAP_ENTRY_MAPPED)
		return 0;
	for (slot = 0; slot < SLOTS; slot++) {
		if (loaded[slot] != e->main_block + 1)
			continue;
		*other = (struct dm_remap_entry) { .slot = slot, .seq = seqs[slot] };
		return -EEXIST;
	}
	loaded[e->slot] = e->main_block + 1;
	seqs[e->slot] = e->seq;
	reasons[e->slot] = e->reason;
	return 0;
}

static int load_slots(void *context, const struct dm_remap_entry *entries, unsigned int *nr,
		      struct dm_remap_entry *other)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < *nr && !ret; i++)
		ret = load_slot(&entries[i], other);
	*nr = ret ? i - 1 : i;
	return ret;
}

/* Open and load a set, which writes nothing. */
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
	*ret = meta_load(store, load_slots, NULL, saved, &error);
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

/* Map a slot; the table records the change when it is acknowledged. */
static int map_slot(struct dm_remap_store *store, u32 slot, u64 block)
{
	struct dm_remap_entry e = {
		.slot = slot, .main_block = block, .state = DM_REMAP_ENTRY_MAPPED,
		.reason = reason_of(slot),
	};
	int ret = meta_commit(store, &e, 1);

	if (!ret)
		table[slot] = block + 1;
	return ret;
}

static void all_works(void)
{
	bad_writes = 0;
	good_writes = 0;
	bad_reads = 0;
	writes_left = UINT_MAX;
	lands = 0;
	torn = 0;
	is_cut = false;
}

#define MAX_PLACES	6

/* The places of a set: superblocks, and copies of two pages, or of one if there are more copies. */
static unsigned int parts[MAX_PLACES], nr_places;

static void find_places(const struct dm_remap_geometry *geo)
{
	unsigned int pages = geo->replicas > 2 ? 1 : 2, r, page;

	parts[0] = 0;
	parts[1] = PAGES - 1;
	nr_places = 2;
	for (r = 0; r < geo->replicas; r++)
		for (page = 0; page < pages; page++)
			parts[nr_places++] = dm_remap_page_sector(geo, r, page) /
					     DM_REMAP_PAGE_SECTORS;
}

static void format_set(struct kunit *test)
{
	struct dm_remap_store *store;
	int ret;

	all_works();
	spare_sectors = SPARE_SECTORS;
	main_sectors = MAIN_SECTORS;
	as_successor = false;
	memset(disk, 0, PAGES * DM_REMAP_PAGE_SIZE);
	memset(table, 0, sizeof(table));
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, map_slot(store, 0, 7), 0);
	find_places(&to_meta(store)->geo);
	meta_close(store, NULL);
}

static u64 place_mask(unsigned int set)
{
	u64 mask = 0;
	unsigned int i;

	for (i = 0; i < nr_places; i++)
		if (set & BIT(i))
			mask |= BIT_ULL(parts[i]);
	return mask;
}

/* Whether an activation finds the acknowledged changes, and perhaps @pending, or is refused. */
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

/* Commit changes while some places fail writes, then activate while others fail reads. */
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
	lands = land ? UINT_MAX : 0;
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
			      "stale: %u copies, writes %x reads %x cut %u lands %d",
			      replicas, writes, reads, cut, land);
}

static void restore(const u8 *from)
{
	all_works();
	memcpy(disk, from, PAGES * DM_REMAP_PAGE_SIZE);
	memset(table, 0, sizeof(table));
	table[0] = 8;
}

/* Cut the power after each write, or not at all; failed writes reach the medium or not. */
static void run_pair(struct kunit *test, const u8 *kept, unsigned int writes, unsigned int reads)
{
	unsigned int cut;
	int land;

	for (cut = 0; cut <= 16; cut++)
		for (land = 0; land < 2; land++) {
			restore(kept);
			run_schedule(test, writes, reads, cut < 16 ? cut : UINT_MAX, land);
		}
}

/*
 * Let each place, and each pair of places, fail writes, and later each place or pair fail
 * reads, in sets with two to four copies.
 */
static void pairs(struct kunit *test)
{
	u8 *kept = kunit_kmalloc(test, PAGES * DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	unsigned int was = replicas, writes, reads;

	KUNIT_ASSERT_NOT_NULL(test, kept);
	for (replicas = 2; replicas <= 4; replicas++) {
		format_set(test);
		memcpy(kept, disk, PAGES * DM_REMAP_PAGE_SIZE);
		for (writes = 0; writes < BIT(nr_places); writes++) {
			if (hweight32(writes) > 2)
				continue;
			for (reads = 0; reads < BIT(nr_places); reads++)
				if (hweight32(reads) <= 2)
					run_pair(test, kept, writes, reads);
		}
	}
	replicas = was;
}

/* The table grows while one superblock cannot be written. */
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

/* Faults of the copies that a growth, or a new main, replaces do not concern those to come. */
static void faults_of_former_copies_are_forgotten(struct kunit *test)
{
	unsigned int r;
	struct meta *m;
	int ret;

	format_set(test);
	m = to_meta(open_set(&ret));
	KUNIT_ASSERT_EQ(test, ret, 0);
	for (r = 0; r < m->geo.replicas; r++) {
		bitmap_fill(m->bad[r], m->geo.nr_pages);
		m->nr_bad[r] = m->geo.nr_pages;
	}
	bitmap_fill(m->rewrite, m->geo.nr_pages);
	m->nr_rewrite = m->geo.nr_pages;
	meta_forget_bad(m);
	for (r = 0; r < m->geo.replicas; r++) {
		KUNIT_EXPECT_TRUE(test, bitmap_empty(m->bad[r], m->geo.nr_pages));
		KUNIT_EXPECT_EQ(test, m->nr_bad[r], 0);
	}
	KUNIT_EXPECT_TRUE(test, bitmap_empty(m->rewrite, m->geo.nr_pages));
	KUNIT_EXPECT_EQ(test, m->nr_rewrite, 0);
	meta_close(&m->store, NULL);
}

/*
 * Make a set whose table has as many pages as its spare has room for, and enlarge the spare.
 * With @used the set has been used since then, so superblock 1 is at the new end.
 */
static void format_to_grow(struct kunit *test, bool used)
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
	if (!used)
		return;
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	meta_close(store, NULL);
	KUNIT_ASSERT_TRUE(test, dm_remap_sb_is_zero(disk[PAGES - 1]));
}

static struct dm_remap_store *open_to_grow(int *ret)
{
	struct dm_remap_store *store;

	as_successor = true;
	store = open_set(ret);
	as_successor = false;
	return store;
}

/* The first of the slots that are where superblock 1 was. */
#define FORMER_SLOT	(SPARE_SECTORS - DM_REMAP_PAGE_SECTORS - 3 * DM_REMAP_PAGE_SECTORS)

/* Use one of these slots, like a block that moves there, and lose power. */
static bool use_former_end(struct kunit *test)
{
	struct dm_remap_store *store;
	int ret;

	store = open_set(&ret);
	/* It may be refused until superblock 0 can be written. */
	if (!store && (bad_writes & 1))
		return false;
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
 * Cut the power after each write of a growth, and again when there is data at the former end of
 * the spare: no activation may erase that data.
 */
static void run_former_end(struct kunit *test, bool used, unsigned int bad, unsigned int cut,
			   unsigned int *grown)
{
	struct dm_remap_store *store;
	int ret;

	format_to_grow(test, used);
	writes_left = cut;
	/* at first a superblock cannot be written */
	if (bad)
		bad_writes = BIT_ULL(bad == 1 ? 0 : GROWN_PAGES - 1);
	store = open_to_grow(&ret);
	if (store)
		meta_close(store, NULL);
	writes_left = UINT_MAX;
	if (!use_former_end(test))
		return;
	(*grown)++;
	all_works();
	store = open_set(&ret);
	KUNIT_EXPECT_EQ(test, ret, 0);
	if (store)
		meta_close(store, NULL);
	KUNIT_EXPECT_EQ(test, loaded[FORMER_SLOT + 2], 101);
	KUNIT_EXPECT_TRUE_MSG(test, !memchr_inv(disk[PAGES - 1], 0xda, DM_REMAP_PAGE_SIZE),
			      "erased: superblock %u bad, cut %u", bad, cut);
}

static void former_end(struct kunit *test)
{
	unsigned int bad, cut, used, grown;

	for (used = 0; used < 2; used++) {
		grown = 0;
		for (bad = 0; bad < 3; bad++)
			for (cut = 0; cut < 40; cut++)
				run_former_end(test, used, bad, cut, &grown);
		KUNIT_EXPECT_GT(test, grown, 0);
	}
}

/* A superblock that asks to erase the place of something else must be refused. */
static void former_end_impossible(struct kunit *test)
{
	struct dm_remap_sb *sb[2] = { (void *)disk[0], (void *)disk[PAGES - 1] };
	static const u64 sizes[] = {
		1, DM_REMAP_PAGE_SECTORS, 2 * DM_REMAP_PAGE_SECTORS, SPARE_SECTORS, U64_MAX,
		/* the first and the last copy of the table */
		2 * DM_REMAP_PAGE_SECTORS + 1, SPARE_SECTORS - DM_REMAP_PAGE_SECTORS,
	};
	struct dm_remap_store *store;
	unsigned int i, nr;
	int ret;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		format_set(test);
		for (nr = 0; nr < 2; nr++) {
			sb[nr]->former_spare_sectors = cpu_to_le64(sizes[i]);
			dm_remap_sb_seal(sb[nr], dm_remap_sb_sector(SPARE_SECTORS, nr));
		}
		store = open_set(&ret);
		KUNIT_EXPECT_EQ_MSG(test, ret, -EINVAL, "%llu", sizes[i]);
		KUNIT_EXPECT_FALSE(test, dm_remap_sb_is_zero(disk[0]));
		if (store)
			meta_close(store, NULL);
	}
}

/* The last acknowledged state, kept apart from the results of activations. */
static u64 acked[SLOTS];

static void use_grown(struct dm_remap_store *store, u32 slot)
{
	if (!store)
		return;
	if (!map_slot(store, slot, 30 + slot))
		memcpy(acked, table, sizeof(acked));
	meta_close(store, NULL);
}

/*
 * Superblock 0 fails writes while a spare grows, and recovers; then the other one cannot be read.
 * Superblock 0 must not be used with the former copies of the table, whenever the power was cut.
 */
static void run_without_first(struct kunit *test, bool used, unsigned int cut, bool land,
			      unsigned int *grown)
{
	struct dm_remap_store *store;
	int ret;

	format_to_grow(test, used);
	memcpy(acked, table, sizeof(acked));
	bad_writes = BIT_ULL(0);
	lands = land ? UINT_MAX : 0;
	writes_left = cut;
	use_grown(open_to_grow(&ret), 5);
	writes_left = UINT_MAX;
	is_cut = false;
	use_grown(open_set(&ret), 6);
	all_works();
	bad_reads = BIT_ULL(GROWN_PAGES - 1);
	memcpy(table, acked, sizeof(table));
	KUNIT_EXPECT_TRUE_MSG(test, found_or_refused(0, 0), "stale: used %u, cut %u, lands %u",
			      used, cut, land);
	all_works();
	store = open_set(&ret);
	KUNIT_EXPECT_EQ_MSG(test, ret, 0, "used %u, cut %u, lands %u", used, cut, land);
	if (!store)
		return;
	KUNIT_EXPECT_TRUE_MSG(test, !memcmp(loaded, acked, sizeof(acked)),
			      "not as acknowledged: used %u, cut %u, lands %u", used, cut, land);
	*grown += store->nr_blocks > FORMER_SLOT;
	meta_close(store, NULL);
}

static void grown_without_first(struct kunit *test)
{
	unsigned int used, cut, land, grown;

	for (used = 0; used < 2; used++) {
		grown = 0;
		for (cut = 0; cut < 40; cut++)
			for (land = 0; land < 2; land++)
				run_without_first(test, used, cut < 39 ? cut : UINT_MAX, land,
						  &grown);
		/* superblock 1 is not overwritten before superblock 0 is good */
		KUNIT_EXPECT_EQ(test, grown > 0, !used);
	}
}

/* The faults around a growth that is interrupted by a power cut. */
struct cut_growth {
	bool used;		/* superblock 1 was at the new end before */
	unsigned int cut;	/* number of writes before the power is cut */
	u8 written;		/* sectors of the next write that reach the medium */
	u64 writes;		/* places that fail writes when the set is used next */
	u64 reads;		/* places that fail reads later */
};

/*
 * Cut the power while the table moves, possibly with a torn write; use the set again, possibly
 * with a superblock that cannot be written; later a superblock cannot be read.
 */
static void run_growth_cut(struct kunit *test, const struct cut_growth *c)
{
	struct dm_remap_store *store;
	int ret;

	format_to_grow(test, c->used);
	memcpy(acked, table, sizeof(acked));
	writes_left = c->cut;
	torn = c->written;
	use_grown(open_to_grow(&ret), 5);
	all_works();
	bad_writes = c->writes;
	if (bad_writes)
		use_grown(open_set(&ret), 6);
	all_works();
	memcpy(table, acked, sizeof(table));
	bad_reads = c->reads;
	KUNIT_EXPECT_TRUE_MSG(test, found_or_refused(5, 36),
			      "used %u, cut %u, torn %x, writes %llx, reads %llx", c->used, c->cut,
			      c->written, c->writes, c->reads);
	all_works();
	store = open_to_grow(&ret);
	KUNIT_EXPECT_EQ_MSG(test, ret, 0, "used %u, cut %u, torn %x, writes %llx, reads %llx",
			    c->used, c->cut, c->written, c->writes, c->reads);
	if (!store)
		return;
	KUNIT_EXPECT_GT_MSG(test, store->nr_blocks, FORMER_SLOT, "used %u, cut %u, torn %x",
			    c->used, c->cut, c->written);
	meta_close(store, NULL);
	memcpy(table, acked, sizeof(table));
	KUNIT_EXPECT_TRUE(test, found_or_refused(5, 36));
}

static void growth_cut(struct kunit *test)
{
	static const u64 reads[] = { 0, 1, BIT_ULL(PAGES - 1), BIT_ULL(GROWN_PAGES - 1) };
	static const u64 writes[] = { 0, 1, BIT_ULL(GROWN_PAGES - 1) };
	static const u8 written[] = { 0, 0x01, 0x0f, 0xfe, 0xff };
	struct cut_growth c;
	unsigned int i, j, k;

	for (i = 0; i < ARRAY_SIZE(written); i++)
		for (j = 0; j < ARRAY_SIZE(writes); j++)
			for (k = 0; k < ARRAY_SIZE(reads); k++)
				for (c.cut = 0; c.cut < 40; c.cut++) {
					c.written = written[i];
					c.writes = writes[j];
					c.reads = reads[k];
					c.used = false;
					run_growth_cut(test, &c);
					c.used = true;
					run_growth_cut(test, &c);
				}
}

/* The failures during a growth. */
struct failed_growth {
	bool used;		/* superblock 1 was at the new end before */
	unsigned int after;	/* number of pages written before anything fails */
	u64 writes;		/* places that fail writes then */
	unsigned int lands;	/* number of failed writes that reach the medium nevertheless */
	u64 reads;		/* places that fail reads later */
};

/* Open a set, and its successor, which takes over from it and grows. */
static struct dm_remap_store *open_grown(struct kunit *test, const struct failed_growth *f,
					 struct dm_remap_saved *saved,
					 struct dm_remap_store **grown)
{
	struct dm_remap_store *store;
	int ret;

	format_to_grow(test, f->used);
	/* otherwise the spare becomes larger while the set is in use */
	spare_sectors = f->used ? GROWN_SECTORS : SPARE_SECTORS;
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	spare_sectors = GROWN_SECTORS;
	as_successor = true;
	*grown = load_set(&ret, saved);
	as_successor = false;
	KUNIT_ASSERT_EQ(test, ret, 0);
	return store;
}

/*
 * A growth fails, the set continues as before, and later a superblock cannot be read: whatever
 * the growth has written must not count.
 */
static bool run_growth_fails(struct kunit *test, const struct failed_growth *f)
{
	struct dm_remap_saved saved = { };
	struct dm_remap_store *store, *grown;
	bool failed;
	int ret;

	store = open_grown(test, f, &saved, &grown);
	good_writes = f->after;
	bad_writes = f->writes;
	lands = f->lands;
	failed = meta_start(grown, &saved);
	if (failed)
		meta_stay(store, grown);
	meta_close(grown, NULL);
	if (failed)
		KUNIT_EXPECT_EQ(test, map_slot(store, 5, 35), 0);
	meta_close(store, NULL);
	all_works();
	bad_reads = f->reads;
	KUNIT_EXPECT_TRUE_MSG(test, found_or_refused(0, 0),
			      "stale: used %u, after %u, writes %llx, lands %u, reads %llx",
			      f->used, f->after, f->writes, f->lands, f->reads);
	all_works();
	KUNIT_EXPECT_TRUE(test, found_or_refused(0, 0));
	store = open_to_grow(&ret);
	KUNIT_EXPECT_EQ_MSG(test, ret, 0, "used %u, after %u, writes %llx, lands %u",
			    f->used, f->after, f->writes, f->lands);
	if (!store)
		return failed;
	KUNIT_EXPECT_GT(test, store->nr_blocks, FORMER_SLOT);
	meta_close(store, NULL);
	return failed;
}

static unsigned int run_growths_fail(struct kunit *test, u64 writes, u64 reads)
{
	bool both = writes == (1 | BIT_ULL(GROWN_PAGES - 1));
	static const unsigned int land[] = { 0, 1, UINT_MAX };
	struct failed_growth f = { .writes = writes, .reads = reads };
	unsigned int i, failed = 0;

	for (i = 0; i < ARRAY_SIZE(land); i++)
		for (f.after = 0; f.after < 30; f.after++) {
			f.lands = land[i];
			f.used = false;
			failed += run_growth_fails(test, &f);
			/* with superblock 1 there no superblock could be written */
			if (both)
				continue;
			f.used = true;
			failed += run_growth_fails(test, &f);
		}
	return failed;
}

static void growth_fails(struct kunit *test)
{
	/* the last: what the growth wrote cannot be erased either */
	static const u64 places[] = {
		0, 1, BIT_ULL(GROWN_PAGES - 1), 1 | BIT_ULL(GROWN_PAGES - 1),
	};
	unsigned int i, j;

	for (i = 1; i < ARRAY_SIZE(places); i++)
		for (j = 0; j < ARRAY_SIZE(places); j++)
			KUNIT_EXPECT_GT(test, run_growths_fail(test, places[i], places[j]), 0);
}

/* If superblock 0 reverts to an old version after a growth, the other one counts. */
static void grown_and_reverted(struct kunit *test)
{
	u8 *kept = kunit_kmalloc(test, DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	struct dm_remap_store *store;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, kept);
	format_to_grow(test, false);
	memcpy(kept, disk[0], DM_REMAP_PAGE_SIZE);
	store = open_to_grow(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, map_slot(store, 5, 50), 0);
	meta_close(store, NULL);
	memcpy(disk[0], kept, DM_REMAP_PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, found_or_refused(0, 0));
}

/* A successor that was loaded before a region was marked, or before a copy ended, is refused. */
static void successor_without_a_mark(struct kunit *test)
{
	struct dm_remap_intent intent = { .token = 5 };
	struct dm_remap_store *store, *next;
	struct dm_remap_saved saved = { };
	int ret, i;

	format_set(test);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, meta_intend(store, &intent), 0);
	for (i = 0; i < 3; i++) {
		as_successor = true;
		next = load_set(&ret, &saved);
		as_successor = false;
		KUNIT_ASSERT_EQ(test, ret, 0);
		intent.marks[1] = i;
		if (i == 2)
			intent.token = 0;
		KUNIT_ASSERT_EQ(test, meta_intend(store, &intent), 0);
		KUNIT_EXPECT_EQ(test, meta_succeed(next, store), i ? -EBUSY : 0);
		meta_close(next, NULL);
	}
	meta_close(store, NULL);
}

/* A change of the main, after which the table has everything of the former set, or nothing. */
struct take_over {
	unsigned int bad, reads, cut;
	unsigned int land;	/* how many of the writes that fail reach the medium */
	bool started;	/* the change was acknowledged */
	bool went_on;	/* the change was refused, and the former set acknowledged another block */
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
	if (t->started)
		meta_retire(old, new);
	meta_close(new, NULL);
	/* a retired store no longer writes anything */
	meta_close(old, t->started ? &saved : NULL);
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
		KUNIT_EXPECT_TRUE_MSG(test, t->reads, "refused: bad %x cut %u land %u", t->bad,
				      t->cut, t->land);
		return;
	}
	is_new = !strcmp(store->main_id, "new");
	if (t->started)
		KUNIT_EXPECT_TRUE_MSG(test, is_new, "old: bad %x reads %x cut %u land %u",
				      t->bad, t->reads, t->cut, t->land);
	if (t->went_on)
		KUNIT_EXPECT_FALSE_MSG(test, is_new, "new: bad %x reads %x cut %u land %u",
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
 * Change the main while any one place fails writes; cut the power after each write or not at all;
 * later any one place cannot be read.  Either the former set is found, or the new one.
 */
static void new_main(struct kunit *test)
{
	u8 *kept = kunit_kmalloc(test, PAGES * DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	unsigned int bad, reads, cut, land, started = 0, went_on = 0;

	KUNIT_ASSERT_NOT_NULL(test, kept);
	format_set(test);
	memcpy(kept, disk, PAGES * DM_REMAP_PAGE_SIZE);
	for (bad = 0; bad <= nr_places; bad++)
		for (reads = 0; reads <= nr_places; reads++)
			for (cut = 0; cut <= 16; cut++)
				for (land = 0; land < 4; land++) {
					struct take_over t = {
						.bad = BIT(bad) >> 1, .reads = BIT(reads) >> 1,
						.cut = cut < 16 ? cut : UINT_MAX,
						.land = land < 3 ? land : UINT_MAX,
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

/*
 * Cut the power when both superblocks have the new main, but no page has been written for it.  The
 * next activation must write the pages, so that the set can lose a superblock like any other.
 */
static void new_main_without_pages(struct kunit *test)
{
	struct dm_remap_store *store;
	unsigned int bad;
	int ret;

	for (bad = 0; bad < 2; bad++) {
		struct take_over t = { .cut = 2 };

		format_set(test);
		take_main(test, &t);
		KUNIT_EXPECT_TRUE(test, t.started);
		all_works();
		store = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		KUNIT_EXPECT_STREQ(test, store->main_id, "new");
		KUNIT_EXPECT_GT(test, to_meta(store)->pages_used, 0);
		meta_close(store, NULL);
		bad_writes = place_mask(BIT(bad));
		store = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		KUNIT_EXPECT_EQ(test, map_slot(store, 3, 12), 0);
		meta_close(store, NULL);
		all_works();
		bad_reads = place_mask(BIT(!bad));
		KUNIT_EXPECT_TRUE(test, found_or_refused(0, 0));
	}
}

static bool has_previous_secret(unsigned int page)
{
	const struct dm_remap_sb *sb = (void *)disk[page];

	return memchr_inv(sb->replacement.previous_secret, 0, DM_REMAP_SECRET_SIZE);
}

/*
 * Cut the power when one superblock has the new main; from then on a superblock cannot be written.
 * The set can be activated, and later that superblock is not believed. If it can be written again,
 * the set has its new main and all that has moved since, and forgets the former one.
 */
static void new_main_cut_then_bad(struct kunit *test)
{
	static const struct dm_remap_saved saved;
	struct dm_remap_store *store;
	unsigned int i, lost;
	int ret;

	for (i = 0; i < 4; i++) {
		struct take_over t = { .cut = 1 };

		lost = i & 1;
		format_set(test);
		take_main(test, &t);
		all_works();
		bad_writes = place_mask(BIT(lost));
		lands = i & 2 ? 1 : 0;
		store = open_set(&ret);
		KUNIT_ASSERT_EQ_MSG(test, ret, 0, "case %u", i);
		KUNIT_EXPECT_STREQ(test, store->main_id, "new");
		KUNIT_EXPECT_EQ(test, map_slot(store, 3, 12), 0);
		meta_close(store, NULL);
		all_works();
		bad_reads = place_mask(BIT(!lost));
		KUNIT_EXPECT_TRUE_MSG(test, found_or_refused(0, 0), "stale: case %u", i);
		all_works();
		store = open_set(&ret);
		KUNIT_EXPECT_EQ_MSG(test, ret, 0, "mended: case %u", i);
		if (!store)
			continue;
		KUNIT_EXPECT_STREQ(test, store->main_id, "new");
		KUNIT_EXPECT_EQ_MSG(test, loaded[3], 13, "case %u", i);
		meta_close(store, &saved);
		KUNIT_EXPECT_FALSE(test, has_previous_secret(0) || has_previous_secret(PAGES - 1));
	}
	all_works();
}

/*
 * As above, but a copy of the table cannot be written either: the former superblock and the former
 * copy would be a set, so the set cannot be activated, also not by a second attempt.
 */
static void new_main_cut_then_two_bad(struct kunit *test)
{
	struct dm_remap_saved saved = { };
	struct take_over t = { .cut = 1 };
	struct dm_remap_store *store;
	int ret;

	format_set(test);
	take_main(test, &t);
	all_works();
	bad_writes = place_mask(BIT(1) | BIT(2));
	store = load_set(&ret, &saved);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, meta_start(store, &saved), -EIO);
	KUNIT_EXPECT_EQ(test, meta_start(store, &saved), -EIO);
	all_works();
	KUNIT_EXPECT_EQ(test, meta_start(store, &saved), 0);
	KUNIT_EXPECT_EQ(test, map_slot(store, 3, 12), 0);
	meta_close(store, &saved);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_EXPECT_STREQ(test, store->main_id, "new");
	KUNIT_EXPECT_EQ(test, loaded[3], 13);
	meta_close(store, NULL);
}

/*
 * The superblocks of a copy made by "dmremap clone-uuid" name the original until the label of its
 * main does not, also if the set is activated before that.
 */
static void a_copy_remembers_its_original(struct kunit *test)
{
	static const struct dm_remap_saved saved;
	struct dm_remap_store *store;
	unsigned int i;
	int ret;

	format_set(test);
	for (i = 0; i < 2; i++) {
		struct dm_remap_sb *sb = (void *)disk[i ? PAGES - 1 : 0];

		memset(sb->replacement.previous_uuid, 1, sizeof(sb->replacement.previous_uuid));
		memset(sb->replacement.previous_secret, 1, DM_REMAP_SECRET_SIZE);
		dm_remap_sb_seal(sb, dm_remap_sb_sector(SPARE_SECTORS, i));
	}
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	meta_close(store, &saved);
	KUNIT_EXPECT_TRUE(test, has_previous_secret(0) && has_previous_secret(PAGES - 1));
}

/* Start a set whose main has left, and once more when it is there again. */
static void start_without_main(struct kunit *test, unsigned int sectors)
{
	struct dm_remap_saved saved = { };
	struct dm_remap_store *store = NULL;
	u8 *before = kunit_kmalloc(test, PAGES * DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, before);
	memcpy(before, disk, PAGES * DM_REMAP_PAGE_SIZE);
	store = load_set(&ret, &saved);
	KUNIT_ASSERT_EQ(test, ret, 0);
	main_sectors = sectors;
	KUNIT_EXPECT_EQ(test, meta_start(store, &saved), -ENXIO);
	KUNIT_EXPECT_EQ(test, memcmp(disk, before, PAGES * DM_REMAP_PAGE_SIZE), 0);
	main_sectors = MAIN_SECTORS;
	KUNIT_EXPECT_EQ(test, meta_start(store, &saved), 0);
	meta_close(store, NULL);
}

/* Without its size, the superblocks would be impossible, and the set be refused for ever. */
static void the_size_of_a_main_that_left_is_not_recorded(struct kunit *test)
{
	static const unsigned int sizes[] = { 0, MAIN_SECTORS - 1 };
	struct dm_remap_store *store;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		format_set(test);
		start_without_main(test, sizes[i]);
		store = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		KUNIT_EXPECT_EQ(test, loaded[0], 8);
		meta_close(store, NULL);
		/* the set gets a new main, which leaves */
		as_new_main = true;
		start_without_main(test, sizes[i]);
		as_new_main = false;
		/* an empty spare */
		memset(disk, 0, PAGES * DM_REMAP_PAGE_SIZE);
		memset(table, 0, sizeof(table));
		start_without_main(test, sizes[i]);
	}
}

/* A spare that left has not grown, though its end is computed from its size. */
static void a_spare_that_left_has_not_grown(struct kunit *test)
{
	const struct dm_remap_sb *sb = (void *)disk[0];
	struct dm_remap_saved saved = { };
	struct dm_remap_geometry geo;
	struct dm_remap_store *store;
	int ret;

	format_set(test);
	stray_writes = 0;
	store = load_set(&ret, &saved);
	KUNIT_ASSERT_EQ(test, ret, 0);
	spare_sectors = 0;
	geo = to_meta(store)->geo;
	KUNIT_EXPECT_NE(test, dm_remap_layout_grow(&geo, 0), 0);
	KUNIT_EXPECT_FALSE(test, meta_may_grow(to_meta(store)));
	KUNIT_EXPECT_EQ(test, meta_start(store, &saved), 0);
	meta_undo_growth(to_meta(store), to_meta(store));
	KUNIT_EXPECT_EQ(test, stray_writes, 0);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(sb->spare_sectors), SPARE_SECTORS);
	meta_close(store, NULL);
	spare_sectors = SPARE_SECTORS;
}

static bool is_noted_as_labelled(unsigned int page)
{
	const struct dm_remap_sb *sb = (void *)disk[page];

	return le32_to_cpu(sb->flags) & DM_REMAP_SB_LABELLED;
}

/* A main that left has no label that could be read, which does not mean that it has none. */
static void a_main_that_left_has_its_label(struct kunit *test)
{
	struct dm_remap_label *label = kunit_kzalloc(test, sizeof(*label), GFP_KERNEL);
	const struct dm_remap_sb *sb = (void *)disk[0];
	struct dm_remap_saved saved = { };
	struct dm_remap_store *store;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, label);
	format_set(test);
	memcpy(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	memcpy(label->uuid, sb->uuid, sizeof(label->uuid));
	memcpy(label->secret, sb->secret, sizeof(label->secret));
	label->version = cpu_to_le32(DM_REMAP_LABEL_VERSION);
	label->main_sectors = cpu_to_le64(MAIN_SECTORS);
	label->target_sectors = cpu_to_le64(MAIN_SECTORS);
	label->block_size = cpu_to_le32(512);
	label->nr_ranges = cpu_to_le32(1);
	label->ranges[0].nr = cpu_to_le32(1);
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	main_label = label;
	store = open_set(&ret);
	if (!ret) {
		KUNIT_EXPECT_TRUE(test, is_noted_as_labelled(0) && is_noted_as_labelled(PAGES - 1));
		main_sectors = 0;
		meta_close(store, &saved);
	}
	main_label = NULL;
	main_sectors = MAIN_SECTORS;
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_TRUE(test, is_noted_as_labelled(0) && is_noted_as_labelled(PAGES - 1));
}

/*
 * A superblock fails from its second write for the new main on: what it has on the medium says that
 * the table is empty, and must not be believed once blocks have moved.
 */
static void new_main_then_bad(struct kunit *test)
{
	struct dm_remap_store *old, *new;
	struct dm_remap_saved saved = { };
	unsigned int bad;
	int ret;

	for (bad = 0; bad < 2; bad++) {
		format_set(test);
		old = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		as_new_main = true;
		new = load_set(&ret, &saved);
		as_new_main = false;
		KUNIT_ASSERT_EQ(test, ret, 0);
		KUNIT_ASSERT_EQ(test, meta_succeed(new, old), 0);
		good_writes = 2;
		bad_writes = place_mask(BIT(bad));
		KUNIT_EXPECT_EQ(test, meta_start(new, &saved), 0);
		meta_retire(old, new);
		KUNIT_EXPECT_EQ(test, map_slot(new, 3, 12), 0);
		meta_close(new, NULL);
		meta_close(old, &saved);
		all_works();
		bad_reads = place_mask(BIT(!bad));
		KUNIT_EXPECT_TRUE_MSG(test, found_or_refused(0, 0), "stale: superblock %u", bad);
	}
	all_works();
}

/* If either store knows that a superblock is bad, the set keeps its main. */
static void new_main_degraded(struct kunit *test)
{
	struct dm_remap_store *old, *new;
	struct dm_remap_saved saved = { };
	unsigned int lost;
	int ret;

	for (lost = 0; lost < 4; lost++) {
		u64 place = BIT_ULL(lost & 1 ? PAGES - 1 : 0);

		format_set(test);
		old = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		/* the superblock cannot be read when the table is loaded, or not written later */
		bad_reads = lost & 2 ? 0 : place;
		as_new_main = true;
		new = load_set(&ret, &saved);
		as_new_main = false;
		KUNIT_ASSERT_EQ(test, ret, 0);
		bad_reads = 0;
		bad_writes = lost & 2 ? place : 0;
		if (lost & 2)
			KUNIT_EXPECT_EQ(test, meta_save(old, &saved), 0);
		KUNIT_EXPECT_EQ_MSG(test, meta_succeed(new, old), -EIO, "case %u", lost);
		meta_close(new, NULL);
		meta_close(old, NULL);
	}
	all_works();
}

/* An activation rewrites a bad superblock, after which both have the same content. */
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

/* A repair that finds the whole spare gone leaves the work to a later repair. */
static void repair_without_spare(struct kunit *test)
{
	struct dm_remap_saved saved = { };
	struct dm_remap_store_stat stat;
	struct dm_remap_store *store;
	unsigned int place;
	int ret;

	for (place = 0; place < MAX_PLACES; place++) {
		format_set(test);
		store = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		bad_writes = place_mask(BIT(place));
		KUNIT_EXPECT_EQ(test, map_slot(store, 3, 12), 0);
		KUNIT_EXPECT_EQ(test, map_slot(store, 200, 13), 0);
		KUNIT_EXPECT_EQ(test, meta_save(store, &saved), 0);
		bad_writes = U64_MAX;
		bad_reads = U64_MAX;
		KUNIT_EXPECT_FALSE(test, meta_repair(store));
		meta_stat(store, &stat);
		KUNIT_EXPECT_EQ_MSG(test, stat.state, DM_REMAP_STORE_DEGRADED, "place %u", place);
		all_works();
		KUNIT_EXPECT_FALSE(test, meta_repair(store));
		meta_stat(store, &stat);
		KUNIT_EXPECT_EQ_MSG(test, stat.state, DM_REMAP_STORE_CLEAN, "place %u", place);
		meta_close(store, NULL);
	}
}

/* The worker repairs a few pages at a time, and looks whether it must stop in between. */
static void a_repair_goes_on_where_it_stopped(struct kunit *test)
{
	struct dm_remap_store *store;
	unsigned int place;
	struct meta *m;
	int ret;

	format_set(test);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	m = to_meta(store);
	KUNIT_EXPECT_EQ(test, map_slot(store, 200, 13), 0);
	/* One copy of each of both pages. */
	bad_writes = place_mask(BIT(2) | BIT(3));
	KUNIT_EXPECT_EQ(test, map_slot(store, 3, 12), 0);
	KUNIT_EXPECT_EQ(test, map_slot(store, 200, 14), 0);
	all_works();
	for (place = 2; place < 4; place++) {
		KUNIT_EXPECT_LT(test, meta_whole_copies(m), m->geo.replicas);
		KUNIT_EXPECT_EQ(test, meta_pages_repair(m, 1), place == 2);
	}
	KUNIT_EXPECT_EQ(test, meta_whole_copies(m), m->geo.replicas);
	KUNIT_EXPECT_FALSE(test, meta_repair(store));
	meta_close(store, NULL);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, table[3], 13);
	KUNIT_EXPECT_EQ(test, table[200], 15);
	meta_close(store, NULL);
}

/* What cannot be read may be a table or a file system. */
static void an_empty_spare_is_formatted_only_if_it_can_be_read(struct kunit *test)
{
	/* Superblocks, the first page of a table, signatures at 32 and 64 KiB and at the end. */
	static const unsigned int pages[] = { 0, 1, 8, 16, PAGES - 2, PAGES - 1 };
	struct dm_remap_store *store;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		format_set(test);
		memset(disk, 0, PAGES * DM_REMAP_PAGE_SIZE);
		bad_reads = BIT_ULL(pages[i]);
		store = open_set(&ret);
		KUNIT_EXPECT_NE_MSG(test, ret, 0, "page %u", pages[i]);
		if (store)
			meta_close(store, NULL);
		KUNIT_EXPECT_NULL_MSG(test, memchr_inv(disk, 0, PAGES * DM_REMAP_PAGE_SIZE),
				      "page %u", pages[i]);
	}
	all_works();
}

/* One that is longer than its place, and one for which no place is left. */
static void an_id_without_room_is_left_out(struct kunit *test)
{
	struct dm_remap_sb *sb = kunit_kzalloc(test, sizeof(*sb), GFP_KERNEL);
	char id[DM_REMAP_MAIN_ID_SIZE + 1] = { };
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, sb);
	memset(id, 'a', DM_REMAP_MAIN_ID_SIZE);
	dm_remap_sb_set_id(sb, DM_REMAP_ID_MAIN, id);
	KUNIT_EXPECT_STREQ(test, dm_remap_sb_main_id(sb), "");
	id[DM_REMAP_MAIN_ID_SIZE - 1] = 0;
	dm_remap_sb_set_id(sb, DM_REMAP_ID_MAIN, id);
	KUNIT_EXPECT_STREQ(test, dm_remap_sb_main_id(sb), id);
	for (i = 0; i < DM_REMAP_SB_IDS; i++)
		sb->id_types[i] = DM_REMAP_ID_SERIAL;
	dm_remap_sb_set_id(sb, DM_REMAP_ID_MAIN, "b");
	KUNIT_EXPECT_STREQ(test, dm_remap_sb_main_id(sb), "");
}

/*
 * What a store knows may differ from what the spare has once it has failed. A store that is only
 * read takes no change, either.
 */
static void a_store_that_cannot_be_written_takes_no_change(struct kunit *test)
{
	static u8 before[PAGES][DM_REMAP_PAGE_SIZE];
	const struct dm_remap_intent intent = { .token = 1 };
	struct dm_remap_saved saved = { };
	struct dm_remap_store *store;
	unsigned int i;
	int ret;

	for (i = 0; i < 2; i++) {
		format_set(test);
		store = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		if (i) {
			to_meta(store)->p.read_only = true;
		} else {
			bad_writes = U64_MAX;
			KUNIT_EXPECT_NE(test, map_slot(store, 3, 12), 0);
			all_works();
			KUNIT_EXPECT_EQ(test, meta_sync(store), -EIO);
		}
		memcpy(before, disk, sizeof(before));
		KUNIT_EXPECT_EQ(test, map_slot(store, 3, 12), -EIO);
		KUNIT_EXPECT_EQ(test, meta_save(store, &saved), -EIO);
		KUNIT_EXPECT_EQ(test, meta_intend(store, &intent), -EIO);
		KUNIT_EXPECT_EQ(test, meta_set_main_id(store, "other"), -EIO);
		KUNIT_EXPECT_EQ(test, meta_unlabel(store), -EIO);
		KUNIT_EXPECT_STRNEQ(test, store->main_id, "other");
		KUNIT_EXPECT_EQ(test, memcmp(before, disk, sizeof(before)), 0);
		meta_close(store, NULL);
	}
}

/* The interval doubles, as each attempt may take the disk seconds. */
static void a_bad_copy_is_tried_again_after_1_2_and_4_commits(struct kunit *test)
{
	static const bool tried[] = { true, true, false, true, false, false, false, true };
	struct dm_remap_store *store;
	unsigned int i;
	int ret;

	format_set(test);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	bad_writes = place_mask(BIT(2));
	for (i = 0; i < ARRAY_SIZE(tried); i++) {
		failed_writes = 0;
		KUNIT_EXPECT_EQ(test, map_slot(store, 1 + i, 100 + i), 0);
		KUNIT_EXPECT_EQ_MSG(test, failed_writes > 0, tried[i], "commit %u", i);
	}
	/* a new fault is tried again soon */
	all_works();
	KUNIT_EXPECT_FALSE(test, meta_repair(store));
	bad_writes = place_mask(BIT(2));
	for (i = 0; i < 2; i++) {
		failed_writes = 0;
		KUNIT_EXPECT_EQ(test, map_slot(store, 20 + i, 120 + i), 0);
		KUNIT_EXPECT_GT(test, failed_writes, 0);
	}
	meta_close(store, NULL);
	all_works();
}

/* If no page of the table showed that a superblock is outdated, it might be accepted. */
static void a_superblock_and_a_page(struct kunit *test)
{
	static const struct dm_remap_saved saved;
	struct dm_remap_store *store;
	unsigned int before = replicas, bad, r;
	int ret;

	for (replicas = 1; replicas <= 2; replicas++) {
		format_set(test);
		store = open_set(&ret);
		KUNIT_ASSERT_EQ(test, ret, 0);
		bad = BIT(1);
		for (r = 0; r < replicas; r++)
			bad |= BIT(2 + 2 * r);
		bad_writes = place_mask(bad);
		KUNIT_EXPECT_NE_MSG(test, meta_save(store, &saved), 0, "%u copies", replicas);
		meta_close(store, NULL);
	}
	replicas = before;
}

/* Activate or format the set until a power cut that tears a write. */
static void format_until(unsigned int cut, u8 sectors)
{
	struct dm_remap_store *store;
	int ret;

	memset(table, 0, sizeof(table));
	writes_left = cut;
	torn = sectors;
	store = open_set(&ret);
	if (store)
		meta_close(store, NULL);
	all_works();
}

/*
 * A format that was interrupted by a power cut is started again, whichever sectors of the last
 * write are on the disk, even after a second cut.
 */
static void formatting(struct kunit *test)
{
	static const u8 tears[] = { 0, 1, 0x0f, 0xfe, 0x55, 0x02 };
	struct dm_remap_store *store;
	unsigned int cut, i, j;
	int ret;

	for (cut = 0; cut < 12 * ARRAY_SIZE(tears); cut++) {
		i = cut % ARRAY_SIZE(tears);
		for (j = 0; j < 12 * ARRAY_SIZE(tears); j++) {
			memset(disk, 0, PAGES * DM_REMAP_PAGE_SIZE);
			format_until(cut / ARRAY_SIZE(tears), tears[i]);
			format_until(j / ARRAY_SIZE(tears), tears[j % ARRAY_SIZE(tears)]);
			store = open_set(&ret);
			KUNIT_EXPECT_EQ_MSG(test, ret, 0, "cuts %u and %u", cut, j);
			if (store)
				meta_close(store, NULL);
		}
	}
}

static void reasons_are_kept(struct kunit *test)
{
	struct dm_remap_store *store;
	unsigned int slot;
	int ret;

	format_set(test);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	/* each commit also rewrites the previous ones */
	for (slot = 1; slot < 20; slot++)
		KUNIT_ASSERT_EQ(test, map_slot(store, slot, 7 + slot), 0);
	meta_close(store, NULL);
	memset(reasons, 0, sizeof(reasons));
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	for (slot = 0; slot < 20; slot++)
		KUNIT_EXPECT_EQ(test, reasons[slot], reason_of(slot));
	meta_close(store, NULL);
}

/* Entries that a page may contain, and entries that show that it was not written by us. */
static void entries_that_cannot_be(struct kunit *test)
{
	enum { FREE = DM_REMAP_ENTRY_FREE, MAPPED = DM_REMAP_ENTRY_MAPPED,
	       PENDING = DM_REMAP_ENTRY_PENDING, BAD = DM_REMAP_ENTRY_BAD };
	static const struct {
		bool good, beyond;
		unsigned int state, block, seq, reason;
		u64 lost, unread;
	} cases[] = {
		{ true, false, FREE }, { true, true, FREE }, { true, false, BAD },
		{ false, false, FREE, 1 }, { false, false, FREE, 0, 1 },
		{ false, false, FREE, 0, 0, 1 }, { false, false, FREE, 0, 0, 0, 1 },
		{ false, false, FREE, 0, 0, 0, 0, 1 }, { false, false, BAD, 0, 0, 0, 0, 1 },
		{ false, false, BAD, 1 }, { false, true, BAD },
		{ true, false, MAPPED, 99, 3, 1 }, { false, false, MAPPED, 100 },
		{ false, true, MAPPED, 99 }, { true, false, MAPPED, 9, 0, 0, 0x80, 0x40 },
		{ false, false, MAPPED, 9, 0, 0, 0x100 },
		{ false, false, MAPPED, 9, 0, 0, 0, 0x100 },
		{ false, false, MAPPED, 9, 0, 0, 3, 6 },
		{ true, false, PENDING, 99 }, { false, false, PENDING, 9, 0, 0, 1 },
		{ false, false, PENDING, 9, 0, 0, 0, 1 }, { false, true, PENDING, 9 },
		{ false, false, DM_REMAP_NR_ENTRY_STATES },
	};
	struct dm_remap_geometry geo = {
		.spare_sectors = 1024, .block_size = 4096, .replicas = 1, .target_sectors = 800,
	};
	struct dm_remap_page *page = kunit_kmalloc(test, sizeof(*page), GFP_KERNEL);
	struct dm_remap_disk_entry *e;
	unsigned int i;
	u32 slot;
	u64 word;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, dm_remap_layout(&geo), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(page, 0, sizeof(*page));
		slot = 0;
		if (cases[i].beyond)
			slot = geo.nr_blocks;
		e = &page->entries[slot];
		word = dm_remap_entry_word(cases[i].block, cases[i].state, cases[i].seq);
		e->word = cpu_to_le64(dm_remap_entry_with_reason(word, cases[i].reason));
		e->lost = cpu_to_le64(cases[i].lost);
		e->unread = cpu_to_le64(cases[i].unread);
		page->crc = cpu_to_le32(dm_remap_page_crc(page, 0));
		KUNIT_EXPECT_EQ_MSG(test, !dm_remap_page_check(page, 0, 0, &geo), cases[i].good,
				    "case %u", i);
	}
}

static void bad_spare(struct dm_remap_sb *sb)
{
	sb->spare_sectors = cpu_to_le64(3 * DM_REMAP_PAGE_SECTORS - 1);
}

static void bad_main(struct dm_remap_sb *sb)
{
	sb->main_start = cpu_to_le64(le64_to_cpu(sb->main_sectors));
}

static void bad_name(struct dm_remap_sb *sb)
{
	sb->name[DM_REMAP_NAME_SIZE - 1] = 'a';
}

static void bad_history(struct dm_remap_sb *sb)
{
	sb->nr_history = cpu_to_le32(DM_REMAP_SB_HISTORY + 1);
}

static void bad_scrub_runs(struct dm_remap_sb *sb)
{
	sb->nr_scrub_runs = cpu_to_le32(DM_REMAP_SB_SCRUB_RUNS + 1);
}

static void bad_id(struct dm_remap_sb *sb)
{
	sb->ids[DM_REMAP_SB_IDS - 1][DM_REMAP_MAIN_ID_SIZE - 1] = 'a';
}

static void bad_nr_stale(struct dm_remap_sb *sb)
{
	sb->nr_stale = cpu_to_le32(DM_REMAP_SB_STALE + 1);
}

static void bad_stale_copies(struct dm_remap_sb *sb)
{
	sb->stale_copies = cpu_to_le32(1 << le32_to_cpu(sb->replicas));
}

static void bad_stale_since(struct dm_remap_sb *sb)
{
	sb->stale_since = cpu_to_le64(DM_REMAP_MAX_SEQUENCE);
}

static void bad_stale_page(struct dm_remap_sb *sb)
{
	sb->nr_stale = cpu_to_le32(1);
	sb->stale[0].page = sb->nr_pages;
}

static void bad_copies_of_page(struct dm_remap_sb *sb)
{
	sb->nr_stale = cpu_to_le32(1);
	sb->stale[0].copies = cpu_to_le32(1 << le32_to_cpu(sb->replicas));
}

static void bad_order(struct dm_remap_sb *sb)
{
	sb->nr_stale = cpu_to_le32(2);
}

/* One field of a good superblock is wrong, and its checksum right. */
static void superblocks_that_cannot_be(struct kunit *test)
{
	static const struct {
		void (*spoil)(struct dm_remap_sb *sb);
		const char *why;
	} cases[] = {
		{ bad_spare, "the size of the spare is impossible" },
		{ bad_main, "the size of the main is impossible" },
		{ bad_name, "its settings are impossible" },
		{ bad_history, "its settings are impossible" },
		{ bad_scrub_runs, "its settings are impossible" },
		{ bad_id, "its settings are impossible" },
		{ bad_nr_stale, "its list of stale copies is impossible" },
		{ bad_stale_copies, "its list of stale copies is impossible" },
		{ bad_stale_since, "its list of stale copies is impossible" },
		{ bad_stale_page, "its list of stale copies is impossible" },
		{ bad_copies_of_page, "its list of stale copies is impossible" },
		{ bad_order, "its list of stale copies is impossible" },
	};
	struct dm_remap_sb *sb = kunit_kmalloc(test, sizeof(*sb), GFP_KERNEL);
	struct dm_remap_geometry geo;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, sb);
	format_set(test);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(sb, disk[0], sizeof(*sb));
		KUNIT_ASSERT_NULL(test, dm_remap_sb_check(sb, 0, SPARE_SECTORS, false, &geo));
		cases[i].spoil(sb);
		dm_remap_sb_seal(sb, 0);
		KUNIT_EXPECT_STREQ_MSG(test, dm_remap_sb_check(sb, 0, SPARE_SECTORS, false, &geo) ?:
				       "", cases[i].why, "case %u", i);
	}
	/* The second superblock has a place that follows from the size. */
	memcpy(sb, disk[0], sizeof(*sb));
	dm_remap_sb_seal(sb, DM_REMAP_PAGE_SECTORS);
	KUNIT_EXPECT_STREQ(test, dm_remap_sb_check(sb, DM_REMAP_PAGE_SECTORS, SPARE_SECTORS, false,
						   &geo) ?: "", cases[0].why);
}

/* Whatever is in its entries. */
static void pages_that_cannot_be(struct kunit *test)
{
	struct dm_remap_geometry geo = {
		.spare_sectors = 1024, .block_size = 4096, .replicas = 1, .target_sectors = 800,
	};
	struct dm_remap_page *page = kunit_kzalloc(test, sizeof(*page), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, dm_remap_layout(&geo), 0);
	page->crc = cpu_to_le32(dm_remap_page_crc(page, 0));
	KUNIT_EXPECT_NULL(test, dm_remap_page_check(page, 0, 0, &geo));
	KUNIT_EXPECT_STREQ(test, dm_remap_page_check(page, 0, 1, &geo) ?: "",
			   "it is another page");
	page->sequence = cpu_to_le64(DM_REMAP_MAX_SEQUENCE);
	page->crc = cpu_to_le32(dm_remap_page_crc(page, 0));
	KUNIT_EXPECT_STREQ(test, dm_remap_page_check(page, 0, 0, &geo) ?: "",
			   "its sequence is impossible");
	page->sequence = 0;
	page->sb_sequence = cpu_to_le64(DM_REMAP_MAX_SEQUENCE);
	page->crc = cpu_to_le32(dm_remap_page_crc(page, 0));
	KUNIT_EXPECT_STREQ(test, dm_remap_page_check(page, 0, 0, &geo) ?: "",
			   "its sequence is impossible");
	page->sb_sequence = 0;
	page->entries[0].word = cpu_to_le64(1ULL << DM_REMAP_ENTRY_BITS);
	page->crc = cpu_to_le32(dm_remap_page_crc(page, 0));
	KUNIT_EXPECT_STREQ(test, dm_remap_page_check(page, 0, 0, &geo) ?: "",
			   "it has an entry that is not known");
}

/*
 * Another version has to read what this one writes. The values were computed bit by bit from the
 * description of the format, with the byte at i being 7 i + 3.
 */
static void checksums_are_those_of_the_format(struct kunit *test)
{
	u8 *bytes = kunit_kmalloc(test, DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (i = 0; i < DM_REMAP_PAGE_SIZE; i++)
		bytes[i] = 7 * i + 3;
	KUNIT_EXPECT_EQ(test, dm_remap_sb_crc((void *)bytes, 0), 0x44a8df6aU);
	KUNIT_EXPECT_EQ(test, dm_remap_sb_crc((void *)bytes, 0x123456789aULL), 0x7d7a872eU);
	KUNIT_EXPECT_EQ(test, dm_remap_page_crc((void *)bytes, cpu_to_le64(0x1122334455667788ULL)),
			0x5bfdc0f6U);
	KUNIT_EXPECT_EQ(test, dm_remap_label_crc((void *)bytes), 0x6e02faf9U);
}

static void labels_that_cannot_be(struct kunit *test)
{
	static const struct {
		bool good;
		u64 generation, copy_sector, target_sectors;
		u32 block_size;
		u64 block;	/* the second of two ranges */
		u32 nr;
	} cases[] = {
		{ true, DM_REMAP_MAX_SEQUENCE - 1, 999, 992, 4096, 123, 1 },
		{ false, DM_REMAP_MAX_SEQUENCE, 999, 992, 4096, 123, 1 },
		{ false, 1, 1000, 992, 4096, 123, 1 }, { true, 1, 0, 1000, 4096, 124, 1 },
		{ false, 1, 0, 1008, 4096, 123, 1 }, { false, 1, 0, 996, 4096, 123, 1 },
		{ false, 1, 0, 0, 4096, 0, 1 }, { false, 1, 0, 992, 1000, 0, 1 },
		{ false, 1, 0, 992, 65536, 0, 1 }, { true, 1, 0, 992, 512, 991, 1 },
		{ false, 1, 0, 992, 4096, 124, 1 }, { false, 1, 0, 992, 4096, 123, 2 },
		{ false, 1, 0, 992, 4096, 123, 0 },
	};
	struct dm_remap_label *label = kunit_kzalloc(test, sizeof(*label), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, label);
	memcpy(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	label->version = cpu_to_le32(DM_REMAP_LABEL_VERSION);
	label->main_sectors = cpu_to_le64(1000);
	label->nr_ranges = cpu_to_le32(2);
	label->ranges[0].nr = cpu_to_le32(1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		label->generation = cpu_to_le64(cases[i].generation);
		label->copy_sector = cpu_to_le64(cases[i].copy_sector);
		label->target_sectors = cpu_to_le64(cases[i].target_sectors);
		label->block_size = cpu_to_le32(cases[i].block_size);
		label->ranges[1].block = cpu_to_le64(cases[i].block);
		label->ranges[1].nr = cpu_to_le32(cases[i].nr);
		label->crc = cpu_to_le32(dm_remap_label_crc(label));
		KUNIT_EXPECT_EQ_MSG(test, !dm_remap_label_check(label, 1000), cases[i].good,
				    "case %u", i);
	}
	label->ranges[1].nr = cpu_to_le32(1);
	label->nr_ranges = 0;
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	KUNIT_EXPECT_STREQ(test, dm_remap_label_check(label, 1000) ?: "", "its blocks are impossible");
	label->name[DM_REMAP_NAME_SIZE - 1] = 'a';
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	KUNIT_EXPECT_STREQ(test, dm_remap_label_check(label, 1000) ?: "", "its name is impossible");
	label->version = cpu_to_le32(DM_REMAP_LABEL_VERSION + 1);
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	KUNIT_EXPECT_STREQ(test, dm_remap_label_check(label, 1000) ?: "", "its version is not known");
}

/* The main may be larger or smaller than it was, as long as the set fits. */
static void labels_of_mains_that_have_another_size(struct kunit *test)
{
	struct dm_remap_label *label = kunit_kzalloc(test, sizeof(*label), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, label);
	memcpy(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	label->version = cpu_to_le32(DM_REMAP_LABEL_VERSION);
	label->main_sectors = cpu_to_le64(1000);
	label->target_sectors = cpu_to_le64(992);
	label->copy_sector = cpu_to_le64(99);
	label->block_size = cpu_to_le32(4096);
	label->nr_ranges = cpu_to_le32(1);
	label->ranges[0].nr = cpu_to_le32(1);
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	KUNIT_EXPECT_STREQ(test, dm_remap_label_check(label, 1000) ?: "", "");
	KUNIT_EXPECT_STREQ(test, dm_remap_label_check(label, 992) ?: "", "");
	KUNIT_EXPECT_STREQ(test, dm_remap_label_check(label, U64_MAX) ?: "", "");
	KUNIT_EXPECT_NOT_NULL(test, dm_remap_label_check(label, 991));
	/* no set is larger than its main was */
	label->main_sectors = cpu_to_le64(991);
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
	KUNIT_EXPECT_NOT_NULL(test, dm_remap_label_check(label, 1000));
}

static void identities_are_compared_with_their_kind(struct kunit *test)
{
	static const char a[] = "11111111-2222-3333-4444-555555555555", other[] = "0a0b0c0d-01";
	static const char wwn[] = "wwn-0x5000c500a1b2c3d4", eui[] = "nvme-eui.0025385b71b0c6a1";
	static const struct {
		const char *main_id, *partuuid, *wwn;
		enum dm_remap_verdict verdict;
	} cases[] = {
		{ "", "", "", DM_REMAP_MAIN_UNKNOWN }, { "", a, wwn, DM_REMAP_MAIN_UNKNOWN },
		{ a, "", "", DM_REMAP_MAIN_UNKNOWN }, { a, a, "", DM_REMAP_MAIN_SAME },
		{ a, other, "", DM_REMAP_MAIN_OTHER }, { a, "", wwn, DM_REMAP_MAIN_UNKNOWN },
		{ "0A0B0C0D-01", other, "", DM_REMAP_MAIN_SAME },
		{ wwn, "", "", DM_REMAP_MAIN_UNKNOWN }, { wwn, "", wwn, DM_REMAP_MAIN_SAME },
		{ "wwn-0x5000C500A1B2C3D4", "", wwn, DM_REMAP_MAIN_SAME },
		{ wwn, a, "", DM_REMAP_MAIN_UNKNOWN },
		{ wwn, "", "wwn-0x5000c500a1b2c3d5", DM_REMAP_MAIN_OTHER },
		{ wwn, "", eui, DM_REMAP_MAIN_OTHER }, { eui, "", eui, DM_REMAP_MAIN_SAME },
		{ eui, "", "nvme-eui.0025385b71b0c6a2", DM_REMAP_MAIN_OTHER },
		{ "ata-disk_1", a, wwn, DM_REMAP_MAIN_UNKNOWN },
		{ "wwn-not-hex", a, "", DM_REMAP_MAIN_UNKNOWN },	/* as long as a number */
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, dm_remap_main_judge(cases[i].main_id, cases[i].partuuid,
							      cases[i].wwn),
				    cases[i].verdict, "case %u", i);
}

/* Pages of a former format lack its seed, and a label written for it lacks its secret. */
static void each_format_has_a_seed_and_a_secret_of_its_own(struct kunit *test)
{
	const struct dm_remap_sb *sb = (void *)disk[0];
	u8 secret[DM_REMAP_SECRET_SIZE];
	__le64 seed;

	format_set(test);
	seed = sb->seed;
	memcpy(secret, sb->secret, sizeof(secret));
	format_set(test);
	KUNIT_EXPECT_NE(test, sb->seed, seed);
	KUNIT_EXPECT_NE(test, memcmp(sb->secret, secret, sizeof(secret)), 0);
}

static void a_store_that_is_closed_frees_its_memory(struct kunit *test)
{
	struct dm_remap_store *store;
	int ret;

	format_set(test);
	KUNIT_EXPECT_EQ(test, allocated, 0);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_EXPECT_GT(test, allocated, 0);
	meta_close(store, NULL);
	KUNIT_EXPECT_EQ(test, allocated, 0);
}

/* Move a block from slot 0 to slot 200, in another page, and cut the power in between. */
static void leave_duplicate(struct kunit *test)
{
	struct dm_remap_entry e[2] = {
		{ .slot = 200, .main_block = 7, .state = DM_REMAP_ENTRY_MAPPED, .seq = 1 },
		{ .slot = 0, .state = DM_REMAP_ENTRY_BAD },
	};
	struct dm_remap_store *store;
	int ret;

	format_set(test);
	store = open_set(&ret);
	KUNIT_ASSERT_EQ(test, ret, 0);
	writes_left = 2;
	KUNIT_EXPECT_NE(test, meta_commit(store, e, 2), 0);
	meta_close(store, NULL);
	all_works();
}

/*
 * If two slots have the same block, the newer one counts, whichever copy of a page is also lost.
 * The repair puts no good copy at risk, even if the power is cut in any of its writes.
 */
static void duplicate(struct kunit *test)
{
	struct dm_remap_store *store;
	unsigned int place, cut;
	int ret;

	for (place = 0; place < MAX_PLACES; place++) {
		for (cut = 0; cut < 16; cut++) {
			leave_duplicate(test);
			memset(disk[parts[place]], 0xff, DM_REMAP_PAGE_SIZE);
			format_until(cut, 0x0f);
			store = open_set(&ret);
			KUNIT_EXPECT_EQ_MSG(test, ret, 0, "place %u, cut %u", place, cut);
			if (store)
				meta_close(store, NULL);
			KUNIT_EXPECT_EQ_MSG(test, loaded[200], 8, "place %u, cut %u", place, cut);
			KUNIT_EXPECT_EQ_MSG(test, loaded[0], 0, "place %u, cut %u", place, cut);
		}
	}
}

/* A first page of zeros does not turn the spare of a set into an empty one. */
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
	/* Not even if the spare has grown, so that there is nothing at its end. */
	format_to_grow(test, false);
	memset(disk[0], 0, DM_REMAP_PAGE_SIZE);
	store = open_set(&ret);
	KUNIT_EXPECT_EQ(test, ret, -EINVAL);
	KUNIT_EXPECT_NULL(test, store);
	spare_sectors = SPARE_SECTORS;
}

/*
 * To make a work queue is to wait for others who do so, and for memory that they wait for: that may
 * have to be written to the suspended set whose table this is.
 */
static void loading_makes_no_work_queue(struct kunit *test)
{
	struct meta *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	struct loader *l;

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->geo.replicas = 2;
	m->pages_used = 2 * META_RUN + 1;
	queues_made = 0;
	l = alloc_loader(m);
	KUNIT_ASSERT_NOT_NULL(test, l);
	KUNIT_EXPECT_EQ(test, l->nr_runs, 3);
	KUNIT_EXPECT_EQ(test, queues_made, 0);
	free_loader(l);
}

/* --- room for stale copies ------------------------------------------------- */

#define MANY_PAGES 400U

/* Mark one copy of @n pages from @first on as bad. */
static void mark_bad(struct meta *m, unsigned int replica, u32 first, u32 n)
{
	u32 page;

	for (page = first; page < first + n; page++)
		meta_page_mark(m, replica, page, true);
}

static bool counts(const struct meta *m, unsigned int replica, u32 page)
{
	return dm_remap_copy_counts(m->sb, replica, page, 1);
}

/*
 * The superblock lists pages individually, or one whole copy if there are more; if it does not
 * have enough room, the record is refused.
 */
static void stale_room(struct kunit *test)
{
	struct meta *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	unsigned int r;

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->sb = kunit_kzalloc(test, sizeof(*m->sb), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m->sb);
	m->geo = (struct dm_remap_geometry) { .replicas = 2, .nr_pages = MANY_PAGES };
	for (r = 0; r < 2; r++) {
		m->bad[r] = kunit_kcalloc(test, BITS_TO_LONGS(MANY_PAGES), sizeof(long),
					  GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, m->bad[r]);
	}
	m->generation = 9;

	mark_bad(m, 1, 0, DM_REMAP_SB_STALE);
	KUNIT_EXPECT_TRUE(test, meta_stale_record(m));
	KUNIT_EXPECT_FALSE(test, counts(m, 1, 0));
	KUNIT_EXPECT_TRUE(test, counts(m, 1, DM_REMAP_SB_STALE));
	/* With one more page the whole copy is recorded. */
	mark_bad(m, 1, DM_REMAP_SB_STALE, 1);
	KUNIT_EXPECT_TRUE(test, meta_stale_record(m));
	KUNIT_EXPECT_FALSE(test, counts(m, 1, 0) || counts(m, 1, MANY_PAGES - 1));
	KUNIT_EXPECT_TRUE(test, counts(m, 0, 0));
	/* In addition there is room for as many pages of the other copy. */
	mark_bad(m, 0, 200, DM_REMAP_SB_STALE);
	KUNIT_EXPECT_TRUE(test, meta_stale_record(m));
	KUNIT_EXPECT_FALSE(test, counts(m, 0, 200));
	KUNIT_EXPECT_TRUE(test, counts(m, 1, 200));
	mark_bad(m, 0, 300, 1);
	KUNIT_EXPECT_FALSE(test, meta_stale_record(m));
}

/* --- faults that come and go at random ------------------------------------------- */

/* A set whose places fail and recover, with power cuts in between. */
struct schedule {
	struct kunit *test;
	struct rnd_state rnd;
	unsigned int nr, step;
	struct dm_remap_store *store;
	struct dm_remap_geometry geo;
	unsigned int refused, again;
};

/* The possible result of an unacknowledged commit. */
static u64 maybe[SLOTS];

static u32 chance(struct schedule *s, u32 n)
{
	return prandom_u32_state(&s->rnd) % n;
}

/* The pages that hold the superblocks (thing 0), or the copies of a page of the table (others). */
static u64 places_of(const struct schedule *s, unsigned int thing)
{
	unsigned int r;
	u64 places = 0;

	if (!thing)
		return BIT_ULL(0) | BIT_ULL(spare_sectors / DM_REMAP_PAGE_SECTORS - 1);
	for (r = 0; r < s->geo.replicas; r++)
		places |= BIT_ULL(dm_remap_page_sector(&s->geo, r, thing - 1) /
				  DM_REMAP_PAGE_SECTORS);
	return places;
}

/* Whether each thing has at least one of these places. */
static bool each_has(const struct schedule *s, u64 places)
{
	unsigned int thing;

	for (thing = 0; thing <= s->geo.nr_pages; thing++)
		if (!(places_of(s, thing) & places))
			return false;
	return true;
}

/* Let up to two places fail at a time: reads, writes, or both. */
static void change_faults(struct schedule *s)
{
	unsigned int n = chance(s, 3), how;
	u64 place;

	bad_reads = 0;
	bad_writes = 0;
	lands = chance(s, 2) ? UINT_MAX : 0;
	while (n--) {
		place = places_of(s, chance(s, s->geo.nr_pages + 1));
		while (hweight64(place) > 1 && chance(s, hweight64(place)))
			place &= place - 1;
		place &= -place;
		how = 1 + chance(s, 3);
		bad_reads |= how & 1 ? place : 0;
		bad_writes |= how & 2 ? place : 0;
	}
}

static void choose_cut(struct schedule *s, unsigned int one_in)
{
	if (chance(s, one_in))
		return;
	writes_left = chance(s, 14);
	torn = chance(s, 2) ? chance(s, 256) : 0;
}

static void power_on(struct schedule *s)
{
	if (s->store)
		meta_close(s->store, NULL);
	s->store = NULL;
	writes_left = UINT_MAX;
	is_cut = false;
}

static void check_loaded(struct schedule *s)
{
	u32 i;

	for (i = 0; i < SLOTS; i++)
		KUNIT_ASSERT_TRUE_MSG(s->test, loaded[i] == acked[i] || loaded[i] == maybe[i],
				      "schedule %u, step %u: slot %u has %llu, not %llu or %llu",
				      s->nr, s->step, i, loaded[i], acked[i], maybe[i]);
	memcpy(acked, loaded, sizeof(acked));
	memcpy(maybe, loaded, sizeof(maybe));
}

/* Activate the set: it may only be refused if something has no place that is known to be good. */
static void activate(struct schedule *s)
{
	bool must = each_has(s, ~(unsound | bad_reads | bad_writes)) && writes_left == UINT_MAX;
	int ret;

	s->store = open_set(&ret);
	if (s->store)
		check_loaded(s);
	else
		KUNIT_ASSERT_FALSE_MSG(s->test, must, "schedule %u, step %u: refused, %d", s->nr,
				       s->step, ret);
	memcpy(table, acked, sizeof(table));
	s->refused += !s->store && writes_left == UINT_MAX;
}

/* If all places work, the set is refused only if something is permanently lost. */
static bool activate_at_last(struct schedule *s)
{
	unsigned int tries;

	for (tries = 0; !s->store && tries < 2; tries++) {
		power_on(s);
		if (tries)
			all_works();
		activate(s);
	}
	return s->store;
}

static unsigned int some_changes(struct schedule *s, struct dm_remap_entry *e)
{
	unsigned int i, n = 1 + chance(s, 3);
	u32 slot = chance(s, s->geo.nr_blocks / 3);

	for (i = 0; i < n; i++, slot += 1 + chance(s, s->geo.nr_blocks / 3)) {
		e[i] = (struct dm_remap_entry) { .slot = slot };
		maybe[slot] = 0;
		if (!chance(s, 4))
			continue;
		e[i].state = DM_REMAP_ENTRY_MAPPED;
		e[i].main_block = slot * 16 + chance(s, 16);
		maybe[slot] = e[i].main_block + 1;
	}
	return n;
}

/* Commit changes: a single writable place of each thing is enough for the set to stay active. */
static void change(struct schedule *s)
{
	bool must = each_has(s, ~bad_writes) && writes_left == UINT_MAX &&
		    !to_meta(s->store)->failed;
	struct dm_remap_entry e[3];
	unsigned int n = some_changes(s, e);
	int ret = meta_commit(s->store, e, n);

	KUNIT_ASSERT_FALSE_MSG(s->test, ret && must, "schedule %u, step %u: failed", s->nr,
			       s->step);
	if (ret)
		return;
	memcpy(acked, maybe, sizeof(acked));
	memcpy(table, acked, sizeof(table));
}

static void some_step(struct schedule *s)
{
	struct dm_remap_saved saved = { };

	switch (chance(s, 10)) {
	case 0 ... 4:
		choose_cut(s, 4);
		change(s);
		break;
	case 5:
		meta_save(s->store, &saved);
		break;
	case 6:
		meta_repair(s->store);
		break;
	case 7:
		change_faults(s);
		break;
	case 8:
		meta_close(s->store, &saved);
		s->store = NULL;
		break;
	case 9:
		power_on(s);
		change_faults(s);
		choose_cut(s, 4);
		activate(s);
		break;
	}
	if (is_cut || (s->store && to_meta(s->store)->failed))
		power_on(s);
}

static void begin_schedule(struct schedule *s)
{
	int ret;

	prandom_seed_state(&s->rnd, s->nr);
	replicas = 1 + s->nr % 4;
	all_works();
	memset(disk, 0, GROWN_PAGES * DM_REMAP_PAGE_SIZE);
	memset(table, 0, sizeof(table));
	memset(acked, 0, sizeof(acked));
	memset(maybe, 0, sizeof(maybe));
	unsound = 0;
	spare_sectors = GROWN_SECTORS;
	s->store = open_set(&ret);
	KUNIT_ASSERT_EQ(s->test, ret, 0);
	s->geo = to_meta(s->store)->geo;
	/* As with a spare that is too large for formatting to write the whole table. */
	if (chance(s, 2)) {
		to_meta(s->store)->pages_used = 1;
		KUNIT_ASSERT_EQ(s->test, meta_super_write(to_meta(s->store), false), 0);
	}
}

/*
 * Places fail and recover at any time, singly and in pairs, in sets with one to four copies.
 * Acknowledged changes are found, or the set is refused because no good copy can be read.  As
 * long as each thing can be written somewhere, changes are accepted.
 */
static void schedules(struct kunit *test)
{
	struct schedule s = { .test = test };
	unsigned int was = replicas;

	for (s.nr = 0; s.nr < NR_SCHEDULES; s.nr++) {
		begin_schedule(&s);
		for (s.step = 0; s.step < 60 && activate_at_last(&s); s.step++)
			some_step(&s);
		s.again += !s.store;
		power_on(&s);
	}
	replicas = was;
	spare_sectors = SPARE_SECTORS;
	kunit_info(test, "%u sets, %u activations refused, %u sets lost", s.nr, s.refused,
		   s.again);
}

static int metadata_init(struct kunit *test)
{
	disk = kunit_kzalloc(test, GROWN_PAGES * DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	return disk ? 0 : -ENOMEM;
}

static struct kunit_case metadata_cases[] = {
	KUNIT_CASE(entries_that_cannot_be),
	KUNIT_CASE(superblocks_that_cannot_be),
	KUNIT_CASE(pages_that_cannot_be),
	KUNIT_CASE(checksums_are_those_of_the_format),
	KUNIT_CASE(labels_that_cannot_be),
	KUNIT_CASE(labels_of_mains_that_have_another_size),
	KUNIT_CASE(identities_are_compared_with_their_kind),
	KUNIT_CASE(each_format_has_a_seed_and_a_secret_of_its_own),
	KUNIT_CASE(a_store_that_is_closed_frees_its_memory),
	KUNIT_CASE(reasons_are_kept),
	KUNIT_CASE(both_superblocks),
	KUNIT_CASE(repair_without_spare),
	KUNIT_CASE(a_repair_goes_on_where_it_stopped),
	KUNIT_CASE(an_empty_spare_is_formatted_only_if_it_can_be_read),
	KUNIT_CASE(an_id_without_room_is_left_out),
	KUNIT_CASE(a_store_that_cannot_be_written_takes_no_change),
	KUNIT_CASE(a_bad_copy_is_tried_again_after_1_2_and_4_commits),
	KUNIT_CASE(a_superblock_and_a_page),
	KUNIT_CASE(formatting),
	KUNIT_CASE(erased),
	KUNIT_CASE(loading_makes_no_work_queue),
	KUNIT_CASE(duplicate),
	KUNIT_CASE(growth),
	KUNIT_CASE(faults_of_former_copies_are_forgotten),
	KUNIT_CASE(former_end),
	KUNIT_CASE(growth_cut),
	KUNIT_CASE(growth_fails),
	KUNIT_CASE(successor_without_a_mark),
	KUNIT_CASE(former_end_impossible),
	KUNIT_CASE(grown_and_reverted),
	KUNIT_CASE(grown_without_first),
	KUNIT_CASE(stale_room),
	KUNIT_CASE(new_main),
	KUNIT_CASE(new_main_without_pages),
	KUNIT_CASE(new_main_cut_then_bad),
	KUNIT_CASE(new_main_cut_then_two_bad),
	KUNIT_CASE(a_copy_remembers_its_original),
	KUNIT_CASE(the_size_of_a_main_that_left_is_not_recorded),
	KUNIT_CASE(a_spare_that_left_has_not_grown),
	KUNIT_CASE(a_main_that_left_has_its_label),
	KUNIT_CASE(new_main_then_bad),
	KUNIT_CASE(new_main_degraded),
	KUNIT_CASE(pairs),
	KUNIT_CASE(schedules),
	{ }
};

static struct kunit_suite metadata_suite = {
	.name = "metadata",
	.init = metadata_init,
	.test_cases = metadata_cases,
};

kunit_test_suite(metadata_suite);
