/* SPDX-License-Identifier: GPL-2.0 */
/* Names that the kernel has, for programs. */
#ifndef _DMREMAP_UTIL_H
#define _DMREMAP_UTIL_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
/* For printf(): a number of 64 bits has another type on each machine. */
#define LLU(x)			((unsigned long long)(x))

#define ATTRIBUTE(list)		__attribute__(list)
#define __printf(a, b)		ATTRIBUTE((format(printf, a, b)))
#define __noreturn		ATTRIBUTE((noreturn))

#endif /* _DMREMAP_UTIL_H */
