/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Device-mapper by its ioctls, for programs that make very many devices.
 */
#ifndef CRASH_DM_H
#define CRASH_DM_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#define ATTRIBUTE(list)		__attribute__(list)
#define __printf(a, b)		ATTRIBUTE((format(printf, a, b)))
#define __noreturn		ATTRIBUTE((noreturn))
#define __aligned(n)		ATTRIBUTE((aligned(n)))

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;

/* Print an error and exit; each program defines its own. */
void die(const char *format, ...) __printf(1, 2) __noreturn;

struct dm {
	char name[32];
	char path[64];
	u32 major, minor;
};

struct dm_piece {
	u64 sectors;
	const char *target;
	const char *params;
};

/* All exit the program on failure, except those that return an error. */
/* Make a device that has no table yet. */
void dm_begin(struct dm *dm, const char *name);
void dm_create(struct dm *dm, const char *name, u64 sectors, const char *target,
	       const char *params);
/* Replace its table.  Return: 0 or an errno. */
int dm_table(struct dm *dm, u64 sectors, const char *target, const char *params);
/* The same with a table of several consecutive pieces. */
int dm_pieces(struct dm *dm, const struct dm_piece *pieces, unsigned int nr);
/* Suspend it, or resume it.  Return: 0 or an errno. */
int dm_suspend(const struct dm *dm, bool suspend, bool noflush);
void dm_remove(struct dm *dm);
/* Get the status line, without the name of the target. */
void dm_status(const struct dm *dm, char *buf, size_t size);
/* Send a message to sector 0; the reply is in @buf. */
void dm_message(const struct dm *dm, const char *message, char *buf, size_t size);

#endif /* CRASH_DM_H */
