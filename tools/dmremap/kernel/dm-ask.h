/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages to a device that have a reply.
 */
#ifndef _DMREMAP_DM_ASK_H
#define _DMREMAP_DM_ASK_H

#include <stdint.h>

#include "lib/ranges.h"

/**
 * dm_ask() - send a message.
 * @name: the device.
 * @message: the message.
 * @reply: takes the reply, to be freed; NULL on failure.
 *
 * Prints nothing.
 *
 * Return: 0 or a negative error number.
 */
int dm_ask(const char *name, const char *message, char **reply);

/**
 * dm_ask_ranges() - read a list of ranges that takes several messages.
 * @name: the device.
 * @what: the words of the message before the ID and the first sector.
 * @id: the ID.
 * @ranges: gets the sectors.
 *
 * Prints nothing.
 *
 * Return: 0 or a negative error number.
 */
int dm_ask_ranges(const char *name, const char *what, uint64_t id, struct ranges *ranges);

#endif /* _DMREMAP_DM_ASK_H */
