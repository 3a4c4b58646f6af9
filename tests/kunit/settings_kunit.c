// SPDX-License-Identifier: GPL-2.0
/*
 * Module parameters and the values of a device that can be written.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/test.h>

#include <linux/device-mapper.h>
#include <linux/mm.h>

/* The current name of the device; NULL while it is being removed. */
static const char *test_name;

static int test_copy_name(struct mapped_device *md, char *name, char *uuid)
{
	if (!test_name)
		return -ENXIO;
	strscpy(name, test_name, DM_NAME_LEN);
	return 0;
}

#define dm_copy_name_and_uuid	test_copy_name

/* The memory of the machine, set by tests. */
static unsigned long test_pages = SZ_1G / PAGE_SIZE;
#define totalram_pages()	test_pages

#include "../../modules/core/floor.c"
#include "../../modules/core/params.c"
#include "../../modules/core/settings.c"

#define NR_BLOCKS	1000U

/* Records the calls made for a change: to the store, which saves it, and to the device. */
static struct {
	unsigned int saves, balances, logs;
	u32 was_low, was_reserve;
	int save_error;
	bool turned_read_only;
	struct dm_remap_saved saved;
} called;

static int test_save(struct dm_remap_store *store, const struct dm_remap_saved *saved)
{
	called.saves++;
	called.saved = *saved;
	return called.save_error;
}

static const struct dm_remap_store_type test_store_type = { .save = test_save };
static struct dm_remap_store test_store = { .type = &test_store_type };

void remap_device_balance(struct remap_device *rd)
{
	called.balances++;
}

void remap_device_check_space(struct remap_device *rd, u32 before, u32 was_low, u32 was_reserve)
{
	called.was_low = was_low;
	called.was_reserve = was_reserve;
}

void remap_table_set_adaptive(struct remap_table *t, bool adaptive)
{
	t->adaptive = adaptive;
}

void remap_commit_lock(struct remap_device *rd)
{
	mutex_lock(&rd->commit_lock);
}

void remap_commit_unlock(struct remap_device *rd)
{
	mutex_unlock(&rd->commit_lock);
}

void remap_log(struct remap_device *rd, unsigned int kind, const char *format, ...)
{
	called.logs++;
}

bool remap_is_read_only(const struct remap_device *rd)
{
	return rd->read_only || called.turned_read_only;
}

bool remap_turned_read_only(struct remap_device *rd)
{
	return called.turned_read_only;
}

int remap_device_begin_change(struct remap_device *rd)
{
	return rd->suspended ? -EBUSY : 0;
}

void remap_device_end_change(struct remap_device *rd)
{
}

static struct dm_remap_settings defaults(void)
{
	struct dm_remap_settings s;

	remap_settings_default(&s, NR_BLOCKS);
	return s;
}

/* Parameters */

static int set_param(int (*set)(const char *val, const struct kernel_param *kp),
		     unsigned int *param, const char *val)
{
	const struct kernel_param kp = { .arg = param };

	return set(val, &kp);
}

#define SET(name, val)	set_param(set_##name, &remap_params.name, val)

static void parameters_have_their_defaults(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, remap_params.min_buckets, 64);
	KUNIT_EXPECT_EQ(test, remap_params.grow_percent, 150);
	KUNIT_EXPECT_EQ(test, remap_params.shrink_percent, 50);
	KUNIT_EXPECT_TRUE(test, remap_params.auto_remap);
	KUNIT_EXPECT_EQ(test, remap_params_init(), 0);
}

static void min_buckets_is_a_power_of_two_from_64_to_2_to_the_24(struct kunit *test)
{
	static const char * const bad[] = {
		"0", "1", "32", "63", "65", "96", "100", "33554432", "4294967296", "4294967360",
		"-64", "", "x", "64x",
	};
	char text[16];
	u32 i, n;

	for (n = 64; n <= 1U << 24; n *= 2) {
		snprintf(text, sizeof(text), "%u\n", n);
		KUNIT_EXPECT_EQ(test, SET(min_buckets, text), 0);
		KUNIT_EXPECT_EQ(test, remap_params.min_buckets, n);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test, SET(min_buckets, bad[i]), -EINVAL, "\"%s\"", bad[i]);
		KUNIT_EXPECT_EQ(test, remap_params.min_buckets, 1U << 24);
	}
}

