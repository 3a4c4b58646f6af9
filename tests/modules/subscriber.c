// SPDX-License-Identifier: GPL-2.0
/*
 * A subscriber to resizes of remap tables, which can also register as the observer.  Its
 * parameters show what it was notified of.
 */
#include <linux/module.h>
#include <linux/notifier.h>

#include <dm-remap/namespace.h>
#include <dm-remap/observer.h>

static int begins;
module_param(begins, int, 0444);
static int ends;
module_param(ends, int, 0444);
/* Data of the last resize. */
static uint from, to, entries;
module_param(from, uint, 0444);
module_param(to, uint, 0444);
module_param(entries, uint, 0444);
/* The resize that ended is not the one that began, or took no time. */
static bool confused;
module_param(confused, bool, 0444);
/* Result of the registration; numbers of attached and detached devices. */
static int observer, attached, detached;
module_param(observer, int, 0444);
module_param(attached, int, 0444);
module_param(detached, int, 0444);

static int resized(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct dm_remap_resize_event *event = data;

	switch (action) {
	case DM_REMAP_RESIZE_BEGIN:
		begins++;
		from = event->from;
		to = event->to;
		entries = event->entries;
		if (event->duration_ns)
			confused = true;
		break;
	case DM_REMAP_RESIZE_END:
		ends++;
		if (event->from != from || event->to != to || !event->duration_ns)
			confused = true;
		break;
	default:
		confused = true;
	}
	return NOTIFY_DONE;
}

static struct notifier_block resize_nb = {
	.notifier_call = resized,
};

static const struct dm_remap_observer no_observer;
static struct dm_remap_watch watch = {
	.observer = &no_observer,
};

/* Accept the first device, and refuse all others. */
static struct dm_remap_watch *no_attach(struct dm_remap_observed *dev)
{
	return attached++ ? ERR_PTR(-ENOMEM) : &watch;
}

static void no_detach(struct dm_remap_observed *dev, struct dm_remap_watch *w)
{
	if (w == &watch)
		detached++;
}

static const struct dm_remap_observer no_observer = {
	.attach = no_attach,
	.detach = no_detach,
};

static int __init subscriber_init(void)
{
	observer = dm_remap_observer_register(&no_observer);
	if (!observer)
		dm_remap_observer_unregister(&no_observer);
	return dm_remap_resize_notifier_register(&resize_nb);
}

static void __exit subscriber_exit(void)
{
	dm_remap_resize_notifier_unregister(&resize_nb);
}

module_init(subscriber_init);
module_exit(subscriber_exit);

MODULE_IMPORT_NS(DM_REMAP_NS);
MODULE_DESCRIPTION("Test of what the core of dm-remap exports");
MODULE_AUTHOR("dm-remap developers");
MODULE_LICENSE("GPL");
