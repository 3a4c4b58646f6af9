/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exit statuses, numbered as those of fsck(8); fsck adds them up, dmremap never does.
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

/* The graver of two exit statuses. */
static inline int exit_worst(int a, int b)
{
	return a > b ? a : b;
}

#endif /* _DMREMAP_EXIT_H */
