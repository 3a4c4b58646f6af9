/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading blocks of the main that nobody has asked for, to see whether it still gives
 * them, and taking care of one that it does not.
 *
 * A read takes nothing from anybody: the blocks are not owned, the data is thrown away.
 * A block that is in trouble is then owned, like one that a bio found in trouble, and
 * read again before it moves; so it moves with the newest data.
 */
#ifndef _REMAP_PROBE_H
#define _REMAP_PROBE_H

#include <linux/sizes.h>
#include <linux/types.h>

#include "jobs.h"

struct remap_device;

/* Bytes that are read at once, if there is memory for as much. */
#define REMAP_PROBE_BYTES	SZ_1M

/* What came of a probe. */
enum remap_probed {
	REMAP_PROBED_GOOD,	/* nothing is wrong, or another owner has the block */
	REMAP_PROBED_TROUBLE,	/* with one block of several: read them one by one */
	REMAP_PROBED_MOVED,	/* the block has moved to the spare, with its data */
	REMAP_PROBED_PENDING,	/* it cannot be read, and is pending */
	REMAP_PROBED_LEFT,	/* it is in trouble, and stays where it is */
	REMAP_PROBED_LATER,	/* blocks cannot be read or cannot move now */
};

enum remap_load_level {
	REMAP_LOAD_NONE,	/* nobody else has used the disk */
	REMAP_LOAD_BUSY,	/* others have */
	REMAP_LOAD_SLOW,	/* and it took long to answer them */
};

/**
 * struct remap_load - the statistics when they were last looked at.
 * @sectors: read and written.
 * @requests: for those.
 * @ns: how long they took, together.
 */
struct remap_load {
	u64 sectors;
	u64 requests;
	u64 ns;
};

/**
 * struct remap_probe - how a device's background reads.
 * @buf: buffer for the data; NULL while no read is needed.
 * @blocks: room in @buf.
 * @job: for moves; its batch is there while @buf is.
 * @load: what others did until the last probe.
 * @level: enum remap_load_level since the one before it.
 * @ns: how long the last read took.
 * @service_ns: how long the disk took for it; 0 if it may have had other things to do.
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

/* How many blocks a probe may read, once it is prepared. */
static inline unsigned int remap_probe_blocks(const struct remap_probe *probe)
{
	return probe->blocks;
}

/* What others did between the last two probes. */
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
 * Return: whether it is there.
 */
bool remap_probe_prepare(struct remap_device *rd);

/**
 * remap_probe_release() - give it back.
 * @rd: the device.
 *
 * Context: process; the background's step, or while it stands still.
 */
void remap_probe_release(struct remap_device *rd);

/**
 * remap_probe_look() - see what others have done since the last probe.
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
 * @patrol: a scrub reads them, not what looks at neighbours.
 *
 * One block that cannot be read, with errors/retries attempts, becomes pending; one that
 * can be read at a later attempt, or took too long, moves.
 *
 * Context: process, may sleep; no lock; the background's step.
 * Return: the outcome.
 */
enum remap_probed remap_probe(struct remap_device *rd, u64 block, unsigned int nr, bool patrol);

#endif /* _REMAP_PROBE_H */
