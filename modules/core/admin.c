// SPDX-License-Identifier: GPL-2.0
/*
 * Remaps by hand.
 */
#include <linux/blkdev.h>
#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "admin.h"
#include "auto_move.h"
#include "device.h"
#include "io.h"
#include "moves.h"
#include "verify.h"

/*
 * Maximum number of moves in a batch, and of their bytes in total. A larger batch writes fewer
 * pages of a persistent table twice; a smaller one delays I/O to its blocks for less time. 4080
 * entries are some 20 pages of a persistent table.
 */
#define ADMIN_BATCH		4080U
#define ADMIN_BATCH_BYTES	(16U << 20)

/* Blocks first to first + nr - 1. */
struct block_range {
	u64 first;
	u64 nr;
};

/* @nr_new: number of the blocks to be added that have no slot yet. */
struct request {
	struct remap_device *rd;
	enum remap_admin_op op;
	unsigned int nr_ranges;
	u64 nr_blocks;
	u64 nr_new;
	struct block_range *ranges;
	struct remap_batch *batch;
};

static int parse_line(const struct remap_device *rd, char *line, struct block_range *range)
{
	u64 start, count = 1;
	char *word;

	line = strim(line);
	word = strsep(&line, " \t");
	if (kstrtoull(word, 10, &start) || *word == '+')
		return -EINVAL;
	if (line) {
		line = skip_spaces(line);
		if (kstrtoull(line, 10, &count) || *line == '+' || !count)
			return -EINVAL;
	}
	if (start >= rd->len || count > rd->len - start)
		return -ERANGE;
	range->first = start >> rd->block_shift;
	range->nr = ((start + count - 1) >> rd->block_shift) - range->first + 1;
	return 0;
}

