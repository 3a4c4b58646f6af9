// SPDX-License-Identifier: GPL-2.0
/*
 * A scan has four steps; only the third holds reassembly_lock for more than a brief check:
 *
 *	read		open and read the devices that were named
 *	check		see whether halves that compete with them are still there
 *	enter		replace the old result, match the sets that this touches
 *	announce	make and remove directories, send events
 */
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <dm-remap/sets.h>

#include "scan.h"
#include "sets.h"
#include "touch.h"
#include "tree.h"

/* Halves to check besides competitors, so that devices that have gone are forgotten eventually. */
#define CHECK_MORE	16

/* Maximum number of checks in one scan: the content of media decides how many halves compete. */
#define CHECK_MAX	256

/* A half that is checked without the lock. */
struct check {
	dev_t dev;
	u64 diskseq;
	bool gone;
};

/**
 * struct news - something to be announced when the lock is free.
 * @list: in struct scan.
 * @uuid: of the set.
 * @state: the set has this state now.
 * @copy: a device that is a copy of a half of the set, which is active; or 0.
 * @role: of the copy.
 * @name: of the set.
 */
struct news {
	struct list_head list;
	uuid_t uuid;
	enum set_state state;
	dev_t copy;
	const char *role;
	char name[DM_REMAP_NAME_SIZE];
};

/**
 * struct scan - a scan that is going on.
 * @fresh: halves that were read, and not entered yet.
 * @dirty: sets to be matched.
 * @dead: sets without halves.
 * @news: sets to announce.
 * @use: which devices are in use.
 * @number: of the scan; see struct half.
 * @checks: halves that may have gone.
 * @nr_checks: how many.
 */
struct scan {
	struct list_head fresh;
	struct list_head dirty;
	struct list_head dead;
	struct list_head news;
	struct reassembly_in_use use;
	u64 number;
	struct check *checks;
	unsigned int nr_checks;
};

static void free_halves(struct list_head *list)
{
	struct half *half, *next;

	list_for_each_entry_safe(half, next, list, list) {
		list_del(&half->list);
		kfree(half);
	}
}

/* --- read ------------------------------------------------------------------------- */

static bool is_listed(const struct list_head *list, dev_t dev)
{
	const struct half *half;

	list_for_each_entry(half, list, list)
		if (half->dev == dev)
			return true;
	return false;
}

static int read_path(struct scan *scan, const char *path)
{
	struct half *half;
	dev_t dev;
	int ret;

	ret = lookup_bdev(path, &dev);
	if (ret) {
		DMWARN_LIMIT("\"%s\" is no block device: %d", path, ret);
		return ret;
	}
	/* Devices of an assembled set need no scan. */
	if (is_listed(&scan->fresh, dev) || reassembly_is_above(&scan->use, dev))
		return 0;
	half = reassembly_half_read(dev, kbasename(path));
	if (IS_ERR(half)) {
		DMWARN_LIMIT("\"%s\" cannot be opened: %ld", path, PTR_ERR(half));
		return PTR_ERR(half);
	}
	list_add_tail(&half->list, &scan->fresh);
	return 0;
}

static int read_paths(struct scan *scan, char *text, bool any)
{
	unsigned int nr = 0;
	char *path;
	int ret;

	while ((path = strsep(&text, "\n"))) {
		path = strim(path);
		if (!*path)
			continue;
		ret = read_path(scan, path);
		if (ret == -ENOMEM || (ret && !any))
			return ret;
		nr++;
	}
	return nr || any ? 0 : -EINVAL;
}

/* --- check ------------------------------------------------------------------------ */

static void add_check(struct scan *scan, struct half *half)
{
	if (half->checked == scan->number || scan->nr_checks == CHECK_MAX)
		return;
	half->checked = scan->number;
	if (is_listed(&scan->fresh, half->dev))
		return;
	scan->checks[scan->nr_checks++] = (struct check) {
		.dev = half->dev,
		.diskseq = half->diskseq,
	};
	/* the next scan checks others first */
	list_move_tail(&half->list, &reassembly_halves.all);
}

