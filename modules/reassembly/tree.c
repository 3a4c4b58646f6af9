// SPDX-License-Identifier: GPL-2.0
#include <linux/completion.h>
#include <linux/configfs.h>
#include <linux/kdev_t.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

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

static void view_item(struct config_item *item, struct set_view *view)
{
	sets_view(&container_of(to_config_group(item), struct reassembly_set, group)->uuid, view);
}

static ssize_t emit_dev(char *page, dev_t dev)
{
	return dev ? sysfs_emit(page, "%u:%u\n", MAJOR(dev), MINOR(dev)) : sysfs_emit(page, "-\n");
}

static ssize_t set_name_show(struct config_item *item, char *page)
{
	struct set_view view;

	view_item(item, &view);
	return sysfs_emit(page, "%s\n", view.name);
}
CONFIGFS_ATTR_RO(set_, name);

static ssize_t set_main_show(struct config_item *item, char *page)
{
	struct set_view view;

	view_item(item, &view);
	return emit_dev(page, view.main);
}
CONFIGFS_ATTR_RO(set_, main);

static ssize_t set_spare_show(struct config_item *item, char *page)
{
	struct set_view view;

	view_item(item, &view);
	return emit_dev(page, view.spare);
}
CONFIGFS_ATTR_RO(set_, spare);

static ssize_t set_state_show(struct config_item *item, char *page)
{
	struct set_view view;

	view_item(item, &view);
	return sysfs_emit(page, "%s\n", state_words[view.state]);
}
CONFIGFS_ATTR_RO(set_, state);

static ssize_t set_generation_show(struct config_item *item, char *page)
{
	struct set_view view;

	view_item(item, &view);
	return sysfs_emit(page, "%llu\n", view.generation);
}
CONFIGFS_ATTR_RO(set_, generation);

static ssize_t set_table_show(struct config_item *item, char *page)
{
	struct reassembly_set *set = container_of(to_config_group(item), struct reassembly_set,
						  group);
	struct set_view view;

	view_item(item, &view);
	if (view.state != SET_COMPLETE && view.state != SET_ACTIVE)
		return sysfs_emit(page, "\n");
	return sysfs_emit(page, "0 %llu remap %u:%u %llu %u:%u 3 persistent uuid %pU\n",
			  view.target_sectors, MAJOR(view.main), MINOR(view.main),
			  view.main_start, MAJOR(view.spare), MINOR(view.spare), &set->uuid);
}
CONFIGFS_ATTR_RO(set_, table);

static struct configfs_attribute *set_attrs[] = {
	&set_attr_name,
	&set_attr_main,
	&set_attr_spare,
	&set_attr_state,
	&set_attr_generation,
	&set_attr_table,
	NULL
};

static void release_set(struct config_item *item)
{
	kfree(container_of(to_config_group(item), struct reassembly_set, group));
}

static struct configfs_item_operations set_ops = {
	.release = release_set,
};

static const struct config_item_type set_type = {
	.ct_item_ops = &set_ops,
	.ct_attrs = set_attrs,
	.ct_owner = THIS_MODULE,
};

/* --- the tree ----------------------------------------------------------------------- */

/* What configfs gives at most (SIMPLE_ATTR_SIZE - 1); the rest is the next write. */
#define WRITE_MAX	4095

static ssize_t root_scan_store(struct config_item *item, const char *page, size_t count)
{
	size_t len = count;
	char *text;
	int ret;

	/* A path that is cut off at the end is left for the next write. */
	if (len == WRITE_MAX)
		while (len && page[len - 1] != '\n')
			len--;
	text = kmemdup_nul(page, len, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = sets_scan(text, false);
	kfree(text);
	return ret ?: len;
}
CONFIGFS_ATTR_WO(root_, scan);

static struct configfs_attribute *root_attrs[] = {
	&root_attr_scan,
	NULL
};

static const struct config_item_type root_type = {
	.ct_attrs = root_attrs,
	.ct_owner = THIS_MODULE,
};

static const struct config_item_type sets_type = {
	.ct_owner = THIS_MODULE,
};

static struct config_group sets_group;

static struct configfs_subsystem root = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "dm-remap-reassembly",
			.ci_type = &root_type,
		},
	},
};

struct reassembly_set *tree_alloc(const uuid_t *uuid)
{
	struct reassembly_set *set = kzalloc(sizeof(*set), GFP_KERNEL);
	char name[UUID_STRING_LEN + 1];

	if (!set)
		return NULL;
	set->uuid = *uuid;
	snprintf(name, sizeof(name), "%pU", uuid);
	config_group_init_type_name(&set->group, name, &set_type);
	return set;
}

void tree_free(struct reassembly_set *set)
{
	config_group_put(&set->group);
}

static void hide(struct list_head *sets)
{
	struct reassembly_set *set;

	list_for_each_entry(set, sets, list)
		if (set->shown)
			configfs_unregister_group(&set->group);
}

static int show(struct list_head *sets)
{
	struct reassembly_set *set;
	int ret;

	list_for_each_entry(set, sets, list) {
		ret = configfs_register_group(&sets_group, &set->group);
		if (ret) {
			hide(sets);
			return ret;
		}
		set->shown = true;
	}
	return 0;
}

/*
 * Directories are changed by another task.  Who writes an attribute holds configfs's
 * lock of its directory, and the locks that are needed here come before that one where
 * a directory is removed by rmdir().  None of ours can be; but all of configfs's locks
 * look the same to lockdep, and so it would be a rule with an exception.
 *
 * For the same reason nobody waits for the work item itself, which is at its end when it says
 * that it is done, but for the queue when the module goes.
 */
static struct workqueue_struct *wq;

struct change {
	struct work_struct work;
	struct completion done;
	struct list_head *sets;
	bool add;
	int ret;
};

static void change_work(struct work_struct *work)
{
	struct change *change = container_of(work, struct change, work);

	if (change->add)
		change->ret = show(change->sets);
	else
		hide(change->sets);
	complete(&change->done);
}

static int run(struct list_head *sets, bool add)
{
	struct change change = { .sets = sets, .add = add };

	if (list_empty(sets))
		return 0;
	INIT_WORK_ONSTACK(&change.work, change_work);
	init_completion(&change.done);
	queue_work(wq, &change.work);
	wait_for_completion(&change.done);
	/* It may still be on its way out of the function. */
	destroy_work_on_stack(&change.work);
	return change.ret;
}

int tree_add(struct list_head *sets)
{
	return run(sets, true);
}

void tree_remove(struct list_head *sets)
{
	run(sets, false);
}

int tree_init(void)
{
	int ret;

	config_group_init(&root.su_group);
	config_group_init_type_name(&sets_group, "sets", &sets_type);
	configfs_add_default_group(&sets_group, &root.su_group);
	mutex_init(&root.su_mutex);
	wq = alloc_workqueue("dm-remap-reassembly", WQ_UNBOUND, 1);
	if (!wq)
		return -ENOMEM;
	ret = configfs_register_subsystem(&root);
	if (ret)
		destroy_workqueue(wq);
	return ret;
}

void tree_exit(void)
{
	configfs_unregister_subsystem(&root);
	destroy_workqueue(wq);
}
