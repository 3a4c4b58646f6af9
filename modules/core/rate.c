// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/math64.h>

#include "device.h"
#include "rate.h"

#define HOUR_S	3600U

/* Let element 0 of an array, newest first, be of @by units later. */
static void shift(u32 *counts, unsigned int nr, u64 by)
{
	unsigned int i;

	for (i = nr; i-- > 0;)
		counts[i] = i >= by ? counts[i - by] : 0;
}

/* A clock that was put back leaves the counts where they are. */
static void advance(struct dm_remap_rate *rate, u64 hour)
{
	if (hour <= rate->hour)
		return;
	shift(rate->hours, DM_REMAP_RATE_HOURS, hour - rate->hour);
	shift(rate->days, DM_REMAP_RATE_DAYS, div_u64(hour, 24) - div_u64(rate->hour, 24));
	rate->hour = hour;
}

void remap_rate_count(struct remap_device *rd)
{
	struct dm_remap_rate *rate = &rd->saved.rate;

	lockdep_assert_held(&rd->lock);
	advance(rate, div_u64(ktime_get_real_seconds(), HOUR_S));
	rate->hours[0]++;
	rate->days[0]++;
}

void remap_rate_get(const struct remap_device *rd, u64 now_s, u32 *hour, u32 *day, u32 *month)
{
	struct dm_remap_rate rate = rd->saved.rate;
	u32 into, i;

	lockdep_assert_held(&rd->lock);
	advance(&rate, div_u64_rem(now_s, HOUR_S, &into));
	*hour = rate.hours[0] + div_u64((u64)rate.hours[1] * (HOUR_S - into), HOUR_S);
	*day = 0;
	*month = 0;
	for (i = 0; i < DM_REMAP_RATE_HOURS; i++)
		*day += rate.hours[i];
	for (i = 0; i < DM_REMAP_RATE_DAYS; i++)
		*month += rate.days[i];
}
