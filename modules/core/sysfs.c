// SPDX-License-Identifier: GPL-2.0
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <dm-remap/namespace.h>
#include <dm-remap/sets.h>

#include "device.h"
#include "observe.h"
#include "sysfs.h"

/* /sys/kernel/dm-remap */
static struct kset *root;

int remap_sysfs_add(struct remap_device *rd)
{
	struct kobject *dir;
	int ret;

	dir = kobject_create_and_add("remap", &disk_to_dev(dm_disk(rd->md))->kobj);
	if (!dir)
		return -ENOMEM;
	ret = sysfs_create_link_nowarn(&root->kobj, dir, rd->name);
	if (ret) {
		kobject_put(dir);
		return ret;
	}
	rd->observed.name = rd->number;
	rd->observed.dir = dir;
	remap_observe_attach(&rd->observed);
	return 0;
}

int remap_sysfs_rename(struct remap_device *rd, const char *name)
{
	if (!strcmp(name, rd->name))
		return 0;
	return sysfs_rename_link(&root->kobj, rd->observed.dir, rd->name, name);
}

void remap_sysfs_remove(struct remap_device *rd)
{
	struct kobject *dir = rd->observed.dir;

	if (!dir)
		return;
	remap_observe_detach(&rd->observed);
	rd->observed.dir = NULL;
	sysfs_remove_link(&root->kobj, rd->name);
	kobject_del(dir);
	kobject_put(dir);
}

int remap_sysfs_init(void)
{
	root = kset_create_and_add("dm-remap", NULL, kernel_kobj);
	if (!root)
		return -ENOMEM;
	/*
	 * An event needs a set that its object is in, and gives the set's name as the
	 * subsystem.  This object is in its own: it is no member that the set would
	 * have to know of, and must not be one when it goes.
	 */
	root->kobj.kset = root;
	return 0;
}

void remap_sysfs_exit(void)
{
	root->kobj.kset = NULL;
	kset_unregister(root);
}

int dm_remap_uevent(char *envp[])
{
	return kobject_uevent_env(&root->kobj, KOBJ_CHANGE, envp);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_uevent, DM_REMAP_NS);
