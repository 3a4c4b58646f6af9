/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways in which a job accesses a block: as its owner, or as a user for which owners wait.
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
 * @slot: the slot of the block.
 */
struct remap_use {
	u64 block;
	u64 nr;
	unsigned int epoch;
	u32 slot;
};

/**
 * remap_own() - take ownership of a block whose state is known.
 * @job: the job; its batch has room.
 * @block: the block.
 * @expect: the state that the job has seen; REMAP_FREE for a block without slot.
 * @goal: enum remap_goal.
 *
 * Context: process, may sleep; takes the device's lock.
 * Return: the move; NULL if there is no free slot, or, with job->again set, if the state has
 * changed since.
 */
struct remap_move *remap_own(struct remap_job *job, u64 block, enum remap_slot_state expect,
			     enum remap_goal goal);

/**
 * remap_own_slot() - take ownership of a mapped block whose slot failed, to move it to another.
 * @job: the job; its batch has room.
 * @block: the block.
 * @slot: the slot that failed.
 *
 * Of several writes that fail at the same time, the first one moves the block. The others must not
 * blame its new slot, which has not failed.
 *
 * Context: process, may sleep; takes the device's lock.
 * Return: the move; NULL if there is no free slot, or, with job->again set, if the block has left
 * the slot since.
 */
struct remap_move *remap_own_slot(struct remap_job *job, u64 block, u32 slot);

/**
 * remap_own_failed() - take ownership of a block of the main that failed a write, to move it.
 * @job: the job; its batch has room.
 * @block: the block; the job has seen that it has no slot.
 *
 * Counts the block for errors/storm_limit, but only if it becomes owned.
 *
 * Context: process, may sleep; takes the device's lock.
 * Return: the move; NULL if there is no free slot, if automatic moves are suspended, or, with
 * job->again set, if the block has a slot by now.
 */
struct remap_move *remap_own_failed(struct remap_job *job, u64 block);

/**
 * remap_use_slot() - start I/O to the slot of a mapped block.
 * @job: the job.
 * @block: the block.
 * @use: filled in.
 *
 * Context: process.
 * Return: true; false, with job->again set, if it is no longer mapped.
 */
bool remap_use_slot(struct remap_job *job, u64 block, struct remap_use *use);

/**
 * remap_use_main() - start a write to blocks without a slot.
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
 * remap_unuse() - end the I/O.
 * @rd: the device.
 * @use: from remap_use_slot() or remap_use_main().
 *
 * Context: any.
 */
void remap_unuse(struct remap_device *rd, const struct remap_use *use);

/**
 * remap_disown() - release a block whose slot has its new state.
 * @rd: the device.
 * @block: the block.
 *
 * Parked bios proceed.
 *
 * Context: process; @rd->lock.
 */
void remap_disown(struct remap_device *rd, u64 block);

#endif /* _REMAP_OWN_H */
