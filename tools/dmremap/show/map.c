// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap map: show where on a device the remaps are.
 */
#include <getopt.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernel/names.h"
#include "lib/message.h"
#include "show/map.h"

struct drawing {
	struct map map;
	const struct map_form *form;
};

static void begin(void *context, const struct remap_status *status, const char *line)
{
	struct drawing *drawing = context;

	drawing->map.status = *status;
	drawing->form->begin(&drawing->map, line);
}

static void remap(void *context, const struct remap *remap, const char *line)
{
	struct drawing *drawing = context;

	drawing->form->remap(&drawing->map, remap, line);
}

static int draw(const char *name, const char *list, const struct map_form *form)
{
	struct drawing drawing = { .map.name = name, .form = form };
	const struct list_visitor visitor = { begin, remap, &drawing };
	int status;

	status = list ? list_file(list, &visitor) : list_device(name, &visitor);
	if (!status) {
		heat_scale(&drawing.map.heat);
		form->end(&drawing.map);
	}
	heat_free(&drawing.map.heat);
	return status;
}

/* A saved list need not have a name. */
static int draw_list(int argc, char **argv, const char *list, const struct map_form *form)
{
	char *path;
	int status;

	if (optind < argc)
		return draw(argv[optind], list, form);
	path = strdup(list);
	if (!path)
		no_memory();
	status = draw(basename(path), list, form);
	free(path);
	return status;
}

static int run_map(int argc, char **argv)
{
	static const struct option options[] = {
		{ "svg", no_argument, NULL, 'g' },
		{ "json", no_argument, NULL, 'j' },
		{ "save", no_argument, NULL, 's' },
		{ "list", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	const struct map_form *form = &map_text;
	const char *list = NULL, *operand;
	char name[KERNEL_NAME_SIZE];
	int option, forms = 0;

	while ((option = getopt_long(argc, argv, "gjsl:h", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_map);
		if (option != 'g' && option != 'j' && option != 's' && option != 'l')
			return command_misused(&command_map);
		if (option == 'l')
			list = optarg;
		else
			forms++;
		form = option == 'g' ? &map_svg : option == 'j' ? &map_json :
		       option == 's' ? &map_save : form;
	}
	if (forms > 1) {
		complain("Give only one of --svg, --json and --save.");
		return command_misused(&command_map);
	}
	if (list && optind >= argc - 1)
		return draw_list(argc, argv, list, form);
	operand = command_operand(&command_map, argc, argv);
	if (!operand || !device_name_take(operand, name))
		return EXIT_USAGE;
	return draw(name, NULL, form);
}

const struct command command_map = {
	.name = "map",
	.arguments = "[--svg | --json | --save] {DEVICE | --list FILE [NAME]}",
	.summary = "show where on a device the remaps are",
	.help =
	"Draws the device as rows of characters, from its first sector to its last, with the\n"
	"places that have remapped, pending or lost blocks. Numbers are sectors of the device.\n\n"
	"  -g, --svg        print a picture in SVG\n"
	"  -j, --json       print each block in JSON\n"
	"  -s, --save       print the status and the list as they are, for --list\n"
	"  -l, --list FILE  draw a saved list, and call it NAME\n"
	"  -h, --help       print this\n\n"
	"Exit status: 0 all was shown, 8 it is not there or cannot be read, 16 wrong usage.\n",
	.run = run_map,
};
