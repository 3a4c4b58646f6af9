/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The halves that are known, found by device, by set, by identity and by size.
 *
 * Matching a half needs its competitors: the other halves of its set, the spares and mains with
 * the same identity, and those with nothing but the same size. Each of these is a hash table, so
 * that the cost of a new half depends on its competitors and not on all that is known. The
 * hashes are keyed at random, because what is hashed comes from media that anybody can write.
 *
 * For all functions, the caller makes sure that nobody else uses the index.
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
 * struct reassembly_index - halves by uuid, identity and size.
 * @all: every half, the one that was read or found again last at the end.
 * @by_dev: every half.
 * @by_uuid: every half that names its set.
 * @by_id: mains without a label, by each of their identities.
 * @by_wanted: spares, by their main_id.
 * @by_size: mains without a label, by their size; spares that know of no label, by that of their
 *	main.
 * @seed: of the hashes.
 */
struct reassembly_index {
	struct list_head all;
	DECLARE_HASHTABLE(by_dev, REASSEMBLY_INDEX_BITS);
	DECLARE_HASHTABLE(by_uuid, REASSEMBLY_INDEX_BITS);
	DECLARE_HASHTABLE(by_id, REASSEMBLY_INDEX_BITS);
	DECLARE_HASHTABLE(by_wanted, REASSEMBLY_INDEX_BITS);
	DECLARE_HASHTABLE(by_size, REASSEMBLY_INDEX_BITS);
	u32 seed;
};

/* Make an empty one. */
void reassembly_index_init(struct reassembly_index *index);

/* Enter a half; no other has its device. */
void reassembly_index_add(struct reassembly_index *index, struct half *half);

/* Take a half out; the caller then owns it. */
void reassembly_index_del(struct half *half);

/* The half on a device, or NULL. */
struct half *reassembly_index_dev(const struct reassembly_index *index, dev_t dev);

/* Whether two identities are the same; PARTUUIDs and wwns are written in either case. */
bool reassembly_id_equal(const char *a, const char *b);

/* The key of a set in a hash table of sets. */
u32 reassembly_hash_uuid(const struct reassembly_index *index, const uuid_t *uuid);

/* The size that a half competes for: its own, or that of the main that it looks for. */
static inline u64 reassembly_main_sectors(const struct half *half)
{
	return half->kind == HALF_SPARE ? half->main_sectors : half->sectors;
}

/* The next one behind @prev, or the first one if that is NULL; or NULL. */
struct half *reassembly_next_of_set(const struct reassembly_index *index,
				    const struct half *prev, const uuid_t *uuid);
struct half *reassembly_next_of_size(const struct reassembly_index *index,
				     const struct half *prev, u64 sectors);
struct half_id *reassembly_next_id(const struct reassembly_index *index,
				   const struct half_id *prev, const char *text);
struct half_id *reassembly_next_wanted(const struct reassembly_index *index,
				       const struct half_id *prev, const char *text);

/* Every half of a set. */
#define reassembly_for_each_of_set(index, half, uuid)						\
	for (half = reassembly_next_of_set(index, NULL, uuid); half;				\
	     half = reassembly_next_of_set(index, half, uuid))

/* Every main without a label that has a size, and every spare that competes for such a main. */
#define reassembly_for_each_of_size(index, half, wanted)					\
	for (half = reassembly_next_of_size(index, NULL, wanted); half;			\
	     half = reassembly_next_of_size(index, half, wanted))

/* Every main without a label that has an identity; one that has it twice is found twice. */
#define reassembly_for_each_id(index, entry, wanted)						\
	for (entry = reassembly_next_id(index, NULL, wanted); entry;				\
	     entry = reassembly_next_id(index, entry, wanted))

/* Every spare that asks for an identity. */
#define reassembly_for_each_wanted(index, entry, wanted)					\
	for (entry = reassembly_next_wanted(index, NULL, wanted); entry;			\
	     entry = reassembly_next_wanted(index, entry, wanted))

/* Whether an entry is the first of its half with this identity: the name may be the PARTUUID. */
bool reassembly_id_is_first(const struct half_id *entry);

/* Whether there are more than @nr halves of a kind; stops counting there. */
bool reassembly_more_of_size(const struct reassembly_index *index, u64 sectors, unsigned int nr);
bool reassembly_more_with_id(const struct reassembly_index *index, const char *text,
			     unsigned int nr);
bool reassembly_more_wanting(const struct reassembly_index *index, const char *text,
			     unsigned int nr);
bool reassembly_more_spares(const struct reassembly_index *index, const uuid_t *uuid,
			    unsigned int nr);

#endif /* _REMAP_INDEX_H */
