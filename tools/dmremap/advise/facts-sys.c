// SPDX-License-Identifier: GPL-2.0
/*
 * Facts from sysfs about a disk, and from configfs about the set on it.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/facts.h"
#include "kernel/kernel.h"
#include "lib/encode.h"
#include "lib/number.h"
#include "lib/root.h"
#include "lib/util.h"

static bool read_text(const char *disk, const char *file, char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/block/%s/%s", disk, file);
	return !kernel_read_file(path, text);
}

static bool read_number(const char *disk, const char *file, uint64_t *value)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	return read_text(disk, file, text) && number_take(&p, value) && !*p;
}

static void take_kind(struct disk_facts *facts, const char *disk)
{
	char type[KERNEL_TEXT_SIZE];
	uint64_t rotates;

	if (read_text(disk, "device/type", type) && !strncmp(disk, "mmcblk", 6))
		facts->kind = strcmp(type, "MMC") ? DISK_SD : DISK_EMMC;
	else if (!strncmp(disk, "nvme", 4))
		facts->kind = DISK_SSD;
	else if (facts->kind == DISK_UNKNOWN && read_number(disk, "queue/rotational", &rotates))
		/* USB bridges report any disk as rotational */
		facts->kind = !rotates ? DISK_SSD : facts->usb ? DISK_UNKNOWN : DISK_HDD;
}

static void take_model(struct disk_facts *facts, const char *disk)
{
	static const char * const files[] = { "device/model", "device/name" };
	char text[KERNEL_TEXT_SIZE];
	unsigned int i;
	size_t size;

	for (i = 0; i < ARRAY_SIZE(files) && !*facts->model; i++) {
		if (!read_text(disk, files[i], text))
			continue;
		for (size = strlen(text); size && text[size - 1] == ' '; size--)
			text[size - 1] = 0;
		text_printable(facts->model, text, sizeof(facts->model));
	}
}

/* "0x02": the reserve of an eMMC */
static void take_pre_eol(struct disk_facts *facts, const char *disk)
{
	char text[KERNEL_TEXT_SIZE];

	if (!read_text(disk, "device/pre_eol_info", text))
		return;
	facts->pre_eol.n = strtoul(text, NULL, 16);
	facts->pre_eol.known = facts->pre_eol.n;
}

/* "0x01 0x0b": used life of two kinds of memory in steps of 10%; 0x0b means more than 100% */
static void take_life_time(struct disk_facts *facts, const char *disk)
{
	char text[KERNEL_TEXT_SIZE];
	unsigned int a = 0, b = 0;

	if (!read_text(disk, "device/life_time", text) || sscanf(text, "%x %x", &a, &b) < 1)
		return;
	if (b > a)
		a = b;
	facts->used.known = a;
	facts->used.n = a * 10;
}

void facts_from_sysfs(struct disk_facts *facts, const char *disk)
{
	char path[PATH_MAX], real[PATH_MAX];
	uint64_t value;

	snprintf(path, sizeof(path), "%s/sys/class/block/%s", root_dir(), disk);
	facts->usb = realpath(path, real) && strstr(real, "/usb");
	facts->size_known = read_number(disk, "size", &facts->sectors);
	if (!read_number(disk, "queue/physical_block_size", &facts->physical))
		facts->physical = 0;
	facts->read_only = read_number(disk, "ro", &value) && value;
	facts->timeout.known = read_number(disk, "device/timeout", &facts->timeout.n);
	take_kind(facts, disk);
	take_model(facts, disk);
	take_pre_eol(facts, disk);
	take_life_time(facts, disk);
}

static void take_attribute(enum kernel_tree tree, const char *name, const char *attribute,
			   struct count *count)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	count->known = !kernel_read(tree, name, attribute, text) && number_take(&p, &count->n);
}

void facts_from_set(struct disk_facts *facts, const char *name)
{
	struct set_facts *set = &facts->set;
	unsigned long long hour, day, month;
	char text[KERNEL_TEXT_SIZE];

	text_copy(set->name, name, sizeof(set->name));
	take_attribute(TREE_CONFIG, name, "remaps/count", &set->remapped);
	take_attribute(TREE_CONFIG, name, "remaps/pending", &set->pending);
	take_attribute(TREE_CONFIG, name, "spare/free", &set->free);
	take_attribute(TREE_CONFIG, name, "spare/total", &set->capacity);
	take_attribute(TREE_STATS, name, "verify_errors", &set->verify_errors);
	if (!kernel_read(TREE_CONFIG, name, "remaps/rate", text) &&
	    sscanf(text, "%llu %llu %llu", &hour, &day, &month) == 3) {
		set->moved_hour = (struct count) { true, hour };
		set->moved_month = (struct count) { true, month };
	}
}
