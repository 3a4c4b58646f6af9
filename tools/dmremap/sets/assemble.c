// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap assemble: find the halves of sets and activate them.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/kernel.h"
#include "lib/device-timeout.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "sets/active.h"
#include "sets/assemble.h"
#include "sets/policy.h"
#include "sets/reassembly.h"

struct arguments {
	struct request request;
	bool all;
	bool degraded;
	bool once;
	bool queue;
	const char *incremental_path;
	char **operands;
	int nr;
};

static int misused(const char *why)
{
	complain("%s", why);
	return command_misused(&command_assemble);
}

/*
 * /dev/mapper/NAME of an inactive set counts as its name, because the device does not exist. An
 * active device may be the main of another set, but not if it lacks its spare.
 */
static bool is_path(const struct arguments *args, const char *operand)
{
	static const char mapper[] = "/dev/mapper/";
	char number[BLOCKDEV_NUMBER_SIZE];
	struct active active;

	if (!strchr(operand, '/'))
		return false;
	return strncmp(operand, mapper, strlen(mapper)) || strchr(operand + strlen(mapper), '/') ||
	       (active_name_taken(operand + strlen(mapper), number) &&
		(args->nr > 1 || !active_find(&active, operand)));
}

static int check(const struct arguments *args)
{
	int i, paths = 0;

	for (i = 0; i < args->nr; i++)
		paths += is_path(args, args->operands[i]);
	if (args->all + !!args->incremental_path + !!args->nr > 1)
		return misused("Give only one of --all, --incremental, and names or devices.");
	if (paths && paths < args->nr)
		return misused("Give either names of sets or paths of devices, not both.");
	if (args->request.activation.name && (args->all || args->nr - paths > 1))
		return misused("--name is for one set.");
	if (args->queue && !args->incremental_path)
		return misused("--queue is for --incremental.");
	if (args->degraded && args->nr != 1)
		return misused("--degraded is for one set, which must be named.");
	return EXIT_CLEAN;
}

static int act(const struct arguments *args)
{
	const struct request *request = &args->request;
	int status;

	if (args->queue)
		return assemble_queue(args->incremental_path);
	/* do not load the module yet: it takes time and is rarely needed */
	if (args->incremental_path)
		return assemble_incremental(request, args->incremental_path);
	if (args->degraded)
		return assemble_degraded(request, args->operands[0]);
	if (args->all)
		return assemble_all(request);
	status = reassembly_begin();
	if (status)
		return status;
	if (!args->nr)
		return assemble_known(request);
	return is_path(args, args->operands[0]) ? assemble_devices(request, args->operands) :
					    assemble_sets(request, args->operands);
}

static int assemble(const struct arguments *args)
{
	int status = check(args);

	if (status)
		return status;
	if (args->request.unattended && policy_mode() == POLICY_NONE)
		/* a boot that waits for the set must see why */
		return policy_is_doubtful() ? EXIT_UNCORRECTED : EXIT_CLEAN;
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

enum { OPTION_ONCE = 256, OPTION_QUEUE };

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "incremental", required_argument, NULL, 'i' },
	{ "name", required_argument, NULL, 'N' },
	{ "read-only", no_argument, NULL, 'r' },
	{ "degraded", no_argument, NULL, 'd' },
	{ "auto", no_argument, NULL, 'A' },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "queue", no_argument, NULL, OPTION_QUEUE },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{}
};

static int run_assemble(int argc, char **argv)
{
	struct arguments args = {};
	struct activation_request *activation = &args.request.activation;
	int option;

	while ((option = getopt_long(argc, argv, "ai:N:rdAnjh", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			args.all = true;
			break;
		case 'i':
			args.incremental_path = optarg;
			break;
		case 'N':
			activation->name = optarg;
			break;
		case 'r':
			activation->read_only = true;
			break;
		case 'd':
			args.degraded = true;
			break;
		case 'A':
			args.request.unattended = true;
			break;
		case OPTION_ONCE:
			args.once = true;
			break;
		case OPTION_QUEUE:
			args.queue = true;
			break;
		case 'n':
			activation->dry_run = true;
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
	activation->automatic = args.all || args.incremental_path;
	activation->asked = args.nr;
	activation->remember = args.nr && !args.once && !args.request.unattended;
	activation->limit_ms = args.request.unattended ? device_timeout_ms() : 0;
	return assemble(&args);
}

const struct command command_assemble = {
	.name = "assemble",
	.arguments = "[NAME|UUID... | DEVICE... | --all | --incremental DEVICE] [OPTION]...",
	.summary = "find the halves of sets and activate them",
	.help =
	"Activates the sets that are named, by name, by uuid, or by their devices; without\n"
	"any, those that this host knows and whose halves dm_remap_reassembly has seen. If a\n"
	"set is not complete, it reports what is missing and what to do.\n\n"
	"A named set may be foreign: this host then records it, and activates it\n"
	"at boot. docs/security.md describes which sets are activated without being named.\n\n"
	"A main is known by its label (see dmremap seal) or by the main_id that is kept on the\n"
	"spare. One that is known by its size only is taken if it is named, or has been named\n"
	"to the module, and never with --all or --incremental. One that has become larger, and\n"
	"is known by its label only, is taken if the set or both devices are named.\n\n"
	"  -a, --all                 look at all devices and activate the sets that this host\n"
	"                            knows\n"
	"  -i, --incremental DEVICE  activate the set that this device has made complete; do\n"
	"                            nothing if it is not a half\n"
	"      --queue               have systemd do that, if the device matters; for udev\n"
	"      --once                activate a set, and do not remember it\n"
	"  -N, --name NAME           the name of the device, also for the future\n"
	"  -r, --read-only           write to neither half\n"
	"  -d, --degraded            activate a main whose spare is missing, read-only: blocks\n"
	"                            that had moved have old content\n"
	"  -A, --auto                obey assemble= in /etc/dm-remap/dm-remap.conf, and\n"
	"                            dm_remap.assemble= on the kernel's command line, and wait\n"
	"                            no longer than device_timeout= for a disk; for boot\n"
	"  -n, --dry-run             look, and tell the module, but activate nothing\n"
	"  -j, --json                print JSON\n"
	"  -h, --help                print this\n\n"
	"Exit status: 0 all sets are active, 4 a set is waiting, 8 failure,\n"
	"16 wrong usage.\n",
	.run = run_assemble,
};
