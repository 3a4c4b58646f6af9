// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk/main-id.h"
#include "kernel/blockdev.h"
#include "lib/file.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/root.h"
#include "sets/registry.h"

#define NO_ID		"-"
#define FILE_PREFIX	"file:"

/*
 * A uuid may come from an untrusted medium, so it must not be used as a path unchecked; file names
 * are in lower case.
 */
static bool path_of(char path[PATH_MAX], const char *uuid)
{
	char lower[UUID_TEXT_SIZE];
	uint8_t bytes[UUID_SIZE];

	if (!uuid_from_text(uuid, bytes))
		return false;
	uuid_to_text(bytes, lower);
	snprintf(path, PATH_MAX, "%s" REGISTRY_DIR "/%s", root_dir(), lower);
	return true;
}

static bool is_key(const char *line, size_t length, const char *key)
{
	return length == strlen(key) && !strncmp(line, key, length);
}

static void take_line(struct registered *set, const char *line)
{
	const char *value = strchr(line, '=');
	size_t length = value ? (size_t)(value - line) : 0;
	const char *number;

	if (!value++)
		return;
	if (is_key(line, length, "name")) {
		text_copy(set->name, value, sizeof(set->name));
	} else if (is_key(line, length, "main_id")) {
		text_copy(set->main_id, value, sizeof(set->main_id));
	} else if (is_key(line, length, "spare_id")) {
		text_copy(set->spare_id, value, sizeof(set->spare_id));
	} else if (is_key(line, length, "next_main_id")) {
		text_copy(set->next_main_id, value, sizeof(set->next_main_id));
	} else if (is_key(line, length, "next_spare_id")) {
		text_copy(set->next_spare_id, value, sizeof(set->next_spare_id));
	} else if (is_key(line, length, "copy_id")) {
		text_copy(set->copy_id, value, sizeof(set->copy_id));
	} else if (is_key(line, length, "timeouts")) {
		set->timeouts = !strcmp(value, "auto");
	} else if (is_key(line, length, "main_sectors")) {
		number = value;
		if (!number_take(&number, &set->main_sectors) || *number)
			set->main_sectors = 0;
	}
}

bool registry_find(struct registered *set, const char *uuid)
{
	char path[PATH_MAX], text[FILE_TEXT_SIZE], *line, *save;

	*set = (struct registered) {};
	if (!path_of(path, uuid) || file_read(path, text))
		return false;
	text_copy(set->uuid, uuid, sizeof(set->uuid));
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(set, line);
	return true;
}

static int is_uuid(const struct dirent *entry)
{
	uint8_t bytes[UUID_SIZE];

	return uuid_from_text(entry->d_name, bytes);
}

