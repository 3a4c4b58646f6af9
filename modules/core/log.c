// SPDX-License-Identifier: GPL-2.0
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "device.h"
#include "log.h"

static const char * const levels[REMAP_NR_LOGS] = {
	[REMAP_EVENT_REMAPPED]		= KERN_INFO,
	[REMAP_EVENT_LOST_DATA]		= KERN_ERR,
	[REMAP_EVENT_LOW_SPARE]		= KERN_WARNING,
	[REMAP_EVENT_EXHAUSTED]		= KERN_ERR,
	[REMAP_EVENT_STORM]		= KERN_ERR,
	[REMAP_EVENT_STORE_DEGRADED]	= KERN_WARNING,
	[REMAP_EVENT_STORE_FAILED]	= KERN_ERR,
	[REMAP_EVENT_PENDING]		= KERN_WARNING,
	[REMAP_EVENT_SLOW]		= KERN_WARNING,
	[REMAP_EVENT_READ_ONLY]		= KERN_ERR,
	[REMAP_EVENT_SCRUB_DONE]	= KERN_INFO,
	[REMAP_EVENT_STORE_MENDED]	= KERN_INFO,
	[REMAP_EVENT_STORM_OVER]	= KERN_INFO,
	[REMAP_EVENT_RATE]		= KERN_WARNING,
	[REMAP_LOG_OTHER]		= KERN_WARNING,
};

void remap_logs_init(struct remap_logs *logs)
{
	unsigned int i;

	for (i = 0; i < REMAP_NR_LOGS; i++)
		ratelimit_state_init(&logs->limits[i], DEFAULT_RATELIMIT_INTERVAL,
				     DEFAULT_RATELIMIT_BURST);
}

void remap_log(struct remap_device *rd, unsigned int kind, const char *format, ...)
{
	char who[DM_NAME_LEN + sizeof("device-mapper: " DM_MSG_PREFIX ": ")];
	struct va_format message = { .fmt = format };
	va_list args;

	snprintf(who, sizeof(who), DM_NAME ": " DM_MSG_PREFIX ": %s", rd->name);
	/* It says itself how many were left out, and takes the prefix for the caller's name. */
	if (!___ratelimit(&rd->logs.limits[kind], who))
		return;
	va_start(args, format);
	message.va = &args;
	printk("%s%s: %pV\n", levels[kind], who, &message);
	va_end(args);
}
