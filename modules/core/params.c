// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>

#include "params.h"
#include "table.h"

struct remap_params remap_params = {
	.min_buckets = REMAP_MIN_BUCKETS,
	.grow_percent = 150,
	.shrink_percent = 50,
	.auto_remap = true,
};

/* Set when the module is loaded: from then on each change must be consistent with the others. */
static bool loaded;

static int set(const char *val, unsigned int *param, bool (*valid)(unsigned int value))
{
	unsigned int value, old = *param;

	/* kstrtou32() would accept a plus sign. */
	if (*val == '+' || kstrtouint(val, 10, &value) || !valid(value))
		return -EINVAL;
	*param = value;
	if (loaded && !remap_table_limits_valid(remap_params.grow_percent,
						remap_params.shrink_percent)) {
		*param = old;
		return -EINVAL;
	}
	return 0;
}

static bool min_buckets_valid(unsigned int value)
{
	return is_power_of_2(value) && value >= REMAP_MIN_BUCKETS &&
	       value <= REMAP_MAX_MIN_BUCKETS;
}

static bool grow_percent_valid(unsigned int value)
{
	return remap_table_limits_valid(value, 0);
}

static bool shrink_percent_valid(unsigned int value)
{
	return value <= 500;
}

#define REMAP_PARAM(_name, _text)						\
static int set_##_name(const char *val, const struct kernel_param *kp)		\
{										\
	return set(val, kp->arg, _name##_valid);				\
}										\
static const struct kernel_param_ops _name##_ops = {				\
	.set = set_##_name,							\
	.get = param_get_uint,							\
};										\
module_param_cb(hash_##_name, &_name##_ops, &remap_params._name, 0644);		\
MODULE_PARM_DESC(hash_##_name, _text)

REMAP_PARAM(min_buckets,
	    "Smallest table of a new device, a power of two from 64 to 16777216 (default 64)");
REMAP_PARAM(grow_percent,
	    "Load above which the table grows, 51 to 1000 and at least 2 * shrink + 1 (default 150)");
REMAP_PARAM(shrink_percent,
	    "Load below which the table shrinks, 0 (never) to 500 (default 50)");

module_param_named(auto_remap, remap_params.auto_remap, bool, 0644);
MODULE_PARM_DESC(auto_remap, "New devices remap by themselves on medium errors (default Y)");

int remap_params_init(void)
{
	if (!remap_table_limits_valid(remap_params.grow_percent, remap_params.shrink_percent)) {
		pr_err("hash_grow_percent must be at least 2 * hash_shrink_percent + 1\n");
		return -EINVAL;
	}
	loaded = true;
	return 0;
}

/*
 * Which sets are activated at boot.  dmremap reads it from the kernel's command line; the module
 * declares it so that the kernel does not report an unknown parameter.
 */
static char *assemble = "";
module_param(assemble, charp, 0444);
MODULE_PARM_DESC(assemble, "Sets that are activated at boot: known, sealed, none, or uuids; for dmremap");
