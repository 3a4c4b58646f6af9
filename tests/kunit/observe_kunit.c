// SPDX-License-Identifier: GPL-2.0
/*
 * Observers of devices: which devices they watch, and how often it waits to unregister one.
 */
#include <kunit/test.h>

#include <linux/device-mapper.h>
#include <linux/export.h>
#include <linux/rcupdate.h>

static unsigned int waits, waits_locked;
static void count_wait(void);

#define synchronize_rcu()	count_wait()

static unsigned int warnings;

#undef DMWARN
#define DMWARN(fmt, ...)	do {		\
	warnings++;				\
	no_printk(fmt, ##__VA_ARGS__);		\
} while (0)

/* No tracing, and no exports, since dm-remap may be loaded. */
#define _REMAP_TRACE_H
#define trace_dm_remap_error(...)		do { } while (0)
#define trace_dm_remap_resize_begin(...)	do { } while (0)
#define trace_dm_remap_resize_step(...)		do { } while (0)
#define trace_dm_remap_resize_end(...)		do { } while (0)
#undef EXPORT_SYMBOL_NS_GPL
#define EXPORT_SYMBOL_NS_GPL(name, ns)	static_assert(sizeof(#name #ns))

#include "../../modules/core/observe.c"

#define DEVICES	40

/* Defined in other sources of the core. */
DEFINE_STATIC_KEY_FALSE(remap_end_watched);

static struct dm_remap_observed devices[DEVICES];
static struct dm_remap_watch watches[DEVICES];
static unsigned int attached, detached;
/* The device whose attach() fails with refusal; DEVICES for none. */
static unsigned int refused;
static int refusal;

/* A device that is removed while the observer's leaving waits, or NULL. */
static struct dm_remap_observed *removed;
/* Number of waits when its watch was given back. */
static unsigned int waits_of_removed;

static void count_wait(void)
{
	struct dm_remap_observed *dev = removed;
	bool locked = mutex_is_locked(&observe_lock);

	waits++;
	waits_locked += locked;
	if (!dev || locked)
		return;
	removed = NULL;
	remap_observe_detach(dev);
}

static const struct dm_remap_observer fake;

static struct dm_remap_watch *attach(struct dm_remap_observed *dev)
{
	unsigned int i = dev - devices;

	if (i == refused)
		return ERR_PTR(refusal);
	attached++;
	watches[i].observer = &fake;
	return &watches[i];
}

static void detach(struct dm_remap_observed *dev, struct dm_remap_watch *watch)
{
	if (watch == &watches[dev - devices] && !rcu_access_pointer(dev->watch))
		detached++;
	if (dev == devices)
		waits_of_removed = waits;
}

static const struct dm_remap_observer fake = {
	.attach = attach,
	.detach = detach,
};

static unsigned int watched(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < DEVICES; i++)
		n += rcu_access_pointer(devices[i].watch) == &watches[i];
	return n;
}

static int observe_test_init(struct kunit *test)
{
	unsigned int i;

	memset(devices, 0, sizeof(devices));
	waits = 0;
	waits_locked = 0;
	attached = 0;
	detached = 0;
	refused = DEVICES;
	for (i = 0; i < DEVICES; i++) {
		devices[i].name = "r";
		remap_observe_attach(&devices[i]);
	}
	return 0;
}

static void observe_test_exit(struct kunit *test)
{
	INIT_LIST_HEAD(&observed_devices);
}

static void leaving_waits_once_without_a_lock(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, attached, 0);
	KUNIT_ASSERT_EQ(test, dm_remap_observer_register(&fake), 0);
	KUNIT_EXPECT_EQ(test, watched(), DEVICES);
	KUNIT_EXPECT_EQ(test, attached, DEVICES);
	KUNIT_EXPECT_EQ(test, waits, 0);
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&remap_observed));
	KUNIT_EXPECT_EQ(test, dm_remap_observer_register(&fake), -EBUSY);
	KUNIT_EXPECT_EQ(test, watched(), DEVICES);
	dm_remap_observer_time(true);
	dm_remap_observer_unregister(&fake);
	KUNIT_EXPECT_EQ(test, waits, 1);
	KUNIT_EXPECT_EQ(test, waits_locked, 0);
	KUNIT_EXPECT_EQ(test, detached, DEVICES);
	KUNIT_EXPECT_EQ(test, watched(), 0);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&remap_observed));
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&remap_timed));
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&remap_end_watched));
	/* the observer can be registered again */
	KUNIT_ASSERT_EQ(test, dm_remap_observer_register(&fake), 0);
	KUNIT_EXPECT_EQ(test, watched(), DEVICES);
	dm_remap_observer_unregister(&fake);
}

