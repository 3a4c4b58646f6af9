// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs: how many there are, and what becomes of their memory.
 */
#include <kunit/test.h>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/slab.h>

/* Number of allocations that succeed before all fail. */
static unsigned int allocations_left;
/* Allocations that have not been freed. */
static atomic_t allocated;

static void *count_allocated(void *p)
{
	if (p)
		atomic_inc(&allocated);
	return p;
}

static void count_freed(const void *p)
{
	if (p)
		atomic_dec(&allocated);
}

static bool may_allocate(void)
{
	if (!allocations_left)
		return false;
	allocations_left--;
	return true;
}

static void *test_kzalloc(size_t size, gfp_t gfp)
{
	return may_allocate() ? count_allocated(kzalloc(size, gfp)) : NULL;
}

static void test_kfree(const void *p)
{
	count_freed(p);
	kfree(p);
}

static unsigned long test_get_free_pages(gfp_t gfp, unsigned int order)
{
	if (!may_allocate())
		return 0;
	return (unsigned long)count_allocated((void *)__get_free_pages(gfp, order));
}

static void test_free_pages(unsigned long p, unsigned int order)
{
	count_freed((void *)p);
	free_pages(p, order);
}

#undef kzalloc
#undef __get_free_pages
#define kzalloc(size, gfp)		test_kzalloc(size, gfp)
#define kfree(p)			test_kfree(p)
#define __get_free_pages(gfp, order)	test_get_free_pages(gfp, order)
#define free_pages(p, order)		test_free_pages(p, order)

#include "../../modules/core/jobs.c"

/* Defined in other sources of the core. */
struct remap_batch *remap_batch_alloc(struct remap_device *rd, unsigned int max, bool automatic,
				      gfp_t gfp)
{
	return kzalloc(sizeof(struct remap_batch), gfp);
}

void remap_batch_free(struct remap_batch *batch)
{
	kfree(batch);
}

/* More bios than there can be jobs. */
#define BIOS	(REMAP_MAX_JOBS + 8)

static struct remap_device *rd;
static struct bio *bios;
static struct completion go;
static atomic_t handled;
static bool use_windows;

static void handle(struct remap_job *job, struct bio *bio)
{
	if (use_windows)
		remap_job_window(job);
	atomic_inc(&handled);
	wait_for_completion(&go);
}

/* Let @nr bios arrive, none of which is done before @jobs of them are being handled. */
static void run(struct kunit *test, unsigned int nr, unsigned int jobs)
{
	unsigned int i;

	reinit_completion(&go);
	atomic_set(&handled, 0);
	for (i = 0; i < nr; i++)
		remap_jobs_queue(&rd->jobs, &bios[i]);
	for (i = 0; atomic_read(&handled) < jobs && i < 1500; i++)
		msleep(20);
	msleep(50);
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), jobs);
	complete_all(&go);
	for (i = 0; atomic_read(&handled) < nr && i < 1500; i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, atomic_read(&handled), nr);
}

static void begin(struct kunit *test)
{
	allocations_left = UINT_MAX;
	KUNIT_ASSERT_EQ(test, remap_jobs_init(&rd->jobs, rd, handle), 0);
	KUNIT_EXPECT_EQ(test, rd->jobs.nr, REMAP_MIN_JOBS);
}

static void end(struct kunit *test)
{
	remap_jobs_exit(&rd->jobs);
	KUNIT_EXPECT_EQ(test, atomic_read(&allocated), 0);
}

static void jobs_are_added_up_to_a_limit_and_freed(struct kunit *test)
{
	begin(test);
	run(test, BIOS, REMAP_MAX_JOBS);
	flush_workqueue(rd->jobs.wq);
	KUNIT_EXPECT_EQ(test, rd->jobs.nr, REMAP_MIN_JOBS);
	KUNIT_EXPECT_EQ(test, rd->jobs.nr_idle, REMAP_MIN_JOBS);
	KUNIT_EXPECT_EQ(test, atomic_read(&allocated), 2 * REMAP_MIN_JOBS);
	end(test);
}

static void windows_are_freed_with_their_jobs(struct kunit *test)
{
	use_windows = true;
	begin(test);
	run(test, BIOS, REMAP_MAX_JOBS);
	flush_workqueue(rd->jobs.wq);
	end(test);
	use_windows = false;
}

static void without_memory_the_first_jobs_do_all(struct kunit *test)
{
	begin(test);
	allocations_left = 0;
	run(test, BIOS, REMAP_MIN_JOBS);
	/* half of a job is none */
	allocations_left = 1;
	run(test, BIOS, REMAP_MIN_JOBS);
	flush_workqueue(rd->jobs.wq);
	KUNIT_EXPECT_EQ(test, rd->jobs.nr, REMAP_MIN_JOBS);
	end(test);
}

static void a_window_of_one_buffer_is_none(struct kunit *test)
{
	struct remap_job *job;

	begin(test);
	job = list_first_entry(&rd->jobs.idle, struct remap_job, list);
	allocations_left = 1;
	KUNIT_EXPECT_FALSE(test, remap_job_window(job));
	KUNIT_EXPECT_NULL(test, job->window[0]);
	allocations_left = 2;
	KUNIT_EXPECT_TRUE(test, remap_job_window(job));
	KUNIT_EXPECT_TRUE(test, remap_job_window(job));
	end(test);
}

static void what_was_allocated_before_a_failure_is_freed(struct kunit *test)
{
	unsigned int n;

	for (n = 0; n < 2 * REMAP_MIN_JOBS; n++) {
		memset(rd, 0, sizeof(*rd));
		allocations_left = n;
		KUNIT_EXPECT_EQ(test, remap_jobs_init(&rd->jobs, rd, handle), -ENOMEM);
		end(test);
	}
}

static int jobs_test_init(struct kunit *test)
{
	rd = kunit_kzalloc(test, sizeof(*rd), GFP_KERNEL);
	bios = kunit_kcalloc(test, BIOS, sizeof(*bios), GFP_KERNEL);
	if (!rd || !bios)
		return -ENOMEM;
	strscpy(rd->number, "kunit", sizeof(rd->number));
	init_completion(&go);
	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(jobs_are_added_up_to_a_limit_and_freed),
	KUNIT_CASE(windows_are_freed_with_their_jobs),
	KUNIT_CASE(without_memory_the_first_jobs_do_all),
	KUNIT_CASE(a_window_of_one_buffer_is_none),
	KUNIT_CASE(what_was_allocated_before_a_failure_is_freed),
	{}
};

static struct kunit_suite suite = {
	.name = "jobs",
	.init = jobs_test_init,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap: jobs");
MODULE_LICENSE("GPL");