static void grow_percent_is_51_to_1000(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "0"), 0);
	KUNIT_EXPECT_EQ(test, SET(grow_percent, "1000"), 0);
	KUNIT_EXPECT_EQ(test, SET(grow_percent, "51"), 0);
	KUNIT_EXPECT_EQ(test, SET(grow_percent, "50"), -EINVAL);
	KUNIT_EXPECT_EQ(test, SET(grow_percent, "1001"), -EINVAL);
	KUNIT_EXPECT_EQ(test, SET(grow_percent, "0"), -EINVAL);
	KUNIT_EXPECT_EQ(test, remap_params.grow_percent, 51);
}

static void shrink_percent_is_0_to_500(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "500"), 0);
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "0"), 0);
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "501"), -EINVAL);
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "-1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, remap_params.shrink_percent, 0);
}

static void at_modprobe_parameters_may_come_in_any_order(struct kunit *test)
{
	/* Neither value is valid with the default of the other. */
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "100"), 0);
	KUNIT_EXPECT_EQ(test, SET(grow_percent, "201"), 0);
	KUNIT_EXPECT_EQ(test, remap_params_init(), 0);
}

static void at_modprobe_parameters_that_do_not_go_together_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "75"), 0);
	KUNIT_EXPECT_EQ(test, remap_params_init(), -EINVAL);
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "74"), 0);
	KUNIT_EXPECT_EQ(test, remap_params_init(), 0);
}

static void at_run_time_a_parameter_must_go_with_the_other(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, remap_params_init(), 0);
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "75"), -EINVAL);
	KUNIT_EXPECT_EQ(test, remap_params.shrink_percent, 50);
	KUNIT_EXPECT_EQ(test, SET(shrink_percent, "74"), 0);
	KUNIT_EXPECT_EQ(test, SET(grow_percent, "148"), -EINVAL);
	KUNIT_EXPECT_EQ(test, remap_params.grow_percent, 150);
	KUNIT_EXPECT_EQ(test, SET(grow_percent, "149"), 0);
}

/* Defaults */

static void a_new_device_takes_the_parameters(struct kunit *test)
{
	struct dm_remap_settings s;

	remap_params = (struct remap_params) {
		.min_buckets = 4096, .grow_percent = 300, .shrink_percent = 20,
	};
	remap_settings_default(&s, NR_BLOCKS);
	KUNIT_EXPECT_EQ(test, s.min_buckets, 4096);
	KUNIT_EXPECT_EQ(test, s.grow_percent, 300);
	KUNIT_EXPECT_EQ(test, s.shrink_percent, 20);
	KUNIT_EXPECT_EQ(test, s.auto_remap, 0);
}

static void the_default_policy_is_near(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, defaults().policy, REMAP_POLICY_NEAR);
}

static void by_default_reads_of_lost_data_fail(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, defaults().on_read_error, 0);
}

static void defaults_are_valid_for_every_spare(struct kunit *test)
{
	static const u32 sizes[] = { 1, 9, 10, 1000, U32_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct dm_remap_settings s;

		memset(&s, 0xff, sizeof(s));
		remap_settings_default(&s, sizes[i]);
		KUNIT_EXPECT_TRUE(test, remap_settings_valid(&s, sizes[i]));
	}
}

