// SPDX-License-Identifier: GPL-2.0
/*
 * Events of ZFS, as "zpool events -v" prints them.
 *
 * The offset in an event counts bytes of the device after ZFS's labels. It describes a whole
 * request, in which a single sector may be bad. If the contents of several devices disagree, ZFS
 * may name all of them, since it cannot tell which one is wrong.
 */
#include <stdio.h>
#include <string.h>

#include "lib/message.h"
#include "remaps/import.h"

/* Linux error numbers; ZFS uses EBADE for ECKSUM. */
#define ZFS_EIO		0x5
#define ZFS_ECKSUM	0x34

/* Maximum size of a request. */
#define SIZE_MAX_BYTES	(16u << 20)

/**
 * struct zpool_event - an event, as far as it has been parsed.
 * @fault: its class is io or checksum.
 * @path: the device; "" if the event does not name it.
 * @error: the error number.
 * @offset: in bytes on the device.
 * @size: in bytes; 0 if unknown.
 * @has_offset: @offset is known.
 */
struct zpool_event {
	bool fault;
	char path[IMPORT_DEVICE_SIZE];
	uint64_t error;
	uint64_t offset;
	uint64_t size;
	bool has_offset;
};

struct zpool_log {
	struct import *import;
	struct zpool_event event;
	unsigned long checksums;
	unsigned long requests;
};

static bool take_number(const char *line, const char *key, uint64_t *value)
{
	return import_word(&line, key) && import_word(&line, "=") &&
	       import_any_number(&line, value) && !*line;
}

/* key = "value" */
static bool take_text(const char *line, const char *key, char *text, size_t size)
{
	size_t length;

	if (!import_word(&line, key) || !import_word(&line, "=") || *line++ != '"')
		return false;
	length = strlen(line);
	if (!length || line[length - 1] != '"' || length > size)
		return false;
	memcpy(text, line, length - 1);
	text[length - 1] = 0;
	return true;
}

static void take_line(struct zpool_event *event, const char *line)
{
	char class[64];

	if (take_text(line, "class", class, sizeof(class)))
		event->fault = !strcmp(class, "ereport.fs.zfs.io") ||
			       !strcmp(class, "ereport.fs.zfs.checksum");
	else if (take_number(line, "zio_offset", &event->offset))
		event->has_offset = true;
	else if (!take_text(line, "vdev_path", event->path, sizeof(event->path)) &&
		 !take_number(line, "zio_err", &event->error))
		take_number(line, "zio_size", &event->size);
}

static void take_event(struct zpool_log *log)
{
	const struct zpool_event *event = &log->event;
	struct import *import = log->import;
	struct import_origin origin;

	if (!event->fault)
		return;
	if (event->error != ZFS_EIO && event->error != ZFS_ECKSUM) {
		import->left[LEFT_NOT_MEDIUM]++;
	} else if (!*event->path || !event->has_offset || !event->size ||
		   event->size > SIZE_MAX_BYTES) {
		import->left[LEFT_NO_OFFSET]++;
	} else if (!import_find_origin(import->volume, event->path, &origin) || !origin.what ||
		   event->offset >= origin.bytes) {
		import->left[LEFT_VDEV]++;
	} else {
		log->checksums += event->error == ZFS_ECKSUM;
		log->requests++;
		import_add_bytes(import, origin.base + event->offset, event->size);
	}
}

/* "Jan 23 2019 19:39:46.004354936 ereport.fs.zfs.io": an event begins */
static bool is_heading(const char *line)
{
	char class[8] = "";

	return sscanf(line, "%*3[A-Za-z] %*2u %*4u %*2u:%*2u:%*2u.%*u %7[a-z.]", class) == 1 &&
	       (!strncmp(class, "ereport", 7) || !strncmp(class, "sysevent", 7) ||
		!strncmp(class, "resource", 7));
}

static int parse_zpool(struct import *import)
{
	struct zpool_log log = { .import = import };
	const char *line;

	while ((line = import_line(import))) {
		if (is_heading(line)) {
			take_event(&log);
			log.event = (struct zpool_event) {};
		} else {
			take_line(&log.event, line);
		}
	}
	take_event(&log);
	if (log.requests)
		complain("Whole requests named by ZFS, of which only a part may be bad: %lu. Marking the good part does no harm.",
			 log.requests);
	if (log.checksums)
		complain("%lu of these could be read, but had wrong content: memory, a controller or another disk of the pool may also be the cause.",
			 log.checksums);
	return 0;
}

bool import_is_zpool(const char *line)
{
	return is_heading(line);
}

const struct import_format import_zpool = {
	.name = "zpool",
	.whole_disk = true,
	.stacked = true,
	.measured = true,
	.parse = parse_zpool,
};
