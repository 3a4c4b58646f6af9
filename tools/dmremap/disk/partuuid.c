// SPDX-License-Identifier: GPL-2.0
#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk/devnum.h"
#include "disk/partuuid.h"
#include "disk/slow.h"
#include "lib/clock.h"
#include "lib/device-timeout.h"
#include "lib/guard.h"
#include "lib/interrupt.h"
#include "lib/root.h"

/* Shared with the process that reads the disk. */
struct partuuid {
	char path[PATH_MAX];
	char id[DM_REMAP_MAIN_ID_SIZE];
};

/* A program that goes on running gets new time after this, as for slow disks. */
#define AGAIN_NS	(3600 * 1000000000ull)

/* How long the reads of this program have taken since a time by clock_ns(). */
static uint64_t spent_ns, spent_since;

/* The sysfs of a test tree has no disks by number. */
static bool is_partition_in_tree(const char *path)
{
	const char *name = strrchr(path, '/');
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/sys/class/block/%s/partition", root_dir(),
		 name ? name + 1 : path);
	return !access(file, F_OK);
}

bool partuuid_has(const char *path)
{
	dev_t nr, disk;

	if (!devnum_of(path, &nr))
		return false;
	if (*root_dir())
		return is_partition_in_tree(path);
	/* this knows the partitions that kpartx makes, too */
	return !blkid_devno_to_wholedisk(nr, NULL, 0, &disk) && disk != nr;
}

/* libblkid reads the disk of the partition. */
static void read_table(void *context)
{
	struct partuuid *partuuid = context;
	blkid_probe probe = NULL;
	const char *value;
	int fd = open(partuuid->path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		probe = blkid_new_probe();
	if (probe && !blkid_probe_set_device(probe, fd, 0, 0)) {
		blkid_probe_enable_superblocks(probe, 0);
		blkid_probe_enable_partitions(probe, 1);
		blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
		/* ignore the result: the partition entry is reported whatever the content is */
		blkid_do_fullprobe(probe);
		if (!blkid_probe_lookup_value(probe, "PART_ENTRY_UUID", &value, NULL))
			snprintf(partuuid->id, sizeof(partuuid->id), "%s", value);
	}
	if (probe)
		blkid_free_probe(probe);
	if (fd >= 0)
		close(fd);
}

/* What is left of the time for all reads, in milliseconds; 0 for no limit, negative for none. */
static int time_left(void)
{
	int limit_ms = device_timeout_ms(), left_ms;

	if (!limit_ms)
		return 0;
	if (clock_ns() - spent_since >= AGAIN_NS) {
		spent_since = clock_ns();
		spent_ns = 0;
	}
	left_ms = limit_ms - (int)(spent_ns / 1000000);
	return left_ms > 0 ? left_ms : -1;
}

bool partuuid_read(const char *path, char id[DM_REMAP_MAIN_ID_SIZE])
{
	int limit_ms = time_left(), error;
	struct partuuid *partuuid;
	uint64_t began;

	*id = 0;
	if (limit_ms < 0 || slow_is(path))
		return false;
	partuuid = guard_alloc(sizeof(*partuuid));
	snprintf(partuuid->path, sizeof(partuuid->path), "%s", path);
	began = clock_ns();
	error = guard_run(read_table, partuuid, limit_ms);
	spent_ns += clock_ns() - began;
	interrupt_release();
	if (error == -ETIMEDOUT)
		slow_note(path);
	else if (!error)
		snprintf(id, DM_REMAP_MAIN_ID_SIZE, "%s", partuuid->id);
	guard_free(partuuid, sizeof(*partuuid));
	return *id;
}
