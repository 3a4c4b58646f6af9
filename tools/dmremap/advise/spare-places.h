/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds free space suitable for a spare. lsblk lists the devices from sysfs and udev's database,
 * and LVM lists free extents. Nothing is read from a disk that may be asleep.
 */
#ifndef _DMREMAP_ADVISE_SPARE_PLACES_H
#define _DMREMAP_ADVISE_SPARE_PLACES_H

#include <json-c/json.h>

#include "advise/facts.h"

#define PLACES_MAX	16

/* The most convenient first. */
enum spare_place_kind {
	PLACE_LVM,
	PLACE_PARTITION,
	PLACE_GAP,
	PLACE_DISK,
};

/**
 * struct spare_place - free space for a spare.
 * @kind: enum spare_place_kind.
 * @path: the physical volume, the partition, or the disk.
 * @vg: for PLACE_LVM, the volume group.
 * @start: for PLACE_GAP, its first sector (512 bytes).
 * @bytes: its size.
 * @same_disk: it is on the main's disk, and is lost together with it.
 */
struct spare_place {
	enum spare_place_kind kind;
	char path[128];
	char vg[128];
	uint64_t start;
	uint64_t bytes;
	bool same_disk;
};

/**
 * struct spare_places - places, best first.
 * @item: the places.
 * @nr: number of entries.
 * @bytes: required size.
 * @main: kernel name of the main's disk.
 */
struct spare_places {
	struct spare_place item[PLACES_MAX];
	unsigned int nr;
	uint64_t bytes;
	const char *main;
};

/**
 * spare_places_find() - find free space for a spare.
 * @places: filled in; empty if there are none, or if lsblk is not installed.
 * @facts: of the main's disk.
 * @bytes: size of the spare.
 * @wake: a disk that sleeps may be woken.
 */
void spare_places_find(struct spare_places *places, const struct disk_facts *facts,
		       uint64_t bytes, bool wake);

/**
 * spare_place_command() - the command that turns a place into a device.
 * @places: all of them.
 * @place: one.
 * @text: takes the command; empty if the place is a device already.
 * @size: size of @text.
 */
void spare_place_command(const struct spare_places *places, const struct spare_place *place,
			 char *text, size_t size);

/* Describe a place for the user; returns @text. */
const char *spare_place_text(const struct spare_place *place, char *text, size_t size);

/* The device that the place becomes; a word in capitals if its name is not known yet. */
const char *spare_place_device(const struct spare_place *place);

/* The places as a JSON array. */
struct json_object *spare_places_json(const struct spare_places *places);

/* For spare-places-*.c: add a place if it is large enough. */
static inline void spare_places_add(struct spare_places *places, const struct spare_place *place)
{
	if (place->bytes >= places->bytes && places->nr < PLACES_MAX)
		places->item[places->nr++] = *place;
}

/* For spare-places-*.c: add partitions, gaps and disks in the tree of lsblk. */
void spare_places_from_devices(struct spare_places *places, struct json_object *disks);

/*
 * For spare-places-*.c: add free extents of volume groups whose physical volumes are in the tree.
 */
void spare_places_from_lvm(struct spare_places *places, struct json_object *disks, bool wake);

#endif /* _DMREMAP_ADVISE_SPARE_PLACES_H */
