// SPDX-License-Identifier: GPL-2.0
/*
 * Logs of a disk as smartctl prints them: tables that a heading begins and an empty
 * line ends, and error descriptions.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "lib/util.h"
#include "remaps/smartctl.h"

#define WORDS_MAX	24

/* A row of a table, cut into words. */
struct row {
	char *text;
	char *word[WORDS_MAX];
	unsigned int nr;
};

static bool number(const char *word, uint64_t *value)
{
	return import_any_number(&word, value) && !*word;
}

static bool hex(const char *word, uint64_t *value)
{
	char *end;

	if (!*word || strspn(word, "0123456789abcdefABCDEF") > 16)
		return false;
	*value = strtoull(word, &end, 16);
	return !*end;
}

static bool none(const char *word)
{
	return !strcmp(word, "-");
}

/* "# 1  Short offline  Completed: read failure  90%  1234  5678": the last word counts. */
static bool ata_selftest(struct import *import, const struct row *row)
{
	uint64_t lba, hours;
	unsigned int n = row->nr;

	if (row->word[0][0] != '#')
		return true;
	if (n < 5 || row->word[n - 3][strlen(row->word[n - 3]) - 1] != '%' ||
	    !number(row->word[n - 2], &hours))
		return false;
	if (none(row->word[n - 1]))
		return true;
	if (!number(row->word[n - 1], &lba))
		return false;
	import_add(import, lba, 1);
	return true;
}

/* "# 1  Background long  Failed in segment -->  -  1234  5678 [0x3 0x11 0x0]" */
static bool scsi_selftest(struct import *import, const struct row *row)
{
	uint64_t lba, key = 0;
	unsigned int i;

	if (row->word[0][0] != '#')
		return true;
	for (i = row->nr - 1; i > 1 && row->word[i][0] != '['; i--)
		;
	if (i < 3 || (!none(row->word[i] + 1) && !number(row->word[i] + 1, &key)))
		return false;
	if (none(row->word[i - 1]))
		return true;
	if (!number(row->word[i - 1], &lba))
		return false;
	smartctl_scsi_error(import, lba, key);
	return true;
}

/* "  1 4650:30  00000000eed2ee30  [3,11,0]   Require Write or Reassign Blocks command" */
static bool scsi_scan(struct import *import, const struct row *row)
{
	static const struct {
		const char *text;
		unsigned int status;
	} statuses[] = {
		{ "Require Write", 1 },
		{ "Reassignment by disk failed", 4 },
		{ "Unsuccessfully reassigned", 8 },
	};
	unsigned int i, status = 0;
	uint64_t lba, index;

	if (!number(row->word[0], &index))
		return true;
	if (row->nr < 4 || !hex(row->word[2], &lba) || row->word[3][0] != '[')
		return false;
	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		if (strstr(row->text, statuses[i].text))
			status = statuses[i].status;
	smartctl_scsi_scan(import, lba, status);
	return true;
}

/* "1:  0xefaf7808        ,   5554" */
static bool scsi_pending(struct import *import, const struct row *row)
{
	uint64_t lba;

	if (row->word[0][strlen(row->word[0]) - 1] != ':')
		return true;
	if (row->nr != 4 || !number(row->word[1], &lba) || strcmp(row->word[2], ","))
		return false;
	import_add(import, lba, 1);
	return true;
}

/* "Index  LBA  Hours" */
static bool ata_pending(struct import *import, const struct row *row)
{
	uint64_t index, lba;

	if (!isdigit((unsigned char)row->word[0][0]))
		return true;
	if (row->nr != 3 || !number(row->word[0], &index) || !number(row->word[1], &lba))
		return false;
	import_add(import, lba, 1);
	return true;
}

