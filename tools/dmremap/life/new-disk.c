// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "disk/signature.h"
#include "kernel/users.h"
#include "lib/shell-word.h"
#include "life/copy-kept.h"
#include "life/new-disk.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "sets/half.h"

/* Further signatures may show once those that mask them are gone. */
#define MAX_ROUNDS	16

static int say_in_use(const struct blockdev *dev)
{
	char users[USERS_SIZE];

	if (users_describe(dev, users))
		complain("%s is in use: %s.", dev->path, users);
	else
		complain("%s is in use: \"lsblk %s\" shows by what.", dev->path,
			 shell_word(dev->path));
	return EXIT_OPERATION;
}

static int check_half(const struct blockdev *dev)
{
	struct half half;

	half_look(&half, dev);
	if (half.role != HALF_MAIN && half.role != HALF_SPARE)
		return EXIT_CLEAN;
	/* a former main may have bad sectors, so it may be impossible to clear it completely */
	complain("%s is the %s of set %s. If that is no longer needed: \"%s %s\".",
		 dev->path, half_role_name(half.role), half.uuid,
		 half.role == HALF_MAIN ? "blkdiscard -f -z --length 4096" :
					  "dmremap delete --give-up", dev->path);
	return EXIT_OPERATION;
}

static int logical_sector(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), bytes = SECTOR_SIZE;

	if (fd >= 0 && ioctl(fd, BLKSSZGET, &bytes))
		bytes = SECTOR_SIZE;
	if (fd >= 0)
		close(fd);
	return bytes;
}

static int check_size(const struct blockdev *dev, const struct volume *volume)
{
	struct blockdev set;
	int ours, its = logical_sector(dev->path);

	if (dev->sectors < volume->sectors) {
		complain("%s is too small: it has %llu sectors, and %s has %llu. Take a disk of at least that size.",
			 dev->path, LLU(dev->sectors), volume->name, LLU(volume->sectors));
		return EXIT_OPERATION;
	}
	ours = blockdev_by_number(&set, volume->number) ? logical_sector(set.path) : SECTOR_SIZE;
	if (its <= ours)
		return EXIT_CLEAN;
	complain("%s has sectors of %d bytes, and %s has sectors of %d: the content might not work with these. Take a disk with sectors of the same size or smaller.",
		 dev->path, its, volume->name, ours);
	return EXIT_OPERATION;
}

static int check(const struct blockdev *dev, const struct volume *volume)
{
	int status;

	if (users_stands_on(dev->number, volume->name)) {
		complain("%s is made of %s. Take another disk.", dev->path, volume->name);
		return EXIT_OPERATION;
	}
	if (blockdev_is_read_only(dev->path)) {
		complain("%s is read-only.", dev->path);
		return EXIT_OPERATION;
	}
	status = check_size(dev, volume);
	return status ?: check_half(dev);
}

static int refuse_content(const struct signatures *found, const char *path)
{
	if (found->nr)
		complain("There is %s (%s) on %s. If it is no longer needed: \"--force\".",
			 found->item->kind, found->item->type, path);
	else if (!found->unreadable)
		complain("%s is not empty, but its content is of an unknown kind. If it is no longer needed: \"--force\".",
			 path);
	else
		complain("%s has places that cannot be read. Take a disk without such places.",
			 path);
	return EXIT_OPERATION;
}

/* @fd is open for writing through the page cache. */
static int clear_content(const char *path, bool force, int fd)
{
	struct signatures found;
	int status, rounds = 0;
	bool more;

	do {
		status = signatures_find(&found, path, fd);
		more = !status && found.nr && force && rounds++ < MAX_ROUNDS;
		if (more)
			status = signatures_wipe(&found, path, fd);
		else if (!status && (found.nr || found.unreadable ||
				     (!force && !content_is_zeros(fd))))
			status = refuse_content(&found, path);
		signatures_free(&found);
	} while (more && !status);
	return status;
}

/* Whether all that the disk has is a copy of this set that was interrupted. */
static bool has_copy(int fd, const struct volume *volume)
{
	struct copy_record record;
	bool has;

	device_drop_cache(fd);
	has = copy_record_read(fd, &record) && copy_is_of(&record, volume) &&
	      copy_record_is_alone(fd, record.sectors);
	copy_record_free(&record);
	return has;
}

int new_disk_open(const char *path, const struct volume *volume, bool force, int *fd)
{
	struct blockdev dev;
	int error = blockdev_by_path(&dev, path), exclusive, status;

	if (error) {
		complain("%s cannot be used: %s.", path,
			 error == -ENOTBLK ? "it is not a block device" : strerror(-error));
		return EXIT_OPERATION;
	}
	exclusive = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (exclusive < 0 && errno == EBUSY)
		return say_in_use(&dev);
	if (exclusive < 0) {
		complain("%s cannot be opened: %s.", path, strerror(errno));
		return EXIT_OPERATION;
	}
	status = check(&dev, volume);
	if (!status && !has_copy(exclusive, volume))
		status = clear_content(path, force, exclusive);
	close(exclusive);
	if (status)
		return status;
	*fd = open(path, O_RDWR | O_EXCL | O_DIRECT | O_CLOEXEC);
	if (*fd >= 0)
		return EXIT_CLEAN;
	complain("%s cannot be opened: %s.", path, strerror(errno));
	return EXIT_OPERATION;
}
