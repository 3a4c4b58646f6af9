// SPDX-License-Identifier: GPL-2.0
/*
 * One store that takes over from another while the set is suspended: on the same spare,
 * which has grown, or for a target of another length; or on another spare, which
 * "dmremap replace-spare" has made a copy of this one.
 *
 * The successor reads everything from its spare. A copy is marked as joining, so nothing uses it
 * until it has started. Its first superblock without that flag retires the old spare, and
 * records that, because the old spare may no longer accept writes. docs/on-disk-format.md has
 * the order of writes.
 */
#include <linux/blkdev.h>
#include <linux/string.h>

#include <dm-remap/io.h>

#include "meta.h"

/*
 * A new main is recorded in one superblock after the other, and there is no table to show which
 * of them is current, so both must be good.
 */
static bool is_degraded(const struct meta *m)
{
	return m->failed || m->sb_bad[0] || m->sb_bad[1];
}

/* Regions may have been marked, or a copy begun or ended, since the successor was loaded. */
static bool keeps_intent(const struct meta *m, const struct meta *o)
{
	const struct dm_remap_sb *a = m->sb, *b = o->sb;

	return !a->intent_token || (a->intent_token == b->intent_token &&
				    !memcmp(a->intent, b->intent, sizeof(a->intent)));
}

int meta_succeed(struct dm_remap_store *store, struct dm_remap_store *old)
{
	struct meta *m = to_meta(store), *o = to_meta(old);

	if (memcmp(m->sb->uuid, o->sb->uuid, sizeof(m->sb->uuid)) ||
	    memcmp(m->sb->secret, o->sb->secret, sizeof(m->sb->secret)))
		return -EINVAL;
	if (m->p.new_main && (is_degraded(m) || is_degraded(o)))
		return -EIO;
	if (m->p.spare == o->p.spare)
		return m->loaded == o->generation && keeps_intent(m, o) ? 0 : -EBUSY;
	if (!store->joining || m->sb->replacement.partner_seed != o->sb->seed)
		return -EINVAL;
	m->sb->replacement.partner_generation = cpu_to_le64(o->generation);
	return 0;
}

void meta_retire(struct dm_remap_store *store, const struct dm_remap_store *successor)
{
	const struct meta *s = container_of(successor, struct meta, store);
	struct meta *m = to_meta(store);

	if (m->p.spare != s->p.spare && !m->failed) {
		m->sb->flags |= cpu_to_le32(DM_REMAP_SB_REPLACED);
		if (meta_super_write(m, true))
			DMWARN("%s: the old spare could not be told that another one has its place: do not use it again",
			       m->p.name);
	}
	m->failed = true;
}

void meta_stay(struct dm_remap_store *store, const struct dm_remap_store *successor)
{
	const struct meta *s = container_of(successor, struct meta, store);
	struct meta *m = to_meta(store);

	m->generation = max(m->generation, s->generation) + 1;
	m->next_sequence = max(m->next_sequence, s->next_sequence);
	if (!m->failed && !meta_super_write(m, true) && m->p.spare == s->p.spare)
		meta_undo_growth(m, s);
}
