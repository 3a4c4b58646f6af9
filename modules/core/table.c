// SPDX-License-Identifier: GPL-2.0
/*
 * The remap table.
 *
 * A chained hash table whose chains are slot numbers, four bytes each, kept in
 * the slots.  Each slot has two of them, and a table uses the one that its
 * predecessor did not use.  So a resize can build the new table beside the old
 * one, a piece at a time, while the old one stays complete: lookups only ever
 * look into one table, and change over to the new one when it is complete too.
 *
 * While a resize runs, slots below t->cursor are in both tables.  The cursor
 * moves over the slots in the order of their numbers, not over the buckets, so
 * that a piece of work is the same size however long the chains are.
 *
 * A lookup may be standing on a slot that is taken out of its chain and put
 * into another one.  It then goes on in the wrong chain and may miss what it
 * looks for.  It notices by t->seq, which goes up between the two, and starts
 * again; a hit needs no such check, since what it found has the right block.
 * So a slot can be used again at once, without waiting for a grace period, and
 * RCU is needed only for the array of buckets.
 *
 * The hash is multiplicative (hash_64(), <linux/hash.h>): runs of blocks, which
 * is what damage on a disk looks like, spread evenly.
 */
#define pr_fmt(fmt) fmt
#define DM_MSG_PREFIX "remap"

#include <linux/device-mapper.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "table.h"

/* Slots moved to the new table by one call of remap_table_balance(). */
#define REMAP_RESIZE_STEP	4096U

/* A table up to this size, 64 KiB, is allocated within the call. */
#define REMAP_INLINE_BUCKETS	16384U

/**
 * struct remap_buckets - an array of chains.
 * @rcu: frees it after the last lookup in it.
 * @bits: log2 of the number of buckets.
 * @link: which element of struct remap_slot.next its chains go through.
 * @heads: first slot of each chain, or REMAP_NO_SLOT.
 */
struct remap_buckets {
	struct rcu_head rcu;
	u8 bits;
	u8 link;
	u32 heads[];
};

static u32 nr_buckets(const struct remap_buckets *b)
{
	return 1U << b->bits;
}

/* The table in use, for whoever holds the caller's lock. */
static struct remap_buckets *current_buckets(const struct remap_table *t)
{
	return rcu_dereference_protected(t->buckets, true);
}

struct remap_buckets *remap_buckets_alloc(u32 nr)
{
	struct remap_buckets *b;

	b = kvmalloc(struct_size(b, heads, nr), GFP_NOIO | __GFP_NOWARN);
	if (!b)
		return NULL;
	b->bits = ilog2(nr);
	memset32(b->heads, REMAP_NO_SLOT, nr);
	return b;
}

int remap_table_init(struct remap_table *t, struct remap_slots *slots, const char *name)
{
	struct remap_buckets *b = remap_buckets_alloc(t->min_buckets);

	if (!b)
		return -ENOMEM;
	b->link = 0;
	t->slots = slots;
	t->name = name;
	RCU_INIT_POINTER(t->buckets, b);
	return 0;
}

void remap_table_exit(struct remap_table *t)
{
	kvfree(t->next);
	kvfree(rcu_dereference_protected(t->buckets, true));
	t->next = NULL;
	RCU_INIT_POINTER(t->buckets, NULL);
}

u32 remap_table_lookup(const struct remap_table *t, u64 block, u64 *word)
{
	const struct remap_buckets *b;
	unsigned int seq;
	u32 slot;

	rcu_read_lock();
	do {
		/* Pairs with smp_store_release() in changed(). */
		seq = smp_load_acquire(&t->seq);
		b = rcu_dereference(t->buckets);
		slot = READ_ONCE(b->heads[hash_64(block, b->bits)]);
		while (slot != REMAP_NO_SLOT) {
			const struct remap_slot *s = remap_slots_at(t->slots, slot);
			u64 w = READ_ONCE(s->word);

			if (remap_word_block(w) == block &&
			    remap_word_state(w) >= REMAP_MAPPED) {
				*word = w;
				goto out;
			}
			slot = READ_ONCE(s->next[b->link]);
		}
		/* The chain was read before @seq is read again. */
		smp_rmb();
	} while (unlikely(READ_ONCE(t->seq) != seq));
out:
	rcu_read_unlock();
	return slot;
}

/*
 * A slot has left a chain, or a table is out of use: whoever may still be in it
 * must look again before it says that something is not there.
 */
static void changed(struct remap_table *t)
{
	/* After the change of the chain, ... */
	smp_store_release(&t->seq, t->seq + 1);
	/* ... and before the slot becomes part of another one. */
	smp_wmb();
}

static void link_slot(struct remap_table *t, struct remap_buckets *b, u32 slot)
{
	struct remap_slot *s = remap_slots_at(t->slots, slot);
	u32 *head = &b->heads[hash_64(remap_word_block(s->word), b->bits)];

	WRITE_ONCE(s->next[b->link], *head);
	/* A lookup that sees the slot sees its word and its successor. */
	smp_store_release(head, slot);
}

static void unlink_slot(struct remap_table *t, struct remap_buckets *b, u32 slot)
{
	struct remap_slot *s = remap_slots_at(t->slots, slot);
	u32 *link = &b->heads[hash_64(remap_word_block(s->word), b->bits)];

	while (*link != slot) {
		if (WARN_ON_ONCE(*link == REMAP_NO_SLOT))
			return;
		link = &remap_slots_at(t->slots, *link)->next[b->link];
	}
	WRITE_ONCE(*link, s->next[b->link]);
}

