// SPDX-License-Identifier: GPL-2.0
/*
 * Copies the available content of a set to another disk or to a file.
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

#include "disk/content.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "lib/progress.h"
#include "lib/shell-word.h"
#include "seal/label.h"
#include "seal/salvage.h"

#define CHUNK	2048	/* sectors to read at once */
#define SMALL	DM_REMAP_PAGE_SECTORS	/* ... if some of them cannot be read */

/* The destination. */
struct output {
	const char *path;
	int fd;
	bool sparse;
	uint64_t bad;
};

static bool is_empty(const char *path)
{
	char content[CONTENT_SIZE];

	if (!content_describe(path, content))
		return true;
	complain("%s has %s. --force overwrites it.", path, content);
	return false;
}

static int open_device(struct output *out, uint64_t sectors, bool force)
{
	uint64_t bytes;

	if (!force && !is_empty(out->path))
		return EXIT_OPERATION;
	out->fd = open(out->path, O_WRONLY | O_EXCL | O_CLOEXEC);
	if (out->fd < 0 || ioctl(out->fd, BLKGETSIZE64, &bytes)) {
		complain("%s cannot be written: %s.", out->path, errno == EBUSY ?
			 "it is in use" : strerror(errno));
		return EXIT_OPERATION;
	}
	if (bytes / 512 >= sectors)
		return EXIT_CLEAN;
	complain("%s is too small: it has %llu sectors, and %llu are needed.", out->path,
		 LLU(bytes / 512), LLU(sectors));
	return EXIT_OPERATION;
}

static int open_file(struct output *out, uint64_t sectors, bool force)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL);

	out->fd = open(out->path, flags, 0600);
	out->sparse = true;
	if (out->fd >= 0 && !ftruncate(out->fd, sectors * 512))
		return EXIT_CLEAN;
	if (errno == EEXIST)
		complain("%s exists. --force overwrites it.", out->path);
	else
		complain("%s cannot be written: %s.", out->path, strerror(errno));
	return EXIT_OPERATION;
}

static int put(struct output *out, uint64_t sector, const void *buffer, uint64_t sectors)
{
	size_t size = sectors * 512, done = 0;
	ssize_t n;

	if (out->sparse && label_zeros(buffer, size))
		return EXIT_CLEAN;
	while (done < size) {
		n = pwrite(out->fd, buffer + done, size - done, sector * 512 + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			complain("%s cannot be written: %s.", out->path,
				 strerror(n ? errno : ENOSPC));
			return EXIT_OPERATION;
		}
		done += n;
	}
	return EXIT_CLEAN;
}

/* Unreadable sectors become zeros. */
static int copy_small(const struct salvage *salvage, struct output *out, uint64_t sector,
		      void *buffer, uint64_t sectors)
{
	if (salvage_read(salvage, sector, buffer, sectors)) {
		complain("Sectors %llu to %llu cannot be read.", LLU(sector),
			 LLU(sector + sectors - 1));
		out->bad += sectors;
		memset(buffer, 0, sectors * 512);
	}
	return put(out, sector, buffer, sectors);
}

static uint64_t at_most(uint64_t sectors, uint64_t limit)
{
	return sectors < limit ? sectors : limit;
}

static int copy_chunk(const struct salvage *salvage, struct output *out, uint64_t sector,
		      void *buffer, uint64_t sectors)
{
	uint64_t end = sector + sectors;
	int status = EXIT_CLEAN;

	if (!salvage_read(salvage, sector, buffer, sectors))
		return put(out, sector, buffer, sectors);
	for (; !status && sector < end; sector += SMALL)
		status = copy_small(salvage, out, sector, buffer, at_most(end - sector, SMALL));
	return status;
}

static int copy_all(const struct salvage *salvage, struct output *out)
{
	void *buffer = device_buffer(CHUNK / DM_REMAP_PAGE_SECTORS);
	int status = EXIT_CLEAN;
	uint64_t sector;

	progress_begin("copied", salvage->sectors);
	for (sector = 0; !status && sector < salvage->sectors; sector += CHUNK) {
		status = copy_chunk(salvage, out, sector, buffer,
				    at_most(salvage->sectors - sector, CHUNK));
		progress_show(sector);
	}
	progress_end();
	free(buffer);
	if (!status && fsync(out->fd)) {
		complain("%s cannot be written: %s.", out->path, strerror(errno));
		status = EXIT_OPERATION;
	}
	return status;
}

int salvage_copy(const struct salvage *salvage, const char *path, bool force)
{
	struct output out = { .path = path, .fd = -1 };
	struct stat to, from;
	bool there = !stat(path, &to);
	int status;

	if (there && !fstat(salvage->dev.fd, &from) &&
	    (S_ISBLK(to.st_mode) ? S_ISBLK(from.st_mode) && to.st_rdev == from.st_rdev :
	     to.st_dev == from.st_dev && to.st_ino == from.st_ino)) {
		complain("%s is the main itself. --remove-label restores it in place.", path);
		return EXIT_USAGE;
	}
	status = there && S_ISBLK(to.st_mode) ? open_device(&out, salvage->sectors, force) :
						open_file(&out, salvage->sectors, force);
	if (!status)
		status = copy_all(salvage, &out);
	if (out.fd >= 0)
		close(out.fd);
	if (!status && out.bad) {
		complain("%llu sector%s of %s cannot be read, and %s zeros in %s. ddrescue tries harder: use it on the device that \"dmremap salvage %s\" makes.",
			 LLU(out.bad), plural(out.bad), salvage->dev.path, is(out.bad), path,
			 shell_word(salvage->dev.path));
		status = EXIT_UNCORRECTED;
	}
	return status;
}
