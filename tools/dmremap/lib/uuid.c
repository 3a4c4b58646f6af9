// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/exit.h"
#include "lib/message.h"
#include "lib/uuid.h"

/* Whether there is a "-" before this byte. */
static bool has_dash(unsigned int i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

void uuid_make(uint8_t uuid[UUID_SIZE])
{
	/* a request as short as this is never interrupted or cut short */
	if (getrandom(uuid, UUID_SIZE, 0) != UUID_SIZE) {
		complain("The kernel provides no random numbers.");
		exit(EXIT_OPERATION);
	}
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

void uuid_to_text(const uint8_t uuid[UUID_SIZE], char text[UUID_TEXT_SIZE])
{
	unsigned int i;

	for (i = 0; i < UUID_SIZE; i++)
		text += sprintf(text, has_dash(i) ? "-%02x" : "%02x", uuid[i]);
}

bool uuid_from_text(const char *text, uint8_t uuid[UUID_SIZE])
{
	unsigned int i;

	for (i = 0; i < UUID_SIZE; i++, text += 2) {
		if (has_dash(i) && *text++ != '-')
			return false;
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
		    sscanf(text, "%2hhx", &uuid[i]) != 1)
			return false;
	}
	return !*text;
}
