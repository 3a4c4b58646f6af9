// SPDX-License-Identifier: GPL-2.0
/*
 * How the main is identified. The kernel knows less than udev: the uuid of a partition, the
 * world-wide name of a whole disk, the label, and the main_id that was given. A device that
 * contradicts one of these is refused. The size is compared only if none of them speaks for the
 * device: a partition or volume that was made larger is still the same.
 */
#include <linux/blkdev.h>

#include <dm-remap/main-id.h>

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

static bool has_other_size(const struct meta *m)
{
	return le64_to_cpu(m->sb->main_sectors) != bdev_nr_sectors(m->p.main);
}

int meta_identity_check(const struct meta *m, char **error)
{
	const char *main_id = dm_remap_sb_main_id(m->sb);
	int part = compare(dm_remap_sb_id(m->sb, DM_REMAP_ID_PARTUUID), partuuid(m));
	enum dm_remap_verdict verdict;
	char wwn[DM_REMAP_WWN_SIZE];

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
	dm_remap_wwn(m->p.main, wwn);
	verdict = dm_remap_main_judge(main_id, partuuid(m), wwn);
	if (verdict == DM_REMAP_MAIN_OTHER) {
		DMERR("%s: the spare belongs to the main %s, and this one is %s", m->p.name,
		      main_id, *wwn ? wwn : partuuid(m));
		*error = "The spare belongs to another main: its main_id is not that of this one";
		return -EINVAL;
	}
	if (has_other_size(m) && !m->p.main_id && part <= 0 && verdict != DM_REMAP_MAIN_SAME &&
	    !m->p.successor && !meta_label_is_own(m)) {
		*error = "The spare belongs to another main: that one has another size or start";
		return -EINVAL;
	}
	return 0;
}

/* Either may be larger than recorded, if the other one is as large: that may be replaced. */
static void raise(__le32 *lbs, struct block_device *bdev)
{
	*lbs = cpu_to_le32(max(le32_to_cpu(*lbs), bdev_logical_block_size(bdev)));
}

void meta_identity_note(struct meta *m, u64 sectors)
{
	m->sb->main_sectors = cpu_to_le64(sectors);
	raise(&m->sb->main_lbs, m->p.main);
	raise(&m->sb->spare_lbs, m->p.spare);
	if (*partuuid(m))
		dm_remap_sb_set_id(m->sb, DM_REMAP_ID_PARTUUID, partuuid(m));
}
