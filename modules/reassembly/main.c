// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the two halves of sets among the block devices that it is given, and shows
 * which can be activated.  It keeps no device open, and activates nothing: that is for
 * user space.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <dm-remap/namespace.h>

#include "root.h"
#include "scan.h"
#include "sets.h"
#include "tree.h"

static char *devices = "";
module_param(devices, charp, 0444);
MODULE_PARM_DESC(devices, "Block devices to scan when the module is loaded, with commas between them");

static int scan_devices(void)
{
	char *list;
	int ret;

	list = kstrdup(devices, GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	strreplace(list, ',', '\n');
	ret = reassembly_scan(list, true);
	kfree(list);
	return ret;
}

static int __init reassembly_init(void)
{
	struct config_group *sets;
	int ret;

	reassembly_sets_init();
	sets = reassembly_tree_init();
	if (IS_ERR(sets))
		return PTR_ERR(sets);
	ret = reassembly_root_init(sets);
	if (ret)
		goto out_tree;
	if (*devices)
		ret = scan_devices();
	if (!ret)
		return 0;
	reassembly_scan_exit();
	reassembly_root_exit();
out_tree:
	reassembly_tree_exit();
	return ret;
}

static void __exit reassembly_exit(void)
{
	reassembly_scan_exit();
	reassembly_root_exit();
	reassembly_tree_exit();
}

module_init(reassembly_init);
module_exit(reassembly_exit);

MODULE_IMPORT_NS(DM_REMAP_NS);
MODULE_DESCRIPTION("Finds the main and the spare of dm-remap sets");
MODULE_AUTHOR("dm-remap developers");
MODULE_LICENSE("GPL");
