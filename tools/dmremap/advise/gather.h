/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gathers the facts about a disk from all sources.
 */
#ifndef _DMREMAP_ADVISE_GATHER_H
#define _DMREMAP_ADVISE_GATHER_H

#include "advise/facts.h"

/**
 * struct gather_how - options for gathering.
 * @smartctl: a file with the output of smartctl, read instead of running it; may be NULL.
 * @log: a file with a kernel log, read instead of the log of this kernel; may be NULL.
 * @type: the device type for smartctl; NULL to let it detect the type.
 * @wake: a disk that sleeps may be woken.
 */
struct gather_how {
	const char *smartctl;
	const char *log;
	const char *type;
	bool wake;
};

/**
 * gather_disk() - gather the facts about a disk.
 * @facts: filled in.
 * @number: "MAJ:MIN" of the disk or of one of its partitions.
 * @how: the options.
 *
 * Prints an error if the disk does not exist, or if a file cannot be read.
 *
 * Return: an exit status.
 */
int gather_disk(struct disk_facts *facts, const char *number, const struct gather_how *how);

/**
 * gather_counts() - read the counters that determine the size of a spare.
 * @facts: filled in as far as something can be found out.
 * @number: "MAJ:MIN" of the main.
 *
 * Prints nothing, and does not wake the disk.
 */
void gather_counts(struct disk_facts *facts, const char *number);

/**
 * gather_history() - read the history of a set's main, from the kernel and the set.
 * @facts: filled in as far as something can be found out.
 * @number: "MAJ:MIN" of the main.
 * @set: name of the set, which is active.
 *
 * Prints nothing, and sends no command to the disk.
 */
void gather_history(struct disk_facts *facts, const char *number, const char *set);

/**
 * gather_files() - gather facts about a disk of another machine from files.
 * @facts: filled in.
 * @how: has @smartctl.
 *
 * Return: as gather_disk().
 */
int gather_files(struct disk_facts *facts, const struct gather_how *how);

#endif /* _DMREMAP_ADVISE_GATHER_H */
