// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "kernel/users.h"
#include "kernel/kernel.h"
#include "lib/root.h"
#include "lib/shell-word.h"

#define BTRFS	"/sys/fs/btrfs"

static FILE *open_proc(const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root_dir(), path);
	return fopen(full, "r");
}

static bool is_node_of(const char *path, const char *number)
{
	char text[BLOCKDEV_NUMBER_SIZE];
	struct stat st;

	if (*path != '/' || stat(path, &st) || !S_ISBLK(st.st_mode))
		return false;
	snprintf(text, sizeof(text), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	return !strcmp(text, number);
}

/* "36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw": proc_pid_mountinfo(5) */
static bool take_mount(const char *line, const char *number, char *text)
{
	char device[64], point[512], source[512] = "";
	const char *rest = strstr(line, " - ");

	if (sscanf(line, "%*s %*s %63s %*s %511s", device, point) != 2)
		return false;
	/* btrfs shows an anonymous device number there */
	if (rest)
		sscanf(rest, " - %*s %511s", source);
	if (strcmp(device, number) && !is_node_of(source, number))
		return false;
	snprintf(text, USERS_SIZE, "it is mounted on %s: unmount it", point);
	return true;
}

/* Whether @match returns true for any mount; it gets @what and @text. */
static bool any_mount(bool (*match)(const char *line, const char *what, char *text),
		      const char *what, char *text)
{
	FILE *file = open_proc("/proc/self/mountinfo");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return false;
	while (!found && getline(&line, &size, file) > 0)
		found = match(line, what, text);
	free(line);
	fclose(file);
	return found;
}

static bool find_swap(const char *number, char *text)
{
	FILE *file = open_proc("/proc/swaps");
	char line[1024], path[512];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%511s", path) == 1 && is_node_of(path, number);
	fclose(file);
	if (found)
		snprintf(text, USERS_SIZE, "it is swap space: \"swapoff %s\"", shell_word(path));
	return found;
}

bool users_describe(const struct blockdev *dev, char text[USERS_SIZE])
{
	char user[BLOCKDEV_PATH_SIZE];

	if (any_mount(take_mount, dev->number, text) || find_swap(dev->number, text))
		return true;
	if (!blockdev_user(dev, user))
		return false;
	snprintf(text, USERS_SIZE, "%s is on it: stop that first", user);
	return true;
}

/* Whether @entry in a device's sysfs directory is a partition that is in use. */
static bool part_in_use(const char *number, const char *entry, char text[USERS_SIZE])
{
	char path[PATH_MAX], content[KERNEL_TEXT_SIZE];
	struct blockdev part;

	snprintf(path, sizeof(path), "/sys/dev/block/%s/%s/partition", number, entry);
	if (kernel_read_file(path, content))
		return false;
	snprintf(path, sizeof(path), "/sys/dev/block/%s/%s/dev", number, entry);
	return !kernel_read_file(path, content) && blockdev_by_number(&part, content) &&
	       users_describe(&part, text);
}

bool users_describe_all(const struct blockdev *dev, char text[USERS_SIZE])
{
	bool found = users_describe(dev, text);
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/dev/block/%s", root_dir(), dev->number);
	dir = found ? NULL : opendir(path);
	while (dir && !found && (entry = readdir(dir)))
		found = entry->d_name[0] != '.' && part_in_use(dev->number, entry->d_name, text);
	if (dir)
		closedir(dir);
	return found;
}

/* Maximum depth of a stack of devices; no real stack is as deep. */
#define DEPTH_MAX	16

static bool has_name(const char *dir, const char *name)
{
	char path[PATH_MAX], text[KERNEL_TEXT_SIZE];

	snprintf(path, sizeof(path), "%s/dm/name", dir);
	return !kernel_read_file(path, text) && !strcmp(text, name);
}

/* Whether the device with the sysfs directory @dir is @name, or is stacked on it. */
static bool stands_on(const char *dir, const char *name, int depth)
{
	char path[NAME_MAX + 32], full[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *slaves;

	if (has_name(dir, name))
		return true;
	snprintf(full, sizeof(full), "%s%s/slaves", root_dir(), dir);
	slaves = depth < DEPTH_MAX ? opendir(full) : NULL;
	while (slaves && !found && (entry = readdir(slaves))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/block/%s", entry->d_name);
		found = stands_on(path, name, depth + 1);
	}
	if (slaves)
		closedir(slaves);
	return found;
}

bool users_stands_on(const char *number, const char *name)
{
	char dir[64];

	snprintf(dir, sizeof(dir), "/sys/dev/block/%s", number);
	return stands_on(dir, name, 0);
}

static bool is_needed(const char *point)
{
	return !strcmp(point, "/") || !strcmp(point, "/usr");
}

/* btrfs has an anonymous device number: look up the node instead. */
static void take_source(const char *line, char number[BLOCKDEV_NUMBER_SIZE])
{
	const char *rest = strstr(line, " - ");
	char source[512];
	struct stat st;

	if (rest && sscanf(rest, " - %*s %511s", source) == 1 && *source == '/' &&
	    !stat(source, &st) && S_ISBLK(st.st_mode))
		snprintf(number, BLOCKDEV_NUMBER_SIZE, "%u:%u", major(st.st_rdev),
			 minor(st.st_rdev));
}

/*
 * Whether @match returns true for a device of the btrfs @fs; it gets its sysfs directory and
 * @what.
 */
static bool any_device(const char *fs, bool (*match)(const char *dir, const char *what),
		       const char *what)
{
	char path[PATH_MAX], dir[NAME_MAX + 32];
	struct dirent *entry;
	bool found = false;
	DIR *devices;

	snprintf(path, sizeof(path), "%s" BTRFS "/%s/devices", root_dir(), fs);
	devices = opendir(path);
	while (devices && !found && (entry = readdir(devices))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(dir, sizeof(dir), "/sys/class/block/%s", entry->d_name);
		found = match(dir, what);
	}
	if (devices)
		closedir(devices);
	return found;
}

static bool has_number(const char *dir, const char *number)
{
	char path[PATH_MAX], text[KERNEL_TEXT_SIZE];

	snprintf(path, sizeof(path), "%s/dev", dir);
	return !kernel_read_file(path, text) && !strcmp(text, number);
}

static bool device_stands_on(const char *dir, const char *name)
{
	return stands_on(dir, name, 0);
}

/* A btrfs may have several devices, of which mountinfo has one: @number. */
static bool btrfs_stands_on(const char *number, const char *name)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *systems;

	snprintf(path, sizeof(path), "%s" BTRFS, root_dir());
	systems = opendir(path);
	while (systems && !found && (entry = readdir(systems)))
		found = entry->d_name[0] != '.' &&
			any_device(entry->d_name, has_number, number) &&
			any_device(entry->d_name, device_stands_on, name);
	if (systems)
		closedir(systems);
	return found;
}

static bool mount_needs(const char *line, const char *name, char *unused)
{
	char number[BLOCKDEV_NUMBER_SIZE], point[512];

	(void)unused;
	if (sscanf(line, "%*s %*s %23s %*s %511s", number, point) != 2 || !is_needed(point))
		return false;
	take_source(line, number);
	return users_stands_on(number, name) || btrfs_stands_on(number, name);
}

bool users_boot_needs(const char *name)
{
	return any_mount(mount_needs, name, NULL);
}
