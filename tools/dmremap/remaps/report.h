/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How add, remove and import report the blocks that they move, or would move in a dry run.
 */
#ifndef _DMREMAP_REPORT_H
#define _DMREMAP_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/volume.h"
#include "lib/ranges.h"

/**
 * report_ranges() - print ranges of blocks in sectors, one line "START COUNT" for each.
 * @volume: the device.
 * @blocks: the blocks.
 */
void report_ranges(const struct volume *volume, const struct ranges *blocks);

/* Print them as the member "ranges" of the current JSON object. */
void report_ranges_json(const struct volume *volume, const struct ranges *blocks);

/* Print a number as a member of the current JSON object. */
void report_number_json(const char *name, uint64_t value);

#endif /* _DMREMAP_REPORT_H */
