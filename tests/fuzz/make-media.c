// SPDX-License-Identifier: GPL-2.0
/* Generates up to six disks, most of which have valid superblocks, labels and identities. */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include <dm-remap/format.h>

#include "media.h"
#include "must.h"

struct bytes {
	const uint8_t *data;
	size_t size;
};

static uint8_t take(struct bytes *bytes)
{
	if (!bytes->size)
		return 0;
	bytes->size--;
	return *bytes->data++;
}

/* Make an identity that a disk may have, or that a spare may record. */
static void name_id(char *id, size_t size, uint8_t kind, uint8_t nr)
{
	switch (kind % 4) {
	case 1:
		snprintf(id, size, "wwn-0x5000c500000000%02x", nr);
		break;
	case 2:
		snprintf(id, size, "000000%02x-01", nr);
		break;
	case 3:
		snprintf(id, size, "ata-DISK_%02X", nr);
		break;
	default:
		*id = 0;
	}
}

static void name_disk(struct medium *medium, uint8_t byte)
{
	uint8_t nr = 1 + byte / 16 % 3;

	medium->partition = byte & 1;
	if (byte & 2)
		name_id(medium->given, sizeof(medium->given), 3, nr);
	if (byte & 4 && medium->partition)
		name_id(medium->partuuid, sizeof(medium->partuuid), 2, nr);
	if (byte & 4 && !medium->partition)
		medium->wwn = nr;
	medium->in_use = byte >= 0xe0;
}

/* Change @n bytes anywhere in a page. */
static void patch(struct bytes *bytes, uint8_t *page, unsigned int n)
{
	unsigned int offset;

	while (n--) {
		offset = take(bytes);
		offset |= take(bytes) << 8;
		page[offset % 4096] ^= take(bytes);
	}
}

