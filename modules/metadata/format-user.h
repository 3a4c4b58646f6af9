/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What format.c needs when it is compiled into a program.
 */
#ifndef _DM_REMAP_FORMAT_USER_H
#define _DM_REMAP_FORMAT_USER_H

#include <assert.h>
#include <endian.h>
#include <stddef.h>
#include <string.h>

#define cpu_to_le32(x)	htole32(x)
#define cpu_to_le64(x)	htole64(x)
#define le32_to_cpu(x)	le32toh(x)
#define le64_to_cpu(x)	le64toh(x)

/* Symbols are exported by the kernel module only. */
#define EXPORT_SYMBOL_NS_GPL(...)	static_assert(1, "the kernel's")

/* As the kernel's: without inversion before and after. */
unsigned int crc32c(unsigned int crc, const void *data, size_t size);

#endif /* _DM_REMAP_FORMAT_USER_H */
