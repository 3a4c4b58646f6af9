/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_SIZE_H
#define _DMREMAP_SIZE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Take the argument of --block-size: bytes, a multiple of 512 that badblocks could have as
 * well.  Prints an error if it is none.
 */
bool block_size_valid(const char *text, uint64_t *size);

#endif /* _DMREMAP_SIZE_H */
