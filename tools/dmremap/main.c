// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap: administer dm-remap sets, each of which is a main device and its spare.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "lib/message.h"
#include "lib/output.h"
#include "lib/util.h"
#include "sets/active.h"

static const struct command * const commands[] = {
	&command_add,
	&command_advise,
	&command_assemble,
	&command_check,
	&command_clone_uuid,
	&command_create,
	&command_cure,
	&command_delete,
	&command_dump,
	&command_export,
	&command_files,
	&command_format,
	&command_grow,
	&command_import,
	&command_list,
	&command_map,
	&command_metrics,
	&command_monitor,
	&command_remove,
	&command_rename,
	&command_repair,
	&command_replace,
	&command_replace_spare,
	&command_resume,
	&command_salvage,
	&command_scan,
	&command_scrub,
	&command_seal,
	&command_set,
	&command_stats,
	&command_status,
	&command_stop,
	&command_sync,
	&command_top,
	&command_unseal,
	&command_wait,
};

static const struct command *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int print_help(void)
{
	unsigned int i;

	puts("Usage: dmremap COMMAND [OPTION]... [DEVICE|IMAGE]...\n\n"
	     "Administers dm-remap devices and their spares.\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-13s %s\n", commands[i]->name, commands[i]->summary);
	puts("\n\"dmremap COMMAND --help\" prints more, and the manual page dmremap-COMMAND(8) has the details.\n"
	     "Exit status, as for fsck: 0 no errors, 1 errors were repaired, 4 errors are left,\n"
	     "8 failure, 16 wrong usage.");
	return EXIT_CLEAN;
}

/* A device-mapper name may look like an option. */
static void hint_at_dash(char **words)
{
	char number[BLOCKDEV_NUMBER_SIZE];

	for (; *words && strcmp(*words, "--"); words++)
		if (**words == '-' && active_name_taken(*words, number))
			complain("If you mean the device %s: \"/dev/mapper/%s\".", *words, *words);
}

static int run(int argc, char **argv)
{
	const struct command *command;
	int status;

	if (argc < 2) {
		complain("Give a command. \"dmremap --help\" lists them.");
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return print_help();
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("dmremap " DMREMAP_VERSION);
		return EXIT_CLEAN;
	}
	command = find(argv[1]);
	if (!command) {
		complain("There is no command \"%s\". \"dmremap --help\" lists them.", argv[1]);
		return EXIT_USAGE;
	}
	status = command->run(argc - 1, argv + 1);
	if (status == EXIT_USAGE)
		hint_at_dash(argv + 2);
	return status;
}

int main(int argc, char **argv)
{
	int status;

	output_guard();
	/* only LC_CTYPE: numbers must not depend on the locale */
	setlocale(LC_CTYPE, "");
	status = run(argc, argv);
	/* if output is incomplete, the reader must see an error */
	return output_flush() ? EXIT_OPERATION : status;
}
