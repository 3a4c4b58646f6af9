// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "kernel/dm.h"
#include "kernel/kernel.h"
#include "lib/exit.h"
#include "lib/util.h"
#include "sets/activate.h"
#include "sets/active.h"
#include "sets/choose.h"
#include "sets/gather.h"
#include "sets/identity.h"
#include "sets/new-device.h"
#include "sets/policy.h"
#include "sets/remember.h"
#include "sets/stale-copy.h"
#include "sets/stopped.h"
#include "sets/timeouts.h"

/* Longest words of a table behind the type, with one more. */
#define PARAMS_SIZE	(REASSEMBLY_TABLE_SIZE + 32)

static void waits(struct outcome *outcome, const struct wish *wish)
{
	explain_set(outcome->why, &outcome->set);
	if (!wish->automatic)
		explain_mend(outcome->why, &outcome->set);
	outcome->status = EXIT_UNCORRECTED;
}

static bool is_active(struct outcome *outcome, bool automatic)
{
	struct active active;

	/* one that is being made is waited for later */
	if (!active_find(&active, outcome->set.uuid) || !active.live)
		return false;
	if (!automatic)
		new_device_settle(active.name);
	text_copy(outcome->device, active.name, sizeof(outcome->device));
	text_copy(outcome->number, active.number, sizeof(outcome->number));
	outcome->was_active = true;
	outcome->status = EXIT_CLEAN;
	if (active.without_spare) {
		snprintf(outcome->why, sizeof(outcome->why),
			 "%s is active without its spare, read-only. \"dmremap stop %s\" first, then assemble it again.",
			 active.name, active.name);
		outcome->status = EXIT_UNCORRECTED;
	}
	return true;
}

static bool has_table(const struct known_set *set)
{
	return (set->state == KNOWN_COMPLETE || set->state == KNOWN_ACTIVE) && *set->table;
}

static bool read_half(struct half *half, const char *number)
{
	struct blockdev dev;

	if (!blockdev_by_number(&dev, number))
		return false;
	half_read(half, &dev);
	return true;
}

/* Whether the devices still hold the halves that the module found. */
static bool are_halves(const struct known_set *set, const struct half *main,
		       const struct half *spare)
{
	if (spare->role != HALF_SPARE || strcmp(spare->uuid, set->uuid))
		return false;
	if (main->role == HALF_SPARE || (main->role == HALF_MAIN && strcmp(main->uuid, set->uuid)))
		return false;
	return main->dev.sectors == spare->main_sectors;
}

/*
 * Look at both halves of a set that is complete.  Numbers of devices are used again: what
 * has changed is scanned again by the module, whose new result counts.
 */
static bool look(struct outcome *outcome, struct half *main, struct half *spare)
{
	struct known_set *set = &outcome->set;
	int attempt;

	for (attempt = 0; attempt < 2 && has_table(set); attempt++) {
		if (!read_half(main, set->main) || !read_half(spare, set->spare))
			return false;
		if (are_halves(set, main, spare))
			return true;
		if (gather_give(spare->dev.path) || gather_give(main->dev.path) ||
		    !reassembly_read(set, set->uuid))
			return false;
	}
	return false;
}

/* "0 LENGTH remap MAIN START SPARE 3 persistent uuid U", with an argument more perhaps. */
static bool parse_table(const char *table, bool read_only, unsigned long long *sectors,
			char params[PARAMS_SIZE])
{
	int words = 0, before = 0, after = 0, nr;

	if (sscanf(table, "0 %llu remap %n", sectors, &words) != 1 || !words ||
	    sscanf(table + words, "%*s %*s %*s %n%d%n", &before, &nr, &after) != 1 || !after)
		return false;
	table += words;
	snprintf(params, PARAMS_SIZE, "%.*s%d%s%s", before, table,
		 nr + read_only, table + after, read_only ? " read_only" : "");
	return true;
}

/* A foreign set that nobody has named: its file system may claim the UUID of one of ours. */
static bool is_guest(const struct outcome *outcome, const struct wish *wish)
{
	return outcome->foreign && wish->automatic && policy_mode() == POLICY_SEALED;
}

static void make(struct outcome *outcome, const struct wish *wish)
{
	char params[PARAMS_SIZE], uuid[DM_TEXT_SIZE];
	struct dm_new new = {
		.uuid = uuid,
		.target = "remap",
		.params = params,
		.read_only = wish->read_only,
		.limit_ms = wish->limit_ms,
		.low_links = is_guest(outcome, wish),
	};
	unsigned long long sectors;

	if (!parse_table(outcome->set.table, wish->read_only, &sectors, params)) {
		snprintf(outcome->why, sizeof(outcome->why),
			 "%s: the table that the module gives is none: \"%s\".",
			 outcome->set.name, outcome->set.table);
		outcome->status = EXIT_OPERATION;
		return;
	}
	new.sectors = sectors;
	snprintf(uuid, sizeof(uuid), DM_UUID_PREFIX "%s", outcome->set.uuid);
	if (wish->dry_run) {
		snprintf(outcome->table, sizeof(outcome->table), "0 %llu remap %s",
			 sectors, params);
		return;
	}
	new_device_make(outcome, &new);
}

