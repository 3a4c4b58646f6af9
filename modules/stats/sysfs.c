// SPDX-License-Identifier: GPL-2.0
/*
 * The directory stats/ of a device.  configfs-schema/ has its files, one by one.
 */
#include <linux/string.h>
#include <linux/sysfs.h>

#include "stats.h"

/**
 * struct stats_attr - a file.
 * @attr: its name and mode.
 * @show: prints it, or NULL.
 * @what: enum dm_remap_count or enum dm_remap_latency.
 */
struct stats_attr {
	struct attribute attr;
	ssize_t (*show)(struct stats *s, unsigned int what, char *page);
	unsigned int what;
};

static struct stats *kobj_to_stats(struct kobject *kobj)
{
	return container_of(kobj, struct stats, kobj);
}

static ssize_t show_count(struct stats *s, unsigned int what, char *page)
{
	return sysfs_emit(page, "%llu\n", remap_stats_read(s, what));
}

static ssize_t show_pending(struct stats *s, unsigned int what, char *page)
{
	struct dm_remap_gauges gauges;

	dm_remap_observed_gauges(s->dev, &gauges);
	return sysfs_emit(page, "%u\n", gauges.pending_blocks);
}

static ssize_t show_lost(struct stats *s, unsigned int what, char *page)
{
	struct dm_remap_gauges gauges;

	dm_remap_observed_gauges(s->dev, &gauges);
	return sysfs_emit(page, "%llu\n", gauges.lost_sectors);
}

static ssize_t show_latency(struct stats *s, unsigned int what, char *page)
{
	ssize_t sz = 0;
	unsigned int i;

	for (i = 0; i < STATS_BUCKETS; i++)
		sz += sysfs_emit_at(page, sz, "%llu %llu\n", stats_bound(i),
				    remap_stats_read_latency(s, what, i));
	return sz;
}

#define STATS_ATTR(_name, _mode, _show, _what)					\
	static struct stats_attr attr_##_name = {				\
		.attr = { .name = #_name, .mode = _mode },			\
		.show = _show,							\
		.what = _what,							\
	}
#define STATS_COUNT(_name, _what)	STATS_ATTR(_name, 0444, show_count, DM_REMAP_##_what)

STATS_COUNT(reads, READS);
STATS_COUNT(writes, WRITES);
STATS_COUNT(read_sectors, READ_SECTORS);
STATS_COUNT(write_sectors, WRITE_SECTORS);
STATS_COUNT(flushes, FLUSHES);
STATS_COUNT(discards, DISCARDS);
STATS_COUNT(remapped_reads, REMAPPED_READS);
STATS_COUNT(remapped_writes, REMAPPED_WRITES);
STATS_COUNT(main_read_errors, MAIN_READ_ERRORS);
STATS_COUNT(main_write_errors, MAIN_WRITE_ERRORS);
STATS_COUNT(spare_read_errors, SPARE_READ_ERRORS);
STATS_COUNT(spare_write_errors, SPARE_WRITE_ERRORS);
STATS_COUNT(retries_recovered, RETRIES_RECOVERED);
STATS_COUNT(remaps_auto, REMAPS_AUTO);
STATS_COUNT(remaps_manual, REMAPS_MANUAL);
STATS_COUNT(remaps_removed, REMAPS_REMOVED);
STATS_COUNT(remaps_failed, REMAPS_FAILED);
STATS_COUNT(relocations, RELOCATIONS);
STATS_COUNT(remaps_marked, REMAPS_MARKED);
STATS_COUNT(pending_answers, PENDING_ANSWERS);
STATS_COUNT(sectors_forgotten, SECTORS_FORGOTTEN);
STATS_COUNT(slow_moves, SLOW_MOVES);
STATS_COUNT(verify_errors, VERIFY_ERRORS);
STATS_COUNT(rewrites_tried, REWRITES_TRIED);
STATS_COUNT(rewrites_cured, REWRITES_CURED);
STATS_COUNT(scrub_sectors, SCRUB_SECTORS);
STATS_ATTR(pending_blocks, 0444, show_pending, 0);
STATS_ATTR(lost_sectors, 0444, show_lost, 0);
STATS_COUNT(hash_grows, HASH_GROWS);
STATS_COUNT(hash_shrinks, HASH_SHRINKS);
STATS_COUNT(hash_resize_ns, HASH_RESIZE_NS);
STATS_COUNT(store_commits, STORE_COMMITS);
STATS_COUNT(store_pages, STORE_PAGES);
STATS_COUNT(store_commit_ns, STORE_COMMIT_NS);
STATS_ATTR(remap_latency_histogram, 0444, show_latency, DM_REMAP_REMAP_LATENCY);
STATS_ATTR(map_latency_histogram, 0444, show_latency, DM_REMAP_MAP_LATENCY);
STATS_ATTR(reset, 0200, NULL, 0);

