/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles failed I/O, and I/O to blocks that need care.
 */
#ifndef _REMAP_WORKER_H
#define _REMAP_WORKER_H

#include <linux/bio.h>

struct remap_device;
struct remap_job;

/**
 * remap_failed() - a bio came back with an error.
 * @rd: the device.
 * @bio: the bio; no longer counted in flight, but its per-bio data still says where it was.
 * @status: its status.
 *
 * Context: any, interrupts included.
 * Return: for device-mapper, DM_ENDIO_DONE if the error is the answer, or
 * DM_ENDIO_INCOMPLETE if a job has it.
 */
int remap_failed(struct remap_device *rd, struct bio *bio, blk_status_t status);

/**
 * remap_defer() - give a bio that has met a block that needs care, or that needs verification,
 * to a job.
 * @rd: the device.
 * @bio: the bio, within one block unless it needs verification; it may be gone when this
 *	returns.
 *
 * Context: any, interrupts included.
 */
void remap_defer(struct remap_device *rd, struct bio *bio);

/**
 * remap_defer_slow() - give a read that was slow to a job.
 * @rd: the device.
 * @bio: the bio; it may be gone when this returns.
 *
 * Context: any, interrupts included.
 */
void remap_defer_slow(struct remap_device *rd, struct bio *bio);

/**
 * remap_handle() - what a job does with a bio.
 * @job: the job.
 * @bio: the bio.
 *
 * Context: process, may sleep; no lock.
 */
void remap_handle(struct remap_job *job, struct bio *bio);

#endif /* _REMAP_WORKER_H */
