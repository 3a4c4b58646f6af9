/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What top shows of a device.
 */
#ifndef _DMREMAP_TOP_H
#define _DMREMAP_TOP_H

#include <stdio.h>

#include "kernel/sample.h"

/**
 * top_device() - print the state of a device, and recent activity.
 * @out: where to print.
 * @now: the current sample.
 * @before: the former sample, or %NULL if it is new; then there are no rates.
 * @seconds: how long ago that was.
 * @colours: whether the state is to have a colour.
 */
void top_device(FILE *out, const struct sample *now, const struct sample *before,
		double seconds, bool colours);

/**
 * top_missing() - print that a device is not there.
 * @out: where to print.
 * @name: its name.
 */
void top_missing(FILE *out, const char *name);

#endif /* _DMREMAP_TOP_H */
