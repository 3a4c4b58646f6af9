// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel lists the devices on top of a device as its holders. If the table of a holder maps
 * sectors one to one (linear: LVM, kpartx; crypt: LUKS), the places are followed through it; other
 * holders are only named.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/content.h"
#include "files/stack.h"
#include "files/systems.h"
#include "kernel/dm.h"
#include "kernel/kernel.h"
#include "lib/message.h"
#include "lib/root.h"

/* Maximum depth of a stack of devices. */
#define DEPTH_MAX	16

static void walk(struct answers *answers, const char *number, struct places *places, int depth);

static int is_name(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static bool read_of(const char *node, const char *file, char text[KERNEL_TEXT_SIZE])
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/block/%s/%s", node, file);
	return !kernel_read_file(path, text);
}

/* Users know a device-mapper device by its name. */
static void about(struct answers *answers, const char *number, const char *type)
{
	char path[PATH_MAX], text[KERNEL_TEXT_SIZE];
	struct blockdev dev;

	snprintf(path, sizeof(path), "/sys/dev/block/%s/dm/name", number);
	if (!kernel_read_file(path, text)) {
		snprintf(path, sizeof(path), "/dev/mapper/%.128s", text);
		answers_about(answers, path, type);
		return;
	}
	answers_about(answers, blockdev_by_number(&dev, number) ? dev.path : number, type);
}

/* Follow the places that belong to one upper device. */
static void follow(struct answers *answers, const char *lower, const char *upper,
		   const struct dm_segment *segment, int nr, struct places *places, int depth)
{
	struct places taken, above = {};
	int i, j;

	for (i = 0; i < nr; i++) {
		taken = (struct places) {};
		if (!segment[i].maps || strcmp(segment[i].lower, lower))
			continue;
		places_take(places, segment[i].lower_start, segment[i].sectors, &taken);
		for (j = 0; j < taken.nr; j++) {
			taken.place[j].at += segment[i].start;
			places_add(&above, &taken.place[j]);
		}
		places_free(&taken);
	}
	if (above.nr)
		walk(answers, upper, &above, depth + 1);
	places_free(&above);
}

/* Returns the type of an upper device through which places cannot be mapped, or NULL. */
static const char *go_up(struct answers *answers, const char *number, const char *node,
			 struct places *places, int depth)
{
	char name[KERNEL_TEXT_SIZE], upper[KERNEL_TEXT_SIZE];
	struct dm_segment *segment;
	const char *opaque = NULL;
	static char type[32];
	int nr, i;

	if (!read_of(node, "dev", upper) || !read_of(node, "dm/name", name))
		return node;
	nr = dm_segments(name, &segment);
	if (nr < 0)
		return node;
	for (i = 0; i < nr; i++) {
		if (segment[i].maps)
			continue;
		text_copy(type, segment[i].target, sizeof(type));
		opaque = type;
	}
	follow(answers, number, upper, segment, nr, places, depth);
	free(segment);
	return opaque;
}

struct content {
	const char *type;
	void (*files)(struct answers *answers, const char *path, const struct places *places);
};

static const struct content contents[] = {
	{ "ext2", ext_files },
	{ "ext3", ext_files },
	{ "ext4", ext_files },
	{ "xfs", xfs_files },
	{ "btrfs", btrfs_files },
};

/* No active upper device covers these places: look at the content of the device. */
static void look_inside(struct answers *answers, const char *number,
			const struct places *places)
{
	char type[CONTENT_SIZE] = "", text[160];
	struct blockdev dev;
	unsigned int i;

	if (blockdev_by_number(&dev, number))
		content_type(dev.path, type);
	about(answers, number, type);
	for (i = 0; i < ARRAY_SIZE(contents); i++) {
		if (strcmp(contents[i].type, type))
			continue;
		contents[i].files(answers, dev.path, places);
		return;
	}
	if (!strcmp(type, "crypto_LUKS"))
		text_copy(text, "the LUKS volume is not open: \"cryptsetup open\" it, and ask again",
			  sizeof(text));
	else if (!strcmp(type, "LVM2_member"))
		text_copy(text, "no active LVM volume: \"vgchange -ay\" activates all",
			  sizeof(text));
	else if (!strcmp(type, "swap"))
		text_copy(text, "swap space", sizeof(text));
	else if (*type)
		snprintf(text, sizeof(text), "it has %s, which dmremap cannot look into", type);
	else
		text_copy(text, "no file system is known there", sizeof(text));
	answers_all(answers, places, ANSWER_UNKNOWN, text);
}

/* There are upper devices, but none of them covers these places. */
static void say_between(struct answers *answers, const char *number,
			const struct places *places, const char *opaque)
{
	char text[160];

	about(answers, number, "");
	if (opaque)
		snprintf(text, sizeof(text), "it is used by %s, through which dmremap cannot look",
			 opaque);
	else
		text_copy(text, "metadata of LVM, LUKS or a partition table, or space in no volume",
			  sizeof(text));
	answers_all(answers, places, opaque ? ANSWER_UNKNOWN : ANSWER_SYSTEM, text);
}

static void walk(struct answers *answers, const char *number, struct places *places, int depth)
{
	const char *opaque = NULL, *other;
	char path[PATH_MAX], name[64] = "";
	struct dirent **entries;
	int nr, i;

	snprintf(path, sizeof(path), "%s/sys/dev/block/%s/holders", root_dir(), number);
	nr = depth < DEPTH_MAX ? scandir(path, &entries, is_name, versionsort) : 0;
	for (i = 0; i < nr; i++) {
		other = go_up(answers, number, entries[i]->d_name, places, depth);
		if (other) {
			text_copy(name, other, sizeof(name));
			opaque = name;
		}
		free(entries[i]);
	}
	if (nr > 0)
		free(entries);
	if (!places->nr)
		return;
	if (nr > 0)
		say_between(answers, number, places, opaque);
	else
		look_inside(answers, number, places);
}

void stack_walk(struct answers *answers, const char *number, struct places *places)
{
	walk(answers, number, places, 0);
	places_free(places);
}
