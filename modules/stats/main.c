// SPDX-License-Identifier: GPL-2.0
/*
 * dm-remap-stats: counts what remap devices do, for sysfs.
 */
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <dm-remap/namespace.h>

#include "stats.h"

/* The parameter, and whether the observer is registered. */
static DEFINE_MUTEX(stats_lock);
static bool registered;

static struct dm_remap_watch *stats_attach(struct dm_remap_observed *dev);
static void stats_detach(struct dm_remap_observed *dev, struct dm_remap_watch *watch);

static const struct dm_remap_observer stats_observer = {
	.attach		= stats_attach,
	.detach		= stats_detach,
	.done		= remap_stats_done,
	.count		= remap_stats_count,
	.latency	= remap_stats_latency,
};

static struct dm_remap_watch *stats_attach(struct dm_remap_observed *dev)
{
	struct stats *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->watch.observer = &stats_observer;
	s->dev = dev;
	mutex_init(&s->lock);
	s->cpu = alloc_percpu(struct stats_counts);
	if (!s->cpu)
		goto free;
	ret = remap_stats_dir_add(s);
	if (ret)
		goto free;
	return &s->watch;

free:
	free_percpu(s->cpu);
	kfree(s);
	return ERR_PTR(ret);
}

static void stats_detach(struct dm_remap_observed *dev, struct dm_remap_watch *watch)
{
	struct stats *s = to_stats(watch);

	remap_stats_dir_remove(s);
	free_percpu(s->cpu);
	kfree(s);
}

static int set_histograms(const char *val, const struct kernel_param *kp)
{
	bool on = true;
	int ret = 0;

	/* The name alone means true, as for every boolean parameter. */
	if (val)
		ret = kstrtobool(val, &on);
	if (ret)
		return ret;
	mutex_lock(&stats_lock);
	WRITE_ONCE(stats_histograms, on);
	if (registered)
		dm_remap_observer_time(on);
	mutex_unlock(&stats_lock);
	return 0;
}

static const struct kernel_param_ops histograms_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_histograms,
	.get = param_get_bool,
};

module_param_cb(histograms, &histograms_ops, &stats_histograms, 0644);
MODULE_PARM_DESC(histograms, "Collect latency histograms (default Y)");

static int __init stats_init(void)
{
	int ret;

	mutex_lock(&stats_lock);
	ret = dm_remap_observer_register(&stats_observer);
	if (!ret) {
		registered = true;
		dm_remap_observer_time(stats_histograms);
	}
	mutex_unlock(&stats_lock);
	return ret;
}

static void __exit stats_exit(void)
{
	mutex_lock(&stats_lock);
	registered = false;
	dm_remap_observer_unregister(&stats_observer);
	mutex_unlock(&stats_lock);
}

module_init(stats_init);
module_exit(stats_exit);

MODULE_IMPORT_NS(DM_REMAP_NS);
MODULE_DESCRIPTION("Statistics of dm-remap devices");
MODULE_AUTHOR("dm-remap developers");
MODULE_LICENSE("GPL");
