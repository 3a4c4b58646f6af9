// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: adds faults to the image that stands for a device.
 *
 *	FAULT_SECTORS="A-B ..."	reads of any of these sectors fail with EIO
 *	FAULT_BAD_WRITES=1	writes to them fail, too
 *	FAULT_WRITES=N		the program is killed after N pages have been written
 *	FAULT_TORN=M		before that, M sectors of the next page are written, and noise in
 *				the sector after these
 *	FAULT_SLOW=PATTERN	reads of files whose path ends with this never end; see fnmatch(3)
 *	FAULT_FULL=1		files cannot be replaced, as on a full disk
 *	FAULT_LOG=FILE		the sector of each write is appended to it
 *	FAULT_LOOP="NAME=FILE ..."	the image NAME is a loop device with this file behind it
 */
#include <dlfcn.h>
#include <errno.h>
#include <fnmatch.h>
#include <linux/loop.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_bad(off_t offset, size_t size)
{
	const char *list = getenv("FAULT_SECTORS");
	off_t first = offset / 512, last = (offset + size - 1) / 512;
	long a, b;
	int used;

	while (list && sscanf(list, " %ld-%ld%n", &a, &b, &used) == 2) {
		if (first <= b && last >= a)
			return 1;
		list += used;
	}
	return 0;
}

static int is_slow(int fd)
{
	const char *name = getenv("FAULT_SLOW");
	char path[64], file[4096] = "", pattern[256];

	if (!name)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, file, sizeof(file) - 1) < 0)
		return 0;
	snprintf(pattern, sizeof(pattern), "*%s", name);
	return !fnmatch(pattern, file, 0);
}

ssize_t pread64(int fd, void *data, size_t size, off_t offset)
{
	ssize_t (*real)(int fd, void *data, size_t size, off_t offset) =
		dlsym(RTLD_NEXT, "pread64");

	while (is_slow(fd))
		pause();
	if (is_bad(offset, size)) {
		errno = EIO;
		return -1;
	}
	return real(fd, data, size, offset);
}

/* libblkid reads in this way */
ssize_t read(int fd, void *data, size_t size)
{
	ssize_t (*real)(int fd, void *data, size_t size) = dlsym(RTLD_NEXT, "read");

	while (is_slow(fd))
		pause();
	return real(fd, data, size);
}

int mkostemp64(char *template, int flags)
{
	int (*real)(char *template, int flags) = dlsym(RTLD_NEXT, "mkostemp64");

	if (!getenv("FAULT_FULL"))
		return real(template, flags);
	errno = ENOSPC;
	return -1;
}

static void note(off_t offset)
{
	const char *name = getenv("FAULT_LOG");
	FILE *file = name ? fopen(name, "a") : NULL;

	if (file) {
		fprintf(file, "%ld\n", (long)(offset / 512));
		fclose(file);
	}
}

typedef ssize_t write_fn(int fd, const void *data, size_t size, off_t offset);

static void tear(write_fn *real, int fd, const void *data, off_t offset, size_t whole)
{
	char noise[512];

	memset(noise, 0xa5, sizeof(noise));
	if (real(fd, data, whole, offset) < 0 ||
	    real(fd, noise, sizeof(noise), offset + whole) < 0)
		abort();
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset)
{
	write_fn *real = dlsym(RTLD_NEXT, "pwrite64");
	const char *limit = getenv("FAULT_WRITES"), *torn = getenv("FAULT_TORN");
	static long done;

	if (limit && done++ == atol(limit)) {
		if (torn)
			tear(real, fd, data, offset, 512 * atol(torn));
		_exit(99);
	}
	if (getenv("FAULT_BAD_WRITES") && is_bad(offset, size)) {
		errno = EIO;
		return -1;
	}
	note(offset);
	return real(fd, data, size, offset);
}

static int loop_file(int fd, char file[4096])
{
	const char *list = getenv("FAULT_LOOP");
	char link[64], path[4096] = "", name[64];
	int used;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (!list || readlink(link, path, sizeof(path) - 1) < 0)
		return 0;
	while (sscanf(list, " %63[^=]=%4095s%n", name, file, &used) == 2) {
		if (!strcmp(strrchr(path, '/') + 1, name))
			return 1;
		list += used;
	}
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int fd, unsigned long request, ...) = dlsym(RTLD_NEXT, "ioctl");
	struct loop_info64 *info;
	char file[4096];
	struct stat st;
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request != LOOP_GET_STATUS64 || !loop_file(fd, file))
		return real(fd, request, arg);
	if (stat(file, &st))
		return -1;
	info = arg;
	memset(info, 0, sizeof(*info));
	info->lo_device = st.st_dev;
	info->lo_inode = st.st_ino;
	return 0;
}

static int is_remaps(int fd)
{
	char link[64], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return 0;
	path[n] = 0;
	return strstr(path, "/remaps/") != NULL;
}

static void log_lines(const char *name, const char *text, size_t size)
{
	static int writes;
	FILE *file = fopen(name, "a");
	const char *end = text + size;

	writes++;
	for (; text < end; text = memchr(text, '\n', end - text) + 1)
		fprintf(file, "%d %.*s\n", writes,
			(int)((const char *)memchr(text, '\n', end - text) - text), text);
	fclose(file);
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t (*real)(int fd, const void *data, size_t size) = dlsym(RTLD_NEXT, "write");
	const char *error = getenv("FAULT_WRITE_ERROR"), *slow = getenv("FAULT_WRITE_SLOW");

	if (!is_remaps(fd))
		return real(fd, data, size);
	if (slow)
		usleep(1000 * atoi(slow));
	if (getenv("FAULT_WRITE_LOG"))
		log_lines(getenv("FAULT_WRITE_LOG"), data, size);
	if (!error)
		return real(fd, data, size);
	errno = atoi(error);
	return -1;
}
