// SPDX-License-Identifier: GPL-2.0
#include <linux/ctype.h>
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/string.h>

#include "index.h"

u32 reassembly_hash_uuid(const struct reassembly_index *index, const uuid_t *uuid)
{
	return jhash(uuid, sizeof(*uuid), index->seed);
}

static u32 hash_sectors(const struct reassembly_index *index, u64 sectors)
{
	return jhash_2words(lower_32_bits(sectors), upper_32_bits(sectors), index->seed);
}

static u32 hash_id(const struct reassembly_index *index, const char *id)
{
	char folded[DM_REMAP_MAIN_ID_SIZE];
	char *c;

	strscpy(folded, id, sizeof(folded));
	for (c = folded; *c; c++)
		*c = tolower(*c);
	return jhash(folded, c - folded, index->seed);
}

bool reassembly_id_equal(const char *a, const char *b)
{
	return *a && !strcasecmp(a, b);
}

static u32 hash_dev(const struct reassembly_index *index, dev_t dev)
{
	return jhash_1word(dev, index->seed);
}

void reassembly_index_init(struct reassembly_index *index)
{
	INIT_LIST_HEAD(&index->all);
	hash_init(index->by_dev);
	hash_init(index->by_uuid);
	hash_init(index->by_id);
	hash_init(index->by_wanted);
	hash_init(index->by_size);
	index->seed = get_random_u32();
}

static void add_id(struct reassembly_index *index, struct half *half, enum half_id_kind kind,
		   const char *text)
{
	struct half_id *id = &half->ids[kind];

	id->half = half;
	id->text = text;
	INIT_HLIST_NODE(&id->node);
	if (!*text)
		return;
	if (kind == HALF_ID_WANTED)
		hash_add(index->by_wanted, &id->node, hash_id(index, text));
	else
		hash_add(index->by_id, &id->node, hash_id(index, text));
}

static bool competes_for_size(const struct half *half)
{
	return half->kind == HALF_PLAIN || (half->kind == HALF_SPARE && !half->labelled);
}

void reassembly_index_add(struct reassembly_index *index, struct half *half)
{
	list_add_tail(&half->list, &index->all);
	hash_add(index->by_dev, &half->dev_node, hash_dev(index, half->dev));
	INIT_HLIST_NODE(&half->uuid_node);
	INIT_HLIST_NODE(&half->size_node);
	if (half->kind != HALF_PLAIN)
		hash_add(index->by_uuid, &half->uuid_node,
			 reassembly_hash_uuid(index, &half->uuid));
	if (competes_for_size(half))
		hash_add(index->by_size, &half->size_node,
			 hash_sectors(index, reassembly_main_sectors(half)));
	add_id(index, half, HALF_ID_GIVEN, half->kind == HALF_PLAIN ? half->given : "");
	add_id(index, half, HALF_ID_PARTUUID, half->kind == HALF_PLAIN ? half->partuuid : "");
	add_id(index, half, HALF_ID_WWN, half->kind == HALF_PLAIN ? half->wwn : "");
	add_id(index, half, HALF_ID_WANTED, half->kind == HALF_SPARE ? half->main_id : "");
}

void reassembly_index_del(struct half *half)
{
	unsigned int i;

	list_del_init(&half->list);
	hash_del(&half->dev_node);
	hash_del(&half->uuid_node);
	hash_del(&half->size_node);
	for (i = 0; i < HALF_NR_IDS; i++)
		hash_del(&half->ids[i].node);
}

struct half *reassembly_index_dev(const struct reassembly_index *index, dev_t dev)
{
	struct half *half;

	hash_for_each_possible(index->by_dev, half, dev_node, hash_dev(index, dev))
		if (half->dev == dev)
			return half;
	return NULL;
}

/* The first node of a key, or the next behind @prev. */
static struct hlist_node *step(const struct hlist_head *table, u32 key,
			       const struct hlist_node *prev)
{
	return prev ? prev->next : table[hash_min(key, REASSEMBLY_INDEX_BITS)].first;
}

struct half *reassembly_next_of_set(const struct reassembly_index *index,
				    const struct half *prev, const uuid_t *uuid)
{
	struct hlist_node *node = step(index->by_uuid, reassembly_hash_uuid(index, uuid),
				       prev ? &prev->uuid_node : NULL);
	struct half *half;

	for (; node; node = node->next) {
		half = hlist_entry(node, struct half, uuid_node);
		if (uuid_equal(&half->uuid, uuid))
			return half;
	}
	return NULL;
}

struct half *reassembly_next_of_size(const struct reassembly_index *index,
				     const struct half *prev, u64 sectors)
{
	struct hlist_node *node = step(index->by_size, hash_sectors(index, sectors),
				       prev ? &prev->size_node : NULL);
	struct half *half;

	for (; node; node = node->next) {
		half = hlist_entry(node, struct half, size_node);
		if (reassembly_main_sectors(half) == sectors)
			return half;
	}
	return NULL;
}

static struct half_id *next_id(const struct reassembly_index *index, const struct hlist_head *table,
			       const struct half_id *prev, const char *text)
{
	struct hlist_node *node = step(table, hash_id(index, text), prev ? &prev->node : NULL);
	struct half_id *id;

	for (; node; node = node->next) {
		id = hlist_entry(node, struct half_id, node);
		if (reassembly_id_equal(id->text, text))
			return id;
	}
	return NULL;
}

struct half_id *reassembly_next_id(const struct reassembly_index *index,
				   const struct half_id *prev, const char *text)
{
	return next_id(index, index->by_id, prev, text);
}

struct half_id *reassembly_next_wanted(const struct reassembly_index *index,
				       const struct half_id *prev, const char *text)
{
	return next_id(index, index->by_wanted, prev, text);
}

bool reassembly_id_is_first(const struct half_id *entry)
{
	const struct half_id *id;

	for (id = entry->half->ids; id < entry; id++)
		if (reassembly_id_equal(id->text, entry->text))
			return false;
	return true;
}

bool reassembly_more_of_size(const struct reassembly_index *index, u64 sectors, unsigned int nr)
{
	const struct half *half;

	reassembly_for_each_of_size(index, half, sectors)
		if (!nr--)
			return true;
	return false;
}

bool reassembly_more_with_id(const struct reassembly_index *index, const char *text,
			     unsigned int nr)
{
	const struct half_id *entry;

	reassembly_for_each_id(index, entry, text)
		if (reassembly_id_is_first(entry) && !nr--)
			return true;
	return false;
}

bool reassembly_more_wanting(const struct reassembly_index *index, const char *text,
			     unsigned int nr)
{
	const struct half_id *entry;

	reassembly_for_each_wanted(index, entry, text)
		if (!nr--)
			return true;
	return false;
}

bool reassembly_more_spares(const struct reassembly_index *index, const uuid_t *uuid,
			    unsigned int nr)
{
	const struct half *half;

	reassembly_for_each_of_set(index, half, uuid)
		if (half->kind == HALF_SPARE && !nr--)
			return true;
	return false;
}
