// SPDX-License-Identifier: GPL-2.0
#include <linux/kern_levels.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "device.h"
#include "log.h"

static const u8 levels[REMAP_NR_LOGS] = {
	[REMAP_EVENT_REMAPPED]		= LOGLEVEL_INFO,
	[REMAP_EVENT_LOST_DATA]		= LOGLEVEL_ERR,
	[REMAP_EVENT_LOW_SPARE]		= LOGLEVEL_WARNING,
	[REMAP_EVENT_EXHAUSTED]		= LOGLEVEL_ERR,
	[REMAP_EVENT_STORM]		= LOGLEVEL_ERR,
	[REMAP_EVENT_STORE_DEGRADED]	= LOGLEVEL_WARNING,
	[REMAP_EVENT_STORE_FAILED]	= LOGLEVEL_ERR,
	[REMAP_EVENT_PENDING]		= LOGLEVEL_WARNING,
	[REMAP_EVENT_SLOW]		= LOGLEVEL_WARNING,
	[REMAP_EVENT_READ_ONLY]		= LOGLEVEL_ERR,
	[REMAP_EVENT_SCRUB_DONE]	= LOGLEVEL_INFO,
	[REMAP_EVENT_STORE_MENDED]	= LOGLEVEL_INFO,
	[REMAP_EVENT_STORM_OVER]	= LOGLEVEL_INFO,
	[REMAP_EVENT_RATE]		= LOGLEVEL_WARNING,
	[REMAP_EVENT_ADDED]		= LOGLEVEL_INFO,
	[REMAP_EVENT_FORGOTTEN]		= LOGLEVEL_ERR,
	[REMAP_EVENT_MARKED]		= LOGLEVEL_INFO,
	[REMAP_LOG_OTHER]		= LOGLEVEL_WARNING,
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
	/*
	 * It also reports how many messages were suppressed, using the prefix as the caller's name.
	 */
	if (!___ratelimit(&rd->logs.limits[kind], who))
		return;
	va_start(args, format);
	message.va = &args;
	switch (levels[kind]) {
	case LOGLEVEL_ERR:
		pr_err("%s: %pV\n", who, &message);
		break;
	case LOGLEVEL_WARNING:
		pr_warn("%s: %pV\n", who, &message);
		break;
	default:
		pr_info("%s: %pV\n", who, &message);
	}
	va_end(args);
}
