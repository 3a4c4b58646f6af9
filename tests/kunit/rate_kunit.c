// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks that failed in the last hour, day and month, and the alarms.
 */
#include <kunit/test.h>

#include <linux/ktime.h>
#include <linux/timekeeping.h>

static u64 now_s;

#define ktime_get_real_seconds()	((time64_t)now_s)

#include "../../modules/core/rate.c"

#define START_H		(20000ULL * 24)

static struct {
	unsigned int events, logs, saves;
	struct remap_device *rd;
} called;

void remap_event(struct remap_device *rd, enum remap_event event, u64 sector)
{
	called.events += event == REMAP_EVENT_RATE && sector == REMAP_NO_SECTOR;
}

void remap_log(struct remap_device *rd, unsigned int kind, const char *format, ...)
{
	called.logs += kind == REMAP_EVENT_RATE;
}

bool remap_is_read_only(const struct remap_device *rd)
{
	return rd->read_only;
}

int remap_settings_save(struct remap_device *rd)
{
	called.saves++;
	return 0;
}

void remap_commit_lock(struct remap_device *rd)
{
}

void remap_commit_unlock(struct remap_device *rd)
{
}

static void count(struct remap_device *rd, unsigned int n)
{
	mutex_lock(&rd->lock);
	while (n--)
		remap_rate_count(rd);
	mutex_unlock(&rd->lock);
}

static void expect(struct kunit *test, struct remap_device *rd, u32 hour, u32 day, u32 month)
{
	u32 h, d, m;

	mutex_lock(&rd->lock);
	remap_rate_get(rd, now_s, &h, &d, &m);
	mutex_unlock(&rd->lock);
	KUNIT_EXPECT_EQ(test, h, hour);
	KUNIT_EXPECT_EQ(test, d, day);
	KUNIT_EXPECT_EQ(test, m, month);
}

static void moves_are_counted_by_hour_day_and_month(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	expect(test, rd, 0, 0, 0);
	count(rd, 8);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&rd->rate.save_work));
	expect(test, rd, 8, 8, 8);
	/* After an hour and a quarter, three quarters of the count are within the last hour. */
	now_s += HOUR_S + HOUR_S / 4;
	expect(test, rd, 6, 8, 8);
	count(rd, 1);
	expect(test, rd, 7, 9, 9);
	now_s += HOUR_S;
	expect(test, rd, 1, 9, 9);
	now_s += 21 * HOUR_S;
	expect(test, rd, 0, 9, 9);
	now_s += HOUR_S;
	expect(test, rd, 0, 1, 9);
	now_s += HOUR_S;
	expect(test, rd, 0, 0, 9);
	now_s += 28 * 24 * HOUR_S;
	expect(test, rd, 0, 0, 9);
	now_s += 24 * HOUR_S;
	expect(test, rd, 0, 0, 0);
}

static void a_clock_that_goes_back_a_little_changes_nothing(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	count(rd, 5);
	now_s -= HOUR_S;
	count(rd, 1);
	expect(test, rd, 6, 6, 6);
	now_s += HOUR_S;
	expect(test, rd, 6, 6, 6);
}

static void a_clock_that_was_far_ahead_is_no_alarm_for_ever(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	now_s += 1000000ULL * HOUR_S;
	count(rd, 5);
	now_s = START_H * HOUR_S;
	expect(test, rd, 5, 5, 5);
	count(rd, 1);
	expect(test, rd, 6, 6, 6);
	now_s += 2 * HOUR_S;
	expect(test, rd, 0, 6, 6);
}

static void a_threshold_is_told_once(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	count(rd, 19);
	KUNIT_EXPECT_EQ(test, called.events, 0);
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, called.events, 1);
	KUNIT_EXPECT_EQ(test, rd->rate.level, REMAP_RATE_WARN);
	count(rd, 29);
	KUNIT_EXPECT_EQ(test, called.events, 1);
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, called.events, 2);
	KUNIT_EXPECT_EQ(test, rd->rate.level, REMAP_RATE_URGENT);
	count(rd, 1000);
	KUNIT_EXPECT_EQ(test, called.events, 2);
	KUNIT_EXPECT_EQ(test, called.logs, 2);
}

static void a_rate_that_stays_above_half_is_not_told_again(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	count(rd, 20);
	/* Ten of the 20 are within the last hour, plus one more: 11. */
	now_s += HOUR_S + HOUR_S / 2;
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, rd->rate.level, REMAP_RATE_WARN);
	count(rd, 20);
	KUNIT_EXPECT_EQ(test, called.events, 1);
}

