/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The intent map of a set: the regions that may have been written since a copy to a new main
 * began, kept on the spare. None of these functions prints anything.
 */
#ifndef _DMREMAP_INTENT_H
#define _DMREMAP_INTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ranges.h"

/**
 * intent_start() - begin an empty map, instead of the one of an earlier copy.
 * @name: the device.
 * @token: takes the number that names the copy.
 *
 * Writes that are in flight are not in the map: see dm_drain().
 *
 * Return: 0 or a negative error number.
 */
int intent_start(const char *name, uint64_t *token);

/**
 * intent_read() - read the map.
 * @name: the device.
 * @token: of the copy.
 * @written: gets the sectors of the regions.
 *
 * Return: 0 or a negative error number; -ESTALE if the kernel has no copy with that token.
 */
int intent_read(const char *name, uint64_t token, struct ranges *written);

/**
 * intent_end() - end the copy.
 * @name: the device.
 * @token: of the copy.
 * @lost: the record with this token is durably invalid, so the copy ends even if the spare cannot
 *	be written.
 *
 * Waits for up to 10 s if others keep the kernel from ending it.
 *
 * Return: 0, also if the kernel has no copy with that token, or a negative error number.
 */
int intent_end(const char *name, uint64_t token, bool lost);

/**
 * intent_find() - find the copy that is under way.
 * @name: the device.
 * @failed: set to whether a write could not be recorded, so that writes wait or fail.
 *
 * Return: its token, or 0 if there is none.
 */
uint64_t intent_find(const char *name, bool *failed);

#endif /* _DMREMAP_INTENT_H */
