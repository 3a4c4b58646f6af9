/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The modes of dmremap assemble, and its output.
 */
#ifndef _DMREMAP_ASSEMBLE_H
#define _DMREMAP_ASSEMBLE_H

#include <stdbool.h>

#include "sets/activate.h"

/**
 * struct request - the options of dmremap assemble.
 * @activation: the options for each set.
 * @unattended: it was called by a boot script.
 * @json: print JSON.
 */
struct request {
	struct activation_request activation;
	bool unattended;
	bool json;
};

/* All of these return an exit status, and print their own messages. */

/*
 * Assemble all sets that this host knows; if unattended, all sets that may be activated
 * automatically.
 */
int assemble_all(const struct request *request);

/* Assemble the sets that both the module and this host know. */
int assemble_known(const struct request *request);

/* Assemble the set of a device that has just arrived, if the policy allows that. */
int assemble_incremental(const struct request *request, const char *path);

/* Let systemd do that, if the device matters to a set that may be activated. */
int assemble_queue(const char *path);

/* Assemble sets by their names or uuids, terminated by %NULL. */
int assemble_sets(const struct request *request, char **names);

/* Assemble sets by the paths of their halves, terminated by %NULL. */
int assemble_devices(const struct request *request, char **paths);

/* Assemble a main without its spare, by the name or uuid of its set, or by its path. */
int assemble_degraded(const struct request *request, const char *what);

/**
 * assemble_set() - activate a set and report the result.
 * @request: the command line.
 * @set: the set.
 *
 * Return: an exit status.
 */
int assemble_set(const struct request *request, const struct known_set *set);

/**
 * assemble_is_allowed() - whether a set may be activated automatically.
 * @set: a set of the module; if it is foreign, both of its halves must allow it.
 */
bool assemble_is_allowed(const struct known_set *set);

/**
 * assemble_refused() - the exit status for a set that assemble_is_allowed() refuses.
 * @set: the set.
 *
 * Return: EXIT_UNCORRECTED if the kernel's command line asks for it, so that it is tried again.
 */
int assemble_refused(const struct known_set *set);

/* Report the result for a set.  Returns its status. */
int assemble_report(const struct request *request, const struct activation_result *result);

/**
 * assemble_find() - find a set by name or uuid.
 * @set: filled in.
 * @what: its name or its uuid.
 *
 * Return: 1 if there is exactly one; 0 if there is none; -1, after printing an error, if there are
 * several, or on failure.
 */
int assemble_find(struct known_set *set, const char *what);

#endif /* _DMREMAP_ASSEMBLE_H */
