// SPDX-License-Identifier: GPL-2.0
/*
 * Group commit: which changes are committed together, when they are applied, and their result
 * when the store fails.
 */
#include <kunit/test.h>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include <dm-remap/observer.h>

#include "../../modules/core/device.h"

/* No observers and no tracing. */
#define _REMAP_TRACE_H
DEFINE_STATIC_KEY_FALSE(remap_observed);
void __remap_count(struct remap_device *rd, enum dm_remap_count what, u64 n)
{
}

static void trace_dm_remap_commit(struct remap_device *rd, u64 nr, u32 pages, u64 ns, int ret)
{
}

#include "../../modules/core/commit.c"

static struct remap_device *rd;

/* The state of the store that replaces the real one. */
static unsigned int commits, sizes[8];
static int store_error;
static struct completion entered, go_on;
static bool slow;

bool remap_is_read_only(const struct remap_device *d)
{
	return false;
}

void remap_device_check_store(struct remap_device *d)
{
	lockdep_assert_held(&d->lock);
}

void remap_device_repair_later(struct remap_device *d)
{
}

static int fake_commit(struct dm_remap_store *store, struct dm_remap_entry *entries,
		       unsigned int nr)
{
	bool wait = slow;

	slow = false;
	if (commits < ARRAY_SIZE(sizes))
		sizes[commits] = nr;
	commits++;
	if (wait) {
		complete(&entered);
		wait_for_completion(&go_on);
	}
	return store_error;
}

static void fake_stat(struct dm_remap_store *store, struct dm_remap_store_stat *stat)
{
	memset(stat, 0, sizeof(*stat));
	stat->commits = commits;
}

static unsigned int repairs, repairs_locked;

/* There is more to do after each of the first two. */
static bool fake_repair(struct dm_remap_store *store)
{
	repairs++;
	repairs_locked += mutex_is_locked(&rd->commit_lock);
	return repairs < 3;
}

static const struct dm_remap_store_type fake_type = {
	.commit = fake_commit, .stat = fake_stat, .repair = fake_repair,
};

/* A thread that requests a commit. */
static struct asker {
	struct remap_commit c;
	struct dm_remap_entry changes[REMAP_COMMIT_GROUP + 1];
	struct completion done;
	bool applied, locked;
	unsigned int commits_then;
	int result;
} *askers;

static void apply(struct remap_device *d, struct remap_commit *c)
{
	struct asker *a = container_of(c, struct asker, c);

	a->applied = true;
	a->locked = mutex_is_locked(&d->commit_lock) && mutex_is_locked(&d->lock);
	a->commits_then = commits;
}

static int ask(void *data)
{
	struct asker *a = data;

	a->result = remap_commit(rd, &a->c);
	complete(&a->done);
	return 0;
}

static void prepare(struct asker *a, unsigned int nr)
{
	memset(a, 0, sizeof(*a));
	init_completion(&a->done);
	a->c.changes = a->changes;
	a->c.nr = nr;
	a->c.apply = apply;
}

/* Let the first commit enter the store, while the others wait in the list. */
static void begin(struct kunit *test, unsigned int nr, const unsigned int *sizes_of)
{
	unsigned int i, waiting;
	struct remap_commit *c;

	slow = true;
	for (i = 0; i < nr; i++) {
		prepare(&askers[i], sizes_of[i]);
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(ask, &askers[i], "asker")));
		if (!i)
			wait_for_completion(&entered);
		do {
			msleep(20);
			waiting = 0;
			spin_lock(&rd->commits.lock);
			list_for_each_entry(c, &rd->commits.list, list)
				waiting++;
			spin_unlock(&rd->commits.lock);
		} while (waiting < i);
	}
}

static void end(unsigned int nr)
{
	unsigned int i;

	complete(&go_on);
	for (i = 0; i < nr; i++)
		wait_for_completion(&askers[i].done);
}

static void what_comes_during_a_commit_shares_the_next(struct kunit *test)
{
	static const unsigned int nr[] = { 1, 2, 3, 4 };

	begin(test, 4, nr);
	KUNIT_EXPECT_FALSE(test, askers[0].applied);
	end(4);
	KUNIT_EXPECT_EQ(test, commits, 2);
	KUNIT_EXPECT_EQ(test, sizes[0], 1);
	KUNIT_EXPECT_EQ(test, sizes[1], 9);
}

static void each_is_applied_after_its_commit_under_both_locks(struct kunit *test)
{
	static const unsigned int nr[] = { 1, 1, 0 };
	unsigned int i;

	begin(test, 3, nr);
	end(3);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, askers[i].applied && askers[i].locked);
		KUNIT_EXPECT_EQ(test, askers[i].commits_then, i ? 2 : 1);
		KUNIT_EXPECT_EQ(test, askers[i].result, 0);
	}
}

static void a_group_is_bounded_and_a_large_request_is_alone(struct kunit *test)
{
	static const unsigned int nr[] = {
		1, REMAP_COMMIT_GROUP - 1, 1, 1, REMAP_COMMIT_GROUP + 1, 1
	};

	begin(test, 6, nr);
	end(6);
	KUNIT_EXPECT_EQ(test, commits, 5);
	KUNIT_EXPECT_EQ(test, sizes[1], REMAP_COMMIT_GROUP);
	KUNIT_EXPECT_EQ(test, sizes[2], 1);
	KUNIT_EXPECT_EQ(test, sizes[3], REMAP_COMMIT_GROUP + 1);
	KUNIT_EXPECT_EQ(test, sizes[4], 1);
}

static void a_failure_is_that_of_all_in_the_group(struct kunit *test)
{
	static const unsigned int nr[] = { 1, 1, 1 };

	begin(test, 3, nr);
	store_error = -EIO;
	end(3);
	KUNIT_EXPECT_EQ(test, askers[1].result, -EIO);
	KUNIT_EXPECT_EQ(test, askers[2].result, -EIO);
	KUNIT_EXPECT_TRUE(test, askers[2].applied);
}

static void repairs_go_on_under_the_commit_lock(struct kunit *test)
{
	remap_commit_repair_work(&rd->health.repair.work);
	KUNIT_EXPECT_EQ(test, repairs, 3);
	KUNIT_EXPECT_EQ(test, repairs_locked, 3);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&rd->commit_lock));
}

static int init(struct kunit *test)
{
	rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);
	askers = kunit_kzalloc(test, 8 * sizeof(*askers), GFP_KERNEL);
	if (!rd || !askers)
		return -ENOMEM;
	rd->store = kunit_kzalloc(test, sizeof(*rd->store), GFP_KERNEL);
	if (!rd->store)
		return -ENOMEM;
	rd->store->type = &fake_type;
	mutex_init(&rd->commit_lock);
	mutex_init(&rd->lock);
	init_completion(&entered);
	init_completion(&go_on);
	commits = 0;
	store_error = 0;
	return remap_commits_init(&rd->commits);
}

static void exit(struct kunit *test)
{
	remap_commits_exit(&rd->commits);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_comes_during_a_commit_shares_the_next),
	KUNIT_CASE(each_is_applied_after_its_commit_under_both_locks),
	KUNIT_CASE(a_group_is_bounded_and_a_large_request_is_alone),
	KUNIT_CASE(a_failure_is_that_of_all_in_the_group),
	KUNIT_CASE(repairs_go_on_under_the_commit_lock),
	{}
};

static struct kunit_suite suite = {
	.name = "commit",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of group commit");
MODULE_LICENSE("GPL");
