// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap assemble: find the halves of sets and activate them.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/kernel.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "sets/assemble.h"
#include "sets/reassembly.h"

struct arguments {
	struct request request;
	bool all;
	bool degraded;
	const char *came;
	char **operands;
	int nr;
};

/* What the administrator has said at boot. */
static bool is_forbidden(void)
{
	char text[KERNEL_TEXT_SIZE], *word, *save;

	if (kernel_read_file("/proc/cmdline", text))
		return false;
	for (word = strtok_r(text, " \t", &save); word; word = strtok_r(NULL, " \t", &save))
		if (!strcmp(word, "dm_remap.assemble=0"))
			return true;
	return false;
}

static int misused(const char *why)
{
	complain("%s", why);
	return command_misused(&command_assemble);
}

static bool is_path(const char *operand)
{
	return strchr(operand, '/');
}

static int check(const struct arguments *args)
{
	int i, paths = 0;

	for (i = 0; i < args->nr; i++)
		paths += is_path(args->operands[i]);
	if (args->all + !!args->came + !!args->nr > 1)
		return misused("Only one of --all, --incremental, and names or devices.");
	if (paths && paths < args->nr)
		return misused("Either names of sets or paths of devices, not both.");
	if (args->request.wish.name && (args->all || args->nr - paths > 1))
		return misused("--name is for one set.");
	if (args->degraded && args->nr != 1)
		return misused("--degraded is for one set, which has to be named.");
	return EXIT_CLEAN;
}

static int act(const struct arguments *args)
{
	const struct request *request = &args->request;
	int status;

	/* it takes time, and nearly always it is not needed */
	if (args->came)
		return assemble_incremental(request, args->came);
	if (args->degraded)
		return assemble_degraded(request, args->operands[0]);
	status = reassembly_begin();
	if (status)
		return status;
	if (args->all)
		return assemble_all(request);
	if (!args->nr)
		return assemble_known(request);
	return is_path(args->operands[0]) ? assemble_devices(request, args->operands) :
					    assemble_sets(request, args->operands);
}

static int assemble(const struct arguments *args)
{
	int status = check(args);

	if (status || (args->request.unattended && is_forbidden()))
		return status;
	if (args->request.json) {
		json_out_begin();
		json_out_array("sets");
	}
	status = act(args);
	if (args->request.json) {
		json_out_array_end();
		json_out_end();
	}
	return status;
}

static int run_assemble(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "incremental", required_argument, NULL, 'i' },
		{ "name", required_argument, NULL, 'N' },
		{ "read-only", no_argument, NULL, 'r' },
		{ "degraded", no_argument, NULL, 'd' },
		{ "auto", no_argument, NULL, 'A' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct arguments args = {};
	struct wish *wish = &args.request.wish;
	int option;

	while ((option = getopt_long(argc, argv, "ai:N:rdAnjh", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			args.all = true;
			break;
		case 'i':
			args.came = optarg;
			break;
		case 'N':
			wish->name = optarg;
			break;
		case 'r':
			wish->read_only = true;
			break;
		case 'd':
			args.degraded = true;
			break;
		case 'A':
			args.request.unattended = true;
			break;
		case 'n':
			wish->dry_run = true;
			break;
		case 'j':
			args.request.json = true;
			break;
		case 'h':
			return command_help(&command_assemble);
		default:
			return command_misused(&command_assemble);
		}
	}
	args.operands = argv + optind;
	args.nr = argc - optind;
	wish->automatic = args.all || args.came;
	return assemble(&args);
}

const struct command command_assemble = {
	.name = "assemble",
	.arguments = "[NAME|UUID... | DEVICE... | --all | --incremental DEVICE] [OPTION]...",
	.summary = "find the halves of sets and activate them",
	.help =
	"Activates the sets that are named, by name, by uuid, or by their devices; without\n"
	"any, those that the module dm_remap_reassembly knows already. The module is loaded if\n"
	"it is not. Of a set that is not complete it says what is missing and what to do.\n\n"
	"A main is known by its label (see dmremap seal) or by the main_id that is kept on the\n"
	"spare. One that is known by its size only is taken if it is named, or has been named\n"
	"to the module, and never with --all or --incremental.\n\n"
	"  -a, --all                 look at all devices and activate what is complete\n"
	"  -i, --incremental DEVICE  activate the set that this device has made complete; do\n"
	"                            nothing if it is nothing of ours\n"
	"  -N, --name NAME           call the device so; it is called so from then on\n"
	"  -r, --read-only           write to neither half\n"
	"  -d, --degraded            activate a main whose spare is missing, read-only: blocks\n"
	"                            that had moved have old content\n"
	"  -A, --auto                do nothing if the kernel's command line has\n"
	"                            dm_remap.assemble=0; for scripts at boot\n"
	"  -n, --dry-run             look, and tell the module, but activate nothing\n"
	"  -j, --json                print JSON\n"
	"  -h, --help                print this\n\n"
	"Exit status: 0 all is active, 4 a set waits for something, 8 it could not be done,\n"
	"16 wrong usage.\n",
	.run = run_assemble,
};