static void a_storm_leaves_half_of_a_spare(struct kunit *test)
{
	static const u32 sizes[][2] = {
		{ 1, 64 }, { 129, 64 }, { 130, 65 }, { 1000, 500 }, { 8191, 4095 },
		{ 8192, 4096 }, { U32_MAX, 4096 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct dm_remap_settings s;

		remap_settings_default(&s, sizes[i][0]);
		KUNIT_EXPECT_EQ(test, s.storm_limit, sizes[i][1]);
	}
}

/* Ranges: the smallest and largest valid values, and those beyond. */

#define FIELD(name)	offsetof(struct dm_remap_settings, name)
#define ANY		U32_MAX

static const struct value_range {
	const char *name;
	size_t offset;
	u32 min, max;
} ranges[] = {
	{ "grow_percent", FIELD(grow_percent), 101, 1000 },
	{ "shrink_percent", FIELD(shrink_percent), 0, 74 },
	{ "policy", FIELD(policy), 0, 2 },
	{ "reserve", FIELD(reserve), 0, NR_BLOCKS },
	{ "low_water", FIELD(low_water), 0, NR_BLOCKS },
	{ "auto_remap", FIELD(auto_remap), 0, 1 },
	{ "on_read_error", FIELD(on_read_error), 0, 1 },
	{ "retries", FIELD(retries), 0, 16 },
	{ "storm_limit", FIELD(storm_limit), 0, ANY },
	{ "rate_warn", FIELD(rate_warn), 0, ANY },
	{ "rate_urgent", FIELD(rate_urgent), 0, ANY },
};

static void name_range(const struct value_range *r, char *name)
{
	strscpy(name, r->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(range, ranges, name_range);

static bool valid_with(size_t offset, u32 value)
{
	struct dm_remap_settings s = defaults();

	*(u32 *)((void *)&s + offset) = value;
	return remap_settings_valid(&s, NR_BLOCKS);
}

static void values_in_range_are_valid_and_no_others(struct kunit *test)
{
	const struct value_range *r = test->param_value;

	KUNIT_EXPECT_TRUE(test, valid_with(r->offset, r->min));
	KUNIT_EXPECT_TRUE(test, valid_with(r->offset, r->max));
	if (r->min)
		KUNIT_EXPECT_FALSE(test, valid_with(r->offset, r->min - 1));
	if (r->max == ANY)
		return;
	KUNIT_EXPECT_FALSE(test, valid_with(r->offset, r->max + 1));
	KUNIT_EXPECT_FALSE(test, valid_with(r->offset, U32_MAX));
}

static void min_buckets_of_a_device_is_as_the_parameter(struct kunit *test)
{
	u32 n;

	for (n = 64; n <= 1U << 24; n *= 2) {
		KUNIT_EXPECT_TRUE(test, valid_with(FIELD(min_buckets), n));
		KUNIT_EXPECT_FALSE(test, valid_with(FIELD(min_buckets), n + 1));
	}
	KUNIT_EXPECT_FALSE(test, valid_with(FIELD(min_buckets), 0));
	KUNIT_EXPECT_FALSE(test, valid_with(FIELD(min_buckets), 32));
	KUNIT_EXPECT_FALSE(test, valid_with(FIELD(min_buckets), 1U << 25));
}

/* Changes */

static struct remap_device *device(struct kunit *test)
{
	struct remap_device *rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rd);
	mutex_init(&rd->admin);
	mutex_init(&rd->commit_lock);
	mutex_init(&rd->lock);
	rd->store = &test_store;
	rd->slots.nr = NR_BLOCKS;
	rd->settings = defaults();
	return rd;
}

static void a_change_is_saved_and_in_force(struct kunit *test)
{
	struct remap_device *rd = device(test);

	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(retries), 7), 0);
	KUNIT_EXPECT_EQ(test, rd->settings.retries, 7);
	KUNIT_EXPECT_EQ(test, called.saves, 1);
	KUNIT_EXPECT_EQ(test, called.saved.settings.retries, 7);
	KUNIT_EXPECT_EQ(test, called.saved.settings.grow_percent, 150);
}

static void limits_of_the_table_are_applied_to_it(struct kunit *test)
{
	struct remap_device *rd = device(test);

	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(min_buckets), 1024), 0);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(grow_percent), 400), 0);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(shrink_percent), 30), 0);
	KUNIT_EXPECT_EQ(test, rd->table.min_buckets, 1024);
	KUNIT_EXPECT_EQ(test, rd->table.grow_percent, 400);
	KUNIT_EXPECT_EQ(test, rd->table.shrink_percent, 30);
	KUNIT_EXPECT_EQ(test, called.balances, 3);
}

static void the_policy_of_the_table_is_applied_to_it(struct kunit *test)
{
	struct remap_device *rd = device(test);

	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(hash_policy),
						    REMAP_HASH_ADAPTIVE), 0);
	KUNIT_EXPECT_TRUE(test, rd->table.adaptive);
	KUNIT_EXPECT_EQ(test, rd->table.grow_percent, 150);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(hash_policy),
						    REMAP_HASH_FIXED), 0);
	KUNIT_EXPECT_FALSE(test, rd->table.adaptive);
}

