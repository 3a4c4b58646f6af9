/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers with units, for people.
 */
#ifndef _DMREMAP_HUMAN_H
#define _DMREMAP_HUMAN_H

#include <stdint.h>

/* Longest of the texts, including the NUL. */
#define HUMAN_SIZE	24

/**
 * human_ns() - write a time, "16.8 ms".
 * @text: takes %HUMAN_SIZE bytes.
 * @ns: the time.
 *
 * Return: @text.
 */
const char *human_ns(char *text, uint64_t ns);

/**
 * human_bytes() - write a size, "1.5 MiB".
 * @text: takes %HUMAN_SIZE bytes.
 * @bytes: the size.
 *
 * Return: @text.
 */
const char *human_bytes(char *text, double bytes);

#endif /* _DMREMAP_HUMAN_H */
