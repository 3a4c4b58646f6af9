// SPDX-License-Identifier: GPL-2.0
/*
 * Switches a set to its new disk.
 *
 * The kernel records the new main and empties the table on the spare with a single write; until
 * then the set is unchanged. With --leave, the set, which then has no remaps, is replaced by the
 * plain disk: both have the same content, so it does not matter which of them is found after a
 * power cut.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/dm-switch.h"
#include "lib/clock.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "life/replace.h"
#include "sets/create.h"
#include "sets/registry.h"
#include "sets/remember.h"

/* As long as the parameters that create writes, plus the ID of the tracker. */
#define PARAMS_SIZE	(CREATE_PARAMS_SIZE + 64)

int replace_say_why(const struct replacement *r)
{
	complain("%s goes on as it was: %s.", r->volume.name, r->copy.why);
	return EXIT_OPERATION;
}

/*
 * Complete the copy while I/O is suspended, and close the new disk, which the kernel opens
 * exclusively.
 */
static int copy_paused(void *context)
{
	struct replacement *r = context;
	int status;

	r->copy.deadline_ns = clock_ns() + r->pause_s * NS_PER_S;
	status = disk_copy_pass(&r->copy, false);
	return status ?: disk_copy_complete(&r->copy);
}

static bool has_word(const char *params, const char *word)
{
	const char *at = strstr(params, word);

	return at && at[-1] == ' ' && (!at[strlen(word)] || at[strlen(word)] == ' ');
}

/* Keep the arguments of the table other than the main. */
static void make_params(const struct replacement *r, const char *old, const char *number,
			char params[PARAMS_SIZE])
{
	bool no_auto = has_word(old, "no_auto_remap"), force = has_word(old, "force_block_size");

	snprintf(params, PARAMS_SIZE,
		 "%s 0 %s %u persistent block_size %llu uuid %s%s%s%s%s new_main %llx",
		 number, r->spare.number, 7 + 2U * (*r->id != 0) + no_auto + force,
		 LLU(r->volume.block), r->volume.uuid, *r->id ? " main_id " : "", r->id,
		 no_auto ? " no_auto_remap" : "", force ? " force_block_size" : "",
		 LLU(r->copy.tracker));
}

static int switch_main(struct replacement *r, struct dm_switch *sw)
{
	int status = dm_switch(sw);

	if (status && r->copy.why)
		replace_say_why(r);
	if (status) {
		disk_copy_spoil(&r->copy);
		return status;
	}
	r->switched = true;
	printf("%s is on %s now. I/O waited for %llu ms.\n", r->volume.name, r->new,
	       LLU(sw->paused_ns / 1000000 + 1));
	return EXIT_CLEAN;
}

int replace_record(const struct replacement *r)
{
	int status = remember_next(r->volume.uuid, r->new, NULL);

	if (status)
		complain("%s goes on as it was: a boot would not find it on another disk.",
			 r->volume.name);
	return status;
}

/*
 * Whenever this is interrupted, the next boot must find the set with the main that its spare names.
 */
static int to_set(struct replacement *r, struct dm_switch *sw, const char *number)
{
	char params[PARAMS_SIZE];
	struct dm_table table;
	int status;

	if (dm_table(r->volume.name, &table) <= 0)
		return EXIT_OPERATION;
	make_params(r, table.params, number, params);
	sw->target = "remap";
	sw->params = params;
	/* a look at the set during the copy may have settled the record */
	status = replace_record(r);
	if (status)
		return status;
	status = switch_main(r, sw);
	remember_settled(r->volume.uuid, r->volume.name);
	return status;
}

static void to_linear(struct dm_switch *sw, const char *number, char params[PARAMS_SIZE])
{
	snprintf(params, PARAMS_SIZE, "%s 0", number);
	sw->target = "linear";
	sw->params = params;
}

/*
 * The end of the set cannot be recorded on the spare, so the host must forget the set first, lest a
 * boot assemble it. If the set goes on, so does its record; it cannot be made anew without the
 * spare.
 */
static int end_directly(struct replacement *r, struct dm_switch *sw, const char *number)
{
	char params[PARAMS_SIZE];
	struct registered before;
	bool known = registry_find(&before, r->volume.uuid);
	int status;

	if (*r->volume.uuid)
		forget_set(r->volume.uuid);
	to_linear(sw, number, params);
	status = switch_main(r, sw);
	if (status && known)
		registry_write(&before);
	r->ended = !status;
	return status;
}

/* A new disk that already has bad sectors needs its spare. */
static int has_no_remaps(void *context)
{
	struct replacement *r = context;

	r->copy.why = set_view_beneath(&r->copy.view);
	if (!r->copy.why && r->copy.view.nr)
		r->copy.why = "the new disk has bad sectors, which are on the spare";
	return r->copy.why ? EXIT_OPERATION : EXIT_CLEAN;
}

static int end_set(struct replacement *r, const char *number)
{
	struct dm_switch sw = {
		.name = r->volume.name,
		.sectors = r->volume.sectors,
		.paused = has_no_remaps,
		.context = r,
	};
	char params[PARAMS_SIZE];

	to_linear(&sw, number, params);
	if (dm_switch(&sw)) {
		complain("%s stays a set, on %s: %s. \"dmremap delete %s\" ends it when it is not in use.",
			 r->volume.name, r->new,
			 r->copy.why ?: "device-mapper has refused the other table",
			 shell_word(r->volume.name));
		return EXIT_UNCORRECTED;
	}
	r->ended = true;
	return EXIT_CLEAN;
}

int replace_switch(struct replacement *r, uint64_t estimate_ns)
{
	struct dm_switch sw = {
		.name = r->volume.name,
		.sectors = r->volume.sectors,
		.paused = copy_paused,
		.context = r,
	};
	struct blockdev new;
	int status;

	if (blockdev_by_path(&new, r->new)) {
		complain("%s has gone. %s goes on as it was.", r->new, r->volume.name);
		return EXIT_OPERATION;
	}
	printf("%s: %llu sectors are copied. I/O waits now, for about %llu ms.\n",
	       r->volume.name, LLU(r->volume.sectors), LLU(estimate_ns / 1000000 + 1));
	fflush(stdout);
	if (r->direct)
		return end_directly(r, &sw, new.number);
	status = to_set(r, &sw, new.number);
	if (!status && r->leave)
		status = end_set(r, new.number);
	return status;
}
