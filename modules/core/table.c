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
 * A resize moves slots in the order of their numbers, not buckets, so that a piece of work is
 * the same size however long the chains are. The slots are divided into ranges, each with a
 * cursor: slots below it are in both tables, and so are slots that came after the resize began.
 * Small tables are moved a piece with each change, under the caller's lock. For large ones the
 * owner's worker moves them without that lock, on several processors: a range's own lock keeps a
 * slot from being moved while it is inserted or removed, and is held only for as long as it
 * takes to move a few slots. Buckets of the new table are changed by cmpxchg, since slots of all
 * ranges share them. Movers only push to them; a removal, of which only one runs at a time,
 * retries if its cmpxchg fails.
 *
 * A lookup may be standing on a slot that is taken out of its chain and put
 * into another one.  It then goes on in the wrong chain and may miss what it
 * looks for.  It notices by t->seq, which goes up between the two, and starts
 * again; a hit needs no such check, since what it found has the right block.
 * So a slot can be used again at once, without waiting for a grace period, and
 * RCU is needed only for the array of buckets.
 *
 * A bucket is one word: the number of its first slot in the low bits and, in the
 * bits that slot numbers of this spare do not need, a set of tags, one bit for each
 * block in the chain (struct remap_table.slot_bits).  Most lookups of a block that is
 * not there end at the bucket, because the block's tag is missing.  A tag stays as
 * long as a block in the chain has it, so a lookup that finds it missing need not look
 * at t->seq: the block was not in the table when the bucket was read.
 *
 * The hash is keyed, at random for each device: a medium cannot hold blocks that all go into one
 * chain. It hashes groups of REMAP_GROUP consecutive blocks; the blocks of a group have
 * different buckets that share a cache line, because damage on a disk comes in runs. Neither
 * tags nor buckets are stored: each activation has its own key.
 */
#define pr_fmt(fmt) fmt
#define DM_MSG_PREFIX "remap"

#include <linux/device-mapper.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "gfp.h"
#include "table.h"

/* A busy table resizes often: only its first resize is logged above the debug level. */
static const char resize_begins[] =
	KERN_DEBUG DM_FMT("%s: Adaptive hash table resize: %u -> %u buckets (count=%u)");
static const char resize_ends[] =
	KERN_DEBUG DM_FMT("%s: Hash table resize complete: %u -> %u buckets");

static __printf(1, 2) void log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintk(format, args);
	va_end(args);
}

/* Slots moved to the new table by one call of remap_table_balance(). */
#define REMAP_RESIZE_STEP	4096U

/* Slots moved between two releases of a range's lock: some microseconds. */
#define REMAP_MOVE_SLOTS	256U

/* How many slots ahead of a move the bucket is fetched that it will change. */
#define REMAP_MOVE_AHEAD	16U

/* Chains are measured after this many changes, in this many buckets. */
#define REMAP_MEASURE_CHANGES	16U
#define REMAP_MEASURE_BUCKETS	64U

/* A table up to this size, 64 KiB, is allocated within the call. */
#define REMAP_INLINE_BUCKETS	16384U

/* Consecutive blocks with neighbouring buckets; as many as a cache line has of them. */
#define REMAP_GROUP_SHIFT	4
#define REMAP_GROUP		BIT(REMAP_GROUP_SHIFT)

/* Buckets are allocated in pieces of 16 MiB: kvmalloc() gives no more than 2 GiB. */
#define REMAP_SEGMENT_SHIFT	22
#define REMAP_SEGMENT_BUCKETS	BIT(REMAP_SEGMENT_SHIFT)

/**
 * struct remap_segment - a piece of an array of chains.
 * @rcu: frees it after the last lookup in it.
 * @heads: tags and first slot of each chain.
 */
struct remap_segment {
	struct rcu_head rcu;
	u32 heads[];
};

/**
 * struct remap_buckets - an array of chains.
 * @rcu: frees it after the last lookup in it.
 * @bits: log2 of the number of buckets.
 * @link: which element of struct remap_slot.next its chains go through.
 * @segments: the array; each has REMAP_SEGMENT_BUCKETS chains, or all of them.
 */
struct remap_buckets {
	struct rcu_head rcu;
	u8 bits;
	u8 link;
	struct remap_segment *segments[];
};

static u32 nr_buckets(const struct remap_buckets *b)
{
	return 1U << b->bits;
}

