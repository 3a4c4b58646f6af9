// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap salvage: recover the data of a sealed main whose spare is gone for good.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "disk/content.h"
#include "kernel/dm.h"
#include "lib/ask.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "lib/shell-word.h"
#include "seal/salvage.h"
#include "sets/active.h"
#include "sets/half.h"
#include "sets/reassembly.h"
#include "sets/registry.h"
#include "sets/remember.h"
#include "sets/secret.h"

/* The options. */
struct salvage_options {
	const char *output;
	const char *name;
	bool remove_label;
	bool force;
	bool yes;
	bool dry_run;
	bool json;
};

/* If the spare is present there is nothing to salvage: it has newer content. */
static int check_spare(const struct salvage *salvage, const char *path)
{
	const struct half *spare;
	struct active active;
	struct halves halves;
	int status;

	if (active_find(&active, salvage->uuid)) {
		complain("The set of %s is active, as %s, and has all its data.", path,
			 active.name);
		return EXIT_OPERATION;
	}
	status = halves_read_all(&halves);
	if (status)
		return status;
	spare = halves_find(&halves, NULL, HALF_SPARE, salvage->uuid);
	if (spare) {
		complain("The spare of %s is present, %s, and has the latest content of the blocks: \"dmremap assemble %s\". --force continues without it.",
			 path, spare->dev.path, salvage->uuid);
		status = EXIT_OPERATION;
	}
	halves_free(&halves);
	return status;
}

static uint64_t missing(const struct salvage_piece *piece, unsigned int nr)
{
	uint64_t sectors = 0;

	for (; nr--; piece++)
		if (piece->source == SALVAGE_MISSING)
			sectors += piece->sectors;
	return sectors;
}

static void show_json(const struct salvage *salvage, const char *path, const char *made)
{
	static const char * const source[] = { "main", "kept", "missing" };
	struct salvage_piece piece[SALVAGE_PIECES];
	unsigned int nr = salvage_pieces(salvage, piece), i;
	struct json_object *item;

	json_out_begin();
	json_out_member("name", json_object_new_string(salvage->name));
	json_out_member("uuid", json_object_new_string(salvage->uuid));
	json_out_member("main", json_object_new_string(path));
	json_out_member("output", made ? json_object_new_string(made) : NULL);
	json_out_member("missing_sectors", json_object_new_int64(missing(piece, nr)));
	json_out_array("pieces");
	for (i = 0; i < nr; i++) {
		item = json_object_new_object();
		json_add_number(item, "start", piece[i].start);
		json_add_number(item, "sectors", piece[i].sectors);
		json_add_string(item, "source", source[piece[i].source]);
		json_out_element(item);
	}
	json_out_array_end();
	json_out_end();
}

static void show_pieces(const struct salvage *salvage, const char *path)
{
	struct salvage_piece piece[SALVAGE_PIECES];
	unsigned int nr = salvage_pieces(salvage, piece), i;

	printf("%s was the main of %s (%s).\n", path, *salvage->name ? salvage->name : "a set",
	       salvage->uuid);
	for (i = 0; i < nr; i++)
		if (piece[i].source != SALVAGE_MAIN)
			printf("Sectors %llu to %llu: %s.\n", LLU(piece[i].start),
			       LLU(piece[i].start + piece[i].sectors - 1),
			       piece[i].source == SALVAGE_KEPT ?
			       "as they were when the set was sealed" : "missing");
	puts("Blocks that moved for other reasons have old content or cannot be read: the label does not list them.");
}

/*
 * Mount options that skip journal replay: the device is read-only, and the journal may be older
 * than the rest.
 */
static const char *mount_options(const char *content)
{
	if (strstr(content, "(ext3)") || strstr(content, "(ext4)"))
		return "ro,noload";
	return strstr(content, "(xfs)") ? "ro,norecovery" : "ro";
}

