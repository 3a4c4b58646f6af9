/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds all signatures of file systems, arrays and partition tables on a device that libblkid
 * knows, as wipefs does, not only the first one.
 */
#ifndef _DMREMAP_SIGNATURE_H
#define _DMREMAP_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#define SIGNATURE_TEXT_SIZE	80

/**
 * struct signature - a signature.
 * @offset: its offset in bytes.
 * @size: its size in bytes; 0 if it is not a contiguous magic string.
 * @type: libblkid's name for the content, such as "ext4" or "gpt".
 * @kind: the kind of content for messages, such as "a filesystem".
 * @label: label of the content; may be empty.
 * @uuid: UUID of the content; may be empty.
 */
struct signature {
	uint64_t offset;
	uint32_t size;
	char type[SIGNATURE_TEXT_SIZE];
	const char *kind;
	char label[SIGNATURE_TEXT_SIZE];
	char uuid[SIGNATURE_TEXT_SIZE];
};

/**
 * struct signatures - the signatures of a device.
 * @item: the signatures, in the order in which libblkid finds them.
 * @nr: number of entries.
 * @unreadable: number of probes that ended with an I/O error.
 */
struct signatures {
	struct signature *item;
	unsigned int nr;
	unsigned int unreadable;
};

/**
 * signatures_find() - find all signatures of a device.
 * @found: to be filled, and freed with signatures_free().
 * @path: the device, or a file.
 * @fd: the device, open for reading.
 *
 * Reads the disk past the page cache, since an upper device may have written there. Unreadable
 * places are counted and skipped. Prints an error on failure.
 *
 * Return: an exit status.
 */
int signatures_find(struct signatures *found, const char *path, int fd);

/**
 * signatures_wipe() - overwrite all signatures with zeros.
 * @found: the signatures found there.
 * @path: the device, for messages.
 * @fd: the device, open for writing without O_DIRECT.
 *
 * The zeros are durable on return. Prints an error on failure.
 *
 * Return: an exit status.
 */
int signatures_wipe(const struct signatures *found, const char *path, int fd);

void signatures_free(struct signatures *found);

/**
 * content_is_zeros() - whether the first MiB of a device is zeros.
 * @fd: the device, open for reading without O_DIRECT.
 *
 * Detects content that libblkid does not know, but somebody may need.
 *
 * Return: whether it is; false also if a part cannot be read.
 */
bool content_is_zeros(int fd);

/**
 * device_drop_cache() - write back and drop the page cache of a device.
 * @fd: the device; nothing happens if it is a file.
 */
void device_drop_cache(int fd);

#endif /* _DMREMAP_SIGNATURE_H */
