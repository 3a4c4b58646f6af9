// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/root.h"
#include "sets/stopped.h"

#define DIRECTORY	"/run/dm-remap"

static void path_of(char path[PATH_MAX], const char *uuid)
{
	snprintf(path, PATH_MAX, "%s" DIRECTORY "/stopped-%s", root_dir(), uuid);
}

void stopped_note(const char *uuid)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s" DIRECTORY, root_dir());
	mkdir(path, 0755);
	path_of(path, uuid);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
}

void stopped_forget(const char *uuid)
{
	char path[PATH_MAX];

	path_of(path, uuid);
	unlink(path);
}

bool stopped_is(const char *uuid)
{
	char path[PATH_MAX];

	path_of(path, uuid);
	return !access(path, F_OK);
}
