/* SPDX-License-Identifier: GPL-2.0 */
/* Helpers known from the kernel. */
#ifndef _DMREMAP_UTIL_H
#define _DMREMAP_UTIL_H

#include <stddef.h>
#include <string.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
/* For printf(): the type of 64-bit numbers differs between architectures. */
#define LLU(x)			((unsigned long long)(x))

#define ATTRIBUTE(list)		__attribute__(list)
#define __printf(a, b)		ATTRIBUTE((format(printf, a, b)))
#define __noreturn		ATTRIBUTE((noreturn))

/* Like strscpy(): the text is truncated if it does not fit. */
static inline void text_copy(char *to, const char *from, size_t size)
{
	size_t length = strnlen(from, size - 1);

	memcpy(to, from, length);
	to[length] = 0;
}

#endif /* _DMREMAP_UTIL_H */