static void devices_come_and_go_while_they_are_observed(struct kunit *test)
{
	warnings = 0;
	remap_observe_detach(&devices[0]);
	KUNIT_EXPECT_EQ(test, waits + detached, 0);
	/* without an observer there is nothing to complain of */
	remap_observe_attach(&devices[0]);
	remap_observe_detach(&devices[0]);
	KUNIT_ASSERT_EQ(test, dm_remap_observer_register(&fake), 0);
	KUNIT_EXPECT_EQ(test, watched(), DEVICES - 1);
	remap_observe_attach(&devices[0]);
	KUNIT_EXPECT_EQ(test, watched(), DEVICES);
	remap_observe_detach(&devices[1]);
	KUNIT_EXPECT_EQ(test, watched(), DEVICES - 1);
	KUNIT_EXPECT_EQ(test, waits, 1);
	KUNIT_EXPECT_EQ(test, detached, 1);
	dm_remap_observer_unregister(&fake);
	KUNIT_EXPECT_EQ(test, detached, DEVICES);
	/* an unobserved device needs no wait */
	waits = 0;
	remap_observe_detach(&devices[2]);
	KUNIT_EXPECT_EQ(test, waits, 0);
	KUNIT_EXPECT_EQ(test, detached, DEVICES);
	KUNIT_EXPECT_EQ(test, warnings, 0);
}

/* The wait of the observer has only begun, so the device needs one of its own. */
static void a_device_removed_while_its_observer_leaves_waits(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, dm_remap_observer_register(&fake), 0);
	removed = &devices[0];
	dm_remap_observer_unregister(&fake);
	KUNIT_EXPECT_NULL(test, removed);
	KUNIT_EXPECT_EQ(test, waits_of_removed, 2);
	KUNIT_EXPECT_EQ(test, detached, DEVICES);
}

static void an_observer_that_one_device_refuses_watches_none(struct kunit *test)
{
	refused = DEVICES / 2;
	refusal = -ENOMEM;
	KUNIT_EXPECT_EQ(test, dm_remap_observer_register(&fake), -ENOMEM);
	KUNIT_EXPECT_EQ(test, watched(), 0);
	KUNIT_EXPECT_GT(test, attached, 0);
	KUNIT_EXPECT_EQ(test, detached, attached);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&remap_observed));
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&remap_end_watched));
	/* a device whose disk is about to disappear is no obstacle */
	refusal = -ENOENT;
	KUNIT_ASSERT_EQ(test, dm_remap_observer_register(&fake), 0);
	KUNIT_EXPECT_EQ(test, watched(), DEVICES - 1);
	dm_remap_observer_unregister(&fake);
	KUNIT_EXPECT_EQ(test, detached, attached);
	/* nor is a device that is added later */
	refused = DEVICES;
	KUNIT_ASSERT_EQ(test, dm_remap_observer_register(&fake), 0);
	remap_observe_detach(&devices[3]);
	refused = 3;
	refusal = -ENOMEM;
	warnings = 0;
	remap_observe_attach(&devices[3]);
	KUNIT_EXPECT_EQ(test, warnings, 1);
	KUNIT_EXPECT_EQ(test, watched(), DEVICES - 1);
	dm_remap_observer_unregister(&fake);
	KUNIT_EXPECT_EQ(test, detached, attached);
}

static struct kunit_case observe_cases[] = {
	KUNIT_CASE(leaving_waits_once_without_a_lock),
	KUNIT_CASE(devices_come_and_go_while_they_are_observed),
	KUNIT_CASE(a_device_removed_while_its_observer_leaves_waits),
	KUNIT_CASE(an_observer_that_one_device_refuses_watches_none),
	{}
};

static struct kunit_suite observe_suite = {
	.name = "observe",
	.init = observe_test_init,
	.exit = observe_test_exit,
	.test_cases = observe_cases,
};

kunit_test_suite(observe_suite);

MODULE_DESCRIPTION("Tests of the observers of dm-remap devices");
MODULE_LICENSE("GPL");
