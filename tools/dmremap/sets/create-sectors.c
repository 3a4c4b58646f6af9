// SPDX-License-Identifier: GPL-2.0
/*
 * The logical sector size of a set is the larger of its two disks. A file system with smaller
 * blocks, or a partition table, which counts in sectors, cannot be used through such a set.
 */
#include <blkid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/content.h"
#include "lib/message.h"
#include "sets/create.h"

/* The content of a main. */
struct found {
	char what[CONTENT_SIZE];
	unsigned int block;
	bool known;
};

static void probe(struct found *found, const char *path)
{
	blkid_probe probe = blkid_new_probe_from_filename(path);
	const char *block;

	*found = (struct found) {};
	found->known = content_describe(path, found->what);
	if (!probe)
		return;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE);
	if (!blkid_do_safeprobe(probe) &&
	    !blkid_probe_lookup_value(probe, "BLOCK_SIZE", &block, NULL))
		found->block = strtoul(block, NULL, 10);
	blkid_free_probe(probe);
}

static bool begins_with_zeros(const struct device *main)
{
	uint8_t *page = device_buffer(1);
	bool zeros = !device_read(main, 0, page, 1) &&
		     dm_remap_sb_is_zero((const struct dm_remap_sb *)page);

	free(page);
	return zeros;
}

bool create_check_sectors(struct create *create, const struct device *main,
			  unsigned int main_sector, unsigned int spare_sector)
{
	struct found found;

	if (spare_sector <= main_sector)
		return true;
	create->force_block_size = create->force;
	if (create->force || create->transient)
		return true;
	probe(&found, main->path);
	if (found.known && found.block >= spare_sector) {
		/* the kernel cannot check whether the content works */
		create->force_block_size = true;
		return true;
	}
	if (!found.known && begins_with_zeros(main))
		return true;
	complain("The sectors of %s have %u bytes, and so would those of the set. On %s there is %s, which needs those of %s, of %u bytes. Take a spare with sectors of %u bytes: a partition of another disk, or a loop device on a file (\"losetup --sector-size %u\"). If nothing on %s is needed: \"--force\".",
		 create->spare, spare_sector, main->path,
		 found.known ? found.what : "something that may not be known here",
		 main->path, main_sector, main_sector, main_sector, main->path);
	return false;
}
