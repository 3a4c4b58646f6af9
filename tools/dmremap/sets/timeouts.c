// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/blockdev.h"
#include "kernel/kernel.h"
#include "lib/capture.h"
#include "lib/json-in.h"
#include "lib/message.h"
#include "lib/root.h"
#include "sets/timeouts.h"

#define DIRECTORY	"/run/dm-remap"

/* In tenths of a second, as in the drive's command. */
#define ERC		70

#define WAIT_S		180
#define SMARTCTL_S	60

/* Error recovery control is unsupported, or its state is unknown. */
#define ERC_NONE	-1

/**
 * struct before - the original values of a disk.
 * @disk: its name.
 * @sequence: the kernel's sequence number of the disk, which changes when another disk gets the
 *	name.
 * @wait: the kernel's time-out in seconds.
 * @read: the time limit for reads in tenths of a second; 0 for no limit, or %ERC_NONE.
 * @write: likewise.
 */
struct before {
	char disk[BLOCKDEV_NAME_SIZE];
	unsigned long long sequence;
	unsigned int wait;
	int read;
	int write;
};

static void path_of(char path[PATH_MAX], const char *uuid)
{
	snprintf(path, PATH_MAX, "%s" DIRECTORY "/timeouts-%s", root_dir(), uuid);
}

static bool read_before(struct before *before, const char *uuid)
{
	char path[PATH_MAX], text[FILE_TEXT_SIZE];

	path_of(path, uuid);
	*before = (struct before) {};
	return !file_read(path, text) &&
	       sscanf(text, "%63s %llu %u %d %d", before->disk, &before->sequence, &before->wait,
		      &before->read, &before->write) == 5;
}

static void write_before(const struct before *before, const char *uuid)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s" DIRECTORY, root_dir());
	mkdir(path, 0755);
	path_of(path, uuid);
	file = fopen(path, "we");
	if (!file)
		return;
	fprintf(file, "%s %llu %u %d %d\n", before->disk, before->sequence, before->wait,
		before->read, before->write);
	fclose(file);
}

static const char *wait_path(const char *disk)
{
	static char path[PATH_MAX];
	char name[BLOCKDEV_NAME_SIZE];

	blockdev_sysfs_name(name, disk);
	snprintf(path, sizeof(path), "%s/sys/class/block/%s/device/timeout", root_dir(), name);
	return path;
}

static bool set_wait(const char *disk, unsigned int seconds)
{
	FILE *file = fopen(wait_path(disk), "we");
	bool good;

	if (!file)
		return false;
	fprintf(file, "%u\n", seconds);
	good = !ferror(file);
	return !fclose(file) && good;
}

static int tenths(struct json_object *erc, const char *which)
{
	struct json_object *one = json_in_get(erc, which);
	uint64_t value;

	if (!one || !json_object_get_boolean(json_in_get(one, "enabled")))
		return one ? 0 : ERC_NONE;
	return json_in_number(one, "deciseconds", &value) && value < 65536 ? (int)value : ERC_NONE;
}

/* Read or set error recovery control; returns whether the disk reported it. */
static bool control(const char *disk, const char *what, int *read, int *write)
{
	const char *argv[6] = { "smartctl", "--json=c", "-l", what };
	struct json_object *root, *erc;
	struct capture capture;
	const char *why;
	char path[PATH_MAX];

	*read = *write = ERC_NONE;
	snprintf(path, sizeof(path), "%s/dev/%s", root_dir(), disk);
	argv[4] = path;
	if (capture_run(&capture, argv, SMARTCTL_S))
		return false;
	root = json_in_parse(capture.text, capture.size, &why);
	erc = json_in_get(root, "ata_sct_erc");
	*read = tenths(erc, "read");
	*write = tenths(erc, "write");
	json_object_put(root);
	free(capture.text);
	return *read >= 0 && *write >= 0;
}

static bool find_disk(struct before *disk, const char *main)
{
	char number[BLOCKDEV_NUMBER_SIZE];
	uint64_t value = 0;

	*disk = (struct before) { .read = ERC_NONE, .write = ERC_NONE };
	if (!blockdev_disk(main, number, disk->disk))
		return false;
	kernel_block_number(number, "diskseq", &value);
	disk->sequence = value;
	if (kernel_block_number(number, "device/timeout", &value))
		disk->wait = value;
	return true;
}

static bool is_same(const struct before *a, const struct before *b)
{
	return !strcmp(a->disk, b->disk) && a->sequence == b->sequence;
}

bool timeouts_apply(const char *uuid, const char *main)
{
	struct before disk, noted;
	int read, write;
	char what[32];

	if (!find_disk(&disk, main)) {
		complain("The time-outs of the main are not known: it is not a disk or partition.");
		return false;
	}
	if (read_before(&noted, uuid) && is_same(&noted, &disk) && noted.read != ERC_NONE)
		return true;
	if (!is_same(&noted, &disk))
		noted = disk;
	control(disk.disk, "scterc", &noted.read, &noted.write);
	write_before(&noted, uuid);
	snprintf(what, sizeof(what), "scterc,%d,%d", ERC, ERC);
	if (noted.read >= 0 && control(disk.disk, what, &read, &write) && read == ERC)
		return true;
	if (disk.wait >= WAIT_S || set_wait(disk.disk, WAIT_S))
		return true;
	complain("The time-outs of /dev/%s stay as they are: it has no error recovery control, or smartctl is not installed, and %s cannot be written: %s.",
		 disk.disk, wait_path(disk.disk), strerror(errno));
	return false;
}

bool timeouts_undo(const char *uuid, const char *main)
{
	struct before disk, noted;
	char path[PATH_MAX], what[32];
	bool good = true;
	int read, write;

	/* nothing was changed since the disk was connected */
	if (!read_before(&noted, uuid) || !find_disk(&disk, main) || !is_same(&noted, &disk))
		return true;
	if (noted.read >= 0) {
		snprintf(what, sizeof(what), "scterc,%d,%d", noted.read, noted.write);
		good = control(disk.disk, what, &read, &write) && read == noted.read;
	}
	if (disk.wait != noted.wait)
		good &= set_wait(disk.disk, noted.wait);
	if (!good)
		complain("The time-outs of /dev/%s could not be restored; switching it off and on restores them.",
			 disk.disk);
	path_of(path, uuid);
	unlink(path);
	return good;
}
