/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measures how long the disk of the main takes for a single request.
 *
 * The time from sending a request to its completion includes the time for which the disk worked
 * on other requests. It is the request's own time only if the request found the disk idle and
 * completed before any other: then the disk had nothing else to do first. Requests of other
 * users of the disk, to its other partitions for example, are not seen.
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
 * @own: number of requests in flight that the caller itself has begun, but that the disk is not
 *	working on.
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
 * remap_service_end() - a request has completed.
 * @s: where.
 * @t: from remap_service_begin().
 *
 * Context: any.
 * Return: the nanoseconds that the disk took for it; 0 if unknown.
 */
static inline u64 remap_service_end(struct remap_service *s, const struct remap_service_time *t)
{
	/* Count the completion first: a request that then finds the disk idle has seen it. */
	bool first = atomic_inc_return(&s->completed) == t->completed + 1;

	atomic_dec_return(&s->in_flight);
	return first && t->start_ns ? ktime_get_ns() - t->start_ns : 0;
}

#endif /* _REMAP_SERVICE_H */
