/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The halves that are known, found by device, by set, by identity and by size.
 *
 * Matching a half needs its competitors: the other halves of its set, the spares and mains
 * with the same identity, and those with nothing but the same size.  Each of these is a
 * hash table, so that the cost of a new half depends on its competitors and not on all that
 * is known.  The hashes are keyed at random: whoever writes a medium chooses what is hashed.
 *
 * All functions: the caller sees to it that nobody else uses the index.
 */
#ifndef _REMAP_INDEX_H
#define _REMAP_INDEX_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/uuid.h>

#include "half.h"

#define REASSEMBLY_INDEX_BITS	8

/**
 * struct reassembly_index - halves by what they are looked for by.
 * @all: every half, the one that was read or found again last at the end.
 * @by_dev: every half.
 * @by_uuid: every half that says of which set it is.
 * @by_id: mains without a label, by each of their identities; spares by their main_id.
 * @by_size: mains without a label, by their size; spares by that of their main.
 * @seed: of the hashes.
 */
struct reassembly_index {
	struct list_head all;
	DECLARE_HASHTABLE(by_dev, REASSEMBLY_INDEX_BITS);
	DECLARE_HASHTABLE(by_uuid, REASSEMBLY_INDEX_BITS);
	DECLARE_HASHTABLE(by_id, REASSEMBLY_INDEX_BITS);
	DECLARE_HASHTABLE(by_size, REASSEMBLY_INDEX_BITS);
	u32 seed;
};

/* Make an empty one. */
void reassembly_index_init(struct reassembly_index *index);

/* Enter a half; no other has its device. */
void reassembly_index_add(struct reassembly_index *index, struct half *half);

/* Take a half out; the caller owns it then. */
void reassembly_index_del(struct half *half);

/* The half on a device, or NULL. */
struct half *reassembly_index_dev(const struct reassembly_index *index, dev_t dev);

/* Whether two identities are the same; PARTUUIDs and wwns are written in either case. */
bool reassembly_id_equal(const char *a, const char *b);

/* Hashes, for the macros below. */
u32 reassembly_hash_uuid(const struct reassembly_index *index, const uuid_t *uuid);
u32 reassembly_hash_id(const struct reassembly_index *index, const char *id);
u32 reassembly_hash_size(const struct reassembly_index *index, u64 sectors);

/* Every half of a set. */
#define reassembly_for_each_of_set(index, half, set_uuid)					\
	hash_for_each_possible((index)->by_uuid, half, uuid_node,				\
			       reassembly_hash_uuid(index, set_uuid))				\
		if (!uuid_equal(&(half)->uuid, set_uuid)) { } else

/* The size that a half competes for: its own, or that of the main that it looks for. */
static inline u64 reassembly_main_sectors(const struct half *half)
{
	return half->kind == HALF_SPARE ? half->main_sectors : half->sectors;
}

/* Every spare whose main has a size, and every main without a label that has it. */
#define reassembly_for_each_of_size(index, half, wanted)					\
	hash_for_each_possible((index)->by_size, half, size_node,				\
			       reassembly_hash_size(index, wanted))				\
		if (reassembly_main_sectors(half) != (wanted)) { } else

/* Every half with an identity; one that has it twice is found twice. */
#define reassembly_for_each_id(index, entry, wanted)						\
	hash_for_each_possible((index)->by_id, entry, node, reassembly_hash_id(index, wanted))	\
		if (!reassembly_id_equal((entry)->text, wanted)) { } else

#endif /* _REMAP_INDEX_H */
