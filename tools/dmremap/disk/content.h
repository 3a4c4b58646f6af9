/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The content of a device that is not a spare, as libblkid sees it.
 */
#ifndef _DMREMAP_CONTENT_H
#define _DMREMAP_CONTENT_H

#include <blkid.h>
#include <stdbool.h>

#define CONTENT_SIZE	80

/* "a filesystem", say: the usage that libblkid has found, with its article. */
const char *content_kind(blkid_probe probe);

/* "a filesystem (ext4)", say; false if nothing is known. */
bool content_describe(const char *path, char text[CONTENT_SIZE]);

/* What libblkid calls the content of a device, "ext4" say; false if nothing is known. */
bool content_type(const char *path, char text[CONTENT_SIZE]);

/*
 * The UUID of a file system or a partition table, and for a member of several devices also its own,
 * so that only a copy has the same; false if nothing is known.
 */
bool content_uuid(const char *path, char text[CONTENT_SIZE]);

/**
 * content_is_member() - whether a device is a member of an array.
 * @path: of the device, or of an image of it.
 *
 * With the metadata at its end such a device begins with the content of the array.
 */
bool content_is_member(const char *path);

#endif /* _DMREMAP_CONTENT_H */
