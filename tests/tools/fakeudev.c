// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: libudev whose events come from a pipe.
 *
 *	FAKE_UDEV=FIFO	each line is an event: KEY=VALUE, separated by spaces
 */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct udev_device {
	char line[1024];
};

static int fd = -1;

struct udev *udev_new(void)
{
	return (struct udev *)&fd;
}

struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *name)
{
	const char *path = getenv("FAKE_UDEV");

	if (strcmp(name, "kernel") || !path)
		return NULL;
	/* open it in both directions, so that it never ends */
	fd = open(path, O_RDWR | O_CLOEXEC);
	return (struct udev_monitor *)udev;
}

int udev_monitor_set_receive_buffer_size(struct udev_monitor *monitor, int size)
{
	return monitor && size > 0 ? 0 : -EINVAL;
}

int udev_monitor_enable_receiving(struct udev_monitor *monitor)
{
	return monitor && fd >= 0 ? 0 : -EINVAL;
}

int udev_monitor_get_fd(struct udev_monitor *monitor)
{
	return monitor ? fd : -1;
}

struct udev_device *udev_monitor_receive_device(struct udev_monitor *monitor)
{
	struct udev_device *device = calloc(1, sizeof(*device));
	size_t n = 0;

	(void)monitor;
	while (device && n < sizeof(device->line) - 1 && read(fd, device->line + n, 1) == 1 &&
	       device->line[n] != '\n')
		n++;
	if (!device || strncmp(device->line, "LOST", 4))
		return device;
	free(device);
	errno = ENOBUFS;
	return NULL;
}

const char *udev_device_get_property_value(struct udev_device *device, const char *key)
{
	static char values[8][256];
	static unsigned int next;
	size_t size = strlen(key);
	const char *p = device->line;

	while (p && (strncmp(p, key, size) || p[size] != '=')) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	if (!p)
		return NULL;
	p += size + 1;
	next = (next + 1) % 8;
	snprintf(values[next], sizeof(values[next]), "%.*s", (int)strcspn(p, "\n "), p);
	return values[next];
}

struct udev_device *udev_device_unref(struct udev_device *device)
{
	free(device);
	return NULL;
}
