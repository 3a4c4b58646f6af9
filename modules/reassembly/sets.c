// SPDX-License-Identifier: GPL-2.0
/*
 * Two locks: scan_lock is held by who scans, from beginning to end, and halves_lock
 * by who looks at the halves or exchanges them.  The list of sets belongs to who
 * scans.  Directories are made and removed without halves_lock, for their attributes
 * need it.
 */
#include <linux/blkdev.h>
#include <linux/ctype.h>
#include <linux/device-mapper.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <dm-remap/sets.h>

#include "half.h"
#include "sets.h"
#include "tree.h"

static DEFINE_MUTEX(scan_lock);
static LIST_HEAD(sets);

static DEFINE_MUTEX(halves_lock);
static LIST_HEAD(halves);

/* --- the sets that are active ----------------------------------------------------- */

struct search {
	dev_t dev;
	const uuid_t *uuid;
	bool found;
	bool above;		/* @dev is the device of a set */
	struct dm_remap_set set;
};

static bool find_device(void *context, const struct dm_remap_set *set)
{
	struct search *search = context;

	search->above = set->device == search->dev;
	search->found = search->above || set->main == search->dev || set->spare == search->dev;
	return !search->found;
}

static bool taken(dev_t dev)
{
	struct search search = { .dev = dev };

	dm_remap_iterate_sets(find_device, &search);
	return search.found;
}

static bool is_device_of_set(dev_t dev)
{
	struct search search = { .dev = dev };

	dm_remap_iterate_sets(find_device, &search);
	return search.above;
}

static bool find_set(void *context, const struct dm_remap_set *set)
{
	struct search *search = context;

	/* Whoever makes a transient one may give it any uuid. */
	search->found = set->persistent && uuid_equal(&set->uuid, search->uuid);
	search->set = *set;
	return !search->found;
}

/* --- looking at a set ------------------------------------------------------------- */

/* A name that could be one of a device; who wrote it is not known. */
static bool is_name(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!isprint(*c) || *c == '/')
			return false;
	return *name && strcmp(name, ".") && strcmp(name, "..");
}

static void view_match(struct set_view *view, const struct match *match, const uuid_t *uuid)
{
	const struct half *source = match->spare ?: match->main;

	if (source && is_name(source->name))
		strscpy(view->name, source->name, sizeof(view->name));
	else
		snprintf(view->name, sizeof(view->name), "dm-remap-%pU", uuid);
	view->state = match->state;
	if (match->main)
		view->main = match->main->dev;
	if (match->spare)
		view->spare = match->spare->dev;
	if (source) {
		view->main_start = source->main_start;
		view->target_sectors = source->target_sectors;
		view->generation = source->generation;
	}
}

void sets_view(const uuid_t *uuid, struct set_view *view)
{
	struct search search = { .uuid = uuid };
	struct match match;

	*view = (struct set_view) { };
	mutex_lock(&halves_lock);
	match_set(&match, &halves, uuid, taken);
	view_match(view, &match, uuid);
	mutex_unlock(&halves_lock);
	dm_remap_iterate_sets(find_set, &search);
	if (search.found) {
		view->state = SET_ACTIVE;
		view->main = search.set.main;
		view->spare = search.set.spare;
	}
}

/* --- scanning ----------------------------------------------------------------------- */

static void free_halves(struct list_head *list)
{
	struct half *half, *next;

	list_for_each_entry_safe(half, next, list, list) {
		list_del(&half->list);
		kfree(half);
	}
}

static bool is_listed(const struct list_head *list, dev_t dev)
{
	const struct half *half;

	list_for_each_entry(half, list, list)
		if (half->dev == dev)
			return true;
	return false;
}

static bool is_main_id(const char *name)
{
	const struct half *half;

	list_for_each_entry(half, &halves, list)
		if (half->kind == HALF_SPARE && *name && !strcmp(half->main_id, name))
			return true;
	return false;
}

/* Who gives a main by another path does not take back the name that its set knows it by. */
static void keep_given(struct half *half)
{
	const struct half *known;

	list_for_each_entry(known, &halves, list)
		if (known->dev == half->dev && known->diskseq == half->diskseq &&
		    is_main_id(known->given))
			strscpy(half->given, known->given, sizeof(half->given));
}

static int read_path(struct list_head *list, const char *path)
{
	struct half *half;
	dev_t dev;
	int ret;

	ret = lookup_bdev(path, &dev);
	if (ret) {
		DMWARN_LIMIT("\"%s\" is no block device: %d", path, ret);
		return ret;
	}
	/* What has been put together needs no scan. */
	if (is_listed(list, dev) || is_device_of_set(dev))
		return 0;
	half = half_read(dev, kbasename(path));
	if (IS_ERR(half)) {
		DMWARN_LIMIT("\"%s\" cannot be opened: %ld", path, PTR_ERR(half));
		return PTR_ERR(half);
	}
	keep_given(half);
	list_add_tail(&half->list, list);
	return 0;
}

static int read_paths(struct list_head *list, char *text, bool any)
{
	unsigned int nr = 0;
	char *path;
	int ret;

	while ((path = strsep(&text, "\n"))) {
		path = strim(path);
		if (!*path)
			continue;
		ret = read_path(list, path);
		if (ret == -ENOMEM || (ret && !any))
			return ret;
		nr++;
	}
	return nr || any ? 0 : -EINVAL;
}

