/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long the main takes for a request of its own.
 *
 * The time from sending a request to its completion includes the time for which the disk
 * worked on others.  It is the disk's own only for a request that found the disk idle and
 * was completed before any other: then the disk had nothing else to begin with.  Requests
 * of other users of the disk, of its other partitions for example, are not seen.
 */
#ifndef _REMAP_SERVICE_H
#define _REMAP_SERVICE_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/types.h>

/**
 * struct remap_service - requests at the main.
 * @in_flight: sent, and not completed.
 * @completed: how many were.
 */
struct remap_service {
	atomic_t in_flight;
	atomic_t completed;
};

/**
 * struct remap_service_time - one request.
 * @start_ns: when it was sent, by ktime_get_ns(); 0 if the disk was not idle.
 * @completed: requests that had been completed by then.
 */
struct remap_service_time {
	u64 start_ns;
	int completed;
};

/**
 * remap_service_begin() - a request is about to be sent.
 * @s: where.
 * @t: filled in.
 * @own: of the requests in flight, those that the caller has entered and does not use.
 *
 * Context: any.
 */
static inline void remap_service_begin(struct remap_service *s, struct remap_service_time *t,
				       int own)
{
	bool idle = atomic_inc_return(&s->in_flight) == own + 1;

	t->completed = atomic_read(&s->completed);
	t->start_ns = idle ? ktime_get_ns() : 0;
}

/**
 * remap_service_end() - it was completed.
 * @s: where.
 * @t: from remap_service_begin().
 *
 * Context: any.
 * Return: the nanoseconds that the disk took for it; 0 if nobody can say.
 */
static inline u64 remap_service_end(struct remap_service *s, const struct remap_service_time *t)
{
	/* Completed first: whoever finds the disk idle afterwards has seen it. */
	bool first = atomic_inc_return(&s->completed) == t->completed + 1;

	atomic_dec_return(&s->in_flight);
	return first && t->start_ns ? ktime_get_ns() - t->start_ns : 0;
}

#endif /* _REMAP_SERVICE_H */
