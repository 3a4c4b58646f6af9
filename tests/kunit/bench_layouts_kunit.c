// SPDX-License-Identifier: GPL-2.0
/*
 * Our table compared with others: those of the kernel, and small ones with layouts that the
 * kernel does not have.  The latter are made for one size, cannot grow, and do not support
 * readers concurrent with writers; they show the limit of a layout, not the performance of a
 * complete table with it.
 *
 *   insmod bench_layouts_kunit.ko entries=100000,1000000
 *
 * For each layout the suite prints the time of a lookup, for present and for absent blocks.
 */
#include <kunit/test.h>

#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/rhashtable.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>

#include "bench.h"
#include "table.h"

/* Not inlined, since in the module it is in another source file. */
noinline u32 remap_table_lookup(const struct remap_table *t, u64 block, u64 *word);

static uint entries[8] = { 100000, 1000000 };
static int nr_entries = 2;
module_param_array(entries, uint, &nr_entries, 0444);

/**
 * struct layout - a table.
 * @name: its name, to be printed.
 * @most: maximum number of entries to test, since some take much memory for random keys.
 * @make: create it with the keys 0 to @n - 1.
 * @look_up: look up BENCH_PIECE keys; returns how many are present.
 * @drop: free it.
 */
struct layout {
	const char *name;
	u32 most;
	bool (*make)(u32 n);
	u32 (*look_up)(const u64 *keys);
	void (*drop)(void);
};

/* Sum of the results, so that lookups are not optimized away. */
static u64 sum;

/* @find adds to @sum, and is compiled into the loop. */
static __always_inline u32 look_up_with(bool (*find)(u64 key), const u64 *keys)
{
	u32 i, n = 0;

	for (i = 0; i < BENCH_PIECE; i++)
		n += find(keys[i]);
	return n;
}

/* ours */

static struct fixture ours;

static bool ours_make(u32 n)
{
	u32 i;

	fixture_init(&ours, n, REMAP_MIN_BUCKETS);
	for (i = 0; i < n; i++) {
		insert(&ours, i, bench_key(i));
		settle(&ours);
	}
	return true;
}

static __always_inline bool ours_find(u64 key)
{
	u64 word;

	if (remap_table_lookup(&ours.table, key, &word) == REMAP_NO_SLOT)
		return false;
	sum += word;
	return true;
}

static u32 ours_look_up(const u64 *keys)
{
	return look_up_with(ours_find, keys);
}

static void ours_drop(void)
{
	fixture_exit(&ours);
}

/* rhashtable */

static struct rhashtable ht;

static bool ht_make(u32 n)
{
	u32 i;

	if (rhashtable_init(&ht, &object_params))
		return false;
	for (i = 0; i < n; i++) {
		struct object *o = kmalloc(sizeof(*o), GFP_KERNEL);

		if (!o)
			return false;
		o->key = bench_key(i);
		o->slot = i;
		if (rhashtable_lookup_insert_fast(&ht, &o->node, object_params))
			return false;
		/* Chains grow during a resize, so that it and inserts would get much slower. */
		if (!(i % 1024))
			flush_work(&ht.run_work);
	}
	/* The worker of the rhashtable may still be resizing. */
	do {
		flush_work(&ht.run_work);
	} while (rcu_access_pointer(rcu_access_pointer(ht.tbl)->future_tbl));
	return true;
}

static __always_inline bool ht_find(u64 key)
{
	struct object *o = rhashtable_lookup_fast(&ht, &key, object_params);

	if (!o)
		return false;
	sum += o->slot;
	return true;
}

static u32 ht_look_up(const u64 *keys)
{
	return look_up_with(ht_find, keys);
}

static void free_object(void *o, void *unused)
{
	kfree(o);
}

static void ht_drop(void)
{
	rhashtable_free_and_destroy(&ht, free_object, NULL);
}

/* XArray */

