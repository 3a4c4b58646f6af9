// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"
#include "message.h"

#define CONFIG		"/sys/kernel/config"
#define DEVICES		CONFIG "/dm-remap"
#define STATS		"/sys/kernel/dm-remap"
#define MODULE		"/sys/module/dm_remap"
#define BLOCK		"/sys/dev/block"
#define UPTIME		"/proc/uptime"

const char *kernel_root(void)
{
	const char *dir = secure_getenv("DMREMAP_ROOT");

	return dir ? dir : "";
}

const char *kernel_path(enum kernel_tree tree, const char *device, const char *attribute)
{
	const char *slash = *attribute ? "/" : "";
	static char path[PATH_MAX];

	if (tree == TREE_CONFIG)
		snprintf(path, sizeof(path), "%s" DEVICES "/%s%s%s", kernel_root(), device, slash,
			 attribute);
	else
		snprintf(path, sizeof(path), "%s" STATS "/%s/stats%s%s", kernel_root(), device,
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

static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = read(fd, text + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += n;
	}
	return done;
}

static int read_path(const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	n = read_all(fd, text, KERNEL_TEXT_SIZE);
	close(fd);
	/* what sysfs says of a file whose device went while it was open */
	if (n == -ENODEV)
		return -ENOENT;
	if (n < 0)
		return n;
	if (n == KERNEL_TEXT_SIZE || memchr(text, 0, n))
		return -EBADMSG;
	text[n] = 0;
	if (n && text[n - 1] == '\n')
		text[n - 1] = 0;
	return 0;
}

int kernel_read_file(const char *path, char *text)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", kernel_root(), path);
	return read_path(full, text);
}

int kernel_read(enum kernel_tree tree, const char *device, const char *attribute, char *text)
{
	return read_path(kernel_path(tree, device, attribute), text);
}

bool kernel_number(const char **text, uint64_t *value)
{
	const char *p = *text;
	uint64_t number = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *p - '0', &number))
			return false;
	if (p == *text)
		return false;
	*text = p;
	*value = number;
	return true;
}

int kernel_write(enum kernel_tree tree, const char *device, const char *attribute,
		 const char *text)
{
	int fd = open(kernel_path(tree, device, attribute), O_WRONLY | O_CLOEXEC);
	char line[64];
	int error = 0, size;

	if (fd < 0)
		return -errno;
	size = snprintf(line, sizeof(line), "%s\n", text);
	if (write(fd, line, size) != size)
		error = -errno;
	close(fd);
	return error == -ENODEV ? -ENOENT : error;
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
	return !kernel_read_file(path, text) && kernel_number(&p, value) && !*p;
}

bool kernel_block_stacked(const char *number, bool partition)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int nr, i;

	snprintf(path, sizeof(path), "%s" BLOCK "/%s/%sslaves", kernel_root(), number,
		 partition ? "../" : "");
	nr = scandir(path, &entries, is_name, NULL);
	if (nr < 0)
		return false;
	for (i = 0; i < nr; i++)
		free(entries[i]);
	free(entries);
	return nr;
}

/* There is no directory of devices: because there are none, or is it hidden? */
static int without_devices(int error)
{
	char path[PATH_MAX];

	if (error != ENOENT) {
		complain("%s" DEVICES " cannot be read: %s.", kernel_root(), strerror(error));
		return -1;
	}
	snprintf(path, sizeof(path), "%s" MODULE, kernel_root());
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
	snprintf(path, sizeof(path), "%s" DEVICES, kernel_root());
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

/* A test says how time goes; the file may be a pipe, for which each look waits. */
static bool test_clock(uint64_t *ns)
{
	char path[PATH_MAX], text[KERNEL_TEXT_SIZE];
	double seconds;

	if (!*kernel_root())
		return false;
	snprintf(path, sizeof(path), "%s" UPTIME, kernel_root());
	if (read_path(path, text) || sscanf(text, "%lf", &seconds) != 1)
		return false;
	*ns = seconds * 1e9;
	return true;
}

uint64_t kernel_clock(void)
{
	struct timespec now;
	uint64_t ns;

	if (test_clock(&ns))
		return ns;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