static void a_rate_that_fell_below_half_is_told_again(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	count(rd, 60);
	KUNIT_EXPECT_EQ(test, called.events, 2);
	/* From urgent to calm, and then up again step by step. */
	now_s += 3 * HOUR_S;
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, rd->rate.level, REMAP_RATE_CALM);
	count(rd, 19);
	KUNIT_EXPECT_EQ(test, called.events, 3);
	count(rd, 30);
	KUNIT_EXPECT_EQ(test, called.events, 4);
}

static void urgent_falls_to_warn_first(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	count(rd, 60);
	/* A third of 60, plus one: 21, which is below 25. */
	now_s += HOUR_S + HOUR_S * 2 / 3;
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, rd->rate.level, REMAP_RATE_WARN);
	KUNIT_EXPECT_EQ(test, called.events, 2);
}

static void a_threshold_of_0_is_never_reached(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	rd->settings.rate_warn = 0;
	count(rd, 49);
	KUNIT_EXPECT_EQ(test, called.events, 0);
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, called.events, 1);
	rd->settings.rate_urgent = 0;
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, rd->rate.level, REMAP_RATE_CALM);
	KUNIT_EXPECT_EQ(test, called.events, 1);
}

static void the_largest_thresholds_do_not_overflow(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	rd->settings.rate_warn = U32_MAX;
	rd->settings.rate_urgent = U32_MAX;
	now_s = START_H * HOUR_S;
	rd->saved.rate = (struct dm_remap_rate) { .hour = START_H, .hours = { U32_MAX - 2 } };
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, called.events, 0);
	count(rd, 1);
	KUNIT_EXPECT_EQ(test, called.events, 1);
	KUNIT_EXPECT_EQ(test, rd->rate.level, REMAP_RATE_URGENT);
}

static void what_was_told_before_a_reboot_is_not_told_again(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	count(rd, 20);
	rd->rate.level = REMAP_RATE_CALM;
	mutex_lock(&rd->lock);
	remap_rate_loaded(rd);
	mutex_unlock(&rd->lock);
	count(rd, 5);
	KUNIT_EXPECT_EQ(test, called.events, 1);
	count(rd, 25);
	KUNIT_EXPECT_EQ(test, called.events, 2);
}

static void counts_are_saved_where_the_set_may_be_written(struct kunit *test)
{
	struct remap_device *rd = called.rd;

	save(&rd->rate.save_work.work);
	KUNIT_EXPECT_EQ(test, called.saves, 1);
	rd->suspended = true;
	save(&rd->rate.save_work.work);
	KUNIT_EXPECT_EQ(test, called.saves, 1);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&rd->rate.save_work));
	rd->suspended = false;
	rd->read_only = true;
	save(&rd->rate.save_work.work);
	rd->read_only = false;
	rd->health.state = DM_REMAP_STORE_FAILED;
	save(&rd->rate.save_work.work);
	KUNIT_EXPECT_EQ(test, called.saves, 1);
}

static int rate_kunit_init(struct kunit *test)
{
	struct remap_device *rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);

	if (!rd)
		return -ENOMEM;
	memset(&called, 0, sizeof(called));
	called.rd = rd;
	now_s = START_H * HOUR_S;
	mutex_init(&rd->lock);
	rd->settings.rate_warn = 20;
	rd->settings.rate_urgent = 50;
	remap_rate_init(rd);
	return 0;
}

static void rate_kunit_exit(struct kunit *test)
{
	remap_rate_exit(called.rd);
}

static struct kunit_case rate_kunit_cases[] = {
	KUNIT_CASE(moves_are_counted_by_hour_day_and_month),
	KUNIT_CASE(a_clock_that_goes_back_a_little_changes_nothing),
	KUNIT_CASE(a_clock_that_was_far_ahead_is_no_alarm_for_ever),
	KUNIT_CASE(a_threshold_is_told_once),
	KUNIT_CASE(a_rate_that_stays_above_half_is_not_told_again),
	KUNIT_CASE(a_rate_that_fell_below_half_is_told_again),
	KUNIT_CASE(urgent_falls_to_warn_first),
	KUNIT_CASE(a_threshold_of_0_is_never_reached),
	KUNIT_CASE(the_largest_thresholds_do_not_overflow),
	KUNIT_CASE(what_was_told_before_a_reboot_is_not_told_again),
	KUNIT_CASE(counts_are_saved_where_the_set_may_be_written),
	{}
};

static struct kunit_suite rate_kunit_suite = {
	.name = "rate_kunit",
	.init = rate_kunit_init,
	.exit = rate_kunit_exit,
	.test_cases = rate_kunit_cases,
};

kunit_test_suite(rate_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's counts of failed blocks");
MODULE_LICENSE("GPL");
