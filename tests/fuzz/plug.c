// SPDX-License-Identifier: GPL-2.0
/*
 * Each device is a piece of one disk in memory, with pieces that fail in the place of bad sectors.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plug.h"

#define SCAN		"/sys/kernel/config/dm-remap-reassembly/scan"
#define DISK		"medium"
#define DISK_MIB	16
#define LINKS		"/tmp/fuzz"
/* Sectors of the disk for each device. */
#define PLUG_SECTORS	4096ULL

struct plug plugs[MEDIA_MAX + 1];

static int disk = -1;

void plugs_begin(void)
{
	char path[32];
	unsigned int i;

	make_disk(DISK, DISK_MIB, true, 1);
	disk = open_device("/dev/" DISK);
	mkdir(LINKS, 0755);
	for (i = 0; i <= MEDIA_MAX; i++) {
		snprintf(path, sizeof(path), LINKS "/%u", i);
		mkdir(path, 0755);
	}
}

/* Copy the content of a disk to its part of the disk in memory. */
static void write_medium(unsigned int nr, const struct medium *medium)
{
	static u8 buf[MEDIUM_SPARE * SECTOR] __aligned(4096);
	u64 start = nr * PLUG_SECTORS;
	__u64 range[] = { start * SECTOR, PLUG_SECTORS * SECTOR };
	unsigned int i;

	if (ioctl(disk, BLKDISCARD, range))
		die("discard: %s", strerror(errno));
	if (medium->image) {
		memcpy(buf, medium->image, sizeof(buf));
		write_all(disk, buf, sizeof(buf), start);
		return;
	}
	/* if two are in one place, the first counts */
	for (i = NR_PLACES; i--;) {
		if (medium->sector[i] >= medium->sectors)
			continue;
		memcpy(buf, medium->page[i], MEDIUM_PAGE);
		write_all(disk, buf, MEDIUM_PAGE, start + medium->sector[i]);
	}
}

/* The table of a device: the pages that are bad fail, but for the first sector. */
static void map(unsigned int nr, const struct medium *medium)
{
	struct dm_piece pieces[2 * NR_PLACES + 1];
	char params[2 * NR_PLACES + 1][64];
	bool bad[PLUG_SECTORS] = { };
	unsigned int i, n = 0;
	u64 sector, end;
	int error;

	for (i = 0; i < NR_PLACES; i++)
		for (sector = medium->sector[i] + !i; medium->bad[i] &&
		     sector < medium->sector[i] + 8 && sector < medium->sectors; sector++)
			bad[sector] = true;
	for (sector = 0; sector < medium->sectors; sector = end) {
		for (end = sector; end < medium->sectors && bad[end] == bad[sector]; end++)
			;
		snprintf(params[n], sizeof(params[n]), "/dev/" DISK " %llu",
			 (unsigned long long)(nr * PLUG_SECTORS + sector));
		pieces[n] = (struct dm_piece) {
			.sectors = end - sector,
			.target = bad[sector] ? "error" : "linear",
			.params = bad[sector] ? "" : params[n],
		};
		n++;
	}
	error = dm_pieces(&plugs[nr].dm, pieces, n);
	if (error)
		die("the table of disk %u: %s", nr, strerror(error));
}

/* Requests that were writes, discards or flushes. */
static u64 changes(const struct plug *plug)
{
	unsigned long long writes, discards, flushes;
	char path[64], *text;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/stat", plug->dm.major, plug->dm.minor);
	text = get_file(path, NULL);
	if (sscanf(text, "%*u %*u %*u %*u %llu %*u %*u %*u %*u %*u %*u %llu %*u %*u %*u %llu",
		   &writes, &discards, &flushes) != 3)
		die("%s: %s", path, text);
	free(text);
	return writes + discards + flushes;
}

static void name_path(unsigned int nr, struct medium *medium)
{
	struct plug *plug = &plugs[nr];

	if (!*medium->given) {
		memcpy(plug->path, plug->dm.path, sizeof(plug->path));
		snprintf(medium->given, sizeof(medium->given), "dm-%u", plug->dm.minor);
		return;
	}
	snprintf(plug->path, sizeof(plug->path), LINKS "/%u/%s", nr, medium->given);
	if (symlink(plug->dm.path, plug->path))
		die("%s: %s", plug->path, strerror(errno));
}

void plug_in(unsigned int nr, struct medium *medium)
{
	struct plug *plug = &plugs[nr];
	char name[32];

	write_medium(nr, medium);
	snprintf(name, sizeof(name), "plug%u", nr);
	dm_begin(&plug->dm, name);
	map(nr, medium);
	name_path(nr, medium);
	plug->changes = changes(plug);
	plug->in = true;
}

void plug_out(unsigned int nr)
{
	struct plug *plug = &plugs[nr];

	if (strcmp(plug->path, plug->dm.path))
		unlink(plug->path);
	dm_remove(&plug->dm);
	plug->in = false;
}

static void tell(const char *paths)
{
	int error = put_file(SCAN, "%s", paths);

	if (error)
		die("scan of %s: %s", paths, strerror(error));
}

void plugs_announce(const unsigned int *which, unsigned int nr)
{
	bool together = one_in(2);
	char paths[1024];
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < nr; i++) {
		len += snprintf(paths + len, sizeof(paths) - len, "%s\n", plugs[which[i]].path);
		if (together && i + 1 < nr)
			continue;
		tell(paths);
		len = 0;
	}
}

void plug_check_untouched(unsigned int nr)
{
	if (changes(&plugs[nr]) != plugs[nr].changes)
		die("disk %u was written", nr);
}

void plug_check_free(unsigned int nr)
{
	int fd = open(plugs[nr].path, O_RDONLY | O_EXCL | O_CLOEXEC);

	if (fd < 0)
		die("disk %u cannot be opened exclusively: %s", nr, strerror(errno));
	close(fd);
}

int plug_number(const char *number)
{
	unsigned int major, minor, i;

	if (sscanf(number, "%u:%u", &major, &minor) != 2)
		return -1;
	for (i = 0; i < MEDIA_MAX; i++)
		if (plugs[i].in && plugs[i].dm.major == major && plugs[i].dm.minor == minor)
			return i;
	return -1;
}
