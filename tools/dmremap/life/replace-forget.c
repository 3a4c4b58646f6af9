// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap replace --forget: give an interrupted copy up.
 *
 * The record on the new disk goes first: without it nobody takes the copy for one that can go on,
 * whatever the spare says, which may be unable to record the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/intent.h"
#include "kernel/volume.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "life/copy-find.h"
#include "life/copy-kept.h"
#include "life/copy-record.h"
#include "life/replace.h"

static int cannot(const char *disk, const char *what, int error)
{
	complain("%s cannot be %s: %s.", disk, what, strerror(error));
	return EXIT_OPERATION;
}

static int clear(const char *disk, int fd, const struct volume *volume)
{
	struct copy_record record;
	bool is = copy_record_read(fd, &record) && copy_is_of(&record, volume);
	int error;

	copy_record_free(&record);
	if (!is) {
		complain("%s has no copy of %s that was interrupted.", disk, volume->name);
		return EXIT_OPERATION;
	}
	error = copy_record_clear(fd);
	return error ? cannot(disk, "written", -error) : EXIT_CLEAN;
}

static int clear_disk(const char *disk, const struct volume *volume)
{
	int fd = open(disk, O_RDWR | O_EXCL | O_DIRECT | O_CLOEXEC), status;

	if (fd < 0 && errno == EBUSY) {
		complain("%s is in use, so the copy of %s may be under way: interrupt that first.",
			 disk, volume->name);
		return EXIT_OPERATION;
	}
	if (fd < 0)
		return cannot(disk, "opened", errno);
	status = clear(disk, fd, volume);
	close(fd);
	return status;
}

static int end(const struct volume *volume, const struct copy_found *found, const char *disk)
{
	int error = found->token ? intent_end(volume->name, found->token, disk) : 0;

	if (!error || error == -ESTALE) {
		printf("The copy of %s is given up.%s%s%s\n", volume->name, disk ? " " : "",
		       disk ?: "", disk ? " has a part of it, and is not needed any more." : "");
		return EXIT_CLEAN;
	}
	complain("%s: the end of its copy cannot be recorded on its spare: %s. Connect the new disk, and give it as well: \"dmremap replace --forget %s NEWDISK\".",
		 volume->name, strerror(-error), volume->name);
	return EXIT_OPERATION;
}

int replace_forget(const char *name, const char *disk)
{
	struct copy_found found;
	struct volume volume;
	int status = volume_find(&volume, name);

	if (status)
		return status;
	if (!copy_find(&found, volume.uuid, volume.name) && !disk) {
		complain("%s is not being copied to a new disk.", volume.name);
		return EXIT_OPERATION;
	}
	if (!disk && found.there)
		disk = found.disk.path;
	status = disk ? clear_disk(disk, &volume) : EXIT_CLEAN;
	return status ?: end(&volume, &found, disk);
}
