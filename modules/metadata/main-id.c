// SPDX-License-Identifier: GPL-2.0
/*
 * Which identity a device has, and whether it is the recorded one. The store and reassembly share
 * these rules, so that neither takes a main that the other refuses.
 */
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include <dm-remap/main-id.h>
#include <dm-remap/namespace.h>

static bool is_behind_usb(struct gendisk *disk)
{
	const struct device *dev;

	for (dev = disk_to_dev(disk)->parent; dev; dev = dev->parent)
		if (dev->bus && !strcmp(dev->bus->name, "usb"))
			return true;
	return false;
}

void dm_remap_wwn(struct block_device *bdev, char wwn[DM_REMAP_WWN_SIZE])
{
	const struct block_device_operations *ops = bdev->bd_disk->fops;
	u8 id[16];
	int len;

	*wwn = 0;
	if (bdev_is_partition(bdev) || !ops->get_unique_id || is_behind_usb(bdev->bd_disk))
		return;
	len = ops->get_unique_id(bdev->bd_disk, id, BLK_UID_NAA);
	if (len > 0) {
		snprintf(wwn, DM_REMAP_WWN_SIZE, "wwn-0x%*phN", len, id);
		return;
	}
	len = ops->get_unique_id(bdev->bd_disk, id, BLK_UID_EUI64);
	if (len > 0)
		snprintf(wwn, DM_REMAP_WWN_SIZE, "nvme-eui.%*phN", len, id);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_wwn, DM_REMAP_NS);

/* A UUID, or the disk signature and number that stand for one in a DOS partition table. */
static bool is_partuuid(const char *id)
{
	size_t len = strlen(id);
	const char *c;

	if (len != UUID_STRING_LEN && len != strlen("01234567-01"))
		return false;
	for (c = id; *c; c++)
		if (!isxdigit(*c) && *c != '-')
			return false;
	return id[8] == '-';
}

bool dm_remap_main_id_is_number(const char *main_id)
{
	return is_partuuid(main_id) && strlen(main_id) != UUID_STRING_LEN;
}
EXPORT_SYMBOL_NS_GPL(dm_remap_main_id_is_number, DM_REMAP_NS);

static bool is_world_wide(const char *id)
{
	return !strncmp(id, "wwn-", 4) || !strncmp(id, "nvme-eui.", 9);
}

/* Both kinds are written in either case. */
static bool is_same(const char *known, const char *main_id)
{
	return *known && !strcasecmp(known, main_id);
}

enum dm_remap_verdict dm_remap_main_judge(const char *main_id, const char *partuuid,
					  const char *wwn)
{
	if (is_same(partuuid, main_id) || is_same(wwn, main_id))
		return DM_REMAP_MAIN_SAME;
	if ((*partuuid && is_partuuid(main_id)) || (*wwn && is_world_wide(main_id)))
		return DM_REMAP_MAIN_OTHER;
	return DM_REMAP_MAIN_UNKNOWN;
}
EXPORT_SYMBOL_NS_GPL(dm_remap_main_judge, DM_REMAP_NS);
