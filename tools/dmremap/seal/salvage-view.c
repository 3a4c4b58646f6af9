// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a read-only device of three kinds of pieces: parts of the main; copies, which are in a
 * memory file behind a loop device; and errors where content is missing. The loop device disappears
 * together with the device.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/dm.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "seal/salvage.h"

/* Number of retries, since another process may take the free loop device first. */
#define LOOP_TRIES	16

/* Make a file with all copies, one after the other. */
static int make_file(const struct salvage_piece *piece, unsigned int nr)
{
	int fd = memfd_create("dmremap-salvage", MFD_CLOEXEC);
	unsigned int i;
	size_t size;

	for (i = 0; fd >= 0 && i < nr; i++) {
		size = piece[i].sectors * 512;
		if (piece[i].source != SALVAGE_KEPT ||
		    write(fd, piece[i].content, size) == (ssize_t)size)
			continue;
		close(fd);
		fd = -1;
	}
	return fd;
}

static int open_free_loop(int control)
{
	int number = ioctl(control, LOOP_CTL_GET_FREE);
	char path[32];

	if (number < 0)
		return -1;
	snprintf(path, sizeof(path), "/dev/loop%d", number);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Make a loop device on a file, which is removed on last close; -1 on failure. */
static int make_loop(int file)
{
	struct loop_config config = {
		.fd = file,
		.info = { .lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR },
	};
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), loop = -1, tries;

	snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "dmremap salvage");
	for (tries = 0; control >= 0 && loop < 0 && tries < LOOP_TRIES; tries++) {
		loop = open_free_loop(control);
		if (loop < 0 || !ioctl(loop, LOOP_CONFIGURE, &config))
			break;
		close(loop);
		loop = -1;
		if (errno != EBUSY)
			break;
	}
	if (control >= 0)
		close(control);
	return loop;
}

static void number_of(int fd, char number[BLOCKDEV_NUMBER_SIZE])
{
	struct stat st;

	*number = 0;
	if (!fstat(fd, &st))
		snprintf(number, BLOCKDEV_NUMBER_SIZE, "%u:%u", major(st.st_rdev),
			 minor(st.st_rdev));
}

static void make_targets(struct dm_piece *to, const struct salvage_piece *from, unsigned int nr,
			 const char *main, const char *loop)
{
	uint64_t used = 0;
	unsigned int i;

	for (i = 0; i < nr; i++, to++, from++) {
		*to = (struct dm_piece) { .start = from->start, .sectors = from->sectors };
		to->target = from->source == SALVAGE_MISSING ? "error" : "linear";
		if (from->source == SALVAGE_MAIN)
			snprintf(to->params, sizeof(to->params), "%s %llu", main, LLU(from->start));
		if (from->source != SALVAGE_KEPT)
			continue;
		snprintf(to->params, sizeof(to->params), "%s %llu", loop, LLU(used));
		used += from->sectors;
	}
}

int salvage_view(const struct salvage *salvage, const char *name)
{
	char main[BLOCKDEV_NUMBER_SIZE], number[BLOCKDEV_NUMBER_SIZE], uuid[DM_TEXT_SIZE];
	struct salvage_piece piece[SALVAGE_PIECES];
	unsigned int nr = salvage_pieces(salvage, piece);
	struct dm_piece target[SALVAGE_PIECES];
	struct dm_new new = {
		.name = name,
		.uuid = uuid,
		.target = "linear",
		.sectors = salvage->sectors,
		.pieces = target,
		.nr_pieces = nr,
		.read_only = true,
	};
	int file = make_file(piece, nr), loop = file < 0 ? -1 : make_loop(file), status;

	if (loop < 0) {
		complain("No loop device is available for the restored blocks: %s. \"modprobe loop\" may help; \"dmremap salvage --output FILE %s\" needs none.",
			 strerror(errno), shell_word(salvage->dev.path));
		status = EXIT_OPERATION;
	} else {
		number_of(salvage->dev.fd, main);
		number_of(loop, number);
		/* not the UUID of a set, which would have DM_UUID_PREFIX */
		snprintf(uuid, sizeof(uuid), "dmremap-salvage-%s", salvage->uuid);
		make_targets(target, piece, nr, main, number);
		status = dm_create(&new);
	}
	if (loop >= 0)
		close(loop);
	if (file >= 0)
		close(file);
	if (status == EXIT_UNCORRECTED)
		complain("There is a device for %s already. \"dmsetup info -u %s\" shows it.",
			 salvage->dev.path, uuid);
	return status;
}
