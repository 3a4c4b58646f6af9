// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "kernel/dm.h"
#include "kernel/kernel.h"
#include "kernel/names.h"
#include "lib/encode.h"
#include "lib/message.h"
#include "lib/root.h"
#include "sets/active.h"

#define BLOCK		"/sys/class/block"

static bool read_file(const char *node, const char *file, char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BLOCK "/%s/%s", node, file);
	return !kernel_read_file(path, text);
}

static bool has_remap(const char *node)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s" BLOCK "/%s/remap", root_dir(), node);
	return !access(path, F_OK);
}

/*
 * Count the lower devices, which are known even before the device has its configfs directory; @last
 * takes the number of one.
 */
static int count_lower(const char *node, char last[BLOCKDEV_NUMBER_SIZE])
{
	char path[PATH_MAX], text[KERNEL_TEXT_SIZE];
	struct dirent *entry;
	int nr = 0;
	DIR *slaves;

	snprintf(path, sizeof(path), "%s" BLOCK "/%s/slaves", root_dir(), node);
	slaves = opendir(path);
	while (slaves && (entry = readdir(slaves))) {
		if (entry->d_name[0] == '.')
			continue;
		nr++;
		if (read_file(entry->d_name, "dev", text))
			snprintf(last, BLOCKDEV_NUMBER_SIZE, "%.23s", text);
	}
	if (slaves)
		closedir(slaves);
	return nr;
}

/*
 * A main without its spare is read-only. If the device is writable, dm-remap has ended for it
 * ("dmremap replace --leave"), but its UUID cannot be changed while it is in use.
 */
static bool has_ended(const char *node)
{
	char text[KERNEL_TEXT_SIZE];

	return read_file(node, "ro", text) && !strcmp(text, "0");
}

static bool take(struct active *active, const char *node)
{
	bool remap = has_remap(node), named;
	char text[KERNEL_TEXT_SIZE];

	*active = (struct active) {};
	if (!read_file(node, "dm/uuid", text))
		return false;
	named = !strncmp(text, DM_UUID_PREFIX, strlen(DM_UUID_PREFIX));
	if (!remap && !named)
		return false;
	if (named)
		snprintf(active->uuid, sizeof(active->uuid), "%.36s",
			 text + strlen(DM_UUID_PREFIX));
	if (!read_file(node, "dm/name", text))
		return false;
	snprintf(active->name, sizeof(active->name), "%.500s", text);
	/* the uuid of the set itself takes precedence over that in the UUID of the device */
	if (remap && !kernel_read(TREE_CONFIG, active->name, "uuid", text))
		snprintf(active->uuid, sizeof(active->uuid), "%.36s", text);
	if (!read_file(node, "dev", text))
		return false;
	snprintf(active->number, sizeof(active->number), "%.23s", text);
	snprintf(active->node, sizeof(active->node), "%.23s", node);
	active->live = read_file(node, "size", text) && strcmp(text, "0");
	active->suspended = read_file(node, "dm/suspended", text) && !strcmp(text, "1");
	active->without_spare = active->live && !remap && count_lower(node, active->main) < 2;
	return !active->without_spare || !has_ended(node);
}

static int is_dm(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "dm-", 3);
}

static int list_nodes(struct dirent ***entries)
{
	char path[PATH_MAX];
	int nr;

	snprintf(path, sizeof(path), "%s" BLOCK, root_dir());
	nr = scandir(path, entries, is_dm, versionsort);
	return nr < 0 ? 0 : nr;
}

int actives_list(struct active **list)
{
	struct dirent **entries = NULL;
	int nr = list_nodes(&entries), found = 0, i;

	*list = calloc(nr + 1, sizeof(**list));
	if (!*list)
		no_memory();
	for (i = 0; i < nr; i++) {
		if (take(&(*list)[found], entries[i]->d_name))
			found++;
		free(entries[i]);
	}
	free(entries);
	return found;
}

bool active_find(struct active *active, const char *what)
{
	char name[ENCODED_NAME_SIZE];
	struct active *list;
	bool found = false;
	int i, nr;

	device_name_encoded(what, name);
	nr = actives_list(&list);
	for (i = 0; i < nr && !found; i++) {
		found = !strcmp(list[i].name, name) || !strcasecmp(list[i].uuid, what);
		*active = list[i];
	}
	free(list);
	return found;
}

bool active_name_taken(const char *name, char number[BLOCKDEV_NUMBER_SIZE])
{
	struct dirent **entries = NULL;
	char text[KERNEL_TEXT_SIZE];
	int nr = list_nodes(&entries), i;
	bool found = false;

	for (i = 0; i < nr; i++) {
		if (!found && read_file(entries[i]->d_name, "dm/name", text) &&
		    !strcmp(text, name)) {
			found = true;
			*number = 0;
			if (read_file(entries[i]->d_name, "dev", text))
				snprintf(number, BLOCKDEV_NUMBER_SIZE, "%.23s", text);
		}
		free(entries[i]);
	}
	free(entries);
	return found;
}

bool active_has_node(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/dev/mapper/%s", root_dir(), name);
	return !access(path, F_OK);
}