static DEFINE_XARRAY(xa);

static bool xa_make(u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (xa_is_err(xa_store(&xa, bench_key(i), xa_mk_value(i), GFP_KERNEL)))
			return false;
		if (!(i % 1024))
			cond_resched();
	}
	return true;
}

static __always_inline bool xa_find_key(u64 key)
{
	void *value = xa_load(&xa, key);

	sum += (unsigned long)value;
	return value;
}

static u32 xa_look_up(const u64 *keys)
{
	return look_up_with(xa_find_key, keys);
}

static void xa_drop(void)
{
	xa_destroy(&xa);
}

/* maple tree */

static struct maple_tree mt = MTREE_INIT(mt, 0);

static bool mt_make(u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		u64 key = bench_key(i);

		if (mtree_store_range(&mt, key, key, xa_mk_value(i), GFP_KERNEL))
			return false;
		if (!(i % 1024))
			cond_resched();
	}
	return true;
}

static __always_inline bool mt_find_key(u64 key)
{
	void *value = mtree_load(&mt, key);

	sum += (unsigned long)value;
	return value;
}

static u32 mt_look_up(const u64 *keys)
{
	return look_up_with(mt_find_key, keys);
}

static void mt_drop(void)
{
	mtree_destroy(&mt);
}

/**
 * struct cell - an entry of the tables below.
 * @key: the block, plus 1; 0 if the cell is empty.
 * @slot: the payload.
 * @distance: robin hood: number of cells from the one selected by its hash.
 */
struct cell {
	u64 key;
	u32 slot;
	u32 distance;
};

static struct cell *cells;
static u32 nr_places;
static u8 *controls;

static u64 hash_key(u64 key)
{
	u64 h = key * 0xd6e8feb86659fd93ULL;

	return (h ^ h >> 32) * 0xa0761d6478bd642fULL;
}

/* Choose one of nr_places by 32 bits of the hash. */
static u32 place_of(u32 hash)
{
	return (u64)hash * nr_places >> 32;
}

static void cells_drop(void)
{
	kvfree(cells);
	kvfree(controls);
	cells = NULL;
	controls = NULL;
}

static bool cells_make(u32 places, u32 cells_per_place)
{
	nr_places = places;
	/* An allocation of a page or more is aligned to cache lines. */
	cells = kvcalloc((u64)places * cells_per_place, sizeof(*cells), GFP_KERNEL);
	return cells;
}

static __always_inline bool is_cell_of(const struct cell *c, u64 key)
{
	if (c->key != key + 1)
		return false;
	sum += c->slot;
	return true;
}

/* cuckoo: two buckets, each a cache line with four cells; 90% full */

static bool cuckoo_put(struct cell *bucket, struct cell new)
{
	u32 i;

	for (i = 0; i < 4; i++) {
		if (!bucket[i].key) {
			bucket[i] = new;
			return true;
		}
	}
	return false;
}

static bool cuckoo_insert(struct cell new)
{
	u32 kicks, random = 1;

	for (kicks = 0; kicks < 10000; kicks++) {
		u64 h = hash_key(new.key - 1);
		struct cell *a = &cells[place_of(h) * 4], *b = &cells[place_of(h >> 32) * 4];

		if (cuckoo_put(a, new) || cuckoo_put(b, new))
			return true;
		random = next_pseudo_random32(random);
		swap((random & BIT(31) ? a : b)[random >> 16 & 3], new);
	}
	return false;
}

static bool cuckoo_make(u32 n)
{
	u32 i;

	if (!cells_make(n / 4 * 10 / 9 + 2, 4))
		return false;
	for (i = 0; i < n; i++) {
		if (!cuckoo_insert((struct cell) { bench_key(i) + 1, i }))
			return false;
	}
	return true;
}

