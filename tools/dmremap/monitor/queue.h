/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events not reported yet, and the times at which others were reported.
 */
#ifndef _DMREMAP_MONITOR_QUEUE_H
#define _DMREMAP_MONITOR_QUEUE_H

#include "monitor/config.h"
#include "monitor/heard.h"
#include "sets/explain.h"

/**
 * struct event - one kind of event of one set.
 * @heard: the first event of this kind.
 * @count: number of blocks or sectors; 0 if unknown.
 * @more: an additional sentence about this set; "" for none.
 * @since: when the first one arrived, by clock_ns().
 */
struct event {
	struct heard heard;
	uint64_t count;
	char more[EXPLAIN_SIZE];
	uint64_t since;
};

struct told;

/**
 * struct queue - a queue of events; all zeros when empty.
 * @event: the events in order of arrival.
 * @nr: number of entries.
 * @told: events that were reported.
 * @nr_told: number of entries.
 * @retry: after a failure, when to try again, by clock_ns().
 */
struct queue {
	struct event *event;
	int nr;
	struct told *told;
	int nr_told;
	uint64_t retry;
};

/* The key of a set: its uuid, or its name if it has no uuid. */
const char *heard_key(const struct heard *heard);

/**
 * queue_add() - add an event, or merge it into a queued one.
 *
 * What says that this one is over is no longer true, and is dropped.
 *
 * @queue: the queue.
 * @heard: the event.
 * @count: number of blocks or sectors; 0 if unknown.
 * @more: an additional sentence, or "".
 */
void queue_add(struct queue *queue, const struct heard *heard, uint64_t count,
	       const char *more);

/* Whether an event is queued; @key is from heard_key(). */
bool queue_has(const struct queue *queue, const char *key, const char *event);

/* Whether an event is queued that @over ends; see struct event_kind. */
bool queue_waits_for(const struct queue *queue, const char *key, const char *over);

/**
 * queue_due() - when the queued events are due.
 * @queue: the queue, which is not empty.
 * @config: the times to wait.
 *
 * All queued events are reported together. An event of a kind that was reported recently waits
 * longer, unless its end has been reported since, and all of them do after a failure.
 *
 * Return: the time by clock_ns().
 */
uint64_t queue_due(const struct queue *queue, const struct monitor_config *config);

/* All events have been reported: empty the queue. */
void queue_told(struct queue *queue);

/* The events could not be reported: they are due again after the time between two looks. */
void queue_failed(struct queue *queue, const struct monitor_config *config);

/* Free what the queue has allocated. */
void queue_free(struct queue *queue);

#endif /* _DMREMAP_MONITOR_QUEUE_H */
