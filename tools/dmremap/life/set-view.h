/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The content of an active set, as its device shows it: read through the device while I/O
 * goes on, and from main and spare while the device is suspended and would not answer.
 */
#ifndef _DMREMAP_SET_VIEW_H
#define _DMREMAP_SET_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/remap-list.h"
#include "kernel/volume.h"

/**
 * struct set_view - a set that is read.
 * @volume: the set.
 * @set: its device, open.
 * @main: its main, open.
 * @spare: its spare, open.
 * @unit: sectors in a logical sector of the device.
 * @remap: the remaps, in order of the main, once set_view_beneath() has been called.
 * @nr: number of entries.
 * @room: how many there is memory for.
 * @beneath: read from main and spare.
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
 * @view: to be filled, and closed; @view->volume is set.
 * @spare: path of the spare.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int set_view_open(struct set_view *view, const char *spare);

void set_view_close(struct set_view *view);

/**
 * set_view_beneath() - read from main and spare from now on.
 * @view: a set whose device is suspended.
 *
 * Return: NULL, or the error.
 */
const char *set_view_beneath(struct set_view *view);

/**
 * set_view_read() - read content.
 * @view: the set.
 * @sector: the first sector, a multiple of @view->unit.
 * @buffer: takes it, from device_buffer().
 * @sectors: how many, a multiple of @view->unit.
 *
 * Return: 0 or a negative error number, also if only some of them cannot be read.
 */
int set_view_read(const struct set_view *view, uint64_t sector, void *buffer,
		  uint64_t sectors);

#endif /* _DMREMAP_SET_VIEW_H */
