/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parses the options of seal and unseal.
 */
#ifndef _DMREMAP_LABEL_COMMAND_H
#define _DMREMAP_LABEL_COMMAND_H

#include <stdbool.h>

#include "command.h"

struct choices {
	bool dry_run;
	bool json;
};

/**
 * label_command() - parse the arguments of one of the two commands, and run it.
 * @command: the command.
 * @argc: as passed to the command.
 * @argv: as passed to the command.
 * @act: called for the named device.
 *
 * Return: an exit status.
 */
int label_command(const struct command *command, int argc, char **argv,
		  int (*act)(const char *name, const struct choices *choices));

#endif /* _DMREMAP_LABEL_COMMAND_H */