/* "Num  ErrCount  SQId  CmdId  Status  PELoc  LBA  NSID  VS  [Message]" */
static bool nvme_error(struct import *import, const struct row *row)
{
	uint64_t status, lba, nsid = 0;

	if (!isdigit((unsigned char)row->word[0][0]))
		return true;
	if (row->nr < 9 || (!none(row->word[7]) && !number(row->word[7], &nsid)))
		return false;
	if (none(row->word[4]) || none(row->word[6]))
		return true;
	if (!number(row->word[4], &status) || !number(row->word[6], &lba))
		return false;
	/* the lowest bit is the phase tag */
	status >>= 1;
	smartctl_nvme_error(import, lba, nsid, status >> 8 & 7, status & 0xff);
	return true;
}

/* "Num  Test  Status  Power_on_Hours  Failing_LBA  NSID  Seg  SCT  Code" */
static bool nvme_selftest(struct import *import, const struct row *row)
{
	uint64_t lba, nsid = 0, type = 2, code = 0x81;
	char * const *last = row->word + row->nr - 5;

	if (!isdigit((unsigned char)row->word[0][0]))
		return true;
	if (row->nr < 8 || (!none(last[1]) && !number(last[1], &nsid)) ||
	    (!none(last[3]) && !number(last[3], &type)) ||
	    (!none(last[4]) && !number(last[4], &code)))
		return false;
	if (none(last[0]))
		return true;
	if (!number(last[0], &lba))
		return false;
	smartctl_nvme_error(import, lba, nsid, type, code);
	return true;
}

/* What begins a table; what is in its rows. */
static const struct table {
	const char *heading;
	bool (*row)(struct import *import, const struct row *row);
} tables[] = {
	{ "LBA_of_first_error", ata_selftest },
	{ "LBA_first_err [SK ASC ASQ]", scsi_selftest },
	{ "lba(hex)    [sk,asc,ascq]", scsi_scan },
	{ "accumulated_power_on_hours follow", scsi_pending },
	{ "Index                LBA    Hours", ata_pending },
	{ "PELoc          LBA  NSID    VS", nvme_error },
	{ "Failing_LBA  NSID Seg SCT Code", nvme_selftest },
};

/* Headings of logs, whether or not there is anything in them. */
static bool is_log(const char *line)
{
	static const char * const logs[] = {
		"SMART Error Log Version", "SMART Extended Comprehensive Error Log Version",
		"SMART Self-test log", "SMART Extended Self-test Log Version",
		"Self-test Log (NVMe", "Error Information (NVMe", "Pending Defects log (",
		"Pending defect count:", "Background scan results log",
		"No self-tests have been logged", "No Self-tests have been logged",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(logs); i++)
		if (!strncmp(line, logs[i], strlen(logs[i])))
			return true;
	return false;
}

static const struct table *find_table(const char *line)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		if (strstr(line, tables[i].heading))
			return &tables[i];
	return NULL;
}

static bool take_row(struct import *import, const struct table *table, const char *line)
{
	struct row row = { .text = strdup(line) };
	char *words = strdup(line), *rest = words, *word;
	bool good;

	if (!row.text || !words)
		no_memory();
	while (row.nr < WORDS_MAX && (word = strtok_r(rest, " \t", &rest)))
		row.word[row.nr++] = word;
	good = table->row(import, &row);
	free(words);
	free(row.text);
	return good;
}

int smartctl_text_parse(struct import *import)
{
	const struct table *table = NULL, *found;
	bool short_log = false, any = false;
	const char *line;

	while ((line = import_line(import))) {
		any |= is_log(line);
		found = find_table(line);
		if (found || !*line)
			table = found;
		/* the registers of either error log have a heading of their own */
		if (!strncmp(line, "ER ST SC SN CL CH DH", 20))
			short_log = true;
		else if (!strncmp(line, "ER -- ST COUNT", 14))
			short_log = false;
		if (strstr(line, " at LBA = ") && !smartctl_ata_error(import, line, short_log))
			return import_wrong(import, "names no sector that can be understood");
		if (table && !found && !take_row(import, table, line))
			return import_wrong(import, "is not like the others of its table");
	}
	if (any)
		return 0;
	complain("%s has no log of a disk in it. \"smartctl -l xselftest -l xerror -l defects\" or \"smartctl -x\" prints them.",
		 import->path);
	return -1;
}
