// SPDX-License-Identifier: GPL-2.0
/*
 * Finds partitions and disks without a known use, and gaps between partitions. A place counts as
 * used if it has a signature, a partition table, a device on top or a mount.
 */
#include <stdlib.h>
#include <string.h>

#include "advise/spare-places.h"
#include "lib/json-in.h"
#include "lib/util.h"

#define SECTOR_SIZE	512
/* Alignment of partitions; the last such unit of a disk is left for the backup GPT. */
#define ALIGN_SECTORS	2048
#define PARTITIONS_MAX	256
#define DOS_PARTITIONS	4

struct free_range {
	uint64_t start;
	uint64_t end;
};

static bool is_true(struct json_object *device, const char *name)
{
	struct json_object *value = json_in_get(device, name);

	return value && json_object_get_boolean(value);
}

/* Types of partitions that are not free even if they look empty. */
static bool is_reserved(struct json_object *device)
{
	static const char * const types[] = {
		"21686148-6449-6e6f-744e-656564454649",	/* BIOS boot */
		"9e1a2d38-c612-4316-aa26-8b49521e5a8b",	/* PReP boot */
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93b",	/* EFI system */
		"e3c9e316-0b5c-4db8-817d-f92df00215ae",	/* Microsoft reserved */
		"0x5", "0xf", "0x85", "0x41", "0xef",
	};
	const char *type = json_in_string(device, "parttype");
	unsigned int i;

	for (i = 0; type && i < ARRAY_SIZE(types); i++)
		if (!strcasecmp(type, types[i]))
			return true;
	return false;
}

static size_t nr_children(struct json_object *device)
{
	struct json_object *children = json_in_array(device, "children");

	return children ? json_object_array_length(children) : 0;
}

static bool is_free(struct json_object *device)
{
	return !nr_children(device) && !json_in_string(device, "fstype") &&
	       !json_in_string(device, "pttype") && !json_in_string(device, "mountpoint") &&
	       !is_true(device, "ro") && !is_reserved(device);
}

static void add_device(struct spare_places *places, struct spare_place place,
		       struct json_object *device)
{
	const char *path = json_in_string(device, "path");

	if (!path || !json_in_number(device, "size", &place.bytes) || !is_free(device))
		return;
	text_copy(place.path, path, sizeof(place.path));
	spare_places_add(places, &place);
}

static int by_start(const void *a, const void *b)
{
	const struct free_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/*
 * The partitions of a disk in order, with an empty one after the last usable sector as a sentinel.
 */
static unsigned int used_ranges(struct json_object *disk, uint64_t bytes,
				struct free_range *ranges)
{
	struct json_object *children = json_in_array(disk, "children"), *part;
	uint64_t end = bytes / SECTOR_SIZE / ALIGN_SECTORS * ALIGN_SECTORS, size;
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < nr_children(disk) && n < PARTITIONS_MAX; i++) {
		part = json_object_array_get_idx(children, i);
		if (!json_in_number(part, "start", &ranges[n].start) ||
		    !json_in_number(part, "size", &size))
			return 0;
		ranges[n].end = ranges[n].start + size / SECTOR_SIZE;
		n++;
	}
	if (end > ALIGN_SECTORS)
		end -= ALIGN_SECTORS;
	ranges[n++] = (struct free_range) { end, end };
	qsort(ranges, n, sizeof(*ranges), by_start);
	return n;
}

/* An MBR has four entries; logical partitions are not considered. */
static bool takes_another(struct json_object *disk)
{
	const char *table = json_in_string(disk, "pttype");
	struct json_object *children = json_in_array(disk, "children");
	size_t i;

	/* a signature on the whole disk may cover the gaps of an old partition table */
	if (!table || json_in_string(disk, "fstype") || json_in_string(disk, "mountpoint") ||
	    is_true(disk, "ro"))
		return false;
	if (!strcmp(table, "gpt"))
		return true;
	for (i = 0; i < nr_children(disk); i++)
		if (is_reserved(json_object_array_get_idx(children, i)))
			return false;
	return !strcmp(table, "dos") && nr_children(disk) < DOS_PARTITIONS;
}

static void add_largest_gap(struct spare_places *places, struct spare_place place,
			    struct json_object *disk)
{
	struct free_range ranges[PARTITIONS_MAX + 1];
	const char *path = json_in_string(disk, "path");
	uint64_t bytes, free = ALIGN_SECTORS;
	unsigned int n, i;

	if (!path || !takes_another(disk) || !json_in_number(disk, "size", &bytes))
		return;
	n = used_ranges(disk, bytes, ranges);
	bytes = 0;
	for (i = 0; i < n; i++) {
		if (ranges[i].start > free && (ranges[i].start - free) * SECTOR_SIZE > bytes) {
			place.start = free;
			bytes = (ranges[i].start - free) * SECTOR_SIZE;
		}
		if (ranges[i].end > free)
			free = (ranges[i].end + ALIGN_SECTORS - 1) / ALIGN_SECTORS *
			       ALIGN_SECTORS;
	}
	place.kind = PLACE_GAP;
	place.bytes = bytes;
	text_copy(place.path, path, sizeof(place.path));
	spare_places_add(places, &place);
}

/* RAM disks, network devices and removable media are unsuitable for a spare. */
static bool is_disk(struct json_object *device)
{
	static const char * const others[] = { "zram", "ram", "nbd", "rbd", "fd", "drbd" };
	const char *type = json_in_string(device, "type");
	const char *name = json_in_string(device, "kname");
	unsigned int i;

	for (i = 0; name && i < ARRAY_SIZE(others); i++)
		if (!strncmp(name, others[i], strlen(others[i])))
			return false;
	return type && name && !strcmp(type, "disk") && !is_true(device, "rm");
}

static void from_disk(struct spare_places *places, struct json_object *disk)
{
	struct json_object *children = json_in_array(disk, "children"), *part;
	struct spare_place place = {
		.same_disk = !strcmp(json_in_string(disk, "kname"), places->main),
	};
	const char *type;
	size_t i;

	place.kind = PLACE_DISK;
	if (!place.same_disk)
		add_device(places, place, disk);
	place.kind = PLACE_PARTITION;
	for (i = 0; i < nr_children(disk); i++) {
		part = json_object_array_get_idx(children, i);
		type = json_in_string(part, "type");
		if (type && !strcmp(type, "part"))
			add_device(places, place, part);
	}
	add_largest_gap(places, place, disk);
}

void spare_places_from_devices(struct spare_places *places, struct json_object *disks)
{
	struct json_object *disk;
	size_t i;

	for (i = 0; i < json_object_array_length(disks); i++) {
		disk = json_object_array_get_idx(disks, i);
		if (is_disk(disk))
			from_disk(places, disk);
	}
}
