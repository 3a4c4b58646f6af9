/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to I/O that failed, and to I/O to blocks that need care.
 */
#ifndef _REMAP_ERRORS_H
#define _REMAP_ERRORS_H

#include <linux/bio.h>

#include "inflight.h"

struct dm_target;
struct remap_device;
struct work_struct;

/**
 * remap_failed() - a bio came back with an error.
 * @ti: the target.
 * @bio: the bio; no longer in flight, but its ticket still says where it was.
 * @status: its status.
 *
 * Context: any, interrupts included.
 * Return: for device-mapper, DM_ENDIO_DONE if the error is the answer, or
 * DM_ENDIO_INCOMPLETE if the worker has it.
 */
int remap_failed(struct dm_target *ti, struct bio *bio, blk_status_t status);

/**
 * remap_succeeded() - a bio came back without an error while that matters.
 * @ti: the target.
 * @ticket: its ticket.
 *
 * Context: any, interrupts included.
 */
void remap_succeeded(struct dm_target *ti, remap_ticket ticket);

/**
 * remap_queue() - give a bio to the worker.
 * @rd: the device.
 * @bio: the bio; it may be gone when this returns.
 *
 * Context: any, interrupts included.
 */
void remap_queue(struct remap_device *rd, struct bio *bio);

/**
 * remap_worker() - the work function of struct remap_device.work.
 * @work: its work.
 *
 * Context: the device's workqueue.
 */
void remap_worker(struct work_struct *work);

#endif /* _REMAP_ERRORS_H */