static u32 nr_segments(u32 buckets)
{
	return DIV_ROUND_UP_ULL(buckets, REMAP_SEGMENT_BUCKETS);
}

static u32 *head_at(const struct remap_buckets *b, u32 bucket)
{
	return &b->segments[bucket >> REMAP_SEGMENT_SHIFT]
			->heads[bucket & (REMAP_SEGMENT_BUCKETS - 1)];
}

/* The end of a chain: all bits that a slot number may use are set. */
static u32 chain_end(const struct remap_table *t)
{
	return t->chain_end;
}

/*
 * Multiply twice: after one multiplication, equally spaced groups would still be equally spaced,
 * and under some keys they would gather in a few buckets.
 */
static u64 hash_block(const struct remap_table *t, u64 block)
{
	u64 h = (block >> REMAP_GROUP_SHIFT) * t->key[0];

	return (h ^ h >> 32) * t->key[1];
}

static u32 bucket_of(u64 hash, u64 block, const struct remap_buckets *b)
{
	return (hash >> (64 - b->bits)) ^ (block & (REMAP_GROUP - 1));
}

/* A bit above those of slot numbers, or 0 if there is none. */
static u32 tag_of(const struct remap_table *t, u64 hash)
{
	u32 bit = ((hash & 0xffff) * (32 - t->slot_bits)) >> 16;

	return BIT_ULL(t->slot_bits + bit);
}

static bool is_locked(const struct remap_table *t)
{
#ifdef CONFIG_LOCKDEP
	return !t->lock || lock_is_held(t->lock);
#else
	return true;
#endif
}

/* The table in use, while the caller's lock is held. */
static struct remap_buckets *current_buckets(const struct remap_table *t)
{
	return rcu_dereference_protected(t->buckets, is_locked(t));
}

static void free_buckets(struct remap_buckets *b)
{
	u32 i;

	for (i = 0; b && i < nr_segments(nr_buckets(b)); i++)
		kvfree(b->segments[i]);
	kvfree(b);
}

/* Free an array of chains after the last lookup in it. */
static void free_buckets_later(struct remap_buckets *b)
{
	u32 i;

	for (i = 0; i < nr_segments(nr_buckets(b)); i++)
		kvfree_rcu(b->segments[i], rcu);
	kvfree_rcu(b, rcu);
}

struct remap_buckets *remap_buckets_alloc(const struct remap_table *t, u32 nr)
{
	u32 i, n = min_t(u32, nr, REMAP_SEGMENT_BUCKETS);
	struct remap_buckets *b;

	b = kvzalloc(struct_size(b, segments, nr_segments(nr)), REMAP_GFP_NOIO);
	if (!b)
		return NULL;
	b->bits = ilog2(nr);
	for (i = 0; i < nr_segments(nr); i++) {
		b->segments[i] = kvmalloc(struct_size(b->segments[i], heads, n), REMAP_GFP_NOIO);
		if (!b->segments[i]) {
			free_buckets(b);
			return NULL;
		}
		memset32(b->segments[i]->heads, chain_end(t), n);
	}
	return b;
}

int remap_table_init(struct remap_table *t, struct remap_slots *slots, const char *name)
{
	struct remap_buckets *b;

	get_random_bytes(t->key, sizeof(t->key));
	/* Odd, so that no information is lost in the multiplication. */
	t->key[0] |= 1;
	t->key[1] |= 1;
	t->slot_bits = fls(slots->nr);
	t->chain_end = (u32)GENMASK_ULL(t->slot_bits - 1, 0);
	b = remap_buckets_alloc(t, t->min_buckets);
	if (!b)
		return -ENOMEM;
	b->link = 0;
	t->slots = slots;
	t->name = name;
	spin_lock_init(&t->none.lock);
	RCU_INIT_POINTER(t->buckets, b);
	return 0;
}

static void free_ranges(struct remap_table *t)
{
	if (t->ranges != &t->only)
		kvfree(t->ranges);
	t->ranges = NULL;
}

void remap_table_exit(struct remap_table *t)
{
	free_buckets(t->next);
	/* No lookup is left. */
	free_buckets(rcu_access_pointer(t->buckets));
	free_ranges(t);
	t->next = NULL;
	RCU_INIT_POINTER(t->buckets, NULL);
}

