// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "kernel/kernel.h"
#include "kernel/remap-list.h"
#include "lib/message.h"
#include "lib/number.h"
#include "monitor/kinds.h"
#include "monitor/look.h"
#include "sets/policy.h"
#include "sets/replace-by.h"
#include "sets/spare-rate.h"

/* A reported forecast is withdrawn only when it has improved by this factor. */
#define HYSTERESIS	2

static bool read_number(const char *name, const char *attribute, uint64_t *value)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	return !kernel_read(TREE_CONFIG, name, attribute, text) && number_take(&p, value);
}

static uint64_t lost_sectors(const char *name)
{
	char text[KERNEL_TEXT_SIZE];
	struct remap_status status;
	const char *p = text;
	uint64_t value;

	if (!kernel_read(TREE_STATS, name, "lost_sectors", text) && number_take(&p, &value))
		return value;
	return list_status(name, &status) ? 0 : status.lost_sectors;
}

static void measure(struct look *look, bool was_filling, unsigned int days)
{
	const char *name = look->row.name;
	struct memory_set *now = &look->now;
	uint64_t left = 0, low = 0;
	struct replace_by by;

	now->was_active = true;
	read_number(name, "remaps/count", &now->moved);
	read_number(name, "remaps/pending", &now->pending);
	now->lost = lost_sectors(name);
	if (!read_number(name, "spare/free", &left))
		return;
	now->low = read_number(name, "spare/low_water", &low) && left <= low;
	look->days = spare_rate_days(name);
	/* records the day on which the first sign was seen */
	replace_by_find(&by, name, look->row.uuid, look->row.main);
	now->filling = days && look->days >= 0 &&
		       look->days <= days * (was_filling ? HYSTERESIS : 1);
}

/* Commands suspend a set for as long as its requests in flight take. */
static void measure_suspended(struct look *look, const struct memory_set *before)
{
	struct memory_set *now = &look->now;
	uint64_t seconds = time(NULL);

	if (!look->row.suspended)
		return;
	now->suspended = before && before->suspended ? before->suspended : seconds;
	/* the clock may have been set */
	now->stuck = seconds >= now->suspended + LOOK_STUCK_S;
}

/* Whether an inactive set is expected to become active. */
static bool is_expected(const struct status_row *row, const struct memory_set *before)
{
	/* a set that was active before has been stopped on purpose */
	return !row->foreign && !(before && before->was_active) && policy_mode() != POLICY_NONE;
}

static bool take(struct look *look, const struct status_row *row, const struct memory *memory,
		 unsigned int days)
{
	const char *key = *row->uuid ? row->uuid : row->name;
	const struct memory_set *before = memory_find(memory, key);

	*look = (struct look) { .row = *row, .days = -1 };
	text_copy(look->now.key, key, sizeof(look->now.key));
	text_copy(look->now.state, row->state, sizeof(look->now.state));
	if (before && !strcmp(before->state, row->state))
		look->now.since = before->since;
	else if (before)
		look->now.since = time(NULL);
	if (row->active) {
		/* its configfs directory may appear a moment after the device */
		if (!strcmp(row->state, "starting"))
			return false;
		measure(look, before && before->filling, days);
		measure_suspended(look, before);
		return true;
	}
	return is_expected(row, before);
}

bool looks_take(struct looks *looks, const struct memory *memory, unsigned int days,
		bool patient)
{
	struct status_row *rows;
	int nr = status_rows(&rows), i;

	*looks = (struct looks) {};
	if (nr < 0)
		return false;
	looks->look = calloc(nr + 1, sizeof(*looks->look));
	if (!looks->look)
		no_memory();
	for (i = 0; i < nr; i++)
		if (rows[i].active || !patient)
			looks->nr += take(&looks->look[looks->nr], &rows[i], memory,
					  days);
	free(rows);
	return true;
}

void looks_free(struct looks *looks)
{
	free(looks->look);
	*looks = (struct looks) {};
}

const struct look *looks_find(const struct looks *looks, const char *key)
{
	int i;

	/* a set may have no uuid */
	for (i = 0; *key && i < looks->nr; i++)
		if (!strcasecmp(looks->look[i].row.uuid, key) ||
		    !strcmp(looks->look[i].row.name, key))
			return &looks->look[i];
	return NULL;
}

static void add(struct queue *queue, const struct look *look, const char *event, uint64_t count,
		const char *more)
{
	struct heard heard = {};

	text_copy(heard.event, event, sizeof(heard.event));
	text_copy(heard.name, look->row.name, sizeof(heard.name));
	text_copy(heard.uuid, look->row.uuid, sizeof(heard.uuid));
	queue_add(queue, &heard, count, more);
}

