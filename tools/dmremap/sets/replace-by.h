/* SPDX-License-Identifier: GPL-2.0 */
/*
 * By when the main of a set should be replaced.
 *
 * The advice is a number of days from the first sign on.  So the day is noted on the host when a
 * sign is first seen, and stays: otherwise it would be as far away tomorrow as it is today.
 */
#ifndef _DMREMAP_REPLACE_BY_H
#define _DMREMAP_REPLACE_BY_H

#include <stdbool.h>
#include <time.h>

#include "advise/judge.h"

/**
 * struct replace_by - by when, and why.
 * @when: the last moment; may be past.
 * @reason: a sentence.
 */
struct replace_by {
	time_t when;
	char reason[ADVICE_TEXT];
};

/**
 * replace_by_find() - find out by when the main of an active set should be replaced.
 * @by: filled in.
 * @set: name of the set.
 * @uuid: its uuid.
 * @main: "MAJ:MIN" of its main.
 *
 * Asks no disk.  Without the rights to note the day, it counts from now.
 *
 * Return: whether it should be replaced at all.
 */
bool replace_by_find(struct replace_by *by, const char *set, const char *uuid, const char *main);

/* Whole days from now, rounded up; 0 is today, or was before. */
int replace_by_days(const struct replace_by *by);

#endif /* _DMREMAP_REPLACE_BY_H */
