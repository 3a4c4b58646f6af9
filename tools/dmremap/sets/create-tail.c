// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk/signature.h"
#include "lib/capture.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/shell-word.h"
#include "sets/create-tail.h"

/* The usual alignment, which also leaves room for the partition table at both ends. */
#define MIB_SECTORS	2048ULL

/* The smallest main and the smallest spare worth a partition. */
#define LEAST_SECTORS	MIB_SECTORS

#define PROGRAM_SECONDS	60
#define NODE_STEPS	100
#define STEP_MS		100

bool tail_take(struct tail *tail, const char *text)
{
	static const char units[] = "KMGT";
	const char *end = text, *unit;
	uint64_t value = 0, factor = 1;
	bool good = number_take(&end, &value);

	unit = good && *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		factor <<= 10 * (unit - units + 1);
		end++;
	}
	good = good && !*end && value && value <= (UINT64_MAX >> 1) / factor;
	if (!good) {
		complain("\"%s\" is not a size: give bytes, or a number with K, M, G or T.", text);
		return false;
	}
	tail->sectors = (value * factor / 512 + MIB_SECTORS - 1) / MIB_SECTORS * MIB_SECTORS;
	return true;
}

static int check_content(const char *disk, int fd)
{
	struct signatures found;
	int status = signatures_find(&found, disk, fd);
	bool empty;

	if (status)
		return status;
	empty = !found.nr && !found.unreadable && content_is_zeros(fd);
	if (found.nr)
		complain("There is %s (%s) on %s. --tail is for an empty disk: \"wipefs -a %s\" if that is no longer needed.",
			 found.item->kind, found.item->type, disk, shell_word(disk));
	else if (!empty)
		complain("%s is not empty, or has places that cannot be read. --tail is for an empty disk: \"blkdiscard -f -z --length 1MiB %s\" if nothing on it is needed.",
			 disk, shell_word(disk));
	signatures_free(&found);
	return empty ? EXIT_CLEAN : EXIT_OPERATION;
}

static int check_disk(const struct tail *tail, const struct blockdev *dev, const char *disk)
{
	char path[96];
	int fd, status;

	snprintf(path, sizeof(path), "/sys/dev/block/%s/partition", dev->number);
	if (!access(path, F_OK)) {
		complain("%s is a partition. --tail takes a whole disk.", disk);
		return EXIT_OPERATION;
	}
	if (dev->sectors < tail->sectors + 2 * MIB_SECTORS + LEAST_SECTORS) {
		complain("%s is too small for a spare of %llu MiB beside its main.", disk,
			 LLU(tail->sectors / MIB_SECTORS));
		return EXIT_OPERATION;
	}
	fd = open(disk, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0) {
		complain("%s cannot be opened: %s.", disk, strerror(errno));
		return EXIT_OPERATION;
	}
	status = check_content(disk, fd);
	close(fd);
	return status;
}

static int run(const char *const *argv)
{
	struct capture capture;
	int error = capture_run(&capture, argv, PROGRAM_SECONDS);
	int status;

	if (error)
		return error;
	status = capture.status;
	free(capture.text);
	return status ? -EIO : 0;
}

/* Run a program with a text as input, which must fit into a pipe. */
static int feed(const char *const *argv, const char *text)
{
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		if (dup2(ends[0], STDIN_FILENO) >= 0)
			execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(ends[0]);
	status = pid < 0 || write(ends[1], text, strlen(text)) != (ssize_t)strlen(text);
	close(ends[1]);
	if (pid > 0 && waitpid(pid, &status, 0) != pid)
		status = -1;
	return status ? -EIO : 0;
}

/*
 * The spare takes all the space after the main. Sizes are in MiB, because sfdisk interprets plain
 * numbers as logical blocks of the disk.
 */
static int partition(const struct tail *tail, const struct blockdev *dev, const char *disk)
{
	uint64_t main = (dev->sectors - tail->sectors - 2 * MIB_SECTORS) / MIB_SECTORS;
	const char *argv[] = { "sfdisk", "-q", disk, NULL };
	char script[160];

	snprintf(script, sizeof(script), "label: gpt\nstart=1MiB, size=%lluMiB\nstart=%lluMiB\n",
		 LLU(main), LLU(1 + main));
	if (!feed(argv, script))
		return EXIT_CLEAN;
	complain("%s could not be partitioned: is sfdisk installed (package fdisk), and is the disk in use?",
		 disk);
	return EXIT_OPERATION;
}

/* "sda" has "sda1", and "nvme0n1" has "nvme0n1p1". */
static bool find_node(char path[BLOCKDEV_PATH_SIZE], const struct blockdev *dev, int nr)
{
	char link[64], target[512];
	const char *name;
	struct blockdev found;
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/dev/block/%s", dev->number);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = 0;
	name = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
	snprintf(path, BLOCKDEV_PATH_SIZE, "/dev/%.64s%s%d", name,
		 isdigit((unsigned char)name[strlen(name) - 1]) ? "p" : "", nr);
	return !blockdev_by_path(&found, path);
}

static int wait_for_nodes(struct tail *tail, const struct blockdev *dev, const char *disk)
{
	static const char *const settle[] = { "udevadm", "settle", "-t", "10", NULL };
	int step;

	/* udevadm settle waits for the links that identify the main; not every system has it */
	run(settle);
	for (step = 0; step < NODE_STEPS; step++) {
		if (find_node(tail->main, dev, 1) && find_node(tail->spare, dev, 2))
			return EXIT_CLEAN;
		poll(NULL, 0, STEP_MS);
	}
	complain("The partitions of %s do not appear. Run \"partprobe %s\", and then \"dmremap create\" with them.",
		 disk, shell_word(disk));
	return EXIT_OPERATION;
}

int tail_partition(struct tail *tail, const char *disk)
{
	struct blockdev dev;
	int error = blockdev_by_path(&dev, disk), status;

	if (error) {
		complain("%s cannot be used: %s.", disk,
			 error == -ENOTBLK ? "it is not a block device" : strerror(-error));
		return EXIT_OPERATION;
	}
	status = check_disk(tail, &dev, disk);
	status = status ?: partition(tail, &dev, disk);
	return status ?: wait_for_nodes(tail, &dev, disk);
}
