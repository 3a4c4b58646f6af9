/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints the part of top for one device.
 */
#ifndef _DMREMAP_TOP_H
#define _DMREMAP_TOP_H

#include <stdio.h>

#include "kernel/sample.h"

/**
 * top_device() - print the state and recent activity of a device.
 * @out: where to print.
 * @now: the current sample.
 * @before: the previous sample; %NULL for a new device, which has no rates yet.
 * @seconds: the time between the two samples.
 * @colours: print the state in colour.
 */
void top_device(FILE *out, const struct sample *now, const struct sample *before,
		double seconds, bool colours);

/**
 * top_missing() - print that a device does not exist.
 * @out: where to print.
 * @name: its name.
 */
void top_missing(FILE *out, const char *name);

#endif /* _DMREMAP_TOP_H */
