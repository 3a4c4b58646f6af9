/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Jobs: work items for bios that failed, or that met a block that needs care.
 *
 * A job takes one bio at a time from the queue, and works on it until it is completed, sent to its
 * place, or parked because its block has another owner. So as long as there are jobs, a bio waits
 * only for its own blocks. 16 are allocated with the device; while all are busy more are allocated,
 * up to a limit, and freed later.
 */
#ifndef _REMAP_JOBS_H
#define _REMAP_JOBS_H

#include <linux/bio.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct remap_batch;
struct remap_device;
struct remap_job;

#define REMAP_MIN_JOBS	16U
#define REMAP_MAX_JOBS	64U
#define REMAP_JOB_MOVES	32U

#define REMAP_PARK_BITS	6

/* At least two blocks of the largest size. */
#define REMAP_WINDOW_BYTES	SZ_64K
#define REMAP_NO_BLOCK		U64_MAX

/**
 * struct remap_jobs - the jobs of a device, and bios that wait for one.
 * @rd: the device.
 * @handle: handles a bio.
 * @wq: jobs run here.
 * @lock: protects the following; interrupts off.
 * @queue: bios that wait for a job.
 * @parked: bios that wait until their block has another state than REMAP_MOVING, by
 *	a hash of the block; added to and taken from with @rd->lock held as well.
 * @idle: jobs that wait for a bio.
 * @nr: number of jobs.
 * @nr_idle: number of jobs in @idle.
 */
struct remap_jobs {
	struct remap_device *rd;
	void (*handle)(struct remap_job *job, struct bio *bio);
	struct workqueue_struct *wq;
	spinlock_t lock;
	struct bio_list queue;
	struct bio_list parked[BIT(REMAP_PARK_BITS)];
	struct list_head idle;
	unsigned int nr;
	unsigned int nr_idle;
};

/**
 * struct remap_job - a job.
 * @rd: the device.
 * @bio: the bio that it works on.
 * @batch: moves of blocks of @bio.
 * @window: two buffers of REMAP_WINDOW_BYTES, to verify several blocks at once, or NULL.
 * @single_until: try no window before this sector, because a window there had a bad block.
 * @lost_block: a block of which the main did not keep a write, or REMAP_NO_BLOCK.
 * @lost_write: the last attempted write was acknowledged but not kept.
 * @took_long: the last attempt on the main took long (attempts.h).
 * @again: the block's state has changed, or it has another owner, so check again.
 * @still_failing: the error recurred on retry, or the I/O did not go to the main.
 * @recovered: a part of the bio failed on the main, but succeeded on retry.
 * @list: in remap_jobs.idle.
 * @work: runs it.
 */
struct remap_job {
	struct remap_device *rd;
	struct bio *bio;
	struct remap_batch *batch;
	void *window[2];
	sector_t single_until;
	u64 lost_block;
	bool lost_write;
	bool took_long;
	bool again;
	bool still_failing;
	bool recovered;
	struct list_head list;
	struct work_struct work;
};

/**
 * remap_job_window() - get the buffers of a window.
 * @job: the job.
 *
 * They are allocated on first use, and kept by the job.
 *
 * Context: process, may sleep; does no I/O to get memory.
 * Return: whether the job has them.
 */
bool remap_job_window(struct remap_job *job);

/**
 * remap_jobs_init() - allocate the jobs of a device.
 * @jobs: zeroed; filled in.
 * @rd: the device; its store is open.
 * @handle: handles a bio in process context.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM; the caller calls remap_jobs_exit() in either case.
 */
int remap_jobs_init(struct remap_jobs *jobs, struct remap_device *rd,
		    void (*handle)(struct remap_job *job, struct bio *bio));

/**
 * remap_jobs_exit() - wait until no job runs, and free them.
 * @jobs: initialised or zeroed; no bio waits.
 *
 * Context: process, may sleep.
 */
void remap_jobs_exit(struct remap_jobs *jobs);

/**
 * remap_jobs_queue() - queue a bio for a job.
 * @jobs: the jobs.
 * @bio: the bio; it may already be completed when this returns.
 *
 * Context: any, interrupts included.
 */
void remap_jobs_queue(struct remap_jobs *jobs, struct bio *bio);

/**
 * remap_jobs_park() - let a bio wait until the owner of its block releases it.
 * @jobs: the jobs.
 * @block: a block in state REMAP_MOVING.
 * @bio: the bio.
 *
 * Context: process; @rd->lock, held since before the caller read the state.
 */
void remap_jobs_park(struct remap_jobs *jobs, u64 block, struct bio *bio);

/**
 * remap_jobs_unpark() - release the bios that wait for a block.
 * @jobs: the jobs.
 * @block: the block; its state is set.
 *
 * Context: process; @rd->lock.
 */
void remap_jobs_unpark(struct remap_jobs *jobs, u64 block);

#endif /* _REMAP_JOBS_H */
