// SPDX-License-Identifier: GPL-2.0
/* Device-mapper by its ioctls: a process for each of thousands of devices would be slow. */
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

/* Maximum length of table parameters, and of a message. */
#define MAX_PARAMS 1024

union request {
	struct dm_ioctl io;
	char bytes[BUFFER];
};

/* One for each thread, since some programs have several. */
static __thread union request request;

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

int dm_suspend(const struct dm *dm, bool suspend, bool noflush)
{
	prepare(dm->name);
	request.io.flags = DM_SKIP_LOCKFS_FLAG;
	if (suspend)
		request.io.flags |= DM_SUSPEND_FLAG;
	if (noflush)
		request.io.flags |= DM_NOFLUSH_FLAG;
	return call(DM_DEV_SUSPEND);
}

int dm_pieces(struct dm *dm, const struct dm_piece *pieces, unsigned int nr)
{
	char *spec = prepare(dm->name), *end = request.bytes + BUFFER;
	u64 start = 0;
	unsigned int i;
	int error;

	request.io.target_count = nr;
	for (i = 0; i < nr; i++) {
		size_t length = strlen(pieces[i].params) + 1;
		struct dm_target_spec head = {
			.sector_start = start,
			.length = pieces[i].sectors,
			.next = (sizeof(head) + length + 7) / 8 * 8,
		};

		if (spec + head.next > end)
			die("%s: too many pieces", dm->name);
		snprintf(head.target_type, sizeof(head.target_type), "%s", pieces[i].target);
		memcpy(spec, &head, sizeof(head));
		memcpy(spec + sizeof(head), pieces[i].params, length);
		spec += head.next;
		start += head.length;
	}
	error = call(DM_TABLE_LOAD);
	return error ? error : dm_suspend(dm, false, false);
}

int dm_table(struct dm *dm, u64 sectors, const char *target, const char *params)
{
	struct dm_piece piece = { .sectors = sectors, .target = target, .params = params };

	return dm_pieces(dm, &piece, 1);
}

void dm_begin(struct dm *dm, const char *name)
{
	memset(dm, 0, sizeof(*dm));
	prepare(name);
	must(DM_DEV_CREATE, "create", name);
	snprintf(dm->name, sizeof(dm->name), "%s", name);
	dm->major = major(request.io.dev);
	dm->minor = minor(request.io.dev);
	snprintf(dm->path, sizeof(dm->path), "/dev/dm-%u", dm->minor);
}

void dm_create(struct dm *dm, const char *name, u64 sectors, const char *target,
	       const char *params)
{
	int error;

	dm_begin(dm, name);
	error = dm_table(dm, sectors, target, params);
	if (error)
		die("%s %s: %s", target, params, strerror(error));
}

void dm_remove(struct dm *dm)
{
	int error, tries = 0;

	/* Another program may have the device open for a moment. */
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