/* Walk a chain; sets *@word if the block is in it. */
static u32 find_in_chain(const struct remap_table *t, u32 slot, u8 link, u64 block, u64 *word)
{
	while (slot != chain_end(t)) {
		const struct remap_slot *s = remap_slots_at(t->slots, slot);
		u64 w = READ_ONCE(s->word);

		if (remap_word_block(w) == block && remap_word_state(w) >= REMAP_MAPPED) {
			*word = w;
			return slot;
		}
		slot = READ_ONCE(s->next[link]);
	}
	return REMAP_NO_SLOT;
}

u32 remap_table_lookup(const struct remap_table *t, u64 block, u64 *word)
{
	u64 hash = hash_block(t, block);
	u32 tag = tag_of(t, hash);
	u32 slot = REMAP_NO_SLOT;
	unsigned int seq;

	rcu_read_lock();
	do {
		const struct remap_buckets *b;
		u32 head;

		/* Pairs with smp_store_release() in changed(). */
		seq = smp_load_acquire(&t->seq);
		b = rcu_dereference(t->buckets);
		head = READ_ONCE(*head_at(b, bucket_of(hash, block, b)));
		if ((head & tag) != tag)
			break;
		slot = find_in_chain(t, head & chain_end(t), b->link, block, word);
		if (slot != REMAP_NO_SLOT)
			break;
		/* The chain was read before @seq is read again. */
		smp_rmb();
	} while (unlikely(READ_ONCE(t->seq) != seq));
	rcu_read_unlock();
	return slot;
}

/*
 * A slot has left a chain, or a table has been replaced: a lookup that may still be in it must
 * start again before it reports that a block is not there.
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
	u64 block = remap_word_block(READ_ONCE(s->word)), hash = hash_block(t, block);
	u32 tag = tag_of(t, hash), *head = head_at(b, bucket_of(hash, block, b));
	u32 old = READ_ONCE(*head);

	do {
		WRITE_ONCE(s->next[b->link], old & chain_end(t));
		/* A lookup that sees the slot sees its word and its successor. */
	} while (!try_cmpxchg(head, &old, (old & ~chain_end(t)) | tag | slot));
}

static u32 tag_of_slot(const struct remap_table *t, u32 slot)
{
	u64 word = READ_ONCE(remap_slots_at(t->slots, slot)->word);

	return tag_of(t, hash_block(t, remap_word_block(word)));
}

/*
 * Compute what a bucket becomes when a slot leaves the chain that begins at @head. If the slot
 * is not the first of the chain, this also updates the link of its predecessor.
 */
static u32 head_without(const struct remap_table *t, u8 link, u32 head, u32 slot)
{
	u32 i, next, first = head & chain_end(t), tags = 0;

	for (i = first; i != chain_end(t); i = next) {
		next = READ_ONCE(remap_slots_at(t->slots, i)->next[link]);
		if (i == slot)
			continue;
		tags |= tag_of_slot(t, i);
		if (next == slot) {
			next = READ_ONCE(remap_slots_at(t->slots, slot)->next[link]);
			WRITE_ONCE(remap_slots_at(t->slots, i)->next[link], next);
		}
	}
	if (first == slot)
		first = READ_ONCE(remap_slots_at(t->slots, slot)->next[link]);
	return tags | first;
}

static void unlink_slot(struct remap_table *t, struct remap_buckets *b, u32 slot)
{
	u64 block = remap_word_block(remap_slots_at(t->slots, slot)->word);
	u32 *head = head_at(b, bucket_of(hash_block(t, block), block, b));
	u32 old = READ_ONCE(*head);

	while (!try_cmpxchg(head, &old, head_without(t, b->link, old, slot)))
		;
}

/* The range of a resize that a slot is in, or an empty one if no resize will move it. */
static struct remap_range *range_of(struct remap_table *t, u32 slot)
{
	if (!t->next || slot / t->range_slots >= t->nr_ranges)
		return &t->none;
	return &t->ranges[slot / t->range_slots];
}

/* Whether a slot belongs in the new table, too. */
static bool in_next(const struct remap_table *t, const struct remap_range *r, u32 slot)
{
	return t->next && (slot < r->cursor || slot >= r->end);
}

void remap_table_insert(struct remap_table *t, u32 slot, u64 word)
{
	struct remap_range *r = range_of(t, slot);

	spin_lock(&r->lock);
	remap_slots_set(t->slots, slot, word);
	link_slot(t, current_buckets(t), slot);
	if (in_next(t, r, slot))
		link_slot(t, t->next, slot);
	spin_unlock(&r->lock);
	WRITE_ONCE(t->entries, t->entries + 1);
	t->adapt.changes++;
}