static int parse(struct request *req, char *text)
{
	unsigned int lines = 1;
	char *c, *line;
	int ret;

	for (c = text; *c; c++)
		lines += *c == '\n';
	req->ranges = kvmalloc_array(lines, sizeof(*req->ranges), GFP_KERNEL);
	if (!req->ranges)
		return -ENOMEM;
	while ((line = strsep(&text, "\n"))) {
		struct block_range *range = &req->ranges[req->nr_ranges];

		/* Text after the last newline does not count as a line. */
		if (!text && !*line && req->nr_ranges)
			break;
		ret = parse_line(req->rd, line, range);
		if (ret)
			return ret;
		req->nr_ranges++;
		req->nr_blocks += range->nr;
	}
	return 0;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct block_range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static int check_state(struct request *req, u64 block, u32 slot, enum remap_slot_state state)
{
	struct remap_device *rd = req->rd;

	switch (req->op) {
	case REMAP_ADD:
	case REMAP_MARK:
		req->nr_new += state == REMAP_FREE;
		return state == REMAP_MAPPED ? -EEXIST : 0;
	case REMAP_FORGET:
	case REMAP_CURE:
		return state == REMAP_FREE ? -ENOENT : 0;
	case REMAP_REMOVE:
		break;
	}
	if (state == REMAP_FREE)
		return -ENOENT;
	if (remap_masks_get(&rd->lost, slot)) {
		remap_log(rd, REMAP_LOG_OTHER,
			  "the block at sector %llu of the main has lost sectors and stays remapped: write them first",
			  (unsigned long long)remap_main_sector(rd, block));
		return -EIO;
	}
	return 0;
}

/* Whether the request can be carried out on a block in its current state. */
static int check_block(struct request *req, u64 block)
{
	struct remap_device *rd = req->rd;
	enum remap_slot_state state = REMAP_FREE;
	u64 word;
	u32 slot;

	slot = remap_table_lookup(&rd->table, block, &word);
	if (slot != REMAP_NO_SLOT)
		state = remap_word_state(word);
	if (state == REMAP_INDETERMINATE)
		return -EIO;
	return check_state(req, block, slot, state);
}

static bool needs_slots(const struct request *req)
{
	return req->op == REMAP_ADD || req->op == REMAP_MARK;
}

static int check_range(struct request *req, const struct block_range *range)
{
	u64 block;
	int ret;

	for (block = range->first; block < range->first + range->nr; block++) {
		ret = check_block(req, block);
		if (ret)
			return ret;
		if (!(block & 1023)) {
			if (fatal_signal_pending(current))
				return -EINTR;
			cond_resched();
		}
	}
	return 0;
}

/* A block that is named twice counts as already remapped, or already removed, the second time. */
static int check(struct request *req)
{
	struct remap_device *rd = req->rd;
	unsigned int i;
	int ret;

	sort(req->ranges, req->nr_ranges, sizeof(*req->ranges), compare_ranges, NULL);
	for (i = 1; i < req->nr_ranges; i++)
		if (req->ranges[i].first < req->ranges[i - 1].first + req->ranges[i - 1].nr)
			return needs_slots(req) ? -EEXIST : -ENOENT;
	/* More blocks than there can be remaps: no need to check each of them. */
	if (!needs_slots(req) &&
	    req->nr_blocks > (u64)READ_ONCE(rd->mapped) + READ_ONCE(rd->pending))
		return -ENOENT;
	if (needs_slots(req) && req->nr_blocks > remap_slots_nr(&rd->slots))
		return -ENOSPC;
	for (i = 0; i < req->nr_ranges; i++) {
		ret = check_range(req, &req->ranges[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/* Reserve the blocks needed against automatic remaps. */
static int hold_space(struct request *req)
{
	struct remap_device *rd = req->rd;
	int ret = 0;

	mutex_lock(&rd->lock);
	if (req->nr_new > remap_spare_free_blocks(&rd->spare))
		ret = -ENOSPC;
	else
		remap_spare_hold(&rd->spare, req->nr_new);
	mutex_unlock(&rd->lock);
	return ret;
}

static void release_space(struct request *req)
{
	mutex_lock(&req->rd->lock);
	remap_spare_hold(&req->rd->spare, 0);
	mutex_unlock(&req->rd->lock);
}

static int run_batch(struct request *req)
{
	struct remap_device *rd = req->rd;
	struct remap_batch *batch = req->batch;
	unsigned int i, nr = batch->nr;
	int ret = 0;

	if (req->op == REMAP_MARK)
		/* Nothing is copied: the data is on the main before and after. */
		remap_moves_finish(rd, batch);
	else
		remap_moves_run(rd, batch);
	for (i = 0; i < nr; i++) {
		const struct remap_move *m = &batch->moves[i];

		if (m->status == BLK_STS_OK)
			continue;
		if (req->op == REMAP_CURE && remap_medium_error(rd->main, m->status))
			continue;
		remap_log(rd, REMAP_LOG_OTHER,
			  "the block at sector %llu of the main cannot be moved %s: error %d",
			  (unsigned long long)remap_main_sector(rd, m->block),
			  m->goal == REMAP_TO_MAIN ? "back" : "to the spare",
			  blk_status_to_errno(m->status));
		ret = m->status == BLK_STS_NOSPC ? -ENOSPC : -EIO;
	}
	return ret;
}

/* As the owner, read the unread sectors of a block; those that cannot be read are lost. */
static void forget_in_place(struct remap_device *rd, struct remap_move *m)
{
	void *buf = m->batch->copy_buf;
	unsigned int first, nr;
	u64 got, bad;

	m->status = remap_read_sectors(rd, rd->main, remap_main_sector(rd, m->block), buf,
				       m->unread, 1, false, &bad);
	for (got = m->unread & ~bad; got && m->status == BLK_STS_OK;
	     got &= ~remap_sector_mask(first, nr)) {
		first = __ffs64(got);
		nr = remap_run_length(got, first);
		m->status = remap_write_spare(rd, REQ_SYNC, remap_spare_sector(rd, m->slot) + first,
					      buf + (first << SECTOR_SHIFT), m->batch->read_buf,
					      nr);
	}
	m->lost |= bad;
	m->unread = 0;
}

/* Whether the request has already been carried out, or never can be. */
static bool is_done(struct request *req, u32 slot, u64 word, int *ret)
{
	enum remap_slot_state state = slot == REMAP_NO_SLOT ? REMAP_FREE : remap_word_state(word);

	*ret = state == REMAP_INDETERMINATE ? -EIO : 0;
	switch (req->op) {
	case REMAP_ADD:
		return state == REMAP_MAPPED || *ret;
	case REMAP_MARK:
		return state == REMAP_MAPPED || state == REMAP_PENDING || *ret;
	case REMAP_FORGET:
		return state == REMAP_FREE || *ret ||
		       (state == REMAP_MAPPED && !(remap_word_flags(word) & REMAP_SLOT_UNREAD));
	case REMAP_CURE:
		/* Only a block on the spare can be tested on the main without risk. */
		return state != REMAP_MAPPED || (remap_word_flags(word) & REMAP_SLOT_LOST);
	default:
		if (state == REMAP_MAPPED && (remap_word_flags(word) & REMAP_SLOT_LOST))
			*ret = -EIO;
		return state == REMAP_FREE || *ret;
	}
}

static enum remap_goal goal_of(const struct request *req, u32 slot, u64 word)
{
	switch (req->op) {
	case REMAP_MARK:
		return REMAP_TO_PENDING;
	case REMAP_REMOVE:
	case REMAP_CURE:
		return REMAP_TO_MAIN;
	case REMAP_FORGET:
		if (remap_word_state(word) == REMAP_MAPPED)
			return REMAP_IN_PLACE;
		fallthrough;
	default:
		return REMAP_TO_SPARE;
	}
}

/*
 * Add a block to the batch, unless the request has already been carried out.
 *
 * Return: 0; -EBUSY if the block has another owner; other errors are final.
 */
static int add_to_batch(struct request *req, u64 block)
{
	struct remap_device *rd = req->rd;
	struct remap_move *m;
	u64 word = 0;
	u32 slot;
	int ret;

	lockdep_assert_held(&rd->lock);
	slot = remap_table_lookup(&rd->table, block, &word);
	if (is_done(req, slot, word, &ret))
		return ret;
	m = remap_batch_own(rd, req->batch, block, goal_of(req, slot, word));
	if (IS_ERR(m))
		return PTR_ERR(m);
	m->whole = req->op == REMAP_ADD;
	m->forget = req->op == REMAP_FORGET;
	m->try_twice = req->op == REMAP_CURE;
	return 0;
}

static bool has_owner(struct remap_device *rd, u64 block)
{
	u64 word;

	return remap_table_lookup(&rd->table, block, &word) != REMAP_NO_SLOT &&
	       remap_word_state(word) == REMAP_MOVING;
}

/* Own nothing while waiting for another owner. */
static int wait_for_owner(struct request *req, u64 block)
{
	struct remap_device *rd = req->rd;

	return wait_event_killable(rd->disowned, !has_owner(rd, block)) ? -EINTR : 0;
}

/* Give up unread sectors, one block at a time, since this is rare. */
static void forget_unread(struct request *req)
{
	struct remap_move *m = req->batch->moves;

	for (; m < req->batch->moves + req->batch->nr; m++)
		if (m->goal == REMAP_IN_PLACE)
			forget_in_place(req->rd, m);
}

/* Process blocks from *@block on, up to @end, as many as fit into a batch. */
static int one_batch(struct request *req, u64 *block, u64 end)
{
	struct remap_device *rd = req->rd;
	struct remap_service_time time;
	int ret = 0, run_ret;

	mutex_lock(&rd->lock);
	while (*block < end && req->batch->nr < req->batch->max) {
		ret = add_to_batch(req, *block);
		if (ret)
			break;
		++*block;
	}
	mutex_unlock(&rd->lock);
	/* Reads that wait for this must not count as slow. */
	remap_service_begin(&rd->service, &time, 0);
	forget_unread(req);
	run_ret = run_batch(req);
	remap_service_end(&rd->service, &time);
	if (ret == -EBUSY && !run_ret)
		ret = wait_for_owner(req, *block);
	cond_resched();
	return run_ret ?: ret;
}

static int carry_out(struct request *req)
{
	const struct block_range *range = req->ranges, *end = range + req->nr_ranges;
	int ret = 0;

	for (; range < end && !ret; range++) {
		u64 block = range->first, last = range->first + range->nr;

		while (block < last && !ret) {
			if (fatal_signal_pending(current))
				return -EINTR;
			ret = one_batch(req, &block, last);
		}
	}
	return ret;
}

static int allowed(struct remap_device *rd)
{
	enum remap_state state = remap_device_state(rd);

	lockdep_assert_held(&rd->admin);
	if (rd->suspended)
		return -EBUSY;
	return state == REMAP_STATE_FAILED || state == REMAP_STATE_READ_ONLY ? -EROFS : 0;
}

static int prepare(struct request *req, char *text)
{
	struct remap_device *rd = req->rd;
	int ret = allowed(rd);

	if (!ret)
		ret = parse(req, text);
	if (!ret)
		ret = check(req);
	if (ret)
		return ret;
	req->batch = remap_batch_alloc(rd, min(ADMIN_BATCH,
					       ADMIN_BATCH_BYTES / rd->store->block_size),
				       false, GFP_KERNEL);
	return req->batch ? hold_space(req) : -ENOMEM;
}

/* Moving block 0 back overwrites the label of the main. */
static int give_up_label(struct request *req)
{
	struct remap_device *rd = req->rd;
	int ret;

	if (req->op != REMAP_REMOVE || req->ranges->first || !rd->store->type->unlabel)
		return 0;
	remap_commit_lock(rd);
	ret = rd->store->type->unlabel(rd->store);
	remap_commit_unlock(rd);
	return ret;
}

int remap_admin_write(struct remap_device *rd, char *text, size_t len, enum remap_admin_op op)
{
	struct request req = { .rd = rd, .op = op };
	int ret;

	if (strlen(text) != len)
		return -EINVAL;
	if (mutex_lock_killable(&rd->admin))
		return -EINTR;
	ret = prepare(&req, text);
	if (!ret) {
		ret = give_up_label(&req) ?: carry_out(&req);
		release_space(&req);
	}
	mutex_unlock(&rd->admin);
	remap_batch_free(req.batch);
	kvfree(req.ranges);
	return ret;
}

void remap_admin_suspend(struct remap_device *rd, bool suspended)
{
	mutex_lock(&rd->admin);
	remap_commit_lock(rd);
	mutex_lock(&rd->lock);
	rd->suspended = suspended;
	if (!suspended)
		/* Resume repairs that were postponed. */
		remap_device_recheck_store(rd);
	mutex_unlock(&rd->lock);
	remap_commit_unlock(rd);
	mutex_unlock(&rd->admin);
}

static void resume_remaps(struct remap_device *rd)
{
	mutex_lock(&rd->lock);
	remap_slow_resume(rd);
	remap_end_storm(rd);
	mutex_unlock(&rd->lock);
}

int remap_admin_resume_remaps(struct remap_device *rd)
{
	int ret;

	if (mutex_lock_killable(&rd->admin))
		return -EINTR;
	ret = allowed(rd);
	if (!ret)
		resume_remaps(rd);
	mutex_unlock(&rd->admin);
	return ret;
}

int remap_admin_sync(struct remap_device *rd)
{
	int ret;

	if (mutex_lock_killable(&rd->admin))
		return -EINTR;
	ret = allowed(rd);
	if (!ret) {
		remap_commit_lock(rd);
		ret = rd->store->type->sync(rd->store);
		remap_commit_unlock(rd);
	}
	mutex_unlock(&rd->admin);
	return ret;
}
