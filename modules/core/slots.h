/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The array of slots, one for each block of the spare's data area; they hold what is known about
 * each remap.
 */
#ifndef _REMAP_SLOTS_H
#define _REMAP_SLOTS_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bits.h>
#include <linux/minmax.h>

/* No slot.  A spare has at most U32_MAX blocks, so no slot has this number. */
#define REMAP_NO_SLOT		U32_MAX

#define REMAP_CHUNK_SHIFT	10
#define REMAP_CHUNK_SLOTS	BIT(REMAP_CHUNK_SHIFT)
#define REMAP_DIR_SHIFT		10
#define REMAP_DIR_CHUNKS	BIT(REMAP_DIR_SHIFT)

/*
 * What a block of the spare is used for.  The states from REMAP_MAPPED on are
 * those in which the slot has a main block and is found by a lookup of it.
 */
enum remap_slot_state {
	REMAP_FREE,	/* holds nothing */
	REMAP_BAD,	/* failed a write; never used again */
	REMAP_MAPPED,	/* holds the main block's data */
	REMAP_PENDING,	/* reserved: the main block failed a read, its next write goes here */
	REMAP_MOVING,	/* data is on the way here or from here: I/O to the block waits */
	REMAP_INDETERMINATE,	/* the store failed while it moved: I/O to it fails */
};

/* Which of two slots with the same block is the newer: dm_remap_entry_newer(). */
#define REMAP_SLOT_SEQ		GENMASK(1, 0)
/* Some of the block's sectors are lost, or unread; masks.h has them. */
#define REMAP_SLOT_LOST		BIT(2)
#define REMAP_SLOT_UNREAD	BIT(5)
/* The state that the store has for a slot in REMAP_MOVING, if that is not free. */
#define REMAP_SLOT_WAS_MAPPED	BIT(3)
#define REMAP_SLOT_WAS_PENDING	BIT(4)

/**
 * struct remap_slot - a block of the spare.
 * @word: main block in bits 0 to 47, enum remap_slot_state in bits 48 to 51, why the
 *	block left the main, enum dm_remap_reason, in bits 52 to 55, REMAP_SLOT_*
 *	flags in bits 56 to 63; read and written as one, so that a
 *	reader without a lock never sees the state of one remap with the block
 *	of another.
 * @next: the next slot in the same hash chain.  While the table is resized a
 *	slot is in a chain of the old and of the new table; the two use one
 *	element each (table.c).
 *
 * 16 bytes; with one bucket of four bytes for each remap that makes 20 bytes of
 * memory for a remap.
 */
struct remap_slot {
	u64 word;
	u32 next[2];
};

#define REMAP_BLOCK_BITS	48
#define REMAP_BLOCK_MASK	GENMASK_ULL(REMAP_BLOCK_BITS - 1, 0)

static inline u64 remap_word(u64 block, enum remap_slot_state state, u8 flags)
{
	return block | (u64)state << 48 | (u64)flags << 56;
}

static inline u64 remap_word_block(u64 word)
{
	return word & REMAP_BLOCK_MASK;
}

static inline enum remap_slot_state remap_word_state(u64 word)
{
	return (word >> 48) & 0xf;
}

static inline u8 remap_word_reason(u64 word)
{
	return (word >> 52) & 0xf;
}

static inline u64 remap_word_with_reason(u64 word, u8 reason)
{
	return (word & ~GENMASK_ULL(55, 52)) | (u64)reason << 52;
}

static inline u8 remap_word_flags(u64 word)
{
	return word >> 56;
}

/**
 * struct remap_slot_dir - REMAP_DIR_CHUNKS pieces of the array of slots.
 * @chunks: the pieces, each with REMAP_CHUNK_SLOTS slots, or NULL.
 * @used: for each, how many of its slots are not REMAP_FREE.
 */
struct remap_slot_dir {
	struct remap_slot *chunks[REMAP_DIR_CHUNKS];
	u16 used[REMAP_DIR_CHUNKS];
};

/**
 * struct remap_slots - all slots of a device.
 * @nr: number of slots, 1 to U32_MAX.
 * @dirs: directories of chunks.  They and the chunks are allocated when a slot in them is
 *	first used and kept until the device goes, so that a reader needs no lock to
 *	look at a slot, and memory follows the slots in use, not the size of the spare.
 * @nr_used_chunks: chunks from this one on have no memory.
 * @reserve: a chunk allocated ahead, for an allocation failure.
 * @reserve_dir: a directory allocated ahead.
 *
 * Everything but reading of @dirs, chunks and slots is under the caller's lock.
 */
struct remap_slots {
	u32 nr;
	struct remap_slot_dir **dirs;
	u32 nr_used_chunks;
	struct remap_slot *reserve;
	struct remap_slot_dir *reserve_dir;
};

static inline u32 remap_slots_nr(const struct remap_slots *slots)
{
	return slots->nr;
}

/**
 * remap_slots_init() - make an array of free slots.
 * @slots: to be filled.
 * @nr: number of slots, 1 to U32_MAX.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM.
 */
int remap_slots_init(struct remap_slots *slots, u32 nr);

/**
 * remap_slots_exit() - free the array.
 * @slots: initialised, zeroed or already freed.
 *
 * Context: process, may sleep; nobody may look at a slot any more.
 */
