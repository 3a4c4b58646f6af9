/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UUIDs of sets, in the order of RFC 4122 and as text.
 */
#ifndef _DMREMAP_UUID_H
#define _DMREMAP_UUID_H

#include <stdbool.h>
#include <stdint.h>

#define UUID_SIZE	16
#define UUID_TEXT_SIZE	37	/* including the NUL */

/* Generate a random UUID. */
void uuid_make(uint8_t uuid[UUID_SIZE]);

void uuid_to_text(const uint8_t uuid[UUID_SIZE], char text[UUID_TEXT_SIZE]);

/* Parse a UUID. Returns false if @text is anything else. */
bool uuid_from_text(const char *text, uint8_t uuid[UUID_SIZE]);

#endif /* _DMREMAP_UUID_H */
