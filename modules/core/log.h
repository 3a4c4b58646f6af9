/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel log: what a device says there, rate limited by device and kind, so that
 * neither another set nor a burst of remaps hides that data was lost.
 */
#ifndef _REMAP_LOG_H
#define _REMAP_LOG_H

#include <linux/ratelimit_types.h>

#include "events.h"

struct remap_device;

/* Kinds of messages: as the events, and those that belong to none. */
#define REMAP_LOG_OTHER		REMAP_NR_EVENTS
#define REMAP_NR_LOGS		(REMAP_NR_EVENTS + 1)

/**
 * struct remap_logs - the limits of a device.
 * @limits: by kind.
 */
struct remap_logs {
	struct ratelimit_state limits[REMAP_NR_LOGS];
};

/**
 * remap_logs_init() - nothing has been said.
 * @logs: to be filled.
 *
 * Context: any.
 */
void remap_logs_init(struct remap_logs *logs);

/**
 * remap_log() - say something of a device.
 * @rd: the device.
 * @kind: enum remap_event or REMAP_LOG_OTHER; decides the level.
 * @format: of printf(), without the device's name and the newline.
 *
 * A message that is one of too many is left out; the next one that is not says how many
 * were.
 *
 * Context: any but NMI.
 */
void remap_log(struct remap_device *rd, unsigned int kind, const char *format, ...)
	__printf(3, 4);

#endif /* _REMAP_LOG_H */
