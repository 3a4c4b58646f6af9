// SPDX-License-Identifier: GPL-2.0
#include "kernel/kernel.h"
#include "kernel/users.h"
#include "lib/encode.h"
#include "lib/file.h"
#include "lib/message.h"
#include "sets/half.h"
#include "sets/registry.h"
#include "sets/remember.h"

/* The commands that include a change in the initramfs. */
#define REMAKE	"\"update-initramfs -u\" or \"dracut --force\""

static void tell_of_initramfs(const char *name)
{
	if (users_boot_needs(name))
		complain("The system starts from %s: make the initramfs again (" REMAKE "), or the next boot does not find it.",
			 name);
}

static bool read_half(struct half *half, const char *path)
{
	struct blockdev dev;

	if (blockdev_by_path(&dev, path))
		return false;
	half_read(half, &dev);
	return half->role == HALF_SPARE;
}

/* Record which of two disks with the content of the set did not become its main. */
static void note_copy(struct registered *set, const struct registered *before)
{
	const char *copy = before->copy_id;

	if (*before->next_main_id)
		copy = strcmp(before->next_main_id, set->main_id) ? before->next_main_id :
								    before->main_id;
	/*
	 * devices without an identity all look the same here; they are told apart by their content
	 */
	if (strcmp(copy, set->main_id) || !registry_is_identity(copy))
		text_copy(set->copy_id, copy, sizeof(set->copy_id));
}

bool remember_set(const char *uuid, const char *name, const char *main, const char *spare)
{
	struct registered set = {}, before;
	struct half half;

	text_copy(set.uuid, uuid, sizeof(set.uuid));
	text_encode(set.name, name);
	if (read_half(&half, spare))
		set.main_sectors = half.main_sectors;
	registry_identify(set.main_id, main);
	registry_identify(set.spare_id, spare);
	if (registry_find(&before, uuid)) {
		/* keep the user's setting */
		set.timeouts = before.timeouts;
		note_copy(&set, &before);
	}
	if (!registry_write(&set))
		return false;
	tell_of_initramfs(name);
	return true;
}

static bool path_of(const char *name, const char *attribute, struct blockdev *dev)
{
	char text[FILE_TEXT_SIZE];

	return !kernel_read(TREE_CONFIG, name, attribute, text) && blockdev_by_number(dev, text);
}

bool remember_active(const char *uuid, const char *name)
{
	struct blockdev main, spare;

	return path_of(name, "main", &main) && path_of(name, "spare/device", &spare) &&
	       remember_set(uuid, name, main.path, spare.path);
}

void remember_name(const char *uuid, const char *name)
{
	struct registered set;

	if (!registry_find(&set, uuid))
		return;
	text_encode(set.name, name);
	if (registry_write(&set))
		tell_of_initramfs(name);
}

void remember_next(const char *uuid, const char *main, const char *spare)
{
	struct registered set;

	if (!registry_find(&set, uuid))
		return;
	if (main)
		registry_identify(set.next_main_id, main);
	if (spare)
		registry_identify(set.next_spare_id, spare);
	registry_write(&set);
}

void remember_settled(const char *uuid, const char *name)
{
	struct registered set;

	if (registry_find(&set, uuid) && (*set.next_main_id || *set.next_spare_id))
		remember_active(uuid, name);
}

void forget_set(const char *uuid)
{
	struct registered set;

	if (registry_find(&set, uuid) && registry_remove(uuid))
		tell_of_initramfs(set.name);
}
