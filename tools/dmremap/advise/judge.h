/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdict on a disk, from its facts.
 *
 * The limits come from published studies of large numbers of disks: of those with no replaced
 * sector 1.7% fail soon, of those with more than 40 more than half, of those with 500 95%; half
 * of those with more than 200 that fail do so within two days.  More than half of all failures
 * have no sign before them, so that silence proves nothing.
 */
#ifndef _DMREMAP_JUDGE_H
#define _DMREMAP_JUDGE_H

#include "advise/facts.h"

/* Ordered by weight: of two that have a reason, the later one is the verdict. */
enum verdict {
	VERDICT_WELL,		/* nothing is wrong */
	VERDICT_NOT_DISK,	/* a cable, the power, an enclosure, or the heat */
	VERDICT_CURE,		/* the disk replaces bad sectors when they are written */
	VERDICT_REMAP,		/* a case for dm-remap */
	VERDICT_COPY,		/* copy it today */
	VERDICT_AVOID,		/* do not use it */
};

#define ADVICE_LINES	16
#define ADVICE_TEXT	256

/**
 * struct advice_line - a sentence.
 * @verdict: the verdict that it supports; %VERDICT_WELL for mere information.
 * @text: the sentence.
 */
struct advice_line {
	enum verdict verdict;
	char text[ADVICE_TEXT];
};

/**
 * struct advice - what to do with a disk.
 * @verdict: what.
 * @line: the reasons, and other information.
 * @nr: how many.
 * @replace: it should be replaced.
 * @replace_days: within so many days; 0 is today.
 */
struct advice {
	enum verdict verdict;
	struct advice_line line[ADVICE_LINES];
	unsigned int nr;
	bool replace;
	unsigned int replace_days;
};

/**
 * judge() - find out what to do with a disk.
 * @advice: filled in.
 * @facts: its facts.
 */
void judge(struct advice *advice, const struct disk_facts *facts);

/* "a case for dm-remap", and the like. */
const char *verdict_text(enum verdict verdict);

/* One word for each, for programs. */
const char *verdict_word(enum verdict verdict);

#endif /* _DMREMAP_JUDGE_H */
