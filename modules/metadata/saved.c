// SPDX-License-Identifier: GPL-2.0
/*
 * Settings, history, rate and scrub, which are stored in the superblock.
 */
#include <linux/string.h>

#include "meta.h"

static const size_t places[DM_REMAP_NR_SET] = {
	[DM_REMAP_SET_MIN_BUCKETS] = offsetof(struct dm_remap_settings, min_buckets),
	[DM_REMAP_SET_GROW_PERCENT] = offsetof(struct dm_remap_settings, grow_percent),
	[DM_REMAP_SET_SHRINK_PERCENT] = offsetof(struct dm_remap_settings, shrink_percent),
	[DM_REMAP_SET_POLICY] = offsetof(struct dm_remap_settings, policy),
	[DM_REMAP_SET_RESERVE] = offsetof(struct dm_remap_settings, reserve),
	[DM_REMAP_SET_LOW_WATER] = offsetof(struct dm_remap_settings, low_water),
	[DM_REMAP_SET_AUTO_REMAP] = offsetof(struct dm_remap_settings, auto_remap),
	[DM_REMAP_SET_ON_READ_ERROR] = offsetof(struct dm_remap_settings, on_read_error),
	[DM_REMAP_SET_RETRIES] = offsetof(struct dm_remap_settings, retries),
	[DM_REMAP_SET_STORM_LIMIT] = offsetof(struct dm_remap_settings, storm_limit),
	[DM_REMAP_SET_HASH_POLICY] = offsetof(struct dm_remap_settings, hash_policy),
	[DM_REMAP_SET_RESIZE_THREADS] = offsetof(struct dm_remap_settings, resize_threads),
	[DM_REMAP_SET_PENDING_RETRY_MS] = offsetof(struct dm_remap_settings, pending_retry_ms),
	[DM_REMAP_SET_SLOW_MS] = offsetof(struct dm_remap_settings, slow_ms),
	[DM_REMAP_SET_SLOW_LIMIT] = offsetof(struct dm_remap_settings, slow_limit),
	[DM_REMAP_SET_VERIFY_WRITES] = offsetof(struct dm_remap_settings, verify_writes),
	[DM_REMAP_SET_FIRST_REWRITE] = offsetof(struct dm_remap_settings, first_rewrite),
	[DM_REMAP_SET_NEIGHBOURS] = offsetof(struct dm_remap_settings, neighbours),
	[DM_REMAP_SET_RATE_WARN] = offsetof(struct dm_remap_settings, rate_warn),
	[DM_REMAP_SET_RATE_URGENT] = offsetof(struct dm_remap_settings, rate_urgent),
	[DM_REMAP_SET_SCRUB_RATE_KIB] = offsetof(struct dm_remap_settings, scrub_rate_kib),
	[DM_REMAP_SET_SCRUB_REGION_MIB] = offsetof(struct dm_remap_settings, scrub_region_mib),
	[DM_REMAP_SET_RETRY_WITHIN_MS] = offsetof(struct dm_remap_settings, retry_within_ms),
};

static u32 *setting(struct dm_remap_settings *s, u32 id)
{
	return (u32 *)((u8 *)s + places[id]);
}

/* The place of a setting, or a free one. */
static struct dm_remap_sb_setting *setting_place(struct dm_remap_sb *sb, u32 id)
{
	struct dm_remap_sb_setting *free = NULL;
	unsigned int i;

	for (i = 0; i < DM_REMAP_SB_SETTINGS; i++) {
		if (le32_to_cpu(sb->settings[i].id) == id)
			return &sb->settings[i];
		if (!free && !sb->settings[i].id)
			free = &sb->settings[i];
	}
	return free;
}

static void put_settings(struct dm_remap_sb *sb, const struct dm_remap_settings *settings)
{
	struct dm_remap_settings s = *settings;
	struct dm_remap_sb_setting *at;
	u32 id;

	for (id = 1; id < DM_REMAP_NR_SET; id++) {
		at = setting_place(sb, id);
		if (!at)
			continue;
		at->id = cpu_to_le32(id);
		at->value = cpu_to_le32(*setting(&s, id));
	}
}

static void get_settings(const struct dm_remap_sb *sb, struct dm_remap_settings *s)
{
	unsigned int i;

	for (i = 0; i < DM_REMAP_SB_SETTINGS; i++) {
		u32 id = le32_to_cpu(sb->settings[i].id);

		if (id && id < DM_REMAP_NR_SET)
			*setting(s, id) = le32_to_cpu(sb->settings[i].value);
	}
}

static void put_history(struct dm_remap_sb *sb, const struct dm_remap_saved *saved)
{
	unsigned int i;

	sb->grows = cpu_to_le64(saved->grows);
	sb->shrinks = cpu_to_le64(saved->shrinks);
	sb->resize_ns = cpu_to_le64(saved->resize_ns);
	sb->nr_history = cpu_to_le32(saved->nr_history);
	for (i = 0; i < saved->nr_history; i++) {
		const struct dm_remap_resize *r = &saved->history[i];

		sb->history[i] = (struct dm_remap_sb_resize) {
			.started_ns = cpu_to_le64(r->started_ns),
			.duration_ns = cpu_to_le64(r->duration_ns),
			.from = cpu_to_le32(r->from),
			.to = cpu_to_le32(r->to),
			.entries = cpu_to_le32(r->entries),
		};
	}
}

