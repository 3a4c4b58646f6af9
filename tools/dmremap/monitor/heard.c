// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libudev.h>
#include <stdio.h>
#include <string.h>

#include "lib/message.h"
#include "lib/number.h"
#include "monitor/heard.h"

/* Large enough for thousands of events while a mail is being sent. */
#define BUFFER_SIZE	(4 << 20)

static struct udev_monitor *monitor;

int heard_open(void)
{
	struct udev *udev = udev_new();

	monitor = udev ? udev_monitor_new_from_netlink(udev, "kernel") : NULL;
	if (!monitor) {
		complain("The kernel's events cannot be listened to: %s.", strerror(errno));
		return -1;
	}
	/* root may exceed the system's limit; for other users this fails */
	udev_monitor_set_receive_buffer_size(monitor, BUFFER_SIZE);
	if (udev_monitor_enable_receiving(monitor) < 0) {
		complain("The kernel's events cannot be listened to: %s.", strerror(errno));
		return -1;
	}
	return udev_monitor_get_fd(monitor);
}

static bool take(struct heard *heard, struct udev_device *device)
{
	const char *event = udev_device_get_property_value(device, "DM_REMAP_EVENT");
	const char *name = udev_device_get_property_value(device, "DM_REMAP_NAME");
	const char *uuid = udev_device_get_property_value(device, "DM_REMAP_UUID");
	const char *other = udev_device_get_property_value(device, "DM_REMAP_DEVICE");
	const char *sector = udev_device_get_property_value(device, "DM_REMAP_SECTOR");
	const char *by = udev_device_get_property_value(device, "DM_REMAP_BY");
	uint8_t bytes[UUID_SIZE];

	*heard = (struct heard) {};
	/* reporting what a command did would suppress a report of a failure for a while */
	if (by && !strcmp(by, "command"))
		return false;
	if (!event || !*event || strlen(event) >= EVENT_NAME_SIZE ||
	    event[strspn(event, "abcdefghijklmnopqrstuvwxyz-")])
		return false;
	text_copy(heard->event, event, sizeof(heard->event));
	if (name && strlen(name) < DM_REMAP_NAME_SIZE)
		text_encode(heard->name, name);
	if (uuid && uuid_from_text(uuid, bytes))
		uuid_to_text(bytes, heard->uuid);
	if (other)
		text_copy(heard->device, other, sizeof(heard->device));
	heard->has_sector = sector && number_take(&sector, &heard->sector) && !*sector;
	return true;
}

/* Such as the main or the spare of a set, of which the modules know nothing yet. */
static bool is_disk_that_left(struct udev_device *device)
{
	const char *subsystem = udev_device_get_property_value(device, "SUBSYSTEM");
	const char *action = udev_device_get_property_value(device, "ACTION");

	return subsystem && !strcmp(subsystem, "block") && action && !strcmp(action, "remove");
}

enum heard_what heard_next(struct heard *heard)
{
	enum heard_what what = HEARD_NOTHING;
	struct udev_device *device;

	errno = 0;
	device = udev_monitor_receive_device(monitor);
	if (!device)
		return errno == ENOBUFS ? HEARD_LOST : HEARD_NOTHING;
	if (is_disk_that_left(device))
		what = HEARD_DISK_LEFT;
	else if (take(heard, device))
		what = HEARD_EVENT;
	udev_device_unref(device);
	return what;
}
