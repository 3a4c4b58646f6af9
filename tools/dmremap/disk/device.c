// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <dm-remap/format.h>

#include "disk/device.h"
#include "lib/message.h"

/* If the device is in use the kernel writes to it past the page cache, so read past it too. */
static int open_block(const char *path, int flags)
{
	int fd = open(path, flags | O_DIRECT);

	return fd < 0 && errno == EINVAL ? open(path, flags) : fd;
}

static int open_path(const char *path, bool write)
{
	int flags = O_CLOEXEC | (write ? O_RDWR | O_DSYNC : O_RDONLY);
	struct stat st;
	int fd;

	if (stat(path, &st))
		return -1;
	if (S_ISBLK(st.st_mode))
		return open_block(path, flags | (write ? O_EXCL : 0));
	/* opening a pipe would block here until the other end is opened */
	fd = open(path, flags | O_NONBLOCK);
	if (fd >= 0 && write && flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		errno = EBUSY;
		return -1;
	}
	return fd;
}

int device_open(struct device *dev, const char *path, bool write)
{
	int fd = open_path(path, write);

	if (fd < 0 && errno == EBUSY) {
		complain("%s is in use. Remove the device that is on it first.", path);
		return -1;
	}
	if (fd < 0) {
		complain("%s cannot be opened: %s.", path, strerror(errno));
		return -1;
	}
	if (device_open_fd(dev, path, fd)) {
		close(fd);
		return -1;
	}
	if (write && device_in_use(dev)) {
		complain("%s is in use. Remove the device that is on it first.", path);
		device_close(dev);
		return -1;
	}
	return 0;
}

int device_open_fd(struct device *dev, const char *path, int fd)
{
	struct stat st;
	uint64_t bytes;

	if (fstat(fd, &st)) {
		complain("%s cannot be examined: %s.", path, strerror(errno));
		return -1;
	}
	if (S_ISBLK(st.st_mode)) {
		if (ioctl(fd, BLKGETSIZE64, &bytes)) {
			complain("The size of %s cannot be determined: %s.", path, strerror(errno));
			return -1;
		}
	} else if (S_ISREG(st.st_mode)) {
		bytes = st.st_size;
	} else {
		complain("%s is neither a block device nor a file.", path);
		return -1;
	}
	*dev = (struct device) {
		.path = path,
		.fd = fd,
		.sectors = bytes / 512,
		.block = S_ISBLK(st.st_mode),
	};
	return 0;
}

void device_close(struct device *dev)
{
	close(dev->fd);
	dev->fd = -1;
}

static bool has_holders(dev_t nr)
{
	char path[64];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/holders", major(nr), minor(nr));
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.';
	closedir(dir);
	return found;
}

/* Whether @st is the backing file of loop device @loop. */
static bool loop_reads(const char *loop, const struct stat *st)
{
	char path[PATH_MAX], file[PATH_MAX];
	struct stat other;
	FILE *f;
	bool got;

	snprintf(path, sizeof(path), "/sys/block/%s/loop/backing_file", loop);
	f = fopen(path, "r");
	if (!f)
		return false;
	got = fgets(file, sizeof(file), f);
	fclose(f);
	if (!got)
		return false;
	file[strcspn(file, "\n")] = 0;
	return !stat(file, &other) && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

static bool is_loop(const struct stat *st)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir("/sys/block");

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir)))
		found = !strncmp(entry->d_name, "loop", 4) && loop_reads(entry->d_name, st);
	closedir(dir);
	return found;
}

unsigned int device_unit(const struct device *dev)
{
	int bytes;

	if (!dev->block || ioctl(dev->fd, BLKSSZGET, &bytes) || bytes < 512)
		return 1;
	return bytes / 512;
}

bool device_in_use(const struct device *dev)
{
	struct stat st;

	if (fstat(dev->fd, &st))
		return false;
	return dev->block ? has_holders(st.st_rdev) : is_loop(&st);
}

void *device_buffer(unsigned int pages)
{
	void *buffer = aligned_alloc(DM_REMAP_PAGE_SIZE, (size_t)pages * DM_REMAP_PAGE_SIZE);

	if (!buffer)
		no_memory();
	return buffer;
}

int device_read(const struct device *dev, uint64_t sector, void *buffer, unsigned int pages)
{
	size_t size = (size_t)pages * DM_REMAP_PAGE_SIZE, done = 0;
	ssize_t n;

	while (done < size) {
		n = pread(dev->fd, buffer + done, size - done, sector * 512 + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
		done += n;
	}
	return 0;
}

int device_write(const struct device *dev, uint64_t sector, const void *buffer)
{
	ssize_t n = pwrite(dev->fd, buffer, DM_REMAP_PAGE_SIZE, sector * 512);

	if (n < 0)
		return -errno;
	return n == DM_REMAP_PAGE_SIZE ? 0 : -EIO;
}

/* Number of pages to clear with one call. */
#define CLEAR_PAGES	256

int device_clear(const struct device *dev, uint64_t sector, uint64_t pages)
{
	char *zeros = device_buffer(CLEAR_PAGES);
	size_t size, done;
	ssize_t n = 0;

	memset(zeros, 0, (size_t)CLEAR_PAGES * DM_REMAP_PAGE_SIZE);
	while (pages && n >= 0) {
		size = (pages < CLEAR_PAGES ? pages : CLEAR_PAGES) * DM_REMAP_PAGE_SIZE;
		for (done = 0; done < size && n >= 0; done += n > 0 ? n : 0)
			n = pwrite(dev->fd, zeros + done, size - done, sector * 512 + done);
		sector += size / 512;
		pages -= size / DM_REMAP_PAGE_SIZE;
	}
	n = n < 0 ? -errno : 0;
	free(zeros);
	return n;
}