static __always_inline bool cuckoo_find(u64 key)
{
	u64 h = hash_key(key);
	const struct cell *a = &cells[place_of(h) * 4], *b = &cells[place_of(h >> 32) * 4];
	u32 i;

	/* Fetch both lines at the same time. */
	prefetch(b);
	for (i = 0; i < 4; i++) {
		if (is_cell_of(&a[i], key))
			return true;
	}
	for (i = 0; i < 4; i++) {
		if (is_cell_of(&b[i], key))
			return true;
	}
	return false;
}

static u32 cuckoo_look_up(const u64 *keys)
{
	return look_up_with(cuckoo_find, keys);
}

/* robin hood: linear probing, where the entry further from home keeps the cell; 75% full */

static bool robin_make(u32 n)
{
	u32 i;

	if (!cells_make(n / 3 * 4 + 64, 1))
		return false;
	for (i = 0; i < n; i++) {
		struct cell new = { bench_key(i) + 1, i };
		u32 at = place_of(hash_key(new.key - 1));

		for (; cells[at].key; at = at + 1 < nr_places ? at + 1 : 0, new.distance++) {
			if (cells[at].distance < new.distance)
				swap(cells[at], new);
		}
		cells[at] = new;
	}
	return true;
}

static __always_inline bool robin_find(u64 key)
{
	u32 at = place_of(hash_key(key)), distance = 0;

	while (cells[at].key && cells[at].distance >= distance) {
		if (is_cell_of(&cells[at], key))
			return true;
		at = at + 1 < nr_places ? at + 1 : 0;
		distance++;
	}
	return false;
}

static u32 robin_look_up(const u64 *keys)
{
	return look_up_with(robin_find, keys);
}

/* swiss table: groups of 8 cells, and for each cell a byte with 7 bits of the hash; 80% full */

#define ONES	0x0101010101010101ULL

static u64 *group_controls(u32 group)
{
	return (u64 *)&controls[(u64)group * 8];
}

static u64 zero_bytes(u64 x)
{
	return (x - ONES) & ~x & ONES << 7;
}

static bool swiss_make(u32 n)
{
	u32 i, k;

	if (!cells_make(n / 32 * 5 + 8, 8))
		return false;
	controls = kvzalloc((u64)nr_places * 8, GFP_KERNEL);
	if (!controls)
		return false;
	for (i = 0; i < n; i++) {
		u64 h = hash_key(bench_key(i));
		u32 group = place_of(h >> 32);

		while (!zero_bytes(*group_controls(group)))
			group = group + 1 < nr_places ? group + 1 : 0;
		k = __ffs64(zero_bytes(*group_controls(group))) / 8;
		controls[(u64)group * 8 + k] = 0x80 | (h & 0x7f);
		cells[(u64)group * 8 + k] = (struct cell) { bench_key(i) + 1, i };
	}
	return true;
}

static __always_inline bool swiss_find(u64 key)
{
	u64 h = hash_key(key), control, match;
	u32 group = place_of(h >> 32);

	for (;;) {
		control = *group_controls(group);
		for (match = zero_bytes(control ^ ONES * (0x80 | (h & 0x7f))); match;
		     match &= match - 1) {
			if (is_cell_of(&cells[(u64)group * 8 + __ffs64(match) / 8], key))
				return true;
		}
		if (zero_bytes(control))
			return false;
		group = group + 1 < nr_places ? group + 1 : 0;
	}
}

static u32 swiss_look_up(const u64 *keys)
{
	return look_up_with(swiss_find, keys);
}

/*
 * Lines of tags: a cache line has 16 slot numbers, each with some bits of the hash above it; the
 * keys are stored in the slots; 75% full.
 */

#define LINE_WORDS	16
#define LINE_SLOT_BITS	24

static u32 *lines;
static u64 *slot_keys;

static u32 *line_at(u32 line)
{
	return &lines[(u64)line * LINE_WORDS];
}

/* Never 0. */
static u32 line_tag(u64 h)
{
	return (h & 0x7f) | 0x80;
}

