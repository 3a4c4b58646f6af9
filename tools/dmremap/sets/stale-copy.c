// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/content.h"
#include "kernel/blockdev.h"
#include "kernel/users.h"
#include "lib/clock.h"
#include "lib/device-timeout.h"
#include "lib/guard.h"
#include "lib/interrupt.h"
#include "lib/shell-word.h"
#include "lib/text.h"
#include "lib/util.h"
#include "sets/registry.h"
#include "sets/stale-copy.h"

/* For each set, however long others have taken. */
#define LEAST_MS	1000

/* What the searches of this program have taken. */
static uint64_t spent_ns;

/* Shared with the process that reads the disks. */
struct copy_search {
	struct registered set;
	const char *name;
	struct blockdev device;
	bool found;
	struct blockdev copy;
	char users[USERS_SIZE];
};

/*
 * Until the host has recorded which of two disks became the main, either may be the stale copy, but
 * never a device below or on top of the set.
 */
static bool is_candidate(const struct copy_search *search, const struct blockdev *dev)
{
	const struct registered *set = &search->set;
	char user[BLOCKDEV_PATH_SIZE];

	return ((*set->copy_id && registry_is(set->copy_id, dev->path)) ||
		(*set->next_main_id && registry_is_main(set, dev->path))) &&
	       !blockdev_user(dev, user) && !users_stands_on(dev->number, search->name);
}

static bool has_uuid(const char *path, const char *uuid)
{
	char own[CONTENT_SIZE];

	return content_uuid(path, own) && !strcmp(own, uuid);
}

static void look(void *context)
{
	struct copy_search *search = context;
	char uuid[CONTENT_SIZE];
	struct blockdev *list;
	int nr, i;

	if (!content_uuid(search->device.path, uuid))
		return;
	nr = blockdevs_list(&list);
	for (i = 0; i < nr && !search->found; i++) {
		search->copy = list[i];
		search->found = is_candidate(search, &list[i]) && has_uuid(list[i].path, uuid);
	}
	if (search->found && !users_describe_all(&search->copy, search->users))
		*search->users = 0;
}

static void say(char *text, const struct copy_search *search)
{
	const char *path = search->copy.path;

	*text = 0;
	if (*search->users) {
		text_add(text, EXPLAIN_SIZE, "%s has the content of %s, and the same UUIDs, but is not its main, and is in use in its place: %.900s. What has been written there is not on %s: save it before you clear %s.",
			 path, search->name, search->users, search->name, path);
		return;
	}
	text_add(text, EXPLAIN_SIZE, "%s has the content of %s, and the same UUIDs, but is not its main: after the next start it may be mounted instead. Clear it: \"wipefs -a %s\".",
		 path, search->name, shell_word(path));
	if (*search->set.next_main_id && registry_is(search->set.next_main_id, path))
		text_add(text, EXPLAIN_SIZE, " If it is to become the main, \"dmremap replace --force %s %s\" begins anew.",
			 shell_word(search->name), shell_word(path));
}

/*
 * Time for the disks of one set. Those of all sets together get as long as one disk that does not
 * answer, and each set a second, which is enough for disks that do.
 */
static int time_left(void)
{
	uint64_t limit_ms = device_timeout_ms(), spent_ms = spent_ns / 1000000;

	if (!limit_ms)
		return 0;
	return limit_ms > spent_ms + LEAST_MS ? limit_ms - spent_ms : LEAST_MS;
}

bool stale_copy_describe(char *text, const char *uuid, const char *name, const char *number)
{
	struct copy_search *search = guard_alloc(sizeof(*search));
	uint64_t began = clock_ns();
	bool found;

	search->name = name;
	if (registry_find(&search->set, uuid) &&
	    (*search->set.copy_id || *search->set.next_main_id) &&
	    blockdev_by_number(&search->device, number)) {
		guard_run(look, search, time_left());
		interrupt_release();
		spent_ns += clock_ns() - began;
	}
	found = search->found;
	if (found)
		say(text, search);
	guard_free(search, sizeof(*search));
	return found;
}