static void a_smallest_table_beyond_its_share_of_memory_is_kept_but_not_made(struct kunit *test)
{
	struct remap_device *rd = device(test);

	atomic_long_set(&granted_bytes, 0);
	/* 64 MiB, although the limit is 16 MiB */
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(min_buckets), 1U << 24), 0);
	KUNIT_EXPECT_EQ(test, rd->settings.min_buckets, 1U << 24);
	KUNIT_EXPECT_EQ(test, called.saved.settings.min_buckets, 1U << 24);
	KUNIT_EXPECT_EQ(test, rd->table.min_buckets, REMAP_MIN_BUCKETS);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&granted_bytes), 0);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(min_buckets), 1U << 22), 0);
	KUNIT_EXPECT_EQ(test, rd->table.min_buckets, 1U << 22);
	test_pages *= 4;
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(min_buckets), 1U << 24), 0);
	KUNIT_EXPECT_EQ(test, rd->table.min_buckets, 1U << 24);
	test_pages /= 4;
	remap_floor_exit(&rd->floor);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&granted_bytes), 0);
}

static void all_devices_share_the_memory_for_smallest_tables(struct kunit *test)
{
	struct remap_device *rd[20];
	unsigned int i, granted = 0;

	atomic_long_set(&granted_bytes, 0);
	for (i = 0; i < ARRAY_SIZE(rd); i++) {
		rd[i] = device(test);
		rd[i]->settings.min_buckets = 1U << 20;
		remap_settings_to_save(rd[i], &rd[i]->settings, &called.saved);
		remap_settings_restore(rd[i], &called.saved);
		granted += rd[i]->table.min_buckets == 1U << 20;
		KUNIT_EXPECT_EQ(test, rd[i]->settings.min_buckets, 1U << 20);
	}
	KUNIT_EXPECT_EQ(test, granted, 4);
	remap_floor_exit(&rd[0]->floor);
	KUNIT_EXPECT_TRUE(test, remap_floor_set(&rd[0]->floor, 1U << 20));
	for (i = 0; i < ARRAY_SIZE(rd); i++)
		remap_floor_exit(&rd[i]->floor);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&granted_bytes), 0);
}

static void policy_and_reserve_are_applied_to_the_allocator(struct kunit *test)
{
	struct remap_device *rd = device(test);

	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(policy), REMAP_POLICY_SPREAD), 0);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(reserve), 77), 0);
	KUNIT_EXPECT_EQ(test, rd->spare.policy, REMAP_POLICY_SPREAD);
	KUNIT_EXPECT_EQ(test, rd->spare.reserve, 77);
}

static void a_value_out_of_range_changes_and_saves_nothing(struct kunit *test)
{
	struct remap_device *rd = device(test);
	struct dm_remap_settings before = rd->settings;

	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(retries), 17), -EINVAL);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(shrink_percent), 75), -EINVAL);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(grow_percent), 100), -EINVAL);
	KUNIT_EXPECT_EQ(test, memcmp(&rd->settings, &before, sizeof(before)), 0);
	KUNIT_EXPECT_EQ(test, called.saves, 0);
	KUNIT_EXPECT_EQ(test, called.balances, 0);
}

static void a_value_that_cannot_be_saved_changes_nothing(struct kunit *test)
{
	struct remap_device *rd = device(test);

	called.save_error = -EIO;
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(min_buckets), 1024), -EIO);
	KUNIT_EXPECT_EQ(test, rd->settings.min_buckets, 64);
	KUNIT_EXPECT_EQ(test, rd->table.min_buckets, 0);
	KUNIT_EXPECT_EQ(test, called.balances, 0);
}

static void a_read_only_device_takes_a_value_without_saving_it(struct kunit *test)
{
	struct remap_device *rd = device(test);

	rd->read_only = true;
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(on_read_error), 1), 0);
	KUNIT_EXPECT_EQ(test, rd->settings.on_read_error, 1);
	KUNIT_EXPECT_EQ(test, called.saves, 0);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(on_read_error), 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, rd->settings.on_read_error, 1);
}

static void a_device_that_turned_read_only_takes_no_value(struct kunit *test)
{
	struct remap_device *rd = device(test);

	called.turned_read_only = true;
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(retries), 7), -EROFS);
	KUNIT_EXPECT_EQ(test, rd->settings.retries, 1);
	KUNIT_EXPECT_EQ(test, remap_settings_set_main_id(rd, "x"), -EROFS);
	KUNIT_EXPECT_EQ(test, called.saves, 0);
}

static void a_limit_of_space_is_compared_with_what_it_was(struct kunit *test)
{
	struct remap_device *rd = device(test);

	rd->settings.low_water = 3;
	rd->settings.reserve = 2;
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(low_water), 1), 0);
	KUNIT_EXPECT_EQ(test, called.was_low, 3);
	KUNIT_EXPECT_EQ(test, called.was_reserve, 2);
	KUNIT_EXPECT_EQ(test, rd->settings.low_water, 1);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(reserve), 0), 0);
	KUNIT_EXPECT_EQ(test, called.was_low, 1);
	KUNIT_EXPECT_EQ(test, called.was_reserve, 2);
}