static void add_checks_of_id(struct scan *scan, const char *text)
{
	struct half_id *entry;

	reassembly_for_each_id(&reassembly_halves, entry, text)
		add_check(scan, entry->half);
	reassembly_for_each_wanted(&reassembly_halves, entry, text)
		add_check(scan, entry->half);
}

static void add_competitors(struct scan *scan, const struct half *fresh)
{
	struct half *half;

	/* for a plain device this is the nil uuid, which no set has */
	reassembly_for_each_of_set(&reassembly_halves, half, &fresh->uuid)
		add_check(scan, half);
	add_checks_of_id(scan, fresh->main_id);
	add_checks_of_id(scan, fresh->given);
	add_checks_of_id(scan, fresh->partuuid);
	add_checks_of_id(scan, fresh->wwn);
}

static void choose_checks(struct scan *scan)
{
	static u64 scans;
	const struct half *fresh;
	struct half *half, *next;
	unsigned int more = CHECK_MORE;

	mutex_lock(&reassembly_lock);
	scan->number = ++scans;
	list_for_each_entry(fresh, &scan->fresh, list) {
		if (scan->nr_checks == CHECK_MAX)
			break;
		add_competitors(scan, fresh);
	}
	list_for_each_entry_safe(half, next, &reassembly_halves.all, list) {
		if (!more--)
			break;
		add_check(scan, half);
	}
	mutex_unlock(&reassembly_lock);
}

/* Find devices that have gone, are another disk now, or are the device of an active set. */
static int check(struct scan *scan)
{
	struct check *check;

	scan->checks = kvmalloc_array(CHECK_MAX, sizeof(*scan->checks), GFP_KERNEL);
	if (!scan->checks)
		return -ENOMEM;
	choose_checks(scan);
	for (check = scan->checks; check < scan->checks + scan->nr_checks; check++)
		check->gone = reassembly_is_above(&scan->use, check->dev) ||
			      !reassembly_half_is_there(check->dev, check->diskseq);
	return 0;
}

/* --- announce --------------------------------------------------------------------- */

/* Without memory, nothing is announced; the attributes show the new state all the same. */
static struct news *add_news(struct scan *scan, const uuid_t *uuid, const char *name)
{
	struct news *news = kzalloc(sizeof(*news), GFP_KERNEL);

	if (!news)
		return NULL;
	news->uuid = *uuid;
	strscpy(news->name, name, sizeof(news->name));
	list_add_tail(&news->list, &scan->news);
	return news;
}

static void send(const struct news *news, const char *event)
{
	char text[64], uuid[64], name[DM_REMAP_NAME_SIZE + 16], device[64];
	char *envp[5] = { text, uuid, name, NULL };

	snprintf(text, sizeof(text), "DM_REMAP_EVENT=%s", event);
	snprintf(uuid, sizeof(uuid), "DM_REMAP_UUID=%pU", &news->uuid);
	snprintf(name, sizeof(name), "DM_REMAP_NAME=%s", news->name);
	snprintf(device, sizeof(device), "DM_REMAP_DEVICE=%u:%u", MAJOR(news->copy),
		 MINOR(news->copy));
	if (news->copy)
		envp[3] = device;
	dm_remap_uevent(envp);
}

static void announce_one(const struct news *news)
{
	if (news->copy) {
		DMWARN_LIMIT("%s: %u:%u says that it is the %s of this set, which is active with another one: it is a copy, and not used",
			     news->name, MAJOR(news->copy), MINOR(news->copy), news->role);
		send(news, "duplicate");
	} else if (news->state == SET_COMPLETE) {
		send(news, "set-complete");
	} else if (news->state == SET_CONFLICT) {
		DMWARN_LIMIT("%s: there are two copies of a half of set %pU, or two disks that may be its main, or one that may be that of two sets: \"dmremap status\" names them",
			     news->name, &news->uuid);
	} else if (news->state == SET_DAMAGED) {
		DMWARN_LIMIT("%s: the superblocks or the label of set %pU cannot be used: \"dmremap check\" says why",
			     news->name, &news->uuid);
	}
}

