/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exit statuses, numbered as in fsck(8). Unlike fsck, dmremap never adds them up.
 */
#ifndef _DMREMAP_EXIT_H
#define _DMREMAP_EXIT_H

enum {
	EXIT_CLEAN = 0,
	EXIT_CORRECTED = 1,
	EXIT_UNCORRECTED = 4,
	EXIT_OPERATION = 8,
	EXIT_USAGE = 16,
};

/* The worse of two exit statuses. */
static inline int exit_worst(int a, int b)
{
	return a > b ? a : b;
}

#endif /* _DMREMAP_EXIT_H */
