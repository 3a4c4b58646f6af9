// SPDX-License-Identifier: GPL-2.0
#include <linux/blkdev.h>
#include <linux/ioprio.h>
#include <linux/math64.h>
#include <linux/part_stat.h>
#include <linux/slab.h>

#include "attempts.h"
#include "auto_move.h"
#include "background.h"
#include "batch.h"
#include "copy.h"
#include "device.h"
#include "io.h"
#include "moves.h"
#include "own.h"
#include "probe.h"
#include "slow.h"

/* A healthy disk answers within this time, even with a full queue. */
#define SLOW_NS		(500 * NSEC_PER_MSEC)

static void *alloc_buffer(struct remap_device *rd)
{
	unsigned int size = REMAP_PROBE_BYTES;
	void *buf;

	for (; size >= rd->store->block_size; size /= 2) {
		buf = kmalloc(size, GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN);
		if (buf) {
			rd->probe.blocks = size / rd->store->block_size;
			return buf;
		}
	}
	return NULL;
}

static struct remap_load look_at(struct block_device *bdev)
{
	struct block_device *disk = bdev->bd_disk->part0;

	return (struct remap_load) {
		.sectors = part_stat_read(disk, sectors[STAT_READ]) +
			   part_stat_read(disk, sectors[STAT_WRITE]),
		.requests = part_stat_read(disk, ios[STAT_READ]) +
			    part_stat_read(disk, ios[STAT_WRITE]),
		.ns = part_stat_read(disk, nsecs[STAT_READ]) +
		      part_stat_read(disk, nsecs[STAT_WRITE]),
	};
}

/*
 * Find out what other users have done since the last call, from the block layer's statistics of the
 * disk, so that I/O to its other partitions counts, and the I/O path has no overhead. Sees only
 * completed I/O, and nothing if the disk keeps no statistics.
 *
 * @load: the statistics at the last call; zeroed on the first call, whose result is meaningless.
 * @sectors: sectors that the caller itself has read since then, with one request.
 * @ns: how long that took.
 */
static enum remap_load_level look(struct remap_load *load, struct block_device *bdev,
				  u64 sectors, u64 ns)
{
	struct remap_load now = look_at(bdev);
	u64 others = now.sectors - load->sectors;
	u64 requests = now.requests - load->requests;
	u64 took = now.ns - load->ns;

	*load = now;
	if (others <= sectors)
		return REMAP_LOAD_NONE;
	/* If the caller's request was split, the mean includes its pieces. */
	if (sectors && requests) {
		requests--;
		took -= min(took, ns);
	}
	return requests && div64_u64(took, requests) > SLOW_NS ? REMAP_LOAD_SLOW : REMAP_LOAD_BUSY;
}

bool remap_probe_prepare(struct remap_device *rd)
{
	struct remap_probe *probe = &rd->probe;

	if (probe->buf)
		return true;
	probe->job.rd = rd;
	probe->job.batch = remap_batch_alloc(rd, 1, true,
					     GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN);
	if (!probe->job.batch)
		return false;
	probe->job.batch->background = true;
	probe->buf = alloc_buffer(rd);
	if (!probe->buf)
		remap_probe_release(rd);
	else
		look(&probe->load, rd->main, 0, 0);
	return probe->buf;
}

void remap_probe_release(struct remap_device *rd)
{
	kfree(rd->probe.buf);
	rd->probe.buf = NULL;
	remap_batch_free(rd->probe.job.batch);
	rd->probe.job.batch = NULL;
}

enum remap_load_level remap_probe_look(struct remap_device *rd)
{
	return look(&rd->probe.load, rd->main, 0, 0);
}

/*
 * Read blocks into a buffer, and record how long it took; bios that wait for this read must not
 * count as slow.
 */
static blk_status_t read_idle(struct remap_device *rd, u64 block, unsigned int nr, void *buf)
{
	struct remap_probe *probe = &rd->probe;
	unsigned int sectors = nr << rd->block_shift;
	struct remap_service_time time;
	u64 start = ktime_get_ns();
	blk_status_t status;
	struct bio_vec vec;
	struct bio bio;

	bio_init(&bio, rd->main, &vec, 1, REQ_OP_READ);
	bio.bi_iter.bi_sector = remap_main_sector(rd, block);
	bio.bi_ioprio = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0);
	__bio_add_page(&bio, virt_to_page(buf), sectors << SECTOR_SHIFT, offset_in_page(buf));
	remap_service_begin(&rd->service, &time, 0);
	submit_bio_wait(&bio);
	probe->service_ns = remap_service_end(&rd->service, &time);
	status = bio.bi_status;
	bio_uninit(&bio);
	probe->ns = ktime_get_ns() - start;
	probe->level = look(&probe->load, rd->main, sectors, probe->ns);
	/* I/O to other partitions may have delayed it. */
	if (probe->level != REMAP_LOAD_NONE)
		probe->service_ns = 0;
	return status;
}

