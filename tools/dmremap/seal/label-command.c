// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stddef.h>

#include "lib/exit.h"
#include "seal/label-command.h"

int label_command(const struct command *command, int argc, char **argv,
		  int (*act)(const char *name, const struct choices *choices))
{
	static const struct option options[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct choices choices = {};
	const char *name;
	int option;

	while ((option = getopt_long(argc, argv, "njh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(command);
		if (option == 'n')
			choices.dry_run = true;
		else if (option == 'j')
			choices.json = true;
		else
			return command_misused(command);
	}
	name = command_operand(command, argc, argv);
	return name ? act(name, &choices) : EXIT_USAGE;
}
