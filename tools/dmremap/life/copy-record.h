/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of a copy of a set to a new disk: what has been copied durably. It is on the new disk,
 * in the first MiB, which gets its content last. docs/on-disk-format.md has the format.
 */
#ifndef _DMREMAP_COPY_RECORD_H
#define _DMREMAP_COPY_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ranges.h"
#include "lib/uuid.h"

/* Sectors at each end of the new disk that get their content last. */
#define COPY_HELD	2048

/**
 * struct copy_record - a record.
 * @uuid: uuid of the set.
 * @token: names the copy: see kernel/intent.h.
 * @sequence: number of the record on the disk.
 * @sectors: size of the set.
 * @copied: sectors that have been copied; merged.
 * @bad: those of @copied that could not be read, and are zeros; merged.
 */
struct copy_record {
	uint8_t uuid[UUID_SIZE];
	uint64_t token;
	uint64_t sequence;
	uint64_t sectors;
	struct ranges copied;
	struct ranges bad;
};

/**
 * copy_record_read() - read the record of a disk.
 * @fd: the disk.
 * @record: takes the record, to be freed; empty if there is none.
 *
 * Return: whether there is one.
 */
bool copy_record_read(int fd, struct copy_record *record);

/**
 * copy_record_write() - write the next record of a disk.
 * @fd: the disk.
 * @record: the record.
 *
 * It is durable on return. If it has more ranges than there is room for, the former one stays,
 * which is as good as it was.
 *
 * Return: 0 or a negative error number.
 */
int copy_record_write(int fd, struct copy_record *record);

/**
 * copy_record_void() - make the record of a disk worthless.
 * @fd: the disk.
 * @record: its record; without ranges on return.
 *
 * Durably, and wherever the disk has a record of the set. What is left says that nothing was
 * copied, and still names the copy: whoever finds it knows that this copy can be ended, even if the
 * spare cannot be written.
 *
 * Return: 0 or a negative error number.
 */
int copy_record_void(int fd, struct copy_record *record);

/**
 * copy_record_clear() - write zeros over the records of a set.
 * @fd: the disk.
 * @uuid: uuid of the set.
 *
 * Return: 0 or a negative error number.
 */
int copy_record_clear(int fd, const uint8_t uuid[UUID_SIZE]);

/**
 * copy_record_is_alone() - whether nobody else has used the disk since.
 * @fd: the disk.
 * @sectors: size of the set.
 *
 * Return: whether both ends of the disk are zeros, but for the record.
 */
bool copy_record_is_alone(int fd, uint64_t sectors);

void copy_record_free(struct copy_record *record);

#endif /* _DMREMAP_COPY_RECORD_H */