/*
 * Read an owned block again; if @tries is 0, return @status. A request of the class idle waits for
 * others, so an attempt counts as long only if the disk had no other requests.
 */
static blk_status_t read_again(struct remap_device *rd, struct remap_move *m, unsigned int tries,
			       blk_status_t status)
{
	while (tries-- && remap_medium_error(rd->main, status) &&
	       !remap_took_long(rd, rd->probe.service_ns)) {
		/* Each attempt may take the disk seconds. */
		if (remap_background_stopping(rd))
			return BLK_STS_AGAIN;
		status = read_idle(rd, m->block, 1, m->batch->copy_buf);
	}
	return status;
}

static enum remap_probed move(struct remap_device *rd, struct remap_move *m)
{
	remap_reset_streak(rd);
	m->assembled = true;
	remap_copy_block(rd, m);
	remap_moves_finish(rd, m->batch);
	return m->status == BLK_STS_OK ? REMAP_PROBED_MOVED : REMAP_PROBED_LEFT;
}

static enum remap_probed make_pending(struct remap_device *rd, struct remap_move *m)
{
	m->goal = REMAP_TO_PENDING;
	remap_failures_note(&rd->failures, m->slot,
			    remap_sector_mask(0, remap_block_sectors(rd)));
	remap_moves_finish(rd, m->batch);
	return m->status == BLK_STS_OK ? REMAP_PROBED_PENDING : REMAP_PROBED_LEFT;
}

static enum remap_probed give_up(struct remap_device *rd, struct remap_move *m,
				 blk_status_t status)
{
	m->status = status;
	remap_moves_finish(rd, m->batch);
	return REMAP_PROBED_LATER;
}

/* Handle a block that could not be read, with @status. */
static enum remap_probed care(struct remap_device *rd, u64 block, blk_status_t status)
{
	struct remap_job *job = &rd->probe.job;
	struct remap_move *m;

	if (!READ_ONCE(rd->settings.auto_remap))
		return REMAP_PROBED_LEFT;
	if (!remap_may_move(rd))
		return REMAP_PROBED_LATER;
	job->again = false;
	m = remap_own(job, block, REMAP_FREE, REMAP_TO_SPARE);
	if (job->again)
		return REMAP_PROBED_GOOD;
	if (!m)
		return REMAP_PROBED_LEFT;
	remap_moves_drain(rd, job->batch);
	status = read_again(rd, m, READ_ONCE(rd->settings.retries), status);
	if (status == BLK_STS_OK)
		return move(rd, m);
	if (remap_medium_error(rd->main, status) && remap_admit_owned(rd))
		return make_pending(rd, m);
	return give_up(rd, m, status);
}

/* Handle a block whose read was slow. */
static enum remap_probed care_slow(struct remap_device *rd, u64 block)
{
	struct remap_service_time time;
	struct remap_move *m;

	remap_service_begin(&rd->service, &time, 0);
	m = remap_slow_move_block(&rd->probe.job, block);
	remap_service_end(&rd->service, &time);
	if (!m)
		return REMAP_PROBED_GOOD;
	if (m->status != BLK_STS_OK)
		return REMAP_PROBED_LEFT;
	return m->goal == REMAP_TO_PENDING ? REMAP_PROBED_PENDING : REMAP_PROBED_MOVED;
}

/* Blocks found now could not move, and would be read again and again until they can. */
static bool should_wait(struct remap_device *rd)
{
	return READ_ONCE(rd->settings.auto_remap) && !remap_may_move(rd);
}

enum remap_probed remap_probe(struct remap_device *rd, u64 block, unsigned int nr, bool patrol)
{
	blk_status_t status;

	if (should_wait(rd))
		return REMAP_PROBED_LATER;
	status = read_idle(rd, block, nr, rd->probe.buf);
	if (status == BLK_STS_OK) {
		remap_reset_streak(rd);
		if (!remap_slow_judge(rd, block << rd->block_shift, nr << rd->block_shift,
				      rd->probe.service_ns))
			return REMAP_PROBED_GOOD;
	} else if (!remap_medium_error(rd->main, status)) {
		return REMAP_PROBED_LATER;
	}
	if (nr > 1)
		return REMAP_PROBED_TROUBLE;
	rd->probe.job.batch->patrol = patrol;
	return status == BLK_STS_OK ? care_slow(rd, block) : care(rd, block, status);
}
