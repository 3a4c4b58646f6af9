// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap replace: copy an active set to a new disk, and put that in its place.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernel/announce.h"
#include "kernel/dm-switch.h"
#include "kernel/volume.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/plural.h"
#include "life/disk-copy.h"
#include "life/mapfile.h"
#include "life/new-disk.h"
#include "sets/half.h"
#include "sets/remember.h"

/* Passes while the set is in use; each has only what was written during the one before. */
#define MAX_PASSES	64

/* What I/O may wait for without a further pass. */
#define SHORT_NS	50000000

#define NS_PER_S	1000000000ULL
#define DEFAULT_PAUSE_S	10

struct replacement {
	struct volume volume;
	struct blockdev spare;
	const char *new;
	const char *mapfile;
	bool force;
	uint64_t pause_s;
	bool switched;
	struct disk_copy copy;
};

static int say_why(const struct replacement *r)
{
	complain("%s goes on as it was: %s.", r->volume.name, r->copy.why);
	return EXIT_OPERATION;
}

/*
 * While the set is in use, until little is left, or no less than before.  @ns is what I/O is
 * going to wait for.
 */
static int copy_online(struct replacement *r, uint64_t *ns)
{
	uint64_t began, before = 0, ends = 0;
	wide whole;
	int pass;

	for (pass = 0; pass < MAX_PASSES; pass++) {
		began = clock_ns();
		if (disk_copy_pass(&r->copy, true))
			return say_why(r);
		whole = clock_ns() - began;
		*ns = whole;
		/* what is held is written at the end, and has only been read so far */
		if (!pass)
			ends = whole * disk_copy_held(&r->copy) / r->volume.sectors;
		if (*ns < SHORT_NS || (pass > 2 && *ns > before / 4 * 3))
			break;
		before = *ns;
	}
	*ns += ends;
	if (*ns <= r->pause_s * NS_PER_S)
		return EXIT_CLEAN;
	complain("%s goes on as it was: it is written to faster than it can be copied, and I/O would wait for about %llu s. Give the command again when there is less to do, or with --pause %llu.",
		 r->volume.name, LLU(*ns / NS_PER_S + 1), LLU(*ns / NS_PER_S * 2 + 1));
	return EXIT_OPERATION;
}

/* While I/O waits.  The kernel opens the new disk for itself alone. */
static int copy_paused(void *context)
{
	struct replacement *r = context;
	int status = disk_copy_pass(&r->copy, false);

	return status ?: disk_copy_complete(&r->copy);
}

static int put_in_force(struct replacement *r, uint64_t estimate)
{
	char params[BLOCKDEV_NUMBER_SIZE + 2];
	struct dm_switch sw = {
		.name = r->volume.name,
		.target = "linear",
		.params = params,
		.sectors = r->volume.sectors,
		.paused = copy_paused,
		.context = r,
	};
	struct blockdev new;
	int status;

	if (blockdev_by_path(&new, r->new)) {
		complain("%s has gone. %s goes on as it was.", r->new, r->volume.name);
		return EXIT_OPERATION;
	}
	snprintf(params, sizeof(params), "%s 0", new.number);
	printf("%s: %llu sectors are copied. I/O waits now, for about %llu ms.\n",
	       r->volume.name, LLU(r->volume.sectors), LLU(estimate / 1000000 + 1));
	fflush(stdout);
	status = dm_switch(&sw);
	if (status && r->copy.why)
		say_why(r);
	if (status) {
		disk_copy_spoil(&r->copy);
		return status;
	}
	r->switched = true;
	printf("%s is on %s now. I/O waited for %llu ms.\n", r->volume.name, r->new,
	       LLU(sw.paused_ns / 1000000 + 1));
	return EXIT_CLEAN;
}

/* It is written before the switch, so that it is there whatever happens, and after it. */
static int write_mapfile(const struct replacement *r)
{
	return r->mapfile ? mapfile_write(r->mapfile, r->volume.sectors, &r->copy.bad) :
			    EXIT_CLEAN;
}

static int run_copy(struct replacement *r)
{
	uint64_t ns = 0;
	int status = disk_copy_begin(&r->copy);

	status = status ?: copy_online(r, &ns);
	status = status ?: write_mapfile(r);
	status = status ?: put_in_force(r, ns);
	if (r->switched)
		status = exit_worst(status, write_mapfile(r));
	return status;
}

static int copy(struct replacement *r)
{
	int status = set_view_open(&r->copy.view, r->spare.path);

	status = status ?: run_copy(r);
	if (status && !r->switched && r->mapfile)
		mapfile_drop(r->mapfile);
	return status;
}

static void say_unreadable(const struct replacement *r)
{
	uint64_t sectors = ranges_total(&r->copy.bad);

	if (sectors)
		complain("%llu sector%s could not be read, and %s zeros on %s: %s lists them. ddrescue may read some of them from %s, once %s is not in use.",
			 LLU(sectors), plural(sectors), is(sectors), r->new, r->mapfile,
			 r->volume.main.path, r->volume.name);
}

