// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap scan: show which devices are halves of sets.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "lib/encode.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/text-table.h"
#include "sets/active.h"
#include "sets/damage.h"
#include "sets/gather.h"
#include "sets/identity.h"
#include "sets/policy.h"
#include "sets/set-json.h"
#include "sets/stale-copy.h"
#include "sets/trust.h"

enum { COLUMN_DEVICE, COLUMN_ROLE, COLUMN_NAME, COLUMN_UUID, COLUMN_TRUST, COLUMN_NOTE };

static const struct text_column columns[] = {
	[COLUMN_DEVICE] = { "DEVICE" },
	[COLUMN_ROLE] = { "ROLE" },
	[COLUMN_NAME] = { "NAME" },
	[COLUMN_UUID] = { "UUID" },
	[COLUMN_TRUST] = { "TRUST" },
	[COLUMN_NOTE] = { "NOTE" },
};

static struct libscols_table *table;	/* NULL for JSON output */

/* How the half was identified, such as "by label", or the fault. */
static void show_text(const struct half *half, const char *role, const char *trust,
		      const char *note)
{
	struct libscols_line *line = text_line(table);
	char name[ENCODED_NAME_SIZE];

	text_readable(name, half->name);
	text_put(line, COLUMN_DEVICE, "%s", half->dev.path);
	text_put(line, COLUMN_ROLE, "%s", role);
	text_put(line, COLUMN_NAME, "%s", name);
	text_put(line, COLUMN_UUID, "%s", half->uuid);
	text_put(line, COLUMN_TRUST, "%s", trust ?: "-");
	text_put(line, COLUMN_NOTE, "%s", note);
}

static void show_json(const struct half *half, const char *role, const char *trust,
		      const char *by)
{
	struct json_object *object = json_object_new_object();
	char main_id[4 * DM_REMAP_MAIN_ID_SIZE];

	json_add_string(object, "device", half->dev.path);
	json_add_text(object, "role", half->damaged ? NULL : role);
	json_add_text(object, "name", half->name);
	json_add_text(object, "uuid", half->uuid);
	if (!half->damaged) {
		json_add_text(object, "known_by", by);
		json_add_number(object, "main_sectors", half->main_sectors);
	}
	if (half->role == HALF_SPARE) {
		text_encode(main_id, half->main_id);
		json_add_text(object, "main_id", main_id);
		json_add_number(object, "generation", half->generation);
		json_add_number(object, "bad_pages", half->bad_pages);
		json_add_number(object, "lost_pages", half->lost_pages);
	}
	json_add_text(object, "trust", trust);
	json_add_text(object, "trouble", half->trouble);
	json_out_element(object);
}

static void show(const struct half *half, const char *role, const char *trust,
		 const char *by)
{
	if (table)
		show_text(half, role, trust, half->trouble ?: by);
	else
		show_json(half, role, trust, by);
}

/* The main of a spare, unless its label has already been shown. */
static void show_main(const struct half *spare, const char *trust)
{
	char path[BLOCKDEV_PATH_SIZE];
	struct half main = *spare;

	if (!gather_find_main(spare, &main.dev, path))
		return;
	main.role = HALF_NONE;
	main.trouble = NULL;
	show(&main, "main", trust, "main_id");
}

static void show_all(const struct halves *halves)
{
	const struct half *half;
	const char *trust;

	for (half = halves->half; half < halves->half + halves->nr; half++) {
		if (half->damaged)
			show(half, "-", NULL, NULL);
		if (half->role == HALF_NONE)
			continue;
		trust = trust_name(trust_of(half));
		show(half, half_role_name(half->role), trust,
		     half->role == HALF_MAIN ? "label" : "superblock");
		if (half->role == HALF_SPARE && !identity_labelled(halves, half))
			show_main(half, trust);
	}
}

/* Advice for halves that are not used automatically, once per set. */
static void advise(const struct halves *halves)
{
	const struct half *half, *first;
	char damage[DAMAGE_SIZE];

	for (half = halves->half; half < halves->half + halves->nr; half++) {
		if (damage_describe(damage, half))
			complain("%s", damage);
		if (half->role == HALF_NONE)
			continue;
		first = halves_find(halves, NULL, half->role, half->uuid);
		if (trust_of(half) == TRUST_COPY)
			complain("%s claims to be the %s of %s, but this host knows another device as that half: it is a copy, and not used. If it has replaced that device, stop the set and name both devices: \"dmremap assemble MAIN SPARE\".",
				 half->dev.path, half_role_name(half->role),
				 *half->name ? half->name : half->uuid);
		else if (trust_of(half) == TRUST_FOREIGN && first == half &&
			 (half->role == HALF_SPARE ||
			  !halves_find(halves, NULL, HALF_SPARE, half->uuid)))
			complain("%s is foreign: this host does not activate it automatically. \"dmremap assemble %s\" activates and records it; with --once it is not recorded.",
				 *half->name ? half->name : half->uuid, half->uuid);
	}
}

