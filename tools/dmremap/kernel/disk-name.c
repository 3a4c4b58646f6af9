// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/blockdev.h"
#include "kernel/kernel.h"
#include "kernel/disk-name.h"
#include "lib/encode.h"
#include "lib/root.h"
#include "lib/util.h"

/* Strip surrounding spaces, and replace characters that a terminal would interpret. */
static void put(char to[DISK_NAME_SIZE], const char *text)
{
	char line[DISK_NAME_SIZE];
	size_t length;

	text_copy(line, text + strspn(text, " \t"), sizeof(line));
	for (length = strcspn(line, "\n"); length && line[length - 1] == ' '; length--)
		;
	line[length] = 0;
	if (!*to)
		text_printable(to, line, DISK_NAME_SIZE);
}

static void take_property(struct disk_name *name, const char *line)
{
	static const char model[] = "E:ID_MODEL=", serial[] = "E:ID_SERIAL_SHORT=";

	if (!strncmp(line, model, strlen(model)))
		put(name->model, line + strlen(model));
	else if (!strncmp(line, serial, strlen(serial)))
		put(name->serial, line + strlen(serial));
}

static void ask_udev(struct disk_name *name, const char *number)
{
	char path[PATH_MAX], *line = NULL;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/run/udev/data/b%s", root_dir(), number);
	file = fopen(path, "re");
	if (!file)
		return;
	while (getline(&line, &room, file) > 0)
		take_property(name, line);
	free(line);
	fclose(file);
}

static void ask_sysfs(char to[DISK_NAME_SIZE], const char *disk, const char *file)
{
	char path[PATH_MAX], text[KERNEL_TEXT_SIZE];

	snprintf(path, sizeof(path), "/sys/dev/block/%s/%s", disk, file);
	if (!*to && !kernel_read_file(path, text))
		put(to, text);
}

void disk_name_find(struct disk_name *name, const char *number)
{
	char disk[BLOCKDEV_NUMBER_SIZE], node[BLOCKDEV_NAME_SIZE];

	*name = (struct disk_name) {};
	if (!*number)
		return;
	ask_udev(name, number);
	if (!blockdev_disk(number, disk, node))
		return;
	ask_sysfs(name->model, disk, "device/model");
	ask_sysfs(name->serial, disk, "device/serial");
	ask_sysfs(name->serial, disk, "serial");
}
