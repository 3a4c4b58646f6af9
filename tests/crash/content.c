// SPDX-License-Identifier: GPL-2.0
/* Self-identifying sectors, random numbers, and helpers for all parts. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"

#define MAGIC 0x68736172632d6d64ULL

static u64 state;

void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

void *xalloc(size_t size)
{
	void *p = NULL;

	/* Aligned for direct I/O. */
	if (posix_memalign(&p, 4096, size ? size : 1))
		die("out of memory");
	memset(p, 0, size);
	return p;
}

void *one_more(void *array, unsigned int nr, size_t size)
{
	/* Double the array whenever the number is 0 or a power of two. */
	if (!(nr & (nr - 1)))
		array = realloc(array, (nr ? 2 * nr : 1) * size);
	if (!array)
		die("out of memory");
	return array;
}

static u64 mix(u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

void seed_random(u64 seed)
{
	state = mix(seed);
}

u64 swap_random(u64 other)
{
	u64 was = state;

	state = other;
	return was;
}

u64 random_u64(void)
{
	state += 0x9e3779b97f4a7c15ULL;
	return mix(state);
}

u32 below(u32 n)
{
	return random_u64() % n;
}

bool one_in(u32 n)
{
	return !below(n);
}

/* The checksum at the end makes sure that a mixture of two sectors matches neither. */
void fill_sector(void *buf, enum kind kind, u64 sector, u32 version)
{
	u64 *words = buf, x;
	unsigned int i;

	words[0] = MAGIC;
	words[1] = kind;
	words[2] = sector;
	words[3] = version;
	x = mix(kind ^ sector << 8 ^ (u64)version << 32);
	for (i = 4; i < SECTOR / 8; i++)
		words[i] = x + i;
}

struct said read_sector(const void *buf)
{
	u64 copy[SECTOR / 8];
	const u64 *words = buf;
	struct said said = { .kind = KIND_NONE };

	if (words[0] != MAGIC)
		return said;
	fill_sector(copy, words[1], words[2], words[3]);
	if (memcmp(copy, buf, SECTOR))
		return said;
	said.kind = words[1];
	said.sector = words[2];
	said.version = words[3];
	return said;
}