/* Return: whether one of the two superblocks may say that the spare is in no set. */
static bool fill(struct dm_remap_sb *sb, const struct dm_remap_geometry *geo, struct bytes *bytes)
{
	uint8_t set = take(bytes), id = take(bytes);
	char main_id[DM_REMAP_MAIN_ID_SIZE];
	unsigned int i;

	*sb = (struct dm_remap_sb) {
		.version = htole32(DM_REMAP_VERSION),
		.spare_sectors = htole64(geo->spare_sectors),
		.main_sectors = htole64(geo->target_sectors + (set & 64 ? 8 : 0)),
		.target_sectors = htole64(geo->target_sectors),
		.data_start = htole64(geo->data_start),
		.block_size = htole32(geo->block_size),
		.nr_blocks = htole32(geo->nr_blocks),
		.replicas = htole32(geo->replicas),
		.nr_pages = htole32(geo->nr_pages),
		.seed = set / 8 % 4,
		.sequence = htole64(5),
		.generation = htole64(set / 16 % 4),
		.flags = htole32(set & 128 ? DM_REMAP_SB_LABELLED : 0),
	};
	memcpy(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		sb->replica_start[i] = htole64(geo->replica_start[i]);
	sb->uuid[0] = 1 + set % 2;
	sb->secret[0] = set / 2 % 2;
	name_id(main_id, sizeof(main_id), id, 1 + id / 16 % 3);
	dm_remap_sb_set_id(sb, DM_REMAP_ID_MAIN, main_id);
	if (id & 8)
		sb->replacement.partner_seed = id / 64;
	sb->replacement.partner_generation = id / 16 % 4;
	return id & 4;
}

static void put(struct medium *medium, unsigned int place, uint64_t sector,
		const struct dm_remap_sb *sb, uint8_t flags)
{
	struct dm_remap_sb copy = *sb;

	medium->sector[place] = sector;
	if (flags & 1)
		return;
	dm_remap_sb_seal(&copy, sector);
	copy.crc ^= htole32(flags >> 1 & 1);
	memcpy(medium->page[place], &copy, sizeof(copy));
}

/* Perhaps take the spare out of its set, for one of several reasons; perhaps raise the sequence. */
static void retire(struct dm_remap_sb *sb, uint8_t byte)
{
	static const uint32_t flags[] = {
		0, DM_REMAP_SB_FORMATTING, DM_REMAP_SB_JOINING, DM_REMAP_SB_REPLACED,
	};

	sb->flags |= htole32(flags[byte % 4]);
	sb->sequence = htole64(le64toh(sb->sequence) + byte / 4 % 2);
}

static void make_spare(struct medium *medium, struct bytes *bytes)
{
	uint8_t shape = take(bytes), flags = take(bytes);
	struct dm_remap_geometry geo = {
		.spare_sectors = MEDIUM_SPARE - shape % 4 * 64,
		.target_sectors = MEDIUM_MAIN,
		.block_size = 4096,
		.replicas = 1 + shape / 4 % 2,
	};
	struct dm_remap_sb sb, other;
	uint8_t retired = 0;

	must(!dm_remap_layout(&geo));
	medium->sectors = MEDIUM_SPARE;
	if (fill(&sb, &geo, bytes))
		retired = take(bytes);
	patch(bytes, (uint8_t *)&sb, shape / 8 % 4);
	other = sb;
	patch(bytes, (uint8_t *)&other, shape / 32 % 4);
	retire(&sb, retired);
	retire(&other, retired >> 4);
	put(medium, PLACE_FIRST, 0, &sb, flags);
	put(medium, PLACE_LAST, dm_remap_sb_sector(geo.spare_sectors, 1), &other, flags >> 2);
	geo.spare_sectors = medium->sectors;
	if (shape & 128) {
		other.spare_sectors = htole64(geo.spare_sectors);
		other.sequence = htole64(le64toh(sb.sequence) + 1);
		put(medium, PLACE_END, dm_remap_sb_sector(medium->sectors, 1), &other, flags >> 4);
	}
	medium->bad[PLACE_FIRST] = (flags & 0xe0) == 0xe0;
	medium->bad[PLACE_LAST] = (flags & 0xe0) == 0xc0;
}

static void make_main(struct medium *medium, struct bytes *bytes)
{
	uint8_t set = take(bytes), shape = take(bytes);
	struct dm_remap_label label = {
		.version = htole32(DM_REMAP_LABEL_VERSION),
		.main_sectors = htole64(MEDIUM_MAIN),
		.target_sectors = htole64(MEDIUM_MAIN),
		.block_size = htole32(4096),
		.nr_ranges = htole32(1),
		.ranges = { { .nr = htole32(1) } },
	};

	medium->sectors = MEDIUM_MAIN + (shape & 64 ? 8 : 0);
	memcpy(label.magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	label.uuid[0] = 1 + set % 2;
	label.secret[0] = set / 2 % 2;
	memcpy(medium->page[PLACE_FIRST], &label, sizeof(label));
	patch(bytes, medium->page[PLACE_FIRST], shape % 4);
	memcpy(&label, medium->page[PLACE_FIRST], sizeof(label));
	if (!(shape & 4))
		dm_remap_label_seal(&label);
	memcpy(medium->page[PLACE_FIRST], &label, sizeof(label));
	medium->bad[PLACE_FIRST] = shape & 8;
}

unsigned int media_make(struct medium *media, const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	unsigned int nr = 1 + take(&bytes) % MEDIA_MAX, i, n;
	uint8_t kind;

	memset(media, 0, nr * sizeof(*media));
	for (i = 0; i < nr; i++) {
		for (n = 1; n < NR_PLACES; n++)
			media[i].sector[n] = UINT64_MAX;
		kind = take(&bytes);
		name_disk(&media[i], take(&bytes));
		if (kind % 4 == 0)
			media[i].sectors = MEDIUM_MAIN + (kind & 64 ? 8 : 0);
		else if (kind % 4 == 1)
			make_main(&media[i], &bytes);
		else
			make_spare(&media[i], &bytes);
	}
	return nr;
}
