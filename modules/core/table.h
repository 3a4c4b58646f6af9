/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The remap table: from a block of the main to its slot.
 */
#ifndef _REMAP_TABLE_H
#define _REMAP_TABLE_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <dm-remap/store.h>

#include "adapt.h"
#include "slots.h"

#define REMAP_MIN_BUCKETS	64U
#define REMAP_MAX_MIN_BUCKETS	SZ_16M
#define REMAP_MAX_BUCKETS	SZ_2G

/* See remap_table_expect(). */
#define REMAP_EXPECT_FACTOR	16U

/* Most pieces that a resize is divided into, for several processors. */
#define REMAP_MAX_RANGES	256U

struct remap_buckets;
struct remap_table;

/* The events that struct remap_table.resize_notify is called for. */
enum remap_table_change {
	REMAP_TABLE_RESIZE_BEGIN,
	REMAP_TABLE_RESIZE_STEP,
	REMAP_TABLE_RESIZE_END,
};

struct remap_table;

typedef void (*remap_table_notify_fn)(const struct remap_table *t, enum remap_table_change what);

/**
 * struct remap_range - slots that a resize moves one after the other.
 * @lock: protects @cursor and the slots of the range, so that a slot is inserted or removed
 *	either before or after its move. Taken with or without the caller's lock.
 * @start: first slot.
 * @cursor: slots from @start up to this one are in the new table.
 * @end: slot behind the last.
 */
struct remap_range {
	spinlock_t lock;
	u32 start;
	u32 cursor;
	u32 end;
} ____cacheline_aligned_in_smp;

/**
 * struct remap_table - hash table over the slots that have a main block.
 * @slots: the slots; chains are linked through them.
 * @name: of the device, for the log.
 * @buckets: the table that lookups use.
 * @key: of the hash; random, and both odd.
 * @slot_bits: bits of a bucket that slot numbers need; those above hold tags.
 * @chain_end: all of these bits: no slot.
 * @seq: goes up whenever a slot has left a chain that a lookup may be in.
 * @entries: slots in the table.
 * @min_buckets: it never shrinks below this; power of two.
 * @grow_percent: it doubles when entries * 100 / buckets is above this.
 * @shrink_percent: it halves when entries * 100 / buckets is below this.
 * @expected: entries that are about to be loaded, at a guess; 0 if none are.
 * @resize_notify: called when @resize begins, after each piece of it, and when it has ended,
 *	or NULL; the caller's lock is held.
 * @adaptive: @adapt takes the place of @grow_percent and @shrink_percent.
 * @adapt: measurements of the table; only if @adaptive.
 * @lock: the caller's, for lockdep; NULL if it has none.
 * @next: the table that a resize is filling, or NULL.
 * @ranges: all slots up to remap_slots_end() when it began; all others are in @next already.
 * @only: room for @ranges if there is only one.
 * @none: the range of slots that no resize moves.
 * @nr_ranges: elements of @ranges.
 * @range_slots: slots of each, but for the last.
 * @moving: remap_table_move() may be running.
 * @resize: the resize under way.
 * @resized: one has been completed, and logged.
 * @grows: completed resizes to more buckets.
 * @shrinks: completed resizes to fewer.
 * @resize_ns: time between begin and end of all of them, in total.
 * @history: the last resizes; the newest is at (@grows + @shrinks - 1) %
 *	DM_REMAP_HISTORY.
 *
 * Lookups take no lock.  All else is under the caller's lock.
 */
struct remap_table {
	struct remap_slots *slots;
	const char *name;
	struct remap_buckets __rcu *buckets;
	u64 key[2];
	u32 slot_bits;
	u32 chain_end;
	unsigned int seq;

	u32 entries;
	u32 min_buckets;
	u32 grow_percent;
	u32 shrink_percent;
	u32 expected;
	remap_table_notify_fn resize_notify;

	bool adaptive;
	struct remap_adapt adapt;

#ifdef CONFIG_LOCKDEP
	const struct lockdep_map *lock;
#endif
	struct remap_buckets *next;
	struct remap_range *ranges;
	struct remap_range only;
	struct remap_range none;
	u32 nr_ranges;
	u64 range_slots;
	bool moving;
	struct dm_remap_resize resize;
	bool resized;
	u64 grows;
	u64 shrinks;
	u64 resize_ns;
	struct dm_remap_resize history[DM_REMAP_HISTORY];
};

/* Name the caller's lock: lockdep complains of changes without it. */
static inline void remap_table_set_lock(struct remap_table *t, struct mutex *lock)
{
#ifdef CONFIG_LOCKDEP
	t->lock = &lock->dep_map;
#endif
}

