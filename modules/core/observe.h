/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the core reports what it does: to the observer, to listeners for resizes, and to
 * tracepoints. <dm-remap/observer.h> has the observer's side.
 *
 * Without an observer, the I/O path contains only a NOP.
 */
#ifndef _REMAP_OBSERVE_H
#define _REMAP_OBSERVE_H

#include <linux/atomic.h>
#include <linux/bio.h>
#include <linux/jump_label.h>

#include <dm-remap/observer.h>

#include "table.h"

struct dm_remap_store_stat;
struct dm_target;
struct remap_device;

/**
 * struct remap_error_counts - requests that failed since the mapped device was made.
 * @main_reads: reads of the main.
 * @main_writes: writes of the main.
 * @spare: reads and writes of the spare.
 * @repairs: what stores that were in use before have repaired.
 * @commits: commits of those stores.
 */
struct remap_error_counts {
	atomic64_t main_reads;
	atomic64_t main_writes;
	atomic64_t spare;
	u64 repairs;
	u64 commits;
};

static inline s64 remap_main_read_errors(const struct remap_error_counts *errors)
{
	return atomic64_read(&errors->main_reads);
}

static inline s64 remap_main_write_errors(const struct remap_error_counts *errors)
{
	return atomic64_read(&errors->main_writes);
}

static inline s64 remap_spare_errors(const struct remap_error_counts *errors)
{
	return atomic64_read(&errors->spare);
}

/* There is an observer; it wants the latency of remap_map(). */
DECLARE_STATIC_KEY_FALSE(remap_observed);
DECLARE_STATIC_KEY_FALSE(remap_timed);

/**
 * remap_observe_attach() - let the observer, if there is one, watch a device.
 * @dev: the device; its name and directory are set.
 *
 * Context: process, may sleep.
 */
void remap_observe_attach(struct dm_remap_observed *dev);

/**
 * remap_observe_detach() - stop watching a device.
 * @dev: from remap_observe_attach().
 *
 * Context: process, may sleep.
 */
void remap_observe_detach(struct dm_remap_observed *dev);

/**
 * remap_observe_done() - report that a request is about to be completed.
 * @ti: the target.
 * @bio: a bio owned by the target.
 *
 * Context: any but NMI; only under remap_observed.
 * Return: DM_ENDIO_DONE, so that remap_end_io() can make a tail call.
 */
int remap_observe_done(struct dm_target *ti, struct bio *bio);

/**
 * remap_observe_latency() - record a latency sample.
 * @rd: the device.
 * @what: what.
 * @ns: the latency.
 *
 * Context: any but NMI.
 */
void remap_observe_latency(struct remap_device *rd, enum dm_remap_latency what, u64 ns);

/* The slow path of remap_count(). */
void __remap_count(struct remap_device *rd, enum dm_remap_count what, u64 n);

/**
 * remap_count() - add to a counter.
 * @rd: the device.
 * @what: the counter; not one that remap_observe_done() counts.
 * @n: how much.
 *
 * Context: any but NMI.
 */
static inline void remap_count(struct remap_device *rd, enum dm_remap_count what, u64 n)
{
	if (static_branch_unlikely(&remap_observed))
		__remap_count(rd, what, n);
}

/**
 * remap_inherit_counts() - take over the counts of the predecessor.
 * @rd: the new device.
 * @old: the predecessor; what it has is moved.
 *
 * Context: process; no attribute uses either device.
 */
void remap_inherit_counts(struct remap_device *rd, struct remap_device *old);

/**
 * remap_store_stat() - the statistics of the store, with counts since the mapped device was made.
 * @rd: the device.
 * @stat: filled in.
 *
 * Context: process, as an attribute.
 */
void remap_store_stat(const struct remap_device *rd, struct dm_remap_store_stat *stat);

/**
 * remap_observe_error() - report that a disk failed a request.
 * @rd: the device.
 * @spare: whether it was the spare.
 * @op: the operation.
 * @sector: where on the disk.
 * @sectors: how much.
 * @status: its result.
 *
 * For the status line, the observer and tracepoints.
 *
 * Context: any but NMI.
 */
void remap_observe_error(struct remap_device *rd, bool spare, enum req_op op, sector_t sector,
			 unsigned int sectors, blk_status_t status);

/**
 * remap_observe_error_once() - report that a disk failed a request of a job.
 * @rd: the device.
 * @bio: what the job works on; its error on each disk counts once, however often it is tried.
 * @spare: the disk is the spare.
 * @sector: on the disk.
 * @sectors: number of sectors.
 * @status: the error, or BLK_STS_OK, which is not reported.
 *
 * Context: process.
 */
void remap_observe_error_once(struct remap_device *rd, struct bio *bio, bool spare,
			      sector_t sector, unsigned int sectors, blk_status_t status);

/**
 * remap_observe_resize() - the handler for struct remap_table.resize_notify.
 * @t: the table of a device.
 * @what: the event.
 *
 * Context: process; the device's lock.
 */
void remap_observe_resize(const struct remap_table *t, enum remap_table_change what);

#endif /* _REMAP_OBSERVE_H */
