/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads of the main that succeed, and take longer than errors/slow_ms: their blocks move
 * while they can be read.
 */
#ifndef _REMAP_SLOW_H
#define _REMAP_SLOW_H

#include <linux/bio.h>

struct remap_device;
struct remap_job;
struct remap_move;

/**
 * struct remap_slow - what a device knows of slow reads.
 * @consecutive_moves: moves since the last read that was timed and not slow.
 * @stopped: errors/slow_limit was reached: nothing is moved until errors/resume.
 */
struct remap_slow {
	u32 consecutive_moves;
	bool stopped;
};

/* A successor with the same main continues with the state of its predecessor. */
static inline void remap_inherit_slow(struct remap_slow *slow, const struct remap_slow *old)
{
	*slow = *old;
}

/**
 * remap_slow_judge() - whether a read of the main was slow, and its blocks should move.
 * @rd: the device.
 * @sector: first sector read, from the start of the target.
 * @sectors: how much.
 * @ns: from remap_service_end().
 *
 * Context: any.
 * Return: true if so.
 */
bool remap_slow_judge(struct remap_device *rd, sector_t sector, unsigned int sectors, u64 ns);

/**
 * remap_slow_move() - move what is slow of a read to the spare.
 * @job: the job.
 * @bio: the read, which succeeded; within a block that block is slow, otherwise
 *	each of its blocks is read once more to find those that are.
 *
 * Context: process, may sleep; no lock.
 */
void remap_slow_move(struct remap_job *job, struct bio *bio);

/**
 * remap_slow_move_block() - move a slow block to the spare.
 * @job: the job; its batch is empty.
 * @block: the block.
 *
 * Context: process, may sleep; no lock.
 * Return: the move, which has ended, and may have made the block pending; NULL if it may not
 * move, or has another owner.
 */
struct remap_move *remap_slow_move_block(struct remap_job *job, u64 block);

/**
 * remap_slow_resume() - go on with moves after errors/slow_limit.
 * @rd: the device.
 *
 * Context: process; @rd->lock.
 */
void remap_slow_resume(struct remap_device *rd);

#endif /* _REMAP_SLOW_H */
