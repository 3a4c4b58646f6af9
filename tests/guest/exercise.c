// SPDX-License-Identifier: GPL-2.0
/*
 * exercise FILE BYTES OPERATIONS SEED: perform random operations on a file, and compare it
 * with a model.
 *
 * The operations are reads and writes, through the page cache and past it, by read(), write()
 * and mmap(); truncation, punching holes, zeroing and allocating ranges, fsync(), and closing
 * and reopening the file with a cold cache.  This is like the classic fsx, for which Debian
 * has no package.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/falloc.h>

#include "../crash/dm.h"

#define MAX_IO	(256U << 10)
#define PAGE	4096U
#define LAST	16		/* operations to print after a mismatch */

static const char *path;
static int fd, direct;
static unsigned char *model, *buf;
static size_t max, size;
static unsigned long long state;
static char said[LAST][80];
static unsigned long nr_said;

static void __noreturn __printf(1, 2) give_up(const char *fmt, ...)
{
	unsigned long i = nr_said > LAST ? nr_said - LAST : 0;
	va_list ap;

	for (; i < nr_said; i++)
		printf("%lu: %s\n", i + 1, said[i % LAST]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(1);
}

/* Record an operation, to print it if something fails. */
static void __printf(1, 2) say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said[nr_said++ % LAST], sizeof(said[0]), fmt, ap);
	va_end(ap);
}

static void must(long ret, const char *what)
{
	if (ret < 0)
		give_up("%s: %s", what, strerror(errno));
}

/* xorshift64*, Vigna 2014 */
static unsigned long long chance(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 2685821657736338717ULL;
}

static size_t below(size_t n)
{
	return n ? (chance() >> 16) % n : 0;
}

static void open_file(void)
{
	fd = open(path, O_RDWR | O_CREAT, 0600);
	must(fd, "open");
	direct = open(path, O_RDWR | O_DIRECT);
	must(direct, "open with O_DIRECT");
}

static void close_file(void)
{
	must(fsync(fd), "fsync");
	must(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) ? -1 : 0, "fadvise");
	must(close(direct), "close");
	must(close(fd), "close");
}

static void reopen(void)
{
	close_file();
	open_file();
}

static void compare(const unsigned char *got, size_t at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (got[i] != model[at + i])
			give_up("byte %zu is %#x, not %#x", at + i, got[i], model[at + i]);
}

static void check_size(void)
{
	off_t end = lseek(fd, 0, SEEK_END);

	must(end, "lseek");
	if ((size_t)end != size)
		give_up("the file has %lld bytes, not %zu", (long long)end, size);
}

static void fill(size_t n)
{
	unsigned long long *words = (unsigned long long *)buf;
	size_t i;

	for (i = 0; i < (n + 7) / 8; i++)
		words[i] = chance();
}

static void grow(size_t end)
{
	if (end > size)
		size = end;
}

static void do_read(size_t at, size_t n, bool past)
{
	ssize_t got = pread(past ? direct : fd, buf, n, at);

	must(got, "read");
	if ((size_t)got != (at < size ? (n < size - at ? n : size - at) : 0))
		give_up("read %zd bytes of %zu at %zu, of %zu", got, n, at, size);
	compare(buf, at, got);
}

static void do_write(size_t at, size_t n, bool past)
{
	fill(n);
	if (pwrite(past ? direct : fd, buf, n, at) != (ssize_t)n)
		give_up("write: %s", strerror(errno));
	memcpy(model + at, buf, n);
	grow(at + n);
}

/* Never touch the part of a mapping beyond the end of the file. */
static void do_map(size_t at, size_t n, bool write)
{
	size_t start = at / PAGE * PAGE;
	unsigned char *map;

	if (at >= size)
		return;
	n = n < size - at ? n : size - at;
	map = mmap(NULL, at + n - start, PROT_READ | PROT_WRITE, MAP_SHARED, fd, start);
	if (map == MAP_FAILED)
		give_up("mmap: %s", strerror(errno));
	if (write) {
		fill(n);
		memcpy(map + at - start, buf, n);
		memcpy(model + at, buf, n);
	} else {
		compare(map + at - start, at, n);
	}
	must(munmap(map, at + n - start), "munmap");
}

static void do_truncate(size_t end)
{
	must(ftruncate(fd, end), "truncate");
	/* A file that grows has zeros in the new part. */
	memset(model + end, 0, max - end);
	size = end;
}

static void do_fallocate(int mode, size_t at, size_t n)
{
	if (fallocate(fd, mode, at, n)) {
		if (errno == EOPNOTSUPP)
			return;
		give_up("fallocate: %s", strerror(errno));
	}
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		memset(model + at, 0, n);
	if (!(mode & FALLOC_FL_KEEP_SIZE))
		grow(at + n);
}

static void operation(void)
{
	size_t at = below(max), n = 1 + below(below(8) ? 16384 : MAX_IO);
	unsigned int what = below(100);

	n = n < max - at ? n : max - at;
	if (what < 8 || (what >= 30 && what < 40)) {
		/* past the page cache, in units that suit the sector size of any disk */
		at = at / PAGE * PAGE;
		n = (n + PAGE - 1) / PAGE * PAGE;
	}
	say("%u at %zu, %zu bytes, of %zu", what, at, n, size);
	if (what < 30)
		do_read(at, n, what < 8);
	else if (what < 60)
		do_write(at, n, what < 40);
	else if (what < 68)
		do_map(at, n, false);
	else if (what < 78)
		do_map(at, n, true);
	else if (what < 81)
		do_truncate(at);
	else if (what < 86)
		do_fallocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, n);
	else if (what < 90)
		do_fallocate(FALLOC_FL_ZERO_RANGE, at, n);
	else if (what < 94)
		do_fallocate(0, at, n);
	else if (what < 98)
		must(fsync(fd), "fsync");
	else
		reopen();
	check_size();
}

int main(int argc, char **argv)
{
	unsigned long n;

	if (argc != 5) {
		fprintf(stderr, "usage: exercise FILE BYTES OPERATIONS SEED\n");
		return 2;
	}
	path = argv[1];
	max = strtoul(argv[2], NULL, 0) / PAGE * PAGE;
	state = strtoull(argv[4], NULL, 0) * 2 + 1;
	model = calloc(1, max);
	buf = aligned_alloc(PAGE, MAX_IO + 2 * PAGE);
	if (!max || !model || !buf)
		give_up("%zu bytes: not possible", max);
	open_file();
	do_truncate(0);
	for (n = strtoul(argv[3], NULL, 0); n; n--)
		operation();
	reopen();
	say("all of it");
	for (n = 0; n < max; n += MAX_IO)
		do_read(n, MAX_IO < max - n ? MAX_IO : max - n, false);
	return 0;
}
