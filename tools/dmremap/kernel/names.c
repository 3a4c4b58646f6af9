// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kernel/blockdev.h"
#include "kernel/dm.h"
#include "kernel/names.h"
#include "lib/message.h"
#include "lib/root.h"
#include "lib/uuid.h"

#define BLOCK	"/sys/class/block"
#define NUMBERS	"/sys/dev/block"
#define MAPPER	"/dev/mapper/"

static bool may_be_name(const char *text)
{
	return *text && !strchr(text, '/') && strcmp(text, ".") && strcmp(text, "..") &&
	       strlen(text) < KERNEL_NAME_SIZE;
}

/* As the device is called: encoded, unless it was made by a program that does not encode names. */
static bool from_name(const char *given, char name[KERNEL_NAME_SIZE])
{
	char encoded[ENCODED_NAME_SIZE];

	if (!may_be_name(given))
		return false;
	text_encode(encoded, given);
	if (strlen(encoded) >= KERNEL_NAME_SIZE || kernel_has(TREE_CONFIG, given, ""))
		text_copy(name, given, KERNEL_NAME_SIZE);
	else
		text_copy(name, encoded, KERNEL_NAME_SIZE);
	return true;
}

static bool name_at(const char *dir, char name[KERNEL_NAME_SIZE])
{
	char path[PATH_MAX], text[KERNEL_TEXT_SIZE];

	snprintf(path, sizeof(path), "%s/dm/name", dir);
	if (kernel_read_file(path, text) || strlen(text) >= KERNEL_NAME_SIZE)
		return false;
	text_copy(name, text, KERNEL_NAME_SIZE);
	return true;
}

static bool from_path(const char *given, char name[KERNEL_NAME_SIZE])
{
	char number[BLOCKDEV_NUMBER_SIZE], dir[64];

	if (!strncmp(given, MAPPER, strlen(MAPPER)) && from_name(given + strlen(MAPPER), name))
		return true;
	if (!blockdev_number(given, number))
		return false;
	snprintf(dir, sizeof(dir), NUMBERS "/%s", number);
	return name_at(dir, name);
}

static int is_dm(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "dm-", 3);
}

/* Ask device-mapper, which also knows devices without a directory in configfs. */
static bool from_dm_uuid(const char *uuid, char name[KERNEL_NAME_SIZE])
{
	char dir[PATH_MAX], path[PATH_MAX + 16], text[KERNEL_TEXT_SIZE];
	struct dirent **entries;
	bool found = false;
	int nr, i;

	snprintf(dir, sizeof(dir), "%s" BLOCK, root_dir());
	nr = scandir(dir, &entries, is_dm, versionsort);
	for (i = 0; i < nr; i++) {
		snprintf(dir, sizeof(dir), BLOCK "/%s", entries[i]->d_name);
		snprintf(path, sizeof(path), "%s/dm/uuid", dir);
		if (!found && !kernel_read_file(path, text) &&
		    !strncmp(text, DM_UUID_PREFIX, strlen(DM_UUID_PREFIX)) &&
		    !strcasecmp(text + strlen(DM_UUID_PREFIX), uuid))
			found = name_at(dir, name);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
	return found;
}

/* By the uuid of the set, whatever UUID the device was given. */
static bool from_set_uuid(const char *uuid, char name[KERNEL_NAME_SIZE])
{
	char text[KERNEL_TEXT_SIZE], **names;
	bool found = false;
	int nr, i;

	/*
	 * without the directory kernel_devices() would print an error that the user did not ask for
	 */
	nr = kernel_has(TREE_CONFIG, "", "") ? kernel_devices(&names) : -1;
	for (i = 0; i < nr; i++) {
		if (!found && !kernel_read(TREE_CONFIG, names[i], "uuid", text) &&
		    !strcasecmp(text, uuid)) {
			text_copy(name, names[i], KERNEL_NAME_SIZE);
			found = true;
		}
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
	return found;
}

bool device_name_new(const char *given, char name[KERNEL_NAME_SIZE])
{
	char encoded[ENCODED_NAME_SIZE];

	if (!may_be_name(given)) {
		complain("\"%s\" is not the name of a device. Give the name as \"dmsetup ls\" prints it, without a path.",
			 given);
		return false;
	}
	text_encode(encoded, given);
	if (strlen(encoded) >= KERNEL_NAME_SIZE) {
		complain("\"%s\" is too long: device-mapper writes it as \"%s\", which may have %d characters.",
			 given, encoded, KERNEL_NAME_SIZE - 1);
		return false;
	}
	text_copy(name, encoded, KERNEL_NAME_SIZE);
	return true;
}

bool device_name_find(const char *given, char name[KERNEL_NAME_SIZE])
{
	uint8_t uuid[UUID_SIZE];

	*name = 0;
	if (strchr(given, '/'))
		return from_path(given, name);
	if (uuid_from_text(given, uuid) && !kernel_has(TREE_CONFIG, given, "") &&
	    (from_dm_uuid(given, name) || from_set_uuid(given, name)))
		return true;
	return from_name(given, name);
}

void device_name_encoded(const char *given, char name[ENCODED_NAME_SIZE])
{
	char found[KERNEL_NAME_SIZE];

	*name = 0;
	if (strchr(given, '/')) {
		if (!from_path(given, found))
			return;
		given = found;
	}
	if (strlen(given) < DM_REMAP_NAME_SIZE)
		text_encode(name, given);
}

bool device_name_take(const char *given, char name[KERNEL_NAME_SIZE])
{
	if (device_name_find(given, name))
		return true;
	if (strchr(given, '/'))
		complain("%s is not a device of device-mapper. \"dmremap status\" lists the sets.",
			 given);
	else
		complain("\"%s\" cannot be the name of a set: a name has 1 to %d characters.",
			 given, KERNEL_NAME_SIZE - 1);
	return false;
}
