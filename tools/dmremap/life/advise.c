// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap advise: judge whether a disk is a case for dm-remap, and what to do with it.
 */
#include <dirent.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise/gather.h"
#include "advise/judge.h"
#include "advise/show.h"
#include "advise/spare-size.h"
#include "command.h"
#include "kernel/devices.h"
#include "kernel/kernel.h"
#include "kernel/names.h"
#include "kernel/volume.h"
#include "lib/message.h"
#include "lib/root.h"
#include "sets/inactive.h"

/* Maximum depth of a stack of devices; no real stack is as deep. */
#define DEPTH_MAX	16

struct advise_request {
	struct gather_how how;
	bool spare;
	bool json;
};

/* Find the set that an operand names by its name, device node or uuid. */
static bool find_set(const char *operand, char name[KERNEL_NAME_SIZE])
{
	return device_name_find(operand, name) && kernel_has(TREE_CONFIG, name, "");
}

static uint64_t bad_blocks(const struct set_facts *set)
{
	return set->remapped.n + set->pending.n;
}

static void add_name(char *names, size_t size, const char *name)
{
	size_t length = strlen(names);

	if (length + strlen(name) + 2 < size)
		sprintf(names + length, "%s%s", length ? " " : "", name);
}

/* Where a device is. */
enum where {
	NOT_ON_DISK,
	IS_DISK,
	IS_PARTITION,	/* of the disk */
	IS_STACKED,	/* on the disk or on a partition of it */
};

/* The bad blocks of a main that is built on several disks may be those of another disk. */
static void add_set(struct disk_facts *facts, const char *name, enum where where)
{
	struct disk_facts with = {};

	facts_from_set(&with, name);
	if (where != IS_STACKED &&
	    (!*facts->set.name || bad_blocks(&with.set) > bad_blocks(&facts->set)))
		facts->set = with.set;
	facts->shared |= where != IS_DISK;
	facts->stacked |= where == IS_STACKED;
	add_name(facts->sets, sizeof(facts->sets), name);
}

static int gather_set(struct disk_facts *facts, const char *name, const struct gather_how *how)
{
	struct volume volume;
	int status = volume_find(&volume, name);

	if (!status)
		status = gather_disk(facts, volume.main.number, how);
	if (!status)
		add_set(facts, name, volume.partition ? IS_PARTITION : IS_DISK);
	return status;
}

/* If a set is below another one, it is the one to name. */
static bool is_set(const char *number)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/dev/block/%s/remap", root_dir(), number);
	return !access(path, F_OK);
}

/* What fails in a member of an array with redundancy is repaired there: no set sees it. */
static bool is_redundant(const char *number)
{
	char path[PATH_MAX], level[KERNEL_TEXT_SIZE];

	snprintf(path, sizeof(path), "/sys/dev/block/%s/md/level", number);
	return !kernel_read_file(path, level) && strcmp(level, "linear") &&
	       strcmp(level, "raid0");
}

static enum where find_on(const char *disk, const char *number, int depth)
{
	char other[BLOCKDEV_NUMBER_SIZE], node[BLOCKDEV_NAME_SIZE], lower[KERNEL_TEXT_SIZE];
	enum where where = NOT_ON_DISK;
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *slaves;

	if (!blockdev_disk(number, other, node))
		return NOT_ON_DISK;
	if (!strcmp(disk, other))
		return strcmp(disk, number) ? IS_PARTITION : IS_DISK;
	snprintf(path, sizeof(path), "%s/sys/dev/block/%s/slaves", root_dir(), other);
	slaves = depth < DEPTH_MAX && !is_set(other) && !is_redundant(other) ? opendir(path) : NULL;
	while (slaves && !where && (entry = readdir(slaves))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/block/%s/dev", entry->d_name);
		if (!kernel_read_file(path, lower) && find_on(disk, lower, depth + 1))
			where = IS_STACKED;
	}
	if (slaves)
		closedir(slaves);
	return where;
}

