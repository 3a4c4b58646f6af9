/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replaces the kernel's tracker of writes: each read reports that the first TRACKED sectors were
 * written; with 0 it reports none. The kernel keeps no map of them.
 */
#ifndef _FAKE_TRACK_H
#define _FAKE_TRACK_H

#include <errno.h>

#include "kernel/dm.h"
#include "kernel/intent.h"
#include "kernel/track.h"
#include "lib/exit.h"

int track_start(const char *name, uint64_t *id)
{
	(void)name;
	*id = 1;
	return EXIT_CLEAN;
}

int track_read(const char *name, uint64_t id, struct ranges *written)
{
	(void)name;
	(void)id;
	if (TRACKED)
		ranges_add(written, 0, TRACKED);
	return 0;
}

void track_stop(const char *name, uint64_t id)
{
	(void)name;
	(void)id;
}

int intent_start(const char *name, uint64_t *token)
{
	(void)name;
	*token = 0;
	return -EOPNOTSUPP;
}

int intent_read(const char *name, uint64_t token, struct ranges *written)
{
	(void)name;
	(void)token;
	(void)written;
	return -ESTALE;
}

int intent_end(const char *name, uint64_t token, bool lost)
{
	(void)name;
	(void)token;
	(void)lost;
	return -ESTALE;
}

uint64_t intent_find(const char *name, bool *failed)
{
	(void)name;
	*failed = false;
	return 0;
}

int dm_drain(const char *name)
{
	(void)name;
	return EXIT_CLEAN;
}

#endif /* _FAKE_TRACK_H */
