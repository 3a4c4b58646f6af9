// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "life/attributes.h"
#include "lib/message.h"

/* There is only one level of subdirectories. */
#define DEPTH_MAX	2

static void add(struct attributes *attributes, const char *path)
{
	void *more = realloc(attributes->path, (attributes->nr + 1) * sizeof(*attributes->path));

	if (!more)
		no_memory();
	attributes->path = more;
	text_copy(attributes->path[attributes->nr++], path, ATTRIBUTE_SIZE);
}

static int is_name(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static void walk(struct attributes *attributes, const char *device, const char *dir, int depth)
{
	char path[ATTRIBUTE_SIZE + NAME_MAX + 1];
	struct dirent **entries;
	struct stat st;
	int nr, i;

	nr = scandir(kernel_path(TREE_CONFIG, device, dir), &entries, is_name, versionsort);
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "",
			 entries[i]->d_name);
		free(entries[i]);
		if (strlen(path) >= ATTRIBUTE_SIZE ||
		    stat(kernel_path(TREE_CONFIG, device, path), &st))
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			walk(attributes, device, path, depth + 1);
		else if (S_ISREG(st.st_mode) && (st.st_mode & 0600) == 0600)
			add(attributes, path);
	}
	if (nr >= 0)
		free(entries);
}

void attributes_list(struct attributes *attributes, const char *device)
{
	*attributes = (struct attributes) {};
	walk(attributes, device, "", 0);
}

void attributes_free(struct attributes *attributes)
{
	free(attributes->path);
	*attributes = (struct attributes) {};
}

bool attributes_have(const struct attributes *attributes, const char *path)
{
	int i;

	for (i = 0; i < attributes->nr; i++)
		if (!strcmp(attributes->path[i], path))
			return true;
	return false;
}

bool attribute_exists(const char *device, const char *path)
{
	return *path && *path != '/' && !strstr(path, "..") && !strstr(path, "//") &&
	       kernel_has(TREE_CONFIG, device, path);
}

const char *attribute_why(int error)
{
	switch (error) {
	case -EINVAL:
		return "the value is malformed or out of range; see dm-remap(5)";
	case -EROFS:
		return "the set is read-only, or its store has failed";
	case -EBUSY:
		return "the device is suspended; \"dmsetup resume\" it first";
	case -ENOENT:
	case -ENXIO:
		return "the set has gone";
	case -EACCES:
	case -EPERM:
		return "only root may do that";
	default:
		return strerror(-error);
	}
}
