// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/kdev_t.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "sets.h"
#include "tree.h"

/* --- a set ------------------------------------------------------------------------ */

static const char * const state_words[] = {
	[SET_WAITING_MAIN]	= "waiting-main",
	[SET_WAITING_SPARE]	= "waiting-spare",
	[SET_COMPLETE]		= "complete",
	[SET_ACTIVE]		= "active",
	[SET_CONFLICT]		= "conflict",
	[SET_DAMAGED]		= "damaged",
};

static struct reassembly_set *set_of(struct config_item *item)
{
	return container_of(to_config_group(item), struct reassembly_set, group);
}

static void view_item(struct config_item *item, struct set_view *view)
{
	reassembly_set_view(set_of(item), view);
}

static ssize_t emit_dev(char *page, dev_t dev)
{
	return dev ? sysfs_emit(page, "%u:%u\n", MAJOR(dev), MINOR(dev)) : sysfs_emit(page, "-\n");
}

/* An attribute; @_emit prints it from "view" into "page". */
#define SET_ATTR(_name, _emit)							\
static ssize_t set_##_name##_show(struct config_item *item, char *page)	\
{										\
	struct set_view view;							\
										\
	view_item(item, &view);							\
	return _emit;								\
}										\
CONFIGFS_ATTR_RO(set_, _name)

SET_ATTR(name, sysfs_emit(page, "%s\n", view.name));
SET_ATTR(main, emit_dev(page, view.main));
SET_ATTR(spare, emit_dev(page, view.spare));
SET_ATTR(state, sysfs_emit(page, "%s\n", state_words[view.state]));
SET_ATTR(generation, sysfs_emit(page, "%llu\n", view.generation));

static ssize_t set_table_show(struct config_item *item, char *page)
{
	struct set_view view;

	view_item(item, &view);
	if (view.state != SET_COMPLETE && view.state != SET_ACTIVE)
		return sysfs_emit(page, "\n");
	return sysfs_emit(page, "0 %llu remap %u:%u %llu %u:%u %u persistent uuid %pU%s%s\n",
			  view.target_sectors, MAJOR(view.main), MINOR(view.main),
			  view.main_start, MAJOR(view.spare), MINOR(view.spare),
			  *view.main_id ? 5 : 3, &set_of(item)->uuid,
			  *view.main_id ? " main_id " : "", view.main_id);
}
CONFIGFS_ATTR_RO(set_, table);

static ssize_t set_copies_show(struct config_item *item, char *page)
{
	return reassembly_set_copies(set_of(item), page);
}
CONFIGFS_ATTR_RO(set_, copies);

static struct configfs_attribute *set_attrs[] = {
	&set_attr_name,
	&set_attr_main,
	&set_attr_spare,
	&set_attr_state,
	&set_attr_generation,
	&set_attr_table,
	&set_attr_copies,
	NULL
};

static void release_set(struct config_item *item)
{
	kfree(set_of(item));
}

static struct configfs_item_operations set_ops = {
	.release = release_set,
};

static const struct config_item_type set_type = {
	.ct_item_ops = &set_ops,
	.ct_attrs = set_attrs,
	.ct_owner = THIS_MODULE,
};

/* --- directories ------------------------------------------------------------------ */

static const struct config_item_type sets_type = {
	.ct_owner = THIS_MODULE,
};

static struct config_group sets_group;

struct reassembly_set *reassembly_tree_alloc(const uuid_t *uuid)
{
	struct reassembly_set *set = kzalloc(sizeof(*set), GFP_KERNEL);
	char name[UUID_STRING_LEN + 1];

	if (!set)
		return NULL;
	set->uuid = *uuid;
	INIT_LIST_HEAD(&set->dirty);
	snprintf(name, sizeof(name), "%pU", uuid);
	config_group_init_type_name(&set->group, name, &set_type);
	return set;
}

void reassembly_tree_free(struct reassembly_set *set)
{
	config_group_put(&set->group);
}

static int show(struct reassembly_set *set)
{
	int ret = 0;

	if (!set->shown)
		ret = configfs_register_group(&sets_group, &set->group);
	if (!ret)
		WRITE_ONCE(set->shown, true);
	return ret;
}

static void hide(struct list_head *dead)
{
	struct reassembly_set *set;

	list_for_each_entry(set, dead, list)
		if (set->shown)
			configfs_unregister_group(&set->group);
}

/*
 * Callers wait for the completion, after which the work item does nothing more; only module exit
 * waits for the queue. If callers flushed the work item, lockdep would confuse configfs's lock
 * of the directory of "scan", which they hold, with that of a set's directory.
 */
static struct workqueue_struct *wq;

static void change_work(struct work_struct *work)
{
	struct reassembly_tree_change *change =
		container_of(work, struct reassembly_tree_change, work);

	if (change->set)
		change->ret = show(change->set);
	else
		hide(change->dead);
	complete(&change->done);
}

static void begin(struct reassembly_tree_change *change)
{
	change->ret = 0;
	init_completion(&change->done);
	INIT_WORK_ONSTACK(&change->work, change_work);
	queue_work(wq, &change->work);
}

static void end(struct reassembly_tree_change *change)
{
	wait_for_completion(&change->done);
	destroy_work_on_stack(&change->work);
}

int reassembly_tree_show(struct reassembly_set *set)
{
	struct reassembly_tree_change change = { .set = set };

	if (READ_ONCE(set->shown))
		return 0;
	begin(&change);
	end(&change);
	return change.ret;
}

void reassembly_tree_hide_begin(struct reassembly_tree_change *change, struct list_head *dead)
{
	change->set = NULL;
	change->dead = dead;
	if (!list_empty(dead))
		begin(change);
}

void reassembly_tree_hide_end(struct reassembly_tree_change *change)
{
	if (!list_empty(change->dead))
		end(change);
}

struct config_group *reassembly_tree_init(void)
{
	/* ordered: a directory must have been removed before it is created again */
	wq = alloc_ordered_workqueue("dm-remap-reassembly", 0);
	if (!wq)
		return ERR_PTR(-ENOMEM);
	config_group_init_type_name(&sets_group, "sets", &sets_type);
	return &sets_group;
}

void reassembly_tree_exit(void)
{
	destroy_workqueue(wq);
}