int registry_list(struct registered **list)
{
	struct dirent **entries = NULL;
	char path[PATH_MAX];
	int nr, i, found = 0;

	snprintf(path, sizeof(path), "%s" REGISTRY_DIR, root_dir());
	nr = scandir(path, &entries, is_uuid, alphasort);
	*list = calloc(nr > 0 ? nr : 1, sizeof(**list));
	if (!*list)
		no_memory();
	for (i = 0; i < nr; i++) {
		found += registry_find(&(*list)[found], entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return found;
}

bool registry_find_name(struct registered *set, const char *name, const char *other_than)
{
	struct registered *list;
	int nr = registry_list(&list), i;
	bool found = false;

	for (i = 0; i < nr && !found; i++) {
		found = !strcmp(list[i].name, name) && strcasecmp(list[i].uuid, other_than);
		*set = list[i];
	}
	free(list);
	return found;
}

static int make_dirs(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/etc/dm-remap", root_dir());
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof(path), "%s" REGISTRY_DIR, root_dir());
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

static int print(int fd, const struct registered *set)
{
	int n = dprintf(fd, "name=%s\nmain_id=%s\nmain_sectors=%llu\nspare_id=%s\n%s", set->name,
			set->main_id, LLU(set->main_sectors), set->spare_id,
			set->timeouts ? "timeouts=auto\n" : "");

	if (n >= 0 && *set->next_main_id)
		n = dprintf(fd, "next_main_id=%s\n", set->next_main_id);
	if (n >= 0 && *set->next_spare_id)
		n = dprintf(fd, "next_spare_id=%s\n", set->next_spare_id);
	if (n >= 0 && *set->copy_id)
		n = dprintf(fd, "copy_id=%s\n", set->copy_id);
	return n < 0 || fsync(fd) ? -errno : 0;
}

static void sync_dir(void)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s" REGISTRY_DIR, root_dir());
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* Replace the file atomically. */
static int replace(const char *path, const struct registered *set)
{
	char temporary[PATH_MAX + 8];
	int fd, error;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = print(fd, set);
	if (!error && fchmod(fd, 0644))
		error = -errno;
	close(fd);
	if (!error && rename(temporary, path))
		error = -errno;
	if (error)
		unlink(temporary);
	else
		sync_dir();
	return error;
}

static bool is_same(const struct registered *a, const struct registered *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->main_id, b->main_id) &&
	       !strcmp(a->spare_id, b->spare_id) && a->main_sectors == b->main_sectors &&
	       a->timeouts == b->timeouts && !strcmp(a->next_main_id, b->next_main_id) &&
	       !strcmp(a->next_spare_id, b->next_spare_id) && !strcmp(a->copy_id, b->copy_id);
}

bool registry_write(const struct registered *set)
{
	struct registered before;
	char path[PATH_MAX];
	int error;

	if (!path_of(path, set->uuid) || (registry_find(&before, set->uuid) &&
					  is_same(&before, set)))
		return false;
	error = make_dirs();
	if (!error)
		error = replace(path, set);
	if (error)
		complain("%s is not recorded:  " REGISTRY_DIR " cannot be written (%s). It is not activated at the next boot.",
			 set->name, strerror(-error));
	return !error;
}

bool registry_remove(const char *uuid)
{
	char path[PATH_MAX];

	if (!path_of(path, uuid) || (unlink(path) && errno == ENOENT))
		return false;
	if (!access(path, F_OK)) {
		complain("%s cannot be removed: %s. Remove it, or the host goes on waiting for the set.",
			 path, strerror(errno));
		return false;
	}
	sync_dir();
	return true;
}

/* The backing file of a loop device, on one line. */
static bool read_backing(const char *path, char text[FILE_TEXT_SIZE])
{
	char file[PATH_MAX];
	struct blockdev dev;

	if (blockdev_by_path(&dev, path))
		return false;
	snprintf(file, sizeof(file), "%s/sys/dev/block/%s/loop/backing_file", root_dir(),
		 dev.number);
	return !file_read(file, text) && *text && !strchr(text, '\n') &&
	       strlen(text) + sizeof(FILE_PREFIX) <= REGISTRY_ID_SIZE;
}

void registry_identify(char id[REGISTRY_ID_SIZE], const char *path)
{
	char text[FILE_TEXT_SIZE];

	main_id_choose(path, id);
	if (*id)
		return;
	if (read_backing(path, text))
		snprintf(id, REGISTRY_ID_SIZE, FILE_PREFIX "%.1000s", text);
	else
		snprintf(id, REGISTRY_ID_SIZE, NO_ID);
}

bool registry_is(const char *id, const char *path)
{
	char own[REGISTRY_ID_SIZE];

	if (!*id || main_id_is_of(id, path))
		return true;
	registry_identify(own, path);
	return !strcmp(own, id);
}

static bool is_one_of(const char *id, const char *next, const char *path)
{
	return registry_is(id, path) || (*next && registry_is(next, path));
}

bool registry_is_main(const struct registered *set, const char *path)
{
	return is_one_of(set->main_id, set->next_main_id, path);
}

bool registry_is_spare(const struct registered *set, const char *path)
{
	return is_one_of(set->spare_id, set->next_spare_id, path);
}

bool registry_is_identity(const char *id)
{
	return *id && strcmp(id, NO_ID);
}

/* NO_ID matches many devices, so it does not count. */
static bool is_named(const char *id, const char *path)
{
	return registry_is_identity(id) && registry_is(id, path);
}

bool registry_names_main(const struct registered *set, const char *path)
{
	return is_named(set->main_id, path) || is_named(set->next_main_id, path);
}
