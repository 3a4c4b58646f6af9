// SPDX-License-Identifier: GPL-2.0
/*
 * Each moved block leaves in its place a copy with all bits inverted, in which libblkid finds no
 * signature. The label takes the place of the first sector, so the copy of the first sector goes to
 * the place of a sector of zeros.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "seal/keep.h"
#include "seal/label.h"

static size_t block_size(const struct keep *keep)
{
	return keep->raw->volume->block;
}

static uint8_t *new_block(const struct keep *keep)
{
	uint8_t *block = calloc(1, block_size(keep));

	if (!block)
		no_memory();
	return block;
}

/*
 * Location of the copy of the first sector within the content of @block; NULL if it is elsewhere.
 */
static uint8_t *copy_place(const struct keep *keep, uint64_t block, uint8_t *content)
{
	uint64_t sectors = volume_block_sectors(keep->raw->volume);

	if (!keep->copy_sector || keep->copy_sector / sectors != block)
		return NULL;
	return content + keep->copy_sector % sectors * SECTOR_SIZE;
}

/* Make no copy if the chosen sector has been written since, so that it is no longer all zeros. */
static void check_copy(struct keep *keep, uint64_t block, uint8_t *content)
{
	uint8_t *place = copy_place(keep, block, content);

	if (place && !label_zeros(place, SECTOR_SIZE))
		keep->copy_sector = 0;
}

/* Prepare the new content of a block's place. */
static uint8_t *make_image(const struct keep *keep, uint64_t block, const uint8_t *content)
{
	uint8_t *image = new_block(keep), *copy;

	memcpy(image, content, block_size(keep));
	copy = copy_place(keep, block, image);
	if (copy)
		memcpy(copy, keep->head, SECTOR_SIZE);
	label_invert(image, block_size(keep));
	return image;
}

void keep_begin(struct keep *keep, struct raw *raw, uint64_t copy_sector, bool plain)
{
	*keep = (struct keep) { .raw = raw, .copy_sector = copy_sector };
	keep->first = new_block(keep);
	keep->content = new_block(keep);
	keep->first_kept = !raw_read_above(raw, 0, keep->first);
	if (!keep->first_kept) {
		keep->copy_sector = 0;
	} else {
		memcpy(keep->head, keep->first, SECTOR_SIZE);
		memset(keep->first, 0, SECTOR_SIZE);
	}
	if (plain) {
		keep->first_kept = false;
		if (copy_place(keep, 0, keep->first))
			keep->copy_sector = 0;
	}
	check_copy(keep, 0, keep->first);
}

int keep_label(struct keep *keep, const struct dm_remap_label *label)
{
	uint8_t *image = keep->first_kept ? make_image(keep, 0, keep->first) : new_block(keep);
	int error;

	memcpy(image, label, sizeof(*label));
	error = raw_write(keep->raw, 0, image);
	keep->copied |= !error && copy_place(keep, 0, image);
	free(image);
	return error;
}

int keep_block(struct keep *keep, uint64_t block)
{
	int error = raw_read_above(keep->raw, block, keep->content);
	uint8_t *image;

	if (error) {
		keep_zeros(keep, block);
		return error;
	}
	check_copy(keep, block, keep->content);
	image = make_image(keep, block, keep->content);
	error = raw_write(keep->raw, block, image);
	keep->copied |= !error && copy_place(keep, block, image);
	free(image);
	return error;
}

int keep_zeros(struct keep *keep, uint64_t block)
{
	uint8_t *zeros = new_block(keep);
	int error = raw_write(keep->raw, block, zeros);

	free(zeros);
	return error;
}

void keep_sign(const struct keep *keep, struct dm_remap_label *label)
{
	bool copied = keep->copied && keep->copy_sector;
	uint32_t crc = label_crc(LABEL_CRC_BEGIN, keep->head, SECTOR_SIZE);

	label->copy_sector = htole64(copied ? keep->copy_sector : 0);
	label->copy_crc = htole32(copied ? label_crc_end(crc) : 0);
	dm_remap_label_seal(label);
}

void keep_end(struct keep *keep)
{
	free(keep->first);
	free(keep->content);
	*keep = (struct keep) {};
}
