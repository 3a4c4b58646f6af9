// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../modules/metadata/format-user.h"
#include "disk/device.h"
#include "life/copy-record.h"
#include "lib/util.h"

#define MAGIC		"DMREMAPC"
#define VERSION		1
#define SECTOR_BYTES	512
#define PAGE_BYTES	4096

/* The two places of a record, and their size, in bytes. */
#define FIRST		262144
#define PLACE		262144
#define PLACES		2

struct disk_range {
	__le64 start;
	__le64 end;
};

struct disk_record {
	char magic[8];
	__le32 crc;
	__le32 version;
	__u8 uuid[UUID_SIZE];
	__le64 token;
	__le64 sequence;
	__le64 sectors;
	__le32 nr_copied;
	__le32 nr_bad;
	struct disk_range range[];
};

#define MAX_RANGES	((PLACE - sizeof(struct disk_record)) / sizeof(struct disk_range))

static off_t place(unsigned int nr)
{
	return FIRST + (off_t)nr * PLACE;
}

static size_t size_of(size_t ranges)
{
	return sizeof(struct disk_record) + ranges * sizeof(struct disk_range);
}

static uint32_t crc_of(const struct disk_record *disk, off_t at, size_t size)
{
	__le64 sector = htole64(at / SECTOR_BYTES);
	uint32_t crc = crc32c(~0U, &sector, sizeof(sector)), zero = 0;
	const uint8_t *bytes = (const uint8_t *)disk;
	size_t rest = offsetof(struct disk_record, version);

	crc = crc32c(crc, bytes, offsetof(struct disk_record, crc));
	crc = crc32c(crc, &zero, sizeof(zero));
	return ~crc32c(crc, bytes + rest, size - rest);
}

static bool read_all(int fd, void *buffer, size_t size, off_t at)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = pread(fd, buffer + done, size - done, at + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += n;
	}
	return true;
}

static int write_all(int fd, const void *buffer, size_t size, off_t at)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = pwrite(fd, buffer + done, size - done, at + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += n;
	}
	return fdatasync(fd) ? -errno : 0;
}

static bool is_intact(const struct disk_record *disk, off_t at)
{
	size_t ranges;

	if (memcmp(disk->magic, MAGIC, sizeof(disk->magic)) || le32toh(disk->version) != VERSION)
		return false;
	ranges = (size_t)le32toh(disk->nr_copied) + le32toh(disk->nr_bad);
	return ranges <= MAX_RANGES && le32toh(disk->crc) == crc_of(disk, at, size_of(ranges));
}

static bool take_ranges(struct ranges *ranges, const struct disk_range *from, uint32_t nr,
			uint64_t sectors)
{
	uint64_t start, end, last = 0;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		start = le64toh(from[i].start);
		end = le64toh(from[i].end);
		if (start < last || end <= start || end > sectors)
			return false;
		ranges_add(ranges, start, end);
		last = end;
	}
	return true;
}

static bool take(struct copy_record *record, const struct disk_record *disk)
{
	uint32_t nr = le32toh(disk->nr_copied);

	memcpy(record->uuid, disk->uuid, sizeof(record->uuid));
	record->token = le64toh(disk->token);
	record->sequence = le64toh(disk->sequence);
	record->sectors = le64toh(disk->sectors);
	return take_ranges(&record->copied, disk->range, nr, record->sectors) &&
	       take_ranges(&record->bad, disk->range + nr, le32toh(disk->nr_bad),
			   record->sectors);
}

bool copy_record_read(int fd, struct copy_record *record)
{
	struct disk_record *disk = device_buffer(PLACE / PAGE_BYTES);
	struct copy_record other;
	bool found = false;
	unsigned int nr;

	*record = (struct copy_record) {};
	for (nr = 0; nr < PLACES; nr++) {
		other = (struct copy_record) {};
		if (read_all(fd, disk, PLACE, place(nr)) && is_intact(disk, place(nr)) &&
		    take(&other, disk) && (!found || other.sequence > record->sequence)) {
			copy_record_free(record);
			*record = other;
			found = true;
		} else {
			copy_record_free(&other);
		}
	}
	free(disk);
	return found;
}

