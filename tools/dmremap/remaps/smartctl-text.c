// SPDX-License-Identifier: GPL-2.0
/*
 * Logs of a disk as smartctl prints them: error descriptions, and tables that start with a heading
 * and end with an empty line.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "lib/util.h"
#include "remaps/smartctl.h"

#define WORDS_MAX	24

/* A table row, split into words. */
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
static bool ata_selftest(struct import *import, const struct row *row, bool short_log)
{
	uint64_t lba, hours;
	unsigned int n = row->nr;

	if (row->word[0][0] != '#')
		return true;
	if (n < 5 || row->word[n - 3][strlen(row->word[n - 3]) - 1] != '%' ||
	    !number(row->word[n - 2], &hours))
		return false;
	if (strstr(row->text, "Extended offline") && strstr(row->text, "Completed without error"))
		import->extended_passed = true;
	if (none(row->word[n - 1]))
		return true;
	if (!number(row->word[n - 1], &lba))
		return false;
	smartctl_ata_selftest(import, lba, strstr(row->text, "read failure"), short_log);
	return true;
}

static bool ata_short_selftest(struct import *import, const struct row *row)
{
	return ata_selftest(import, row, true);
}

static bool ata_long_selftest(struct import *import, const struct row *row)
{
	return ata_selftest(import, row, false);
}

/* "# 1  Background long   Failed in segment -->  -  1234  5678 [0x3 0x11 0x0]" */
static bool scsi_selftest(struct import *import, const struct row *row)
{
	uint64_t lba, key = 0, code = 0;
	unsigned int i;

	if (row->word[0][0] != '#')
		return true;
	for (i = row->nr - 1; i > 1 && row->word[i][0] != '['; i--)
		;
	if (i < 3 || i + 1 >= row->nr ||
	    (!none(row->word[i] + 1) && !number(row->word[i] + 1, &key)) ||
	    (!none(row->word[i + 1]) && !number(row->word[i + 1], &code)))
		return false;
	if (none(row->word[i - 1]))
		return true;
	if (!number(row->word[i - 1], &lba))
		return false;
	smartctl_scsi_selftest(import, lba, key, code);
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
	if (strstr(row->text, "Completed without error"))
		return true;
	smartctl_nvme_error(import, lba, nsid, type, code);
	return true;
}

/* The columns that make up the heading of a table. */
static const struct table {
	const char *heading;
	bool (*row)(struct import *import, const struct row *row);
} tables[] = {
	{ "LBA_of_first_error", ata_short_selftest },
	{ "LBA_first_err [SK ASC ASQ]", scsi_selftest },
	{ "lba(hex)    [sk,asc,ascq]", scsi_scan },
	{ "accumulated_power_on_hours follow", scsi_pending },
	{ "Index                LBA    Hours", ata_pending },
	{ "PELoc          LBA  NSID    VS", nvme_error },
	{ "Failing_LBA  NSID Seg SCT Code", nvme_selftest },
};

static const struct table long_selftests = { "", ata_long_selftest };

/* Headings of logs, printed even if the log is empty. */
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

/* "User Capacity:    1,000,204,886,016 bytes [1.00 TB]", with any digit separator */
static bool take_capacity(struct import *import, const char *line)
{
	static const char * const keys[] = { "User Capacity:", "Namespace 1 Size/Capacity:" };
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strncmp(line, keys[i], strlen(keys[i])))
			continue;
		for (line += strlen(keys[i]); *line && *line != 'b' && *line != '['; line++)
			if (isdigit((unsigned char)*line))
				bytes = bytes * 10 + *line - '0';
		import->capacity = bytes;
		return true;
	}
	return false;
}

/* "LU WWN Device Id: 5 000c50 04a1122b3", "Logical Unit id:      0x5000c5006249b613" */
static void take_wwn(struct import *import, const char *line)
{
	unsigned int n = 0;
	const char *p;

	if (strncmp(line, "LU WWN Device Id:", 17) && strncmp(line, "Logical Unit id:", 16))
		return;
	p = strchr(line, ':') + 1;
	p += strspn(p, " ");
	if (!strncmp(p, "0x", 2))
		p += 2;
	for (; *p && n + 1 < sizeof(import->wwn); p++)
		if (isxdigit((unsigned char)*p))
			import->wwn[n++] = *p;
	import->wwn[n] = 0;
}

/* In both error logs the registers have their own heading. */
static void take_heading(const char *line, bool *short_log)
{
	if (!strncmp(line, "ER ST SC SN CL CH DH", 20))
		*short_log = true;
	else if (!strncmp(line, "ER -- ST COUNT", 14))
		*short_log = false;
}

/* The table that this line starts or continues; NULL if there is none. */
static const struct table *next_table(struct import *import, const struct table *table,
				      const char *line, bool long_log, bool *begins)
{
	const struct table *found = find_table(line);

	*begins = found;
	if (!found)
		return *line ? table : NULL;
	import->extended_passed = false;
	return found->row == ata_short_selftest && long_log ? &long_selftests : found;
}

int smartctl_text_parse(struct import *import)
{
	bool short_log = false, long_selftest = false, any = false, begins;
	const struct table *table = NULL;
	const char *line;

	while ((line = import_line(import))) {
		any |= is_log(line);
		if (!strncmp(line, "SMART Self-test log", 19) ||
		    !strncmp(line, "SMART Extended Self-test Log", 28))
			long_selftest = line[6] == 'E';
		if (!take_capacity(import, line))
			take_wwn(import, line);
		table = next_table(import, table, line, long_selftest, &begins);
		take_heading(line, &short_log);
		if (strstr(line, " at LBA = ") && !smartctl_ata_error(import, line, short_log))
			return import_wrong(import, "has a sector number that cannot be parsed");
		if (table && !begins && !take_row(import, table, line))
			return import_wrong(import, "does not have the format of its table");
	}
	if (any)
		return 0;
	complain("%s contains no log of a disk. \"smartctl -l xselftest -l xerror -l defects\" or \"smartctl -x\" prints them.",
		 import->path);
	return -1;
}
