// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/spare-places.h"
#include "kernel/blockdev.h"
#include "lib/capture.h"
#include "lib/json-in.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "lib/util.h"

#define SECTOR_SIZE	512
#define MIB		1048576ull
#define SECONDS		30

static const char * const kind_words[] = { "lvm", "partition", "gap", "disk" };

/*
 * Prefer spares on other disks, which survive the main, and among these the ones with the least
 * work.
 */
static int compare(const void *a, const void *b)
{
	const struct spare_place *x = a, *y = b;

	if (x->same_disk != y->same_disk)
		return x->same_disk - y->same_disk;
	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	return strcmp(x->path, y->path);
}

void spare_places_find(struct spare_places *places, const struct disk_facts *facts,
		       uint64_t bytes, bool wake)
{
	static const char *const argv[] = {
		"lsblk", "--json", "--bytes", "--output",
		"PATH,KNAME,MAJ:MIN,TYPE,SIZE,START,FSTYPE,PTTYPE,PARTTYPE,RO,RM,ROTA,MOUNTPOINT",
		NULL
	};
	const char *why, *main = strstr(facts->path, "/dev/");
	char name[BLOCKDEV_NAME_SIZE];
	struct json_object *root, *disks;
	struct capture capture;

	*places = (struct spare_places) { .bytes = bytes };
	if (!main || capture_run(&capture, argv, SECONDS))
		return;
	blockdev_sysfs_name(name, main + strlen("/dev/"));
	places->main = name;
	root = json_in_parse(capture.text, capture.size, &why);
	free(capture.text);
	disks = json_in_array(root, "blockdevices");
	if (disks) {
		spare_places_from_lvm(places, disks, wake);
		spare_places_from_devices(places, disks);
	}
	json_object_put(root);
	qsort(places->item, places->nr, sizeof(places->item[0]), compare);
	places->main = NULL;
}

void spare_place_command(const struct spare_places *places, const struct spare_place *place,
			 char *text, size_t size)
{
	*text = 0;
	if (place->kind == PLACE_LVM)
		snprintf(text, size, "lvcreate -L %llum -n spare %s %s",
			 LLU((places->bytes + MIB - 1) / MIB), shell_word(place->vg),
			 shell_word(place->path));
	else if (place->kind == PLACE_GAP)
		snprintf(text, size, "echo start=%lluKiB, size=%lluMiB | sfdisk --no-reread --append %s && partx --update %s",
			 LLU(place->start / 2), LLU((places->bytes + MIB - 1) / MIB),
			 shell_word(place->path), shell_word(place->path));
}

const char *spare_place_text(const struct spare_place *place, char *text, size_t size)
{
	unsigned long long mib = place->bytes / MIB;
	const char *disk = place->same_disk ? ", on the same disk" : "";

	switch (place->kind) {
	case PLACE_LVM:
		snprintf(text, size, "volume group %s has %llu MiB free on %s%s", place->vg, mib,
			 place->path, disk);
		break;
	case PLACE_PARTITION:
		snprintf(text, size, "partition %s of %llu MiB has no known content%s",
			 place->path, mib, disk);
		break;
	case PLACE_GAP:
		snprintf(text, size, "%s has %llu MiB that are in no partition%s", place->path,
			 mib, disk);
		break;
	case PLACE_DISK:
		snprintf(text, size, "disk %s of %llu MiB has no known content%s", place->path,
			 mib, disk);
		break;
	}
	return text;
}

const char *spare_place_device(const struct spare_place *place)
{
	static char device[sizeof(place->vg) + 16];

	if (place->kind == PLACE_GAP)
		return "SPARE";
	if (place->kind != PLACE_LVM)
		return place->path;
	snprintf(device, sizeof(device), "/dev/%s/spare", place->vg);
	return device;
}

struct json_object *spare_places_json(const struct spare_places *places)
{
	struct json_object *array = json_object_new_array(), *object;
	const struct spare_place *place;
	char text[512];

	for (place = places->item; place < places->item + places->nr; place++) {
		object = json_object_new_object();
		json_add_string(object, "kind", kind_words[place->kind]);
		json_add_string(object, "device", place->path);
		if (place->kind == PLACE_LVM)
			json_add_string(object, "volume_group", place->vg);
		if (place->kind == PLACE_GAP)
			json_add_number(object, "start", place->start);
		json_add_number(object, "bytes", place->bytes);
		json_object_object_add(object, "same_disk",
				       json_object_new_boolean(place->same_disk));
		spare_place_command(places, place, text, sizeof(text));
		if (*text)
			json_add_string(object, "command", text);
		json_object_array_add(array, object);
	}
	return array;
}
