// SPDX-License-Identifier: GPL-2.0
#include <linux/kobject.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "device.h"
#include "observe.h"
#include "sysfs.h"

/* /sys/kernel/dm-remap */
static struct kobject *root;

int remap_sysfs_add(struct remap_device *rd)
{
	struct kobject *dir;
	int ret;

	dir = kobject_create_and_add("remap", &disk_to_dev(dm_disk(rd->md))->kobj);
	if (!dir)
		return -ENOMEM;
	ret = sysfs_create_link_nowarn(root, dir, rd->name);
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
	return sysfs_rename_link(root, rd->observed.dir, rd->name, name);
}

void remap_sysfs_remove(struct remap_device *rd)
{
	struct kobject *dir = rd->observed.dir;

	if (!dir)
		return;
	remap_observe_detach(&rd->observed);
	rd->observed.dir = NULL;
	sysfs_remove_link(root, rd->name);
	kobject_del(dir);
	kobject_put(dir);
}

int remap_sysfs_init(void)
{
	root = kobject_create_and_add("dm-remap", kernel_kobj);
	return root ? 0 : -ENOMEM;
}

void remap_sysfs_exit(void)
{
	kobject_put(root);
}
