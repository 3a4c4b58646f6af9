// SPDX-License-Identifier: GPL-2.0
/*
 * Empty spares: checks whether a spare is empty, and formats it.
 */
#include <linux/blkdev.h>
#include <linux/random.h>
#include <linux/timekeeping.h>

#include <dm-remap/io.h>

#include "meta.h"

/* What other formats leave on a disk whose first page is zeros, and at which byte. */
static const struct signature {
	const char *what;
	const char *magic;
	unsigned int size;
	unsigned int place;
} signatures[] = {
	{ "a member of an md array",	"\xfc\x4e\x2b\xa9",	4, SZ_4K },
	{ "a bcache device",		"\xc6\x85\x73\xf6\x4e\x1a\x45\xca", 8, SZ_4K + 24 },
	{ "JFS",			"JFS1",			4, SZ_32K },
	{ "ISO 9660",			"CD001",		5, SZ_32K + 1 },
	{ "ReiserFS",			"ReIsEr",		6, SZ_64K + 52 },
	{ "Btrfs",			"_BHRfS_M",		8, SZ_64K + 64 },
};

/* Return: 0; -EINVAL if the page at a sector has a signature; -EIO if it cannot be read. */
static int has_signature(struct meta *m, sector_t sector, unsigned int offset,
			 const struct signature *s)
{
	if (sector + DM_REMAP_PAGE_SECTORS > bdev_nr_sectors(m->p.spare))
		return 0;
	if (dm_remap_rw(m->p.spare, REQ_OP_READ, sector, m->buf,
			DM_REMAP_PAGE_SECTORS) != BLK_STS_OK)
		return -EIO;
	if (memcmp((char *)m->buf + offset, s->magic, s->size))
		return 0;
	DMERR("%s: the spare looks like %s, by what is at sector %llu", m->p.name, s->what,
	      (unsigned long long)sector);
	return -EINVAL;
}

/* Whether a spare that begins with zeros has a signature. */
int meta_check_signatures(struct meta *m)
{
	const struct signature *md = &signatures[0];
	sector_t size = bdev_nr_sectors(m->p.spare);
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(signatures) && !ret; i++) {
		unsigned int offset = signatures[i].place % DM_REMAP_PAGE_SIZE;

		ret = has_signature(m, (signatures[i].place - offset) >> SECTOR_SHIFT, offset,
				    &signatures[i]);
	}
	/* Older formats of md, 1.0 and 0.90, have it at the end. */
	if (!ret && size >= 16)
		ret = has_signature(m, round_down(size - 16, 8), 0, md);
	if (!ret && size >= 128)
		ret = has_signature(m, round_down(size, 128) - 128, 0, md);
	return ret;
}

