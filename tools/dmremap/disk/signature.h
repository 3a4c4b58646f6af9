/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures of file systems, arrays and partition tables, as libblkid knows them:
 * all that are on a device, as wipefs finds them, not only the one that counts.
 */
#ifndef _DMREMAP_SIGNATURE_H
#define _DMREMAP_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#define SIGNATURE_TEXT_SIZE	80

/**
 * struct signature - by which a content is known.
 * @offset: where it is, in bytes.
 * @size: of it, in bytes; 0 if libblkid does not know it by bytes in one place.
 * @type: what libblkid calls the content, "ext4" say, or "gpt".
 * @kind: of what kind that is, "a filesystem" say, for sentences.
 * @label: its label; may be empty.
 * @uuid: its UUID; may be empty.
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
 * struct signatures - of a device.
 * @item: each of them, in the order in which libblkid finds them.
 * @nr: how many.
 * @unreadable: how many of libblkid's looks ended in an error of the device.
 */
struct signatures {
	struct signature *item;
	unsigned int nr;
	unsigned int unreadable;
};

/**
 * signatures_find() - look for all of them.
 * @found: to be filled, and freed with signatures_free().
 * @path: the device, or a file.
 * @fd: it, open for reading.
 *
 * Reads the disk and not its page cache: an upper device may have
 * written there.  Places that cannot be read are counted and passed over.  Prints an error on
 * failure.
 *
 * Return: an exit status.
 */
int signatures_find(struct signatures *found, const char *path, int fd);

/**
 * signatures_wipe() - write zeros over all that were found.
 * @found: the signatures found there.
 * @path: the device, for messages.
 * @fd: it, open for writing, and not with O_DIRECT.
 *
 * They are durably gone on return.  Prints an error on failure.
 *
 * Return: an exit status.
 */
int signatures_wipe(const struct signatures *found, const char *path, int fd);

void signatures_free(struct signatures *found);

/**
 * content_is_zeros() - whether a device begins with a MiB of zeros.
 * @fd: the device, open for reading, and not with O_DIRECT.
 *
 * Content that libblkid does not know may be needed as well.
 *
 * Return: false also if a part of it cannot be read.
 */
bool content_is_zeros(int fd);

/**
 * device_drop_cache() - write back and drop the page cache of a device.
 * @fd: the device; nothing happens if it is a file.
 */
void device_drop_cache(int fd);

#endif /* _DMREMAP_SIGNATURE_H */
