// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's log, as printed by dmesg or journalctl -k, or stored by syslog.
 *
 * The parser selects lines by the name of the main's disk or, for btrfs, by the device they name.
 * The name may have belonged to another disk before a reboot or before a disk was plugged in, so
 * earlier lines do not count.
 */
#include <stdlib.h>
#include <string.h>

#include "disk/log-line.h"
#include "lib/message.h"
#include "remaps/import.h"

/* Other disks with errors, named in the message if this disk has none. */
#define OTHERS_SIZE	256

struct kernel_log {
	struct import *import;
	struct log_reader log;
	unsigned long in_set;
	unsigned long in_main;
	unsigned long checksums;
	char others[OTHERS_SIZE];
};

/* The entries taken so far may belong to another disk. */
static void forget(struct import *import)
{
	if (!import->all_boots) {
		import->left[LEFT_BOOT] += import->entries.nr;
		import->entries.nr = 0;
	}
}

static void note_other(struct kernel_log *reader, const char *device)
{
	size_t used = strlen(reader->others), size = strlen(device);

	if (strstr(reader->others, device) || used + size + 3 > OTHERS_SIZE)
		return;
	if (used)
		strcat(reader->others, ", ");
	strcat(reader->others, device);
}

static bool is_disk(struct kernel_log *reader, const struct log_event *event)
{
	if (!strcmp(event->device, reader->import->volume->disk))
		return true;
	note_other(reader, event->device);
	return false;
}

static void take_sector(struct kernel_log *reader, const struct log_event *event)
{
	struct import *import = reader->import;
	uint64_t unit = event->logical ? import->volume->logical : SECTOR_SIZE;

	if (is_disk(reader, event))
		import_add_bytes(import, (wide)event->place * unit, unit);
}

static void take_btrfs(struct kernel_log *reader, const struct log_event *event)
{
	struct import *import = reader->import;
	struct import_origin origin;

	if (!import_find_origin(import->volume, event->device, &origin) || !origin.what ||
	    (strcmp(origin.what, "set") && strcmp(origin.what, "main"))) {
		import->left[LEFT_DEVICE]++;
		return;
	}
	if (!strcmp(origin.what, "set"))
		reader->in_set++;
	else
		reader->in_main++;
	reader->checksums += event->kind == LOG_BTRFS_CSUM;
	import_add_bytes(import, origin.base + event->place, SECTOR_SIZE);
}

static void take(struct kernel_log *reader, const struct log_event *event)
{
	struct import *import = reader->import;

	switch (event->kind) {
	case LOG_BOOT:
		return forget(import);
	case LOG_ATTACHED:
		if (!strcmp(event->device, import->volume->disk))
			forget(import);
		return;
	case LOG_MEDIUM:
		return take_sector(reader, event);
	case LOG_IO:
	case LOG_OTHER:
		import->left[LEFT_NOT_MEDIUM] += is_disk(reader, event);
		return;
	case LOG_ARRAY:
		import->left[LEFT_ARRAY]++;
		return;
	case LOG_BTRFS_IO:
	case LOG_BTRFS_CSUM:
		return take_btrfs(reader, event);
	case LOG_BTRFS_FIXED:
		import->left[LEFT_FIXED]++;
		return;
	case LOG_BTRFS_NO_PLACE:
		import->left[LEFT_NO_PLACE]++;
		return;
	default:
		return;
	}
}

static void say(const struct kernel_log *reader)
{
	const struct volume *volume = reader->import->volume;

	if (reader->in_set)
		complain("Places named by btrfs, taken as places on the set %s: %lu.",
			 volume->name, reader->in_set);
	if (reader->in_main)
		complain("Places named by btrfs, taken as places on the main %s: %lu.",
			 volume->main.path, reader->in_main);
	if (reader->checksums)
		complain("%lu of these could be read, but had wrong content: memory or a controller may also be the cause.",
			 reader->checksums);
	if (!reader->import->entries.nr && *reader->others)
		complain("The log names no bad sector of %s, but has errors of %s.", volume->disk,
			 reader->others);
}

static int parse_kernel(struct import *import)
{
	struct kernel_log reader = { .import = import };
	struct log_event event;
	const char *line;

	while ((line = import_line(import)))
		if (log_reader_next(&reader.log, line, &event))
			take(&reader, &event);
	say(&reader);
	return 0;
}

const struct import_format import_kernel = {
	.name = "kernel",
	.whole_disk = true,
	.stacked = true,
	.measured = true,
	.parse = parse_kernel,
};
