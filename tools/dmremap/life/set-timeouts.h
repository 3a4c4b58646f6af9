/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The setting "timeouts" (auto or keep), which belongs to the host and not to the kernel.
 */
#ifndef _DMREMAP_SET_TIMEOUTS_H
#define _DMREMAP_SET_TIMEOUTS_H

#include <stdbool.h>

#define TIMEOUTS_KEY	"timeouts"

/* Whether a value is valid. */
bool timeouts_value(const char *value);

/* The value for a device. */
const char *timeouts_get(const char *device);

/**
 * timeouts_set() - change and apply the setting.
 * @device: the name of the device.
 * @value: "auto" or "keep".
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int timeouts_set(const char *device, const char *value);

#endif /* _DMREMAP_SET_TIMEOUTS_H */
