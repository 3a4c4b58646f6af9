// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advise/gather.h"
#include "kernel/kernel.h"
#include "lib/file.h"
#include "lib/message.h"
#include "lib/root.h"
#include "sets/replace-by.h"

/* A file for each set, named by its uuid, with the time and the identity of the main. */
#define STATE_DIR	"/var/lib/dm-remap/replace"

#define DAY_S		86400

/* A clock that shows an earlier time has never been set. */
#define CLOCK_MIN_S	1700000000

static bool path_of(char path[PATH_MAX], const char *uuid)
{
	if (!*uuid || strchr(uuid, '/'))
		return false;
	snprintf(path, PATH_MAX, "%s" STATE_DIR "/%.100s", root_dir(), uuid);
	return true;
}

/* The identity to which the day applies, since another main has its own day. */
static void main_of(const char *set, char id[KERNEL_TEXT_SIZE])
{
	if (kernel_read(TREE_CONFIG, set, "main_id", id))
		*id = 0;
}

static bool read_noted(const char *path, const char *id, time_t *when)
{
	char text[FILE_TEXT_SIZE];
	unsigned long long value;
	int used = 0;

	if (file_read(path, text) || sscanf(text, "%llu %n", &value, &used) != 1 || !used ||
	    strcmp(text + used, id))
		return false;
	*when = value;
	return true;
}

static void note(const char *path, const char *id, time_t when)
{
	static const char * const dirs[] = { "/var/lib/dm-remap", STATE_DIR };
	char dir[PATH_MAX];
	unsigned int i;
	FILE *file;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(dir, sizeof(dir), "%s%s", root_dir(), dirs[i]);
		if (mkdir(dir, 0755) && errno != EEXIST)
			return;
	}
	file = fopen(path, "we");
	if (!file)
		return;
	fprintf(file, "%llu %s\n", LLU(when), id);
	fclose(file);
}

static bool advised(struct replace_by *by, const char *set, const char *main)
{
	struct advice advice = {};
	struct disk_facts facts;
	unsigned int i;

	gather_history(&facts, main, set);
	judge(&advice, &facts);
	if (!advice.replace)
		return false;
	by->when = time(NULL) + advice.replace_days * (time_t)DAY_S;
	for (i = 0; i < advice.nr && !*by->reason; i++)
		if (advice.line[i].verdict == advice.verdict)
			text_copy(by->reason, advice.line[i].text, sizeof(by->reason));
	return true;
}

bool replace_by_find(struct replace_by *by, const char *set, const char *uuid, const char *main)
{
	char path[PATH_MAX], id[KERNEL_TEXT_SIZE];
	bool known = path_of(path, uuid), is;
	time_t noted;

	*by = (struct replace_by) {};
	is = advised(by, set, main);
	if (!known || time(NULL) < CLOCK_MIN_S)
		return is;
	main_of(set, id);
	if (!is)
		unlink(path);
	else if (read_noted(path, id, &noted) && noted <= by->when)
		by->when = noted;
	else
		note(path, id, by->when);
	return is;
}

int replace_by_days(const struct replace_by *by)
{
	time_t left = by->when - time(NULL);

	return left > 0 ? (left + DAY_S - 1) / DAY_S : 0;
}
