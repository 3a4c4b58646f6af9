/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How fast a spare is filling up.
 */
#ifndef _DMREMAP_SPARE_RATE_H
#define _DMREMAP_SPARE_RATE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct spare_rate - blocks that moved by themselves.
 * @hour: in the last hour.
 * @day: in the last 24 hours.
 * @month: in the last 30 days.
 */
struct spare_rate {
	uint64_t hour;
	uint64_t day;
	uint64_t month;
};

/**
 * spare_rate_read() - read how many blocks have moved.
 * @name: the device.
 * @rate: filled in.
 *
 * Return: whether the kernel tells; older modules do not.
 */
bool spare_rate_read(const char *name, struct spare_rate *rate);

/**
 * spare_rate_days() - find out when the spare will be full.
 * @name: the device.
 *
 * It goes by the last day or the last 30 days, whichever had more for each day.  Blocks that
 * are reserved do not count as free.
 *
 * Return: the days until then; negative if it is not known, or nothing moves.
 */
double spare_rate_days(const char *name);

#endif /* _DMREMAP_SPARE_RATE_H */
