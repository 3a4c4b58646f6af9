// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>

#include "command.h"
#include "lib/message.h"

int command_help(const struct command *command)
{
	printf("Usage: dmremap %s %s\n\ndmremap %s: %s.\n\n%s", command->name,
	       command->arguments, command->name, command->summary, command->help);
	return EXIT_CLEAN;
}

int command_misused(const struct command *command)
{
	fprintf(stderr, "Usage: dmremap %s %s\n", command->name, command->arguments);
	return EXIT_USAGE;
}

const char *command_operand(const struct command *command, int argc, char **argv)
{
	if (optind == argc - 1)
		return argv[optind];
	complain(optind == argc ? "Give a device or an image." : "Give only one device.");
	command_misused(command);
	return NULL;
}

const char *command_json_operand(const struct command *command, int argc, char **argv,
				 bool *json, int *status)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int option;

	*json = false;
	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		if (option != 'j') {
			*status = option == 'h' ? command_help(command) : command_misused(command);
			return NULL;
		}
		*json = true;
	}
	*status = EXIT_USAGE;
	return command_operand(command, argc, argv);
}