static void fill_super(struct meta *m)
{
	const struct dm_remap_geometry *geo = &m->geo;
	struct dm_remap_sb *sb = m->sb;
	uuid_t uuid;
	unsigned int i;

	if (m->p.uuid)
		uuid = *m->p.uuid;
	else
		uuid_gen(&uuid);
	memset(sb, 0, sizeof(*sb));
	memcpy(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
	sb->version = cpu_to_le32(DM_REMAP_VERSION);
	export_uuid(sb->uuid, &uuid);
	get_random_bytes(sb->secret, sizeof(sb->secret));
	get_random_bytes(&sb->seed, sizeof(sb->seed));
	sb->spare_sectors = cpu_to_le64(geo->spare_sectors);
	sb->main_sectors = cpu_to_le64(bdev_nr_sectors(m->p.main));
	sb->main_start = cpu_to_le64(m->p.main_start);
	sb->target_sectors = cpu_to_le64(geo->target_sectors);
	sb->data_start = cpu_to_le64(geo->data_start);
	sb->block_size = cpu_to_le32(geo->block_size);
	sb->nr_blocks = cpu_to_le32(geo->nr_blocks);
	sb->replicas = cpu_to_le32(geo->replicas);
	sb->nr_pages = cpu_to_le32(geo->nr_pages);
	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		sb->replica_start[i] = cpu_to_le64(geo->replica_start[i]);
	sb->main_lbs = cpu_to_le32(bdev_logical_block_size(m->p.main));
	sb->spare_lbs = cpu_to_le32(bdev_logical_block_size(m->p.spare));
	sb->created_s = cpu_to_le64(ktime_get_real_seconds());
	if (m->p.main_id)
		dm_remap_sb_set_id(sb, DM_REMAP_ID_MAIN, m->p.main_id);
}

/* Whether the main's content may need the main's sector size, which the set would not have. */
static bool needs_small_sectors(const struct meta *m)
{
	if (m->p.force_block_size ||
	    bdev_logical_block_size(m->p.spare) <= bdev_logical_block_size(m->p.main) ||
	    bdev_nr_sectors(m->p.main) < DM_REMAP_PAGE_SECTORS)
		return false;
	return dm_remap_rw(m->p.main, REQ_OP_READ, 0, m->buf, DM_REMAP_PAGE_SECTORS) ||
	       !dm_remap_sb_is_zero(m->buf);
}

int meta_fresh_layout(struct meta *m, unsigned int replicas, char **error)
{
	struct dm_remap_geometry *geo = &m->geo;
	u32 sectors;

	geo->spare_sectors = bdev_nr_sectors(m->p.spare);
	geo->target_sectors = m->p.len;
	geo->block_size = m->p.block_size ?: m->p.default_block_size;
	geo->replicas = replicas;
	sectors = geo->block_size >> SECTOR_SHIFT;
	if (dm_remap_layout(geo))
		*error = "Spare is too small for its metadata and one block";
	else if (m->p.len & (sectors - 1))
		*error = "Length is not a whole number of blocks";
	else if (m->p.len / sectors > 1ULL << DM_REMAP_ENTRY_BLOCK_BITS)
		*error = "Length is more than 2^48 blocks: use a larger block_size";
	else if (needs_small_sectors(m))
		*error = "Main has content, and the spare has larger sectors: see force_block_size";
	else
		goto fits;
	return -EINVAL;
fits:
	fill_super(m);
	m->generation = 0;
	m->store.fresh = true;
	return 0;
}

static int format_pages(struct meta *m)
{
	u32 page, n, end = min(m->geo.nr_pages, META_FIRST_PAGES);
	unsigned int r, i;

	for (page = 0; page < end; page += n) {
		n = min(end - page, META_RUN);
		memset(m->buf, 0, n * sizeof(*m->buf));
		for (i = 0; i < n; i++) {
			m->buf[i].page = cpu_to_le32(page + i);
			meta_page_seal(m, &m->buf[i]);
		}
		for (r = 0; r < m->geo.replicas; r++)
			if (dm_remap_rw(m->p.spare, REQ_OP_WRITE | REQ_SYNC,
					dm_remap_page_sector(&m->geo, r, page), m->buf,
					n * DM_REMAP_PAGE_SECTORS) != BLK_STS_OK)
				return -EIO;
	}
	m->pages_used = end;
	return 0;
}

/*
 * Mark superblock 0 first: the spare is being formatted, and counts as empty until the mark is
 * removed, whatever is at its end. Keep a mark that is already there: a power cut while it is
 * overwritten could leave neither of the two.
 */
static int announce(struct meta *m)
{
	struct dm_remap_sb *sb = (void *)m->buf;

	if (m->formatting)
		return 0;
	meta_super_number(m);
	*sb = *m->sb;
	dm_remap_sb_formatting(sb);
	return dm_remap_rw(m->p.spare, REQ_OP_WRITE | REQ_SYNC | REQ_FUA | REQ_PREFLUSH, 0, sb,
			   DM_REMAP_PAGE_SECTORS) == BLK_STS_OK ? 0 : -EIO;
}

int meta_fresh_format(struct meta *m)
{
	if (announce(m) || format_pages(m))
		return -EIO;
	meta_super_number(m);
	if (!meta_super_put(m, 1) || !meta_super_put(m, 0))
		return -EIO;
	m->sequence = m->next_sequence;
	m->store.fresh = false;
	DMINFO("%s: spare formatted: set %pU, %u blocks of %u bytes, %u copies of the table",
	       m->p.name, m->sb->uuid, m->geo.nr_blocks, m->geo.block_size, m->geo.replicas);
	return 0;
}
