/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A spare, or an image of one: opened, read and written in pages.
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
 * Open @path; for writing it must not be in use.  Prints an error and returns
 * -1 if it cannot be done.
 */
int device_open(struct device *dev, const char *path, bool write);

/* The same for a file that is open; @path is for messages. */
int device_open_fd(struct device *dev, const char *path, int fd);

void device_close(struct device *dev);

/* Whether something is on top of it, so that it may change while it is read. */
bool device_in_use(const struct device *dev);

/* Memory for @pages pages that reads and writes can use; ends the program if there is none. */
void *device_buffer(unsigned int pages);

/* Read @pages pages from @sector on.  Returns 0 or a negative error number. */
int device_read(const struct device *dev, uint64_t sector, void *buffer, unsigned int pages);

/* Write one page; it is durable on return.  Returns 0 or a negative error number. */
int device_write(const struct device *dev, uint64_t sector, const void *buffer);

/*
 * Write zeros over @pages pages from @sector on; they are durable on return.  Returns 0 or a
 * negative error number.
 */
int device_clear(const struct device *dev, uint64_t sector, uint64_t pages);

#endif /* _DMREMAP_DEVICE_H */
