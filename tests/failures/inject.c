// SPDX-License-Identifier: GPL-2.0
/* The kernel's fault injection: Documentation/fault-injection/. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failures.h"

#define DEBUGFS "/sys/kernel/debug/"

static void put(const char *path, const char *value)
{
	int error = put_file(path, "%s", value);

	if (error)
		die("%s: %s", path, strerror(error));
}

static void attribute(const char *kind, const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", kind, name);
	put(path, value);
}

/* Let allocations fail that are allowed to wait, too, and without messages. */
static void all_allocations(void)
{
	static bool done;

	if (done)
		return;
	attribute("failslab", "ignore-gfp-wait", "N");
	attribute("failslab", "verbose", "0");
	attribute("fail_page_alloc", "ignore-gfp-wait", "N");
	attribute("fail_page_alloc", "ignore-gfp-highmem", "N");
	attribute("fail_page_alloc", "min-order", "0");
	attribute("fail_page_alloc", "verbose", "0");
	done = true;
}

static int nth_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("fail-nth: %s", strerror(errno));
	return fd;
}

static void set_nth(unsigned int n)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(nth_fd(), text, size, 0) != size)
		die("fail-nth: %s", strerror(errno));
}

void fail_allocation(unsigned int n)
{
	all_allocations();
	set_nth(n);
}

bool allocation_failed(void)
{
	char text[16] = "";

	if (pread(nth_fd(), text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth: %s", strerror(errno));
	set_nth(0);
	return !atoi(text);
}

static void mark_workers(bool fail)
{
	char path[300], name[32];
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	FILE *file;

	while ((entry = readdir(proc))) {
		if (atoi(entry->d_name) <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (!fgets(name, sizeof(name), file))
			*name = 0;
		fclose(file);
		if (strncmp(name, "kworker/", 8))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/make-it-fail", entry->d_name);
		/* The worker may have ended; ignore that. */
		put_file(path, "%d", fail);
	}
	closedir(proc);
}

void fail_workers(unsigned int n)
{
	static const char * const kinds[] = { "failslab", "fail_page_alloc" };
	char interval[16];
	unsigned int i;

	all_allocations();
	mark_workers(n);
	snprintf(interval, sizeof(interval), "%u", n ? n : 1);
	for (i = 0; i < 2; i++) {
		/* Turn it off for the change: without the filter this program would be hit. */
		attribute(kinds[i], "probability", "0");
		attribute(kinds[i], "task-filter", n ? "Y" : "N");
		attribute(kinds[i], "interval", interval);
		attribute(kinds[i], "times", "1");
		attribute(kinds[i], "probability", n ? "100" : "0");
	}
}

/* A null_blk disk has the same name in /dev and in sysfs. */
static void mark_disk(const char *disk, bool fail)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/block/%s/make-it-fail", strrchr(disk, '/') + 1);
	put(path, fail ? "1" : "0");
}

void fail_request(const char *disk, u64 bytes)
{
	char space[32];

	snprintf(space, sizeof(space), "%llu", (unsigned long long)bytes);
	attribute("fail_make_request", "verbose", "0");
	attribute("fail_make_request", "interval", "1");
	attribute("fail_make_request", "times", "1");
	attribute("fail_make_request", "space", space);
	mark_disk(disk, true);
	attribute("fail_make_request", "probability", "100");
}

bool request_failed(const char *disk)
{
	u64 left = get_number(DEBUGFS "fail_make_request/times");

	attribute("fail_make_request", "probability", "0");
	mark_disk(disk, false);
	return !left;
}