/* Find where the half of a set is that this attribute shows. */
static enum where find_half(const char *disk, const char *set, const char *attribute)
{
	char number[KERNEL_TEXT_SIZE];

	if (kernel_read(TREE_CONFIG, set, attribute, number))
		return NOT_ON_DISK;
	return find_on(disk, number, 0);
}

/*
 * The sets whose halves are on a disk: what they have moved is a sign of the disk, and the advice
 * is to act on them, not on the disk.
 */
static void add_sets(struct disk_facts *facts, const char *number)
{
	char disk[BLOCKDEV_NUMBER_SIZE], node[BLOCKDEV_NAME_SIZE], *none = NULL;
	struct devices devices;
	enum where where;
	int i;

	if (!kernel_has(TREE_CONFIG, "", "") || !blockdev_disk(number, disk, node) ||
	    devices_find(&devices, &none))
		return;
	for (i = 0; i < devices.nr; i++) {
		where = find_half(disk, devices.name[i], "main");
		if (where)
			add_set(facts, devices.name[i], where);
		if (find_half(disk, devices.name[i], "spare/device"))
			add_name(facts->spares, sizeof(facts->spares), devices.name[i]);
	}
	devices_free(&devices);
}

/*
 * What would be written to a half of an inactive set would be taken for its data. The halves are
 * read only if that wakes no disk: it has just answered, or may be woken.
 */
static void add_inactive(struct disk_facts *facts, const char *number,
			 const struct gather_how *how)
{
	bool read = how->wake || (facts->smart == SMART_READ && !how->smartctl);
	char disk[BLOCKDEV_NUMBER_SIZE], node[BLOCKDEV_NAME_SIZE];
	struct blockdev *devs = NULL;
	struct inactive *sets;
	int nr, i, n = 0;

	nr = blockdev_disk(number, disk, node) ? blockdevs_list(&devs) : 0;
	for (i = 0; i < nr; i++)
		if (find_on(disk, devs[i].number, 0))
			devs[n++] = devs[i];
	nr = inactive_find(&sets, devs, n, read);
	for (i = 0; i < nr; i++)
		add_name(facts->inactive, sizeof(facts->inactive), sets[i].name);
	free(sets);
	free(devs);
}

static int gather_device(struct disk_facts *facts, const char *number,
			 const struct gather_how *how)
{
	int status = gather_disk(facts, number, how);

	if (status)
		return status;
	add_sets(facts, number);
	add_inactive(facts, number, how);
	return EXIT_CLEAN;
}

static int gather(struct disk_facts *facts, const char *operand, const struct gather_how *how)
{
	char number[BLOCKDEV_NUMBER_SIZE], set[KERNEL_NAME_SIZE];

	if (!operand)
		return gather_files(facts, how);
	if (find_set(operand, set))
		return gather_set(facts, set, how);
	if (blockdev_number(operand, number))
		return gather_device(facts, number, how);
	complain("%s: there is no such disk, and no active set of that name.", operand);
	return EXIT_OPERATION;
}

/* "nothing wrong" would be false if nothing could be examined. */
static bool seen_anything(const struct disk_facts *facts, const struct advice *advice)
{
	return advice->verdict != VERDICT_WELL || facts->smart == SMART_READ ||
	       facts->log.read || facts->pre_eol.known;
}

/* Skip this for the disk of a set, and for a disk that does not need dm-remap. */
static void find_places(struct spare_places *places, const struct advice *advice,
			const struct disk_facts *facts, bool wake)
{
	uint64_t bytes = spare_bytes(facts, spare_block_size(facts));

	*places = (struct spare_places) {};
	if (advice->verdict == VERDICT_REMAP && !*facts->sets && !*facts->spares &&
	    !*facts->inactive)
		spare_places_find(places, facts, bytes, wake);
}