static void no_storm_limit_is_said_whenever_it_comes_into_force(struct kunit *test)
{
	struct remap_device *rd = device(test);

	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(storm_limit), 1), 0);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(retries), 0), 0);
	KUNIT_EXPECT_EQ(test, called.logs, 0);
	KUNIT_EXPECT_EQ(test, remap_settings_change(rd, FIELD(storm_limit), 0), 0);
	KUNIT_EXPECT_EQ(test, called.logs, 1);
	/* The same warning is given at activation. */
	remap_settings_warn(rd);
	KUNIT_EXPECT_EQ(test, called.logs, 2);
}

static void a_new_name_is_saved_once_unless_a_change_is_under_way(struct kunit *test)
{
	struct remap_device *rd = device(test);

	test_name = "new";
	mutex_lock(&rd->admin);
	KUNIT_EXPECT_FALSE(test, remap_settings_follow_name(rd));
	mutex_unlock(&rd->admin);
	/* the next resume saves the name */
	rd->suspended = true;
	KUNIT_EXPECT_TRUE(test, remap_settings_follow_name(rd));
	KUNIT_EXPECT_EQ(test, called.saves, 0);
	KUNIT_EXPECT_STREQ(test, rd->name, "");
	rd->suspended = false;
	KUNIT_EXPECT_TRUE(test, remap_settings_follow_name(rd));
	KUNIT_EXPECT_TRUE(test, remap_settings_follow_name(rd));
	KUNIT_EXPECT_EQ(test, called.saves, 1);
	KUNIT_EXPECT_STREQ(test, called.saved.name, "new");
	KUNIT_EXPECT_STREQ(test, rd->name, "new");
	/* a failed save is tried again */
	test_name = "other";
	called.save_error = -EIO;
	KUNIT_EXPECT_TRUE(test, remap_settings_follow_name(rd));
	KUNIT_EXPECT_EQ(test, called.saves, 2);
	called.save_error = 0;
	KUNIT_EXPECT_TRUE(test, remap_settings_follow_name(rd));
	KUNIT_EXPECT_TRUE(test, remap_settings_follow_name(rd));
	KUNIT_EXPECT_EQ(test, called.saves, 3);
	KUNIT_EXPECT_STREQ(test, called.saved.name, "other");
	/* a device that is being removed keeps its name; a read-only one does not save it */
	test_name = NULL;
	KUNIT_EXPECT_TRUE(test, remap_settings_follow_name(rd));
	KUNIT_EXPECT_STREQ(test, rd->name, "other");
	test_name = "third";
	called.turned_read_only = true;
	KUNIT_EXPECT_TRUE(test, remap_settings_follow_name(rd));
	KUNIT_EXPECT_STREQ(test, rd->name, "third");
	KUNIT_EXPECT_EQ(test, called.saves, 3);
}

/* Settings that survive a removal */

static void restore(struct remap_device *rd)
{
	mutex_lock(&rd->lock);
	remap_settings_restore(rd, &called.saved);
	mutex_unlock(&rd->lock);
}

static void history_is_restored_as_it_was_saved(struct kunit *test)
{
	static const u64 resizes[] = { 0, 1, 5, 15, 16, 17, 100 };
	struct remap_device *rd = device(test), *again = device(test);
	unsigned int i;
	u64 n, kept;

	for (i = 0; i < ARRAY_SIZE(resizes); i++) {
		memset(&rd->table, 0, sizeof(rd->table));
		memset(&again->table, 0, sizeof(again->table));
		for (n = 0; n < resizes[i]; n++)
			rd->table.history[n % DM_REMAP_HISTORY].entries = 1000 + n;
		rd->table.grows = resizes[i] - resizes[i] / 3;
		rd->table.shrinks = resizes[i] / 3;
		rd->table.resize_ns = 12345;
		remap_settings_to_save(rd, &rd->settings, &called.saved);
		kept = min_t(u64, resizes[i], DM_REMAP_HISTORY);
		KUNIT_ASSERT_EQ(test, called.saved.nr_history, kept);
		for (n = 0; n < kept; n++)
			KUNIT_ASSERT_EQ(test, called.saved.history[n].entries,
					1000 + resizes[i] - kept + n);
		restore(again);
		KUNIT_EXPECT_EQ(test, again->table.grows, rd->table.grows);
		KUNIT_EXPECT_EQ(test, again->table.shrinks, rd->table.shrinks);
		KUNIT_EXPECT_EQ(test, again->table.resize_ns, 12345);
		KUNIT_EXPECT_EQ(test, memcmp(again->table.history, rd->table.history,
					     sizeof(rd->table.history)), 0);
	}
}