static bool lines_make(u32 n)
{
	u32 i, k;

	nr_places = n / 12 + 2;
	lines = kvcalloc((u64)nr_places * LINE_WORDS, sizeof(*lines), GFP_KERNEL);
	slot_keys = kvcalloc(n, sizeof(*slot_keys), GFP_KERNEL);
	if (!lines || !slot_keys)
		return false;
	for (i = 0; i < n; i++) {
		u64 h = hash_key(bench_key(i));
		u32 line = place_of(h >> 32);

		while (line_at(line)[LINE_WORDS - 1])
			line = line + 1 < nr_places ? line + 1 : 0;
		for (k = 0; line_at(line)[k]; k++)
			;
		line_at(line)[k] = line_tag(h) << LINE_SLOT_BITS | i;
		slot_keys[i] = bench_key(i);
	}
	return true;
}

static __always_inline bool lines_find(u64 key)
{
	u64 h = hash_key(key);
	u32 line = place_of(h >> 32), tag = line_tag(h), i;

	for (;;) {
		const u32 *words = line_at(line);

		for (i = 0; i < LINE_WORDS && words[i]; i++) {
			u32 slot = words[i] & (BIT(LINE_SLOT_BITS) - 1);

			if (words[i] >> LINE_SLOT_BITS == tag && slot_keys[slot] == key) {
				sum += slot;
				return true;
			}
		}
		if (i < LINE_WORDS)
			return false;
		line = line + 1 < nr_places ? line + 1 : 0;
	}
}

static u32 lines_look_up(const u64 *keys)
{
	return look_up_with(lines_find, keys);
}

static void lines_drop(void)
{
	kvfree(lines);
	kvfree(slot_keys);
	lines = NULL;
	slot_keys = NULL;
}

static const struct layout layouts[] = {
	{ "remap", U32_MAX, ours_make, ours_look_up, ours_drop },
	{ "rhashtable", U32_MAX, ht_make, ht_look_up, ht_drop },
	{ "xarray", 1000000, xa_make, xa_look_up, xa_drop },
	{ "maple tree", 1000000, mt_make, mt_look_up, mt_drop },
	{ "cuckoo", U32_MAX, cuckoo_make, cuckoo_look_up, cells_drop },
	{ "robin hood", U32_MAX, robin_make, robin_look_up, cells_drop },
	{ "swiss table", U32_MAX, swiss_make, swiss_look_up, cells_drop },
	{ "lines of tags", 10000000, lines_make, lines_look_up, lines_drop },
};

static u64 *hits, *misses;

static u64 measure(struct kunit *test, const struct layout *l, const u64 *keys, u32 expected)
{
	static u32 best[BENCH_PIECES];
	u32 round;

	memset(best, 0xff, sizeof(best));
	for (round = 0; round < BENCH_ROUNDS; round++)
		KUNIT_EXPECT_EQ(test, bench_round(l->look_up, keys, best), expected);
	return bench_per_lookup(best);
}

static void compare(struct kunit *test, const struct layout *l, u32 n)
{
	u64 hit, miss;

	if (!l->make(n)) {
		KUNIT_FAIL(test, "no %s with %u entries", l->name, n);
		l->drop();
		return;
	}
	hit = measure(test, l, hits, BENCH_LOOKUPS);
	miss = measure(test, l, misses, 0);
	l->drop();
	kunit_info(test, "LAYOUT %u %s: hit %llu.%llu ns, miss %llu.%llu ns\n",
		   n, l->name, hit / 1000, hit / 100 % 10, miss / 1000, miss / 100 % 10);
}

static void name_layout(const struct layout *l, char *desc)
{
	strscpy(desc, l->name, KUNIT_PARAM_DESC_SIZE);
}

/* A case for each: KUnit ends one after five minutes, and many entries take some of them. */
KUNIT_ARRAY_PARAM(layout, layouts, name_layout);

