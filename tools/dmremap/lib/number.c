// SPDX-License-Identifier: GPL-2.0
#include "lib/number.h"

bool number_take(const char **text, uint64_t *value)
{
	const char *p = *text;
	uint64_t number = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *p - '0', &number))
			return false;
	if (p == *text)
		return false;
	*text = p;
	*value = number;
	return true;
}