/* The first slot of a chain in which a block may be, as far as its tag tells. */
static u32 first_slot(const struct remap_table *t, const struct remap_loading *l, unsigned int i)
{
	u32 head = *l->heads[i];

	return (head & l->tags[i]) == l->tags[i] ? head & chain_end(t) : chain_end(t);
}

static void find_heads(const struct remap_table *t, struct remap_loading *l)
{
	const struct remap_buckets *b = current_buckets(t);
	unsigned int i;

	for (i = 0; i < l->nr; i++) {
		u64 block = remap_word_block(l->words[i]), hash = hash_block(t, block);

		l->heads[i] = head_at(b, bucket_of(hash, block, b));
		l->tags[i] = tag_of(t, hash);
		prefetchw(l->heads[i]);
	}
	for (i = 0; i < l->nr; i++) {
		u32 slot = first_slot(t, l, i);

		if (slot != chain_end(t))
			prefetch(remap_slots_at(t->slots, slot));
	}
}

unsigned int remap_table_load(struct remap_table *t, struct remap_loading *l, u32 *other)
{
	u8 link = current_buckets(t)->link;
	unsigned int i;

	find_heads(t, l);
	for (i = 0; i < l->nr; i++) {
		u32 *head = l->heads[i], slot = l->slots[i];
		u64 word;

		*other = find_in_chain(t, first_slot(t, l, i), link,
				       remap_word_block(l->words[i]), &word);
		if (*other != REMAP_NO_SLOT)
			break;
		remap_slots_set(t->slots, slot, l->words[i]);
		/* Whatever lets others see the device orders these for them. */
		remap_slots_at(t->slots, slot)->next[link] = *head & chain_end(t);
		*head = (*head & ~chain_end(t)) | l->tags[i] | slot;
	}
	t->entries += i;
	t->adapt.changes += i;
	return i;
}

void remap_table_remove(struct remap_table *t, u32 slot, enum remap_slot_state state)
{
	struct remap_range *r = range_of(t, slot);

	spin_lock(&r->lock);
	unlink_slot(t, current_buckets(t), slot);
	if (in_next(t, r, slot))
		unlink_slot(t, t->next, slot);
	changed(t);
	remap_slots_set(t->slots, slot, remap_word(0, state, 0));
	spin_unlock(&r->lock);
	WRITE_ONCE(t->entries, t->entries - 1);
	t->adapt.changes++;
}

static u64 load_percent(const struct remap_table *t, u32 buckets)
{
	return (u64)t->entries * 100 / buckets;
}

/* Twice as many buckets, or more if that many entries are expected. */
static u32 larger(const struct remap_table *t, u32 nr)
{
	u64 entries = t->expected;

	/* At most an eighth of all entries are there already when it grows for the last time. */
	while (entries > (u64)t->entries * REMAP_EXPECT_FACTOR)
		entries /= REMAP_EXPECT_FACTOR;
	do
		nr *= 2;
	while (nr < REMAP_MAX_BUCKETS && entries * 100 / nr > t->grow_percent);
	return nr;
}

static u32 fixed_due(const struct remap_table *t, u32 nr)
{
	if (load_percent(t, nr) > t->grow_percent && nr < REMAP_MAX_BUCKETS)
		return larger(t, nr);
	if (load_percent(t, nr) < t->shrink_percent && nr > t->min_buckets && !t->expected)
		return nr / 2;
	return 0;
}

static u32 adaptive_due(const struct remap_table *t, u32 nr)
{
	switch (remap_adapt_verdict(&t->adapt, load_percent(t, nr), ktime_get_boottime_ns())) {
	case REMAP_ADAPT_GROW:
		return nr < REMAP_MAX_BUCKETS ? nr * 2 : 0;
	case REMAP_ADAPT_HALVE:
		return nr > t->min_buckets ? nr / 2 : 0;
	default:
		return 0;
	}
}

u32 remap_table_resize_due(const struct remap_table *t)
{
	u32 nr = nr_buckets(current_buckets(t));

	if (t->next)
		return 0;
	if (nr < t->min_buckets)
		return t->min_buckets;
	return t->adaptive ? adaptive_due(t, nr) : fixed_due(t, nr);
}

