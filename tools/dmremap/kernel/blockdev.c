// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/blockdev.h"
#include "kernel/dm.h"
#include "kernel/kernel.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/root.h"
#include "lib/util.h"

#define BLOCK		"/sys/class/block"
#define NUMBERS		"/sys/dev/block"

/* Longest sysfs directory of a device: one of these prefixes and a name. */
#define DIR_SIZE	(NAME_MAX + 32)

static bool has_file(const char *dir, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s/%s", root_dir(), dir, file);
	return !access(path, F_OK);
}

/* Read a file of a device; @dir is its directory in sysfs. */
static bool read_file(const char *dir, const char *file, char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return !kernel_read_file(path, text);
}

static bool is_true(const char *dir, const char *file)
{
	char text[KERNEL_TEXT_SIZE];

	return read_file(dir, file, text) && !strcmp(text, "1");
}

/* Devices that cannot be halves, are not persistent, or may block forever when opened. */
static bool name_unfit(const char *name)
{
	static const char * const unfit[] = { "fd", "mtd", "ram", "sr", "zram" };
	size_t length;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unfit); i++) {
		length = strlen(unfit[i]);
		if (!strncmp(name, unfit[i], length) && strcspn(name + length, "0123456789") == 0)
			return true;
	}
	return !strncmp(name, "mtdblock", 8) ||
	       (!strncmp(name, "mmcblk", 6) && (strstr(name, "boot") || strstr(name, "rpmb")));
}

/* Whether the device was made by the module dm_remap or by this program. */
static bool is_ours(const char *dir)
{
	char uuid[KERNEL_TEXT_SIZE];

	if (has_file(dir, "remap"))
		return true;
	return read_file(dir, "dm/uuid", uuid) &&
	       !strncmp(uuid, DM_UUID_PREFIX, strlen(DM_UUID_PREFIX));
}

/* Find the first holder; with @foreign one that is not a dm-remap device. */
static bool find_holder(const char *dir, bool foreign, char name[NAME_MAX + 1])
{
	char path[PATH_MAX], holder[DIR_SIZE];
	struct dirent *entry;
	bool found = false;
	DIR *holders;

	snprintf(path, sizeof(path), "%s%s/holders", root_dir(), dir);
	holders = opendir(path);
	if (!holders)
		return false;
	while (!found && (entry = readdir(holders))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(holder, sizeof(holder), BLOCK "/%s", entry->d_name);
		found = !foreign || !is_ours(holder);
		snprintf(name, NAME_MAX + 1, "%s", entry->d_name);
	}
	closedir(holders);
	return found;
}

/* Whether a device on top of it, or of the disk that contains it, shows the same content. */
static bool is_covered(const char *dir)
{
	char name[NAME_MAX + 1], disk[DIR_SIZE];

	if (find_holder(dir, true, name))
		return true;
	snprintf(disk, sizeof(disk), "%s/..", dir);
	return has_file(dir, "partition") && find_holder(disk, true, name);
}

static bool is_fit(const char *dir, const char *name)
{
	if (name_unfit(name) || is_true(dir, "hidden") || is_true(dir, "dm/suspended"))
		return false;
	if (!strncmp(name, "loop", 4) && !has_file(dir, "partition") &&
	    !has_file(dir, "loop/backing_file"))
		return false;
	return !is_ours(dir) && !is_covered(dir);
}

