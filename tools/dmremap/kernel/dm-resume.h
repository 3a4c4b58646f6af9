/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Resumes a device, with a cookie by which udev signals that it has processed the event.
 *
 * Without a cookie libdevmapper tells udev to leave the device alone, and udev then removes
 * the links of the device.  A cookie is a System V semaphore, which outlives the program.
 */
#ifndef _DMREMAP_DM_RESUME_H
#define _DMREMAP_DM_RESUME_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct dm_resume - a suspended device, and how to resume it.
 * @name: its name.
 * @cookie: for udev; 0 without udev.
 */
struct dm_resume {
	const char *name;
	uint32_t cookie;
};

/* Create the cookie. Call this before the device is suspended. */
void dm_resume_begin(struct dm_resume *resume, const char *name);

/**
 * dm_resume() - resume the device; may be called again on failure.
 * @resume: the device.
 *
 * Does not wait for udev and needs no I/O to the device.
 *
 * Return: whether it was resumed.
 */
bool dm_resume(const struct dm_resume *resume);

/**
 * dm_resume_end() - drop the cookie.
 * @resume: the device.
 * @resumed: it was resumed: wait for udev first.
 */
void dm_resume_end(struct dm_resume *resume, bool resumed);

/* Wait for udev, and drop the cookie. Signals that end the program are held back. */
void dm_cookie_wait(uint32_t cookie);

/* Drop a cookie without waiting for udev. */
void dm_cookie_drop(uint32_t cookie);

#endif /* _DMREMAP_DM_RESUME_H */
