// SPDX-License-Identifier: GPL-2.0
/*
 * test-last-pass NEW: the last pass of a copy, which reads main and spare while I/O waits, does not
 * ask the main for sectors that it failed to read before, unless they may have been written since;
 * and it ends when its time is over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/exit.h"
#include "lib/text.h"
#include "lib/util.h"
#include "life/disk-copy.h"

#define SECTORS	(8 << 11)
#define TRACKED	SECTORS		/* a large region, or many */
#include "fake-track.h"

/* File descriptors that are not open: pread() below makes up what they read. */
enum { SET = 1000, MAIN, SPARE };

/* What a sector has, in each byte. */
enum { FROM_SET = 1, FROM_MAIN, FROM_SPARE };

static const struct range bad_sectors[] = {
	{ 4800, 4808 },	/* pending */
	{ 4816, 4824 },	/* pending, and written before the last pass */
	{ 4841, 4842 },	/* on the main only, the rest of its block is on the spare */
	{ 6000, 6001 },	/* not listed */
};

static struct remap list[] = {
	{ .main_sector = 4800, .spare_sector = 100, .sectors = 8, .state = "pending" },
	{ .main_sector = 4816, .spare_sector = 108, .sectors = 8, .state = "pending" },
	{ .main_sector = 4840, .spare_sector = 116, .sectors = 8, .state = "split", .unread = 2 },
};

/* Reads of each of the bad sectors from the main. */
static unsigned int failed_reads[ARRAY_SIZE(bad_sectors)];
static unsigned int reads;

int list_device(const char *name, const struct list_visitor *visitor)
{
	unsigned int i;

	(void)name;
	for (i = 0; i < ARRAY_SIZE(list); i++)
		visitor->remap(visitor->context, &list[i], "");
	return 0;
}

bool blockdev_by_number(struct blockdev *dev, const char *number)
{
	(void)dev;
	(void)number;
	return false;
}

static bool fails(int fd, uint64_t start, uint64_t end)
{
	bool failed = false;
	unsigned int i;

	for (i = 0; fd != SPARE && i < ARRAY_SIZE(bad_sectors); i++)
		if (start < bad_sectors[i].end && end > bad_sectors[i].start) {
			failed_reads[i] += fd == MAIN;
			failed = true;
		}
	return failed;
}

/* Takes the place of the library's. */
ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	if (fd < SET)
		return syscall(SYS_pread64, fd, buffer, size, offset);
	reads++;
	if (fails(fd, offset / 512, (offset + size) / 512)) {
		errno = EIO;
		return -1;
	}
	memset(buffer, fd == SET ? FROM_SET : fd == MAIN ? FROM_MAIN : FROM_SPARE, size);
	return size;
}

static bool expect(const char *what, unsigned long long is, unsigned long long expected)
{
	if (is == expected)
		return true;
	printf("%s: %llu instead of %llu\n", what, is, expected);
	return false;
}

static unsigned int content(const struct disk_copy *copy, uint64_t sector)
{
	uint8_t byte = 255;

	if (pread(copy->fd, &byte, 1, sector * 512) != 1)
		return 255;
	return byte;
}

static bool last_pass(struct disk_copy *copy)
{
	bool good;

	memset(failed_reads, 0, sizeof(failed_reads));
	text_copy(list[1].state, "remapped", sizeof(list[1].state));
	good = expect("the pass", disk_copy_pass(copy, false), EXIT_CLEAN);
	good &= expect("reads of pending sectors", failed_reads[0], 0);
	good &= expect("reads of written sectors from the main", failed_reads[1], 0);
	good &= expect("reads of unread sectors", failed_reads[2], 0);
	/* that may have been written */
	good &= expect("no read of a sector that is not listed", !failed_reads[3], 0);
	good &= expect("bad sectors", ranges_total(&copy->bad), 10);
	good &= expect("pending", content(copy, 4800), 0);
	good &= expect("written", content(copy, 4816), FROM_SPARE);
	good &= expect("split", content(copy, 4840), FROM_SPARE);
	good &= expect("unread", content(copy, 4841), 0);
	good &= expect("behind it", content(copy, 4842), FROM_SPARE);
	good &= expect("not listed", content(copy, 6000), 0);
	good &= expect("other", content(copy, 6001), FROM_MAIN);
	return good;
}

int main(int argc, char **argv)
{
	static const struct volume volume = { .name = "safe", .sectors = SECTORS };
	struct disk_copy copy = {
		.view = { .volume = &volume, .unit = 1, .set = SET, .main = MAIN, .spare = SPARE },
		.leave_out = true,
	};
	bool good;

	if (argc != 2)
		return 2;
	copy.path = argv[1];
	copy.fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (copy.fd < 0 || disk_copy_begin(&copy))
		return 2;
	good = expect("the first pass", disk_copy_pass(&copy, true), EXIT_CLEAN);
	good &= expect("bad sectors of the first pass", ranges_total(&copy.bad), 18);
	good = good && last_pass(&copy);
	copy.deadline_ns = 1;
	reads = 0;
	good &= expect("a pass whose time is over", disk_copy_pass(&copy, false), EXIT_OPERATION);
	good &= expect("its reads", reads, 0);
	disk_copy_end(&copy);
	free(copy.view.remap);
	return !good;
}