/* Print the type of the file system and how to read it. */
static void show_use(const struct salvage *salvage, const char *made, bool device)
{
	char content[CONTENT_SIZE];
	bool known = content_describe(made, content);

	if (known && strncmp(content, "a partition table", 17))
		printf("%s has %s. Try \"mount -o %s%s %s MOUNTPOINT\".\n", made, content,
		       mount_options(content), device ? "" : ",loop", shell_word(made));
	else if (known)
		printf("%s has %s. \"losetup --find --show --read-only --partscan %s\" makes devices of its partitions.\n",
		       made, content, shell_word(made));
	else
		printf("%s has no content that libblkid recognizes.\n", made);
	salvage_search(salvage, made);
	if (device)
		printf("When you are done: \"dmsetup remove %s\".\n",
		       shell_word(strrchr(made, '/') + 1));
}

static void show(const struct salvage *salvage, const struct salvage_options *wanted,
		 const char *path, const char *made)
{
	if (wanted->json) {
		show_json(salvage, path, made);
		return;
	}
	show_pieces(salvage, path);
	if (made)
		show_use(salvage, made, !wanted->output);
	else
		puts("Nothing was changed.");
}

static int make_view(const struct salvage *salvage, const struct salvage_options *wanted,
		     const char *path)
{
	char name[DM_TEXT_SIZE], made[DM_TEXT_SIZE + 16];
	int status;

	if (!salvage->dev.block) {
		complain("%s is a file. Give a destination with --output.", path);
		return EXIT_USAGE;
	}
	if (wanted->name)
		snprintf(name, sizeof(name), "%s", wanted->name);
	else
		snprintf(name, sizeof(name), "%.100s-salvage", *salvage->name ? salvage->name : "set");
	status = salvage_view(salvage, name);
	snprintf(made, sizeof(made), "/dev/mapper/%s", name);
	if (!status)
		show(salvage, wanted, path, made);
	return status == EXIT_UNCORRECTED ? EXIT_OPERATION : status;
}

static int make_copy(const struct salvage *salvage, const struct salvage_options *wanted,
		     const char *path)
{
	int status = salvage_copy(salvage, wanted->output, wanted->force);

	if (!status || status == EXIT_UNCORRECTED)
		show(salvage, wanted, path, wanted->output);
	return status;
}

static bool may_restore(const struct salvage *salvage, const struct salvage_options *wanted,
			const char *path, uint64_t sectors)
{
	if (sectors && !wanted->force) {
		complain("%llu sector%s of %s %s missing, and would become zeros. Copy what is there to another disk with --output first; --force goes on.",
			 LLU(sectors), plural(sectors), path, is(sectors));
		return false;
	}
	return wanted->yes ||
	       ask("Restore %s as it was when %s was sealed? The spare cannot be used afterwards.",
		   path, salvage->name);
}

/* Whether the set ends with its label: a former main has one as well, and the set goes on. */
static bool is_main(const struct salvage *salvage, const char *path)
{
	struct registered known;
	struct active active;

	if (active_find(&active, salvage->uuid))
		return false;
	return !registry_find(&known, salvage->uuid) ||
	       (registry_is_main(&known, path) &&
		secret_matches(known.secret_hash, salvage->label.secret));
}

static int remove_label(const struct salvage *salvage, const struct salvage_options *wanted,
			const char *path)
{
	struct salvage_piece piece[SALVAGE_PIECES];
	unsigned int nr = salvage_pieces(salvage, piece);
	struct active active;
	int status;

	if (!may_restore(salvage, wanted, path, missing(piece, nr)))
		return EXIT_OPERATION;
	/* if the stale spare reappears, it must not be assembled with this disk automatically */
	if (is_main(salvage, path))
		registry_remove(salvage->uuid);
	status = salvage_restore(salvage);
	if (status)
		return status;
	if (wanted->json)
		show_json(salvage, path, NULL);
	else
		printf("%s no longer has a label. Check its file system before it is written to. If the spare turns up, empty it: \"dmremap delete --give-up SPARE\".\n",
		       path);
	if (!active_find(&active, salvage->uuid))
		remember_tell(salvage->uuid);
	return EXIT_CLEAN;
}