void remap_table_insert(struct remap_table *t, u32 slot, u64 word)
{
	remap_slots_set(t->slots, slot, word);
	link_slot(t, current_buckets(t), slot);
	if (t->next && slot < t->cursor)
		link_slot(t, t->next, slot);
	WRITE_ONCE(t->entries, t->entries + 1);
}

void remap_table_remove(struct remap_table *t, u32 slot, enum remap_slot_state state)
{
	unlink_slot(t, current_buckets(t), slot);
	if (t->next && slot < t->cursor)
		unlink_slot(t, t->next, slot);
	changed(t);
	remap_slots_set(t->slots, slot, remap_word(0, state, 0));
	WRITE_ONCE(t->entries, t->entries - 1);
}

static u64 load_percent(const struct remap_table *t, u32 buckets)
{
	return (u64)t->entries * 100 / buckets;
}

u32 remap_table_resize_due(const struct remap_table *t)
{
	u32 nr = nr_buckets(current_buckets(t));

	if (t->next)
		return 0;
	if (nr < t->min_buckets)
		return t->min_buckets;
	if (load_percent(t, nr) > t->grow_percent && nr < REMAP_MAX_BUCKETS)
		return nr * 2;
	if (load_percent(t, nr) < t->shrink_percent && nr > t->min_buckets)
		return nr / 2;
	return 0;
}

static void tell(const struct remap_table *t, enum remap_table_change what)
{
	if (t->watch)
		t->watch(t, what);
}

void remap_table_begin_resize(struct remap_table *t, struct remap_buckets *next)
{
	const struct remap_buckets *b = current_buckets(t);

	if (remap_table_resize_due(t) != nr_buckets(next)) {
		kvfree(next);
		return;
	}
	next->link = !b->link;
	t->next = next;
	t->cursor = 0;
	t->resize.started_ns = ktime_get_boottime_ns();
	t->resize.from = nr_buckets(b);
	t->resize.to = nr_buckets(next);
	t->resize.entries = t->entries;
	DMINFO("%s: Adaptive hash table resize: %u -> %u buckets (count=%u)",
	       t->name, t->resize.from, t->resize.to, t->entries);
	tell(t, REMAP_TABLE_RESIZE_BEGIN);
}

static void finish_resize(struct remap_table *t)
{
	struct remap_buckets *old = current_buckets(t);
	struct dm_remap_resize *r = &t->resize;

	rcu_assign_pointer(t->buckets, t->next);
	t->next = NULL;
	/*
	 * The next resize will use the links of the old table, in which lookups
	 * may still be.
	 */
	changed(t);
	kvfree_rcu(old, rcu);

	r->duration_ns = ktime_get_boottime_ns() - r->started_ns;
	t->resize_ns += r->duration_ns;
	t->history[(t->grows + t->shrinks) % DM_REMAP_HISTORY] = *r;
	if (r->to > r->from)
		t->grows++;
	else
		t->shrinks++;
	DMINFO("%s: Hash table resize complete: %u -> %u buckets",
	       t->name, r->from, r->to);
	tell(t, REMAP_TABLE_RESIZE_END);
}

/* Move up to *@budget slots to the new table. */
static void step_resize(struct remap_table *t, u32 *budget)
{
	u32 end = remap_slots_end(t->slots);

	while (t->cursor < end && *budget) {
		u32 chunk = t->cursor >> REMAP_CHUNK_SHIFT;
		u32 left = min_t(u32, end - t->cursor,
				 REMAP_CHUNK_SLOTS - (t->cursor & (REMAP_CHUNK_SLOTS - 1)));

		if (!t->slots->used[chunk]) {
			t->cursor += left;
			--*budget;
			continue;
		}
		if (remap_word_state(remap_slots_at(t->slots, t->cursor)->word) >= REMAP_MAPPED)
			link_slot(t, t->next, t->cursor);
		t->cursor++;
		--*budget;
	}
	tell(t, REMAP_TABLE_RESIZE_STEP);
	if (t->cursor == end)
		finish_resize(t);
}

bool remap_table_balance(struct remap_table *t)
{
	u32 budget = REMAP_RESIZE_STEP;

	for (;;) {
		struct remap_buckets *next;
		u32 nr;

		if (t->next) {
			step_resize(t, &budget);
			if (t->next)
				return true;
		}
		nr = remap_table_resize_due(t);
		if (!nr)
			return false;
		if (nr > REMAP_INLINE_BUCKETS || !budget)
			return true;
		next = remap_buckets_alloc(nr);
		if (!next)
			return true;
		remap_table_begin_resize(t, next);
	}
}

u32 remap_table_buckets(const struct remap_table *t)
{
	u32 nr;

	rcu_read_lock();
	nr = nr_buckets(rcu_dereference(t->buckets));
	rcu_read_unlock();
	return nr;
}

static u32 chain_length(const struct remap_table *t, const struct remap_buckets *b, u32 bucket)
{
	u32 slot, n = 0;

	for (slot = READ_ONCE(b->heads[bucket]); slot != REMAP_NO_SLOT;
	     slot = READ_ONCE(remap_slots_at(t->slots, slot)->next[b->link]))
		n++;
	return n;
}

u32 remap_table_longest_chain(const struct remap_table *t)
{
	u32 longest = 0, bucket = 0, end;

	do {
		const struct remap_buckets *b;

		rcu_read_lock();
		b = rcu_dereference(t->buckets);
		end = min(nr_buckets(b), bucket + 1024);
		for (; bucket < end; bucket++)
			longest = max(longest, chain_length(t, b, bucket));
		end = nr_buckets(b);
		rcu_read_unlock();
		cond_resched();
	} while (bucket < end);
	return longest;
}
