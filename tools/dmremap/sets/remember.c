// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/users.h"
#include "lib/encode.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "sets/half.h"
#include "sets/identity.h"
#include "sets/policy.h"
#include "sets/registry.h"
#include "sets/remember.h"

/* The commands that include a change in the initramfs. */
#define REMAKE	"\"update-initramfs -u -k all\" or \"dracut --force --regenerate-all\""

/* Set by a hook that records sets before it copies the records into an initramfs. */
#define IN_HOOK	"DM_REMAP_INITRAMFS_HOOK"

static void tell_of_initramfs(const char *name)
{
	if (!getenv(IN_HOOK) && !policy_in_initramfs() && users_boot_needs(name))
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

/*
 * Of a spare that cannot be read, the record stays; a new salt for the same secret would be taken
 * for a change of the record.
 */
static void note_secret(struct registered *set, const struct registered *before,
			const struct half *spare)
{
	if (!spare || (*before->secret_hash && identity_is_ours(before, spare)))
		text_copy(set->secret_hash, before->secret_hash, sizeof(set->secret_hash));
	else
		secret_hash(set->secret_hash, spare->secret);
}

/*
 * Whether an initramfs is made while a command replaces a half: with the record as it is, it
 * accepts the former half and the new one.
 */
static bool is_for_both(const struct registered *set)
{
	return getenv(IN_HOOK) && (*set->next_main_id || *set->next_spare_id);
}

bool remember_set(const char *uuid, const char *name, const char *main, const char *spare)
{
	struct registered set = {}, before;
	struct half half;
	bool readable;

	if (registry_find(&before, uuid) && is_for_both(&before))
		return false;
	text_copy(set.uuid, uuid, sizeof(set.uuid));
	text_encode(set.name, name);
	readable = read_half(&half, spare);
	registry_identify(set.main_id, main);
	registry_identify(set.spare_id, spare);
	if (registry_find(&before, uuid)) {
		/* keep the user's setting, and what another version has written */
		set.timeouts = before.timeouts;
		text_copy(set.others, before.others, sizeof(set.others));
		note_copy(&set, &before);
	}
	set.main_sectors = readable ? half.main_sectors : before.main_sectors;
	note_secret(&set, &before, readable ? &half : NULL);
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

/* registry_write() returns false also if there is nothing to change. */
static bool is_next(const struct registered *set)
{
	struct registered now;

	return registry_find(&now, set->uuid) && !strcmp(now.next_main_id, set->next_main_id) &&
	       !strcmp(now.next_spare_id, set->next_spare_id) &&
	       !strcmp(now.secret_hash, set->secret_hash);
}

int remember_next(const char *uuid, const char *main, const char *spare)
{
	struct registered set;

	if (!registry_find(&set, uuid))
		return *set.uuid ? EXIT_OPERATION : EXIT_CLEAN;
	if (main) {
		registry_identify(set.next_main_id, main);
		/* the kernel makes a new secret when it switches to the new main */
		*set.secret_hash = 0;
	}
	if (spare)
		registry_identify(set.next_spare_id, spare);
	return registry_write(&set) || is_next(&set) ? EXIT_CLEAN : EXIT_OPERATION;
}

void remember_warn(const char *name, const char *main, const char *spare)
{
	if (users_boot_needs(name))
		complain("The system starts from %s. Make the initramfs again now, in another terminal (%s): until the replacement has ended, it is made for both disks. Without that, if the power fails before it is made after the end, the next boot stops in the initramfs. Continue it there: \"dmremap assemble %s %s\", and \"exit\".",
			 name, REMAKE, shell_word(main), shell_word(spare));
}

void remember_settled(const char *uuid, const char *name)
{
	struct registered set;

	if (registry_find(&set, uuid) && (*set.next_main_id || *set.next_spare_id))
		remember_active(uuid, name);
}

void remember_tell(const char *uuid)
{
	struct registered set;

	if (registry_find(&set, uuid))
		complain("This host still knows set %s, as %s, with other disks. If that set is gone for good: \"rm /etc/dm-remap/sets.d/%s\".",
			 uuid, set.name, uuid);
}

void forget_set(const char *uuid)
{
	struct registered set;
	bool known = registry_find(&set, uuid);

	/* even if it is damaged */
	if (registry_remove(uuid) && known)
		tell_of_initramfs(set.name);
}
