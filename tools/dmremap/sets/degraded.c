// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a read-only device of a main without its spare, with the blocks that are still on the main.
 */
#include <stdio.h>
#include <string.h>

#include "lib/encode.h"
#include "lib/exit.h"
#include "sets/activate.h"
#include "sets/active.h"
#include "sets/new-device.h"
#include "sets/registry.h"

static void warn(struct activation_result *result, const struct half *main)
{
	snprintf(result->why, sizeof(result->why),
		 "%s is %s without its spare, read-only. Blocks that had moved to the spare have what was on the disk before, or cannot be read.%s",
		 result->device, main->dev.path, main->role != HALF_MAIN ? "" :
		 " It was sealed: its first block, and the others by which its content is known, are on the spare, so that a file system is not found by itself; look for a copy of its superblock.");
}

/*
 * Whether this host knows the set; for a main without a label, by the name given and its identity.
 */
static bool is_known(const struct half *main, const char *name)
{
	char encoded[ENCODED_NAME_SIZE];
	struct registered known;

	if (main->role == HALF_MAIN)
		return registry_find(&known, main->uuid);
	if (!name || strlen(name) >= DM_REMAP_NAME_SIZE)
		return false;
	text_encode(encoded, name);
	return registry_find_name(&known, encoded, "") && *known.main_id &&
	       strcmp(known.main_id, "-") && registry_is(known.main_id, main->dev.path);
}

void activate_degraded(const struct half *main, const struct activation_request *activation,
		       struct activation_result *result)
{
	char params[BLOCKDEV_NUMBER_SIZE + 4], uuid[DM_TEXT_SIZE];
	struct dm_new new = {
		.uuid = uuid,
		.target = "linear",
		.params = params,
		.sectors = main->role == HALF_MAIN ? main->target_sectors : main->dev.sectors,
		.read_only = true,
	};

	*result = (struct activation_result) {};
	snprintf(result->set.uuid, sizeof(result->set.uuid), "%s", main->uuid);
	snprintf(result->set.name, sizeof(result->set.name), "%s", *main->name ? main->name :
		 activation->name ?: "");
	snprintf(result->set.main, sizeof(result->set.main), "%s", main->dev.number);
	result->set.state = KNOWN_WAITING_SPARE;
	result->foreign = !is_known(main, activation->name);
	if (!new_device_free(result, &main->dev, HALF_MAIN) ||
	    !new_device_name(result, activation))
		return;
	snprintf(params, sizeof(params), "%s 0", main->dev.number);
	/* without a label the set's own uuid is unknown */
	if (main->role == HALF_MAIN)
		snprintf(uuid, sizeof(uuid), DM_UUID_PREFIX "%s", main->uuid);
	else
		snprintf(uuid, sizeof(uuid), DM_UUID_PREFIX "degraded-%s", main->dev.number);
	if (activation->dry_run) {
		snprintf(result->table, sizeof(result->table), "0 %llu linear %s",
			 (unsigned long long)new.sectors, params);
		return;
	}
	new_device_make(result, &new);
	if (result->status == EXIT_CLEAN)
		warn(result, main);
}
