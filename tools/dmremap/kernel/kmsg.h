/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's reason for refusing a table, which it prints only in its log.
 */
#ifndef _DMREMAP_KMSG_H
#define _DMREMAP_KMSG_H

#include <stdbool.h>
#include <stddef.h>

struct kmsg {
	int fd;
};

/* Ignore lines logged before this call. */
void kmsg_begin(struct kmsg *kmsg);

/*
 * Find messages logged since kmsg_begin() about a table with a target of type @target. Returns
 * whether there are any; @why gets the text.
 */
bool kmsg_find(struct kmsg *kmsg, const char *target, char *why, size_t size);

void kmsg_end(struct kmsg *kmsg);

#endif /* _DMREMAP_KMSG_H */
