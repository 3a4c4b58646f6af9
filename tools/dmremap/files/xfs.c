// SPDX-License-Identifier: GPL-2.0
/*
 * xfs: xfs_db reads all metadata ("blockget"), and then gives the use of each block and its inode
 * ("blockuse").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/ask.h"
#include "files/systems.h"
#include "lib/message.h"

/*
 * Maximum number of queries in one run of xfs_db. Each run reads all metadata, but the arguments of
 * a program are limited, to 2 MiB as a rule.
 */
#define BATCH		4096

/* Step between queries, in sectors of 512 bytes: the minimum block size. */
#define STEP		1

struct question {
	struct place place;
	char daddr[40];
};

static const char *const system_types[] = {
	"sb", "agf", "agi", "agfl", "btbno", "btcnt", "btino", "btfino", "btrmap", "btrefc",
	"inode", "log", "sbitmap", "ssummary", "btbmap", "btrmapbt", "rtbitmap", "rtsummary",
	"metadata", "refcntbt", "rmapbt",
};

static bool is_system(const char *type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(system_types); i++)
		if (!strcmp(type, system_types[i]))
			return true;
	return false;
}

/* "block 24 (0/24) type data inode 131 dir/b" */
static void take_line(struct answers *answers, const struct place *place, const char *line)
{
	unsigned long long inode;
	char type[32] = "";
	int name = 0;

	if (sscanf(line, "block %*s (%*[^)]) type %31s inode %llu %n", type, &inode, &name) >= 2 &&
	    name && line[name])
		answers_add(answers, place, ANSWER_FILE, "/%s", line + name);
	else if (sscanf(line, "block %*s (%*[^)]) type %31s inode %llu", type, &inode) == 2)
		answers_add(answers, place, ANSWER_SYSTEM, "%s of inode %llu, which has no name",
			    type, inode);
	else if (sscanf(line, "block %*s (%*[^)]) type %31s", type) == 1 &&
		 !strncmp(type, "free", 4))
		answers_add(answers, place, ANSWER_FREE, "free space");
	else if (is_system(type))
		answers_add(answers, place, ANSWER_SYSTEM, "metadata of the file system (%s)",
			    type);
	else
		answers_add(answers, place, ANSWER_UNKNOWN, "xfs_db does not report it");
}

static bool begins_block(const char *line, const void *context)
{
	(void)context;
	return !strncmp(line, "block ", 6);
}

/* The output has one line for each query, in order. */
static void take(struct answers *answers, const struct question *question, int nr, char *text)
{
	char *line;
	int i = 0;

	while (i < nr && (line = files_entry(&text, begins_block, NULL)))
		if (begins_block(line, NULL))
			take_line(answers, &question[i++].place, line);
	for (; i < nr; i++)
		answers_add(answers, &question[i].place, ANSWER_UNKNOWN,
			    "xfs_db does not report it: \"xfs_repair -n\" checks the file system");
}

static void ask(struct answers *answers, const char *path, struct question *question, int nr)
{
	const char *argv[4 * BATCH + 8] = { "xfs_db", "-r", "-c", "blockget -n" };
	char *text, why[160];
	int i, n = 4;

	for (i = 0; i < nr; i++) {
		argv[n++] = "-c";
		argv[n++] = question[i].daddr;
		argv[n++] = "-c";
		argv[n++] = "blockuse -n";
	}
	argv[n] = path;
	if (files_ask(&text, why, argv, "xfsprogs")) {
		take(answers, question, nr, text);
		free(text);
		return;
	}
	for (i = 0; i < nr; i++)
		answers_add(answers, &question[i].place, ANSWER_UNKNOWN, "%s", why);
}

void xfs_files(struct answers *answers, const char *path, const struct places *places)
{
	struct question question[BATCH];
	uint64_t done;
	int i, nr = 0;

	for (i = 0; i < places->nr; i++) {
		for (done = 0; done < places->place[i].count; done += STEP) {
			question[nr].place = places->place[i];
			question[nr].place.sector += done;
			question[nr].place.at += done;
			question[nr].place.count = STEP;
			snprintf(question[nr].daddr, sizeof(question[nr].daddr), "daddr %llu",
				 LLU(question[nr].place.at));
			if (++nr < BATCH)
				continue;
			ask(answers, path, question, nr);
			nr = 0;
		}
	}
	if (nr)
		ask(answers, path, question, nr);
}
