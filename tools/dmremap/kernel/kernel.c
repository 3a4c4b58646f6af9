// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "lib/file.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/root.h"

#define CONFIG		"/sys/kernel/config"
#define DEVICES		CONFIG "/dm-remap"
#define STATS		"/sys/kernel/dm-remap"
#define MODULE		"/sys/module/dm_remap"
#define BLOCK		"/sys/dev/block"

/* No attribute with a single value takes more. */
#define KERNEL_LINE_SIZE	512

const char *kernel_path(enum kernel_tree tree, const char *device, const char *attribute)
{
	const char *slash = *attribute ? "/" : "";
	static char path[PATH_MAX];

	if (tree == TREE_CONFIG)
		snprintf(path, sizeof(path), "%s" DEVICES "/%s%s%s", root_dir(), device, slash,
			 attribute);
	else
		snprintf(path, sizeof(path), "%s" STATS "/%s/stats%s%s", root_dir(), device,
			 slash, attribute);
	return path;
}

bool kernel_has(enum kernel_tree tree, const char *device, const char *attribute)
{
	return !access(kernel_path(tree, device, attribute), F_OK);
}

static int is_name(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

int kernel_read_file(const char *path, char *text)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root_dir(), path);
	return file_read(full, text);
}

int kernel_read(enum kernel_tree tree, const char *device, const char *attribute, char *text)
{
	return file_read(kernel_path(tree, device, attribute), text);
}

int kernel_write(enum kernel_tree tree, const char *device, const char *attribute,
		 const char *text)
{
	char line[KERNEL_LINE_SIZE];
	int error;

	/* there must be room for the NUL as well, or the newline would be cut off */
	if (snprintf(line, sizeof(line), "%s\n", text) >= (int)sizeof(line))
		return -EINVAL;
	error = kernel_write_lines(tree, device, attribute, line);
	return error == -ENXIO ? -ENOENT : error;
}

int kernel_write_lines(enum kernel_tree tree, const char *device, const char *attribute,
		       const char *text)
{
	int fd = open(kernel_path(tree, device, attribute), O_WRONLY | O_CLOEXEC);
	ssize_t size = strlen(text), done;
	int error = 0;

	if (fd < 0)
		return errno == ENOENT ? -ENXIO : -errno;
	done = write(fd, text, size);
	if (done < 0)
		error = errno == ENODEV ? -ENXIO : -errno;
	else if (done != size)
		error = -EMSGSIZE;
	close(fd);
	return error;
}

bool kernel_block_number(const char *number, const char *file, uint64_t *value)
{
	char path[PATH_MAX], text[KERNEL_TEXT_SIZE];
	const char *p = text;

	snprintf(path, sizeof(path), BLOCK "/%s/%s", number, file);
	return !kernel_read_file(path, text) && number_take(&p, value) && !*p;
}

bool kernel_block_stacked(const char *number, bool partition)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int nr, i;

	snprintf(path, sizeof(path), "%s" BLOCK "/%s/%sslaves", root_dir(), number,
		 partition ? "../" : "");
	nr = scandir(path, &entries, is_name, NULL);
	if (nr < 0)
		return false;
	for (i = 0; i < nr; i++)
		free(entries[i]);
	free(entries);
	return nr;
}

/* The directory is missing: find out whether there are no devices or configfs is not mounted. */
static int without_devices(int error)
{
	char path[PATH_MAX];

	if (error != ENOENT) {
		complain("%s" DEVICES " cannot be read: %s.", root_dir(), strerror(error));
		return -1;
	}
	snprintf(path, sizeof(path), "%s" MODULE, root_dir());
	if (access(path, F_OK))
		return 0;
	complain("There is no " DEVICES ". Mount it: \"mount -t configfs none " CONFIG "\".");
	return -1;
}

int kernel_devices(char ***names)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int nr, i;

	*names = NULL;
	snprintf(path, sizeof(path), "%s" DEVICES, root_dir());
	nr = scandir(path, &entries, is_name, versionsort);
	if (nr < 0)
		return without_devices(errno);
	*names = calloc(nr + 1, sizeof(**names));
	if (!*names)
		no_memory();
	for (i = 0; i < nr; i++) {
		(*names)[i] = strdup(entries[i]->d_name);
		if (!(*names)[i])
			no_memory();
		free(entries[i]);
	}
	free(entries);
	return nr;
}
