// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "kernel/dm.h"
#include "kernel/kernel.h"
#include "lib/exit.h"
#include "lib/interrupt.h"
#include "lib/shell-word.h"
#include "lib/text.h"
#include "lib/util.h"
#include "sets/activate.h"
#include "sets/active.h"
#include "sets/choose.h"
#include "sets/fit.h"
#include "sets/gather.h"
#include "sets/identity.h"
#include "sets/new-device.h"
#include "sets/policy.h"
#include "sets/remember.h"
#include "sets/stale-copy.h"
#include "sets/stopped.h"
#include "sets/timeouts.h"

/* Maximum length of the table parameters, with room for read_only and main_id. */
#define PARAMS_SIZE	(REASSEMBLY_TABLE_SIZE + DM_REMAP_MAIN_ID_SIZE + 48)

static void waits(struct activation_result *result, const struct activation_request *activation)
{
	explain_set(result->why, &result->set);
	if (!activation->automatic) {
		explain_mend(result->why, &result->set);
		fit_explain_label(result->why, &result->set);
	}
	result->status = EXIT_UNCORRECTED;
}

static bool is_active(struct activation_result *result, bool automatic)
{
	struct active active;

	/* if another process is still creating the device, wait for that later */
	if (!active_find(&active, result->set.uuid) || !active.live)
		return false;
	if (!automatic)
		new_device_settle(active.name);
	text_copy(result->device, active.name, sizeof(result->device));
	text_copy(result->number, active.number, sizeof(result->number));
	result->was_active = true;
	result->status = EXIT_CLEAN;
	if (active.without_spare) {
		snprintf(result->why, sizeof(result->why),
			 "%s is active without its spare, read-only. \"dmremap stop %s\" first, then assemble it again.",
			 active.name, shell_word(active.name));
		result->status = EXIT_UNCORRECTED;
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

/* Whether the devices still contain the halves that the module found. */
static bool are_halves(const struct known_set *set, const struct half *main,
		       const struct half *spare)
{
	if (spare->role != HALF_SPARE || strcmp(spare->uuid, set->uuid))
		return false;
	if (main->role == HALF_SPARE || (main->role == HALF_MAIN && strcmp(main->uuid, set->uuid)))
		return false;
	return fit_has_room(spare, &main->dev);
}

/*
 * Examine both halves of a complete set. Device numbers are reused, so if a half has changed the
 * module scans it again, and its new result counts.
 */
static bool look(struct activation_result *result, struct half *main, struct half *spare)
{
	struct known_set *set = &result->set;
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

/* "0 LENGTH remap MAIN START SPARE 3 persistent uuid U", perhaps with more arguments. */
static bool parse_table(const char *table, bool read_only, const char *main_id,
			unsigned long long *sectors, char params[PARAMS_SIZE])
{
	int words = 0, before = 0, after = 0, nr;

	/* the module may have said it already */
	if (strstr(table, " main_id "))
		main_id = NULL;
	if (sscanf(table, "0 %llu remap %n", sectors, &words) != 1 || !words ||
	    sscanf(table + words, "%*s %*s %*s %n%d%n", &before, &nr, &after) != 1 || !after)
		return false;
	table += words;
	snprintf(params, PARAMS_SIZE, "%.*s%d%s%s%s%s", before, table,
		 nr + read_only + (main_id ? 2 : 0), table + after,
		 main_id ? " main_id " : "", main_id ?: "", read_only ? " read_only" : "");
	return true;
}

/*
 * Whether this is a foreign set activated automatically, whose file system might have the same UUID
 * as one of ours.
 */
static bool is_guest(const struct activation_result *result,
		     const struct activation_request *activation)
{
	return result->foreign && activation->automatic && policy_mode() == POLICY_SEALED;
}

static void make(struct activation_result *result, const struct activation_request *activation,
		 const char *main_id)
{
	char params[PARAMS_SIZE], uuid[DM_TEXT_SIZE];
	struct dm_new new = {
		.uuid = uuid,
		.target = "remap",
		.params = params,
		.read_only = activation->read_only,
		.limit_ms = activation->limit_ms,
		.low_links = is_guest(result, activation),
	};
	unsigned long long sectors;

	if (!parse_table(result->set.table, activation->read_only, main_id, &sectors, params)) {
		snprintf(result->why, sizeof(result->why),
			 "%s: the table from the module is malformed: \"%s\".",
			 result->set.name, result->set.table);
		result->status = EXIT_OPERATION;
		return;
	}
	new.sectors = sectors;
	snprintf(uuid, sizeof(uuid), DM_UUID_PREFIX "%s", result->set.uuid);
	if (activation->dry_run) {
		snprintf(result->table, sizeof(result->table), "0 %llu remap %s",
			 sectors, params);
		return;
	}
	new_device_make(result, &new);
}

/* The device has the uuid of the set, which is public, but a person has not named it. */
static bool is_spare(struct activation_result *result, const struct registered *known,
		     const struct half *spare)
{
	if (identity_is_spare(known, spare))
		return true;
	*result->why = 0;
	if (registry_is_spare(known, spare->dev.path))
		text_add(result->why, sizeof(result->why),
			 "%s is not activated with %s, which has the uuid of the set, but not its secret: it is not the spare that this host has recorded. Connect that one. If %s has taken its place, name both devices: \"dmremap assemble MAIN SPARE\".",
			 result->set.name, spare->dev.path, spare->dev.path);
	else
		explain_copy(result->why, &result->set, &spare->dev, HALF_SPARE,
			     known->spare_id);
	return false;
}

/*
 * Whether more than an identity that several devices may have speaks for a main that a person has
 * not named.
 */
static bool is_distinct(struct activation_result *result, const struct half *main,
			const struct half *spare, const struct registered *known)
{
	struct blockdev rival;

	*result->why = 0;
	if (identity_lacks_label(spare, main, known)) {
		text_add(result->why, sizeof(result->why),
			 "%s is not activated with %s: its main has a label, and that device has none, or it cannot be read. If it is the main, name both devices: \"dmremap assemble %s %s\".",
			 result->set.name, main->dev.path, shell_word(main->dev.path),
			 shell_word(spare->dev.path));
		return false;
	}
	if (main->role != HALF_MAIN && gather_find_rival(spare, main, &rival)) {
		text_add(result->why, sizeof(result->why),
			 "%s is not activated: %s and %s both have the identity of its main. Disconnect the wrong one, or name the devices: \"dmremap assemble MAIN %s\". \"dmremap seal %s\" then tells the main from others.",
			 result->set.name, main->dev.path, rival.path, shell_word(spare->dev.path),
			 shell_word(result->set.name));
		return false;
	}
	return true;
}

/* Whether the halves may be used. If not, sets the reason. */
static bool may_use(struct activation_result *result, const struct activation_request *activation,
		    const struct registered *known, const struct half *main,
		    const struct half *spare)
{
	enum main_id_verdict verdict = identity_judge(spare, main);
	bool as_automatic = activation->automatic || !activation->asked ||
			    (!activation->named && main_id_is_number(spare->main_id));

	result->status = activation->automatic ? EXIT_UNCORRECTED : EXIT_OPERATION;
	if (verdict == MAIN_ID_OTHER) {
		explain_other(result->why, &result->set, main, spare);
		return false;
	}
	if (known && !activation->named && !is_spare(result, known, spare))
		return false;
	if (known && !activation->named && !identity_agrees(verdict, main, known)) {
		explain_copy(result->why, &result->set, &main->dev, HALF_MAIN, known->main_id);
		return false;
	}
	if (!activation->named && !is_distinct(result, main, spare, known))
		return false;
	if (activation->automatic && !identity_proves(spare, main, known)) {
		explain_size(result->why, &result->set, &main->dev, &spare->dev);
		return false;
	}
	if (!fit_allows(spare, main, as_automatic)) {
		fit_explain(result->why, &result->set, main, spare);
		return false;
	}
	result->status = EXIT_CLEAN;
	*result->why = 0;
	return true;
}

/*
 * Whether this host's record decides between copies, or finds what the module does not take: a
 * labelled main of another size, of a set that a person has asked for.
 */
static bool may_choose(const struct activation_result *result,
		       const struct activation_request *activation)
{
	return result->set.state == KNOWN_CONFLICT ||
	       (result->set.state == KNOWN_WAITING_MAIN && activation->asked &&
		!activation->automatic);
}

/* Find usable halves: those found by the module, otherwise those recorded by this host. */
static bool find_usable(struct activation_result *result,
			const struct activation_request *activation, const struct registered *known,
			struct half *main, struct half *spare)
{
	bool found = look(result, main, spare);

	if (found && may_use(result, activation, known, main, spare))
		return true;
	if (!known || activation->named || (!found && !may_choose(result, activation)) ||
	    !choose_halves(&result->set, known))
		return false;
	return look(result, main, spare) && may_use(result, activation, known, main, spare);
}

/*
 * The module takes the name of a set from any device with its uuid, so only what the chosen halves
 * say counts.
 */
static bool find_halves(struct activation_result *result,
			const struct activation_request *activation, const struct registered *known,
			struct half *main, struct half *spare)
{
	if (!find_usable(result, activation, known, main, spare))
		return false;
	choose_pair(&result->set, main, spare);
	return true;
}

/* The disk may have lost the setting since, or may be a different disk. */
static void set_timeouts(const struct activation_result *result)
{
	struct registered known;
	char main[FILE_TEXT_SIZE];

	if (registry_find(&known, result->set.uuid) && known.timeouts &&
	    !kernel_read(TREE_CONFIG, result->device, "main", main))
		timeouts_apply(result->set.uuid, main);
}

/* Final steps if the set is active, no matter which process activated it. */
static void settle(struct activation_result *result, const struct activation_request *activation)
{
	if (result->status != EXIT_CLEAN || activation->dry_run || !*result->device)
		return;
	set_timeouts(result);
	remember_settled(result->set.uuid, result->device);
	if (!*result->why)
		stale_copy_describe(result->why, result->set.uuid, result->device,
				    result->number);
}

static void finish(struct activation_result *result, const struct activation_request *activation,
		   const char *main, const char *spare)
{
	if (result->status != EXIT_CLEAN || activation->dry_run)
		return;
	stopped_forget(result->set.uuid);
	if (activation->remember)
		result->remembered = remember_set(result->set.uuid, result->device, main, spare);
}

/* One half may have turned read-only, like an old memory card. */
static bool is_read_only(struct activation_result *result, const struct blockdev *half)
{
	if (!blockdev_is_read_only(half->path))
		return false;
	snprintf(result->why, sizeof(result->why),
		 "%s cannot be activated for writing: %s is read-only. \"dmremap assemble --read-only %s\" lets it be read; copy it to another disk while that can be done.",
		 result->set.name, half->path, shell_word(result->set.name));
	result->status = EXIT_OPERATION;
	return true;
}

/* The kernel has refused the table: a half may have just disappeared, or may be damaged. */
static void why_not(struct activation_result *result, const struct activation_request *activation,
		    struct half *main, struct half *spare)
{
	if (reassembly_read(&result->set, result->set.uuid) && !look(result, main, spare))
		waits(result, activation);
	else if (!activation->automatic)
		explain_mend(result->why, &result->set);
}

void activate_set(const struct known_set *set, const struct activation_request *activation,
		  struct activation_result *result)
{
	struct registered known;
	struct half main, spare;

	*result = (struct activation_result) { .set = *set };
	result->foreign = !registry_find(&known, set->uuid);
	if (is_active(result, activation->automatic)) {
		if (activation->remember && !activation->dry_run && result->status == EXIT_CLEAN)
			result->remembered = remember_active(set->uuid, result->device);
		settle(result, activation);
		return;
	}
	if (!find_halves(result, activation, result->foreign ? NULL : &known, &main, &spare)) {
		if (!*result->why)
			waits(result, activation);
		return;
	}
	if (!new_device_free(result, &main.dev, HALF_MAIN) ||
	    !new_device_free(result, &spare.dev, HALF_SPARE) ||
	    !new_device_name(result, activation)) {
		/* no error if the set itself uses them because another process was faster */
		new_device_other(result);
		return;
	}
	if (!activation->read_only &&
	    (is_read_only(result, &main.dev) || is_read_only(result, &spare.dev)))
		return;
	/* a signal must not leave a set active without the record that was asked for */
	interrupt_hold();
	make(result, activation, fit_main_id(&spare, &main));
	if (result->status == EXIT_OPERATION && !*result->why)
		why_not(result, activation, &main, &spare);
	finish(result, activation, main.dev.path, spare.dev.path);
	interrupt_release();
	settle(result, activation);
}
