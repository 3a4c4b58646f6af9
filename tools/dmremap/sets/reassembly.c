// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/announce.h"
#include "kernel/kernel.h"
#include "kernel/load.h"
#include "lib/child.h"
#include "lib/device-timeout.h"
#include "lib/encode.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/root.h"
#include "lib/util.h"
#include "sets/reassembly.h"
#include "sets/registry.h"

#define MODULE		"dm_remap_reassembly"
#define TREE		"/sys/kernel/config/dm-remap-reassembly"
#define SCAN		TREE "/scan"
#define SETS		TREE "/sets"

static const char * const states[NR_KNOWN_STATES] = {
	[KNOWN_WAITING_MAIN] = "waiting-main",
	[KNOWN_WAITING_SPARE] = "waiting-spare",
	[KNOWN_COMPLETE] = "complete",
	[KNOWN_ACTIVE] = "active",
	[KNOWN_CONFLICT] = "conflict",
	[KNOWN_DAMAGED] = "damaged",
};

const char *known_state_name(enum known_state state)
{
	return states[state];
}

bool reassembly_there(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s" TREE, root_dir());
	return !access(path, F_OK);
}

int reassembly_begin(void)
{
	int status;

	if (reassembly_there())
		return EXIT_CLEAN;
	status = load_module(MODULE);
	if (!status && !reassembly_there())
		status = load_configfs();
	if (status || reassembly_there())
		return status;
	complain("There is no %s" TREE ", though the module " MODULE " is loaded.", root_dir());
	return EXIT_OPERATION;
}

/* Return: 0 or a negative error number. */
static int write_scan(const char *path)
{
	char scan[PATH_MAX], line[PATH_MAX];
	int error = 0, size, fd;

	size = snprintf(line, sizeof(line), "%s\n", path);
	/* the attribute takes one path per line */
	if (size >= (int)sizeof(line) || strchr(path, '\n'))
		return -ENAMETOOLONG;
	snprintf(scan, sizeof(scan), "%s" SCAN, root_dir());
	fd = open(scan, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, line, size) != size)
		error = -errno ?: -EIO;
	close(fd);
	return error;
}

/*
 * A device that never answers blocks the writer in the kernel forever, so write from another
 * process.
 */
int reassembly_scan(const char *path)
{
	struct pollfd answer = { .events = POLLIN };
	int error = -EIO;
	pid_t pid;

	pid = child_start(&answer.fd);
	if (!pid) {
		error = write_scan(path);
		_exit(write(answer.fd, &error, sizeof(error)) != sizeof(error));
	}
	if (poll(&answer, 1, device_timeout_ms() ?: -1) == 0) {
		error = -ETIMEDOUT;
		child_leave(pid);
	} else {
		if (read(answer.fd, &error, sizeof(error)) != sizeof(error))
			error = -EIO;
		waitpid(pid, NULL, 0);
	}
	close(answer.fd);
	return error;
}

void reassembly_announce(const char *path)
{
	announce_change(path);
	if (reassembly_there())
		reassembly_scan(path);
}

static bool read_attribute(const char *uuid, const char *attribute, char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), SETS "/%s/%s", uuid, attribute);
	return !kernel_read_file(path, text);
}

static bool read_state(struct known_set *set, const char *text)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		set->state = i;
		if (!strcmp(text, states[i]))
			return true;
	}
	return false;
}

static bool read_half(const char *uuid, const char *which, char number[BLOCKDEV_NUMBER_SIZE])
{
	char text[KERNEL_TEXT_SIZE];

	if (!read_attribute(uuid, which, text) || strlen(text) >= BLOCKDEV_NUMBER_SIZE)
		return false;
	text_copy(number, strcmp(text, "-") ? text : "", BLOCKDEV_NUMBER_SIZE);
	return true;
}

/* The module scans only on request, so it may still list devices that are gone. */
static void drop_gone(struct known_set *set)
{
	struct blockdev dev;

	if (!blockdev_by_number(&dev, set->main))
		*set->main = 0;
	if (!blockdev_by_number(&dev, set->spare))
		*set->spare = 0;
	if (set->state != KNOWN_COMPLETE || (*set->main && *set->spare))
		return;
	set->state = *set->main ? KNOWN_WAITING_SPARE : KNOWN_WAITING_MAIN;
	*set->table = 0;
}

static void take_name(struct known_set *set, const char *name)
{
	struct registered known;

	text_encode(set->medium_name, name);
	text_copy(set->name, registry_find(&known, set->uuid) && *known.name ? known.name :
		  set->medium_name, sizeof(set->name));
}

static bool read_set(struct known_set *set, const char *uuid)
{
	char text[KERNEL_TEXT_SIZE];

	if (strlen(uuid) >= sizeof(set->uuid))
		return false;
	text_copy(set->uuid, uuid, sizeof(set->uuid));
	if (!read_attribute(uuid, "name", text) || strlen(text) >= DM_REMAP_NAME_SIZE)
		return false;
	take_name(set, text);
	if (!read_half(uuid, "main", set->main) || !read_half(uuid, "spare", set->spare) ||
	    !read_attribute(uuid, "table", text) || strlen(text) >= sizeof(set->table))
		return false;
	text_copy(set->table, text, sizeof(set->table));
	if (read_attribute(uuid, "copies", text))
		text_copy(set->copies, text, sizeof(set->copies));
	/* last, so that it is not older than the other attributes */
	if (!read_attribute(uuid, "state", text) || !read_state(set, text))
		return false;
	drop_gone(set);
	return true;
}

/* The uuid may be that of the same structure, and a message may need its name afterwards. */
bool reassembly_read(struct known_set *set, const char *uuid)
{
	struct known_set new = {};
	bool there = read_set(&new, uuid);

	if (there)
		*set = new;
	return there;
}

bool reassembly_next_copy(const char **text, char number[BLOCKDEV_NUMBER_SIZE])
{
	int length = 0;

	/* drop an incomplete last line */
	if (sscanf(*text, "%23s %*4s%n", number, &length) != 1 || !length)
		return false;
	*text += length;
	return true;
}

static int is_set(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int reassembly_sets(struct known_set **sets)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int nr, i, found = 0;

	*sets = NULL;
	snprintf(path, sizeof(path), "%s" SETS, root_dir());
	nr = scandir(path, &entries, is_set, alphasort);
	if (nr < 0) {
		complain("%s cannot be read: %s.", path, strerror(errno));
		return -1;
	}
	*sets = calloc(nr + 1, sizeof(**sets));
	if (!*sets)
		no_memory();
	for (i = 0; i < nr; i++) {
		/* a set that cannot be read has just been removed */
		if (reassembly_read(&(*sets)[found], entries[i]->d_name))
			found++;
		free(entries[i]);
	}
	free(entries);
	return found;
}
