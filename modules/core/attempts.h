/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decides which attempt on the main is the last.
 *
 * A disk that takes a second or more to report an error has tried the sector many times itself.
 * Another attempt would make the caller wait for that time again, and would seldom succeed where
 * the disk has not: errors/retry_within_ms.
 *
 * The time is that from sending a request to its completion, as a reader sees it. It includes
 * waiting behind other requests: docs/design.md describes the effects.
 */
#ifndef _REMAP_ATTEMPTS_H
#define _REMAP_ATTEMPTS_H

#include <linux/device-mapper.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "bio.h"
#include "device.h"

/**
 * remap_took_long() - whether an attempt that failed is the last.
 * @rd: the device.
 * @ns: how long the main took for it, in nanoseconds; 0 if unknown.
 *
 * Context: any.
 * Return: true if it must not be tried again.
 */
static inline bool remap_took_long(const struct remap_device *rd, u64 ns)
{
	u32 limit_ms = READ_ONCE(rd->settings.retry_within_ms);

	return limit_ms && ns >= (u64)limit_ms * NSEC_PER_MSEC;
}

/**
 * remap_bio_took_long() - remap_took_long() for a bio that has just failed on the main.
 * @rd: the device.
 * @bio: the bio, a clone of device-mapper's.
 *
 * Uses the start time that device-mapper records for each bio, in jiffies, so that I/O that
 * succeeds has no overhead. The kernel truncates that time to 32 bits of microseconds.
 *
 * Context: any.
 * Return: true if it must not be tried again; false if it had waited for the owner of its block
 * before it was sent, because its duration is unknown then.
 */
static inline bool remap_bio_took_long(const struct remap_device *rd, struct bio *bio)
{
	u64 now_ns = jiffies_to_nsecs(jiffies), start_ns = dm_start_time_ns_from_clone(bio);
	u32 us = (u32)(now_ns / NSEC_PER_USEC) - (u32)(start_ns / NSEC_PER_USEC);

	return !(remap_bio_io(bio)->tracked & REMAP_WAITED) &&
	       remap_took_long(rd, (u64)us * NSEC_PER_USEC);
}

#endif /* _REMAP_ATTEMPTS_H */
