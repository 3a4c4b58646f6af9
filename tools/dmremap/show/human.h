/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Formats numbers with units for display.
 */
#ifndef _DMREMAP_HUMAN_H
#define _DMREMAP_HUMAN_H

#include <stdint.h>

/* Longest text, including the NUL. */
#define HUMAN_SIZE	24

/**
 * human_ns() - format a time, such as "16.8 ms".
 * @text: takes %HUMAN_SIZE bytes.
 * @ns: the time.
 *
 * Return: @text.
 */
const char *human_ns(char *text, uint64_t ns);

/**
 * human_bytes() - format a size, such as "1.5 MiB".
 * @text: takes %HUMAN_SIZE bytes.
 * @bytes: the size.
 *
 * Return: @text.
 */
const char *human_bytes(char *text, double bytes);

#endif /* _DMREMAP_HUMAN_H */
