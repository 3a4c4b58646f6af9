// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel says what may have been written since the copy began. It cannot know what has become
 * of the new disk, nor whether the disks of the set have been put back to an older state, as from a
 * snapshot. So samples are compared as well.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <dm-remap/format.h>

#include "disk/device.h"
#include "kernel/intent.h"
#include "life/copy-kept.h"
#include "lib/clock.h"

/* Places to compare, beside the first and the last. */
#define SAMPLES	32

/* Time after which the kernel is asked again whether writes wait; they do so for 10 s at most. */
#define LOOK_NS	1000000000

bool copy_is_of(const struct copy_record *record, const struct volume *volume)
{
	uint8_t uuid[UUID_SIZE];

	return uuid_from_text(volume->uuid, uuid) && !memcmp(record->uuid, uuid, sizeof(uuid));
}

/* The logical sector of the set that has a position among all of these ranges. */
static uint64_t place_of(const struct ranges *ranges, uint64_t position, unsigned int unit)
{
	const struct range *range = ranges->range;

	while (position >= range->end - range->start) {
		position -= range->end - range->start;
		range++;
	}
	return range->start + position / unit * unit;
}

static bool is_in(const struct ranges *ranges, uint64_t sector)
{
	size_t i;

	for (i = 0; i < ranges->nr; i++)
		if (sector >= ranges->range[i].start && sector < ranges->range[i].end)
			return true;
	return false;
}

/* Whether a place has been written while it was compared. */
static bool is_written(const struct volume *volume, uint64_t token, uint64_t sector)
{
	struct ranges written = {};
	bool is = !intent_read(volume->name, token, &written) && is_in(&written, sector);

	ranges_free(&written);
	return is;
}

/* Whether the disk has the content of the set in one place. */
static bool agrees(const struct set_view *view, int fd, uint64_t token, uint64_t sector)
{
	size_t size = view->unit * SECTOR_SIZE;
	char *buffer = device_buffer(2 * view->unit);
	char *other = buffer + view->unit * DM_REMAP_PAGE_SIZE;
	bool same = set_view_read(view, sector, buffer, view->unit) ||
		    (pread(fd, other, size, sector * SECTOR_SIZE) == (ssize_t)size &&
		     !memcmp(buffer, other, size));

	free(buffer);
	return same || is_written(view->volume, token, sector);
}

bool copy_writes_wait(const struct volume *volume, uint64_t *looked_ns)
{
	uint64_t now = clock_ns();
	bool failed = false;

	if (now - *looked_ns < LOOK_NS)
		return false;
	*looked_ns = now;
	intent_find(volume->name, &failed);
	return failed;
}

static const char *compare_samples(const struct set_view *view, int fd,
				   const struct copy_record *record, const struct ranges *kept)
{
	uint64_t total = ranges_total(kept), position, sector, looked_ns = 0;
	unsigned int i;

	for (i = 0; total && i < SAMPLES + 2; i++) {
		position = i ? total - 1 : 0;
		if (i > 1 && getrandom(&position, sizeof(position), 0) != sizeof(position))
			return "there are no random numbers to compare samples with";
		/* of a failing main each read may take long */
		if (copy_writes_wait(view->volume, &looked_ns))
			return "the spare cannot record what is written";
		sector = place_of(kept, position % total, view->unit);
		/* the disk has zeros for those that could not be read, and a read may take long */
		if (!is_in(&record->bad, sector) && !agrees(view, fd, record->token, sector))
			return "the disk and the set differ where nothing was written since";
	}
	return NULL;
}

/* What was copied, and has not been written since. Return: 0 or a negative error number. */
static int find_unwritten(const struct volume *volume, const struct copy_record *record,
			  struct ranges *kept)
{
	struct ranges written = {};
	int error = intent_read(volume->name, record->token, &written);
	size_t i;

	for (i = 0; !error && i < record->copied.nr; i++)
		ranges_add(kept, record->copied.range[i].start, record->copied.range[i].end);
	ranges_merge(&written);
	ranges_subtract(kept, &written);
	ranges_free(&written);
	return error;
}

const char *copy_kept(const struct set_view *view, int fd, struct copy_record *record,
		      bool leave_out, struct ranges *kept)
{
	if (record->sectors != view->volume->sectors)
		return "the set has another size now";
	if (!copy_record_is_alone(fd, record->sectors))
		return "the disk has been used for something else since";
	if (!record->copied.nr)
		return "it was given up before, or had just begun";
	if (!leave_out) {
		ranges_subtract(&record->copied, &record->bad);
		ranges_free(&record->bad);
	}
	if (find_unwritten(view->volume, record, kept))
		return "what was written since is not known, as after --forget or replace-spare";
	return compare_samples(view, fd, record, kept);
}
