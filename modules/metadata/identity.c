// SPDX-License-Identifier: GPL-2.0
/*
 * How the main is identified. The kernel knows less than udev: only the uuid of a partition, and
 * the main_id that was given.
 */
#include <linux/blkdev.h>

#include "meta.h"

static const char *partuuid(const struct meta *m)
{
	return m->p.main->bd_meta_info ? m->p.main->bd_meta_info->uuid : "";
}

/* 1 if the main is what is recorded, -1 if it is not, 0 if that cannot be told. */
static int compare(const char *recorded, const char *found)
{
	if (!recorded || !*recorded || !found || !*found)
		return 0;
	return strcasecmp(recorded, found) ? -1 : 1;
}

int meta_identity_check(const struct meta *m, char **error)
{
	const char *main_id = dm_remap_sb_main_id(m->sb);
	int part = compare(dm_remap_sb_id(m->sb, DM_REMAP_ID_PARTUUID), partuuid(m));

	if (m->p.main_id && strcmp(main_id, m->p.main_id)) {
		*error = "The spare belongs to another main: its main_id is not the one given";
		return -EINVAL;
	}
	if (part < 0) {
		DMERR("%s: the spare belongs to the partition with PARTUUID %s", m->p.name,
		      dm_remap_sb_id(m->sb, DM_REMAP_ID_PARTUUID));
		*error = "The spare belongs to another main: its PARTUUID is not that of this one";
		return -EINVAL;
	}
	/* Go by the size only if nothing else identifies the main. */
	if (le64_to_cpu(m->sb->main_sectors) != bdev_nr_sectors(m->p.main) &&
	    !m->p.main_id && part <= 0 && !m->p.successor) {
		*error = "The spare belongs to another main: that one has another size or start";
		return -EINVAL;
	}
	return 0;
}

void meta_identity_note(struct meta *m)
{
	m->sb->main_sectors = cpu_to_le64(bdev_nr_sectors(m->p.main));
	if (*partuuid(m))
		dm_remap_sb_set_id(m->sb, DM_REMAP_ID_PARTUUID, partuuid(m));
}
