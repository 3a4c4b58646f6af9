// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/exit.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "sets/create.h"

/* Upper bound: never do as many signatures mask one another. */
#define MAX_ROUNDS	16

static const char zeros[DM_REMAP_PAGE_SIZE];

static int clear(int fd, uint64_t sector)
{
	ssize_t n = pwrite(fd, zeros, sizeof(zeros), sector * 512);

	if (n < 0)
		return -1;
	if (n == sizeof(zeros))
		return 0;
	errno = EIO;
	return -1;
}

/*
 * The first page must be zeros, and the location of superblock 1 must not contain an old
 * superblock.
 */
static int clear_pages(const struct create *create, int fd)
{
	uint64_t bytes;

	if (!ioctl(fd, BLKGETSIZE64, &bytes) &&
	    (bytes < 3 * DM_REMAP_PAGE_SIZE ||
	     (!clear(fd, 0) && !clear(fd, dm_remap_sb_sector(bytes / 512, 1)))) && !fsync(fd))
		return EXIT_CLEAN;
	complain("%s cannot be written: %s.", create->spare, strerror(errno));
	return EXIT_OPERATION;
}

/*
 * A signature may mask others from libblkid until it is removed, so probe until no removable
 * signature is left.
 */
static int wipe_signatures(const struct create *create, int fd)
{
	struct signatures found;
	int status, rounds = 0;

	for (;;) {
		status = signatures_find(&found, create->spare, fd);
		if (status || !found.nr)
			break;
		if (++rounds > MAX_ROUNDS) {
			complain("%s still shows %s (%s). Clear all of it: \"blkdiscard -f -z %s\".",
				 create->spare, found.item[0].kind, found.item[0].type,
				 shell_word(create->spare));
			status = EXIT_OPERATION;
			break;
		}
		status = signatures_wipe(&found, create->spare, fd);
		if (status)
			break;
		signatures_free(&found);
	}
	signatures_free(&found);
	return status;
}

int create_wipe(const struct create *create)
{
	int fd = open(create->spare, O_RDWR | O_EXCL | O_CLOEXEC), status;

	if (fd < 0) {
		complain("%s cannot be opened: %s.", create->spare, strerror(errno));
		return EXIT_OPERATION;
	}
	/* clear the superblocks first, since their signatures may mask others */
	status = clear_pages(create, fd);
	if (!status)
		status = wipe_signatures(create, fd);
	close(fd);
	return status;
}
