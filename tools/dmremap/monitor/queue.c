// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/message.h"
#include "monitor/kinds.h"
#include "monitor/queue.h"

#define NS		1000000000ull

/* A reported event: the set, the kind and the time. */
struct told {
	struct heard heard;
	uint64_t time;
};

const char *heard_key(const struct heard *heard)
{
	return *heard->uuid ? heard->uuid : heard->name;
}

static bool is_same(const struct heard *a, const struct heard *b)
{
	return !strcmp(heard_key(a), heard_key(b)) && !strcmp(a->event, b->event);
}

static struct event *find(const struct queue *queue, const struct heard *heard)
{
	int i;

	for (i = 0; i < queue->nr; i++)
		if (is_same(&queue->event[i].heard, heard))
			return &queue->event[i];
	return NULL;
}

bool queue_has(const struct queue *queue, const char *key, const char *event)
{
	int i;

	for (i = 0; i < queue->nr; i++)
		if (!strcmp(heard_key(&queue->event[i].heard), key) &&
		    !strcmp(queue->event[i].heard.event, event))
			return true;
	return false;
}

static bool is_ended_by(const struct heard *heard, const char *over)
{
	const char *own = kind_find(heard->event)->over;

	return own && !strcmp(own, over);
}

bool queue_waits_for(const struct queue *queue, const char *key, const char *over)
{
	int i;

	for (i = 0; i < queue->nr; i++)
		if (!strcmp(heard_key(&queue->event[i].heard), key) &&
		    is_ended_by(&queue->event[i].heard, over))
			return true;
	return false;
}

/* Drop what says that @heard is over. */
static void drop_end(struct queue *queue, const struct heard *heard)
{
	int i, nr = 0;

	for (i = 0; i < queue->nr; i++)
		if (strcmp(heard_key(&queue->event[i].heard), heard_key(heard)) ||
		    !is_ended_by(heard, queue->event[i].heard.event))
			queue->event[nr++] = queue->event[i];
	queue->nr = nr;
}

static struct event *append(struct queue *queue, const struct heard *heard)
{
	struct event *event;

	queue->event = reallocarray(queue->event, queue->nr + 1, sizeof(*queue->event));
	if (!queue->event)
		no_memory();
	event = &queue->event[queue->nr++];
	*event = (struct event) { .heard = *heard, .since = clock_ns() };
	return event;
}

void queue_add(struct queue *queue, const struct heard *heard, uint64_t count,
	       const char *more)
{
	struct event *event;

	drop_end(queue, heard);
	event = find(queue, heard);
	if (!event)
		event = append(queue, heard);
	if (count)
		event->count = count;
	if (*more)
		text_copy(event->more, more, sizeof(event->more));
	if (!event->heard.has_sector && heard->has_sector) {
		event->heard.has_sector = true;
		event->heard.sector = heard->sector;
	}
}

static struct told *find_told(const struct queue *queue, const struct heard *heard)
{
	int i;

	for (i = 0; i < queue->nr_told; i++)
		if (is_same(&queue->told[i].heard, heard))
			return &queue->told[i];
	return NULL;
}

static uint64_t due(const struct queue *queue, const struct event *event,
		    const struct monitor_config *config)
{
	uint64_t settled = event->since + config->settle_s * NS, again;
	const struct told *told = find_told(queue, &event->heard);

	again = told ? told->time + config->repeat_s * NS : 0;
	return again > settled ? again : settled;
}

uint64_t queue_due(const struct queue *queue, const struct monitor_config *config)
{
	uint64_t first = due(queue, &queue->event[0], config), other;
	int i;

	for (i = 1; i < queue->nr; i++) {
		other = due(queue, &queue->event[i], config);
		if (other < first)
			first = other;
	}
	return first > queue->retry ? first : queue->retry;
}

static void note_told(struct queue *queue, const struct heard *heard)
{
	struct told *told = find_told(queue, heard);

	if (!told) {
		queue->told = reallocarray(queue->told, queue->nr_told + 1,
					   sizeof(*queue->told));
		if (!queue->told)
			no_memory();
		told = &queue->told[queue->nr_told++];
		told->heard = *heard;
	}
	told->time = clock_ns();
}

/* Forget the reports of what @heard ends: if it happens again, that is news. */
static void forget_ended(struct queue *queue, const struct heard *heard)
{
	int i, nr = 0;

	for (i = 0; i < queue->nr_told; i++)
		if (strcmp(heard_key(&queue->told[i].heard), heard_key(heard)) ||
		    !is_ended_by(&queue->told[i].heard, heard->event))
			queue->told[nr++] = queue->told[i];
	queue->nr_told = nr;
}

void queue_told(struct queue *queue)
{
	int i;

	for (i = 0; i < queue->nr; i++) {
		note_told(queue, &queue->event[i].heard);
		forget_ended(queue, &queue->event[i].heard);
	}
	free(queue->event);
	queue->event = NULL;
	queue->nr = 0;
	queue->retry = 0;
}

void queue_failed(struct queue *queue, const struct monitor_config *config)
{
	queue->retry = clock_ns() + config->poll_s * NS;
}

void queue_free(struct queue *queue)
{
	free(queue->event);
	free(queue->told);
}
