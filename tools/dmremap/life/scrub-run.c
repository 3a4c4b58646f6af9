// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "life/attributes.h"
#include "life/scrub-run.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/number.h"
#include "sets/active.h"

static bool take_run(const char **p, struct scrub_run *run)
{
	uint64_t *fields[] = {
		&run->ended_s, &run->took_s, &run->sectors, &run->moved, &run->pending,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!number_take(p, fields[i]))
			return false;
		*p += **p == ' ';
	}
	*p += **p == '\n';
	return true;
}

static void take_runs(struct scrub *scrub, const char *text)
{
	while (scrub->nr_runs < SCRUB_RUNS_MAX && take_run(&text, &scrub->runs[scrub->nr_runs]))
		scrub->nr_runs++;
}

static int read_number(const char *device, const char *attribute, uint64_t *value)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;
	int error = kernel_read(TREE_CONFIG, device, attribute, text);

	if (error)
		return error;
	return number_take(&p, value) && !*p ? 0 : -EBADMSG;
}

static int read_all(struct scrub *scrub, const char *device)
{
	char text[KERNEL_TEXT_SIZE];
	int error = kernel_read(TREE_CONFIG, device, "scrub/state", scrub->state);

	if (!error)
		error = read_number(device, "scrub/position", &scrub->position);
	if (!error)
		error = read_number(device, "scrub/rate_kib", &scrub->rate_kib);
	if (!error)
		error = kernel_read(TREE_CONFIG, device, "scrub/last_result", text);
	if (!error)
		take_runs(scrub, text);
	return error;
}

int scrub_read(struct scrub *scrub, const char *device)
{
	struct active active;
	int error;

	*scrub = (struct scrub) {};
	error = read_all(scrub, device);
	if (error) {
		complain("The scrub of %s cannot be read: %s.", device,
			 error == -ENOENT && kernel_has(TREE_CONFIG, device, "") ?
			 "the module that is loaded has none" : attribute_why(error));
		return EXIT_OPERATION;
	}
	if (active_find(&active, device))
		kernel_block_number(active.number, "size", &scrub->size);
	return EXIT_CLEAN;
}

bool scrub_is(const struct scrub *scrub, const char *state)
{
	return !strcmp(scrub->state, state);
}

/*
 * EBUSY means that the device is suspended or that the order does not fit the state of the scrub.
 */
static const char *why(const char *device, const char *order, int error)
{
	char state[KERNEL_TEXT_SIZE];
	bool idle;

	if (error != -EBUSY || kernel_read(TREE_CONFIG, device, "scrub/state", state))
		return attribute_why(error);
	idle = !strcmp(state, "idle");
	if (!strcmp(order, "start") && !idle)
		return strcmp(state, "paused") ? "a run is under way already" :
						 "a run is paused: resume or stop it";
	if (!strcmp(order, "pause") && strcmp(state, "running"))
		return idle ? "no run is under way" : "it is paused already";
	if (!strcmp(order, "resume") && strcmp(state, "paused"))
		return idle ? "no run is under way: start one" : "it is not paused";
	if (!strcmp(order, "stop") && idle)
		return "no run is under way";
	return attribute_why(error);
}

int scrub_order(const char *device, const char *order)
{
	int error = kernel_write(TREE_CONFIG, device, "scrub/control", order);

	if (!error)
		return EXIT_CLEAN;
	complain("%s: the scrub does not take \"%s\": %s.", device, order,
		 why(device, order, error));
	return EXIT_OPERATION;
}
