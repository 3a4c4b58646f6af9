/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The setting "timeouts", which is this host's and not the kernel's: auto or keep.
 */
#ifndef _DMREMAP_SET_TIMEOUTS_H
#define _DMREMAP_SET_TIMEOUTS_H

#include <stdbool.h>

#define TIMEOUTS_KEY	"timeouts"

/* Whether that is a value of it. */
bool timeouts_value(const char *value);

/* The value for a device: "auto" or "keep". */
const char *timeouts_get(const char *device);

/**
 * timeouts_set() - change and apply it.
 * @device: the name of the device.
 * @value: "auto" or "keep".
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int timeouts_set(const char *device, const char *value);

#endif /* _DMREMAP_SET_TIMEOUTS_H */