/* wipefs does not know a label. */
static const char *clearing(const struct blockdev *main)
{
	struct half half;

	half_look(&half, main);
	return half.role == HALF_MAIN ? "blkdiscard -f -z" : "wipefs -a";
}

static void say_end(const struct replacement *r)
{
	const char *main = r->volume.main.path, *spare = r->spare.path;

	printf("dm-remap has ended for %s: it is the plain disk %s. After the next start that is used by its own name, or by the UUID of what is on it; /dev/mapper/%s is gone then, and must not be in /etc/fstab.\n",
	       r->volume.name, r->new, r->volume.name);
	printf("%s and %s still have what was on the set. Clear them before the next start, for old and new disk show the same UUIDs: \"%s %s\"",
	       main, spare, clearing(&r->volume.main), main);
	if (*r->volume.uuid)
		printf(" and \"dmremap delete --give-up --yes %s\"", spare);
	puts(".");
}

static int clean_up(const struct replacement *r)
{
	if (*r->volume.uuid)
		forget_set(r->volume.uuid);
	announce_change(r->new);
	say_end(r);
	say_unreadable(r);
	return ranges_total(&r->copy.bad) ? EXIT_UNCORRECTED : EXIT_CLEAN;
}

static int find(struct replacement *r, const char *name)
{
	char text[KERNEL_TEXT_SIZE];
	int status = volume_find(&r->volume, name);

	if (status)
		return status;
	if (r->volume.suspended) {
		complain("%s is suspended: \"dmsetup resume %s\" first.", r->volume.name,
			 r->volume.name);
		return EXIT_OPERATION;
	}
	if (!kernel_read(TREE_CONFIG, r->volume.name, "spare/device", text) &&
	    blockdev_by_number(&r->spare, text))
		return EXIT_CLEAN;
	complain("%s: the kernel does not tell its spare.", r->volume.name);
	return EXIT_OPERATION;
}

static int replace(const char *name, struct replacement *r)
{
	int status = find(r, name);

	if (status)
		return status;
	status = r->mapfile ? mapfile_check(r->mapfile) : EXIT_CLEAN;
	status = status ?: new_disk_open(r->new, &r->volume, r->force, &r->copy.fd);
	if (status)
		return status;
	/* a signal ends the copy between two chunks, and that is said */
	interrupt_hold();
	r->copy.view.volume = &r->volume;
	r->copy.path = r->new;
	r->copy.leave_out = r->mapfile;
	status = copy(r);
	if (r->switched)
		status = exit_worst(status, clean_up(r));
	disk_copy_end(&r->copy);
	set_view_close(&r->copy.view);
	interrupt_release();
	return status;
}

static bool take_pause(const char *text, uint64_t *seconds)
{
	const char *rest = text;

	if (number_take(&rest, seconds) && !*rest && *seconds <= UINT32_MAX)
		return true;
	complain("\"%s\" is not a number of seconds.", text);
	return false;
}

static int run_replace(int argc, char **argv)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "leave", no_argument, NULL, 'l' },
		{ "mapfile", required_argument, NULL, 'm' },
		{ "pause", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct replacement r = { .copy.fd = -1, .pause_s = DEFAULT_PAUSE_S };
	int option;

	while ((option = getopt_long(argc, argv, "flm:p:h", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_replace);
		if (option == '?' || (option == 'p' && !take_pause(optarg, &r.pause_s)))
			return command_misused(&command_replace);
		r.force |= option == 'f';
		if (option == 'm')
			r.mapfile = optarg;
	}
	if (optind != argc - 2) {
		complain("Say which set, and its new disk.");
		return command_misused(&command_replace);
	}
	r.new = argv[optind + 1];
	return replace(argv[optind], &r);
}

const struct command command_replace = {
	.name = "replace",
	.arguments = "[--leave] [--force] [--mapfile FILE] [--pause SECONDS] NAME NEWDISK",
	.summary = "put a new disk in the place of an active set",
	.help =
	"Copies the content of a set, which may be in use, to NEWDISK, which is at least as\n"
	"large, and puts NEWDISK in its place: dm-remap has ended for the device, and whatever\n"
	"uses it goes on. What is written during the copy is copied again. I/O waits only for\n"
	"the last pass; how long is said before and after. Until then an interruption changes\n"
	"nothing but what is on NEWDISK.\n\n"
	"  -f, --force          destroy what is on NEWDISK\n"
	"  -l, --leave          leave dm-remap; there is no other way, and this may be left out\n"
	"  -m, --mapfile FILE   leave out sectors that cannot be read, and list them in FILE, a\n"
	"                       mapfile of ddrescue; without it the copy stops at the first\n"
	"  -p, --pause SECONDS  how long I/O may wait at the end; 10 unless given\n"
	"  -h, --help           print this\n\n"
	"Exit status: 0 replaced, 4 replaced, but sectors could not be read, 8 the set goes on\n"
	"as it was, 16 wrong usage.\n",
	.run = run_replace,
};
