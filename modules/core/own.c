// SPDX-License-Identifier: GPL-2.0
#include "auto_move.h"
#include "device.h"
#include "observe.h"
#include "own.h"

static enum remap_slot_state state_of(struct remap_device *rd, u64 block)
{
	u64 word;

	if (remap_table_lookup(&rd->table, block, &word) == REMAP_NO_SLOT)
		return REMAP_FREE;
	return remap_word_state(word);
}

static struct remap_move *own(struct remap_job *job, u64 block, enum remap_slot_state expect,
			      enum remap_goal goal)
{
	lockdep_assert_held(&job->rd->lock);
	if (state_of(job->rd, block) == expect)
		return remap_batch_own(job->rd, job->batch, block, goal);
	job->again = true;
	return NULL;
}

/* Log that there is no free slot, if that is the error in @m. */
static struct remap_move *move_or_null(struct remap_device *rd, u64 block, struct remap_move *m)
{
	if (!IS_ERR(m))
		return m;
	remap_log(rd, REMAP_EVENT_EXHAUSTED,
		  "no block of the spare is free for the block at sector %llu of the main",
		  (unsigned long long)remap_main_sector(rd, block));
	remap_event(rd, REMAP_EVENT_EXHAUSTED, block << rd->block_shift);
	return NULL;
}

struct remap_move *remap_own(struct remap_job *job, u64 block, enum remap_slot_state expect,
			     enum remap_goal goal)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m;

	mutex_lock(&rd->lock);
	m = own(job, block, expect, goal);
	mutex_unlock(&rd->lock);
	return move_or_null(rd, block, m);
}

struct remap_move *remap_own_slot(struct remap_job *job, u64 block, u32 slot)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m = NULL;
	u64 word;

	mutex_lock(&rd->lock);
	if (remap_table_lookup(&rd->table, block, &word) == slot)
		m = own(job, block, REMAP_MAPPED, REMAP_TO_SPARE);
	else
		job->again = true;
	mutex_unlock(&rd->lock);
	return move_or_null(rd, block, m);
}

struct remap_move *remap_own_failed(struct remap_job *job, u64 block)
{
	struct remap_device *rd = job->rd;
	struct remap_move *m = NULL;

	mutex_lock(&rd->lock);
	if (remap_may_move(rd))
		m = own(job, block, REMAP_FREE, REMAP_TO_SPARE);
	if (!IS_ERR_OR_NULL(m))
		remap_admit_auto_move(rd);
	mutex_unlock(&rd->lock);
	return move_or_null(rd, block, m);
}

static void enter(struct remap_device *rd, u64 block, u64 nr, u32 slot, struct remap_use *use)
{
	*use = (struct remap_use) {
		.block = block,
		.nr = nr,
		.slot = slot,
		.epoch = remap_inflight_enter(&rd->inflight, block, nr),
	};
}

bool remap_use_slot(struct remap_job *job, u64 block, struct remap_use *use)
{
	struct remap_device *rd = job->rd;
	u64 word;
	u32 slot;

	rcu_read_lock();
	slot = remap_table_lookup(&rd->table, block, &word);
	if (slot != REMAP_NO_SLOT && remap_word_state(word) == REMAP_MAPPED)
		enter(rd, block, 1, slot, use);
	else
		job->again = true;
	rcu_read_unlock();
	return !job->again;
}

/* A single block is looked up; for several blocks the regions must be clean. */
static bool has_slot(struct remap_device *rd, u64 block, u64 nr)
{
	u64 word;

	if (nr == 1)
		return remap_table_lookup(&rd->table, block, &word) != REMAP_NO_SLOT;
	return !remap_regions_clean(remap_regions_in_use(rd), block << rd->block_shift,
				    nr << rd->block_shift);
}

bool remap_use_main(struct remap_job *job, u64 block, u64 nr, struct remap_use *use)
{
	struct remap_device *rd = job->rd;
	bool free;

	rcu_read_lock();
	free = !has_slot(rd, block, nr);
	if (free)
		enter(rd, block, nr, REMAP_NO_SLOT, use);
	rcu_read_unlock();
	return free;
}

void remap_unuse(struct remap_device *rd, const struct remap_use *use)
{
	remap_inflight_leave(&rd->inflight, use->block, use->nr, use->epoch);
}

void remap_disown(struct remap_device *rd, u64 block)
{
	lockdep_assert_held(&rd->lock);
	remap_jobs_unpark(&rd->jobs, block);
	wake_up_all(&rd->disowned);
}
