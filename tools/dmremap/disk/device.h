/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opens a spare, or an image of one, and reads and writes its pages.
 */
#ifndef _DMREMAP_DEVICE_H
#define _DMREMAP_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

struct device {
	const char *path;
	int fd;
	uint64_t sectors;	/* its size */
	bool block;		/* a block device, not a file */
};

/*
 * Open @path; for writing it must not be in use. On failure, prints an error and returns -1.
 */
int device_open(struct device *dev, const char *path, bool write);

/* The same for an open file; @path is for messages. */
int device_open_fd(struct device *dev, const char *path, int fd);

void device_close(struct device *dev);

/* Whether the device is in use, so that it may change while it is read. */
bool device_in_use(const struct device *dev);

/* Size of a logical sector, in sectors of 512 bytes; 1 for an image. */
unsigned int device_unit(const struct device *dev);

/* Allocate a buffer of @pages pages for direct I/O; ends the program on failure. */
void *device_buffer(unsigned int pages);

/* Read @pages pages starting at @sector. Returns 0 or a negative error number. */
int device_read(const struct device *dev, uint64_t sector, void *buffer, unsigned int pages);

/* Write one page; it is durable on return.  Returns 0 or a negative error number. */
int device_write(const struct device *dev, uint64_t sector, const void *buffer);

/*
 * Overwrite @pages pages starting at @sector with zeros; they are durable on return.  Returns 0 or
 * a negative error number.
 */
int device_clear(const struct device *dev, uint64_t sector, uint64_t pages);

#endif /* _DMREMAP_DEVICE_H */
