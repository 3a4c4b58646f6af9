// SPDX-License-Identifier: GPL-2.0
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "adapt.h"

static u64 calm_ns(const struct remap_adapt *a)
{
	return a->calm_ns ?: REMAP_ADAPT_CALM_NS;
}

void remap_adapt_measured(struct remap_adapt *a, u32 entries, u32 visits)
{
	u32 now = entries ? div_u64(visits * 100ULL, entries) : 100;

	/* A few buckets are a small sample: average over the last four measurements. */
	a->visits = a->visits ? (3 * a->visits + now) / 4 : now;
	a->changes = 0;
}

void remap_adapt_look(struct remap_adapt *a, u64 load, u64 now)
{
	if (load >= REMAP_ADAPT_SHRINK)
		a->low_since = 0;
	else if (!a->low_since)
		a->low_since = now;
}

enum remap_adapt_verdict remap_adapt_verdict(const struct remap_adapt *a, u64 load, u64 now)
{
	if (load > REMAP_ADAPT_MAX_GROW ||
	    (load >= REMAP_ADAPT_MIN_GROW && a->visits > REMAP_ADAPT_LONG))
		return REMAP_ADAPT_GROW;
	if (a->low_since && now - a->low_since >= calm_ns(a))
		return REMAP_ADAPT_HALVE;
	return REMAP_ADAPT_STAY;
}

void remap_adapt_resized(struct remap_adapt *a, bool grew, u64 duration_ns, u64 now)
{
	bool soon = a->shrunk && now - a->shrunk < REMAP_ADAPT_SOON * calm_ns(a);
	u64 calm = calm_ns(a);

	if (grew)
		calm = soon ? 4 * calm : REMAP_ADAPT_CALM_NS;
	else
		a->shrunk = now;
	calm = max(calm, REMAP_ADAPT_SHARE * duration_ns);
	a->calm_ns = min(calm, REMAP_ADAPT_MAX_CALM_NS);
	/* The chains have changed, so old measurements are meaningless. */
	a->visits = 0;
	a->changes = 0;
}

u64 remap_adapt_wait(const struct remap_adapt *a, u64 now)
{
	if (!a->low_since)
		return 0;
	return now - a->low_since < calm_ns(a) ? calm_ns(a) - (now - a->low_since) : 1;
}
