/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Module parameters: the values that new devices start with.
 */
#ifndef _REMAP_PARAMS_H
#define _REMAP_PARAMS_H

#include <linux/types.h>

/**
 * struct remap_params - the parameters.
 * @min_buckets: hash_min_buckets.
 * @grow_percent: hash_grow_percent.
 * @shrink_percent: hash_shrink_percent.
 * @auto_remap: auto_remap.
 */
struct remap_params {
	unsigned int min_buckets;
	unsigned int grow_percent;
	unsigned int shrink_percent;
	bool auto_remap;
};

extern struct remap_params remap_params;

/**
 * remap_params_init() - check those given when the module was loaded.
 *
 * Each has already been checked alone; whether they are consistent can be checked only after all
 * are set.
 *
 * Context: module init.
 * Return: 0, -EINVAL.
 */
int remap_params_init(void);

#endif /* _REMAP_PARAMS_H */
