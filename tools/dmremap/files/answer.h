/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What places are used for: by a file, or otherwise.
 */
#ifndef _DMREMAP_ANSWER_H
#define _DMREMAP_ANSWER_H

#include <stdbool.h>

#include "files/place.h"
#include "kernel/blockdev.h"
#include "lib/util.h"

enum answer_kind {
	ANSWER_FILE,	/* the text is its path in the file system */
	ANSWER_FREE,	/* nothing uses the sectors */
	ANSWER_SYSTEM,	/* metadata of the file system or of a layer below it */
	ANSWER_UNKNOWN,	/* the text says why */
};

/**
 * struct answer - the use of a place.
 * @place: the place.
 * @kind: the kind of its content.
 * @device: the path of the device that it is on.
 * @type: the content type of the device, such as "ext4"; may be empty.
 * @text: a path, or words.
 */
struct answer {
	struct place place;
	enum answer_kind kind;
	char device[BLOCKDEV_PATH_SIZE];
	char type[32];
	char *text;
};

/**
 * struct answers - an array of answers; all zeros when empty.
 * @answer: an array.
 * @nr: number of entries.
 * @device: the device of the answers added from now on.
 * @type: the type of its content.
 */
struct answers {
	struct answer *answer;
	int nr;
	char device[BLOCKDEV_PATH_SIZE];
	char type[32];
};

/* Add the following answers under a device. */
void answers_about(struct answers *answers, const char *device, const char *type);

/**
 * answers_add() - add the use of a place.
 * @answers: takes it.
 * @place: the place.
 * @kind: the kind of its content.
 * @format: a printf() format.
 */
void __printf(4, 5) answers_add(struct answers *answers, const struct place *place,
				enum answer_kind kind, const char *format, ...);

/* Add the same answer for several places. */
void answers_all(struct answers *answers, const struct places *places, enum answer_kind kind,
		 const char *text);

/* Sort the answers by sector, and merge adjacent ones for the same file. */
void answers_settle(struct answers *answers);

void answers_free(struct answers *answers);

#endif /* _DMREMAP_ANSWER_H */
