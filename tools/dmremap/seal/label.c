// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "../../../modules/metadata/format-user.h"
#include "disk/set.h"
#include "kernel/dm.h"
#include "lib/message.h"
#include "lib/uuid.h"
#include "seal/label.h"

/* Upper bound: ZFS has the most signatures, about a hundred. */
#define MAX_BLOCKS	65536

static bool read_spare(const char *path, struct dm_remap_sb *sb)
{
	struct device dev;
	struct set set;
	bool usable;

	if (device_open(&dev, path, false))
		return false;
	set_read(&set, &dev);
	usable = set_usable(&set);
	if (usable)
		*sb = *set.newest->content;
	set_free(&set);
	device_close(&dev);
	return usable;
}

bool label_spare(const struct volume *volume, struct dm_remap_sb *sb)
{
	char number[BLOCKDEV_NUMBER_SIZE];
	struct dm_table table;
	struct blockdev spare;

	if (dm_table(volume->name, &table) > 0 &&
	    sscanf(table.params, "%*s %*s %23s", number) == 1 &&
	    blockdev_by_number(&spare, number))
		return read_spare(spare.path, sb);
	complain("The spare of %s cannot be found.", volume->name);
	return false;
}

bool label_make(struct dm_remap_label *label, const struct dm_remap_sb *spare,
		const struct volume *volume, uint64_t main_sectors, const struct blocks *blocks)
{
	struct block_run run = {};
	unsigned int nr = 0;

	*label = (struct dm_remap_label) {
		.version = htole32(DM_REMAP_LABEL_VERSION),
		.main_sectors = htole64(main_sectors),
		.target_sectors = htole64(volume->sectors),
		.block_size = htole32(volume->block),
	};
	memcpy(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	uuid_from_text(volume->uuid, label->uuid);
	memcpy(label->secret, spare->secret, sizeof(label->secret));
	label->generation = spare->generation;
	snprintf((char *)label->name, sizeof(label->name), "%s", volume->name);
	while (blocks_next_run(blocks, &run)) {
		if (nr == DM_REMAP_LABEL_RANGES)
			return false;
		label->ranges[nr].block = htole64(run.first);
		label->ranges[nr].nr = htole32(run.nr);
		nr++;
	}
	label->nr_ranges = htole32(nr);
	dm_remap_label_seal(label);
	return blocks->nr <= MAX_BLOCKS;
}

bool label_blocks(const struct dm_remap_label *label, struct blocks *blocks)
{
	uint32_t i, n, nr = le32toh(label->nr_ranges);
	uint64_t all = 0;

	for (i = 0; i < nr; i++)
		all += le32toh(label->ranges[i].nr);
	if (all > MAX_BLOCKS)
		return false;
	for (i = 0; i < nr; i++)
		for (n = 0; n < le32toh(label->ranges[i].nr); n++)
			blocks_add(blocks, le64toh(label->ranges[i].block) + n);
	return true;
}

uint32_t label_crc(uint32_t crc, const void *data, size_t size)
{
	return crc32c(crc, data, size);
}

void label_invert(void *data, size_t size)
{
	uint8_t *byte = data;

	while (size--)
		*byte++ ^= 0xff;
}

bool label_zeros(const void *data, size_t size)
{
	const uint8_t *byte = data;

	while (size && !*byte) {
		byte++;
		size--;
	}
	return !size;
}
