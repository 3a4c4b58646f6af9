/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What add, remove and import say of blocks that they move, or would.
 */
#ifndef _DMREMAP_REPORT_H
#define _DMREMAP_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/volume.h"
#include "lib/ranges.h"

/**
 * report_ranges() - print the ranges of blocks, a line "START COUNT" each, in sectors.
 * @volume: the device.
 * @blocks: the blocks.
 */
void report_ranges(const struct volume *volume, const struct ranges *blocks);

/* The same as the member "ranges" of the JSON that is being printed. */
void report_ranges_json(const struct volume *volume, const struct ranges *blocks);

/* Print a number as a member of the JSON that is being printed. */
void report_number_json(const char *name, uint64_t value);

#endif /* _DMREMAP_REPORT_H */
