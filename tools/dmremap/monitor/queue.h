/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events that have not been told yet, and when others were told.
 */
#ifndef _DMREMAP_MONITOR_QUEUE_H
#define _DMREMAP_MONITOR_QUEUE_H

#include "monitor/config.h"
#include "monitor/heard.h"
#include "sets/explain.h"

/**
 * struct event - one kind of event of one set.
 * @heard: the first of them.
 * @count: blocks or sectors; 0 if that is not known.
 * @more: a sentence on it, for this set; "" for none.
 * @since: when the first came, as clock_ns() has it.
 */
struct event {
	struct heard heard;
	uint64_t count;
	char more[EXPLAIN_SIZE];
	uint64_t since;
};

struct told;

/**
 * struct queue - events; all zero for none.
 * @event: they, in the order in which they came.
 * @nr: how many.
 * @told: those that were told.
 * @nr_told: how many.
 */
struct queue {
	struct event *event;
	int nr;
	struct told *told;
	int nr_told;
};

/* The key of a set here: its uuid, or its name if it has none. */
const char *heard_key(const struct heard *heard);

/**
 * queue_add() - add an event, or merge it into a queued one.
 * @queue: the queue.
 * @heard: the event.
 * @count: how many blocks or sectors; 0 if that is not known.
 * @more: a sentence, or "".
 */
void queue_add(struct queue *queue, const struct heard *heard, uint64_t count,
	       const char *more);

/* Whether an event is in it; @key is that of heard_key(). */
bool queue_has(const struct queue *queue, const char *key, const char *event);

/**
 * queue_due() - when the queued events are due.
 * @queue: the queue, which is not empty.
 * @config: how long to wait.
 *
 * All of them are reported at once.  Events that were reported recently wait longer.
 *
 * Return: the time, as clock_ns() has it.
 */
uint64_t queue_due(const struct queue *queue, const struct monitor_config *config);

/* All of them have been told: empty the queue. */
void queue_told(struct queue *queue);

#endif /* _DMREMAP_MONITOR_QUEUE_H */
