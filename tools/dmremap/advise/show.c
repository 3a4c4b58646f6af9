// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "advise/show.h"
#include "advise/spare-size.h"
#include "kernel/blockdev.h"
#include "kernel/kernel.h"
#include "lib/json-out.h"
#include "lib/shell-word.h"
#include "lib/util.h"

/* Bits of a number of MiB. */
#define MIB_SHIFT	20

/* Why smartctl could not read the disk, and the remedy; NULL if it could. */
static const char *unseen_smart(const struct disk_facts *facts)
{
	static const char * const texts[] = {
		[SMART_NO_PROGRAM] = "the disk's own data: smartctl 7.0 or later is not installed (smartmontools)",
		[SMART_READ] = NULL,
		[SMART_ASLEEP] = "the disk's own data: it sleeps (\"--wake\" wakes it)",
		[SMART_NO_ANSWER] = "the disk's own data: it does not answer smartctl",
		[SMART_NOT_ALLOWED] = "the disk's own data: only root may read it",
		[SMART_UNSUPPORTED] = "the disk's own data: the disk or its bridge does not support SMART, or smartctl does not know the bridge (\"--device sat\" may help)",
	};

	/* an eMMC reports its health in sysfs */
	if (facts->smart != SMART_READ && facts->pre_eol.known)
		return NULL;
	return texts[facts->smart];
}

static const char *unseen_log(const struct disk_facts *facts)
{
	return facts->log.read ? NULL :
	       "the kernel's log: only root may read it, or it has nothing about this disk";
}

static void show_unseen(const struct disk_facts *facts)
{
	const char *unseen;

	unseen = unseen_smart(facts);
	if (unseen)
		printf("  Not seen: %s.\n", unseen);
	unseen = unseen_log(facts);
	if (unseen)
		printf("  Not seen: %s.\n", unseen);
}

/* Maximum number of places for a spare to print. */
#define PLACES_SHOWN	3

static void show_link(const struct disk_facts *facts, const struct spare_places *places)
{
	(void)places;
	printf("  1. Change the cable, the port or the power supply, one at a time.\n"
	       "  2. See whether the errors go on: dmesg --follow; smartctl -A %s\n",
	       shell_word(facts->path));
}

/*
 * The commands for the disk of a set name the set. A copy of the disk would lack the blocks that
 * have moved, and a bad sector that another program writes can be read again, so the set would take
 * what was written for its data.
 */
static bool in_sets(const struct disk_facts *facts)
{
	return *facts->sets || *facts->spares;
}

/* A disk with several partitions may have several sets: a line for each. */
static void show_each(const char *names, const char *before, const char *command,
		      const char *operand)
{
	char name[KERNEL_NAME_SIZE];
	size_t length;

	for (; *names; names += length + strspn(names + length, " ")) {
		length = strcspn(names, " ");
		snprintf(name, sizeof(name), "%.*s", (int)length, names);
		printf("%s dmremap %s %s%s\n", before, command, shell_word(name), operand);
		before = "     and:";
	}
}

/* Return: the number of the next step. */
static unsigned int show_marks(const struct disk_facts *facts, unsigned int step)
{
	if (!*facts->sets)
		return step;
	/* sectors of the disk cannot be located on a device that is built on it */
	if (facts->stacked) {
		printf("  %u. Find what is bad:", step);
		show_each(facts->sets, "", "scrub", " start");
	} else {
		printf("  %u. Mark what is known to be bad:", step);
		show_each(facts->sets, "", "import --from-disk", "");
	}
	printf("  %u. See which files lie there:", step + 1);
	show_each(facts->sets, "", "files --pending", "");
	printf("  %u. Restore these files from the backup. Write nothing to %s itself: the set would take it for its data.\n",
	       step + 2, facts->path);
	return step + 3;
}

static unsigned int show_spares(const struct disk_facts *facts, unsigned int step)
{
	if (!*facts->spares)
		return step;
	printf("  %u. Move the spare that is on it to another disk:", step);
	show_each(facts->spares, "", "replace-spare", " NEWSPARE");
	return step + 1;
}

/* Until they are active nobody knows where their blocks are, so no other command is safe. */
static void show_inactive(const struct disk_facts *facts)
{
	printf("  1. Activate the set on it. Write nothing to %s itself: the set would take it for its data.\n"
	       "    ", facts->path);
	show_each(facts->inactive, "", "assemble", "");
	printf("  2. Look again: dmremap advise %s\n", shell_word(facts->path));
}

/* hdparm overwrites a sector with zeros, so let the user read the sector first. */
static void show_sector(const struct disk_facts *facts)
{
	printf("  3. Write it again. If sector %llu cannot be read\n"
	       "     (hdparm --read-sector %llu %s), nothing else uses the disk, and its content may be lost:\n"
	       "     hdparm --yes-i-know-what-i-am-doing --repair-sector %llu %s\n",
	       LLU(facts->bad_lba.n), LLU(facts->bad_lba.n), shell_word(facts->path),
	       LLU(facts->bad_lba.n), shell_word(facts->path));
}

