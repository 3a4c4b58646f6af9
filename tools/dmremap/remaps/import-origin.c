// SPDX-License-Identifier: GPL-2.0
/*
 * Determines the device that the numbers in a list refer to.
 *
 * A map of a whole disk looks like a map of a partition, and a wrong guess marks thousands of good
 * blocks. Disk names change, and lists are moved between machines, so a name that no device has
 * proves nothing. A name that another device has proves that the list is for that device.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kernel/blockdev.h"
#include "kernel/kernel.h"
#include "lib/message.h"
#include "remaps/import.h"

struct import_origin import_origin_main(const struct volume *volume)
{
	return (struct import_origin) {
		.what = "main",
		.base = (wide)volume->partition_start * SECTOR_SIZE,
		.bytes = (wide)volume->main.sectors * SECTOR_SIZE,
	};
}

struct import_origin import_origin_disk(const struct volume *volume)
{
	return (struct import_origin) {
		.what = "disk",
		.bytes = (wide)volume->disk_sectors * SECTOR_SIZE,
	};
}

static struct import_origin origin_set(const struct volume *volume)
{
	return (struct import_origin) {
		.what = "set",
		.base = (wide)(volume->partition_start + volume->main_start) * SECTOR_SIZE,
		.bytes = (wide)volume->sectors * SECTOR_SIZE,
	};
}

/* Another partition of the same disk also has a known position on the disk. */
static struct import_origin origin_other(const struct volume *volume, const struct blockdev *dev)
{
	struct import_origin origin = { .bytes = (wide)dev->sectors * SECTOR_SIZE };
	char disk[BLOCKDEV_NUMBER_SIZE], name[BLOCKDEV_NAME_SIZE];
	uint64_t start;

	if (!volume->stacked && blockdev_disk(dev->number, disk, name) &&
	    !strcmp(disk, volume->disk_number) &&
	    kernel_block_number(dev->number, "start", &start)) {
		origin.what = "partition";
		origin.base = (wide)start * SECTOR_SIZE;
	}
	return origin;
}

static bool is_mapper_name(const char *path, const char *name)
{
	static const char dir[] = "/dev/mapper/";

	return !strncmp(path, dir, strlen(dir)) && !strcmp(path + strlen(dir), name);
}

/* A stacked main may be named by its device-mapper name. */
static bool is_main_name(const struct volume *volume, const char *path)
{
	char file[64], name[KERNEL_TEXT_SIZE];

	snprintf(file, sizeof(file), "/sys/dev/block/%s/dm/name", volume->main.number);
	return !kernel_read_file(file, name) && is_mapper_name(path, name);
}

bool import_find_origin(const struct volume *volume, const char *path,
			struct import_origin *origin)
{
	struct blockdev dev;

	if (is_mapper_name(path, volume->name) || !strcmp(path, volume->name)) {
		*origin = origin_set(volume);
		return true;
	}
	if (is_main_name(volume, path)) {
		*origin = import_origin_main(volume);
		return true;
	}
	if (!blockdev_named(&dev, path))
		return false;
	if (!strcmp(dev.number, volume->number))
		*origin = origin_set(volume);
	else if (!strcmp(dev.number, volume->main.number))
		*origin = import_origin_main(volume);
	else if (!strcmp(dev.number, volume->disk_number))
		*origin = import_origin_disk(volume);
	else
		*origin = origin_other(volume, &dev);
	return true;
}

/* The option to type, for a main that is a partition and for a main that is a disk. */
static void say_which(const struct import *import)
{
	const struct volume *volume = import->volume;

	if (volume->partition)
		complain("If the list is of the whole disk: \"--of /dev/%s\". If it is of the main: \"--of %s\". Nothing has been changed.",
			 volume->disk, volume->main.path);
	else
		complain("If it is of the main all the same: \"--of %s\"; if it is of a partition of it, name that. Nothing has been changed.",
			 volume->main.path);
}

static bool check_name(const struct import *import, const struct import_origin *origin)
{
	struct import_origin named;

	if (!*import->device || !import_find_origin(import->volume, import->device, &named) ||
	    (named.what && named.base == origin->base && named.bytes == origin->bytes))
		return true;
	if (named.what)
		complain("%s is a list of %s, which is the %s of %s, but its numbers would be taken as sectors of the %s.",
			 import->path, import->device, named.what, import->volume->name,
			 origin->what);
	else
		complain("%s is a list of %s, which is not the main of %s, %s.",
			 import->path, import->device, import->volume->name,
			 import->volume->main.path);
	say_which(import);
	return false;
}

static bool check_extent(const struct import *import, const struct import_origin *origin)
{
	if (import->extent <= origin->bytes)
		return true;
	complain("%s covers 0x%llx bytes, and the %s of %s has 0x%llx: it is the list of a larger device.",
		 import->path, LLU(import->extent), origin->what, import->volume->name,
		 LLU(origin->bytes));
	say_which(import);
	return false;
}

static bool check_capacity(const struct import *import)
{
	uint64_t bytes = import->volume->disk_sectors * SECTOR_SIZE;

	if (!import->capacity || import->capacity == bytes)
		return true;
	complain("%s is the log of a disk of %llu bytes, and /dev/%s, which the main of %s is on, has %llu: it is of another disk. If an enclosure changes the size: \"--of /dev/%s\". Nothing has been changed.",
		 import->path, LLU(import->capacity), import->volume->disk,
		 import->volume->name, LLU(bytes), import->volume->disk);
	return false;
}

static bool check_entries(const struct import *import, const struct import_origin *origin)
{
	wide end = origin->base + origin->bytes;
	size_t i;

	for (i = 0; i < import->entries.nr; i++)
		if (import->format->measured && import->entries.range[i].start >= end)
			break;
	if (i == import->entries.nr)
		return true;
	complain("%s names sector %llu, and the %s of %s ends at %llu: it is the list of a larger device%s.",
		 import->path,
		 LLU((import->entries.range[i].start - origin->base) / SECTOR_SIZE),
		 origin->what, import->volume->name, LLU(origin->bytes / SECTOR_SIZE),
		 import->format->block_size ? ", or one with another block size" : "");
	say_which(import);
	return false;
}

/* "naa.5000c500..." in sysfs; other formats are not compared. */
static bool check_wwn(const struct import *import)
{
	char file[64], text[KERNEL_TEXT_SIZE];

	if (!*import->wwn)
		return true;
	snprintf(file, sizeof(file), "/sys/dev/block/%s/device/wwid",
		 import->volume->disk_number);
	if (kernel_read_file(file, text) || strncmp(text, "naa.", 4) ||
	    strlen(text + 4) != strlen(import->wwn) || !strcasecmp(text + 4, import->wwn))
		return true;
	complain("%s is the log of the disk with the world-wide name %s, and /dev/%s, which the main of %s is on, has %s: it is of another disk. If it is of this one all the same: \"--of /dev/%s\". Nothing has been changed.",
		 import->path, import->wwn, import->volume->disk, import->volume->name, text + 4,
		 import->volume->disk);
	return false;
}

bool import_check_origin(const struct import *import, const struct import_origin *origin)
{
	return check_capacity(import) && check_wwn(import) && check_name(import, origin) &&
	       check_extent(import, origin) && check_entries(import, origin);
}
