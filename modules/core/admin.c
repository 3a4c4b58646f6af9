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
#include "device.h"
#include "moves.h"

/*
 * Moves in a batch, and the bytes that they may have together.  The larger it is
 * the fewer pages of a persistent table are written twice, the smaller the less
 * failing I/O has to wait: 4080 entries are 16 pages of a persistent table.
 */
#define ADMIN_BATCH		4080U
#define ADMIN_BATCH_BYTES	(16U << 20)

/* Blocks first to first + nr - 1. */
struct block_range {
	u64 first;
	u64 nr;
};

/* @nr_new: of the blocks to be added, those that have no slot yet. */
struct request {
	struct remap_device *rd;
	bool remove;
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

		/* What is behind the last newline is no line. */
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

/* Whether a block has data on the spare, and whether that is whole. */
static int check_block(struct request *req, u64 block)
{
	struct remap_device *rd = req->rd;
	enum remap_slot_state state = REMAP_FREE;
	u64 word;
	u32 slot;

	slot = remap_table_lookup(&rd->table, block, &word);
	if (slot != REMAP_NO_SLOT)
		state = remap_word_state(word);
	if (state == REMAP_DOUBT)
		return -EIO;
	if (!req->remove) {
		req->nr_new += state == REMAP_FREE;
		return state == REMAP_MAPPED ? -EEXIST : 0;
	}
	if (state == REMAP_FREE)
		return -ENOENT;
	if (remap_word_flags(word) & REMAP_SLOT_LOST) {
		DMWARN_LIMIT("%s: block %llu has lost sectors and stays remapped: write them first",
			     rd->number, block);
		return -EIO;
	}
	return 0;
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

/*
 * A block named twice is remapped already when it is to be added again, and not
 * any more when it is to be removed again.
 */
static int check(struct request *req)
{
	struct remap_device *rd = req->rd;
	unsigned int i;
	int ret;

	sort(req->ranges, req->nr_ranges, sizeof(*req->ranges), compare_ranges, NULL);
	for (i = 1; i < req->nr_ranges; i++)
		if (req->ranges[i].first < req->ranges[i - 1].first + req->ranges[i - 1].nr)
			return req->remove ? -ENOENT : -EEXIST;
	/* More blocks than there can be remaps: no need to look at each of them. */
	if (req->remove && req->nr_blocks > (u64)READ_ONCE(rd->mapped) + READ_ONCE(rd->pending))
		return -ENOENT;
	if (!req->remove && req->nr_blocks > rd->slots.nr)
		return -ENOSPC;
	for (i = 0; i < req->nr_ranges; i++) {
		ret = check_range(req, &req->ranges[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/* Keep the free blocks that are needed from what moves by itself meanwhile. */
static int hold_space(struct request *req)
{
	struct remap_device *rd = req->rd;
	int ret = 0;

	mutex_lock(&rd->lock);
	if (req->nr_new > remap_spare_free_blocks(&rd->spare))
		ret = -ENOSPC;
	else
		rd->spare.held = req->nr_new;
	mutex_unlock(&rd->lock);
	return ret;
}

static void release_space(struct request *req)
{
	mutex_lock(&req->rd->lock);
	req->rd->spare.held = 0;
	mutex_unlock(&req->rd->lock);
}

static int run_batch(struct request *req)
{
	struct remap_device *rd = req->rd;
	struct remap_batch *batch = req->batch;
	unsigned int i, nr = batch->nr;
	int ret = 0;

	if (req->remove)
		remap_moves_back_run(rd, batch);
	else
		remap_moves_run(rd, batch);
	for (i = 0; i < nr; i++) {
		const struct remap_move *m = &batch->moves[i];

		if (m->status == BLK_STS_OK)
			continue;
		DMWARN_LIMIT("%s: block %llu at sector %llu of the main cannot be moved %s: error %d",
			     rd->number, m->block,
			     (unsigned long long)remap_main_sector(rd, m->block),
			     req->remove ? "back" : "to the spare",
			     blk_status_to_errno(m->status));
		ret = m->status == BLK_STS_NOSPC ? -ENOSPC : -EIO;
	}
	return ret;
}

/* Put a block into the batch, unless what is wanted has happened already. */
static int add_to_batch(struct request *req, u64 block)
{
	struct remap_device *rd = req->rd;
	u64 word;
	u32 slot;

	slot = remap_table_lookup(&rd->table, block, &word);
	if (slot != REMAP_NO_SLOT && remap_word_state(word) == REMAP_DOUBT)
		return -EIO;
	if (req->remove) {
		if (slot == REMAP_NO_SLOT)
			return 0;
		if (remap_word_flags(word) & REMAP_SLOT_LOST)
			return -EIO;
		remap_move_back(rd, req->batch, slot);
		return 0;
	}
	if (slot != REMAP_NO_SLOT && remap_word_state(word) == REMAP_MAPPED)
		return 0;
	return remap_move_begin(rd, req->batch, block) ? 0 : -ENOSPC;
}

/*
 * The device's lock is taken for one batch at a time, so that I/O that failed
 * does not wait for all of a large request.
 */
static int carry_out(struct request *req)
{
	struct remap_device *rd = req->rd;
	const struct block_range *range = req->ranges, *end = range + req->nr_ranges;
	u64 block = range->first;
	int ret = 0, run_ret;

	while (range < end && !ret) {
		if (fatal_signal_pending(current))
			return -EINTR;
		mutex_lock(&rd->lock);
		while (range < end && !ret && req->batch->nr < req->batch->max) {
			ret = add_to_batch(req, block);
			if (++block == range->first + range->nr && ++range < end)
				block = range->first;
		}
		run_ret = run_batch(req);
		mutex_unlock(&rd->lock);
		ret = ret ?: run_ret;
		cond_resched();
	}
	return ret;
}

static int allowed(struct remap_device *rd)
{
	enum remap_state state = remap_device_state(rd);

	if (state == REMAP_STATE_FAILED || state == REMAP_STATE_READ_ONLY)
		return -EROFS;
	return rd->suspended ? -EBUSY : 0;
}

int remap_admin_write(struct remap_device *rd, char *text, size_t len, bool remove)
{
	struct request req = { .rd = rd, .remove = remove };
	int ret;

	if (strlen(text) != len)
		return -EINVAL;
	if (mutex_lock_killable(&rd->admin))
		return -EINTR;
	ret = allowed(rd);
	if (!ret)
		ret = parse(&req, text);
	if (!ret)
		ret = check(&req);
	if (!ret) {
		req.batch = remap_batch_alloc(min(ADMIN_BATCH,
						  ADMIN_BATCH_BYTES / rd->store->block_size),
					      false);
		ret = req.batch ? hold_space(&req) : -ENOMEM;
	}
	if (!ret) {
		ret = carry_out(&req);
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
	mutex_lock(&rd->lock);
	rd->suspended = suspended;
	if (!suspended) {
		/* Repairs were put off. */
		rd->store_faults = 0;
		remap_device_check_store(rd);
	}
	mutex_unlock(&rd->lock);
	mutex_unlock(&rd->admin);
}

int remap_admin_resume_remaps(struct remap_device *rd)
{
	int ret;

	if (mutex_lock_killable(&rd->admin))
		return -EINTR;
	ret = allowed(rd);
	if (!ret) {
		mutex_lock(&rd->lock);
		WRITE_ONCE(rd->streak, 0);
		WRITE_ONCE(rd->storm, false);
		mutex_unlock(&rd->lock);
	}
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
		mutex_lock(&rd->lock);
		ret = rd->store->type->sync(rd->store);
		remap_device_check_store(rd);
		mutex_unlock(&rd->lock);
	}
	mutex_unlock(&rd->admin);
	return ret;
}