static void announce(struct scan *scan)
{
	struct news *news, *next;

	list_for_each_entry_safe(news, next, &scan->news, list) {
		announce_one(news);
		list_del(&news->list);
		kfree(news);
	}
}

/* --- enter ------------------------------------------------------------------------ */

static bool has_set(const struct half *half)
{
	return half->kind != HALF_PLAIN;
}

/* Keep the sets of the halves that were read until these are entered; create missing sets. */
static int pin_sets(struct scan *scan)
{
	struct reassembly_set *set;
	struct half *half;

	lockdep_assert_held(&reassembly_lock);
	list_for_each_entry(half, &scan->fresh, list) {
		if (!has_set(half))
			continue;
		set = reassembly_set_find(&half->uuid);
		if (!set) {
			set = reassembly_tree_alloc(&half->uuid);
			if (!set)
				return -ENOMEM;
			reassembly_set_add(set);
		}
		set->pins++;
		half->set = set;
	}
	return 0;
}

static int show_sets(struct scan *scan)
{
	struct half *half;
	int ret = 0;

	list_for_each_entry(half, &scan->fresh, list) {
		if (!ret && half->set)
			ret = reassembly_tree_show(half->set);
	}
	return ret;
}

static void make_dirty(struct scan *scan, struct reassembly_set *set)
{
	if (set && list_empty(&set->dirty))
		list_add_tail(&set->dirty, &scan->dirty);
}

static void mark(void *context, const uuid_t *uuid)
{
	make_dirty(context, reassembly_set_find(uuid));
}

static void touch(struct scan *scan, const struct half *half)
{
	struct reassembly_touch touch = {
		.index = &reassembly_halves,
		.number = scan->number,
		.mark = mark,
		.context = scan,
	};

	reassembly_touch(&touch, half);
}

static void forget(struct scan *scan, struct half *half)
{
	touch(scan, half);
	reassembly_index_del(half);
	kfree(half);
}

static void forget_gone(struct scan *scan)
{
	const struct check *check;
	struct half *half;

	for (check = scan->checks; check < scan->checks + scan->nr_checks; check++) {
		half = check->gone ? reassembly_index_dev(&reassembly_halves, check->dev) : NULL;
		if (half && half->diskseq == check->diskseq)
			forget(scan, half);
	}
}

static bool is_wanted(const char *id)
{
	return reassembly_more_wanting(&reassembly_halves, id, 0);
}

/* If a known main is scanned by another path, keep the former name if a spare asks for that. */
static void keep_given(struct half *half, const struct half *known)
{
	if (known->diskseq == half->diskseq && is_wanted(known->given))
		strscpy(half->given, known->given, sizeof(half->given));
}

static bool is_known_copy(const struct half *half, const struct half *known)
{
	return known && known->kind == half->kind && uuid_equal(&known->uuid, &half->uuid);
}

static void note_copy(struct scan *scan, const struct half *half, const struct half *known)
{
	const struct dm_remap_set *set;
	struct news *news;

	if ((half->kind != HALF_MAIN && half->kind != HALF_SPARE) || is_known_copy(half, known))
		return;
	set = reassembly_in_use_find(&scan->use, &half->uuid);
	if (!set || half->dev == set->main || half->dev == set->spare)
		return;
	news = add_news(scan, &half->uuid,
			reassembly_is_name(half->name) ? half->name : "a set without a name");
	if (news) {
		news->copy = half->dev;
		news->role = half->kind == HALF_MAIN ? "main" : "spare";
	}
}

static void enter_half(struct scan *scan, struct half *half)
{
	struct half *known = reassembly_index_dev(&reassembly_halves, half->dev);

	list_del(&half->list);
	if (half->set)
		half->set->pins--;
	if (known && known->read > half->read) {
		make_dirty(scan, half->set);
		kfree(half);
		return;
	}
	note_copy(scan, half, known);
	if (known) {
		keep_given(half, known);
		forget(scan, known);
	}
	reassembly_index_add(&reassembly_halves, half);
	touch(scan, half);
}

