/* SPDX-License-Identifier: GPL-2.0 */
/* Generated disks as block devices of a guest, which are announced to the reassembly module. */
#ifndef _FUZZ_PLUG_H
#define _FUZZ_PLUG_H

#include "../crash/crash.h"
#include "media.h"

/**
 * struct plug - a place for a disk.
 * @dm: the device.
 * @path: by which the module gets to know it.
 * @in: a disk is there.
 * @changes: requests to it other than reads, when it had been plugged in.
 */
struct plug {
	struct dm dm;
	char path[64];
	bool in;
	u64 changes;
};

/* One for each disk, and one for a disk that is too small for anything. */
#define PLUG_BLANK	MEDIA_MAX
extern struct plug plugs[MEDIA_MAX + 1];

/* Make what the devices consist of. */
void plugs_begin(void);
/* Make a device with the content of a disk, whose name is set if it has none. */
void plug_in(unsigned int nr, struct medium *medium);
/* Remove the device, which nobody may have open. */
void plug_out(unsigned int nr);
/* Tell the module of @nr devices, one by one or all at once. */
void plugs_announce(const unsigned int *which, unsigned int nr);
/* Check that a device has had no requests but reads, and that it can be opened exclusively. */
void plug_check_untouched(unsigned int nr);
void plug_check_free(unsigned int nr);
/* The place of a device that the module names, by its number; or -1. */
int plug_number(const char *number);

#endif /* _FUZZ_PLUG_H */
