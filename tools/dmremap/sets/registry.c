// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk/main-id.h"
#include "kernel/blockdev.h"
#include "lib/file.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/root.h"
#include "lib/text.h"
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

	value = value ? value + 1 : "";
	if (is_key(line, length, "name")) {
		text_copy(set->name, value, sizeof(set->name));
	} else if (is_key(line, length, "secret_hash")) {
		text_copy(set->secret_hash, value, sizeof(set->secret_hash));
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
	} else {
		text_add(set->others, sizeof(set->others), "%s\n", line);
	}
}

/* Whether a user has been told of this record: one command may read it many times. */
static bool was_told(const char *uuid)
{
	static char (*told)[UUID_TEXT_SIZE];
	static int nr;
	int i;

	for (i = 0; i < nr; i++)
		if (!strcasecmp(told[i], uuid))
			return true;
	told = realloc(told, (nr + 1) * sizeof(*told));
	if (!told)
		no_memory();
	text_copy(told[nr++], uuid, sizeof(*told));
	return false;
}

static bool refuse(struct registered *set, const char *uuid, const char *path, const char *why)
{
	if (!was_told(uuid))
		complain("%s cannot be used: %s. The host does not know the set, and does not activate it automatically. \"dmremap assemble %s\" writes the file anew.",
			 path, why, uuid);
	*set = (struct registered) {};
	text_copy(set->uuid, uuid, sizeof(set->uuid));
	return false;
}

bool registry_find(struct registered *set, const char *uuid)
{
	char path[PATH_MAX], text[FILE_TEXT_SIZE], *line, *save;
	int error;

	*set = (struct registered) {};
	if (!path_of(path, uuid))
		return false;
	error = file_read(path, text);
	if (error == -ENOENT)
		return false;
	text_copy(set->uuid, uuid, sizeof(set->uuid));
	if (error)
		return refuse(set, uuid, path, file_error(error));
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(set, line);
	/* "-" is recorded for a device without an identity, so there always is something */
	if (!*set->main_id || !*set->spare_id)
		return refuse(set, uuid, path, "it has no main_id, or no spare_id");
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

static void add(char text[FILE_TEXT_SIZE + 1], const char *key, const char *value)
{
	if (*value)
		text_add(text, FILE_TEXT_SIZE + 1, "%s=%s\n", key, value);
}

/* The last of the necessary keys comes after the hash, which a truncated file must not lack. */
static int print(int fd, const struct registered *set)
{
	char text[FILE_TEXT_SIZE + 1] = "";
	size_t length;

	text_add(text, sizeof(text), "name=%s\n", set->name);
	add(text, "secret_hash", set->secret_hash);
	text_add(text, sizeof(text), "main_id=%s\nmain_sectors=%llu\nspare_id=%s\n%s",
		 set->main_id, LLU(set->main_sectors), set->spare_id,
		 set->timeouts ? "timeouts=auto\n" : "");
	add(text, "next_main_id", set->next_main_id);
	add(text, "next_spare_id", set->next_spare_id);
	add(text, "copy_id", set->copy_id);
	text_add(text, sizeof(text), "%s", set->others);
	length = strlen(text);
	/* the file could not be read again */
	if (length >= FILE_TEXT_SIZE)
		return -EFBIG;
	return dprintf(fd, "%s", text) < 0 || fsync(fd) ? -errno : 0;
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
	       a->timeouts == b->timeouts && !strcmp(a->secret_hash, b->secret_hash) &&
	       !strcmp(a->others, b->others) && !strcmp(a->next_main_id, b->next_main_id) &&
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

/*
 * Whether the path leads to the file behind a loop device. A user has udisks set up the device for
 * an open file. If they have opened it in a mount namespace of their own, its path may be that of
 * another file here.
 */
static bool is_backing(const char *path, const char *file)
{
	struct loop_info64 info;
	char at[PATH_MAX];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;

	if (fd < 0)
		return false;
	error = ioctl(fd, LOOP_GET_STATUS64, &info);
	close(fd);
	snprintf(at, sizeof(at), "%s%s", root_dir(), file);
	return !error && !stat(at, &st) && info.lo_device == st.st_dev &&
	       info.lo_inode == st.st_ino;
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
	       strlen(text) + sizeof(FILE_PREFIX) <= REGISTRY_ID_SIZE && is_backing(path, text);
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

bool registry_names_spare(const struct registered *set, const char *path)
{
	return is_named(set->spare_id, path) || is_named(set->next_spare_id, path);
}