static bool taken(void *context, dev_t dev)
{
	return reassembly_in_use(context, dev);
}

static void note_state(struct scan *scan, struct reassembly_set *set, bool active)
{
	enum set_state state = active ? SET_ACTIVE : set->view.state;
	struct news *news;

	if (state == set->announced)
		return;
	set->announced = state;
	news = add_news(scan, &set->uuid, set->view.name);
	if (news)
		news->state = state;
}

static void match_dirty(struct scan *scan)
{
	struct reassembly_matcher matcher = {
		.index = &reassembly_halves,
		.taken = taken,
		.context = &scan->use,
	};
	struct reassembly_set *set, *next;
	bool active;

	list_for_each_entry_safe(set, next, &scan->dirty, dirty) {
		list_del_init(&set->dirty);
		if (reassembly_set_is_empty(set)) {
			reassembly_set_del(set);
			list_add_tail(&set->list, &scan->dead);
			continue;
		}
		active = reassembly_in_use_find(&scan->use, &set->uuid);
		reassembly_set_match(set, &matcher);
		note_state(scan, set, active);
		cond_resched();
	}
}

static void enter(struct scan *scan)
{
	struct half *half, *next;

	lockdep_assert_held(&reassembly_lock);
	forget_gone(scan);
	list_for_each_entry_safe(half, next, &scan->fresh, list) {
		enter_half(scan, half);
		cond_resched();
	}
	match_dirty(scan);
}

/* Enter nothing, and drop sets that were created only for this scan. */
static void give_up(struct scan *scan)
{
	struct half *half;

	lockdep_assert_held(&reassembly_lock);
	list_for_each_entry(half, &scan->fresh, list) {
		if (!half->set)
			continue;
		half->set->pins--;
		make_dirty(scan, half->set);
	}
	match_dirty(scan);
}

static void bury(struct list_head *dead)
{
	struct reassembly_set *set, *next;

	list_for_each_entry_safe(set, next, dead, list) {
		list_del(&set->list);
		reassembly_tree_free(set);
	}
}

/* Finish a scan whose devices have been read. */
static int finish(struct scan *scan)
{
	struct reassembly_tree_change change;
	int ret;

	mutex_lock(&reassembly_lock);
	ret = pin_sets(scan);
	mutex_unlock(&reassembly_lock);
	if (!ret)
		ret = show_sets(scan);
	mutex_lock(&reassembly_lock);
	if (ret)
		give_up(scan);
	else
		enter(scan);
	/* before anybody can make a directory of the same name again */
	reassembly_tree_hide_begin(&change, &scan->dead);
	mutex_unlock(&reassembly_lock);
	reassembly_tree_hide_end(&change);
	bury(&scan->dead);
	announce(scan);
	return ret;
}

int reassembly_scan(char *text, bool any)
{
	struct scan scan = { };
	int ret;

	INIT_LIST_HEAD(&scan.fresh);
	INIT_LIST_HEAD(&scan.dirty);
	INIT_LIST_HEAD(&scan.dead);
	INIT_LIST_HEAD(&scan.news);
	ret = reassembly_in_use_load(&scan.use);
	if (!ret)
		ret = read_paths(&scan, text, any);
	if (!ret)
		ret = check(&scan);
	if (!ret)
		ret = finish(&scan);
	free_halves(&scan.fresh);
	kvfree(scan.checks);
	reassembly_in_use_free(&scan.use);
	return ret;
}

void reassembly_scan_exit(void)
{
	struct reassembly_tree_change change;
	struct reassembly_set *set;
	LIST_HEAD(dead);

	mutex_lock(&reassembly_lock);
	while ((set = reassembly_set_any())) {
		reassembly_set_del(set);
		list_add_tail(&set->list, &dead);
	}
	reassembly_tree_hide_begin(&change, &dead);
	mutex_unlock(&reassembly_lock);
	reassembly_tree_hide_end(&change);
	bury(&dead);
	free_halves(&reassembly_halves.all);
}
