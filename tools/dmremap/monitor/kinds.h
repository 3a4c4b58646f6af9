/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Describes events to the user.
 */
#ifndef _DMREMAP_MONITOR_KINDS_H
#define _DMREMAP_MONITOR_KINDS_H

#include <stdint.h>
#include <stdio.h>

/* Events of the monitor itself, in addition to the kernel's. */
#define EVENT_WAITING	"waiting"	/* a set has not come up */
#define EVENT_CAME_UP	"came-up"	/* it has, later */
#define EVENT_DISK_BACK	"disk-back"	/* after main-gone, spare-gone or both-gone */
#define EVENT_SUSPENDED	"suspended"	/* a set has been for longer than commands need */
#define EVENT_RESUMED	"resumed"	/* it is not any more */
#define EVENT_FILLING	"filling"	/* the spare will soon be full */
#define EVENT_TEST	"test"

/* Severity of an event; the subject of a mail names the most severe one. */
enum weight {
	WEIGHT_GOOD,
	WEIGHT_NOTE,
	WEIGHT_WARNING,
	WEIGHT_GRAVE,
};

/**
 * struct event_kind - an event.
 * @event: its name; "" for the entry that describes unknown events.
 * @weight: its severity.
 * @state: the state of a set that it announces, which then supplies the text; NULL for none.
 * @subject: a few words, for the subject of a mail.
 * @what: a sentence; %s in it stands for the number of @unit.
 * @unit: "block" or "sector"; NULL if nothing is counted.
 * @next: what to do, where %1$s is the name of the set; "" for nothing.
 * @over: the event that tells that this one is over; NULL if none does.
 */
struct event_kind {
	const char *event;
	enum weight weight;
	const char *state;
	const char *subject;
	const char *what;
	const char *unit;
	const char *next;
	const char *over;
};

/* Find the kind of an event; for an unknown event, the kind with an empty name. */
const struct event_kind *kind_find(const char *event);

/* The event that reports a state of a set; NULL for states without one. */
const struct event_kind *kind_of_state(const char *state);

/* Print what has happened; @count is a number of blocks or sectors, or 0 if unknown. */
void kind_print_what(FILE *out, const struct event_kind *kind, uint64_t count);

/* What to do next, a format with the name of the set as %1$s; "" for nothing. */
const char *kind_next(const struct event_kind *kind);

#endif /* _DMREMAP_MONITOR_KINDS_H */
