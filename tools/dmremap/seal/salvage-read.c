// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the copies that seal has left on a main. See "The label" in docs/design.md for the layout.
 *
 * Before the label is removed, sectors are restored one after the other, in the order of the
 * ranges. The number of sectors already restored in a range is the one for which its checksum
 * matches.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/encode.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/uuid.h"
#include "seal/label.h"
#include "seal/salvage.h"

/* Upper bound: seal never moves as many. */
#define MAX_RANGE_SECTORS	(65536 * 8ULL)

static int read_sectors(const struct salvage *salvage, uint64_t start, uint64_t sectors,
			void *buffer)
{
	uint64_t done = 0, size = sectors * SECTOR_SIZE;
	ssize_t n;

	while (done < size) {
		n = pread(salvage->dev.fd, buffer + done, size - done, start * SECTOR_SIZE + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += n;
	}
	return 0;
}

static void *new_buffer(uint64_t sectors)
{
	return device_buffer((sectors + DM_REMAP_PAGE_SECTORS - 1) / DM_REMAP_PAGE_SECTORS);
}

/* The first sector of a range that is restored before the label is removed. */
static uint64_t first_to_go_back(const struct salvage *salvage, const struct salvage_range *range)
{
	return range->start ? 0 : salvage->unit;
}

/*
 * Sectors whose original content is zeros or kept elsewhere: that of the label, and that of the
 * copy of the first sector.
 */
static bool is_special(const struct salvage *salvage, uint64_t sector)
{
	return !sector || sector == le64toh(salvage->label.copy_sector);
}

bool salvage_goes_last(const struct salvage *salvage, uint64_t sector)
{
	uint64_t copy = le64toh(salvage->label.copy_sector);

	return copy >= salvage->unit && sector / salvage->unit == copy / salvage->unit;
}

/* Whether a sector may have been restored or not. */
static bool may_go_back(const struct salvage *salvage, uint64_t sector)
{
	return !is_special(salvage, sector) && !salvage_goes_last(salvage, sector);
}

/*
 * Find by the checksum how many sectors of a range have been restored; returns more than the range
 * has if no number matches. @range->content is the fully restored content, except for the first
 * sectors, which are restored when the label is removed.
 *
 * The checksum is linear: inverting a sector changes it by a value that depends only on the
 * distance of the sector from the end.
 */
static uint64_t find_back(const struct salvage *salvage, const struct salvage_range *range,
			  uint32_t crc)
{
	static const uint8_t zeros[SECTOR_SIZE];
	uint64_t first = first_to_go_back(salvage, range), back = range->sectors;
	uint8_t ones[SECTOR_SIZE];
	uint32_t state, change;

	memset(ones, 0xff, sizeof(ones));
	change = label_crc(0, ones, sizeof(ones));
	state = label_crc(LABEL_CRC_BEGIN, range->content, range->sectors * SECTOR_SIZE);
	while (label_crc_end(state) != crc) {
		if (back == first)
			return range->sectors + 1;
		back--;
		if (may_go_back(salvage, range->start + back))
			state ^= change;
		change = label_crc(change, zeros, sizeof(zeros));
	}
	return back;
}

static void invert_sectors(const struct salvage *salvage, const struct salvage_range *range,
			   uint64_t from, uint64_t to)
{
	for (; from < to; from++)
		if (may_go_back(salvage, range->start + from))
			label_invert(range->content + from * SECTOR_SIZE, SECTOR_SIZE);
}

static void invert_last(const struct salvage *salvage, const struct salvage_range *range)
{
	uint64_t i, sector = range->start;

	for (i = 0; i < range->sectors; i++, sector++)
		if (!is_special(salvage, sector) && salvage_goes_last(salvage, sector))
			label_invert(range->content + i * SECTOR_SIZE, SECTOR_SIZE);
}

static void read_range(struct salvage *salvage, struct salvage_range *range, uint32_t crc)
{
	uint64_t first = first_to_go_back(salvage, range), i;

	range->content = new_buffer(range->sectors);
	if (!crc || read_sectors(salvage, range->start, range->sectors, range->content))
		return;
	for (i = 0; i < range->sectors; i++)
		if (is_special(salvage, range->start + i))
			memset(range->content + i * SECTOR_SIZE, 0, SECTOR_SIZE);
	invert_sectors(salvage, range, 0, first);
	invert_last(salvage, range);
	range->back = find_back(salvage, range, crc);
	range->kept = range->back <= range->sectors;
	if (range->kept)
		invert_sectors(salvage, range, range->back, range->sectors);
	else
		invert_last(salvage, range);
}

/* Whether the ranges are in ascending order and do not overlap. */
static bool take_ranges(struct salvage *salvage)
{
	uint64_t per_block = le32toh(salvage->label.block_size) / SECTOR_SIZE, end = 0;
	const struct dm_remap_label_range *from = salvage->label.ranges;
	struct salvage_range *range = salvage->range;

	salvage->nr = le32toh(salvage->label.nr_ranges);
	for (; range < salvage->range + salvage->nr; range++, from++) {
		range->start = le64toh(from->block) * per_block;
		range->sectors = le32toh(from->nr) * per_block;
		if (range->start < end || range->sectors > MAX_RANGE_SECTORS ||
		    per_block % salvage->unit)
			return false;
		end = range->start + range->sectors;
	}
	return true;
}

static void read_head(struct salvage *salvage)
{
	uint64_t copy = le64toh(salvage->label.copy_sector);
	uint64_t skip = copy % salvage->unit;
	uint8_t *raw = new_buffer(salvage->unit);

	if (copy && !read_sectors(salvage, copy - skip, salvage->unit, raw)) {
		memcpy(salvage->head, raw + skip * SECTOR_SIZE, SECTOR_SIZE);
		label_invert(salvage->head, SECTOR_SIZE);
		salvage->head_kept = le32toh(salvage->label.copy_crc) ==
			label_crc_end(label_crc(LABEL_CRC_BEGIN, salvage->head, SECTOR_SIZE));
	}
	if (!salvage->head_kept)
		memset(salvage->head, 0, SECTOR_SIZE);
	free(raw);
}

static int check(struct salvage *salvage, const char *path)
{
	const struct dm_remap_label *label = &salvage->label;
	char name[DM_REMAP_NAME_SIZE];
	const char *why;

	if (memcmp(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE))
		return EXIT_CORRECTED;
	why = dm_remap_label_check(label, salvage->dev.sectors);
	if (!why && !take_ranges(salvage))
		why = "the blocks it lists are not valid";
	if (why) {
		complain("%s has a label, but it cannot be used: %s.", path, why);
		return EXIT_OPERATION;
	}
	memcpy(name, label->name, sizeof(name));
	text_encode(salvage->name, name);
	uuid_to_text(label->uuid, salvage->uuid);
	salvage->sectors = le64toh(label->target_sectors);
	return EXIT_CLEAN;
}

static int read_all(struct salvage *salvage, const char *path)
{
	uint8_t *page = new_buffer(salvage->unit);
	unsigned int i;
	int status, error = read_sectors(salvage, 0, salvage->unit, page);

	if (!error)
		memcpy(&salvage->label, page, sizeof(salvage->label));
	free(page);
	if (error) {
		complain("The label of %s cannot be read: %s.", path, strerror(-error));
		return EXIT_OPERATION;
	}
	status = check(salvage, path);
	for (i = 0; !status && i < salvage->nr; i++)
		read_range(salvage, &salvage->range[i], le32toh(salvage->label.ranges[i].crc));
	if (!status)
		read_head(salvage);
	return status;
}

int salvage_open(struct salvage *salvage, const char *path, bool write)
{
	int status;

	*salvage = (struct salvage) {};
	if (device_open(&salvage->dev, path, write))
		return EXIT_OPERATION;
	salvage->unit = device_unit(&salvage->dev);
	if (salvage->dev.block && device_in_use(&salvage->dev)) {
		complain("%s is in use. Remove the device that is on it first.", path);
		status = EXIT_OPERATION;
	} else {
		status = read_all(salvage, path);
	}
	if (status)
		salvage_close(salvage);
	return status;
}

void salvage_close(struct salvage *salvage)
{
	unsigned int i;

	for (i = 0; i < salvage->nr; i++)
		free(salvage->range[i].content);
	salvage->nr = 0;
	device_close(&salvage->dev);
}

static void add_piece(struct salvage_piece *piece, unsigned int *nr, uint64_t start,
		      uint64_t end, const uint8_t *content)
{
	if (start == end)
		return;
	piece[(*nr)++] = (struct salvage_piece) {
		.start = start,
		.sectors = end - start,
		.source = content ? SALVAGE_KEPT : SALVAGE_MISSING,
		.content = content,
	};
}

/* The first sector may be available without the rest of its block, and vice versa. */
static void add_first(const struct salvage *salvage, struct salvage_piece *piece,
		      unsigned int *nr)
{
	const struct salvage_range *range = &salvage->range[0];
	bool head = salvage->head_kept && (range->kept || salvage->unit == 1);

	if (head)
		memcpy(range->content, salvage->head, SECTOR_SIZE);
	if (head == range->kept) {
		add_piece(piece, nr, 0, range->sectors, head ? range->content : NULL);
		return;
	}
	add_piece(piece, nr, 0, salvage->unit, head ? range->content : NULL);
	add_piece(piece, nr, salvage->unit, range->sectors, range->kept ? range->content +
		  salvage->unit * SECTOR_SIZE : NULL);
}

unsigned int salvage_pieces(const struct salvage *salvage, struct salvage_piece *piece)
{
	const struct salvage_range *range;
	uint64_t end = 0;
	unsigned int nr = 0, i;

	for (i = 0; i <= salvage->nr; i++) {
		range = i < salvage->nr ? &salvage->range[i] : NULL;
		if ((range ? range->start : salvage->sectors) > end)
			piece[nr++] = (struct salvage_piece) {
				.start = end,
				.sectors = (range ? range->start : salvage->sectors) - end,
				.source = SALVAGE_MAIN,
			};
		if (!range)
			break;
		end = range->start + range->sectors;
		if (!i)
			add_first(salvage, piece, &nr);
		else
			add_piece(piece, &nr, range->start, end,
				  range->kept ? range->content : NULL);
	}
	return nr;
}

static void overlay(const struct salvage_piece *piece, uint64_t sector, uint8_t *buffer,
		    uint64_t sectors)
{
	uint64_t start = piece->start > sector ? piece->start : sector;
	uint64_t end = piece->start + piece->sectors;

	if (end > sector + sectors)
		end = sector + sectors;
	if (start >= end || piece->source == SALVAGE_MAIN)
		return;
	buffer += (start - sector) * SECTOR_SIZE;
	if (piece->content)
		memcpy(buffer, piece->content + (start - piece->start) * SECTOR_SIZE,
		       (end - start) * SECTOR_SIZE);
	else
		memset(buffer, 0, (end - start) * SECTOR_SIZE);
}

int salvage_read(const struct salvage *salvage, uint64_t sector, void *buffer, uint64_t sectors)
{
	struct salvage_piece piece[SALVAGE_PIECES];
	unsigned int nr = salvage_pieces(salvage, piece), i;
	int error = read_sectors(salvage, sector, sectors, buffer);

	for (i = 0; !error && i < nr; i++)
		overlay(&piece[i], sector, buffer, sectors);
	return error;
}