static void show_cure_sets(const struct disk_facts *facts)
{
	unsigned int step = show_marks(facts, 2);

	if (*facts->sets) {
		printf("  %u. Move back what the disk takes and keeps again:", step++);
		show_each(facts->sets, "", "cure", "");
	}
	step = show_spares(facts, step);
	printf("  %u. Look again: dmremap advise %s\n", step, shell_word(facts->path));
}

static void show_cure(const struct disk_facts *facts, const struct spare_places *places)
{
	(void)places;
	printf("  1. Save what is on it: a backup, now.\n");
	if (in_sets(facts)) {
		show_cure_sets(facts);
		return;
	}
	printf("  2. Find the bad sectors: smartctl -t long %s, and hours later smartctl -l %s %s\n",
	       shell_word(facts->path), facts->nvme || facts->scsi ? "selftest" : "xselftest",
	       shell_word(facts->path));
	if (facts->bad_lba.known)
		show_sector(facts);
	else
		printf("  3. Write them again: restore the files that lie on them.\n");
	printf("  4. Look again: dmremap advise %s\n", shell_word(facts->path));
}

/*
 * A place on the disk itself is lost together with it, and is a part of the main if that is the
 * whole disk.
 *
 * Return: the device that the first place becomes; NULL if there is none.
 */
static const char *show_places(const struct spare_places *places)
{
	char text[512];
	unsigned int i;

	for (i = 0; i < places->nr && i < PLACES_SHOWN && !places->item[i].same_disk; i++) {
		printf("%s     %s", i ? "" : ". There is room:\n",
		       spare_place_text(&places->item[i], text, sizeof(text)));
		spare_place_command(places, &places->item[i], text, sizeof(text));
		printf("%s%s\n", *text ? ":\n       " : "", text);
	}
	return i ? spare_place_device(places->item) : NULL;
}

static void show_remap(const struct disk_facts *facts, const struct spare_places *places)
{
	uint64_t bytes = spare_bytes(facts, spare_block_size(facts));
	const char *spare;

	printf("  1. Save what is on it: a backup, now.\n");
	if (in_sets(facts)) {
		printf("  %u. Order its replacement.\n", show_spares(facts, show_marks(facts, 2)));
		return;
	}
	printf("  2. Make a spare of %llu MiB or more on another disk", LLU(bytes >> MIB_SHIFT));
	spare = show_places(places);
	if (!spare) {
		spare = "/dev/VG/spare";
		printf(": lvcreate -L %llum -n spare VG\n", LLU(bytes >> MIB_SHIFT));
	}
	printf("  3. dmremap create NAME %s %s\n"
	       "  4. dmremap import --from-disk NAME\n", shell_word(facts->path),
	       shell_word(spare));
}

/* Return: the number of the next step. */
static unsigned int show_copy_sets(const struct disk_facts *facts)
{
	unsigned int step = 1;

	if (*facts->sets) {
		printf("  1. See which files cannot be copied:");
		show_each(facts->sets, "", "files", "");
		printf("  2. Copy the set, not %s, which does not have the blocks that have moved. It may be in use:\n"
		       "    ", facts->path);
		show_each(facts->sets, "", "replace --mapfile FILE", " NEWDISK");
		printf("     By hand, when it is not in use: ddrescue -f -d -r3 /dev/mapper/NAME NEWDISK map\n");
		step = 3;
	}
	step = show_spares(facts, step);
	if (facts->shared || !*facts->sets)
		printf("  %u. If it has other partitions or volumes, copy each: ddrescue -f -d -r3 DEVICE NEWDEVICE map\n",
		       step++);
	return step;
}

static void show_copy(const struct disk_facts *facts, const struct spare_places *places)
{
	(void)places;
	if (in_sets(facts)) {
		printf("  %u. Replace it.\n", show_copy_sets(facts));
		return;
	}
	printf("  1. Stop what writes to it, and copy it, bad sectors last:\n"
	       "     ddrescue -f -d -n %s NEWDISK map && ddrescue -f -d -r3 %s NEWDISK map\n"
	       "  2. Replace it.\n", shell_word(facts->path), shell_word(facts->path));
}

static void show_avoid(const struct disk_facts *facts, const struct spare_places *places)
{
	unsigned int step = 2;

	(void)places;
	if (in_sets(facts))
		step = show_copy_sets(facts);
	else
		printf("  1. Read what it still gives: ddrescue -d %s IMAGE map\n",
		       shell_word(facts->path));
	printf("  %u. Throw it away: it may lose what is written to it.\n", step);
}

