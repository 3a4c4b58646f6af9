/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says of a table that it refuses, which it can say nowhere else
 * than in its log.
 */
#ifndef _DMREMAP_KMSG_H
#define _DMREMAP_KMSG_H

#include <stdbool.h>
#include <stddef.h>

struct kmsg {
	int fd;
};

/* What the log says from now on counts. */
void kmsg_begin(struct kmsg *kmsg);

/*
 * Find what it has said since then of a table with a target of type @target.  Returns
 * whether there is something; the sentence is in @why then.
 */
bool kmsg_find(struct kmsg *kmsg, const char *target, char *why, size_t size);

void kmsg_end(struct kmsg *kmsg);

#endif /* _DMREMAP_KMSG_H */
