// SPDX-License-Identifier: GPL-2.0
/*
 * Lists with one bad place per line: from badblocks, from md, and written by hand.
 */
#include <stdio.h>
#include <string.h>

#include "lib/message.h"
#include "remaps/import.h"

/* The default of badblocks -b. */
#define BADBLOCKS_DEFAULT	1024

/* A sysfs file is cut off after a page. */
#define SYSFS_PAGE	4096

static uint64_t badblocks_unit(struct import *import)
{
	if (import->block_size)
		return import->block_size;
	complain("The numbers are taken as blocks of %d bytes, the default of badblocks. Give --block-size if badblocks was run with -b.",
		 BADBLOCKS_DEFAULT);
	return BADBLOCKS_DEFAULT;
}

static int parse_badblocks(struct import *import)
{
	uint64_t block;
	const char *p;

	while ((p = import_entry(import))) {
		if (!import_number(&p, &block) || *p)
			return import_wrong(import, "is not a block number");
		import_add(import, block, 1);
	}
	return 0;
}

const struct import_format import_badblocks = {
	.name = "badblocks",
	.block_size = true,
	.measured = true,
	.unit = badblocks_unit,
	.parse = parse_badblocks,
};

/* "START [COUNT]" */
static int parse_plain(struct import *import)
{
	uint64_t start, count;
	const char *p;

	while ((p = import_entry(import))) {
		count = 1;
		if (!import_number(&p, &start) || (*p && *p != '#' && !import_number(&p, &count)) ||
		    (*p && *p != '#') || !count)
			return import_wrong(import, "is not \"START [COUNT]\" in sectors");
		import_add(import, start, count);
	}
	return 0;
}

const struct import_format import_plain = {
	.name = "plain",
	.parse = parse_plain,
};

/*
 * The kernel cuts the text off at the end of a page, perhaps in the middle of a number, which would
 * then be read as a different number.
 */
static int check_cut(const struct import *import)
{
	/* output of mdadm has a heading, and is never cut off */
	if (import->size < SYSFS_PAGE - 1 || strstr(import->text, "ad-blocks "))
		return 0;
	if (import->text[import->size - 1] != '\n') {
		complain("%s was cut off at the end of a page, as the kernel does with a long list. \"mdadm --examine-badblocks\" prints all of it. Nothing has been changed.",
			 import->path);
		return -1;
	}
	if (import->size <= SYSFS_PAGE)
		complain("%s is a page long and may not be all there is. \"mdadm --examine-badblocks\" prints all of it.",
			 import->path);
	return 0;
}

/* "SECTOR for COUNT sectors" of mdadm, and "SECTOR COUNT" of sysfs. */
static bool md_line(const char *p, uint64_t *sector, uint64_t *count)
{
	bool mdadm;

	if (!import_number(&p, sector))
		return false;
	mdadm = import_word(&p, "for");
	return import_number(&p, count) && (!mdadm || import_word(&p, "sectors")) && !*p;
}

static int parse_md(struct import *import)
{
	static const char heading[] = "Bad-blocks on ";
	uint64_t sector, count;
	char device[256] = "";
	const char *p;

	if (check_cut(import))
		return -1;

	while ((p = import_entry(import))) {
		if (!strncmp(p, "No bad-blocks list configured on ", 33) ||
		    !strncmp(p, "Bad-blocks list is empty in ", 28))
			continue;
		if (!strncmp(p, heading, strlen(heading))) {
			p += strlen(heading);
			if (*device && strcmp(device, p))
				return import_wrong(import, "begins the list of another device: leave only that of the main in the file");
			snprintf(device, sizeof(device), "%s", p);
			snprintf(import->device, sizeof(import->device), "%.*s",
				 (int)strcspn(device, ":"), device);
			continue;
		}
		if (!md_line(p, &sector, &count))
			return import_wrong(import, "is neither \"SECTOR COUNT\", as in bad_blocks, nor \"SECTOR for COUNT sectors\", as mdadm prints it");
		if (count)
			import_add(import, sector, count);
		else
			import->left[LEFT_EMPTY]++;
	}
	return 0;
}

const struct import_format import_md = {
	.name = "md",
	.measured = true,
	.parse = parse_md,
};
