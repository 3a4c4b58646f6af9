/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What fails one thing at a time: each allocation that a call makes, each allocation
 * of the kernel's workers, each request to a disk.  By the kernel's fault injection,
 * which the debug kernel has.
 */
#ifndef FAILURES_H
#define FAILURES_H

#include "../crash/crash.h"

#define BLOCK		8U		/* sectors */
#define MAIN_BLOCKS	1024U
#define MAIN_DISK	"/dev/main"
#define SPARE_DISK	"/dev/spare"

/* --- faults (inject.c) ----------------------------------------------------------- */

/* The @n-th allocation, from 1, that this thread makes from now on fails. */
void fail_allocation(unsigned int n);
/* No more.  Return: whether one has failed. */
bool allocation_failed(void);
/* One of the next @n allocations of the kernel's workers fails; none if @n is 0. */
void fail_workers(unsigned int n);
/* The request to a disk that begins after @bytes more of them fails, once. */
void fail_request(const char *disk, u64 bytes);
/* No more.  Return: whether one has failed. */
bool request_failed(const char *disk);

/* --- the set (set.c) ------------------------------------------------------------- */

struct set {
	struct dm dm;
	const char *store;
	int fd;
	/* of each sector of the main; 0 is its initial content */
	u32 versions[MAIN_BLOCKS * BLOCK];
};

/*
 * Activate it; the @n-th allocation of that, from 1, fails.  @hit is set to whether
 * there was one.  Return: 0 or an errno, with no device.
 */
int set_try(struct set *set, unsigned int n, bool *hit);
void set_activate(struct set *set);
void set_remove(struct set *set);
/* A fresh spare, a main full of data. */
void set_begin(struct set *set, const char *store);
/* Write sectors in a new version.  Return: 0 or an errno. */
int set_write(struct set *set, u64 sector, unsigned int sectors);
/* All that can be read is right; @unreadable sectors are not. */
void set_check(struct set *set, unsigned int unreadable);
/* The first sectors of the blocks in the list, a line each. */
void set_list(const struct set *set, char *list, size_t size);
/* Return: 0 or an errno. */
int set_change(const char *attribute, const char *lines);
/* A field of the status line, from 0, the state. */
u64 set_status(const struct set *set, unsigned int field);

#endif /* FAILURES_H */
