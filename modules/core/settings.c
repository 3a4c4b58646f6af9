// SPDX-License-Identifier: GPL-2.0
#include <linux/log2.h>
#include <linux/slab.h>

#include "device.h"
#include "params.h"
#include "read_only.h"
#include "resize.h"
#include "settings.h"

void remap_settings_default(struct dm_remap_settings *s, u32 nr_blocks)
{
	*s = (struct dm_remap_settings) {
		.min_buckets = remap_params.min_buckets,
		.grow_percent = remap_params.grow_percent,
		.shrink_percent = remap_params.shrink_percent,
		.policy = REMAP_POLICY_NEAR,
		.low_water = nr_blocks / 10,
		.auto_remap = remap_params.auto_remap,
		.retries = REMAP_DEFAULT_RETRIES,
		.storm_limit = clamp(nr_blocks / 2, REMAP_LEAST_STORM_LIMIT,
				     REMAP_DEFAULT_STORM_LIMIT),
		.retry_within_ms = REMAP_DEFAULT_RETRY_WITHIN_MS,
		.pending_retry_ms = REMAP_DEFAULT_PENDING_RETRY_MS,
		.slow_limit = REMAP_DEFAULT_SLOW_LIMIT,
		.neighbours = REMAP_DEFAULT_NEIGHBOURS,
		.rate_warn = REMAP_DEFAULT_RATE_WARN,
		.rate_urgent = REMAP_DEFAULT_RATE_URGENT,
		.scrub_region_mib = REMAP_DEFAULT_SCRUB_REGION,
	};
}

bool remap_settings_valid(const struct dm_remap_settings *s, u32 nr_blocks)
{
	return is_power_of_2(s->min_buckets) && s->min_buckets >= REMAP_MIN_BUCKETS &&
	       s->min_buckets <= REMAP_MAX_MIN_BUCKETS &&
	       remap_table_limits_valid(s->grow_percent, s->shrink_percent) &&
	       s->policy < REMAP_NR_POLICIES && s->reserve <= nr_blocks &&
	       s->low_water <= nr_blocks && s->auto_remap <= 1 && s->on_read_error <= 1 &&
	       s->retries <= REMAP_MAX_RETRIES && s->hash_policy < REMAP_NR_HASH_POLICIES &&
	       s->resize_threads <= REMAP_MAX_RESIZE_THREADS &&
	       s->verify_writes < REMAP_NR_VERIFY && s->first_rewrite <= 1 &&
	       s->neighbours <= REMAP_MAX_NEIGHBOURS &&
	       s->scrub_region_mib <= REMAP_MAX_SCRUB_REGION;
}

void remap_settings_apply(struct remap_device *rd)
{
	const struct dm_remap_settings *s = &rd->settings;

	lockdep_assert_held(&rd->lock);
	if (!remap_floor_set(&rd->floor, s->min_buckets))
		DMWARN("%s: hash/min_buckets is %u, more than 1/64 of the memory: the table is as large as its entries need",
		       rd->name, s->min_buckets);
	remap_table_set_limits(&rd->table, remap_floor_buckets(&rd->floor), s->grow_percent,
			       s->shrink_percent);
	remap_table_set_adaptive(&rd->table, s->hash_policy == REMAP_HASH_ADAPTIVE);
	remap_spare_configure(&rd->spare, s->policy, s->reserve);
	WRITE_ONCE(rd->slow_path_size,
		   s->slow_ms || s->verify_writes == REMAP_VERIFY_ALL ||
		   remap_intent_is_active(&rd->intent) ? U32_MAX : 0);
	remap_device_balance(rd);
}

void remap_settings_to_save(const struct remap_device *rd,
			    const struct dm_remap_settings *settings,
			    struct dm_remap_saved *saved)
{
	const struct remap_table *t = &rd->table;
	u64 nr = t->grows + t->shrinks;
	unsigned int i;

	if (saved != &rd->saved)
		*saved = rd->saved;
	strscpy(saved->name, rd->name, sizeof(saved->name));
	saved->settings = *settings;
	saved->settings.auto_remap |= rd->no_auto_remap;
	saved->grows = t->grows;
	saved->shrinks = t->shrinks;
	saved->resize_ns = t->resize_ns;
	if (saved != &rd->saved) {
		saved->rate = rd->saved.rate;
		saved->scrub = rd->saved.scrub;
	}
	saved->nr_history = min_t(u64, nr, DM_REMAP_HISTORY);
	for (i = 0; i < saved->nr_history; i++)
		saved->history[i] = t->history[(nr - saved->nr_history + i) % DM_REMAP_HISTORY];
}

void remap_settings_restore(struct remap_device *rd, const struct dm_remap_saved *saved)
{
	struct remap_table *t = &rd->table;
	u64 nr = saved->grows + saved->shrinks;
	unsigned int i;

	lockdep_assert_held(&rd->lock);
	if (remap_settings_valid(&saved->settings, remap_slots_nr(&rd->slots)))
		rd->settings = saved->settings;
	remap_settings_apply(rd);
	t->grows = saved->grows;
	t->shrinks = saved->shrinks;
	t->resize_ns = saved->resize_ns;
	for (i = 0; i < saved->nr_history; i++)
		t->history[(nr - saved->nr_history + i) % DM_REMAP_HISTORY] = saved->history[i];
}