/* Whether nothing that is known speaks against the halves; if something does, it is said. */
static bool may_use(struct outcome *outcome, const struct wish *wish,
		    const struct registered *known, const struct half *main,
		    const struct half *spare)
{
	enum main_id_verdict verdict = identity_judge(spare, main);

	outcome->status = wish->automatic ? EXIT_UNCORRECTED : EXIT_OPERATION;
	if (verdict == MAIN_ID_OTHER) {
		explain_other(outcome->why, &outcome->set, main, spare);
		return false;
	}
	if (known && !wish->named && !registry_is_spare(known, spare->dev.path)) {
		explain_copy(outcome->why, &outcome->set, &spare->dev, HALF_SPARE,
			     known->spare_id);
		return false;
	}
	if (known && !wish->named && !identity_agrees(verdict, main, known)) {
		explain_copy(outcome->why, &outcome->set, &main->dev, HALF_MAIN, known->main_id);
		return false;
	}
	if (wish->automatic && !identity_proves(spare, main, known)) {
		explain_size(outcome->why, &outcome->set, &main->dev, &spare->dev);
		return false;
	}
	outcome->status = EXIT_CLEAN;
	*outcome->why = 0;
	return true;
}

/* Find usable halves: those of the module, otherwise those that this host knows. */
static bool find_halves(struct outcome *outcome, const struct wish *wish,
			const struct registered *known, struct half *main, struct half *spare)
{
	bool found = look(outcome, main, spare);

	if (found && may_use(outcome, wish, known, main, spare))
		return true;
	if (!known || wish->named || (!found && outcome->set.state != KNOWN_CONFLICT) ||
	    !choose_halves(&outcome->set, known))
		return false;
	return look(outcome, main, spare) && may_use(outcome, wish, known, main, spare);
}

/* The disk may have forgotten them since, or may not be the one that it was. */
static void set_timeouts(const struct outcome *outcome)
{
	struct registered known;
	char main[FILE_TEXT_SIZE];

	if (registry_find(&known, outcome->set.uuid) && known.timeouts &&
	    !kernel_read(TREE_CONFIG, outcome->device, "main", main))
		timeouts_apply(outcome->set.uuid, main);
}

/* Steps to take whenever the set is active afterwards, no matter which process activated it. */
static void settle(struct outcome *outcome, const struct wish *wish)
{
	if (outcome->status != EXIT_CLEAN || wish->dry_run || !*outcome->device)
		return;
	set_timeouts(outcome);
	remember_settled(outcome->set.uuid, outcome->device);
	if (!*outcome->why)
		stale_copy_describe(outcome->why, outcome->set.uuid, outcome->device,
				    outcome->number);
}

static void finish(struct outcome *outcome, const struct wish *wish, const char *main,
		   const char *spare)
{
	if (outcome->status != EXIT_CLEAN || wish->dry_run)
		return;
	stopped_forget(outcome->set.uuid);
	if (wish->remember)
		outcome->remembered = remember_set(outcome->set.uuid, outcome->device, main, spare);
}

/* A card that has turned itself read-only, say. */
static bool is_read_only(struct outcome *outcome, const struct blockdev *half)
{
	if (!blockdev_is_read_only(half->path))
		return false;
	snprintf(outcome->why, sizeof(outcome->why),
		 "%s cannot be activated for writing: %s is read-only. \"dmremap assemble --read-only %s\" lets it be read; copy it to another disk while that can be done.",
		 outcome->set.name, half->path, outcome->set.name);
	outcome->status = EXIT_OPERATION;
	return true;
}

/* The kernel has refused: a half may have gone just now, or may be damaged. */
static void why_not(struct outcome *outcome, const struct wish *wish, struct half *main,
		    struct half *spare)
{
	if (reassembly_read(&outcome->set, outcome->set.uuid) && !look(outcome, main, spare))
		waits(outcome, wish);
	else if (!wish->automatic)
		explain_mend(outcome->why, &outcome->set);
}

void activate_set(const struct known_set *set, const struct wish *wish, struct outcome *outcome)
{
	struct registered known;
	struct half main, spare;

	*outcome = (struct outcome) { .set = *set };
	outcome->foreign = !registry_find(&known, set->uuid);
	if (is_active(outcome, wish->automatic)) {
		if (wish->remember && !wish->dry_run && outcome->status == EXIT_CLEAN)
			outcome->remembered = remember_active(set->uuid, outcome->device);
		settle(outcome, wish);
		return;
	}
	if (!find_halves(outcome, wish, outcome->foreign ? NULL : &known, &main, &spare)) {
		if (!*outcome->why)
			waits(outcome, wish);
		return;
	}
	if (!new_device_free(outcome, &main.dev, HALF_MAIN) ||
	    !new_device_free(outcome, &spare.dev, HALF_SPARE) ||
	    !new_device_name(outcome, wish->name)) {
		/* unless the set itself holds them: another process was faster */
		new_device_other(outcome);
		return;
	}
	if (!wish->read_only &&
	    (is_read_only(outcome, &main.dev) || is_read_only(outcome, &spare.dev)))
		return;
	make(outcome, wish);
	if (outcome->status == EXIT_OPERATION && !*outcome->why)
		why_not(outcome, wish, &main, &spare);
	finish(outcome, wish, main.dev.path, spare.dev.path);
	settle(outcome, wish);
}
