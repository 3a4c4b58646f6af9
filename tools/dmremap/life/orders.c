// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap resume, dmremap sync: commands to an active device that need no further arguments.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/dm.h"
#include "kernel/names.h"
#include "kernel/sample.h"
#include "lib/shell-word.h"
#include "life/attributes.h"
#include "lib/message.h"

/* Parse the name of the device. Return: an exit status; -1 to go on. */
static int take_device(const struct command *command, int argc, char **argv,
		       char device[KERNEL_NAME_SIZE])
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	const char *operand;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		return option == 'h' ? command_help(command) : command_misused(command);
	operand = command_operand(command, argc, argv);
	if (!operand || !device_name_take(operand, device))
		return EXIT_USAGE;
	if (kernel_has(TREE_CONFIG, device, ""))
		return -1;
	complain_gone(device);
	return EXIT_OPERATION;
}

static bool state_is(const char *device, const char *state)
{
	char text[KERNEL_TEXT_SIZE];

	return !kernel_read(TREE_CONFIG, device, "state", text) && !strcmp(text, state);
}

static int run_resume(int argc, char **argv)
{
	char device[KERNEL_NAME_SIZE];
	int error, status = take_device(&command_resume, argc, argv, device);
	bool was_suspended;

	if (status >= 0)
		return status;
	was_suspended = state_is(device, "suspended-remaps");
	error = kernel_write(TREE_CONFIG, device, "errors/resume", "1");
	if (error) {
		complain("%s: automatic remapping cannot be resumed: %s.", device,
			 attribute_why(error));
		return EXIT_OPERATION;
	}
	if (was_suspended)
		printf("%s: automatic remapping goes on. If it stops again, copy the disk: \"dmremap advise %s\" judges it.\n",
		       device, shell_word(device));
	else
		printf("%s: automatic remapping was not suspended.\n", device);
	return EXIT_CLEAN;
}

static int run_sync(int argc, char **argv)
{
	char device[KERNEL_NAME_SIZE];
	int error, status = take_device(&command_sync, argc, argv, device);

	if (status >= 0)
		return status;
	error = dm_message(device, "sync");
	if (!error)
		return EXIT_CLEAN;
	complain("%s: the remap table could not be made durable: %s. \"dmremap status %s\" says what is wrong.",
		 device, strerror(-error), shell_word(device));
	return EXIT_OPERATION;
}

const struct command command_resume = {
	.name = "resume",
	.arguments = "NAME",
	.summary = "let automatic remapping go on after a storm",
	.help =
	"After many automatic remaps with no good I/O between them, the set suspends automatic\n"
	"remapping: a cable or controller may be at fault, and not the disk. Once the fault is\n"
	"cleared this lets remapping go on.\n\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 it goes on, 8 it does not, 16 wrong usage.\n",
	.run = run_resume,
};

const struct command command_sync = {
	.name = "sync",
	.arguments = "NAME",
	.summary = "wait until the remap table is durable on the spare",
	.help =
	"Returns when every change of the remap table and of the settings so far is durable.\n\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 it is durable, 8 it is not, 16 wrong usage.\n",
	.run = run_sync,
};