/* The increase of a counter. */
static void compare_count(struct queue *queue, const struct look *look, const char *event,
			  uint64_t before, uint64_t now, enum missed missed)
{
	static const char * const more[] = {
		[MISSED_NONE] = "",
		[MISSED_LOST] = "The kernel's events of this were lost; changes made by hand are included.",
		[MISSED_STOPPED] = "This happened while no monitor ran; changes made by hand are included.",
	};

	if (now > before && (missed || queue_has(queue, look->now.key, event)))
		add(queue, look, event, now - before, more[missed]);
}

static void compare_state(struct queue *queue, const struct look *look, const char *before)
{
	const struct event_kind *kind = kind_of_state(look->row.state);
	/* it was left and entered again, even if no event said so */
	bool again = kind && kind->over && queue_has(queue, look->now.key, kind->over);

	if (!strcmp(before, look->row.state) && !again)
		return;
	if (!look->row.active)
		add(queue, look, EVENT_WAITING, 0, look->row.why);
	else if (kind)
		add(queue, look, kind->event, 0, "");
	else if (!strcmp(before, "suspended-remaps"))
		add(queue, look, "storm-over", 0, "");
	else if (!strcmp(before, "failed"))
		add(queue, look, "store-mended", 0, "");
}

/* The kernel has no events for these. */
static void compare_end(struct queue *queue, const struct look *look,
			const struct memory_set *before)
{
	const char *key = look->now.key;

	if (look->row.active && !look->row.gone &&
	    (strstr(before->state, "-gone") || queue_waits_for(queue, key, EVENT_DISK_BACK)))
		add(queue, look, EVENT_DISK_BACK, 0, "");
	if (look->now.was_active && !before->was_active &&
	    (*before->state || queue_waits_for(queue, key, EVENT_CAME_UP)))
		add(queue, look, EVENT_CAME_UP, 0, "");
}

static void compare_stuck(struct queue *queue, const struct look *look,
			  const struct memory_set *before)
{
	const struct memory_set *now = &look->now;

	if (now->stuck && !before->stuck)
		add(queue, look, EVENT_SUSPENDED, 0, "");
	else if (!now->suspended &&
		 (before->stuck || queue_waits_for(queue, now->key, EVENT_RESUMED)))
		add(queue, look, EVENT_RESUMED, 0, "");
}

static void add_filling(struct queue *queue, const struct look *look)
{
	time_t full = time(NULL) + look->days * 86400;
	char text[160], day[16];
	struct tm tm;

	strftime(day, sizeof(day), "%F", localtime_r(&full, &tm));
	snprintf(text, sizeof(text), "At the rate of the last days it is full about %s, in %.0f day%s.",
		 day, look->days, look->days >= 0.5 && look->days < 1.5 ? "" : "s");
	add(queue, look, EVENT_FILLING, 0, text);
}

static void compare(const struct look *look, const struct memory_set *before,
		    struct queue *queue, enum missed missed)
{
	static const struct memory_set nothing;
	const struct memory_set *now = &look->now;

	if (!before)
		before = &nothing;
	compare_state(queue, look, before->state);
	compare_end(queue, look, before);
	compare_stuck(queue, look, before);
	if (before->was_active) {
		compare_count(queue, look, "remapped", before->moved, now->moved, missed);
		compare_count(queue, look, "pending", before->pending, now->pending, missed);
		compare_count(queue, look, "lost-data", before->lost, now->lost, missed);
	}
	if (now->low && !before->low)
		add(queue, look, "low-spare", 0, "");
	if (now->filling && !before->filling)
		add_filling(queue, look);
}

/* Only sets whose state is news are explained, since that reads their disks. */
static void explain(struct looks *looks, const struct memory *memory)
{
	struct status_row **rows = calloc(looks->nr + 1, sizeof(*rows));
	const struct memory_set *before;
	struct look *look;
	int n = 0;

	if (!rows)
		no_memory();
	for (look = looks->look; look < looks->look + looks->nr; look++) {
		before = memory_find(memory, look->now.key);
		if (look->explained || (before && !strcmp(before->state, look->row.state)))
			continue;
		look->explained = true;
		rows[n++] = &look->row;
	}
	status_rows_explain(rows, n);
	free(rows);
}

void looks_compare(struct looks *looks, const struct memory *memory, struct queue *queue,
		   enum missed missed)
{
	int i;

	explain(looks, memory);
	for (i = 0; i < looks->nr; i++)
		compare(&looks->look[i], memory_find(memory, looks->look[i].now.key), queue,
			missed);
}

bool looks_again_soon(const struct looks *looks)
{
	int i;

	for (i = 0; i < looks->nr; i++)
		if (looks->look[i].now.suspended && !looks->look[i].now.stuck)
			return true;
	return false;
}

void looks_remember(const struct looks *looks, struct memory *memory)
{
	int i;

	for (i = 0; i < looks->nr; i++)
		memory_put(memory, &looks->look[i].now);
}