static u32 chain_length(const struct remap_table *t, const struct remap_buckets *b, u32 bucket)
{
	u32 slot, n = 0;

	for (slot = READ_ONCE(*head_at(b, bucket)) & chain_end(t); slot != chain_end(t);
	     slot = READ_ONCE(remap_slots_at(t->slots, slot)->next[b->link]))
		n++;
	return n;
}

/* Measure chains now and then, in other buckets each time. */
static void measure_chains(struct remap_table *t)
{
	const struct remap_buckets *b = current_buckets(t);
	struct remap_adapt *a = &t->adapt;
	u32 i, n, entries = 0, visits = 0;

	remap_adapt_look(a, load_percent(t, nr_buckets(b)), ktime_get_boottime_ns());
	if (a->changes < max(REMAP_MEASURE_CHANGES, nr_buckets(b) / 32))
		return;
	for (i = 0; i < REMAP_MEASURE_BUCKETS; i++) {
		n = chain_length(t, b, (a->place + i) & (nr_buckets(b) - 1));
		entries += n;
		visits += n * (n + 1) / 2;
	}
	a->place += REMAP_MEASURE_BUCKETS;
	remap_adapt_measured(a, entries, visits);
}

void remap_table_set_adaptive(struct remap_table *t, bool adaptive)
{
	if (t->adaptive == adaptive)
		return;
	t->adaptive = adaptive;
	t->adapt = (struct remap_adapt) { .changes = REMAP_MAX_BUCKETS };
}

u64 remap_table_wait(const struct remap_table *t)
{
	if (!t->adaptive || t->next || nr_buckets(current_buckets(t)) <= t->min_buckets)
		return 0;
	return remap_adapt_wait(&t->adapt, ktime_get_boottime_ns());
}

static void notify_resize(const struct remap_table *t, enum remap_table_change what)
{
	if (t->resize_notify)
		t->resize_notify(t, what);
}

/* Ranges consist of whole chunks. */
static void divide(struct remap_table *t, u32 ranges)
{
	u32 end = remap_slots_end(t->slots), i;
	u32 chunks = DIV_ROUND_UP_ULL(end, REMAP_CHUNK_SLOTS);

	ranges = clamp(ranges, 1U, clamp(chunks, 1U, REMAP_MAX_RANGES));
	t->ranges = &t->only;
	if (ranges > 1)
		t->ranges = kvcalloc(ranges, sizeof(*t->ranges), REMAP_GFP_NOIO);
	if (!t->ranges) {
		t->ranges = &t->only;
		ranges = 1;
	}
	t->range_slots = max(1ULL, DIV_ROUND_UP_ULL(chunks, ranges)) << REMAP_CHUNK_SHIFT;
	t->nr_ranges = (end + t->range_slots - 1) / t->range_slots;
	for (i = 0; i < t->nr_ranges; i++) {
		struct remap_range *r = &t->ranges[i];

		spin_lock_init(&r->lock);
		r->start = i * t->range_slots;
		r->cursor = r->start;
		r->end = min_t(u64, end, (u64)r->start + t->range_slots);
	}
}

bool remap_table_begin_resize(struct remap_table *t, struct remap_buckets *next, u32 ranges)
{
	const struct remap_buckets *b = current_buckets(t);

	if (remap_table_resize_due(t) != nr_buckets(next)) {
		free_buckets(next);
		return false;
	}
	next->link = !b->link;
	divide(t, ranges);
	t->next = next;
	t->resize.started_ns = ktime_get_boottime_ns();
	t->resize.from = nr_buckets(b);
	t->resize.to = nr_buckets(next);
	t->resize.entries = t->entries;
	if (t->resized)
		log_debug(resize_begins, t->name, t->resize.from, t->resize.to, t->entries);
	else
		DMINFO("%s: Adaptive hash table resize: %u -> %u buckets (count=%u)",
		       t->name, t->resize.from, t->resize.to, t->entries);
	notify_resize(t, REMAP_TABLE_RESIZE_BEGIN);
	return true;
}

