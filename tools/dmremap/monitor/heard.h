/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receives the uevents that dm-remap sends.
 */
#ifndef _DMREMAP_MONITOR_HEARD_H
#define _DMREMAP_MONITOR_HEARD_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/blockdev.h"
#include "lib/encode.h"
#include "lib/uuid.h"

#define EVENT_NAME_SIZE	32

/**
 * struct heard - an event.
 * @event: its name: lower-case letters and "-".
 * @name: name of the set, encoded; "" if unknown.
 * @uuid: uuid of the set; "" if unknown.
 * @device: "MAJ:MIN" of another device involved; "" if there is none.
 * @has_sector: @sector is valid.
 * @sector: a sector of the set.
 */
struct heard {
	char event[EVENT_NAME_SIZE];
	char name[ENCODED_NAME_SIZE];
	char uuid[UUID_TEXT_SIZE];
	char device[BLOCKDEV_NUMBER_SIZE];
	bool has_sector;
	uint64_t sector;
};

/**
 * heard_open() - start to listen.
 *
 * Listens to the kernel directly rather than to udev, so that no event is missed while udev is busy
 * with disks that do not answer, and no udev rule is needed.
 *
 * Prints an error on failure.
 *
 * Return: a file descriptor that becomes readable when an event arrives, or -1.
 */
int heard_open(void);

/* What heard_next() has received. */
enum heard_what {
	HEARD_NOTHING,
	HEARD_EVENT,		/* an event of dm-remap */
	HEARD_DISK_LEFT,	/* a look at all sets shows whether it was a disk of one */
	HEARD_LOST,		/* the kernel has dropped events */
};

/**
 * heard_next() - receive an event.
 * @heard: filled in for %HEARD_EVENT.
 *
 * Return: what was received.
 */
enum heard_what heard_next(struct heard *heard);

#endif /* _DMREMAP_MONITOR_HEARD_H */
