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

/**
 * struct record - the record of a set before it is changed.
 * @uuid: the set.
 * @known: there was one.
 * @before: what it was.
 */
struct record {
	char uuid[UUID_TEXT_SIZE];
	bool known;
	struct registered before;
};

/* The set must be recorded first: only recorded sets get the setting at the next boot. */
static int remember(struct record *record, const char *device, bool on)
{
	struct registered set;
	struct active active;

	if (!active_find(&active, device) || !*active.uuid) {
		complain("%s is transient, so the setting cannot be kept for the next boot. Nothing has been changed.",
			 device);
		return EXIT_OPERATION;
	}
	text_copy(record->uuid, active.uuid, sizeof(record->uuid));
	record->known = registry_find(&record->before, record->uuid);
	/* without a record, nothing is set at the next boot */
	if (!record->known && !on)
		return EXIT_CLEAN;
	if (!record->known && !remember_active(record->uuid, active.name))
		return EXIT_OPERATION;
	if (!registry_find(&set, record->uuid))
		return EXIT_OPERATION;
	if (set.timeouts == on)
		return EXIT_CLEAN;
	set.timeouts = on;
	return registry_write(&set) ? EXIT_CLEAN : EXIT_OPERATION;
}

static void take_back(const struct record *record)
{
	if (record->known)
		registry_write(&record->before);
	else
		registry_remove(record->uuid);
}

int timeouts_set(const char *device, const char *value)
{
	bool on = !strcmp(value, "auto");
	char main[KERNEL_TEXT_SIZE];
	struct record record;
	int status = remember(&record, device, on);

	if (status)
		return status;
	if (kernel_read(TREE_CONFIG, device, "main", main)) {
		complain("%s cannot be read.", kernel_path(TREE_CONFIG, device, "main"));
		status = EXIT_OPERATION;
	} else if (!on) {
		/* the disk loses the former setting when it is switched off, if not now */
		timeouts_undo(record.uuid, main);
	} else if (!timeouts_apply(record.uuid, main)) {
		status = EXIT_OPERATION;
	}
	if (status)
		take_back(&record);
	return status;
}
