// SPDX-License-Identifier: GPL-2.0
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "root.h"
#include "scan.h"

/* configfs passes at most SIMPLE_ATTR_SIZE - 1 bytes at once; the rest is the next write. */
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
	/* anything behind a NUL would be ignored */
	if (memchr(page, 0, len))
		return -EINVAL;
	text = kmemdup_nul(page, len, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = reassembly_scan(text, false);
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

static struct configfs_subsystem root = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "dm-remap-reassembly",
			.ci_type = &root_type,
		},
	},
};

int reassembly_root_init(struct config_group *sets)
{
	config_group_init(&root.su_group);
	configfs_add_default_group(sets, &root.su_group);
	mutex_init(&root.su_mutex);
	return configfs_register_subsystem(&root);
}

void reassembly_root_exit(void)
{
	configfs_unregister_subsystem(&root);
}
