// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/block/dm-N/remap and /sys/kernel/dm-remap. The work item of dirs.c makes and removes
 * them, possibly after the disk has left sysfs: its directory's kernfs node (remap_dirs.node) is
 * kept, so that adding to it then fails with ENOENT.
 */
#include <linux/blkdev.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <dm-remap/namespace.h>
#include <dm-remap/sets.h>

#include "dirs.h"
#include "observe.h"
#include "sysfs.h"

/* /sys/kernel/dm-remap */
static struct kset *root;

int remap_sysfs_add(struct remap_dirs *dirs)
{
	struct kobject *dir = kobject_create_and_add("remap", &disk_to_dev(dirs->disk)->kobj);

	if (!dir)
		return -ENOMEM;
	dirs->observed.dir = dir;
	remap_observe_attach(&dirs->observed);
	return 0;
}

int remap_sysfs_link(struct remap_dirs *dirs, const char *name)
{
	return sysfs_create_link_nowarn(&root->kobj, dirs->observed.dir, name);
}

void remap_sysfs_unlink(const char *name)
{
	sysfs_remove_link(&root->kobj, name);
}

void remap_sysfs_remove(struct remap_dirs *dirs)
{
	struct kobject *dir = dirs->observed.dir;

	if (!dir)
		return;
	remap_observe_detach(&dirs->observed);
	dirs->observed.dir = NULL;
	kobject_del(dir);
	kobject_put(dir);
}

int remap_sysfs_init(void)
{
	root = kset_create_and_add("dm-remap", NULL, kernel_kobj);
	if (!root)
		return -ENOMEM;
	/*
	 * A uevent needs an object that is in a kset, and gives the kset's name as the
	 * subsystem. So let this kset's own object point to the kset. It is not on its list of
	 * members, and the pointer has to be cleared before it is unregistered.
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
