// SPDX-License-Identifier: GPL-2.0
#include <linux/configfs.h>
#include <linux/kdev_t.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <dm-remap/sets.h>

#include "sets.h"

DEFINE_MUTEX(reassembly_lock);
struct reassembly_index reassembly_halves;

static DEFINE_HASHTABLE(sets, REASSEMBLY_INDEX_BITS);

struct reassembly_set *reassembly_set_find(const uuid_t *uuid)
{
	struct reassembly_set *set;

	lockdep_assert_held(&reassembly_lock);
	hash_for_each_possible(sets, set, node, reassembly_hash_uuid(&reassembly_halves, uuid))
		if (uuid_equal(&set->uuid, uuid))
			return set;
	return NULL;
}

void reassembly_set_add(struct reassembly_set *set)
{
	lockdep_assert_held(&reassembly_lock);
	hash_add(sets, &set->node, reassembly_hash_uuid(&reassembly_halves, &set->uuid));
}

void reassembly_set_del(struct reassembly_set *set)
{
	lockdep_assert_held(&reassembly_lock);
	hash_del(&set->node);
}

bool reassembly_set_is_empty(const struct reassembly_set *set)
{
	const struct half *half;

	lockdep_assert_held(&reassembly_lock);
	if (set->pins)
		return false;
	reassembly_for_each_of_set(&reassembly_halves, half, &set->uuid)
		return false;
	return true;
}

struct reassembly_set *reassembly_set_any(void)
{
	struct reassembly_set *set;
	unsigned int bucket;

	lockdep_assert_held(&reassembly_lock);
	hash_for_each(sets, bucket, set, node)
		return set;
	return NULL;
}

/* Allow any bytes but these: names may be in any language. */
bool reassembly_is_name(const char *name)
{
	const unsigned char *c;

	for (c = (const unsigned char *)name; *c; c++)
		if (*c < ' ' || *c == 127 || *c == '/')
			return false;
	return *name && strcmp(name, ".") && strcmp(name, "..");
}

static void view_match(struct set_view *view, const struct reassembly_match *match,
		       const uuid_t *uuid)
{
	const struct half *source = match->spare ?: match->main;

	*view = (struct set_view) { .state = match->state };
	if (source && reassembly_is_name(source->name))
		strscpy(view->name, source->name, sizeof(view->name));
	else
		snprintf(view->name, sizeof(view->name), "dm-remap-%pU", uuid);
	if (match->main)
		view->main = match->main->dev;
	if (match->spare)
		view->spare = match->spare->dev;
	/* a name that was given is that of a file in /dev, without spaces */
	if (match->told && !strchr(match->spare->main_id, ' '))
		strscpy(view->main_id, match->spare->main_id, sizeof(view->main_id));
	if (source) {
		view->main_start = source->main_start;
		view->target_sectors = source->target_sectors;
		view->generation = source->generation;
	}
}

void reassembly_set_match(struct reassembly_set *set, struct reassembly_matcher *matcher)
{
	struct reassembly_match match;

	lockdep_assert_held(&reassembly_lock);
	reassembly_match(matcher, &set->uuid, &match);
	view_match(&set->view, &match, &set->uuid);
	set->in_use = match.in_use;
}

static bool taken(void *context, dev_t dev)
{
	return reassembly_in_use(context, dev);
}

/* A device that the set may claim is free again. Without memory, keep the old view. */
static void match_again(struct reassembly_set *set)
{
	struct reassembly_matcher matcher = { .index = &reassembly_halves, .taken = taken };
	struct reassembly_in_use use;

	matcher.context = &use;
	if (!reassembly_in_use_load(&use)) {
		mutex_lock(&reassembly_lock);
		reassembly_set_match(set, &matcher);
		mutex_unlock(&reassembly_lock);
	}
	reassembly_in_use_free(&use);
}

struct search {
	const uuid_t *uuid;
	dev_t dev;
	bool found;		/* the set is active: @set */
	bool in_use;		/* some set uses @dev */
	struct dm_remap_set set;
};

static bool look_at(void *context, const struct dm_remap_set *set)
{
	struct search *search = context;

	search->in_use |= set->main == search->dev || set->spare == search->dev ||
			  set->device == search->dev;
	/* A transient set may have been given any uuid. */
	if (set->persistent && uuid_equal(&set->uuid, search->uuid)) {
		search->found = true;
		search->set = *set;
	}
	return !search->found || !search->in_use;
}

void reassembly_set_view(struct reassembly_set *set, struct set_view *view)
{
	struct search search = { .uuid = &set->uuid, .dev = READ_ONCE(set->in_use) };

	dm_remap_iterate_sets(look_at, &search);
	if (search.dev && !search.in_use)
		match_again(set);
	mutex_lock(&reassembly_lock);
	*view = set->view;
	mutex_unlock(&reassembly_lock);
	if (search.found) {
		view->state = SET_ACTIVE;
		view->main = search.set.main;
		view->spare = search.set.spare;
	}
}

static bool is_copy(const struct half *half, const struct set_view *view)
{
	if (half->kind != HALF_MAIN && half->kind != HALF_SPARE)
		return false;
	return view->state == SET_CONFLICT ||
	       (half->dev != view->main && half->dev != view->spare);
}

ssize_t reassembly_set_copies(struct reassembly_set *set, char *page)
{
	const struct half *half;
	struct set_view view;
	ssize_t len = 0;

	reassembly_set_view(set, &view);
	mutex_lock(&reassembly_lock);
	reassembly_for_each_of_set(&reassembly_halves, half, &set->uuid)
		if (is_copy(half, &view))
			len += sysfs_emit_at(page, len, "%u:%u %s\n", MAJOR(half->dev),
					     MINOR(half->dev),
					     half->kind == HALF_MAIN ? "main" : "spare");
	mutex_unlock(&reassembly_lock);
	return len;
}

void reassembly_sets_init(void)
{
	reassembly_index_init(&reassembly_halves);
}
