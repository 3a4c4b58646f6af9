/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's reason for refusing a table, which it gives nowhere else
 * than in its log.
 */
#ifndef _DMREMAP_KMSG_H
#define _DMREMAP_KMSG_H

#include <stdbool.h>
#include <stddef.h>

struct kmsg {
	int fd;
};

/* Consider only lines logged from now on. */
void kmsg_begin(struct kmsg *kmsg);

/*
 * Find the messages since then about a table with a target of type @target.  Returns
 * whether there is something; the sentence is in @why then.
 */
bool kmsg_find(struct kmsg *kmsg, const char *target, char *why, size_t size);

void kmsg_end(struct kmsg *kmsg);

#endif /* _DMREMAP_KMSG_H */
