// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"
#include "create.h"
#include "message.h"

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
 * The first page has to be zeros, and the place of the second superblock must not look
 * like what was one.
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

static int check_gone(const struct create *create, int fd)
{
	struct signatures left;
	int status = signatures_find(&left, create->spare, fd);

	if (left.nr) {
		complain("%s still shows %s (%s). Clear all of it: \"blkdiscard -f -z %s\".",
			 create->spare, left.item[0].kind, left.item[0].type, create->spare);
		status = EXIT_OPERATION;
	}
	signatures_free(&left);
	return status;
}

int create_wipe(const struct create *create)
{
	int fd = open(create->spare, O_RDWR | O_EXCL | O_CLOEXEC), status;

	if (fd < 0) {
		complain("%s cannot be opened: %s.", create->spare, strerror(errno));
		return EXIT_OPERATION;
	}
	status = signatures_wipe(&create->signatures, create->spare, fd);
	if (!status)
		status = clear_pages(create, fd);
	if (!status)
		status = check_gone(create, fd);
	close(fd);
	return status;
}