/* Without the caller's lock, the value may be outdated. */
static inline u32 remap_table_entries(const struct remap_table *t)
{
	return READ_ONCE(t->entries);
}

static inline u64 remap_table_grows(const struct remap_table *t)
{
	return READ_ONCE(t->grows);
}

static inline u64 remap_table_shrinks(const struct remap_table *t)
{
	return READ_ONCE(t->shrinks);
}

/* For a new table, or under the caller's lock; remap_table_balance() acts on it. */
static inline void remap_table_set_limits(struct remap_table *t, u32 min_buckets,
					  u32 grow_percent, u32 shrink_percent)
{
	t->min_buckets = min_buckets;
	t->grow_percent = grow_percent;
	t->shrink_percent = shrink_percent;
}

/* For a new table: set remap_table.resize_notify. */
static inline void remap_table_set_notify(struct remap_table *t, remap_table_notify_fn notify)
{
	t->resize_notify = notify;
}

/**
 * remap_table_init() - make an empty table.
 * @t: to be filled; the caller has called remap_table_set_limits().
 * @slots: where entries are.
 * @name: of the device, for the log; not copied.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM.
 */
int remap_table_init(struct remap_table *t, struct remap_slots *slots, const char *name);

/**
 * remap_table_exit() - free the table.
 * @t: the table; initialised or zeroed.
 *
 * Context: process; no lookup may be running.
 */
void remap_table_exit(struct remap_table *t);

/**
 * remap_table_lookup() - find the slot of a main block.
 * @t: the table.
 * @block: block of the main.
 * @word: set to what the slot holds, if there is one.
 *
 * Takes no lock and never waits, not even for a resize. A block that is in the table all the
 * time is found, whatever is inserted and removed concurrently.
 *
 * Context: any but NMI.
 * Return: the slot, or REMAP_NO_SLOT.
 */
u32 remap_table_lookup(const struct remap_table *t, u64 block, u64 *word);

/**
 * remap_table_insert() - put a slot into the table.
 * @t: the table.
 * @slot: a slot that is in no chain and for which remap_slots_prepare() was
 *	called.
 * @word: its new word, in a state that has a main block.
 *
 * If the block is in the table already, lookups find the new slot from now on;
 * the caller removes the other one.
 *
 * Context: any; the caller's lock.
 */
void remap_table_insert(struct remap_table *t, u32 slot, u64 word);

/**
 * remap_table_expect() - let the table grow in few steps.
 * @t: the table.
 * @entries: how many it will have, if all goes as expected; 0 when that has ended.
 *
 * Until then it grows to the size for that number at once, but for no more than
 * REMAP_EXPECT_FACTOR times the entries that it has, so that memory follows them even if the
 * number is wrong; and it does not shrink. Only if it is not adaptive.
 *
 * Context: any; the caller's lock.
 */
static inline void remap_table_expect(struct remap_table *t, u32 entries)
{
	t->expected = entries;
}

/* Slots that remap_table_load() takes at once: as many as hide the latency of memory. */
#define REMAP_LOAD_BATCH	256U

/**
 * struct remap_loading - slots that are put into a table together.
 * @nr: how many.
 * @slots: as for remap_table_insert(), all different.
 * @words: their new words.
 * @heads: for remap_table_load(): their buckets.
 * @tags: for remap_table_load(): their tags.
 */
struct remap_loading {
	unsigned int nr;
	u32 slots[REMAP_LOAD_BATCH];
	u64 words[REMAP_LOAD_BATCH];
	u32 *heads[REMAP_LOAD_BATCH];
	u32 tags[REMAP_LOAD_BATCH];
};

/**
 * remap_table_load() - put slots into a table, up to the first whose block is there already.
 * @t: a table that nobody looks into yet, and that is not being resized.
 * @l: the slots.
 * @other: set to the slot that has the block of the first slot that was not put into the table.
 *
 * Does the same as a remap_table_lookup() and a remap_table_insert() for each, but walks each
 * chain once, gets all of them into the cache first, and needs neither barriers nor atomic
 * operations.
 *
 * Context: any; the caller's lock.
 * Return: how many are in the table now.
 */
unsigned int remap_table_load(struct remap_table *t, struct remap_loading *l, u32 *other);

/**
 * remap_table_remove() - take a slot out of the table.
 * @t: the table.
 * @slot: a slot in it.
 * @state: what becomes of it, REMAP_FREE or REMAP_BAD.
 *
 * Context: any; the caller's lock.
 */
void remap_table_remove(struct remap_table *t, u32 slot, enum remap_slot_state state);