static int finish(const struct salvage_options *wanted, const char *path)
{
	int status = EXIT_OPERATION;

	if (wanted->remove_label && !wanted->dry_run)
		status = salvage_finish(path);
	else
		complain("%s has no label. Only a main that was sealed with \"dmremap seal\" has one; \"dmremap assemble --degraded %s\" shows others without their spare.",
			 path, shell_word(path));
	if (!status) {
		reassembly_announce(path);
		printf("%s no longer has a label.\n", path);
	}
	return status;
}

static int salvage(const char *path, const struct salvage_options *wanted)
{
	bool write = wanted->remove_label && !wanted->dry_run;
	struct salvage salvage;
	int status = salvage_open(&salvage, path, write);

	if (status == EXIT_CORRECTED)
		return finish(wanted, path);
	if (status)
		return status;
	if (!wanted->force)
		status = check_spare(&salvage, path);
	if (!status && wanted->dry_run)
		show(&salvage, wanted, path, NULL);
	else if (!status && wanted->remove_label)
		status = remove_label(&salvage, wanted, path);
	else if (!status && wanted->output)
		status = make_copy(&salvage, wanted, path);
	else if (!status)
		status = make_view(&salvage, wanted, path);
	salvage_close(&salvage);
	if (write)
		reassembly_announce(path);
	return status;
}

static bool take_option(struct salvage_options *wanted, int option)
{
	switch (option) {
	case 'o':
		wanted->output = optarg;
		return true;
	case 'N':
		wanted->name = optarg;
		return true;
	case 'r':
		wanted->remove_label = true;
		return true;
	case 'f':
		wanted->force = true;
		return true;
	case 'y':
		wanted->yes = true;
		return true;
	case 'n':
		wanted->dry_run = true;
		return true;
	case 'j':
		wanted->json = true;
		return true;
	default:
		return false;
	}
}

static int run_salvage(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "name", required_argument, NULL, 'N' },
		{ "remove-label", no_argument, NULL, 'r' },
		{ "force", no_argument, NULL, 'f' },
		{ "yes", no_argument, NULL, 'y' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct salvage_options wanted = {};
	const char *path;
	int option;

	while ((option = getopt_long(argc, argv, "o:N:fynjh", options, NULL)) != -1)
		if (!take_option(&wanted, option))
			return option == 'h' ? command_help(&command_salvage) :
					       command_misused(&command_salvage);
	if (wanted.remove_label && (wanted.output || wanted.name)) {
		complain("Give either --remove-label, or --output or --name.");
		return command_misused(&command_salvage);
	}
	path = command_operand(&command_salvage, argc, argv);
	return path ? salvage(path, &wanted) : EXIT_USAGE;
}

const struct command command_salvage = {
	.name = "salvage",
	.arguments = "[--output DEVICE|FILE | --remove-label] [OPTION]... MAIN",
	.summary = "read a sealed main whose spare is gone for good",
	.help =
	"Says which blocks of a sealed main are missing without its spare, and makes a read-only\n"
	"device of the rest: blocks that \"dmremap seal\" moved are as they were then, and missing\n"
	"ones give errors. Says what file system that has, and where that keeps copies of its\n"
	"superblock. MAIN may be an image of the disk, with --output.\n\n"
	"  -o, --output DEVICE|FILE  copy it there instead; what is missing becomes zeros\n"
	"  -N, --name NAME           name of the device; else that of the set with \"-salvage\"\n"
	"      --remove-label        restore the main in place, and forget the set\n"
	"  -f, --force               go on though the spare is there, something is missing, or\n"
	"                            DEVICE or FILE has content\n"
	"  -y, --yes                 do not ask before --remove-label\n"
	"  -n, --dry-run             only say what there is\n"
	"  -j, --json                print JSON\n"
	"  -h, --help                print this\n\n"
	"Exit status: 0 done, 4 something cannot be read or written, 8 nothing was changed,\n"
	"16 wrong usage.\n",
	.run = run_salvage,
};
