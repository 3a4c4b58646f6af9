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
	complain(optind == argc ? "Say which device or image." : "Only one device at a time.");
	command_misused(command);
	return NULL;
}
