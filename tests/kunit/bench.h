/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys, the entries of an rhashtable, and the timing of lookups, for suites that compare
 * times.
 */
#ifndef _KUNIT_BENCH_H
#define _KUNIT_BENCH_H

#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/string.h>

#define BENCH_KEY_BITS	33
#define BENCH_LOOKUPS	1000000U
#define BENCH_PIECE	5000U
#define BENCH_PIECES	(BENCH_LOOKUPS / BENCH_PIECE)
#define BENCH_ROUNDS	8

/**
 * struct object - an entry of an rhashtable, with which tables are compared.
 * @key: the block.
 * @slot: the payload.
 * @node: of the table.
 */
struct object {
	u64 key;
	u32 slot;
	struct rhash_head node;
};

static const struct rhashtable_params object_params = {
	.key_len = sizeof(u64),
	.key_offset = offsetof(struct object, key),
	.head_offset = offsetof(struct object, node),
	.automatic_shrinking = true,
};

/* A random-looking key, different for each number: the steps below are a bijection. */
static inline u64 bench_key(u32 i)
{
	u64 x = i;

	/* each step can be undone in BENCH_KEY_BITS bits */
	x = (x * 0x1d8e4e27c47d124fULL + 0x5bd1e995) & GENMASK_ULL(BENCH_KEY_BITS - 1, 0);
	x ^= x >> 17;
	x = (x * 0xeb44accab455d165ULL) & GENMASK_ULL(BENCH_KEY_BITS - 1, 0);
	x ^= x >> 19;
	return x;
}

/* Choose keys to look up, in random order, in a table that contains keys 0 to @n - 1. */
static inline void bench_choose_keys(u64 *hits, u64 *misses, u32 n)
{
	struct rnd_state rnd;
	u32 i;

	prandom_seed_state(&rnd, 42);
	for (i = 0; i < BENCH_LOOKUPS; i++) {
		hits[i] = bench_key((u64)prandom_u32_state(&rnd) * n >> 32);
		misses[i] = bench_key(n + ((u64)prandom_u32_state(&rnd) * n >> 32));
	}
}

/*
 * Look up BENCH_LOOKUPS keys, and return how many were found.  Other work on the machine now
 * and then takes the processor away for longer than a piece of the lookups takes, so record
 * the best time of each piece in several rounds.
 */
static inline u32 bench_round(u32 (*look_up)(const u64 *keys), const u64 *keys, u32 *best)
{
	u32 i, n = 0;

	for (i = 0; i < BENCH_PIECES; i++) {
		u64 start = ktime_get_ns();

		n += look_up(keys + i * BENCH_PIECE);
		best[i] = min_t(u64, best[i], ktime_get_ns() - start);
		cond_resched();
	}
	return n;
}

/* The time of a lookup, in thousandths of a nanosecond. */
static inline u64 bench_per_lookup(const u32 *best)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < BENCH_PIECES; i++)
		sum += best[i];
	return sum / (BENCH_LOOKUPS / 1000);
}

#endif /* _KUNIT_BENCH_H */
