/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Standard output, which may be closed, or redirected to a full disk.
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
 * output_flush() - make sure that all output has been written.
 *
 * Prints an error on failure.
 *
 * Return: 0 or -1.
 */
int output_flush(void);

#endif /* _DMREMAP_OUTPUT_H */
