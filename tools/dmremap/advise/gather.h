/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that can be found out about a disk.
 */
#ifndef _DMREMAP_ADVISE_GATHER_H
#define _DMREMAP_ADVISE_GATHER_H

#include "advise/facts.h"

/**
 * struct gather_how - how to ask.
 * @smartctl: a file with what smartctl printed, in place of asking it; NULL for none.
 * @log: a file with the kernel's log, in place of reading it; NULL for none.
 * @type: what smartctl calls the kind of the disk; NULL to let it find out.
 * @wake: a disk that sleeps may be woken.
 */
struct gather_how {
	const char *smartctl;
	const char *log;
	const char *type;
	bool wake;
};

/**
 * gather_disk() - find out about a disk.
 * @facts: filled in.
 * @number: "MAJ:MIN" of it, or of a partition of it.
 * @how: how to ask.
 *
 * Prints an error if there is no such disk, or if a file cannot be read.
 *
 * Return: an exit status.
 */
int gather_disk(struct disk_facts *facts, const char *number, const struct gather_how *how);

/**
 * gather_counts() - read the counts that determine the size of a spare.
 * @facts: filled in as far as something can be found out.
 * @number: "MAJ:MIN" of the main.
 *
 * Says nothing, and wakes no disk.
 */
void gather_counts(struct disk_facts *facts, const char *number);

/**
 * gather_history() - read the history of a set's main, from the kernel and the set.
 * @facts: filled in as far as something can be found out.
 * @number: "MAJ:MIN" of the main.
 * @set: name of the set, which is active.
 *
 * Says nothing, and asks no disk.
 */
void gather_history(struct disk_facts *facts, const char *number, const char *set);

/**
 * gather_files() - find out about a disk that is not here.
 * @facts: filled in.
 * @how: has @smartctl.
 *
 * Return: as gather_disk().
 */
int gather_files(struct disk_facts *facts, const struct gather_how *how);

#endif /* _DMREMAP_ADVISE_GATHER_H */
