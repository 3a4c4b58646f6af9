// SPDX-License-Identifier: GPL-2.0
/* Device-mapper by its ioctls: thousands of devices are made, a process for each is slow. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>

#include "dm.h"

#define BUFFER 65536

/* Longest parameters of a table, and message. */
#define MAX_PARAMS 1024

union request {
	struct dm_ioctl io;
	char bytes[BUFFER];
};

static union request request;

static int control_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("/dev/mapper/control: %s", strerror(errno));
	return fd;
}

static void *prepare(const char *name)
{
	memset(&request, 0, 4096);
	request.io.version[0] = DM_VERSION_MAJOR;
	request.io.data_size = BUFFER;
	request.io.data_start = sizeof(request.io);
	snprintf(request.io.name, sizeof(request.io.name), "%s", name);
	return request.bytes + sizeof(request.io);
}

static int call(unsigned long cmd)
{
	return ioctl(control_fd(), cmd, &request) ? errno : 0;
}

static void must(unsigned long cmd, const char *what, const char *name)
{
	int error = call(cmd);

	if (error)
		die("%s: %s: %s", name, what, strerror(error));
}

int dm_table(struct dm *dm, u64 sectors, const char *target, const char *params)
{
	struct dm_target_spec *spec = prepare(dm->name);
	int error;

	request.io.target_count = 1;
	spec->length = sectors;
	snprintf(spec->target_type, sizeof(spec->target_type), "%s", target);
	snprintf((char *)(spec + 1), MAX_PARAMS, "%s", params);
	error = call(DM_TABLE_LOAD);
	if (error)
		return error;
	prepare(dm->name);
	request.io.flags = DM_SKIP_LOCKFS_FLAG;
	return call(DM_DEV_SUSPEND);
}

void dm_create(struct dm *dm, const char *name, u64 sectors, const char *target,
	       const char *params)
{
	int error;

	memset(dm, 0, sizeof(*dm));
	prepare(name);
	must(DM_DEV_CREATE, "create", name);
	snprintf(dm->name, sizeof(dm->name), "%s", name);
	dm->major = major(request.io.dev);
	dm->minor = minor(request.io.dev);
	snprintf(dm->path, sizeof(dm->path), "/dev/dm-%u", dm->minor);
	error = dm_table(dm, sectors, target, params);
	if (error)
		die("%s %s: %s", target, params, strerror(error));
}

void dm_remove(struct dm *dm)
{
	int error, tries = 0;

	/* Somebody may look at it just now. */
	do {
		prepare(dm->name);
		error = call(DM_DEV_REMOVE);
		if (error)
			usleep(10000);
	} while (error == EBUSY && ++tries < 200);
	if (error)
		die("%s: remove: %s", dm->name, strerror(error));
}

void dm_status(const struct dm *dm, char *buf, size_t size)
{
	const char *data = prepare(dm->name);

	must(DM_TABLE_STATUS, "status", dm->name);
	snprintf(buf, size, "%s", data + sizeof(struct dm_target_spec));
}

void dm_message(const struct dm *dm, const char *message, char *buf, size_t size)
{
	struct dm_target_msg *msg = prepare(dm->name);

	snprintf(msg->message, MAX_PARAMS, "%s", message);
	must(DM_TARGET_MSG, message, dm->name);
	if (buf)
		snprintf(buf, size, "%s", request.io.flags & DM_DATA_OUT_FLAG ?
			 request.bytes + request.io.data_start : "");
}
