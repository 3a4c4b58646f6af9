/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Standard output, which may be closed, or on a disk that is full.
 */
#ifndef _DMREMAP_OUTPUT_H
#define _DMREMAP_OUTPUT_H

/**
 * output_guard() - keep files from being opened in the place of standard output.
 *
 * What is printed would be written into them.
 */
void output_guard(void);

/**
 * output_flush() - see that all has been written.
 *
 * Says what is wrong if it has not.
 *
 * Return: 0 or -1.
 */
int output_flush(void);

#endif /* _DMREMAP_OUTPUT_H */