/* A half as it is now, if it is still there. */
static struct half *again(const struct half *known)
{
	struct half *half;

	if (is_device_of_set(known->dev))
		return ERR_PTR(-ENXIO);
	if (taken(known->dev) && half_is_there(known)) {
		half = kmemdup(known, sizeof(*known), GFP_KERNEL);
		return half ?: ERR_PTR(-ENOMEM);
	}
	half = half_read(known->dev, known->given);
	/* Another one with this number has not been named by anybody, and may say who it is. */
	if (!IS_ERR(half) && half->diskseq != known->diskseq && half->kind == HALF_PLAIN) {
		kfree(half);
		return ERR_PTR(-ENXIO);
	}
	return half;
}

/* What else is known, as it is now: a disk may have gone, or come back elsewhere. */
static int read_again(struct list_head *list)
{
	struct half *known, *half;

	list_for_each_entry(known, &halves, list) {
		if (is_listed(list, known->dev))
			continue;
		half = again(known);
		if (half == ERR_PTR(-ENOMEM))
			return -ENOMEM;
		if (!IS_ERR(half))
			list_add_tail(&half->list, list);
	}
	return 0;
}

static struct reassembly_set *find_known(const struct list_head *list, const uuid_t *uuid)
{
	struct reassembly_set *set;

	list_for_each_entry(set, list, list)
		if (uuid_equal(&set->uuid, uuid))
			return set;
	return NULL;
}

static void free_sets(struct list_head *list)
{
	struct reassembly_set *set, *next;

	list_for_each_entry_safe(set, next, list, list) {
		list_del(&set->list);
		tree_free(set);
	}
}

/* Make those that halves have and that are not known. */
static int make_sets(struct list_head *new, const struct list_head *list)
{
	const struct half *half;
	struct reassembly_set *set;

	list_for_each_entry(half, list, list) {
		if (half->kind == HALF_PLAIN || find_known(&sets, &half->uuid) ||
		    find_known(new, &half->uuid))
			continue;
		set = tree_alloc(&half->uuid);
		if (!set)
			return -ENOMEM;
		list_add_tail(&set->list, new);
	}
	return 0;
}

static bool has_half(const uuid_t *uuid)
{
	const struct half *half;

	list_for_each_entry(half, &halves, list)
		if (half->kind != HALF_PLAIN && uuid_equal(&half->uuid, uuid))
			return true;
	return false;
}

/* Sets of which there is nothing any more. */
static void take_empty(struct list_head *old)
{
	struct reassembly_set *set, *next;

	list_for_each_entry_safe(set, next, &sets, list)
		if (!has_half(&set->uuid))
			list_move_tail(&set->list, old);
}

static void announce(const struct reassembly_set *set, const struct set_view *view)
{
	char uuid[64], name[DM_REMAP_NAME_SIZE + 16];
	char *envp[4] = { "DM_REMAP_EVENT=set-complete", uuid, name, NULL };

	snprintf(uuid, sizeof(uuid), "DM_REMAP_UUID=%pU", &set->uuid);
	snprintf(name, sizeof(name), "DM_REMAP_NAME=%s", view->name);
	dm_remap_uevent(envp);
}

static void report(const struct reassembly_set *set, const struct set_view *view)
{
	switch (view->state) {
	case SET_CONFLICT:
		DMWARN("set %pU: there are two copies of it, or two disks that may be its main, or one that may be that of two sets; none is used",
		       &set->uuid);
		break;
	case SET_DAMAGED:
		DMWARN("set %pU: its superblocks or its label cannot be used: see dmremap check",
		       &set->uuid);
		break;
	default:
		break;
	}
}

static void announce_changes(void)
{
	struct reassembly_set *set;
	struct set_view view;

	list_for_each_entry(set, &sets, list) {
		sets_view(&set->uuid, &view);
		if (view.state == set->last)
			continue;
		set->last = view.state;
		if (view.state == SET_COMPLETE)
			announce(set, &view);
		else
			report(set, &view);
	}
}

static int scan(char *text, bool any)
{
	LIST_HEAD(fresh);
	LIST_HEAD(gone);
	LIST_HEAD(new);
	LIST_HEAD(old);
	int ret;

	ret = read_paths(&fresh, text, any);
	if (!ret)
		ret = read_again(&fresh);
	if (!ret)
		ret = make_sets(&new, &fresh);
	if (!ret)
		ret = tree_add(&new);
	if (ret) {
		free_sets(&new);
		free_halves(&fresh);
		return ret;
	}
	list_splice_tail(&new, &sets);
	mutex_lock(&halves_lock);
	list_splice_init(&halves, &gone);
	list_splice(&fresh, &halves);
	mutex_unlock(&halves_lock);
	free_halves(&gone);
	take_empty(&old);
	tree_remove(&old);
	free_sets(&old);
	announce_changes();
	return 0;
}

int sets_scan(char *text, bool any)
{
	int ret;

	/* For as long as a disk takes to fail, or a device is suspended. */
	if (mutex_lock_killable(&scan_lock))
		return -EINTR;
	ret = scan(text, any);
	mutex_unlock(&scan_lock);
	return ret;
}

void sets_exit(void)
{
	tree_remove(&sets);
	free_sets(&sets);
	free_halves(&halves);
}
