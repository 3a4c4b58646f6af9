/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How fast a spare is filling up.
 */
#ifndef _DMREMAP_SPARE_RATE_H
#define _DMREMAP_SPARE_RATE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct spare_rate - numbers of automatic remaps.
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
 * Return: whether the kernel provides them; older modules do not.
 */
bool spare_rate_read(const char *name, struct spare_rate *rate);

/**
 * spare_rate_days() - estimate when the spare will be full.
 * @name: the device.
 *
 * Uses the rate of the last day or of the last 30 days, whichever is higher. Reserved blocks do not
 * count as free.
 *
 * Return: the days until then; negative if that is unknown or no blocks move.
 */
double spare_rate_days(const char *name);

#endif /* _DMREMAP_SPARE_RATE_H */
