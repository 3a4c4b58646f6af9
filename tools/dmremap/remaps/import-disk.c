// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap import --from-disk: bad sectors recorded by the disk itself and by the kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/facts.h"
#include "disk/log-read.h"
#include "disk/smartctl-run.h"
#include "lib/message.h"
#include "lib/root.h"
#include "remaps/import.h"
#include "remaps/smartctl.h"

/* Bits of smartctl's exit status: nothing could be read, or only a part. */
#define SMARTCTL_NO_COMMAND	1
#define SMARTCTL_NO_DEVICE	2

/* Parse a text in a given format, and keep the entries. */
static int parse_text(struct import *import, const struct import_format *format, char *text,
		      size_t size)
{
	free(import->text);
	import->text = text;
	import->size = size;
	import->format = format;
	import_rewind(import);
	return import_parse(import);
}

/* Smartctl has answered, but has nothing of the disk. */
static bool has_no_smart(const struct capture *capture)
{
	struct disk_facts facts = {};

	return facts_from_smartctl(&facts, capture->text, capture->size) &&
	       facts.smart == SMART_UNSUPPORTED;
}

static int ask_smartctl(struct import *import, bool wake)
{
	char path[BLOCKDEV_PATH_SIZE];
	struct capture capture;
	int error;

	snprintf(path, sizeof(path), "%s/dev/%s", root_dir(), import->volume->disk);
	error = smartctl_run(&capture, path, NULL, wake);
	if (error == -ENOENT)
		complain("The disk itself was not asked: smartctl is not installed. It is part of smartmontools.");
	else if (error)
		complain("The disk itself was not asked: smartctl failed: %s.", strerror(-error));
	else if (has_no_smart(&capture))
		complain("/dev/%s was not asked: its SMART data cannot be read, as behind some USB adapters. If \"smartctl -d sat -x /dev/%s\" reads it, import its output as a list.",
			 import->volume->disk, import->volume->disk);
	else if (capture.status & SMARTCTL_NO_DEVICE)
		complain("/dev/%s was not asked: it sleeps, or smartctl cannot read it. \"--wake\" wakes a disk that sleeps; \"smartctl -i /dev/%s\" says more.",
			 import->volume->disk, import->volume->disk);
	else if (capture.status & SMARTCTL_NO_COMMAND)
		complain("The disk itself was not asked: smartctl does not take \"--json\". 7.0 and later do.");
	else
		return parse_text(import, &import_smartctl, capture.text, capture.size);
	if (!error)
		free(capture.text);
	return -1;
}

static int ask_kernel(struct import *import)
{
	size_t size;
	char *text;
	int error = log_read(&text, &size);

	if (!error)
		return parse_text(import, &import_kernel, text, size);
	complain("The kernel's log cannot be read: %s.", strerror(-error));
	return error;
}

int import_from_disk(struct import *import, bool wake)
{
	struct ranges found;
	int disk, kernel;

	import->path = "smartctl";
	disk = ask_smartctl(import, wake);
	/* save these: the kernel log parser drops all entries if the disk was attached late */
	found = import->entries;
	import->entries = (struct ranges) {};
	import->path = "the kernel's log";
	kernel = ask_kernel(import);
	while (found.nr) {
		found.nr--;
		ranges_add(&import->entries, found.range[found.nr].start,
			   found.range[found.nr].end);
	}
	ranges_free(&found);
	return disk && kernel ? -1 : 0;
}
