// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/gather.h"
#include "disk/log-read.h"
#include "disk/smartctl-run.h"
#include "kernel/kernel.h"
#include "lib/clock.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/root.h"

#define FILE_LIMIT	(64u << 20)

/* Bit in smartctl's exit status for unknown options. */
#define SMARTCTL_USAGE	1

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(FILE_LIMIT + 1) : NULL;

	if (file && !text)
		no_memory();
	if (!file) {
		complain("%s cannot be read: %s.", path, strerror(errno));
		return NULL;
	}
	*size = fread(text, 1, FILE_LIMIT, file);
	text[*size] = 0;
	fclose(file);
	return text;
}

static int smart_from_file(struct disk_facts *facts, const char *path)
{
	size_t size;
	char *text = read_file(path, &size);
	bool good;

	if (!text)
		return EXIT_OPERATION;
	good = facts_from_smartctl(facts, text, size);
	free(text);
	if (good)
		return EXIT_CLEAN;
	complain("%s is not the output of \"smartctl --json -x\".", path);
	return EXIT_OPERATION;
}

static void smart_from_disk(struct disk_facts *facts, const struct gather_how *how)
{
	struct capture capture;
	int error = smartctl_run(&capture, facts->path, how->type, how->wake);

	if (error) {
		facts->smart = error == -ENOENT ? SMART_NO_PROGRAM : SMART_NO_ANSWER;
		return;
	}
	if (!facts_from_smartctl(facts, capture.text, capture.size))
		facts->smart = capture.status == SMARTCTL_USAGE ? SMART_NO_PROGRAM :
								  SMART_NO_ANSWER;
	free(capture.text);
}

static int take_log(struct disk_facts *facts, const struct gather_how *how, const char *disk)
{
	char path[PATH_MAX], real[PATH_MAX], name[BLOCKDEV_NAME_SIZE];
	char *text = NULL;
	size_t size;

	if (how->log) {
		text = read_file(how->log, &size);
		if (!text)
			return EXIT_OPERATION;
	} else if (log_read(&text, &size)) {
		return EXIT_CLEAN;
	}
	blockdev_sysfs_name(name, disk);
	snprintf(path, sizeof(path), "%s/sys/class/block/%s", root_dir(), name);
	if (!realpath(path, real))
		*real = 0;
	facts_from_log(facts, text, disk, real, how->log ? 0 : clock_ns() / 1e9);
	free(text);
	return EXIT_CLEAN;
}

static void begin(struct disk_facts *facts, const char *name)
{
	char in_sysfs[BLOCKDEV_NAME_SIZE];

	*facts = (struct disk_facts) {};
	snprintf(facts->path, sizeof(facts->path), "%s/dev/%s", root_dir(), name);
	blockdev_sysfs_name(in_sysfs, name);
	facts_from_sysfs(facts, in_sysfs);
}

void gather_counts(struct disk_facts *facts, const char *number)
{
	char disk[BLOCKDEV_NUMBER_SIZE], name[BLOCKDEV_NAME_SIZE];

	*facts = (struct disk_facts) {};
	if (!blockdev_disk(number, disk, name) || kernel_block_stacked(disk, false))
		return;
	begin(facts, name);
	smart_from_disk(facts, &(struct gather_how) {});
}

void gather_history(struct disk_facts *facts, const char *number, const char *set)
{
	char disk[BLOCKDEV_NUMBER_SIZE], name[BLOCKDEV_NAME_SIZE];

	*facts = (struct disk_facts) {};
	if (blockdev_disk(number, disk, name) && !kernel_block_stacked(disk, false))
		begin(facts, name);
	facts_from_set(facts, set);
}

int gather_disk(struct disk_facts *facts, const char *number, const struct gather_how *how)
{
	char disk[BLOCKDEV_NUMBER_SIZE], name[BLOCKDEV_NAME_SIZE];
	int status = EXIT_CLEAN;

	if (!blockdev_disk(number, disk, name)) {
		complain("sysfs does not show the disk of the device %s.", number);
		return EXIT_OPERATION;
	}
	if (kernel_block_stacked(disk, false)) {
		complain("/dev/%s is made of other devices: name the disks below it. \"lsblk -s /dev/%s\" shows them.",
			 name, name);
		return EXIT_OPERATION;
	}
	begin(facts, name);
	if (how->smartctl)
		status = smart_from_file(facts, how->smartctl);
	else
		smart_from_disk(facts, how);
	return status ?: take_log(facts, how, name);
}

int gather_files(struct disk_facts *facts, const struct gather_how *how)
{
	*facts = (struct disk_facts) {};
	text_copy(facts->path, "DISK", sizeof(facts->path));
	return smart_from_file(facts, how->smartctl);
}
