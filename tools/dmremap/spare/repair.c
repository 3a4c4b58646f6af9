// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap repair: list the faults, ask, and repair them.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>

#include "command.h"
#include "lib/ask.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "spare/examine.h"
#include "spare/open.h"
#include "spare/rewrite.h"

struct repair_choices {
	bool yes;
	bool dry_run;
	bool json;
};

static void tell(const struct set *set, const struct diagnosis *diagnosis)
{
	printf("%s: ", set->dev->path);
	if (diagnosis->write_superblocks)
		printf("both superblocks ");
	if (diagnosis->write_superblocks && diagnosis->write_pages)
		printf("and ");
	if (diagnosis->write_pages)
		printf("%u page%s of the table, in each of %u replicas, ",
		       diagnosis->write_pages, diagnosis->write_pages == 1 ? "" : "s",
		       set_geometry(set)->replicas);
	puts("would be written");
}

static int apply(const struct set *set, const struct diagnosis *diagnosis,
		 const struct repair_choices *choices)
{
	const char *path = set->dev->path;

	if (!choices->json)
		tell(set, diagnosis);
	if (choices->dry_run)
		return EXIT_UNCORRECTED;
	if (!set->writable) {
		complain("%s uses features that this dmremap does not know. A newer dmremap can repair it.",
			 path);
		return EXIT_OPERATION;
	}
	if (!choices->yes && !ask("Write them?")) {
		puts("Nothing was written.");
		return EXIT_UNCORRECTED;
	}
	if (rewrite(set, diagnosis))
		return EXIT_UNCORRECTED;
	if (!choices->json)
		printf("%s: repaired\n", path);
	return EXIT_CORRECTED;
}

/* Printed after the findings. */
static void conclude_json(const struct diagnosis *diagnosis, int status)
{
	findings_json_end(&diagnosis->findings);
	json_out_member("write_superblocks",
			json_object_new_boolean(diagnosis->write_superblocks));
	json_out_member("write_pages", json_object_new_uint64(diagnosis->write_pages));
	json_out_member("repaired", json_object_new_boolean(status == EXIT_CORRECTED));
	json_out_end();
}

static int repair(const struct set *set, const void *context)
{
	const struct repair_choices *choices = context;
	struct diagnosis diagnosis = {
		.findings.show = choices->json ? finding_show_json : finding_show_text,
	};
	int status;

	if (choices->json)
		findings_json_begin(set->dev->path);
	examine(&diagnosis, set);
	if (diagnosis.findings.fatal) {
		complain("%s cannot be repaired, and nothing was written. Activate the set read_only and copy what is left.",
			 set->dev->path);
		status = EXIT_UNCORRECTED;
	} else if (!diagnosis.findings.repairable) {
		if (!choices->json)
			printf("%s: clean\n", set->dev->path);
		status = EXIT_CLEAN;
	} else {
		status = apply(set, &diagnosis, choices);
	}
	if (choices->json)
		conclude_json(&diagnosis, status);
	diagnosis_free(&diagnosis);
	return status;
}

static int run_repair(int argc, char **argv)
{
	static const struct option options[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "yes", no_argument, NULL, 'y' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct repair_choices choices = {};
	const char *path;
	int option;

	while ((option = getopt_long(argc, argv, "nyjh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_repair);
		if (option == 'n')
			choices.dry_run = true;
		else if (option == 'y')
			choices.yes = true;
		else if (option == 'j')
			choices.json = true;
		else
			return command_misused(&command_repair);
	}
	if (choices.yes && choices.dry_run) {
		complain("--yes and --dry-run do not go together.");
		return command_misused(&command_repair);
	}
	if (choices.json && !choices.yes && !choices.dry_run) {
		complain("--json asks no questions: give --yes or --dry-run.");
		return command_misused(&command_repair);
	}
	path = command_operand(&command_repair, argc, argv);
	return path ? spare_open_and(path, !choices.dry_run, repair, &choices) : EXIT_USAGE;
}

const struct command command_repair = {
	.name = "repair",
	.arguments = "[--dry-run|--yes] [--json] DEVICE|IMAGE",
	.summary = "repair the metadata of a spare that is not in use",
	.help =
	"Reports what is wrong and how much would be written, and asks before it writes.\n"
	"Bad, lost and outdated copies are rewritten from the valid one.\n"
	"If something cannot be repaired, nothing is written. The command may be interrupted\n"
	"and repeated at any time. The kernel does the same when it activates the set.\n\n"
	"  -n, --dry-run  do not ask and do not write\n"
	"  -y, --yes      do not ask\n"
	"  -j, --json     print JSON, and do not ask: with one of these two\n"
	"  -h, --help     print this\n\n"
	"Exit status: 0 no errors found, 1 all errors were repaired, 4 errors are left,\n"
	"8 the device cannot be read, is in use or is not a spare, 16 wrong usage.\n",
	.run = run_repair,
};
