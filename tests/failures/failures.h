/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes one thing fail at a time: each allocation of a call, each allocation of the kernel's
 * workers, each request to a disk.  Uses the kernel's fault injection, which the debug kernel
 * has.
 */
#ifndef FAILURES_H
#define FAILURES_H

#include "../crash/crash.h"

#define BLOCK		8U		/* sectors */
#define MAIN_BLOCKS	1024U
#define MAIN_DISK	"/dev/main"
#define SPARE_DISK	"/dev/spare"

/* --- faults (inject.c) ----------------------------------------------------------- */

/* Make the @n-th allocation of this thread from now on fail, counted from 1. */
void fail_allocation(unsigned int n);
/* Stop that.  Return: whether an allocation has failed. */
bool allocation_failed(void);
/* Make one of the next @n allocations of the kernel's workers fail; none if @n is 0. */
void fail_workers(unsigned int n);
/* After @bytes more bytes of requests to a disk, make the next request fail once. */
void fail_request(const char *disk, u64 bytes);
/* Stop that.  Return: whether a request has failed. */
bool request_failed(const char *disk);

/* --- the set (set.c) ------------------------------------------------------------- */

struct set {
	struct dm dm;
	const char *store;
	int fd;
	/* the version of each sector of the main; 0 is the initial content */
	u32 versions[MAIN_BLOCKS * BLOCK];
};

/*
 * Activate the set, with the @n-th allocation (counted from 1) failing.  @hit is set to whether
 * there was such an allocation.  Return: 0, or an errno if there is no device.
 */
int set_try(struct set *set, unsigned int n, bool *hit);
void set_activate(struct set *set);
void set_remove(struct set *set);
/* Prepare an empty spare, and a main full of data. */
void set_begin(struct set *set, const char *store);
/* Write a new version of sectors.  Return: 0 or an errno. */
int set_write(struct set *set, u64 sector, unsigned int sectors);
/* Check that @unreadable sectors cannot be read, and that all others have the right content. */
void set_check(struct set *set, unsigned int unreadable);
/* List the first sector of each remapped block, one per line. */
void set_list(const struct set *set, char *list, size_t size);
/* Return: 0 or an errno. */
int set_change(const char *attribute, const char *lines);
/* A field of the status line; field 0 is the state. */
u64 set_status(const struct set *set, unsigned int field);

#endif /* FAILURES_H */