static void show_commands(const struct advice *advice, const struct disk_facts *facts,
			  const struct spare_places *places)
{
	static void (*const shows[])(const struct disk_facts *, const struct spare_places *) = {
		[VERDICT_NOT_DISK] = show_link,
		[VERDICT_CURE] = show_cure,
		[VERDICT_REMAP] = show_remap,
		[VERDICT_COPY] = show_copy,
		[VERDICT_AVOID] = show_avoid,
	};

	if (!shows[advice->verdict])
		return;
	printf("What to do:\n");
	if (*facts->inactive && advice->verdict != VERDICT_NOT_DISK)
		show_inactive(facts);
	else
		shows[advice->verdict](facts, places);
}

/* A reader waits until the disk or the kernel gives up. */
static void show_timeouts(const struct disk_facts *facts)
{
	const char *disk = strstr(facts->path, "/dev/");
	char name[BLOCKDEV_NAME_SIZE];

	if (facts->kind != DISK_HDD || facts->scsi || !facts->timeout.known || !disk ||
	    facts->timeout.n >= 120)
		return;
	if (facts->erc == ERC_OFF)
		printf("Error recovery control, after each start: smartctl -l scterc,70,70 %s\n",
		       shell_word(facts->path));
	if (facts->erc != ERC_UNSUPPORTED)
		return;
	blockdev_sysfs_name(name, disk + strlen("/dev/"));
	printf("Time-out, after each start: echo 180 > /sys/block/%s/device/timeout\n", name);
}

static void show_replace(const struct advice *advice)
{
	if (!advice->replace)
		return;
	if (advice->replace_days)
		printf("  Replace it within %u days.\n", advice->replace_days);
	else
		printf("  Replace it now.\n");
}

void advice_show(const struct advice *advice, const struct disk_facts *facts,
		 const struct spare_places *places)
{
	unsigned int i;

	printf("%s%s%s%s: %s\n", facts->path, *facts->model ? " (" : "", facts->model,
	       *facts->model ? ")" : "", verdict_text(advice->verdict));
	for (i = 0; i < advice->nr; i++)
		printf("  %s\n", advice->line[i].text);
	show_replace(advice);
	show_unseen(facts);
	show_commands(advice, facts, places);
	show_timeouts(facts);
}

static void count_json(struct json_object *object, const char *name, const struct count *count)
{
	if (count->known)
		json_add_number(object, name, count->n);
	else
		json_object_object_add(object, name, NULL);
}

static struct json_object *figures(const struct disk_facts *facts)
{
	struct json_object *object = json_object_new_object();

	count_json(object, "power_on_hours", &facts->hours);
	count_json(object, "reallocated", &facts->reallocated);
	count_json(object, "pending", &facts->pending);
	count_json(object, "uncorrectable", &facts->uncorrectable);
	count_json(object, "reported", &facts->reported);
	count_json(object, "interface_crc", &facts->crc);
	count_json(object, "reserve_percent", &facts->reserve);
	count_json(object, "life_used_percent", &facts->used);
	json_add_number(object, "recent_bad", facts->news_bad);
	json_add_number(object, "recent_link", facts->news_link);
	json_add_number(object, "log_bad", facts->log.bad);
	json_add_number(object, "log_bad_hour", facts->log.bad_hour);
	json_add_number(object, "log_link", facts->log.link);
	json_add_number(object, "log_other", facts->log.other);
	return object;
}

static void unseen_json(const char *unseen)
{
	if (unseen)
		json_out_element(json_object_new_string(unseen));
}

void advice_show_json(const struct advice *advice, const struct disk_facts *facts,
		      const struct spare_places *places)
{
	uint64_t spare = spare_bytes(facts, spare_block_size(facts));
	struct json_object *line;
	unsigned int i;

	json_out_begin();
	json_out_member("disk", json_object_new_string(facts->path));
	json_out_member("model", json_object_new_string(facts->model));
	json_out_member("verdict", json_object_new_string(verdict_word(advice->verdict)));
	json_out_member("replace_days", advice->replace ?
			json_object_new_uint64(advice->replace_days) : NULL);
	json_out_member("spare_bytes", json_object_new_uint64(spare));
	json_out_member("spare_places", spare_places_json(places));
	json_out_array("reasons");
	for (i = 0; i < advice->nr; i++) {
		line = json_object_new_object();
		json_add_string(line, "verdict", verdict_word(advice->line[i].verdict));
		json_add_string(line, "text", advice->line[i].text);
		json_out_element(line);
	}
	json_out_array_end();
	json_out_array("not_seen");
	unseen_json(unseen_smart(facts));
	unseen_json(unseen_log(facts));
	json_out_array_end();
	json_out_member("figures", figures(facts));
	json_out_end();
}
