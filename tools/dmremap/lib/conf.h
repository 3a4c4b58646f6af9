/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /etc/dm-remap/dm-remap.conf: lines KEY=VALUE; # begins a comment.
 */
#ifndef _DMREMAP_CONF_H
#define _DMREMAP_CONF_H

#include <stdbool.h>
#include <stdint.h>

#define CONF_FILE	"/etc/dm-remap/dm-remap.conf"

/**
 * conf_get() - look up a setting.
 * @key: its key, one of those that conf.c lists.
 *
 * The first call reads the file, and reports lines that are malformed.
 *
 * Return: the value; NULL if it is not set.
 */
const char *conf_get(const char *key);

/*
 * Whether the file is there but cannot be read, or has a line that is no setting: then what it was
 * to forbid is not known.
 */
bool conf_is_damaged(void);

/**
 * conf_number() - look up a setting that is a number.
 * @key: its key.
 * @what: the expected value, for messages, such as "a number of days".
 * @max: the largest valid value.
 * @otherwise: the default if the file has no valid value.
 *
 * Prints an error if the value is not such a number.
 */
uint64_t conf_number(const char *key, const char *what, uint64_t max, uint64_t otherwise);

#endif /* _DMREMAP_CONF_H */
