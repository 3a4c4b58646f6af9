/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /etc/dm-remap/dm-remap.conf: lines KEY=VALUE; what follows a # is a comment.
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
 * The first call reads the file, and says what in it is not understood.
 *
 * Return: the value; NULL if the file does not say.
 */
const char *conf_get(const char *key);

/**
 * conf_number() - look up a setting that is a number.
 * @key: its key.
 * @what: what it counts, for messages: "a number of days" say.
 * @max: the largest value that there can be.
 * @otherwise: what it is if the file does not say, or not in a way that is understood.
 *
 * Says what is wrong with a value that is no such number.
 */
uint64_t conf_number(const char *key, const char *what, uint64_t max, uint64_t otherwise);

#endif /* _DMREMAP_CONF_H */
