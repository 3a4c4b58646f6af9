// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap grow: use the additional space of a spare or main that has become larger.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/dm-switch.h"
#include "kernel/volume.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "lib/shell-word.h"
#include "sets/half.h"

static bool is_sealed(const struct volume *volume)
{
	struct half half;

	half_look(&half, &volume->main);
	return half.role == HALF_MAIN && !strcmp(half.uuid, volume->uuid);
}

/* The largest size, in sectors, that the main has room for. */
static uint64_t longest(const struct volume *volume)
{
	uint64_t block = volume_block_sectors(volume);

	return (volume->main.sectors - volume->main_start) / block * block;
}

static int find_size(const struct volume *volume, bool main, uint64_t *sectors)
{
	*sectors = volume->sectors;
	if (!main)
		return EXIT_CLEAN;
	if (is_sealed(volume)) {
		complain("%s is sealed: the label of %s records its size. Unseal the set, let it grow, and seal it again.",
			 volume->name, volume->main.path);
		return EXIT_OPERATION;
	}
	*sectors = longest(volume);
	if (*sectors >= volume->sectors)
		return EXIT_CLEAN;
	complain("%s is smaller than the set on it.", volume->main.path);
	return EXIT_OPERATION;
}

static int capacity(const struct volume *volume, uint64_t *blocks)
{
	char text[KERNEL_TEXT_SIZE];
	unsigned long long value;

	if (kernel_read(TREE_CONFIG, volume->name, "spare/total", text) ||
	    sscanf(text, "%llu", &value) != 1) {
		complain("%s: the kernel does not show how many blocks its spare has.",
			 volume->name);
		return EXIT_OPERATION;
	}
	*blocks = value;
	return EXIT_CLEAN;
}

static void tell_same_main(const struct volume *volume)
{
	printf("%s is as large as it can be: it takes up all of its main, %s. Make that device larger first, or move to a larger disk: \"dmremap replace %s NEWDISK\".\n",
	       volume->name, volume->main.path, shell_word(volume->name));
}

static void tell_same_spare(const struct volume *volume, uint64_t sectors)
{
	char text[KERNEL_TEXT_SIZE];
	struct blockdev spare;

	if (kernel_read(TREE_CONFIG, volume->name, "spare/device", text) ||
	    !blockdev_by_number(&spare, text))
		*spare.path = 0;
	printf("%s is as large as it can be: its spare%s%s%s has no room for more blocks.",
	       volume->name, *spare.path ? ", " : "", spare.path, *spare.path ? "," : "");
	if (longest(volume) > sectors)
		printf(" Its main, %s, is larger than the set: \"dmremap grow --main %s\".\n",
		       volume->main.path, shell_word(volume->name));
	else
		printf(" Make that device larger first, or use a larger one: \"dmremap replace-spare %s NEW\".\n",
		       shell_word(volume->name));
}

static void tell(const struct volume *volume, bool main, uint64_t sectors, uint64_t before,
		 uint64_t after)
{
	if (after > before)
		printf("%s: the spare has room for %llu block%s; it had room for %llu.\n",
		       volume->name, LLU(after), plural(after), LLU(before));
	if (sectors > volume->sectors)
		printf("%s has %llu sectors; it had %llu. The file system on it does not grow by itself: \"resize2fs\" enlarges ext4.\n",
		       volume->name, LLU(sectors), LLU(volume->sectors));
	if (main && sectors == volume->sectors)
		tell_same_main(volume);
	else if (after == before && sectors == volume->sectors)
		tell_same_spare(volume, sectors);
}

static int grow(const char *name, bool main)
{
	struct dm_switch sw = { .target = "remap" };
	uint64_t before = 0, after = 0;
	struct volume volume;
	struct dm_table table;
	int status = volume_find(&volume, name);

	if (status)
		return status;
	if (dm_table(volume.name, &table) <= 0)
		return EXIT_OPERATION;
	sw.name = volume.name;
	sw.params = table.params;
	status = volume_check_writable(&volume);
	status = status ?: find_size(&volume, main, &sw.sectors);
	status = status ?: capacity(&volume, &before);
	status = status ?: dm_switch(&sw);
	status = status ?: capacity(&volume, &after);
	if (!status)
		tell(&volume, main, sw.sectors, before, after);
	return status;
}

static int run_grow(int argc, char **argv)
{
	static const struct option options[] = {
		{ "main", no_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool main = false;
	const char *name;
	int option;

	while ((option = getopt_long(argc, argv, "mh", options, NULL)) != -1) {
		if (option != 'm')
			return option == 'h' ? command_help(&command_grow) :
					       command_misused(&command_grow);
		main = true;
	}
	name = command_operand(&command_grow, argc, argv);
	return name ? grow(name, main) : EXIT_USAGE;
}

const struct command command_grow = {
	.name = "grow",
	.arguments = "[--main] NAME",
	.summary = "use the additional space of a spare or main that has become larger",
	.help =
	"After the device of the spare has become larger, by \"lvextend\" for example, the set,\n"
	"which may be in use, gets more blocks. The new room has to be enough for a larger table,\n"
	"about 1.2% of the spare; with less the spare stays as it is.\n\n"
	"  -m, --main  let the set grow to the end of its main, too\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 it has grown, or is as large as it can be, 8 it could not be done, and\n"
	"goes on as it was, 16 wrong usage.\n",
	.run = run_grow,
};
