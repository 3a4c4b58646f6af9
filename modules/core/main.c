// SPDX-License-Identifier: GPL-2.0
/*
 * dm-remap: a device-mapper target that keeps a disk with bad sectors in
 * service.  See docs/design.md.
 */
#include <linux/device-mapper.h>
#include <linux/module.h>

#include <dm-remap/namespace.h>

#include "configfs.h"
#include "dirs.h"
#include "params.h"
#include "resize.h"
#include "store.h"
#include "sysfs.h"
#include "target.h"

static int __init remap_init(void)
{
	int ret;

	ret = remap_params_init();
	if (ret)
		return ret;
	ret = remap_resize_init();
	if (ret)
		return ret;
	ret = dm_remap_store_register(&remap_store_transient);
	if (ret)
		goto exit_resize;
	ret = remap_configfs_init();
	if (ret)
		goto unregister_store;
	ret = remap_sysfs_init();
	if (ret)
		goto exit_configfs;
	ret = remap_dirs_init();
	if (ret)
		goto exit_sysfs;
	ret = dm_register_target(&remap_target_type);
	if (ret)
		goto exit_dirs;
	return 0;

exit_dirs:
	remap_dirs_exit();
exit_sysfs:
	remap_sysfs_exit();
exit_configfs:
	remap_configfs_exit();
unregister_store:
	dm_remap_store_unregister(&remap_store_transient);
exit_resize:
	remap_resize_exit();
	return ret;
}

static void __exit remap_exit(void)
{
	dm_unregister_target(&remap_target_type);
	remap_dirs_exit();
	remap_sysfs_exit();
	remap_configfs_exit();
	dm_remap_store_unregister(&remap_store_transient);
	remap_resize_exit();
}

module_init(remap_init);
module_exit(remap_exit);

MODULE_IMPORT_NS(DM_REMAP_NS);
MODULE_DESCRIPTION(DM_NAME " target that moves bad blocks to a spare device");
MODULE_AUTHOR("dm-remap developers");
MODULE_LICENSE("GPL");