static void a_layout_finds_what_is_there_and_nothing_else(struct kunit *test)
{
	const struct layout *l = test->param_value;
	u32 i;

	ours.test = test;
	hits = kvmalloc_array(BENCH_LOOKUPS, sizeof(u64), GFP_KERNEL);
	misses = kvmalloc_array(BENCH_LOOKUPS, sizeof(u64), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, hits && misses);
	for (i = 0; i < nr_entries; i++) {
		if (entries[i] > l->most)
			continue;
		bench_choose_keys(hits, misses, entries[i]);
		compare(test, l, entries[i]);
	}
}

/* Insert the keys; returns the time of one insert, in tenths of a nanosecond. */
static u64 time_inserts(u32 n)
{
	u64 start = ktime_get_ns();
	u32 i;

	for (i = 0; i < n; i++) {
		insert(&ours, i, bench_key(i));
		settle(&ours);
	}
	return div_u64((ktime_get_ns() - start) * 10, n);
}

static void measure_load(struct kunit *test, u32 n, u32 buckets)
{
	u64 insert_ns, hit, miss;

	fixture_init(&ours, n, buckets);
	ours.table.grow_percent = 1000;
	ours.table.shrink_percent = 0;
	insert_ns = time_inserts(n);
	hit = measure(test, &layouts[0], hits, BENCH_LOOKUPS);
	miss = measure(test, &layouts[0], misses, 0);
	kunit_info(test, "LOAD %llu%%: hit %llu.%llu ns, miss %llu.%llu ns, insert %llu ns, %u buckets, longest chain %u\n",
		   n * 100ULL / buckets, hit / 1000, hit / 100 % 10, miss / 1000, miss / 100 % 10,
		   insert_ns / 10, remap_table_buckets(&ours.table),
		   remap_table_longest_chain(&ours.table));
	KUNIT_EXPECT_EQ(test, remap_table_buckets(&ours.table), buckets);
}

static void a_table_is_as_fast_as_its_load_lets_it_be(struct kunit *test)
{
	const u32 n = 1000000;
	u32 buckets;
	u64 insert_ns;

	ours.test = test;
	hits = kvmalloc_array(BENCH_LOOKUPS, sizeof(u64), GFP_KERNEL);
	misses = kvmalloc_array(BENCH_LOOKUPS, sizeof(u64), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, hits && misses);
	bench_choose_keys(hits, misses, n);
	for (buckets = SZ_128K; buckets <= SZ_4M; buckets *= 2)
		measure_load(test, n, buckets);
	fixture_init(&ours, n, REMAP_MIN_BUCKETS);
	insert_ns = time_inserts(n);
	kunit_info(test, "GROWTH from %u to %u buckets: insert %llu ns, resizes %llu, %llu ns for each entry\n",
		   REMAP_MIN_BUCKETS, remap_table_buckets(&ours.table), insert_ns / 10,
		   ours.table.grows, div_u64(ours.table.resize_ns, n));
	fixture_exit(&ours);
}

static void layouts_exit(struct kunit *test)
{
	kvfree(hits);
	kvfree(misses);
	hits = NULL;
	misses = NULL;
}

static struct kunit_case layouts_cases[] = {
	KUNIT_CASE_SLOW(a_table_is_as_fast_as_its_load_lets_it_be),
	KUNIT_CASE_PARAM_ATTR(a_layout_finds_what_is_there_and_nothing_else, layout_gen_params,
			      ((struct kunit_attributes) { .speed = KUNIT_SPEED_SLOW })),
	{}
};

static struct kunit_suite layouts_suite = {
	.name = "bench_layouts_kunit",
	.exit = layouts_exit,
	.test_cases = layouts_cases,
};

kunit_test_suite(layouts_suite);

MODULE_DESCRIPTION("KUnit suite that compares dm-remap's table with others");
MODULE_LICENSE("GPL");
