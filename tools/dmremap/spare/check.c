// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap check: report faults without writing anything.
 */
#include <stdio.h>

#include "command.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "spare/examine.h"
#include "spare/open.h"

static void conclude_text(const char *path, const struct findings *findings)
{
	unsigned long all = findings->repairable + findings->fatal;

	if (!all)
		printf("%s: clean\n", path);
	else if (!findings->fatal)
		printf("%s: errors: %lu. All can be repaired: run \"dmremap repair %s\", or activate the set.\n",
		       path, all, shell_word(path));
	else
		printf("%s: errors: %lu. %lu cannot be repaired: activate the set read_only and copy what is left.\n",
		       path, all, findings->fatal);
}

static int check(const struct set *set, const void *context)
{
	const bool json = *(const bool *)context;
	struct diagnosis diagnosis = {
		.findings.show = json ? finding_show_json : finding_show_text,
	};

	if (device_in_use(set->dev))
		complain("%s is in use: metadata that changes during the check may look wrong.",
			 set->dev->path);
	if (json)
		findings_json_begin(set->dev->path);
	examine(&diagnosis, set);
	if (json) {
		findings_json_end(&diagnosis.findings);
		json_out_end();
	} else {
		conclude_text(set->dev->path, &diagnosis.findings);
	}
	diagnosis_free(&diagnosis);
	return diagnosis.findings.repairable || diagnosis.findings.fatal ? EXIT_UNCORRECTED :
									   EXIT_CLEAN;
}

static int run_check(int argc, char **argv)
{
	const char *path;
	int status;
	bool json;

	path = command_json_operand(&command_check, argc, argv, &json, &status);
	return path ? spare_open_and(path, false, check, &json) : status;
}

const struct command command_check = {
	.name = "check",
	.arguments = "[--json] DEVICE|IMAGE",
	.summary = "check the metadata of a spare, and write nothing",
	.help =
	"Reads both superblocks and all copies of the table, and reports the location of each\n"
	"fault and whether it can be repaired.\n\n"
	"  -j, --json  print JSON\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 clean, 4 errors, 8 the device cannot be read or is not a spare, 16 wrong usage.\n",
	.run = run_check,
};
