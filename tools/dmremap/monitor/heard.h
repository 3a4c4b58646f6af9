/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events of dm-remap as the kernel sends them: uevents.
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
 * @event: its name, of lower-case letters and "-".
 * @name: of the set, encoded; "" if it is not said.
 * @uuid: of the set; "" if it is not said.
 * @device: "MAJ:MIN" of another device involved; "" if there is none.
 * @has_sector: it has a sector.
 * @sector: of the set.
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
 * heard_open() - begin to listen.
 *
 * The kernel itself is listened to, not udev: nothing is missed while udev is busy with
 * disks that do not answer, and no rule of it is needed.
 *
 * Prints an error on failure.
 *
 * Return: a file descriptor that becomes readable when an event has come, or -1.
 */
int heard_open(void);

/**
 * heard_next() - take an event.
 * @heard: filled in.
 *
 * Return: 1, 0 if none of dm-remap has come, -1 if some were lost.
 */
int heard_next(struct heard *heard);

#endif /* _DMREMAP_MONITOR_HEARD_H */
