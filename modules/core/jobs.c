// SPDX-License-Identifier: GPL-2.0
#include <linux/hash.h>
#include <linux/slab.h>

#include "batch.h"
#include "device.h"
#include "jobs.h"

static void free_window(struct remap_job *job)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(job->window); i++) {
		free_pages((unsigned long)job->window[i], get_order(REMAP_WINDOW_BYTES));
		job->window[i] = NULL;
	}
}

bool remap_job_window(struct remap_job *job)
{
	gfp_t gfp = GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN;
	unsigned int i;

	if (job->window[0])
		return true;
	for (i = 0; i < ARRAY_SIZE(job->window); i++) {
		job->window[i] = (void *)__get_free_pages(gfp, get_order(REMAP_WINDOW_BYTES));
		if (!job->window[i]) {
			free_window(job);
			return false;
		}
	}
	return true;
}

static void free_job(struct remap_job *job)
{
	remap_batch_free(job->batch);
	free_window(job);
	kfree(job);
}

static void job_work(struct work_struct *work);

static struct remap_job *alloc_job(struct remap_device *rd, gfp_t gfp)
{
	struct remap_job *job = kzalloc(sizeof(*job), gfp);

	if (!job)
		return NULL;
	job->rd = rd;
	INIT_WORK(&job->work, job_work);
	job->batch = remap_batch_alloc(rd, REMAP_JOB_MOVES, true, gfp);
	if (!job->batch) {
		kfree(job);
		return NULL;
	}
	return job;
}

static void add_idle(struct remap_jobs *jobs, struct remap_job *job)
{
	list_add(&job->list, &jobs->idle);
	jobs->nr_idle++;
}

/* Start an idle job, if there is one. It takes a bio; if it finds none, it becomes idle again. */
static void start_job(struct remap_jobs *jobs)
{
	struct remap_job *job;

	lockdep_assert_held(&jobs->lock);
	job = list_first_entry_or_null(&jobs->idle, struct remap_job, list);
	if (!job)
		return;
	list_del(&job->list);
	jobs->nr_idle--;
	/* Under the lock: once the bio has been taken and completed, the device may be gone. */
	queue_work(jobs->wq, &job->work);
}

/* If all jobs are busy, allocate one more, so that the next bio need not wait. */
static void make_spare_job(struct remap_jobs *jobs)
{
	struct remap_job *job;

	spin_lock_irq(&jobs->lock);
	if (jobs->nr_idle || jobs->nr == REMAP_MAX_JOBS) {
		spin_unlock_irq(&jobs->lock);
		return;
	}
	jobs->nr++;
	spin_unlock_irq(&jobs->lock);

	job = alloc_job(jobs->rd, GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN);
	spin_lock_irq(&jobs->lock);
	if (job) {
		add_idle(jobs, job);
		if (!bio_list_empty(&jobs->queue))
			start_job(jobs);
	} else {
		jobs->nr--;
	}
	spin_unlock_irq(&jobs->lock);
}

/* Without a bio the job becomes idle, or is freed if it is no longer needed. */
static struct bio *next_bio(struct remap_jobs *jobs, struct remap_job *job, bool *excess)
{
	struct bio *bio;

	spin_lock_irq(&jobs->lock);
	bio = bio_list_pop(&jobs->queue);
	if (!bio) {
		*excess = jobs->nr_idle >= REMAP_MIN_JOBS;
		if (*excess)
			jobs->nr--;
		else
			add_idle(jobs, job);
	}
	spin_unlock_irq(&jobs->lock);
	return bio;
}

static void job_work(struct work_struct *work)
{
	struct remap_job *job = container_of(work, struct remap_job, work);
	struct remap_jobs *jobs = &job->rd->jobs;
	struct remap_service_time time;
	bool excess = false;
	struct bio *bio;

	while ((bio = next_bio(jobs, job, &excess))) {
		make_spare_job(jobs);
		remap_service_begin(&job->rd->service, &time, 0);
		jobs->handle(job, bio);
		remap_service_end(&job->rd->service, &time);
		cond_resched();
	}
	if (excess)
		free_job(job);
}

int remap_jobs_init(struct remap_jobs *jobs, struct remap_device *rd,
		    void (*handle)(struct remap_job *job, struct bio *bio))
{
	unsigned int i;

	jobs->rd = rd;
	jobs->handle = handle;
	spin_lock_init(&jobs->lock);
	bio_list_init(&jobs->queue);
	for (i = 0; i < ARRAY_SIZE(jobs->parked); i++)
		bio_list_init(&jobs->parked[i]);
	INIT_LIST_HEAD(&jobs->idle);
	jobs->wq = alloc_workqueue("dm-remap/%s", WQ_UNBOUND | WQ_MEM_RECLAIM,
				   REMAP_MAX_JOBS, rd->number);
	if (!jobs->wq)
		return -ENOMEM;
	for (; jobs->nr < REMAP_MIN_JOBS; jobs->nr++) {
		struct remap_job *job = alloc_job(rd, GFP_KERNEL);

		if (!job)
			return -ENOMEM;
		add_idle(jobs, job);
	}
	return 0;
}

void remap_jobs_exit(struct remap_jobs *jobs)
{
	struct remap_job *job, *next;

	if (!jobs->rd)
		return;
	if (jobs->wq)
		destroy_workqueue(jobs->wq);
	list_for_each_entry_safe(job, next, &jobs->idle, list)
		free_job(job);
	jobs->rd = NULL;
}

void remap_jobs_queue(struct remap_jobs *jobs, struct bio *bio)
{
	unsigned long flags;

	spin_lock_irqsave(&jobs->lock, flags);
	bio_list_add(&jobs->queue, bio);
	start_job(jobs);
	spin_unlock_irqrestore(&jobs->lock, flags);
}

static struct bio_list *parked_at(struct remap_jobs *jobs, u64 block)
{
	return &jobs->parked[hash_64(block, REMAP_PARK_BITS)];
}

void remap_jobs_park(struct remap_jobs *jobs, u64 block, struct bio *bio)
{
	lockdep_assert_held(&jobs->rd->lock);
	spin_lock_irq(&jobs->lock);
	bio_list_add(parked_at(jobs, block), bio);
	spin_unlock_irq(&jobs->lock);
}

void remap_jobs_unpark(struct remap_jobs *jobs, u64 block)
{
	struct bio_list *parked = parked_at(jobs, block);
	unsigned int nr;

	lockdep_assert_held(&jobs->rd->lock);
	spin_lock_irq(&jobs->lock);
	nr = bio_list_size(parked);
	bio_list_merge(&jobs->queue, parked);
	bio_list_init(parked);
	while (nr--)
		start_job(jobs);
	spin_unlock_irq(&jobs->lock);
}
