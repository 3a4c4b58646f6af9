/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Standard output, which may be closed, or on a disk that is full.
 */
#ifndef _DMREMAP_OUTPUT_H
#define _DMREMAP_OUTPUT_H

/**
 * output_guard() - keep open() from returning the descriptor of standard output.
 *
 * Otherwise the program's output would be written into a file.
 */
void output_guard(void);

/**
 * output_flush() - see that all has been written.
 *
 * Prints an error if it has not.
 *
 * Return: 0 or -1.
 */
int output_flush(void);

#endif /* _DMREMAP_OUTPUT_H */