static int save(struct remap_device *rd, const struct dm_remap_settings *settings)
{
	struct dm_remap_saved *saved = kmalloc(sizeof(*saved), GFP_NOIO);
	int ret;

	lockdep_assert_held(&rd->commit_lock);
	if (!saved)
		return -ENOMEM;
	mutex_lock(&rd->lock);
	remap_settings_to_save(rd, settings, saved);
	mutex_unlock(&rd->lock);
	ret = rd->store->type->save(rd->store, saved);
	kfree(saved);
	return ret;
}

int remap_settings_save(struct remap_device *rd)
{
	lockdep_assert_held(&rd->commit_lock);
	return save(rd, &rd->settings);
}

void remap_settings_warn(struct remap_device *rd)
{
	if (!READ_ONCE(rd->settings.storm_limit))
		remap_log(rd, REMAP_LOG_OTHER,
			  "errors/storm_limit is 0: a main that is gone can use up the whole spare; write the number of remaps in a row to stop at");
}

void remap_settings_keep_name(struct remap_device *rd)
{
	char name[DM_NAME_LEN];

	if (dm_copy_name_and_uuid(rd->md, name, NULL))
		return;
	remap_commit_lock(rd);
	mutex_lock(&rd->lock);
	strscpy(rd->name, name, sizeof(rd->name));
	mutex_unlock(&rd->lock);
	if (!remap_is_read_only(rd) && strcmp(rd->saved.name, rd->name) && !save(rd, &rd->settings))
		strscpy(rd->saved.name, rd->name, sizeof(rd->saved.name));
	remap_commit_unlock(rd);
}

bool remap_settings_follow_name(struct remap_device *rd)
{
	if (!mutex_trylock(&rd->admin))
		return false;
	if (!rd->suspended)
		remap_settings_keep_name(rd);
	mutex_unlock(&rd->admin);
	return true;
}

void remap_settings_follow_line(struct remap_device *rd, bool no_auto_remap)
{
	mutex_lock(&rd->commit_lock);
	if (no_auto_remap && !rd->line_no_auto_remap) {
		rd->no_auto_remap |= rd->settings.auto_remap;
		WRITE_ONCE(rd->settings.auto_remap, 0);
	} else if (!no_auto_remap && rd->no_auto_remap) {
		rd->no_auto_remap = false;
		WRITE_ONCE(rd->settings.auto_remap, 1);
	}
	rd->line_no_auto_remap = no_auto_remap;
	mutex_unlock(&rd->commit_lock);
}

static int change(struct remap_device *rd, size_t offset, u32 value)
{
	struct dm_remap_settings s, old;
	bool overridden;
	int ret = 0;

	remap_commit_lock(rd);
	overridden = rd->no_auto_remap;
	if (offset == offsetof(struct dm_remap_settings, auto_remap))
		rd->no_auto_remap = false;
	old = rd->settings;
	s = old;
	*(u32 *)((void *)&s + offset) = value;
	if (!remap_settings_valid(&s, remap_slots_nr(&rd->slots)))
		ret = -EINVAL;
	else if (s.scrub_region_mib != rd->settings.scrub_region_mib &&
		 rd->saved.scrub.state != DM_REMAP_SCRUB_IDLE)
		/* The position of the run would mean other blocks. */
		ret = -EBUSY;
	else if (!rd->read_only && (remap_store_has_failed(rd) ||
				    remap_turned_read_only(rd)))
		ret = -EROFS;
	else if (!rd->read_only)
		ret = save(rd, &s);
	if (!ret) {
		mutex_lock(&rd->lock);
		rd->settings = s;
		remap_settings_apply(rd);
		remap_device_check_space(rd, remap_spare_free_blocks(&rd->spare), old.low_water,
					 old.reserve);
		mutex_unlock(&rd->lock);
	} else {
		rd->no_auto_remap = overridden;
	}
	remap_commit_unlock(rd);
	return ret;
}

int remap_settings_change(struct remap_device *rd, size_t offset, u32 value)
{
	int ret = remap_device_begin_change(rd);

	if (ret)
		return ret;
	ret = change(rd, offset, value);
	if (!ret && offset == offsetof(struct dm_remap_settings, storm_limit))
		remap_settings_warn(rd);
	remap_device_end_change(rd);
	return ret;
}

static int set_main_id(struct remap_device *rd, const char *id)
{
	int ret = -EROFS;

	remap_commit_lock(rd);
	if (!rd->read_only && !remap_turned_read_only(rd) &&
	    !remap_store_has_failed(rd))
		ret = rd->store->type->set_main_id(rd->store, id);
	remap_commit_unlock(rd);
	return ret;
}

int remap_settings_set_main_id(struct remap_device *rd, const char *id)
{
	int ret = remap_device_begin_change(rd);

	if (ret)
		return ret;
	ret = set_main_id(rd, id);
	remap_device_end_change(rd);
	return ret;
}

void remap_settings_take_main_id(struct remap_device *rd, const char *id)
{
	mutex_lock(&rd->commit_lock);
	if (*id && remap_store_is_transient(rd))
		rd->store->type->set_main_id(rd->store, id);
	mutex_unlock(&rd->commit_lock);
}

void remap_settings_get_main_id(struct remap_device *rd, char *id)
{
	mutex_lock(&rd->commit_lock);
	strscpy(id, rd->store->main_id, DM_REMAP_MAIN_ID_SIZE);
	mutex_unlock(&rd->commit_lock);
}
