// SPDX-License-Identifier: GPL-2.0
/*
 * corpus DISK SECONDS FILE...: give images to the kernel module, in a guest.  The module must
 * accept or refuse each image, and must accept an accepted image again, with the same table.
 * The caller detects crashes and complaints of the kernel.
 *
 * DISK is overwritten; the devices are called main, spare and r.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../crash/crash.h"

#define MAX_IMAGE	(1U << 20)
#define PAGE		4096
#define SHOWN		65536

static unsigned int taken, refused;

/* Read a number in a superblock, if it is a plausible size. */
static u64 size_at(const u8 *superblock, unsigned int offset, u64 otherwise)
{
	u64 n = 0;
	int i;

	for (i = 7; i >= 0; i--)
		n = n << 8 | superblock[offset + i];
	return n && n < 1ULL << 50 ? n : otherwise;
}

/* An image, and the sizes that its superblock records. */
struct candidate {
	const char *path;
	u64 sectors;
	u64 main_sectors;
	u64 main_start;
	u64 target_sectors;
};

/* Read an image, and write its whole pages to the disk. */
static bool put_image(struct candidate *image, int disk)
{
	static u8 data[MAX_IMAGE];
	const u8 *superblock = data;
	FILE *file = fopen(image->path, "r");
	size_t size;

	if (!file)
		die("%s: %s", image->path, strerror(errno));
	size = fread(data, 1, sizeof(data), file) / PAGE * PAGE;
	fclose(file);
	if (!size)
		return false;
	/* Without a first superblock, use the second one. */
	if (memcmp(data, "DMREMAPS", 8))
		superblock = data + size - PAGE;
	image->sectors = size / SECTOR;
	image->main_sectors = size_at(superblock, 112, 8192);
	image->main_start = size_at(superblock, 120, 0);
	image->target_sectors = size_at(superblock, 128, 8192);
	write_all(disk, data, size, 0);
	return true;
}

/* Return: 0, or an errno if there is no device. */
static int take(struct dm *set, const struct candidate *image, const struct dm *disks,
		const char *arguments)
{
	char params[256];
	int error;

	snprintf(params, sizeof(params), "%s %llu %s %s", disks[MAIN].path,
		 (unsigned long long)image->main_start, disks[SPARE].path, arguments);
	dm_create(set, "r", 8, "error", "");
	error = dm_table(set, image->target_sectors, "remap", params);
	if (error)
		dm_remove(set);
	return error;
}

/* The fields that must not change on a second activation. */
static void show(const struct dm *set, char *shown)
{
	char status[1024], list[SHOWN];
	unsigned long long n[5];

	dm_status(set, status, sizeof(status));
	if (sscanf(status, "%*s %llu %llu %llu %llu %llu", &n[0], &n[1], &n[2], &n[3], &n[4]) != 5)
		die("status: %s", status);
	dm_message(set, "list", list, sizeof(list));
	snprintf(shown, SHOWN, "%llu %llu %llu %llu %llu\n%.60000s", n[0], n[1], n[2], n[3], n[4],
		 list);
}

static void try_image(struct candidate *image, const struct dm *disks)
{
	static char before[SHOWN], after[SHOWN], data[65536] __attribute__((aligned(4096)));
	struct dm set;
	int fd;

	if (take(&set, image, disks, "1 persistent")) {
		refused++;
		/* A read-only activation may still succeed. */
		if (!take(&set, image, disks, "2 persistent read_only"))
			dm_remove(&set);
		return;
	}
	taken++;
	/* Read pending blocks, which then move if they can be read. */
	fd = open_device(set.path);
	read_all(fd, data, sizeof(data), 0);
	close(fd);
	show(&set, before);
	dm_remove(&set);
	if (take(&set, image, disks, "1 persistent"))
		die("%s: it was taken, and is not taken again", image->path);
	show(&set, after);
	if (strcmp(before, after))
		die("%s: first\n%sand then\n%s", image->path, before, after);
	dm_remove(&set);
}

int main(int argc, char **argv)
{
	struct dm disks[NR_DISKS];
	struct candidate image;
	char params[64];
	time_t end;
	int disk, i;

	if (argc < 4)
		die("usage: corpus DISK SECONDS FILE...");
	disk = open_device(argv[1]);
	end = time(NULL) + atoi(argv[2]);
	for (i = 3; i < argc && time(NULL) < end; i++) {
		image.path = argv[i];
		if (!put_image(&image, disk))
			continue;
		dm_create(&disks[MAIN], "main", image.main_sectors, "zero", "");
		snprintf(params, sizeof(params), "%s 0", argv[1]);
		dm_create(&disks[SPARE], "spare", image.sectors, "linear", params);
		try_image(&image, disks);
		dm_remove(&disks[SPARE]);
		dm_remove(&disks[MAIN]);
	}
	printf("%d images: %u taken, %u refused\n", i - 3, taken, refused);
	return 0;
}