/* Users know a device of device-mapper by its name; /dev/dm-3 may be another one tomorrow. */
static void take_dm_name(struct blockdev *dev, const char *dir)
{
	char name[KERNEL_TEXT_SIZE], path[BLOCKDEV_PATH_SIZE], number[BLOCKDEV_NUMBER_SIZE];
	struct stat st;

	if (!read_file(dir, "dm/name", name))
		return;
	snprintf(path, sizeof(path), "%s/dev/mapper/%.127s", root_dir(), name);
	if (stat(path, &st))
		return;
	snprintf(number, sizeof(number), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	if (*root_dir() || !strcmp(number, dev->number))
		text_copy(dev->path, path, sizeof(dev->path));
}

static bool fill(struct blockdev *dev, const char *dir)
{
	char text[KERNEL_TEXT_SIZE];
	const char *size = text, *name;

	if (!read_file(dir, "size", text) || !number_take(&size, &dev->sectors) ||
	    !read_file(dir, "dev", text))
		return false;
	snprintf(dev->number, sizeof(dev->number), "%.23s", text);
	if (!read_file(dir, "uevent", text))
		return false;
	name = strstr(text, "DEVNAME=");
	if (!name)
		return false;
	name += strlen("DEVNAME=");
	snprintf(dev->path, sizeof(dev->path), "%s/dev/%.*s", root_dir(),
		 (int)strcspn(name, "\n"), name);
	take_dm_name(dev, dir);
	return true;
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int blockdevs_list(struct blockdev **list)
{
	char path[PATH_MAX], dir[DIR_SIZE];
	struct dirent **entries;
	int nr, i, found = 0;

	snprintf(path, sizeof(path), "%s" BLOCK, root_dir());
	nr = scandir(path, &entries, is_name, versionsort);
	if (nr < 0) {
		complain("%s cannot be read: %s. Is sysfs mounted?", path, strerror(errno));
		return -1;
	}
	*list = calloc(nr + 1, sizeof(**list));
	if (!*list)
		no_memory();
	for (i = 0; i < nr; i++) {
		snprintf(dir, sizeof(dir), BLOCK "/%s", entries[i]->d_name);
		if (is_fit(dir, entries[i]->d_name) && fill(&(*list)[found], dir) &&
		    (*list)[found].sectors)
			found++;
		free(entries[i]);
	}
	free(entries);
	return found;
}

static void number_dir(char dir[DIR_SIZE], const char *number)
{
	snprintf(dir, DIR_SIZE, NUMBERS "/%s", number);
}

int blockdev_by_path(struct blockdev *dev, const char *path)
{
	char dir[DIR_SIZE], text[KERNEL_TEXT_SIZE];
	const char *size = text;
	struct stat st;

	*dev = (struct blockdev) {};
	if (strlen(path) >= sizeof(dev->path))
		return -ENAMETOOLONG;
	text_copy(dev->path, path, sizeof(dev->path));
	if (stat(path, &st))
		return -errno;
	if (S_ISREG(st.st_mode) && *root_dir()) {
		dev->sectors = st.st_size / 512;
		snprintf(dir, sizeof(dir), BLOCK "/%.255s", strrchr(path, '/') ?
			 strrchr(path, '/') + 1 : path);
		if (read_file(dir, "dev", text))
			snprintf(dev->number, sizeof(dev->number), "%.23s", text);
		return 0;
	}
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	snprintf(dev->number, sizeof(dev->number), "%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	number_dir(dir, dev->number);
	if (!read_file(dir, "size", text) || !number_take(&size, &dev->sectors))
		return -ENXIO;
	return 0;
}

bool blockdev_by_number(struct blockdev *dev, const char *number)
{
	char dir[DIR_SIZE];

	*dev = (struct blockdev) {};
	if (!*number || strlen(number) >= BLOCKDEV_NUMBER_SIZE || strchr(number, '/') ||
	    *number == '.')
		return false;
	number_dir(dir, number);
	return fill(dev, dir) && dev->sectors;
}

bool blockdev_gone(const char *number)
{
	struct blockdev dev;

	return *number && has_file(NUMBERS, "") && !blockdev_by_number(&dev, number);
}

const char *blockdev_name(struct blockdev *dev, const char *number)
{
	return blockdev_by_number(dev, number) ? dev->path : number;
}

bool blockdev_number(const char *path, char number[BLOCKDEV_NUMBER_SIZE])
{
	char dir[DIR_SIZE], text[KERNEL_TEXT_SIZE];
	const char *name = strrchr(path, '/');
	struct stat st;

	if (*root_dir()) {
		snprintf(dir, sizeof(dir), BLOCK "/%.255s", name ? name + 1 : path);
		if (!read_file(dir, "dev", text))
			return false;
		text_copy(number, text, BLOCKDEV_NUMBER_SIZE);
		return true;
	}
	if (stat(path, &st) || !S_ISBLK(st.st_mode))
		return false;
	snprintf(number, BLOCKDEV_NUMBER_SIZE, "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	return true;
}

bool blockdev_named(struct blockdev *dev, const char *path)
{
	char number[BLOCKDEV_NUMBER_SIZE];

	return blockdev_number(path, number) && blockdev_by_number(dev, number);
}

bool blockdev_disk(const char *number, char disk[BLOCKDEV_NUMBER_SIZE],
		   char name[BLOCKDEV_NAME_SIZE])
{
	char dir[DIR_SIZE], text[KERNEL_TEXT_SIZE];
	const char *dev;

	number_dir(dir, number);
	if (has_file(dir, "partition"))
		strcat(dir, "/..");
	if (!read_file(dir, "dev", text))
		return false;
	text_copy(disk, text, BLOCKDEV_NUMBER_SIZE);
	if (!read_file(dir, "uevent", text))
		return false;
	dev = strstr(text, "DEVNAME=");
	if (!dev)
		return false;
	dev += strlen("DEVNAME=");
	snprintf(name, BLOCKDEV_NAME_SIZE, "%.*s", (int)strcspn(dev, "\n"), dev);
	return true;
}

void blockdev_sysfs_name(char to[BLOCKDEV_NAME_SIZE], const char *name)
{
	text_copy(to, name, BLOCKDEV_NAME_SIZE);
	for (; *to; to++)
		if (*to == '/')
			*to = '!';
}

bool blockdev_listed(const struct blockdev *dev)
{
	char dir[DIR_SIZE], real[PATH_MAX], full[PATH_MAX];

	if (!*dev->number)
		return true;
	number_dir(dir, dev->number);
	snprintf(full, sizeof(full), "%s%s", root_dir(), dir);
	/* its kernel name is the name of its directory */
	return realpath(full, real) && dev->sectors && is_fit(dir, strrchr(real, '/') + 1);
}

bool blockdev_user(const struct blockdev *dev, char user[BLOCKDEV_PATH_SIZE])
{
	char dir[DIR_SIZE], name[NAME_MAX + 1], text[KERNEL_TEXT_SIZE];

	number_dir(dir, dev->number);
	if (!*dev->number || !find_holder(dir, false, name))
		return false;
	snprintf(dir, sizeof(dir), BLOCK "/%s", name);
	snprintf(user, BLOCKDEV_PATH_SIZE, "%.300s",
		 read_file(dir, "dm/name", text) ? text : name);
	return true;
}

bool blockdev_is_read_only(const char *path)
{
	char dir[DIR_SIZE], number[BLOCKDEV_NUMBER_SIZE], text[KERNEL_TEXT_SIZE];

	if (!blockdev_number(path, number))
		return false;
	number_dir(dir, number);
	return read_file(dir, "ro", text) && strcmp(text, "0");
}