static struct attribute *stats_attrs[] = {
	&attr_reads.attr,
	&attr_writes.attr,
	&attr_read_sectors.attr,
	&attr_write_sectors.attr,
	&attr_flushes.attr,
	&attr_discards.attr,
	&attr_remapped_reads.attr,
	&attr_remapped_writes.attr,
	&attr_main_read_errors.attr,
	&attr_main_write_errors.attr,
	&attr_spare_read_errors.attr,
	&attr_spare_write_errors.attr,
	&attr_retries_recovered.attr,
	&attr_remaps_auto.attr,
	&attr_remaps_manual.attr,
	&attr_remaps_removed.attr,
	&attr_remaps_failed.attr,
	&attr_relocations.attr,
	&attr_remaps_marked.attr,
	&attr_pending_answers.attr,
	&attr_sectors_forgotten.attr,
	&attr_slow_moves.attr,
	&attr_verify_errors.attr,
	&attr_rewrites_tried.attr,
	&attr_rewrites_cured.attr,
	&attr_scrub_sectors.attr,
	&attr_pending_blocks.attr,
	&attr_lost_sectors.attr,
	&attr_hash_grows.attr,
	&attr_hash_shrinks.attr,
	&attr_hash_resize_ns.attr,
	&attr_store_commits.attr,
	&attr_store_pages.attr,
	&attr_store_commit_ns.attr,
	&attr_remap_latency_histogram.attr,
	&attr_map_latency_histogram.attr,
	&attr_reset.attr,
	NULL
};
ATTRIBUTE_GROUPS(stats);

static ssize_t stats_attr_show(struct kobject *kobj, struct attribute *attr, char *page)
{
	const struct stats_attr *a = container_of(attr, struct stats_attr, attr);

	return a->show ? a->show(kobj_to_stats(kobj), a->what, page) : -EACCES;
}

/* The only file that can be written is reset. */
static ssize_t stats_attr_store(struct kobject *kobj, struct attribute *attr, const char *page,
				size_t count)
{
	/* sysfs_streq() would ignore anything after a NUL: refuse that. */
	if (strlen(page) != count || !sysfs_streq(page, "1"))
		return -EINVAL;
	remap_stats_reset(kobj_to_stats(kobj));
	return count;
}

static void stats_released(struct kobject *kobj)
{
	complete(&kobj_to_stats(kobj)->released);
}

static const struct sysfs_ops stats_sysfs_ops = {
	.show	= stats_attr_show,
	.store	= stats_attr_store,
};

static const struct kobj_type stats_ktype = {
	.release	= stats_released,
	.sysfs_ops	= &stats_sysfs_ops,
	.default_groups	= stats_groups,
};

int remap_stats_dir_add(struct stats *s)
{
	int ret;

	init_completion(&s->released);
	ret = kobject_init_and_add(&s->kobj, &stats_ktype, s->dev->dir, "stats");
	if (ret) {
		kobject_put(&s->kobj);
		wait_for_completion(&s->released);
	}
	return ret;
}

void remap_stats_dir_remove(struct stats *s)
{
	kobject_del(&s->kobj);
	kobject_put(&s->kobj);
	wait_for_completion(&s->released);
}
