// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap replace --forget: give an interrupted copy up.
 *
 * The record on the new disk becomes worthless first: then nobody takes the copy for one that can
 * go on, whatever the spare says, which may be unable to record the end. It still names the copy,
 * so that the command can be given again if it is interrupted before the end.
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
#include "lib/shell-word.h"
#include "life/copy-find.h"
#include "life/copy-kept.h"
#include "life/copy-record.h"
#include "life/replace.h"

static int cannot(const char *disk, const char *what, int error)
{
	complain("%s cannot be %s: %s.", disk, what, strerror(error));
	return EXIT_OPERATION;
}

/* @disk: what had the copy; its record is worthless. NULL if it is not there. */
static int end(const struct volume *volume, const struct copy_found *found, const char *disk)
{
	int error = found->token ? intent_end(volume->name, found->token, disk) : 0;

	if (!error) {
		printf("The copy of %s is given up.%s%s%s\n", volume->name, disk ? " " : "",
		       disk ?: "", disk ? " has a part of it, and is not needed any more." : "");
		return EXIT_CLEAN;
	}
	if (disk)
		complain("%s: its copy cannot be ended: %s. Give the command again.",
			 volume->name, strerror(-error));
	else
		complain("%s: the end of its copy cannot be recorded on its spare: %s. Connect the new disk, and give it as well: \"dmremap replace --forget %s NEWDISK\".",
			 volume->name, strerror(-error), shell_word(volume->name));
	return EXIT_OPERATION;
}

static int end_of(const struct volume *volume, const struct copy_found *found, const char *disk,
		  int fd, struct copy_record *record)
{
	int error = copy_record_void(fd, record), status;

	if (error)
		return cannot(disk, "written", -error);
	status = end(volume, found, disk);
	/* only to leave the disk empty where it was */
	if (!status)
		copy_record_clear(fd, record->uuid);
	return status;
}

/*
 * The record of an older copy does not tell what has become of that of this one, which somebody
 * could believe later.
 */
static int end_recorded(const struct volume *volume, const struct copy_found *found,
			const char *disk, int fd)
{
	struct copy_record record;
	int status = EXIT_OPERATION;

	if (!copy_record_read(fd, &record) || !copy_is_of(&record, volume))
		complain("%s has no copy of %s that was interrupted.", disk, volume->name);
	else if (found->token && found->token != record.token)
		complain("%s has an older copy of %s, and not the one that was interrupted last.",
			 disk, volume->name);
	else
		status = end_of(volume, found, disk, fd, &record);
	copy_record_free(&record);
	return status;
}

static int end_on_disk(const struct volume *volume, const struct copy_found *found,
		       const char *disk)
{
	int fd = open(disk, O_RDWR | O_EXCL | O_DIRECT | O_CLOEXEC), status;

	if (fd < 0 && errno == EBUSY) {
		complain("%s is in use, so the copy of %s may be under way: interrupt that first.",
			 disk, volume->name);
		return EXIT_OPERATION;
	}
	if (fd < 0)
		return cannot(disk, "opened", errno);
	status = end_recorded(volume, found, disk, fd);
	close(fd);
	return status;
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
	return disk ? end_on_disk(&volume, &found, disk) : end(&volume, &found, NULL);
}