static void finish_resize(struct remap_table *t)
{
	struct remap_buckets *old = current_buckets(t);
	struct dm_remap_resize *r = &t->resize;
	u64 now;

	rcu_assign_pointer(t->buckets, t->next);
	t->next = NULL;
	free_ranges(t);
	/*
	 * The next resize will reuse the links of the old table, which lookups may still be
	 * following.
	 */
	changed(t);
	free_buckets_later(old);

	now = ktime_get_boottime_ns();
	r->duration_ns = now - r->started_ns;
	remap_adapt_resized(&t->adapt, r->to > r->from, r->duration_ns, now);
	t->resize_ns += r->duration_ns;
	t->history[(t->grows + t->shrinks) % DM_REMAP_HISTORY] = *r;
	if (r->to > r->from)
		t->grows++;
	else
		t->shrinks++;
	if (t->resized)
		log_debug(resize_ends, t->name, r->from, r->to);
	else
		DMINFO("%s: Hash table resize complete: %u -> %u buckets", t->name, r->from, r->to);
	t->resized = true;
	notify_resize(t, REMAP_TABLE_RESIZE_END);
}

/*
 * A cmpxchg waits for the bucket, and all that follows waits for the cmpxchg: without this, the
 * buckets of a large table would come from memory one after the other.  It does no harm if the slot
 * is free or changes.
 */
static void fetch_bucket(const struct remap_table *t, u32 slot)
{
	u64 block = remap_word_block(remap_slots_word(t->slots, slot));

	prefetchw(head_at(t->next, bucket_of(hash_block(t, block), block, t->next)));
}

/* Move up to *@budget slots of a range to the new table; an empty chunk counts as one slot. */
static void move_slots(struct remap_table *t, struct remap_range *r, u32 *budget)
{
	while (r->cursor < r->end && *budget) {
		u32 left = min(r->end - r->cursor,
			       REMAP_CHUNK_SLOTS - (r->cursor & (REMAP_CHUNK_SLOTS - 1)));

		--*budget;
		if (!remap_slots_used(t->slots, r->cursor >> REMAP_CHUNK_SHIFT)) {
			r->cursor += left;
			continue;
		}
		if (left > REMAP_MOVE_AHEAD)
			fetch_bucket(t, r->cursor + REMAP_MOVE_AHEAD);
		if (remap_word_state(remap_slots_word(t->slots, r->cursor)) >= REMAP_MAPPED)
			link_slot(t, t->next, r->cursor);
		r->cursor++;
	}
}

bool remap_table_begin_moving(struct remap_table *t)
{
	t->moving = t->next;
	return t->moving;
}

bool remap_table_move(struct remap_table *t, u32 range)
{
	struct remap_range *r = &t->ranges[range];
	u32 budget = REMAP_MOVE_SLOTS;
	bool more;

	spin_lock(&r->lock);
	move_slots(t, r, &budget);
	more = r->cursor < r->end;
	spin_unlock(&r->lock);
	return more;
}

void remap_table_end_moving(struct remap_table *t)
{
	t->moving = false;
	notify_resize(t, REMAP_TABLE_RESIZE_STEP);
	finish_resize(t);
}

u32 remap_table_moved(const struct remap_table *t)
{
	u32 i, n = remap_slots_end(t->slots);

	for (i = 0; t->next && i < t->nr_ranges; i++)
		n -= t->ranges[i].end - READ_ONCE(t->ranges[i].cursor);
	return n;
}

/* One range after the other, under the caller's lock. */
static void step_resize(struct remap_table *t, u32 *budget)
{
	u32 i;

	for (i = 0; i < t->nr_ranges && *budget; i++) {
		struct remap_range *r = &t->ranges[i];

		spin_lock(&r->lock);
		move_slots(t, r, budget);
		spin_unlock(&r->lock);
	}
	notify_resize(t, REMAP_TABLE_RESIZE_STEP);
	if (remap_table_moved(t) == remap_slots_end(t->slots))
		finish_resize(t);
}

bool remap_table_balance(struct remap_table *t)
{
	u32 budget = REMAP_RESIZE_STEP;

	if (t->moving)
		return false;
	for (;;) {
		struct remap_buckets *next;
		u32 nr;

		if (t->next) {
			step_resize(t, &budget);
			if (t->next)
				return true;
		}
		if (t->adaptive)
			measure_chains(t);
		nr = remap_table_resize_due(t);
		if (!nr)
			return false;
		if (nr > REMAP_INLINE_BUCKETS || !budget)
			return true;
		next = remap_buckets_alloc(t, nr);
		if (!next)
			return true;
		remap_table_begin_resize(t, next, 1);
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
