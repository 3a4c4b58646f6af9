// SPDX-License-Identifier: GPL-2.0
/* A set, and its expected content. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failures.h"

#define MAIN_SECTORS	((u64)MAIN_BLOCKS * BLOCK)
#define STEP		64U		/* sectors read in one go */

static char buffer[1 << 20] __aligned(4096);

int set_try(struct set *set, unsigned int n, bool *hit)
{
	char params[128];
	int error;

	snprintf(params, sizeof(params), MAIN_DISK " 0 " SPARE_DISK " 1 %s", set->store);
	dm_create(&set->dm, "r", 8, "error", "");
	if (n)
		fail_allocation(n);
	error = dm_table(&set->dm, MAIN_SECTORS, "remap", params);
	if (n)
		*hit = allocation_failed();
	if (error)
		dm_remove(&set->dm);
	return error;
}

void set_activate(struct set *set)
{
	int error = set_try(set, 0, NULL);

	if (error)
		die("a %s set: %s", set->store, strerror(error));
	set->fd = open_device(set->dm.path);
}

void set_remove(struct set *set)
{
	if (set->fd >= 0)
		close(set->fd);
	set->fd = -1;
	dm_remove(&set->dm);
}

void set_begin(struct set *set, const char *store)
{
	int fd = open_device(SPARE_DISK);
	unsigned int done;
	u64 sector;

	/* Write everything, so that the disks need not allocate memory later. */
	memset(buffer, 0, sizeof(buffer));
	for (sector = 0; pwrite(fd, buffer, sizeof(buffer), sector * SECTOR) > 0;)
		sector += sizeof(buffer) / SECTOR;
	close(fd);

	memset(set, 0, sizeof(*set));
	set->store = store;
	set->fd = -1;
	fd = open_device(MAIN_DISK);
	for (sector = 0; sector < MAIN_SECTORS; sector += done) {
		for (done = 0; done < sizeof(buffer) / SECTOR; done++)
			fill_sector(buffer + done * SECTOR, KIND_DATA, sector + done, 0);
		write_all(fd, buffer, sizeof(buffer), sector);
	}
	close(fd);
}

int set_write(struct set *set, u64 sector, unsigned int sectors)
{
	static u32 version;
	unsigned int i;

	version++;
	for (i = 0; i < sectors; i++)
		fill_sector(buffer + i * SECTOR, KIND_DATA, sector + i, version);
	if (pwrite(set->fd, buffer, sectors * SECTOR, sector * SECTOR) < (ssize_t)sectors * SECTOR)
		return errno;
	for (i = 0; i < sectors; i++)
		set->versions[sector + i] = version;
	return 0;
}

static void check_sector(const struct set *set, const char *data, u64 sector)
{
	struct said said = read_sector(data);

	if (said.kind != KIND_DATA || said.sector != sector ||
	    said.version != set->versions[sector])
		die("sector %llu: kind %d, sector %llu, version %u; should be version %u",
		    (unsigned long long)sector, said.kind, (unsigned long long)said.sector,
		    said.version, set->versions[sector]);
}

void set_check(struct set *set, unsigned int unreadable)
{
	unsigned int i, failed = 0;
	u64 sector;

	for (sector = 0; sector < MAIN_SECTORS; sector += STEP) {
		bool all = read_all(set->fd, buffer, STEP * SECTOR, sector);

		for (i = 0; i < STEP; i++) {
			if (all)
				check_sector(set, buffer + i * SECTOR, sector + i);
			else if (read_all(set->fd, buffer, SECTOR, sector + i))
				check_sector(set, buffer, sector + i);
			else
				failed++;
		}
	}
	if (failed != unreadable)
		die("%u sectors cannot be read, %u should not", failed, unreadable);
}

void set_list(const struct set *set, char *list, size_t size)
{
	static char reply[60000];
	unsigned long long sector;
	char *line, *next;
	size_t n = 0;

	*list = 0;
	dm_message(&set->dm, "list", reply, sizeof(reply));
	for (line = reply; *line; line = next + 1) {
		sector = strtoull(line, NULL, 10);
		next = strchr(line, '\n');
		if (!next)
			die("list: %s", line);
		n += snprintf(list + n, size - n, "%llu\n", sector);
	}
}

int set_change(const char *attribute, const char *lines)
{
	char path[128];

	snprintf(path, sizeof(path), CONFIGFS "r/%s", attribute);
	return put_file(path, "%s", lines);
}

u64 set_status(const struct set *set, unsigned int field)
{
	char text[512], *at = text;

	dm_status(&set->dm, text, sizeof(text));
	while (at && field--)
		at = strchr(at + 1, ' ');
	if (!at)
		die("status: %s", text);
	return strtoull(at, NULL, 10);
}
