/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The content of a device that is not a spare, as libblkid sees it.
 */
#ifndef _DMREMAP_CONTENT_H
#define _DMREMAP_CONTENT_H

#include <blkid.h>
#include <stdbool.h>

#define CONTENT_SIZE	80

/* The usage found by libblkid, with its article, such as "a filesystem". */
const char *content_kind(blkid_probe probe);

/* Describe the content, such as "a filesystem (ext4)"; false if it is not known. */
bool content_describe(const char *path, char text[CONTENT_SIZE]);

/* libblkid's name for the content of a device, such as "ext4"; false if it is not known. */
bool content_type(const char *path, char text[CONTENT_SIZE]);

/*
 * The UUID of a file system or partition table, and for one of several members also its own UUID,
 * so that only a copy has the same; false if it is not known.
 */
bool content_uuid(const char *path, char text[CONTENT_SIZE]);

/**
 * content_is_member() - whether a device is a member of an array.
 * @path: path of the device, or of an image of it.
 *
 * If its metadata is at the end, such a device begins with the content of the array.
 */
bool content_is_member(const char *path);

#endif /* _DMREMAP_CONTENT_H */
