// SPDX-License-Identifier: GPL-2.0
/*
 * crc32c (Castagnoli, RFC 3720), one byte at a time.
 *
 * No library in Debian 12 provides it with a stable interface, and it is short.
 */
#include <stdint.h>

#include "../../../modules/metadata/format-user.h"

#define POLYNOMIAL	0x82f63b78	/* 0x1edc6f41, lowest bit first */

static uint32_t table[256];

static void __attribute__((constructor)) fill_table(void)
{
	uint32_t i, bit, value;

	for (i = 0; i < 256; i++) {
		value = i;
		for (bit = 0; bit < 8; bit++)
			value = value & 1 ? value >> 1 ^ POLYNOMIAL : value >> 1;
		table[i] = value;
	}
}

uint32_t crc32c(uint32_t crc, const void *data, size_t size)
{
	const uint8_t *byte = data;

	while (size--)
		crc = crc >> 8 ^ table[(uint8_t)(crc ^ *byte++)];
	return crc;
}
