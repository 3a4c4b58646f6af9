/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the date by which the main of a set should be replaced.
 *
 * The advice is a number of days from the first sign of failure. The host records the day on which
 * it first sees a sign; otherwise the date would move forward every day.
 */
#ifndef _DMREMAP_REPLACE_BY_H
#define _DMREMAP_REPLACE_BY_H

#include <stdbool.h>
#include <time.h>

#include "advise/judge.h"

/**
 * struct replace_by - the date and the reason.
 * @when: the latest time; may be in the past.
 * @reason: a sentence.
 */
struct replace_by {
	time_t when;
	char reason[ADVICE_TEXT];
};

/**
 * replace_by_find() - find the date for the main of an active set.
 * @by: filled in.
 * @set: name of the set.
 * @uuid: its uuid.
 * @main: "MAJ:MIN" of its main.
 *
 * Does not access any disk. If the day cannot be recorded for lack of privileges, the days count
 * from now.
 *
 * Return: whether it should be replaced at all.
 */
bool replace_by_find(struct replace_by *by, const char *set, const char *uuid, const char *main);

/* Whole days from now, rounded up; 0 means today or in the past. */
int replace_by_days(const struct replace_by *by);

#endif /* _DMREMAP_REPLACE_BY_H */