/**
 * remap_table_balance() - do one bounded piece of the resize that is due.
 * @t: the table.
 *
 * To be called after each insertion, removal and change of a limit. A table of up to
 * REMAP_INLINE_BUCKETS buckets is replaced within the call; for a larger one, the caller drops
 * its lock to allocate memory with remap_buckets_alloc().
 *
 * Context: process, may sleep, does no I/O to get memory; the caller's lock.
 * Return: whether there is more to do: remap_table_begin_resize() if a resize is due and none is
 * under way, and further calls.
 */
bool remap_table_balance(struct remap_table *t);

/**
 * remap_table_resize_due() - number of buckets that the table should have.
 * @t: the table.
 *
 * Context: any; the caller's lock.
 * Return: the number for remap_buckets_alloc(), or 0 if the table is as it
 * should be or a resize is under way.
 */
u32 remap_table_resize_due(const struct remap_table *t);

/**
 * remap_buckets_alloc() - memory for a table.
 * @t: the table that it is for.
 * @nr: number of buckets, a power of two.
 *
 * Context: process, may sleep, does no I/O to get memory; no lock needed.
 * Return: an empty table, or NULL.
 */
struct remap_buckets *remap_buckets_alloc(const struct remap_table *t, u32 nr);

/**
 * remap_table_begin_resize() - start to fill a new table.
 * @t: the table.
 * @next: from remap_buckets_alloc(); freed if it is no longer of the right size.
 * @ranges: pieces to divide the work into; fewer if there is no memory or little work.
 *
 * Context: any; the caller's lock.
 * Return: whether it has begun.
 */
bool remap_table_begin_resize(struct remap_table *t, struct remap_buckets *next, u32 ranges);

/**
 * remap_table_begin_moving() - let the work be done without the caller's lock.
 * @t: the table.
 *
 * From now on remap_table_balance() does nothing.  If the result is true,
 * the caller calls remap_table_move() until each range is done, then
 * remap_table_end_moving().
 *
 * Context: any; the caller's lock.
 * Return: false if no resize is under way.
 */
bool remap_table_begin_moving(struct remap_table *t);

/**
 * remap_table_move() - do a piece of a resize.
 * @t: the table, between remap_table_begin_moving() and remap_table_end_moving().
 * @range: number of the range, below @t->nr_ranges.
 *
 * Insertions and removals of slots in the range wait for as long as it takes to move
 * REMAP_MOVE_SLOTS.  Several processors may move different ranges.
 *
 * Context: process; without the caller's lock.
 * Return: whether there is more in the range.
 */
bool remap_table_move(struct remap_table *t, u32 range);

/**
 * remap_table_end_moving() - switch to the new table.
 * @t: the table; all ranges are done, and no remap_table_move() is running.
 *
 * Context: any; the caller's lock.
 */
void remap_table_end_moving(struct remap_table *t);

/**
 * remap_table_moved() - the progress of a resize.
 * @t: the table.
 *
 * Context: any; the caller's lock.
 * Return: the number of slots that the resize has passed, or that were first used after it
 * began.
 */
u32 remap_table_moved(const struct remap_table *t);

/**
 * remap_table_set_adaptive() - choose what makes the table grow and shrink.
 * @t: the table.
 * @adaptive: measurements if true, else the percentages.
 *
 * Context: any; the caller's lock.
 */
void remap_table_set_adaptive(struct remap_table *t, bool adaptive);

/**
 * remap_table_wait() - how long until a resize may become due without any change.
 * @t: the table.
 *
 * Context: any; the caller's lock.
 * Return: nanoseconds from now, or 0 if none will.
 */
u64 remap_table_wait(const struct remap_table *t);

/**
 * remap_table_buckets() - number of buckets in use.
 * @t: the table.
 *
 * Context: any.
 * Return: the number of buckets.
 */
u32 remap_table_buckets(const struct remap_table *t);

/**
 * remap_table_longest_chain() - entries in the fullest bucket.
 * @t: the table.
 *
 * Walks the whole table, a piece at a time; changes during the walk make
 * the result approximate.
 *
 * Context: process, may sleep.
 * Return: the number of entries.
 */
u32 remap_table_longest_chain(const struct remap_table *t);

/**
 * remap_table_limits_valid() - whether the limits make sense.
 * @grow_percent: as in struct remap_table, 51 to 1000.
 * @shrink_percent: as in struct remap_table, 0 to 500.
 *
 * A table that has just been doubled must not be halved at once: grow must be
 * at least 2 * shrink + 1.
 *
 * Return: true if they do.
 */
static inline bool remap_table_limits_valid(u32 grow_percent, u32 shrink_percent)
{
	return grow_percent >= 51 && grow_percent <= 1000 && shrink_percent <= 500 &&
	       grow_percent >= 2 * shrink_percent + 1;
}

#endif /* _REMAP_TABLE_H */
