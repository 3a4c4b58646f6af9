// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "kernel/kernel.h"
#include "life/set-timeouts.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "sets/active.h"
#include "sets/registry.h"
#include "sets/remember.h"
#include "sets/timeouts.h"

bool timeouts_value(const char *value)
{
	return !strcmp(value, "auto") || !strcmp(value, "keep");
}

const char *timeouts_get(const char *device)
{
	struct registered set;
	struct active active;

	return active_find(&active, device) && *active.uuid &&
	       registry_find(&set, active.uuid) && set.timeouts ? "auto" : "keep";
}

/* The set must be recorded first: only recorded sets get the setting at the next boot. */
static int remember(const char *device, bool on, char uuid[UUID_TEXT_SIZE])
{
	struct registered set;
	struct active active;

	if (!active_find(&active, device) || !*active.uuid) {
		complain("%s is transient, so the setting cannot be kept for the next boot. Nothing has been changed.",
			 device);
		return EXIT_OPERATION;
	}
	text_copy(uuid, active.uuid, UUID_TEXT_SIZE);
	if (!registry_find(&set, uuid) &&
	    (!remember_active(uuid, active.name) || !registry_find(&set, uuid)))
		return EXIT_OPERATION;
	if (set.timeouts == on)
		return EXIT_CLEAN;
	set.timeouts = on;
	return registry_write(&set) ? EXIT_CLEAN : EXIT_OPERATION;
}

int timeouts_set(const char *device, const char *value)
{
	bool on = !strcmp(value, "auto");
	char main[KERNEL_TEXT_SIZE], uuid[UUID_TEXT_SIZE];
	int status = remember(device, on, uuid);

	if (status)
		return status;
	if (kernel_read(TREE_CONFIG, device, "main", main)) {
		complain("%s cannot be read.", kernel_path(TREE_CONFIG, device, "main"));
		return EXIT_OPERATION;
	}
	if (on ? timeouts_apply(uuid, main) : timeouts_undo(uuid, main))
		return EXIT_CLEAN;
	return EXIT_OPERATION;
}
