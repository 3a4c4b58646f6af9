/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_SIZE_H
#define _DMREMAP_SIZE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Parse the argument of --block-size: a multiple of 512 bytes that badblocks would accept too.
 * Prints an error if it is not valid.
 */
bool block_size_valid(const char *text, uint64_t *size);

#endif /* _DMREMAP_SIZE_H */
