/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory used as "/" for access to /sys, /proc and /dev.
 *
 * Tests set it to a tree of their own (a test tree) with the environment variable DMREMAP_ROOT.
 */
#ifndef _DMREMAP_ROOT_H
#define _DMREMAP_ROOT_H

/* The value of DMREMAP_ROOT, or "" if it is not set. */
const char *root_dir(void);

#endif /* _DMREMAP_ROOT_H */