void remap_slots_exit(struct remap_slots *slots);

/**
 * remap_slots_prepare() - make sure that a slot has memory.
 * @slots: the array.
 * @slot: number of the slot, below @slots->nr.
 *
 * Falls back on the memory allocated ahead, and replaces that once memory is available.
 *
 * Context: process, may sleep, does no I/O to get memory; the caller's lock.
 * Return: whether remap_slots_at() may be called for @slot.
 */
bool remap_slots_prepare(struct remap_slots *slots, u32 slot);

static inline unsigned int remap_slots_nr_chunks(const struct remap_slots *slots)
{
	return ((u64)slots->nr + REMAP_CHUNK_SLOTS - 1) >> REMAP_CHUNK_SHIFT;
}

static inline unsigned int remap_slots_nr_dirs(const struct remap_slots *slots)
{
	return (remap_slots_nr_chunks(slots) + REMAP_DIR_CHUNKS - 1) >> REMAP_DIR_SHIFT;
}

/* The chunk of that number, or NULL if it has no memory. */
static inline struct remap_slot *remap_slots_chunk(const struct remap_slots *slots, u32 chunk)
{
	struct remap_slot_dir *dir = READ_ONCE(slots->dirs[chunk >> REMAP_DIR_SHIFT]);

	return dir ? READ_ONCE(dir->chunks[chunk & (REMAP_DIR_CHUNKS - 1)]) : NULL;
}

/* How many slots of a chunk are not REMAP_FREE. */
static inline u32 remap_slots_used(const struct remap_slots *slots, u32 chunk)
{
	struct remap_slot_dir *dir = READ_ONCE(slots->dirs[chunk >> REMAP_DIR_SHIFT]);

	return dir ? READ_ONCE(dir->used[chunk & (REMAP_DIR_CHUNKS - 1)]) : 0;
}

/**
 * remap_slots_end() - the slots that may hold something.
 * @slots: the array.
 *
 * Context: any; without the caller's lock, the result may be too low by the time that it is
 * used.
 * Return: all slots from this one on are free and have never been used.
 */
static inline u32 remap_slots_end(const struct remap_slots *slots)
{
	return min_t(u64, slots->nr,
		     (u64)READ_ONCE(slots->nr_used_chunks) << REMAP_CHUNK_SHIFT);
}

/**
 * remap_slots_at() - look at a slot.
 * @slots: the array.
 * @slot: number of a slot that remap_slots_prepare() was called for.
 *
 * Context: any.
 * Return: the slot.
 */
static inline struct remap_slot *remap_slots_at(const struct remap_slots *slots, u32 slot)
{
	u32 chunk = slot >> REMAP_CHUNK_SHIFT;
	struct remap_slot_dir *dir = READ_ONCE(slots->dirs[chunk >> REMAP_DIR_SHIFT]);

	return READ_ONCE(dir->chunks[chunk & (REMAP_DIR_CHUNKS - 1)]) +
	       (slot & (REMAP_CHUNK_SLOTS - 1));
}

/**
 * remap_slots_word() - what a slot holds, whether it has memory or not.
 * @slots: the array.
 * @slot: number of a slot, below @slots->nr.
 *
 * Context: any.
 * Return: the slot's word; 0, which is a free slot's, if it was never used.
 */
static inline u64 remap_slots_word(const struct remap_slots *slots, u32 slot)
{
	struct remap_slot *chunk = remap_slots_chunk(slots, slot >> REMAP_CHUNK_SHIFT);

	return chunk ? READ_ONCE(chunk[slot & (REMAP_CHUNK_SLOTS - 1)].word) : 0;
}

/**
 * remap_slots_set() - change what a slot holds.
 * @slots: the array.
 * @slot: number of a slot that remap_slots_prepare() was called for.
 * @word: its new content.
 *
 * Context: any; the caller's lock.
 */
static inline void remap_slots_set(struct remap_slots *slots, u32 slot, u64 word)
{
	struct remap_slot *s = remap_slots_at(slots, slot);
	u32 chunk = slot >> REMAP_CHUNK_SHIFT;
	u16 *used = &slots->dirs[chunk >> REMAP_DIR_SHIFT]->used[chunk & (REMAP_DIR_CHUNKS - 1)];

	WRITE_ONCE(*used, *used + (remap_word_state(word) != REMAP_FREE) -
		   (remap_word_state(s->word) != REMAP_FREE));
	WRITE_ONCE(s->word, word);
}

/**
 * remap_slots_change() - change the state of a slot that has a block.
 * @slots: the array.
 * @slot: the slot; keeps its block, its sequence number and its reason.
 * @state: its new state.
 * @flags: its new flags, without REMAP_SLOT_SEQ.
 *
 * Context: any; the caller's lock.
 */
static inline void remap_slots_change(struct remap_slots *slots, u32 slot,
				      enum remap_slot_state state, u8 flags)
{
	u64 old = remap_slots_at(slots, slot)->word;
	u64 word = remap_word(remap_word_block(old), state,
			      (remap_word_flags(old) & REMAP_SLOT_SEQ) | flags);

	remap_slots_set(slots, slot, remap_word_with_reason(word, remap_word_reason(old)));
}

#endif /* _REMAP_SLOTS_H */
