/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What events mean to a person.
 */
#ifndef _DMREMAP_MONITOR_KINDS_H
#define _DMREMAP_MONITOR_KINDS_H

#include <stddef.h>
#include <stdint.h>

#define KIND_TEXT_SIZE	512

/* Events of the monitor itself, beside those of the kernel. */
#define EVENT_WAITING	"waiting"	/* a set has not come up */
#define EVENT_CAME_UP	"came-up"	/* it has, later */
#define EVENT_FILLING	"filling"	/* the spare will soon be full */
#define EVENT_TEST	"test"

/* How grave an event is; the subject of a mail is the gravest. */
enum weight {
	WEIGHT_GOOD,
	WEIGHT_NOTE,
	WEIGHT_WARNING,
	WEIGHT_GRAVE,
};

/**
 * struct event_kind - an event.
 * @event: its name; "" for those that are not known.
 * @weight: how grave it is.
 * @state: the state of a set that it tells of, whose words apply; NULL for none.
 * @subject: a few words, for the subject of a mail.
 * @what: a sentence; %s in it is the number of @unit.
 * @unit: "block" or "sector"; NULL if nothing is counted.
 * @next: what to do, where %1$s is the name of the set; "" for nothing.
 */
struct event_kind {
	const char *event;
	enum weight weight;
	const char *state;
	const char *subject;
	const char *what;
	const char *unit;
	const char *next;
};

/* That of an event; one with an empty name if it is not known. */
const struct event_kind *kind_find(const char *event);

/* The event that reports a state of a set; NULL for states without one. */
const struct event_kind *kind_of_state(const char *state);

/**
 * kind_what() - describe an event.
 * @text: takes %KIND_TEXT_SIZE bytes.
 * @kind: the event.
 * @count: how many blocks or sectors; 0 if that is not known.
 */
void kind_what(char *text, const struct event_kind *kind, uint64_t count);

/**
 * kind_next() - say what to do.
 * @text: takes %KIND_TEXT_SIZE bytes; empty for nothing.
 * @kind: the event.
 * @name: of the set.
 */
void kind_next(char *text, const struct event_kind *kind, const char *name);

#endif /* _DMREMAP_MONITOR_KINDS_H */