static void settings_are_restored_as_they_were_saved(struct kunit *test)
{
	struct remap_device *rd = device(test), *again = device(test);

	rd->settings.retries = 9;
	rd->settings.reserve = 5;
	remap_settings_to_save(rd, &rd->settings, &called.saved);
	restore(again);
	KUNIT_EXPECT_EQ(test, memcmp(&again->settings, &rd->settings, sizeof(rd->settings)), 0);
}

static void saved_settings_out_of_range_are_left_alone(struct kunit *test)
{
	struct remap_device *rd = device(test), *again = device(test);

	remap_settings_to_save(rd, &rd->settings, &called.saved);
	called.saved.settings.retries = 17;
	called.saved.settings.reserve = 5;
	restore(again);
	KUNIT_EXPECT_EQ(test, memcmp(&again->settings, &rd->settings, sizeof(rd->settings)), 0);
}

static struct remap_params params_before;

static int settings_kunit_init(struct kunit *test)
{
	params_before = remap_params;
	loaded = false;
	memset(&called, 0, sizeof(called));
	return 0;
}

static void settings_kunit_exit(struct kunit *test)
{
	remap_params = params_before;
}

static struct kunit_case settings_kunit_cases[] = {
	KUNIT_CASE(parameters_have_their_defaults),
	KUNIT_CASE(min_buckets_is_a_power_of_two_from_64_to_2_to_the_24),
	KUNIT_CASE(grow_percent_is_51_to_1000),
	KUNIT_CASE(shrink_percent_is_0_to_500),
	KUNIT_CASE(at_modprobe_parameters_may_come_in_any_order),
	KUNIT_CASE(at_modprobe_parameters_that_do_not_go_together_are_refused),
	KUNIT_CASE(at_run_time_a_parameter_must_go_with_the_other),
	KUNIT_CASE(a_new_device_takes_the_parameters),
	KUNIT_CASE(the_default_policy_is_near),
	KUNIT_CASE(by_default_reads_of_lost_data_fail),
	KUNIT_CASE(defaults_are_valid_for_every_spare),
	KUNIT_CASE(a_storm_leaves_half_of_a_spare),
	KUNIT_CASE_PARAM(values_in_range_are_valid_and_no_others, range_gen_params),
	KUNIT_CASE(min_buckets_of_a_device_is_as_the_parameter),
	KUNIT_CASE(a_change_is_saved_and_in_force),
	KUNIT_CASE(limits_of_the_table_are_applied_to_it),
	KUNIT_CASE(the_policy_of_the_table_is_applied_to_it),
	KUNIT_CASE(a_smallest_table_beyond_its_share_of_memory_is_kept_but_not_made),
	KUNIT_CASE(all_devices_share_the_memory_for_smallest_tables),
	KUNIT_CASE(policy_and_reserve_are_applied_to_the_allocator),
	KUNIT_CASE(a_value_out_of_range_changes_and_saves_nothing),
	KUNIT_CASE(a_value_that_cannot_be_saved_changes_nothing),
	KUNIT_CASE(a_read_only_device_takes_a_value_without_saving_it),
	KUNIT_CASE(a_device_that_turned_read_only_takes_no_value),
	KUNIT_CASE(a_limit_of_space_is_compared_with_what_it_was),
	KUNIT_CASE(no_storm_limit_is_said_whenever_it_comes_into_force),
	KUNIT_CASE(a_new_name_is_saved_once_unless_a_change_is_under_way),
	KUNIT_CASE(history_is_restored_as_it_was_saved),
	KUNIT_CASE(settings_are_restored_as_they_were_saved),
	KUNIT_CASE(saved_settings_out_of_range_are_left_alone),
	{}
};

static struct kunit_suite settings_kunit_suite = {
	.name = "settings_kunit",
	.init = settings_kunit_init,
	.exit = settings_kunit_exit,
	.test_cases = settings_kunit_cases,
};

kunit_test_suite(settings_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's parameters and settings");
MODULE_LICENSE("GPL");
