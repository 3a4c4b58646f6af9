// SPDX-License-Identifier: GPL-2.0
/*
 * The label of the main, which names its set.
 */
#include <linux/blkdev.h>

#include <dm-remap/io.h>

#include "meta.h"

static const struct dm_remap_label *label_of(const struct meta *m)
{
	return (void *)m->buf;
}

enum meta_label meta_label_read(const struct meta *m, const char **why)
{
	unsigned int bytes = max_t(unsigned int, DM_REMAP_LABEL_SIZE,
				   bdev_logical_block_size(m->p.main));
	const struct dm_remap_label *label = label_of(m);

	/* A disk that has left is of size 0; every other main has this sector. */
	if (bdev_nr_bytes(m->p.main) < bytes ||
	    dm_remap_rw(m->p.main, REQ_OP_READ, 0, m->buf, bytes >> SECTOR_SHIFT) != BLK_STS_OK)
		return META_LABEL_UNREADABLE;
	if (memcmp(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE))
		return META_LABEL_NONE;
	*why = dm_remap_label_check(label, bdev_nr_sectors(m->p.main));
	if (*why)
		return META_LABEL_BAD;
	return m->p.main_start < le64_to_cpu(label->target_sectors) ? META_LABEL_FOUND :
								      META_LABEL_NONE;
}

static bool is_of_set(const struct meta *m, const struct dm_remap_label *label)
{
	return !memcmp(m->sb->uuid, label->uuid, sizeof(m->sb->uuid)) &&
	       !memcmp(m->sb->secret, label->secret, sizeof(m->sb->secret));
}

bool meta_label_is_own(const struct meta *m)
{
	const char *why;

	return meta_label_read(m, &why) == META_LABEL_FOUND && is_of_set(m, label_of(m));
}

/*
 * A main with a label is incomplete without its spare. So is one whose label has become invalid,
 * for example because the main has shrunk; but if a spare says that it belongs to this main, it
 * is believed.
 */
int meta_label_check(const struct meta *m, bool fresh, char **error)
{
	const char *why = NULL;
	enum meta_label found = meta_label_read(m, &why);

	if (found == META_LABEL_BAD && fresh) {
		*error = "Main has a label that cannot be used: wipe it, if its set is not needed";
		DMERR("%s: label of the main: %s", m->p.name, why);
		return -EINVAL;
	}
	if (found != META_LABEL_FOUND)
		return 0;
	if (fresh)
		*error = "Main has the label of a set with another spare: find that, or unseal";
	else if (!is_of_set(m, label_of(m)))
		*error = "The spare belongs to another main: this one has the label of another set";
	else
		return 0;
	DMERR("%s: the main has the label of set %pU", m->p.name, label_of(m)->uuid);
	return -EINVAL;
}

void meta_label_note(struct meta *m)
{
	const char *why;

	switch (meta_label_read(m, &why)) {
	case META_LABEL_FOUND:
		m->sb->flags |= cpu_to_le32(DM_REMAP_SB_LABELLED);
		break;
	case META_LABEL_NONE:
		m->sb->flags &= ~cpu_to_le32(DM_REMAP_SB_LABELLED);
		break;
	case META_LABEL_BAD:
	case META_LABEL_UNREADABLE:
		break;
	}
}
