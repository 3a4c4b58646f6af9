// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap replace: copy the content of an active set to a new disk, which becomes its main.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "disk/main-id.h"
#include "kernel/users.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/plural.h"
#include "lib/shell-word.h"
#include "life/mapfile.h"
#include "life/new-disk.h"
#include "life/replace.h"
#include "life/rescue-spare.h"
#include "life/wipe.h"
#include "seal/seal.h"
#include "sets/half.h"
#include "sets/names.h"
#include "sets/reassembly.h"
#include "sets/registry.h"
#include "sets/remember.h"

/*
 * Maximum number of passes while the set is in use; each pass copies the writes made during the
 * previous one.
 */
#define MAX_PASSES	64

/* If I/O would be suspended for less than this, no further pass is needed. */
#define SHORT_NS	50000000

/* Maximum number of unreadable ranges to print if the mapfile cannot be written. */
#define RANGES_SHOWN	20

#define DEFAULT_PAUSE_S	10

/*
 * Copy while the set is in use, until little is left or another pass would not help. @ns takes the
 * estimated time for which I/O will be suspended.
 */
static int copy_online(struct replacement *r, uint64_t *ns)
{
	uint64_t began, before = 0, ends = 0;
	wide whole;
	int pass;

	for (pass = 0; pass < MAX_PASSES; pass++) {
		began = clock_ns();
		if (disk_copy_pass(&r->copy, true))
			return replace_say_why(r);
		whole = clock_ns() - began;
		*ns = whole;
		/* the ends held in memory will be written last; so far they have only been read */
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

/* Written both before the switch, so that it exists whatever happens, and after it. */
static int write_mapfile(struct replacement *r)
{
	int status;

	if (!r->mapfile)
		return EXIT_CLEAN;
	status = mapfile_write(r->mapfile, r->volume.sectors, &r->copy.bad);
	r->listed = !status;
	r->mapped |= r->listed;
	return status;
}

static int run_copy(struct replacement *r)
{
	uint64_t ns = 0;
	int status = disk_copy_begin(&r->copy);

	status = status ?: copy_online(r, &ns);
	status = status ?: write_mapfile(r);
	status = status ?: replace_switch(r, ns);
	/* the set is already on the new disk, so a failure here cannot undo the replacement */
	if (r->switched && write_mapfile(r))
		status = exit_worst(status, EXIT_UNCORRECTED);
	return status;
}

/*
 * The set has another secret on the new disk, of which an older initramfs has no hash. One that is
 * made while the new disk is recorded beside the former one boots at whatever moment the power
 * fails, and there is time for it during the copy.
 */
static int copy_for_boot(struct replacement *r)
{
	struct registered before, now;
	int status;

	if (!registry_find(&before, r->volume.uuid))
		before = (struct registered) {};
	status = replace_record(r);
	if (status)
		return status;
	remember_warn(r->volume.name, r->new, r->spare.path);
	status = run_copy(r);
	/* the switch has not been tried, so nothing has settled the record */
	if (*before.uuid && registry_find(&now, before.uuid) && *now.next_main_id)
		registry_write(&before);
	return status;
}

static int copy(struct replacement *r)
{
	int status = set_view_open(&r->copy.view, r->spare_gone ? NULL : r->spare.path);

	if (!status)
		status = r->leave || !users_boot_needs(r->volume.name) ? run_copy(r) :
									 copy_for_boot(r);
	if (status && !r->switched && r->mapfile)
		mapfile_drop(r->mapfile, r->mapped);
	if (status && !r->switched && r->copy.recorded)
		printf("%s keeps what has been copied, for when the command is given again; \"dmremap replace --forget %s\" gives that up.\n",
		       r->new, shell_word(r->volume.name));
	return status;
}

/* Print the content of the mapfile for the user to copy, as much as fits on a screen. */
static void say_ranges(const struct replacement *r)
{
	const struct ranges *bad = &r->copy.bad;
	size_t i;

	complain("%s lacks the sectors that were found in the last pass. Write these down, as START+COUNT:",
		 r->mapfile);
	for (i = 0; i < bad->nr && i < RANGES_SHOWN; i++)
		complain("  %llu+%llu", LLU(bad->range[i].start),
			 LLU(bad->range[i].end - bad->range[i].start));
	if (i < bad->nr)
		complain("  and %zu more ranges, which reads of %s find: they have zeros on %s.",
			 bad->nr - i, r->volume.main.path, r->new);
}

static void say_unreadable(const struct replacement *r)
{
	uint64_t sectors = ranges_total(&r->copy.bad);

	if (sectors && !r->listed)
		say_ranges(r);
	if (sectors)
		complain("%llu sector%s could not be read, and %s zeros on %s: %s lists them. ddrescue may read some of them from %s, once %s is not in use.",
			 LLU(sectors), plural(sectors), is(sectors), r->new, r->mapfile,
			 r->volume.main.path, r->volume.name);
}

/*
 * The former main may have bad sectors, so clear only what is necessary. wipefs does not know the
 * label, but the label in the first 4 KiB is all there is to clear: sealing has moved all
 * signatures to the spare.
 */
static const char *clearing(const struct blockdev *main)
{
	struct half half;

	half_look(&half, main);
	return half.role == HALF_MAIN ? "blkdiscard -f -z --length 4096" : "wipefs -a";
}

static void say_old_main(const struct replacement *r)
{
	printf("%s still has the content of the set. Clear it before the next boot, because both disks show the same UUIDs: \"%s %s\".\n",
	       r->volume.main.path, clearing(&r->volume.main), r->volume.main.path);
}

/* The spare is no longer needed: it has no remaps. */
static int empty_spare(const struct replacement *r)
{
	const char *spare = r->spare.path;

	forget_set(r->volume.uuid);
	if (!wipe_spare(spare)) {
		reassembly_announce(spare);
		printf("%s is empty.\n", spare);
		return EXIT_CLEAN;
	}
	complain("%s is no longer needed, but still has its metadata. If it can be written again: \"dmremap delete %s\".",
		 spare, shell_word(spare));
	return EXIT_UNCORRECTED;
}

static int say_ended(const struct replacement *r)
{
	int status = EXIT_CLEAN;

	printf("dm-remap has ended for %s: it is the plain disk %s. After the next start that is used by its own name, or by the UUID of what is on it; /dev/mapper/%s is gone then, and must not be in /etc/fstab.\n",
	       r->volume.name, r->new, r->volume.name);
	name_tell_old(r->volume.name, "the UUID of what is on it");
	if (r->spare_gone && *r->volume.uuid)
		wipe_tell_later();
	else if (!r->direct)
		status = empty_spare(r);
	else if (*r->volume.uuid)
		complain("%s could not be updated, and still has blocks of %s: run \"dmremap delete --give-up --yes %s\" before the next boot.",
			 r->spare.path, r->volume.main.path, shell_word(r->spare.path));
	say_old_main(r);
	return status;
}

static int say_set(const struct replacement *r)
{
	int status = EXIT_CLEAN;

	printf("%s is a set as before: its main is %s, and its spare, %s, is empty.\n",
	       r->volume.name, r->new, r->spare.path);
	if (!*r->id && !r->sealed)
		complain("%s has no identity, so after a reboot it is found by its size alone: \"dmremap seal %s\" gives it a label.",
			 r->new, shell_word(r->volume.name));
	if (r->sealed)
		status = seal_device(r->volume.name);
	if (status)
		complain("%s was sealed, and no longer is: \"dmremap seal %s\".",
			 r->volume.name, shell_word(r->volume.name));
	say_old_main(r);
	return status ? EXIT_UNCORRECTED : EXIT_CLEAN;
}

static int clean_up(const struct replacement *r)
{
	int status;

	reassembly_announce(r->new);
	status = r->ended ? say_ended(r) : say_set(r);
	say_unreadable(r);
	return ranges_total(&r->copy.bad) ? EXIT_UNCORRECTED : status;
}

/* Whether the set has a spare that can record the new main. */
static bool has_store(const struct replacement *r)
{
	char text[KERNEL_TEXT_SIZE];

	return *r->volume.uuid && !r->spare_gone &&
	       !kernel_read(TREE_CONFIG, r->volume.name, "metadata/state", text) &&
	       strcmp(text, "transient") && strcmp(text, "failed");
}

/*
 * The last pass would fail, after a copy that may take hours. If the spare has left the system, no
 * activation can tell where such a block is, so that is left out like others.
 */
static int refuse_doubt(const struct replacement *r)
{
	const char *name = r->volume.name;
	uint64_t sector;
	int status = r->spare_gone ? EXIT_CLEAN : set_view_doubt(name, &sector);

	if (status || r->spare_gone || sector == SET_VIEW_NO_DOUBT)
		return status;
	complain("%s goes on as it was: the place of its block at sector %llu is uncertain since its spare could not be written. \"dmremap stop %s\" and \"dmremap assemble %s\" settle it. If %s is gone for good, disconnect it: with --leave and --mapfile such blocks are left out then.",
		 name, LLU(sector), shell_word(name), shell_word(name), r->spare.path);
	return EXIT_OPERATION;
}

static int find_kind(struct replacement *r)
{
	struct half half;

	half_look(&half, &r->volume.main);
	r->sealed = half.role == HALF_MAIN && !strcmp(half.uuid, r->volume.uuid);
	r->direct = !has_store(r);
	/* the spare has to record the new main */
	if (!r->direct)
		return volume_check_writable(&r->volume);
	if (r->leave)
		return EXIT_CLEAN;
	complain("%s keeps nothing on its spare, or cannot: it cannot stay a set on another disk. With --leave %s becomes a plain disk.",
		 r->volume.name, r->new);
	return EXIT_OPERATION;
}

static int find(struct replacement *r, const char *name)
{
	int status = volume_find(&r->volume, name);

	if (status)
		return status;
	if (r->volume.suspended) {
		complain("%s is suspended: \"dmsetup resume %s\" first.", r->volume.name,
			 shell_word(r->volume.name));
		return EXIT_OPERATION;
	}
	if (volume_spare(&r->volume, &r->spare, &r->spare_gone)) {
		status = find_kind(r);
		return status ?: refuse_doubt(r);
	}
	complain("%s: the kernel does not show its spare.", r->volume.name);
	return EXIT_OPERATION;
}

/* Choose the identity of the new disk: @given by the user, or its own. */
static int choose_id(struct replacement *r, const char *given)
{
	if (!given) {
		main_id_choose(r->new, r->id);
		return EXIT_CLEAN;
	}
	if (*given && !main_id_valid(given))
		return EXIT_USAGE;
	if (main_id_judge(given, r->new) == MAIN_ID_OTHER) {
		complain("%s is not known as %s: it would never be found as the main.", r->new,
			 given);
		return EXIT_OPERATION;
	}
	snprintf(r->id, sizeof(r->id), "%s", given);
	return EXIT_CLEAN;
}

static int replace(const char *name, struct replacement *r, const char *main_id)
{
	int status = find(r, name);

	status = status ?: choose_id(r, main_id);
	if (status)
		return status;
	status = r->mapfile ? mapfile_check(r->mapfile) : EXIT_CLEAN;
	status = status ?: new_disk_open(r->new, &r->volume, r->force, &r->copy.fd);
	if (status)
		return status;
	/* a signal ends the copy between two chunks, with a message */
	interrupt_hold();
	r->copy.view.volume = &r->volume;
	r->copy.path = r->new;
	r->copy.leave_out = r->mapfile;
	r->copy.may_record = !r->direct;
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

/* The options. */
struct replace_options {
	const char *main_id;
	const char *rescue;
	const char *image;
	bool forget;
};

static int run_forget(char **operands, int nr)
{
	if (nr == 1 || nr == 2)
		return replace_forget(operands[0], operands[1]);
	complain("Give the set whose copy is to be given up, and its new disk if that is not found.");
	return command_misused(&command_replace);
}

static int run_rescue(const struct replace_options *wanted, const char *mapfile, int operands)
{
	if (wanted->rescue && wanted->image && mapfile && !operands)
		return rescue_spare(wanted->rescue, wanted->image, mapfile);
	complain("--rescue-spare needs a spare and new files for --image and --mapfile, and nothing else.");
	return command_misused(&command_replace);
}

static int run_replace(int argc, char **argv)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "forget", no_argument, NULL, 'g' },
		{ "leave", no_argument, NULL, 'l' },
		{ "main-id", required_argument, NULL, 'i' },
		{ "mapfile", required_argument, NULL, 'm' },
		{ "pause", required_argument, NULL, 'p' },
		{ "rescue-spare", required_argument, NULL, 'r' },
		{ "image", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct replacement r = { .copy.fd = -1, .pause_s = DEFAULT_PAUSE_S };
	struct replace_options wanted = {};
	int option;

	while ((option = getopt_long(argc, argv, "flm:p:h", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_replace);
		if (option == '?' || (option == 'p' && !take_pause(optarg, &r.pause_s)))
			return command_misused(&command_replace);
		r.force |= option == 'f';
		r.leave |= option == 'l';
		wanted.forget |= option == 'g';
		if (option == 'm')
			r.mapfile = optarg;
		if (option == 'i')
			wanted.main_id = optarg;
		if (option == 'r')
			wanted.rescue = optarg;
		if (option == 'o')
			wanted.image = optarg;
	}
	if (wanted.rescue || wanted.image)
		return run_rescue(&wanted, r.mapfile, argc - optind);
	if (wanted.forget)
		return run_forget(argv + optind, argc - optind);
	if (optind != argc - 2) {
		complain("Give the set and its new disk.");
		return command_misused(&command_replace);
	}
	r.new = argv[optind + 1];
	return replace(argv[optind], &r, wanted.main_id);
}

const struct command command_replace = {
	.name = "replace",
	.arguments = "[--leave] [--force] [--mapfile FILE] [--main-id ID] [--pause SECONDS]\n"
		     "               NAME NEWDISK\n"
		     "       dmremap replace --forget NAME [NEWDISK]\n"
		     "       dmremap replace --rescue-spare SPARE --image FILE --mapfile FILE",
	.summary = "give an active set another main",
	.help =
	"Copies the content of a set, which may be in use, to NEWDISK, which is at least as\n"
	"large, and makes NEWDISK its main. The set keeps its name, its uuid and its spare, which\n"
	"is empty then; whatever uses the set goes on. What is written during the copy is copied\n"
	"again. I/O waits only for the last pass; how long is said before and after. Until then an\n"
	"interruption, or a power cut, changes nothing but what is on NEWDISK, and the same command\n"
	"goes on where it stopped.\n\n"
	"  -f, --force          destroy what is on NEWDISK\n"
	"      --forget         give up a copy that was interrupted\n"
	"  -l, --leave          end dm-remap for the device: NEWDISK is a plain disk afterwards\n"
	"      --main-id ID     what NEWDISK is known by, as for \"dmremap create\"\n"
	"  -m, --mapfile FILE   leave out sectors that cannot be read, and list them in FILE, a\n"
	"                       mapfile of ddrescue; without it the copy stops at the first\n"
	"  -p, --pause SECONDS  how long I/O may wait at the end; 10 unless given\n"
	"      --rescue-spare SPARE  the main is gone for good: write what is on the spare, which\n"
	"                       is only read, to a sparse image of the main, and to --mapfile what\n"
	"                       that has, for ddrescue to go on with\n"
	"      --image FILE     where the image goes\n"
	"  -h, --help           print this\n\n"
	"Exit status: 0 replaced, 4 replaced, but sectors could not be read or the end could not\n"
	"be reached, 8 the set goes on as it was, 16 wrong usage.\n",
	.run = run_replace,
};
