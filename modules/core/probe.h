/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads blocks of the main in the background to check that they can be read, and takes care of
 * those that cannot.
 *
 * The blocks are not owned during the read, and the data is discarded. A block in trouble is then
 * owned, as if a bio had failed, and read again before it moves, so it moves with the latest data.
 */
#ifndef _REMAP_PROBE_H
#define _REMAP_PROBE_H

#include <linux/sizes.h>
#include <linux/types.h>

#include "jobs.h"

struct remap_device;

/* Number of bytes to read at once, memory permitting. */
#define REMAP_PROBE_BYTES	SZ_1M

/* Result of a probe. */
enum remap_probed {
	REMAP_PROBED_GOOD,	/* nothing is wrong, or another owner has the block */
	REMAP_PROBED_TROUBLE,	/* one of several blocks is in trouble: read them one by one */
	REMAP_PROBED_MOVED,	/* the block has moved to the spare, with its data */
	REMAP_PROBED_PENDING,	/* it cannot be read, and is pending */
	REMAP_PROBED_LEFT,	/* it is in trouble, and stays where it is */
	REMAP_PROBED_LATER,	/* blocks cannot be read or cannot move now */
};

enum remap_load_level {
	REMAP_LOAD_NONE,	/* no other user of the disk */
	REMAP_LOAD_BUSY,	/* others have */
	REMAP_LOAD_SLOW,	/* and it was slow for them */
};

/**
 * struct remap_load - the statistics at the last check.
 * @sectors: read and written.
 * @requests: for those.
 * @ns: their total duration.
 */
struct remap_load {
	u64 sectors;
	u64 requests;
	u64 ns;
};

/**
 * struct remap_probe - state of a device's background reads.
 * @buf: buffer for the data; NULL while no read is needed.
 * @blocks: size of @buf in blocks.
 * @job: for moves; its batch is allocated together with @buf.
 * @load: activity of other users up to the last probe.
 * @level: enum remap_load_level since the one before it.
 * @ns: how long the last read took.
 * @service_ns: how long the disk took for it; 0 if it may have served other requests.
 */
struct remap_probe {
	void *buf;
	unsigned int blocks;
	struct remap_job job;
	struct remap_load load;
	enum remap_load_level level;
	u64 ns;
	u64 service_ns;
};

/* Maximum number of blocks per probe, after remap_probe_prepare(). */
static inline unsigned int remap_probe_blocks(const struct remap_probe *probe)
{
	return probe->blocks;
}

/* Activity of other users between the last two probes. */
static inline enum remap_load_level remap_probe_level(const struct remap_probe *probe)
{
	return probe->level;
}

/* How long the last read took. */
static inline u64 remap_probe_ns(const struct remap_probe *probe)
{
	return probe->ns;
}

/**
 * remap_probe_prepare() - get the memory that probes need.
 * @rd: the device.
 *
 * Context: process, does no I/O to get memory; the background's step.
 * Return: whether it is available.
 */
bool remap_probe_prepare(struct remap_device *rd);

/**
 * remap_probe_release() - free the memory.
 * @rd: the device.
 *
 * Context: process; the background's step, or while the background is stopped.
 */
void remap_probe_release(struct remap_device *rd);

/**
 * remap_probe_look() - check what other users have done since the last probe.
 * @rd: the device.
 *
 * Context: process; the background's step.
 * Return: the level.
 */
enum remap_load_level remap_probe_look(struct remap_device *rd);

/**
 * remap_probe() - read blocks of the main at idle priority.
 * @rd: the device; prepared.
 * @block: the first.
 * @nr: how many, at most remap_probe_blocks(); they had no slot a moment ago.
 * @patrol: the probe is part of a scrub, rather than for neighbours.
 *
 * A single block that cannot be read, after errors/retries attempts, becomes pending; one that
 * could be read on retry, or was too slow, moves.
 *
 * Context: process, may sleep; no lock; the background's step.
 * Return: the outcome.
 */
enum remap_probed remap_probe(struct remap_device *rd, u64 block, unsigned int nr, bool patrol);

#endif /* _REMAP_PROBE_H */
