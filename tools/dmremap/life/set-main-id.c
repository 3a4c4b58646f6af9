// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "disk/main-id.h"
#include "kernel/names.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "life/set-main-id.h"
#include "sets/half.h"
#include "sets/registry.h"
#include "spare/examine.h"

/* Find a spare by the uuid of its set, or by the name if no known set has that name. */
static bool is_of(const struct half *half, const char *given, const char *name)
{
	return half->role == HALF_SPARE && !half->trouble &&
	       (!strcasecmp(half->uuid, given) || (*name && !strcmp(half->name, name)));
}

static int find_spare(const char *given, struct half *spare)
{
	char name[ENCODED_NAME_SIZE], *uuid = NULL;
	struct registered known;
	struct halves halves;
	int status = halves_read_all(&halves), nr = 0, i;

	device_name_encoded(given, name);
	if (*name && registry_find_name(&known, name, ""))
		uuid = known.uuid;
	for (i = 0; i < halves.nr; i++)
		if (is_of(&halves.half[i], uuid ?: given, uuid ? "" : name) && !nr++)
			*spare = halves.half[i];
	halves_free(&halves);
	if (nr == 1)
		return EXIT_CLEAN;
	if (nr)
		complain("%d spares are of %s. Disconnect all but the right one.", nr, given);
	else
		complain("There is no spare of %s here. \"dmremap scan\" lists the halves that there are.",
			 given);
	return status ?: EXIT_OPERATION;
}

static void hide(const struct finding *finding)
{
	(void)finding;
}

/*
 * A newer superblock must not hide damage to a spare. A superblock that is merely older is not
 * damage: it may be left over from an interrupted command.
 */
static bool is_clean(const struct set *set)
{
	unsigned long older = (set->sb[0].state == SB_OLDER) + (set->sb[1].state == SB_OLDER);
	struct diagnosis diagnosis = { .findings.show = hide };
	bool clean;

	examine(&diagnosis, set);
	clean = !diagnosis.findings.fatal && diagnosis.findings.repairable == older;
	diagnosis_free(&diagnosis);
	return clean && set->writable;
}

/* Drop the other identities, and a copy that was under way, which were of the former disk. */
static void replace_ids(struct dm_remap_sb *sb, const char *main_id)
{
	memset(sb->id_types, 0, sizeof(sb->id_types));
	memset(sb->ids, 0, sizeof(sb->ids));
	dm_remap_sb_set_id(sb, DM_REMAP_ID_MAIN, main_id);
	dm_remap_sb_end_intent(sb);
	sb->sequence = htole64(le64toh(sb->sequence) + 1);
}

/* Write the valid superblock last; each write is durable before the next. */
static int write_both(const struct set *set, struct dm_remap_sb *sb)
{
	const struct superblock *at = set->newest == &set->sb[0] ? &set->sb[1] : &set->sb[0];
	int error;

	dm_remap_sb_seal(sb, at->sector);
	error = device_write(set->dev, at->sector, sb);
	if (!error) {
		dm_remap_sb_seal(sb, set->newest->sector);
		error = device_write(set->dev, set->newest->sector, sb);
	}
	if (!error)
		return EXIT_CLEAN;
	complain("%s cannot be written: %s. Give the command again.", set->dev->path,
		 strerror(-error));
	return EXIT_OPERATION;
}

static int record(const struct device *dev, const char *main_id)
{
	struct dm_remap_sb *sb;
	int status = EXIT_OPERATION;
	struct set set;

	set_read(&set, dev);
	if (set_usable(&set) && is_clean(&set)) {
		sb = device_buffer(1);
		*sb = *set.newest->content;
		replace_ids(sb, main_id);
		status = write_both(&set, sb);
		free(sb);
	} else if (set.newest) {
		complain("%s is damaged: \"dmremap check %s\" says how. Nothing has been changed.",
			 dev->path, shell_word(dev->path));
	}
	set_free(&set);
	return status;
}

/* In the record, one that was made up would keep every device from being the main. */
static void have_host_know(const char *uuid, const char *main_id)
{
	struct registered known;

	if (!main_id_can_tell(main_id) || !registry_find(&known, uuid))
		return;
	text_copy(known.main_id, main_id, sizeof(known.main_id));
	registry_write(&known);
}

int set_main_id(const char *given, const char *main_id)
{
	struct half spare;
	struct device dev;
	int status;

	if (!main_id_valid(main_id))
		return EXIT_OPERATION;
	status = find_spare(given, &spare);
	if (status)
		return status;
	if (device_open(&dev, spare.dev.path, true))
		return EXIT_OPERATION;
	status = record(&dev, main_id);
	device_close(&dev);
	if (!status)
		have_host_know(spare.uuid, main_id);
	return status;
}
