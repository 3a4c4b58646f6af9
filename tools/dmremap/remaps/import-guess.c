// SPDX-License-Identifier: GPL-2.0
/*
 * Detects which program wrote a list.
 */
#include <string.h>

#include "disk/log-line.h"
#include "lib/message.h"
#include "lib/util.h"
#include "remaps/import.h"
#include "remaps/smartctl.h"

static const struct import_format * const formats[] = {
	&import_badblocks,
	&import_ddrescue,
	&import_kernel,
	&import_md,
	&import_nvme_cli,
	&import_plain,
	&import_smartctl,
	&import_zpool,
};

const struct import_format *import_format_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	complain("Unknown format \"%s\". The formats are badblocks, ddrescue, kernel, md, nvme-cli, plain, smartctl and zpool.",
		 name);
	return NULL;
}

/* The prefix of f3read's line for each file. */
#define F3	"Validating file "

/* Lines that only one program prints. */
static const struct import_format *mark(const char *line)
{
	static const struct {
		const char *begin;
		const struct import_format *format;
	} marks[] = {
		{ "# Mapfile. Created by ", &import_ddrescue },
		{ "# Rescue Logfile. Created by ", &import_ddrescue },
		{ "Bad-blocks on ", &import_md },
		{ "Bad-blocks list is empty in ", &import_md },
		{ "No bad-blocks list configured on ", &import_md },
		{ "Error Log Entries for device:", &import_nvme_cli },
		{ "smartctl ", &import_smartctl },
		{ "=== START OF ", &import_smartctl },
		{ "SMART ", &import_smartctl },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (!strncmp(line, marks[i].begin, strlen(marks[i].begin)))
			return marks[i].format;
	return NULL;
}

/* Count the numbers in a line; 0 if it contains anything else. */
static unsigned int numbers(const char *line)
{
	unsigned int n;
	uint64_t value;

	for (n = 0; *line && *line != '#'; n++)
		if (!import_number(&line, &value))
			return 0;
	return n;
}

static const struct import_format *of_numbers(struct import *import)
{
	bool one = false, two = false, comment = false;
	unsigned int n;
	const char *line;

	while ((line = import_line(import))) {
		/* neither sysfs nor mdadm prints any */
		if (strchr(line, '#'))
			comment = true;
		if (!*line || *line == '#')
			continue;
		if (!strncmp(line, "0x", 2))
			return &import_ddrescue;
		n = numbers(line);
		if (n != 1 && n != 2) {
			import_wrong(import, "has no known list format: give the format with --format");
			return NULL;
		}
		one |= n == 1;
		two |= n == 2;
	}
	if (two && !one && !comment)
		return &import_md;
	if (one && !two) {
		complain("%s may be a list of blocks or of sectors: give --format badblocks, with --block-size, or --format plain.",
			 import->path);
		return NULL;
	}
	return import_check_end(import) ? NULL : &import_plain;
}

static const struct import_format *of_line(const char *line)
{
	const struct import_format *format = mark(line);
	struct log_event event;

	if (!format && import_is_zpool(line))
		format = &import_zpool;
	if (!format && log_line_parse(line, &event))
		format = &import_kernel;
	return format;
}

const struct import_format *import_guess(struct import *import)
{
	const struct import_format *format = NULL;
	const char *line;

	if (smartctl_is_json(import))
		return strstr(import->text, "\"error_count\"") &&
		       strstr(import->text, "\"errors\"") ? &import_nvme_cli : &import_smartctl;
	while (!format && (line = import_line(import))) {
		if (!strncmp(line, F3, strlen(F3))) {
			complain("%s comes from f3read, which counts bad sectors in files but does not print where they are. \"badblocks\" finds them.",
				 import->path);
			return NULL;
		}
		format = of_line(line);
	}
	import_rewind(import);
	if (format)
		return format;
	format = of_numbers(import);
	import_rewind(import);
	return format;
}
