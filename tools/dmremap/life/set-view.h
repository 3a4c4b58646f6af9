/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the content of an active set: through the device while it is running, and from main and
 * spare while it is suspended.
 */
#ifndef _DMREMAP_SET_VIEW_H
#define _DMREMAP_SET_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/remap-list.h"
#include "kernel/volume.h"

/**
 * struct set_view - a set being read.
 * @volume: the set.
 * @set: its open device.
 * @main: its open main.
 * @spare: its open spare.
 * @unit: logical sector size of the device, in sectors of 512 bytes.
 * @remap: the remaps, sorted by main sector, after set_view_beneath().
 * @nr: number of entries.
 * @room: allocated number of entries.
 * @beneath: read from main and spare instead of the device.
 */
struct set_view {
	const struct volume *volume;
	int set;
	int main;
	int spare;
	unsigned int unit;
	struct remap *remap;
	size_t nr;
	size_t room;
	bool beneath;
};

/**
 * set_view_open() - open the set and both halves.
 * @view: with @view->volume set; the caller closes it.
 * @spare: path of the spare; NULL if it has left the system, so that nothing on it can be read.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int set_view_open(struct set_view *view, const char *spare);

void set_view_close(struct set_view *view);

/* No block is in doubt. */
#define SET_VIEW_NO_DOUBT	UINT64_MAX

/**
 * set_view_doubt() - look for a block whose place is uncertain.
 * @name: name of the set.
 * @sector: takes the sector of the first one, or %SET_VIEW_NO_DOUBT.
 *
 * Such a block cannot be read until the set has been activated again. Prints an error on failure.
 *
 * Return: an exit status.
 */
int set_view_doubt(const char *name, uint64_t *sector);

/**
 * set_view_beneath() - read from main and spare from now on.
 * @view: a set whose device is suspended.
 *
 * Fails if a block is in doubt, but not if the spare has left the system: then it cannot be read.
 *
 * Return: NULL, or the error message.
 */
const char *set_view_beneath(struct set_view *view);

/**
 * set_view_is_listed_bad() - whether the list says that sectors may be unreadable.
 * @view: the set, after set_view_beneath().
 * @sector: the first sector, a multiple of @view->unit; so many are looked at.
 *
 * Of sectors that could not be read before, these have not been written since.
 *
 * Return: whether they are lost, or only on the main, which failed to read them.
 */
bool set_view_is_listed_bad(const struct set_view *view, uint64_t sector);

/**
 * set_view_read() - read content.
 * @view: the set.
 * @sector: the first sector, a multiple of @view->unit.
 * @buffer: takes the content; from device_buffer().
 * @sectors: how many, a multiple of @view->unit.
 *
 * Return: 0, or a negative error number if any of them cannot be read.
 */
int set_view_read(const struct set_view *view, uint64_t sector, void *buffer,
		  uint64_t sectors);

#endif /* _DMREMAP_SET_VIEW_H */
