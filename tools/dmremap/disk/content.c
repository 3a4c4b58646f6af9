// SPDX-License-Identifier: GPL-2.0
#include <blkid.h>
#include <stdio.h>
#include <string.h>

#include "disk/content.h"

const char *content_kind(blkid_probe probe)
{
	const char *usage;

	if (blkid_probe_lookup_value(probe, "USAGE", &usage, NULL))
		return "something";
	if (!strcmp(usage, "filesystem"))
		return "a filesystem";
	if (!strcmp(usage, "raid"))
		return "a member of an array";
	if (!strcmp(usage, "crypto"))
		return "an encrypted volume";
	return "something";
}

static bool describe(blkid_probe probe, char text[CONTENT_SIZE])
{
	const char *type;

	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE);
	blkid_probe_enable_partitions(probe, 1);
	/* report nothing if the result is ambivalent or the probe failed */
	if (blkid_do_safeprobe(probe))
		return false;
	if (!blkid_probe_lookup_value(probe, "TYPE", &type, NULL))
		snprintf(text, CONTENT_SIZE, "%s (%s)", content_kind(probe), type);
	else if (!blkid_probe_lookup_value(probe, "PTTYPE", &type, NULL))
		snprintf(text, CONTENT_SIZE, "a partition table (%s)", type);
	else
		return false;
	return true;
}

bool content_describe(const char *path, char text[CONTENT_SIZE])
{
	blkid_probe probe = blkid_new_probe_from_filename(path);
	bool known;

	if (!probe)
		return false;
	known = describe(probe, text);
	blkid_free_probe(probe);
	return known;
}

bool content_type(const char *path, char text[CONTENT_SIZE])
{
	blkid_probe probe = blkid_new_probe_from_filename(path);
	const char *type;
	bool known;

	if (!probe)
		return false;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	known = !blkid_do_safeprobe(probe) &&
		!blkid_probe_lookup_value(probe, "TYPE", &type, NULL);
	if (known)
		snprintf(text, CONTENT_SIZE, "%s", type);
	blkid_free_probe(probe);
	return known;
}

/*
 * Members of an array or of a multi-device file system share a UUID, and each member also has one
 * of its own. Members of arrays with old metadata do not have the latter.
 */
static bool describe_uuid(blkid_probe probe, char text[CONTENT_SIZE])
{
	const char *uuid, *own = "", *type;

	if (!blkid_probe_lookup_value(probe, "UUID", &uuid, NULL)) {
		if (blkid_probe_lookup_value(probe, "UUID_SUB", &own, NULL) &&
		    !blkid_probe_lookup_value(probe, "USAGE", &type, NULL) &&
		    !strcmp(type, "raid") &&
		    !blkid_probe_lookup_value(probe, "TYPE", &type, NULL) &&
		    strncmp(type, "LVM", strlen("LVM")))
			return false;
	} else if (blkid_probe_lookup_value(probe, "PTUUID", &uuid, NULL)) {
		return false;
	}
	snprintf(text, CONTENT_SIZE, "%s %s", uuid, own);
	return true;
}

bool content_uuid(const char *path, char text[CONTENT_SIZE])
{
	blkid_probe probe = blkid_new_probe_from_filename(path);
	bool known;

	if (!probe)
		return false;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE |
						 BLKID_SUBLKS_USAGE);
	blkid_probe_enable_partitions(probe, 1);
	known = !blkid_do_safeprobe(probe) && describe_uuid(probe, text);
	blkid_free_probe(probe);
	return known;
}

bool content_is_member(const char *path)
{
	blkid_probe probe = blkid_new_probe_from_filename(path);
	int result;

	if (!probe)
		return false;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_USAGE);
	blkid_probe_filter_superblocks_usage(probe, BLKID_FLTR_ONLYIN, BLKID_USAGE_RAID);
	/* -2: several signatures, which still means that it is a member */
	result = blkid_do_safeprobe(probe);
	blkid_free_probe(probe);
	return !result || result == -2;
}
