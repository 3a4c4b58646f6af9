/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages to the kernel log, rate limited by device and kind, so that neither another set nor a
 * burst of remaps hides a loss of data.
 */
#ifndef _REMAP_LOG_H
#define _REMAP_LOG_H

#include <linux/ratelimit_types.h>

#include "events.h"

struct remap_device;

/* Kinds of messages: the events, and one for messages without an event. */
#define REMAP_LOG_OTHER		REMAP_NR_EVENTS
#define REMAP_NR_LOGS		(REMAP_NR_EVENTS + 1)

/**
 * struct remap_logs - the rate limits of a device.
 * @limits: by kind.
 */
struct remap_logs {
	struct ratelimit_state limits[REMAP_NR_LOGS];
};

/**
 * remap_logs_init() - initialize the rate limits.
 * @logs: filled in.
 *
 * Context: any.
 */
void remap_logs_init(struct remap_logs *logs);

/**
 * remap_log() - log a message about a device.
 * @rd: the device.
 * @kind: enum remap_event or REMAP_LOG_OTHER; determines the level.
 * @format: of printf(), without the device's name and the newline.
 *
 * Messages above the rate limit are suppressed; the next message reports how many were.
 *
 * Context: any but NMI.
 */
void remap_log(struct remap_device *rd, unsigned int kind, const char *format, ...)
	__printf(3, 4);

#endif /* _REMAP_LOG_H */
