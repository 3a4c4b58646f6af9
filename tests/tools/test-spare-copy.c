// SPDX-License-Identifier: GPL-2.0
/*
 * test-spare-copy OLD NEW: the start of a copy to an empty spare.  Whichever sectors of the first
 * write reach the disk before a power cut, the new spare must be empty, or show that its formatting
 * was interrupted.
 */
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk/set.h"
#include "life/spare-copy.h"
#include "lib/exit.h"

#define SECTORS	8
#define TRACKED	0
#include "fake-track.h"

int list_device(const char *name, const struct list_visitor *visitor)
{
	(void)name;
	(void)visitor;
	return EXIT_CLEAN;
}

/* The first page must be empty, unless @whole, or show that the spare is being formatted. */
static bool is_fine(const char *path, bool whole)
{
	const struct dm_remap_sb *sb;
	struct device dev;
	struct set set;
	bool fine;

	if (device_open(&dev, path, false))
		return false;
	set_read(&set, &dev);
	sb = set.sb[0].content;
	fine = !set.newest && (set.unused ? le32toh(sb->flags) & DM_REMAP_SB_FORMATTING :
					    !whole && dm_remap_sb_is_zero(sb));
	set_free(&set);
	device_close(&dev);
	return fine;
}

/* Write only the sectors of the page whose bits are set in @written. */
static int tear(const char *path, const char *page, unsigned int written)
{
	char torn[SECTORS * 512] = {};
	unsigned int i;
	int fd = open(path, O_WRONLY), n;

	for (i = 0; i < SECTORS; i++)
		if (written >> i & 1)
			memcpy(torn + i * 512, page + i * 512, 512);
	n = pwrite(fd, torn, sizeof(torn), 0);
	close(fd);
	return n == sizeof(torn) ? 0 : -1;
}

static int begin(const char *old, const char *new)
{
	static const struct volume volume = { .name = "safe" };
	struct spare_copy copy = { .volume = &volume };
	int status;

	if (device_open(&copy.old, old, false) || device_open(&copy.new, new, true))
		return EXIT_OPERATION;
	status = spare_copy_begin(&copy);
	spare_copy_end(&copy);
	device_close(&copy.new);
	device_close(&copy.old);
	return status;
}

int main(int argc, char **argv)
{
	char page[SECTORS * 512];
	unsigned int written;
	int fd, failed = 0;

	if (argc != 3 || begin(argv[1], argv[2]))
		return 2;
	fd = open(argv[2], O_RDONLY);
	if (pread(fd, page, sizeof(page), 0) != sizeof(page))
		return 2;
	close(fd);
	for (written = 0; written < 1 << SECTORS; written++) {
		if (tear(argv[2], page, written))
			return 2;
		if (is_fine(argv[2], written == (1 << SECTORS) - 1))
			continue;
		printf("refused with sectors 0x%02x of the page\n", written);
		failed = 1;
	}
	return failed;
}
