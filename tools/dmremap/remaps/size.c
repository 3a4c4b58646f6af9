// SPDX-License-Identifier: GPL-2.0
#include "lib/message.h"
#include "lib/number.h"
#include "remaps/size.h"

#define SIZE_MAX_BYTES	(16 << 20)

bool block_size_valid(const char *text, uint64_t *size)
{
	const char *p = text;

	if (number_take(&p, size) && !*p && *size && *size <= SIZE_MAX_BYTES && !(*size % 512))
		return true;
	complain("%s is not a valid block size: it must be a multiple of 512, and at most 16777216.",
		 text);
	return false;
}
