// SPDX-License-Identifier: GPL-2.0
/*
 * Reports the entries left out of a list, by reason.
 */
#include <json-c/json.h>

#include "lib/json-out.h"
#include "lib/message.h"
#include "remaps/import.h"

static const struct {
	const char *name;
	const char *sentence;
} reasons[NR_LEFT] = {
	[LEFT_NOT_MEDIUM] = {
		"not_medium",
		"Entries left out: %lu, for errors that do not mean a bad sector of this disk, such as those of a cable or of another namespace.",
	},
	[LEFT_TEST] = {
		"other_tests",
		"Self-tests left out: %lu, which failed for a reason other than an unreadable sector.",
	},
	[LEFT_OUTDATED] = {
		"outdated_tests",
		"Self-tests left out: %lu, which failed before a later extended one read the whole disk without an error.",
	},
	[LEFT_CUT] = {
		"cut_addresses",
		"Entries left out: %lu, from a log with too few address bits for a disk of this size.",
	},
	[LEFT_EMPTY] = {
		"empty",
		"Entries left out: %lu, of 0 sectors.",
	},
	[LEFT_BOOT] = {
		"earlier_boots",
		"Errors left out: %lu, of an earlier boot, when the disk may have had another name. If it had the same: \"--all-boots\".",
	},
	[LEFT_ARRAY] = {
		"in_arrays",
		"Errors left out: %lu, in an md array: their sectors are those of the array, not of this disk. \"--format md\" imports the array's own list.",
	},
	[LEFT_FIXED] = {
		"fixed",
		"Errors left out: %lu, whose places btrfs has rewritten from another copy.",
	},
	[LEFT_NO_PLACE] = {
		"without_place",
		"Errors of btrfs left out: %lu, which name no place on a device. \"btrfs scrub start\" makes it name them.",
	},
	[LEFT_DEVICE] = {
		"other_devices",
		"Errors of btrfs left out: %lu, of devices that are neither the set nor its main.",
	},
	[LEFT_VDEV] = {
		"other_vdevs",
		"Events of ZFS left out: %lu, of devices that are neither the set nor its disk, or beyond their end.",
	},
	[LEFT_NO_OFFSET] = {
		"without_offset",
		"Events of ZFS left out: %lu, which name no place on a device.",
	},
};

void import_say_left(const struct import *import)
{
	unsigned int i;

	for (i = 0; i < NR_LEFT; i++)
		if (import->left[i])
			complain(reasons[i].sentence, import->left[i]);
	if (import->left[LEFT_CUT])
		complain("The log with whole addresses is \"smartctl %s /dev/%s\".",
			 import->whole_log, import->volume->disk);
}

void import_left_json(const struct import *import)
{
	struct json_object *left = json_object_new_object();
	unsigned int i;

	for (i = 0; i < NR_LEFT; i++)
		json_add_number(left, reasons[i].name, import->left[i]);
	json_out_member("left_out", left);
}
