/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options of the commands seal and unseal.
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
 * label_command() - take the arguments of one of the two, and do it.
 * @command: which.
 * @argc: as the command got it.
 * @argv: as the command got it.
 * @act: does it for the device that was named.
 *
 * Return: an exit status.
 */
int label_command(const struct command *command, int argc, char **argv,
		  int (*act)(const char *name, const struct choices *choices));

#endif /* _DMREMAP_LABEL_COMMAND_H */