/* Disks left over by "dmremap replace", which have no label. */
static void advise_of_copies(void)
{
	char text[EXPLAIN_SIZE];
	struct active *list;
	int nr = actives_list(&list), i;

	for (i = 0; i < nr; i++)
		if (!list[i].suspended &&
		    stale_copy_describe(text, list[i].uuid, list[i].name, list[i].number))
			complain("%s", text);
	free(list);
}

/* @complete: all devices could be read. */
static void print(const struct halves *halves, bool json, bool complete)
{
	if (json) {
		json_out_begin();
		json_out_array("devices");
		show_all(halves);
		json_out_array_end();
		json_out_end();
		return;
	}
	table = text_table(columns, ARRAY_SIZE(columns));
	show_all(halves);
	if (scols_table_get_nlines(table))
		scols_print_table(table);
	else if (complete)
		complain("No device is a half of a set.");
	scols_unref_table(table);
	advise(halves);
	advise_of_copies();
}

/* Read the named devices, each of which must exist. */
static int read_named(struct halves *halves, char **paths)
{
	struct blockdev *list;
	int nr = 0, status = EXIT_CLEAN, i, error;

	while (paths[nr])
		nr++;
	list = calloc(nr, sizeof(*list));
	if (!list)
		no_memory();
	for (nr = 0; *paths; paths++) {
		error = blockdev_by_path(&list[nr], *paths);
		if (!error) {
			nr++;
			continue;
		}
		complain("%s cannot be read: %s.", *paths, strerror(-error));
		status = EXIT_OPERATION;
	}
	halves_read(halves, list, nr);
	free(list);
	for (i = 0; i < nr; i++) {
		if (!halves->half[i].error)
			continue;
		complain("%s cannot be read: %s.", halves->half[i].dev.path,
			 strerror(-halves->half[i].error));
		status = EXIT_OPERATION;
	}
	return status;
}

/* The user has named these devices, so offer each of them to the module. */
static int give_named(const struct halves *halves)
{
	int status = EXIT_CLEAN, i;

	for (i = 0; i < halves->nr; i++)
		status = exit_worst(status, gather_give(halves->half[i].dev.path));
	return status;
}

static int scan(char **paths, bool json)
{
	struct halves halves;
	int status, i;

	status = *paths ? read_named(&halves, paths) : halves_read_all(&halves);
	if (halves.half) {
		halves_read_tables(&halves);
		print(&halves, json, status != EXIT_OPERATION);
		if (reassembly_there())
			status = exit_worst(status, *paths ? give_named(&halves) :
							     gather_all(&halves, NULL));
	}
	for (i = 0; i < halves.nr; i++)
		if (halves.half[i].damaged || halves.half[i].trouble || halves.half[i].lost_pages)
			status = exit_worst(status, EXIT_UNCORRECTED);
	halves_free(&halves);
	return status;
}

/* Output for a udev rule, which runs for every device: only the properties that the rule needs. */
static int print_udev(const char *path)
{
	struct blockdev dev;
	struct halves halves;
	const struct half *half;

	if (blockdev_by_path(&dev, path) || !blockdev_listed(&dev))
		return EXIT_CLEAN;
	/* do not let a device that does not answer block udev */
	halves_read(&halves, &dev, 1);
	half = halves.half;
	if (half->role != HALF_NONE) {
		printf("DM_REMAP_ROLE=%s\nDM_REMAP_UUID=%s\n", half_role_name(half->role),
		       half->uuid);
		if (*half->name)
			printf("DM_REMAP_NAME=%s\n", half->name);
		else
			printf("DM_REMAP_NAME=dm-remap-%s\n", half->uuid);
		printf("DM_REMAP_AUTO=%d\n", policy_allows(half));
	}
	halves_free(&halves);
	return EXIT_CLEAN;
}

static int run_scan(int argc, char **argv)
{
	static const struct option options[] = {
		{ "udev", no_argument, NULL, 'u' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool json = false, udev = false;
	int option;

	while ((option = getopt_long(argc, argv, "ujh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_scan);
		if (option != 'j' && option != 'u')
			return command_misused(&command_scan);
		json |= option == 'j';
		udev |= option == 'u';
	}
	if (udev && (json || optind != argc - 1)) {
		complain("--udev is for one device, and without --json.");
		return command_misused(&command_scan);
	}
	return udev ? print_udev(argv[optind]) : scan(argv + optind, json);
}

const struct command command_scan = {
	.name = "scan",
	.arguments = "[--json | --udev] [DEVICE...]",
	.summary = "show which halves of sets are on devices",
	.help =
	"Shows which devices (all, or those named) are spares or mains of sets, and shows\n"
	"them to the module dm_remap_reassembly if that is loaded. Activates nothing.\n\n"
	"TRUST is known for a set that this host knows, foreign for other sets, and copy for\n"
	"a device that claims to be a half for which the host knows another device.\n\n"
	"A main is known by its label, or by the main_id that is kept on the spare. Devices that\n"
	"are named are all shown to the module, which may then take one of them for a main\n"
	"because of its size.\n\n"
	"  -j, --json  print JSON\n"
	"  -u, --udev  print properties of the one device for a rule of udev, and nothing if it\n"
	"              is not a half\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 success, 4 a half cannot be used, 8 a device cannot be read,\n"
	"16 wrong usage.\n",
	.run = run_scan,
};
