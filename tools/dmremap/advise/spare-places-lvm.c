// SPDX-License-Identifier: GPL-2.0
/*
 * Finds free extents of volume groups. LVM reads its physical volumes, so it is not run while one
 * of their disks is asleep.
 */
#include <stdlib.h>
#include <string.h>

#include "advise/gather.h"
#include "advise/spare-places.h"
#include "lib/capture.h"
#include "lib/json-in.h"
#include "lib/util.h"

#define SECONDS		30

static size_t length(struct json_object *array)
{
	return array ? json_object_array_length(array) : 0;
}

/* Whether a device, or one on top of it, has this path; NULL matches any physical volume. */
static bool holds(struct json_object *device, const char *path)
{
	struct json_object *children = json_in_array(device, "children");
	const char *text = json_in_string(device, path ? "path" : "fstype");
	size_t i;

	if (text && !strcmp(text, path ?: "LVM2_member"))
		return true;
	for (i = 0; i < length(children); i++)
		if (holds(json_object_array_get_idx(children, i), path))
			return true;
	return false;
}

static bool sleeps(struct json_object *disk)
{
	struct json_object *rotates = json_in_get(disk, "rota");
	const char *number = json_in_string(disk, "maj:min");
	struct disk_facts facts;

	if (!number || !rotates || !json_object_get_boolean(rotates))
		return false;
	gather_counts(&facts, number);
	return facts.smart == SMART_ASLEEP;
}

/* Whether physical volumes exist, and all of them may be read. */
static bool may_ask(struct json_object *disks, bool wake)
{
	struct json_object *disk;
	bool any = false;
	size_t i;

	for (i = 0; i < length(disks); i++) {
		disk = json_object_array_get_idx(disks, i);
		if (!holds(disk, NULL))
			continue;
		any = true;
		if (!wake && sleeps(disk))
			return false;
	}
	return any;
}

static void add_volume(struct spare_places *places, struct json_object *disks,
		       struct json_object *pv)
{
	const char *path = json_in_string(pv, "pv_name"), *vg = json_in_string(pv, "vg_name");
	const char *free = json_in_string(pv, "pv_free"), *name;
	struct spare_place place = { .kind = PLACE_LVM };
	struct json_object *disk;
	size_t i;

	/* a missing physical volume is printed as "[unknown]" */
	if (!path || *path != '/' || !vg || !*vg || !free)
		return;
	for (i = 0; i < length(disks); i++) {
		disk = json_object_array_get_idx(disks, i);
		name = json_in_string(disk, "kname");
		if (name && holds(disk, path) && !strcmp(name, places->main))
			place.same_disk = true;
	}
	text_copy(place.path, path, sizeof(place.path));
	text_copy(place.vg, vg, sizeof(place.vg));
	place.bytes = strtoull(free, NULL, 10);
	spare_places_add(places, &place);
}

void spare_places_from_lvm(struct spare_places *places, struct json_object *disks, bool wake)
{
	static const char *const argv[] = {
		"pvs", "--readonly", "--reportformat", "json", "--units", "b", "--nosuffix",
		"--options", "pv_name,vg_name,pv_free", NULL
	};
	struct json_object *root, *report, *pvs;
	struct capture capture;
	const char *why;
	size_t i, j;

	if (!may_ask(disks, wake) || capture_run(&capture, argv, SECONDS))
		return;
	root = json_in_parse(capture.text, capture.size, &why);
	free(capture.text);
	report = json_in_array(root, "report");
	for (i = 0; i < length(report); i++) {
		pvs = json_in_array(json_object_array_get_idx(report, i), "pv");
		for (j = 0; j < length(pvs); j++)
			add_volume(places, disks, json_object_array_get_idx(pvs, j));
	}
	json_object_put(root);
}
