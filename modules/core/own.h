/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a job gets at a block: as its owner, or as one of those that use it, whom an
 * owner waits for.
 */
#ifndef _REMAP_OWN_H
#define _REMAP_OWN_H

#include "batch.h"
#include "jobs.h"

/**
 * struct remap_use - I/O of a job that is counted in flight.
 * @block: the first block.
 * @nr: how many.
 * @epoch: in which it is counted.
 * @slot: where the block is.
 */
struct remap_use {
	u64 block;
	u64 nr;
	unsigned int epoch;
	u32 slot;
};

/**
 * remap_own() - own a block whose state is known.
 * @job: the job; its batch has room.
 * @block: the block.
 * @expect: the state that the job has seen; REMAP_FREE for a block without slot.
 * @goal: enum remap_goal.
 *
 * Context: process, may sleep; takes the device's lock.
 * Return: the move; NULL if there is no free slot, or if the state has changed
 * since, and then job->again is set.
 */
struct remap_move *remap_own(struct remap_job *job, u64 block, enum remap_slot_state expect,
			     enum remap_goal goal);

/**
 * remap_own_failed() - own a block of the main that failed a write, to move it.
 * @job: the job; its batch has room.
 * @block: the block; the job has seen that it has no slot.
 *
 * Counts against errors/storm_limit what is owned, and nothing else.
 *
 * Context: process, may sleep; takes the device's lock.
 * Return: the move; NULL if there is no free slot, if blocks do not move by themselves now,
 * or if it has a slot by now, and then job->again is set.
 */
struct remap_move *remap_own_failed(struct remap_job *job, u64 block);

/**
 * remap_use_slot() - begin I/O to the slot of a mapped block.
 * @job: the job.
 * @block: the block.
 * @use: filled in.
 *
 * Context: process.
 * Return: true; false, with job->again set, if it is not mapped any more.
 */
bool remap_use_slot(struct remap_job *job, u64 block, struct remap_use *use);

/**
 * remap_use_main() - begin a write of some blocks that have no slot.
 * @job: the job.
 * @block: the first block.
 * @nr: how many.
 * @use: filled in.
 *
 * Context: process.
 * Return: true; false if one of them may have a slot.
 */
bool remap_use_main(struct remap_job *job, u64 block, u64 nr, struct remap_use *use);

/**
 * remap_unuse() - end it.
 * @rd: the device.
 * @use: from remap_use_slot() or remap_use_main().
 *
 * Context: any.
 */
void remap_unuse(struct remap_device *rd, const struct remap_use *use);

/**
 * remap_disown() - give up a block whose slot has got its new state.
 * @rd: the device.
 * @block: the block.
 *
 * Bios that were parked go on.
 *
 * Context: process; @rd->lock.
 */
void remap_disown(struct remap_device *rd, u64 block);

#endif /* _REMAP_OWN_H */
