/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two output formats of stats.
 */
#ifndef _DMREMAP_STATS_H
#define _DMREMAP_STATS_H

#include "kernel/sample.h"

/**
 * stats_text() - print a device as text.
 * @sample: its counts.
 */
void stats_text(const struct sample *sample);

/**
 * stats_json() - print a device as an element of a JSON array.
 * @sample: its counts.
 */
void stats_json(const struct sample *sample);

#endif /* _DMREMAP_STATS_H */