static void get_history(const struct dm_remap_sb *sb, struct dm_remap_saved *saved)
{
	unsigned int i;

	saved->grows = le64_to_cpu(sb->grows);
	saved->shrinks = le64_to_cpu(sb->shrinks);
	saved->resize_ns = le64_to_cpu(sb->resize_ns);
	saved->nr_history = le32_to_cpu(sb->nr_history);
	for (i = 0; i < saved->nr_history; i++) {
		const struct dm_remap_sb_resize *r = &sb->history[i];

		saved->history[i] = (struct dm_remap_resize) {
			.started_ns = le64_to_cpu(r->started_ns),
			.duration_ns = le64_to_cpu(r->duration_ns),
			.from = le32_to_cpu(r->from),
			.to = le32_to_cpu(r->to),
			.entries = le32_to_cpu(r->entries),
		};
	}
}

static void put_run(struct dm_remap_sb_scrub_run *disk, const struct dm_remap_scrub_run *run)
{
	*disk = (struct dm_remap_sb_scrub_run) {
		.finished_s = cpu_to_le64(run->finished_s),
		.sectors = cpu_to_le64(run->sectors),
		.duration_s = cpu_to_le32(run->duration_s),
		.moved = cpu_to_le32(run->moved),
		.pending = cpu_to_le32(run->pending),
	};
}

static void get_run(const struct dm_remap_sb_scrub_run *disk, struct dm_remap_scrub_run *run)
{
	*run = (struct dm_remap_scrub_run) {
		.finished_s = le64_to_cpu(disk->finished_s),
		.sectors = le64_to_cpu(disk->sectors),
		.duration_s = le32_to_cpu(disk->duration_s),
		.moved = le32_to_cpu(disk->moved),
		.pending = le32_to_cpu(disk->pending),
	};
}

static void put_scrub(struct dm_remap_sb *sb, const struct dm_remap_scrub *scrub)
{
	unsigned int i;

	sb->scrub_state = cpu_to_le32(scrub->state);
	sb->nr_scrub_runs = cpu_to_le32(scrub->nr_runs);
	sb->scrub_position = cpu_to_le64(scrub->position);
	put_run(&sb->scrub_run, &scrub->run);
	for (i = 0; i < DM_REMAP_SB_SCRUB_RUNS; i++)
		put_run(&sb->scrub_runs[i], &scrub->runs[i]);
}

static void get_scrub(const struct dm_remap_sb *sb, struct dm_remap_scrub *scrub)
{
	unsigned int i;

	scrub->state = le32_to_cpu(sb->scrub_state);
	scrub->nr_runs = le32_to_cpu(sb->nr_scrub_runs);
	scrub->position = le64_to_cpu(sb->scrub_position);
	get_run(&sb->scrub_run, &scrub->run);
	for (i = 0; i < DM_REMAP_SB_SCRUB_RUNS; i++)
		get_run(&sb->scrub_runs[i], &scrub->runs[i]);
}

static void put_rate(struct dm_remap_sb *sb, const struct dm_remap_rate *rate)
{
	unsigned int i;

	sb->rate_hour = cpu_to_le64(rate->hour);
	for (i = 0; i < DM_REMAP_RATE_HOURS; i++)
		sb->rate_hours[i] = cpu_to_le32(rate->hours[i]);
	for (i = 0; i < DM_REMAP_RATE_DAYS; i++)
		sb->rate_days[i] = cpu_to_le32(rate->days[i]);
}

static void get_rate(const struct dm_remap_sb *sb, struct dm_remap_rate *rate)
{
	unsigned int i;

	rate->hour = le64_to_cpu(sb->rate_hour);
	for (i = 0; i < DM_REMAP_RATE_HOURS; i++)
		rate->hours[i] = le32_to_cpu(sb->rate_hours[i]);
	for (i = 0; i < DM_REMAP_RATE_DAYS; i++)
		rate->days[i] = le32_to_cpu(sb->rate_days[i]);
}

void meta_saved_put(struct meta *m, const struct dm_remap_saved *saved)
{
	memset(m->sb->name, 0, sizeof(m->sb->name));
	strscpy((char *)m->sb->name, saved->name, sizeof(m->sb->name));
	put_settings(m->sb, &saved->settings);
	put_history(m->sb, saved);
	put_rate(m->sb, &saved->rate);
	put_scrub(m->sb, &saved->scrub);
}

void meta_saved_get(const struct meta *m, struct dm_remap_saved *saved)
{
	strscpy(saved->name, (const char *)m->sb->name, sizeof(saved->name));
	get_settings(m->sb, &saved->settings);
	get_history(m->sb, saved);
	get_rate(m->sb, &saved->rate);
	get_scrub(m->sb, &saved->scrub);
}
