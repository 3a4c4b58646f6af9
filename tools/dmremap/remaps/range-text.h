/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_RANGE_TEXT_H
#define _DMREMAP_RANGE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/volume.h"

/* Parse "START" or "START+COUNT", in sectors; @count defaults to 1. */
bool range_parse(const char *text, uint64_t *start, uint64_t *count);

/**
 * range_add() - convert a range of a device to blocks.
 * @volume: the device.
 * @text: "START" or "START+COUNT", in sectors.
 * @blocks: gets the blocks, rounded outwards; not merged.
 *
 * Prints an error on failure.
 *
 * Return: an exit status, %EXIT_USAGE for a text that is not a range.
 */
int range_add(const struct volume *volume, const char *text, struct ranges *blocks);

#endif /* _DMREMAP_RANGE_TEXT_H */
