/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Derives the verdict on a disk from its facts.
 *
 * The limits come from published studies of large numbers of disks: 1.7% of those without a
 * replaced sector fail soon, more than half of those with more than 40, and 95% of those with 500.
 * Of the disks with more than 200 that fail, half do so within two days. More than half of all
 * failures come without any sign, so the absence of signs proves nothing.
 */
#ifndef _DMREMAP_JUDGE_H
#define _DMREMAP_JUDGE_H

#include "advise/facts.h"

/* Ordered by severity: if there are reasons for two, the later one is the verdict. */
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
 * struct advice_line - a sentence of the advice.
 * @verdict: the verdict that it supports; %VERDICT_WELL if it is only information.
 * @text: the sentence.
 */
struct advice_line {
	enum verdict verdict;
	char text[ADVICE_TEXT];
};

/**
 * struct advice - what to do with a disk.
 * @verdict: the verdict.
 * @line: the reasons and other information.
 * @nr: number of entries.
 * @replace: it should be replaced.
 * @replace_days: number of days within which to replace it; 0 is today.
 */
struct advice {
	enum verdict verdict;
	struct advice_line line[ADVICE_LINES];
	unsigned int nr;
	bool replace;
	unsigned int replace_days;
};

/**
 * judge() - judge a disk.
 * @advice: filled in.
 * @facts: its facts.
 */
void judge(struct advice *advice, const struct disk_facts *facts);

/* The verdict in words, such as "a case for dm-remap". */
const char *verdict_text(enum verdict verdict);

/* The verdict as a single word, for programs. */
const char *verdict_word(enum verdict verdict);

#endif /* _DMREMAP_JUDGE_H */