static int advise(const struct advise_request *request, const char *operand)
{
	struct disk_facts facts;
	struct spare_places places;
	struct advice advice;
	int status = gather(&facts, operand, &request->how);

	if (status)
		return status;
	if (request->spare) {
		printf("%llu\n", LLU(spare_bytes(&facts, spare_block_size(&facts))));
		return EXIT_CLEAN;
	}
	judge(&advice, &facts);
	find_places(&places, &advice, &facts, request->how.wake);
	if (request->json)
		advice_show_json(&advice, &facts, &places);
	else if (seen_anything(&facts, &advice))
		advice_show(&advice, &facts, &places);
	if (seen_anything(&facts, &advice))
		return advice.verdict;
	complain("Nothing is known about %s: neither smartctl nor the kernel's log can be read. Are you root, and is smartmontools installed?",
		 facts.path);
	return EXIT_OPERATION;
}

enum { OPTION_SMARTCTL = 256, OPTION_LOG, OPTION_WAKE, OPTION_SPARE };

static bool take_option(struct advise_request *request, int option)
{
	switch (option) {
	case 'd':
		request->how.type = optarg;
		return true;
	case 'j':
		request->json = true;
		return true;
	case OPTION_SMARTCTL:
		request->how.smartctl = optarg;
		return true;
	case OPTION_LOG:
		request->how.log = optarg;
		return true;
	case OPTION_WAKE:
		request->how.wake = true;
		return true;
	case OPTION_SPARE:
		request->spare = true;
		return true;
	}
	return false;
}

static int run_advise(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "smartctl", required_argument, NULL, OPTION_SMARTCTL },
		{ "kernel-log", required_argument, NULL, OPTION_LOG },
		{ "wake", no_argument, NULL, OPTION_WAKE },
		{ "spare", no_argument, NULL, OPTION_SPARE },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct advise_request request = {};
	int option;

	while ((option = getopt_long(argc, argv, "d:jh", options, NULL)) != -1) {
		if (option == 'h')
			return command_help(&command_advise);
		if (!take_option(&request, option))
			return command_misused(&command_advise);
	}
	if (argc - optind == 1)
		return advise(&request, argv[optind]);
	if (argc == optind && request.how.smartctl && !request.how.log)
		return advise(&request, NULL);
	complain("Give a disk or a set.");
	return command_misused(&command_advise);
}

const struct command command_advise = {
	.name = "advise",
	.arguments = "[OPTION]... {DISK | NAME}",
	.summary = "judge whether a disk is a case for dm-remap, and what to do",
	.help =
	"Reads what smartctl, sysfs and the kernel's log report about a disk, or about the main of a\n"
	"set and the set's own history, and gives one of six verdicts: nothing wrong; not the disk,\n"
	"but a cable, the power or an enclosure; let the drive cure it; a case for dm-remap; copy it\n"
	"today; do not use it. Prints the reasons and the commands to type next, with free space for a\n"
	"spare: in a volume group, a partition, a gap or a disk. On the disk of a set the commands are\n"
	"about the set; one that is not active has to be activated first. Nothing is written, and a\n"
	"disk that sleeps is not woken. A disk without signs of failure may still fail: more than half\n"
	"of the disks that fail showed no signs before.\n\n"
	"      --spare           print only how many bytes a spare for it should have\n"
	"  -d, --device TYPE     device type for smartctl, as for its option -d\n"
	"      --smartctl FILE   read the output of \"smartctl --json -x\" from FILE, without the disk\n"
	"      --kernel-log FILE read the kernel's log from a file\n"
	"      --wake            wake a disk that sleeps\n"
	"  -j, --json            print JSON\n"
	"  -h, --help            print this\n\n"
	"Exit status: 0 nothing wrong, 1 not the disk, 2 let the drive cure it, 3 a case for dm-remap,\n"
	"4 copy it today, 5 do not use it, 8 nothing is known, 16 wrong usage.\n",
	.run = run_advise,
};
