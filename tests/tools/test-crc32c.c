// SPDX-License-Identifier: GPL-2.0
/* crc32c against the examples of RFC 3720, appendix B.4. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../modules/metadata/format-user.h"

static const uint8_t read_pdu[48] = {
	0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0,
	0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
};

static int check(const char *what, const void *data, size_t size, uint32_t expected)
{
	uint32_t got = ~crc32c(~0U, data, size), pieces = ~0U;
	size_t i;

	for (i = 0; i < size; i++)
		pieces = crc32c(pieces, (const uint8_t *)data + i, 1);
	if (got == expected && ~pieces == expected)
		return 0;
	printf("%s: %08x and %08x, not %08x\n", what, got, ~pieces, expected);
	return 1;
}

int main(void)
{
	uint8_t zeros[32] = {}, ones[32], up[32], down[32];
	int i, wrong = 0;

	memset(ones, 0xff, sizeof(ones));
	for (i = 0; i < 32; i++) {
		up[i] = i;
		down[i] = 31 - i;
	}
	wrong += check("zeros", zeros, 32, 0x8a9136aa);
	wrong += check("ones", ones, 32, 0x62a8ab43);
	wrong += check("up", up, 32, 0x46dd794e);
	wrong += check("down", down, 32, 0x113fdb5c);
	wrong += check("read", read_pdu, 48, 0xd9963a56);
	wrong += check("digits", "123456789", 9, 0xe3069283);
	return !!wrong;
}