static void put_ranges(struct disk_range *to, const struct ranges *ranges)
{
	size_t i;

	for (i = 0; i < ranges->nr; i++)
		to[i] = (struct disk_range) { htole64(ranges->range[i].start),
					      htole64(ranges->range[i].end) };
}

/* Write a record to the place that its sequence names. */
static int write_record(int fd, const struct copy_record *record)
{
	size_t size = size_of(record->copied.nr + record->bad.nr);
	size_t pages = (size + PAGE_BYTES - 1) / PAGE_BYTES;
	off_t at = place(record->sequence % PLACES);
	struct disk_record *disk = device_buffer(pages);
	int error;

	memset(disk, 0, pages * PAGE_BYTES);
	memcpy(disk->magic, MAGIC, sizeof(disk->magic));
	disk->version = htole32(VERSION);
	memcpy(disk->uuid, record->uuid, sizeof(disk->uuid));
	disk->token = htole64(record->token);
	disk->sequence = htole64(record->sequence);
	disk->sectors = htole64(record->sectors);
	disk->nr_copied = htole32(record->copied.nr);
	disk->nr_bad = htole32(record->bad.nr);
	put_ranges(disk->range, &record->copied);
	put_ranges(disk->range + record->copied.nr, &record->bad);
	disk->crc = htole32(crc_of(disk, at, size));
	error = write_all(fd, disk, pages * PAGE_BYTES, at);
	free(disk);
	return error;
}

int copy_record_write(int fd, struct copy_record *record)
{
	if (record->copied.nr + record->bad.nr > MAX_RANGES)
		return 0;
	record->sequence++;
	return write_record(fd, record);
}

enum content { CONTENT_OTHER, CONTENT_RECORD, CONTENT_UNREADABLE };

/* What a place has: if it is no record of the set, it may be somebody else's by now. */
static enum content content_of(int fd, off_t at, const uint8_t uuid[UUID_SIZE])
{
	struct disk_record *disk = device_buffer(PLACE / PAGE_BYTES);
	enum content content = CONTENT_OTHER;

	if (!read_all(fd, disk, PLACE, at))
		content = CONTENT_UNREADABLE;
	else if (is_intact(disk, at) && !memcmp(disk->uuid, uuid, UUID_SIZE))
		content = CONTENT_RECORD;
	free(disk);
	return content;
}

/*
 * The older of the two is written first, so that at no time one with ranges is the newest. An empty
 * record fits into a sector, so a power cut does not leave a half one. A place that cannot be read
 * may have a record, and may be readable again later.
 */
int copy_record_void(int fd, struct copy_record *record)
{
	unsigned int i;
	int error = 0;

	copy_record_free(record);
	for (i = 0; !error && i < PLACES; i++) {
		record->sequence++;
		if (content_of(fd, place(record->sequence % PLACES), record->uuid))
			error = write_record(fd, record);
	}
	return error;
}

int copy_record_clear(int fd, const uint8_t uuid[UUID_SIZE])
{
	char *zeros = device_buffer(PLACE / PAGE_BYTES);
	unsigned int i;
	int error = 0;

	memset(zeros, 0, PLACE);
	for (i = 0; !error && i < PLACES; i++)
		if (content_of(fd, place(i), uuid) == CONTENT_RECORD)
			error = write_all(fd, zeros, PLACE, place(i));
	free(zeros);
	return error;
}

static bool is_zero(int fd, char *buffer, off_t from, off_t end)
{
	size_t size = end - from, i = 0;

	if (!read_all(fd, buffer, size, from))
		return false;
	while (i < size && !buffer[i])
		i++;
	return i == size;
}

bool copy_record_is_alone(int fd, uint64_t sectors)
{
	const off_t held = COPY_HELD * SECTOR_BYTES, end = (off_t)sectors * SECTOR_BYTES;
	char *buffer = device_buffer(held / PAGE_BYTES);
	bool alone = is_zero(fd, buffer, 0, FIRST) &&
		     is_zero(fd, buffer, place(PLACES), held) &&
		     is_zero(fd, buffer, end - held, end);

	free(buffer);
	return alone;
}

void copy_record_free(struct copy_record *record)
{
	ranges_free(&record->copied);
	ranges_free(&record->bad);
}
