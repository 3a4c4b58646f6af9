// SPDX-License-Identifier: GPL-2.0
#include "device.h"
#include "dirs.h"
#include "entries.h"
#include "scrub.h"
#include "settings.h"
#include "store.h"
#include "takeover.h"
#include "track.h"

bool remap_takeover_allowed(const struct remap_device *rd)
{
	return READ_ONCE(rd->dirs->rd) == rd && remap_is_started(&rd->life) &&
	       READ_ONCE(rd->suspended) && !rd->read_only;
}

/* Whether the successor has the same entry for a block, or one in which more sectors are lost. */
static bool agrees(struct remap_device *rd, const struct dm_remap_entry *e)
{
	struct dm_remap_entry other;
	u64 word;
	u32 slot = remap_table_lookup(&rd->table, e->main_block, &word);

	if (slot == REMAP_NO_SLOT)
		return false;
	remap_read_entry(rd, slot, &other);
	return other.state == e->state && !(e->lost & ~other.lost) && other.unread == e->unread;
}

/*
 * Neither table changes: one device is suspended, and the other was never in use. A block that
 * is moving or in doubt has no entry to agree on. With a new main, there are no entries left to
 * compare.
 */
static bool tables_agree(struct remap_device *rd, struct remap_device *old)
{
	u32 end = remap_slots_end(&old->slots), slot, nr = 0;
	enum remap_slot_state state;
	struct dm_remap_entry e;

	for (slot = 0; slot < end; slot++) {
		state = remap_word_state(remap_slots_word(&old->slots, slot));
		if (state == REMAP_MOVING || state == REMAP_INDETERMINATE)
			return false;
		if (state < REMAP_MAPPED || remap_new_main(&rd->life))
			continue;
		remap_read_entry(old, slot, &e);
		if (!agrees(rd, &e))
			return false;
		nr++;
		cond_resched();
	}
	return nr == rd->mapped + rd->pending;
}

/* A copy of spare or set is up to date only if the tracker has no written regions left. */
static const char *check_copy(struct remap_device *rd, struct remap_device *old)
{
	u64 new_main = remap_new_main(&rd->life);

	if (rd->store->joining && !remap_track_is_clean(old, rd->store->token))
		return "The spare is an old copy: the set has been written to since";
	if (new_main && !remap_track_is_clean(old, new_main))
		return "The main is an old copy: the set has been written to since";
	return NULL;
}

static const char *check_store(struct remap_device *rd, struct remap_device *old)
{
	int ret = -EINVAL;

	if (rd->spare_bdev != old->spare_bdev && !rd->store->joining)
		return "The set has remaps and keeps its spare: see dmremap replace-spare";
	remap_commit_lock(old);
	if (rd->store->type == old->store->type)
		ret = rd->store->type->succeed(rd->store, old->store);
	remap_commit_unlock(old);
	if (ret == -EBUSY)
		return "The set has changed since its new table was loaded: load it again";
	if (ret == -EIO)
		return "A superblock of the spare is bad: replace the spare before the main";
	if (ret)
		return "The spare is a copy of the spare of another set";
	return check_copy(rd, old);
}

const char *remap_takeover_check(struct remap_device *rd, struct remap_device *old)
{
	const char *why;

	if (!remap_takeover_allowed(old))
		return "Spare and length of a set can be changed only while it is suspended";
	why = check_store(rd, old);
	if (!why && !tables_agree(rd, old))
		why = "The set has other remaps than the table on the spare: load it again";
	return why;
}

/* A spare that takes the place of another is no copy: what was the default for that one follows. */
static void follow_defaults(struct dm_remap_settings *s, u32 old_blocks, u32 nr_blocks)
{
	struct dm_remap_settings before, now;

	remap_settings_default(&before, old_blocks);
	remap_settings_default(&now, nr_blocks);
	if (s->low_water == before.low_water)
		s->low_water = now.low_water;
	if (s->storm_limit == before.storm_limit)
		s->storm_limit = now.storm_limit;
}

/* Limit the settings that depend on the size of the spare, which may have fewer blocks now. */
static void fit_settings(struct dm_remap_settings *s, u32 nr_blocks)
{
	s->reserve = min(s->reserve, nr_blocks);
	s->low_water = min(s->low_water, nr_blocks);
}

/* The new main must not be judged by the history of the old one. */
static void forget_main(struct remap_device *rd)
{
	memset(&rd->saved.rate, 0, sizeof(rd->saved.rate));
	memset(&rd->saved.scrub, 0, sizeof(rd->saved.scrub));
}

void remap_takeover_prepare(struct remap_device *rd, struct remap_device *old, bool successor)
{
	mutex_lock(&old->lock);
	remap_settings_to_save(old, &old->settings, &old->saved);
	rd->saved = old->saved;
	rd->no_auto_remap = old->no_auto_remap;
	rd->line_no_auto_remap = old->line_no_auto_remap;
	if (!remap_new_main(&rd->life)) {
		remap_inherit_storm(&rd->auto_moves, &old->auto_moves);
		remap_inherit_slow(&rd->slow, &old->slow);
	}
	mutex_unlock(&old->lock);
	if (remap_new_main(&rd->life))
		forget_main(rd);
	if (!successor)
		follow_defaults(&rd->saved.settings, remap_slots_nr(&old->slots),
				remap_slots_nr(&rd->slots));
	fit_settings(&rd->saved.settings, remap_slots_nr(&rd->slots));
	mutex_lock(&rd->lock);
	remap_settings_restore(rd, &rd->saved);
	remap_scrub_restore(rd);
	remap_scrub_resized(rd, old->len);
	mutex_unlock(&rd->lock);
	if (rd->no_auto_remap)
		WRITE_ONCE(rd->settings.auto_remap, 0);
}

void remap_takeover_end(struct remap_device *rd, struct remap_device *old, bool started)
{
	remap_device_stop_repair(old);
	mutex_lock(&old->commit_lock);
	if (started)
		old->store->type->retire(old->store, rd->store);
	else
		old->store->type->stay(old->store, rd->store);
	/* Not remap_commit_unlock(): it would report that the store has retired as a fault. */
	mutex_unlock(&old->commit_lock);
}
