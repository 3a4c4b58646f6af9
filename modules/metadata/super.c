// SPDX-License-Identifier: GPL-2.0
/*
 * The superblocks.  The two have the same content and are written one after the
 * other, each durable before the next: one of them is whole at any time.
 */
#include <linux/blkdev.h>
#include <linux/slab.h>

#include <dm-remap/io.h>

#include "meta.h"

static sector_t sb_sector(const struct meta *m, unsigned int nr)
{
	return dm_remap_sb_sector(le64_to_cpu(m->sb->spare_sectors), nr);
}

int meta_super_write(struct meta *m)
{
	unsigned int i, written = 0;

	m->sb->sequence = cpu_to_le64(++m->sequence);
	m->sb->generation = cpu_to_le64(m->generation);
	m->sb->pages_used = cpu_to_le32(m->pages_used);
	/* The one that is bad first, so that the good one is there until then. */
	for (i = 0; i < 2; i++) {
		unsigned int nr = m->sb_bad[1] ? !i : i;
		sector_t sector = sb_sector(m, nr);
		bool was_bad = m->sb_bad[nr];

		m->sb->crc = cpu_to_le32(dm_remap_sb_crc(m->sb, sector));
		m->sb_bad[nr] = dm_remap_rw(m->p.spare, REQ_OP_WRITE | REQ_SYNC | REQ_FUA |
					    REQ_PREFLUSH, sector, m->sb,
					    DM_REMAP_PAGE_SECTORS) != BLK_STS_OK;
		m->faults += m->sb_bad[nr] && !was_bad;
		if (m->sb_bad[nr])
			DMERR_LIMIT("%s: superblock at sector %llu of the spare cannot be written",
				    m->p.name, (unsigned long long)sector);
		else
			m->repairs += was_bad;
		written += !m->sb_bad[nr];
	}
	if (written)
		return 0;
	m->failed = true;
	return -EIO;
}

/* The settings, in the order in which they are on disk. */
static void settings_to_disk(__le32 *disk, const struct dm_remap_settings *s)
{
	disk[0] = cpu_to_le32(s->min_buckets);
	disk[1] = cpu_to_le32(s->grow_percent);
	disk[2] = cpu_to_le32(s->shrink_percent);
	disk[3] = cpu_to_le32(s->policy);
	disk[4] = cpu_to_le32(s->reserve);
	disk[5] = cpu_to_le32(s->low_water);
	disk[6] = cpu_to_le32(s->auto_remap);
	disk[7] = cpu_to_le32(s->on_read_error);
	disk[8] = cpu_to_le32(s->retries);
	disk[9] = cpu_to_le32(s->storm_limit);
}

#define META_NR_SETTINGS	10

static void settings_from_disk(struct dm_remap_settings *s, const __le32 *disk)
{
	s->min_buckets = le32_to_cpu(disk[0]);
	s->grow_percent = le32_to_cpu(disk[1]);
	s->shrink_percent = le32_to_cpu(disk[2]);
	s->policy = le32_to_cpu(disk[3]);
	s->reserve = le32_to_cpu(disk[4]);
	s->low_water = le32_to_cpu(disk[5]);
	s->auto_remap = le32_to_cpu(disk[6]);
	s->on_read_error = le32_to_cpu(disk[7]);
	s->retries = le32_to_cpu(disk[8]);
	s->storm_limit = le32_to_cpu(disk[9]);
}

void meta_super_save(struct meta *m, const struct dm_remap_saved *saved)
{
	struct dm_remap_sb *sb = m->sb;
	unsigned int i;

	memset(sb->name, 0, sizeof(sb->name));
	strscpy((char *)sb->name, saved->name, sizeof(sb->name));
	settings_to_disk(sb->settings, &saved->settings);
	sb->nr_settings = cpu_to_le32(META_NR_SETTINGS);
	sb->grows = cpu_to_le64(saved->grows);
	sb->shrinks = cpu_to_le64(saved->shrinks);
	sb->resize_ns = cpu_to_le64(saved->resize_ns);
	sb->nr_history = cpu_to_le32(saved->nr_history);
	for (i = 0; i < saved->nr_history; i++) {
		const struct dm_remap_resize *r = &saved->history[i];

		sb->history[i] = (struct dm_remap_sb_resize) {
			.started_ns = cpu_to_le64(r->started_ns),
			.duration_ns = cpu_to_le64(r->duration_ns),
			.from = cpu_to_le32(r->from),
			.to = cpu_to_le32(r->to),
			.entries = cpu_to_le32(r->entries),
		};
	}
}

void meta_super_restore(const struct meta *m, struct dm_remap_saved *saved)
{
	const struct dm_remap_sb *sb = m->sb;
	unsigned int i;

	strscpy(saved->name, (const char *)sb->name, sizeof(saved->name));
	/* A set of a version with fewer settings has defaults for the others. */
	if (le32_to_cpu(sb->nr_settings) >= META_NR_SETTINGS)
		settings_from_disk(&saved->settings, sb->settings);
	saved->grows = le64_to_cpu(sb->grows);
	saved->shrinks = le64_to_cpu(sb->shrinks);
	saved->resize_ns = le64_to_cpu(sb->resize_ns);
	saved->nr_history = le32_to_cpu(sb->nr_history);
	for (i = 0; i < saved->nr_history; i++) {
		const struct dm_remap_sb_resize *r = &sb->history[i];

		saved->history[i] = (struct dm_remap_resize) {
			.started_ns = le64_to_cpu(r->started_ns),
			.duration_ns = le64_to_cpu(r->duration_ns),
			.from = le32_to_cpu(r->from),
			.to = le32_to_cpu(r->to),
			.entries = le32_to_cpu(r->entries),
		};
	}
}

void meta_super_note_label(struct meta *m)
{
	const char *why;

	switch (meta_label_read(m, &why)) {
	case META_LABEL_FOUND:
		m->sb->flags |= cpu_to_le32(DM_REMAP_SB_LABELLED);
		break;
	case META_LABEL_NONE:
		m->sb->flags &= ~cpu_to_le32(DM_REMAP_SB_LABELLED);
		break;
	case META_LABEL_BAD:
	case META_LABEL_UNREADABLE:
		break;
	}
}

/* If that fails so will the superblock, and one is enough. */
static void clear_second(struct meta *m)
{
	memset(m->buf, 0, DM_REMAP_PAGE_SIZE);
	dm_remap_rw(m->p.spare, REQ_OP_WRITE, sb_sector(m, 1), m->buf, DM_REMAP_PAGE_SECTORS);
}

static int format(struct meta *m, unsigned int replicas, char **error)
{
	struct dm_remap_geometry *geo = &m->geo;
	struct dm_remap_sb *sb = m->sb;
	uuid_t uuid;
	unsigned int i;

	m->generation = 0;
	geo->spare_sectors = bdev_nr_sectors(m->p.spare);
	geo->target_sectors = m->p.len;
	geo->block_size = m->p.block_size ?: m->p.default_block_size;
	geo->replicas = replicas;
	if (dm_remap_layout(geo)) {
		*error = "Spare is too small for its metadata and one block";
		return -EINVAL;
	}
	if (m->p.len & ((geo->block_size >> SECTOR_SHIFT) - 1)) {
		*error = "Length is not a whole number of blocks";
		return -EINVAL;
	}
	if (m->p.uuid)
		uuid = *m->p.uuid;
	else
		uuid_gen(&uuid);

	memset(sb, 0, sizeof(*sb));
	memcpy(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
	sb->version = cpu_to_le32(DM_REMAP_VERSION);
	export_uuid(sb->uuid, &uuid);
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
	if (m->p.main_id)
		strscpy((char *)sb->main_id, m->p.main_id, sizeof(sb->main_id));

	/*
	 * The superblocks last, and the second one first: as long as page 0 is
	 * zeros the spare is still an empty one, or has a superblock.  Where that
	 * goes there are zeros before, as a fresh superblock has in all but its
	 * first sector: if the machine stops meanwhile it is there or it is not.
	 */
	m->sb_bad[1] = true;
	clear_second(m);
	if (meta_pages_format(m) || meta_super_write(m)) {
		*error = "Spare cannot be formatted: it fails writes";
		return -EIO;
	}
	m->repairs = 0;
	DMINFO("%s: spare formatted: set %pU, %u blocks of %u bytes, %u copies of the table",
	       m->p.name, sb->uuid, geo->nr_blocks, geo->block_size, geo->replicas);
	return 0;
}

static const struct dm_remap_label *label_of(const struct meta *m)
{
	return (void *)m->buf;
}

enum meta_label meta_label_read(const struct meta *m, const char **why)
{
	unsigned int bytes = max_t(unsigned int, DM_REMAP_LABEL_SIZE,
				   bdev_logical_block_size(m->p.main));
	const struct dm_remap_label *label = label_of(m);

	if (bdev_nr_bytes(m->p.main) < bytes)
		return META_LABEL_NONE;
	if (dm_remap_rw(m->p.main, REQ_OP_READ, 0, m->buf, bytes >> SECTOR_SHIFT) != BLK_STS_OK)
		return META_LABEL_UNREADABLE;
	if (memcmp(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE))
		return META_LABEL_NONE;
	*why = dm_remap_label_check(label, bdev_nr_sectors(m->p.main));
	if (*why)
		return META_LABEL_BAD;
	return m->p.main_start < le64_to_cpu(label->target_sectors) ? META_LABEL_FOUND :
								      META_LABEL_NONE;
}

/*
 * A main with a label is not whole without its spare.  Nor is one whose label is not
 * right any more, as when the main has grown; but a spare that says that it is the main's
 * is believed.
 */
static int check_label(const struct meta *m, bool fresh, char **error)
{
	const char *why = NULL;
	enum meta_label found = meta_label_read(m, &why);

	if (found == META_LABEL_BAD && fresh) {
		*error = "Main has a label that cannot be used: wipe it, if its set is not needed";
		DMERR("%s: label of the main: %s", m->p.name, why);
		return -EINVAL;
	}
	if (found != META_LABEL_FOUND)
		return 0;
	if (fresh)
		*error = "Main has the label of a set with another spare: find that, or unseal";
	else if (memcmp(m->sb->uuid, label_of(m)->uuid, sizeof(m->sb->uuid)))
		*error = "The spare belongs to another main: this one has the label of another set";
	else
		return 0;
	DMERR("%s: the main has the label of set %pU", m->p.name, label_of(m)->uuid);
	return -EINVAL;
}

/* Whether the set that was found is the one that was asked for. */
static int check_pair(const struct meta *m, char **error)
{
	const struct dm_remap_sb *sb = m->sb;

	if (m->p.uuid && memcmp(sb->uuid, m->p.uuid->b, sizeof(sb->uuid)))
		*error = "The spare belongs to another set: its uuid is not the one given";
	else if (le64_to_cpu(sb->main_sectors) != bdev_nr_sectors(m->p.main) ||
		 le64_to_cpu(sb->main_start) != m->p.main_start ||
		 le64_to_cpu(sb->target_sectors) != m->p.len)
		*error = "The spare belongs to another main: that one has another size or start";
	else if (m->p.main_id && strcmp((const char *)sb->main_id, m->p.main_id))
		*error = "The spare belongs to another main: its main_id is not the one given";
	else if (m->p.block_size && m->p.block_size != le32_to_cpu(sb->block_size))
		*error = "The spare was formatted with another block_size: leave it out";
	else
		return check_label(m, false, error);
	return -EINVAL;
}

/* What was found at the place of a superblock. */
struct found {
	struct dm_remap_sb *sb;
	struct dm_remap_geometry geo;
	bool unreadable;
	const char *why;	/* NULL if it is a superblock */
};

static int read_super(struct meta *m, struct found *f, unsigned int nr)
{
	sector_t size = bdev_nr_sectors(m->p.spare), sector = dm_remap_sb_sector(size, nr);

	f->sb = kmalloc(sizeof(*f->sb), GFP_KERNEL);
	if (!f->sb)
		return -ENOMEM;
	if (dm_remap_rw(m->p.spare, REQ_OP_READ, sector, f->sb,
			DM_REMAP_PAGE_SECTORS) != BLK_STS_OK) {
		f->unreadable = true;
		f->why = "it cannot be read";
		return 0;
	}
	f->why = dm_remap_sb_check(f->sb, sector, size, m->p.read_only, &f->geo);
	return 0;
}

static void use_super(struct meta *m, struct found *found)
{
	bool second = found[0].why ||
		      (!found[1].why && le64_to_cpu(found[1].sb->sequence) >
					le64_to_cpu(found[0].sb->sequence));
	const struct found *f = &found[second];
	unsigned int i;

	*m->sb = *f->sb;
	m->geo = f->geo;
	m->sequence = le64_to_cpu(f->sb->sequence);
	m->generation = le64_to_cpu(f->sb->generation);
	m->pages_used = le32_to_cpu(f->sb->pages_used);
	/*
	 * After a power cut there may be pages, and a superblock, that are newer
	 * than what is read now, and cannot be read or do not count yet.  What is
	 * written from now on is newer than those.
	 */
	if (!(le32_to_cpu(f->sb->flags) & DM_REMAP_SB_CLEAN) && !m->p.read_only) {
		m->sequence += META_SKIP;
		m->generation += META_SKIP;
	}
	for (i = 0; i < 2; i++) {
		m->sb_bad[i] = found[i].why || found[i].sb->sequence != f->sb->sequence;
		m->faults += m->sb_bad[i];
		if (found[i].why)
			DMWARN("%s: superblock %u of the spare is not used: %s",
			       m->p.name, i, found[i].why);
	}
}

/* Something that a later version, or one that knows the device, may make sense of. */
static bool is_foreign(const struct found *f, sector_t sector)
{
	return f->why && !f->unreadable &&
	       !memcmp(f->sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE) &&
	       le32_to_cpu(f->sb->crc) == dm_remap_sb_crc(f->sb, sector);
}

static bool is_other_set(const struct found *found)
{
	return !found[0].why && !found[1].why &&
	       (memcmp(found[0].sb->uuid, found[1].sb->uuid, sizeof(found[0].sb->uuid)) ||
		memcmp(&found[0].geo, &found[1].geo, sizeof(found[0].geo)));
}

/* What others leave on a disk whose first page is zeros, and in which byte. */
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

/* Whether the page at a sector has a signature; an error if it cannot be read. */
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
static int check_signatures(struct meta *m)
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
	/* Older formats of md have it at the end: 1.0, and 0.90. */
	if (!ret && size >= 16)
		ret = has_signature(m, round_down(size - 16, 8), 0, md);
	if (!ret && size >= 128)
		ret = has_signature(m, round_down(size, 128) - 128, 0, md);
	return ret;
}

/* Whether a spare without a superblock is an empty one. */
static int check_unused(struct meta *m, const struct found *found, char **error)
{
	int ret;

	if (found[0].unreadable || found[1].unreadable) {
		ret = -EIO;
	} else if (!dm_remap_sb_is_zero(found[0].sb) ||
		   !memcmp(found[1].sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE)) {
		DMERR("%s: first superblock of the spare: %s", m->p.name, found[0].why);
		ret = -EINVAL;
	} else {
		ret = check_signatures(m);
	}
	if (ret == -EIO)
		*error = "The spare cannot be read: it may not be empty";
	else if (ret)
		*error = "The spare holds something else: wipe it, if that is not needed";
	return ret;
}

static int decide(struct meta *m, struct found *found, unsigned int replicas, char **error)
{
	unsigned int i;
	int ret;

	for (i = 0; i < 2; i++) {
		if (is_foreign(&found[i], dm_remap_sb_sector(bdev_nr_sectors(m->p.spare), i))) {
			DMERR("%s: superblock %u of the spare: %s", m->p.name, i, found[i].why);
			*error = "The spare has a superblock that cannot be used: see the log";
			return -EINVAL;
		}
	}
	if (is_other_set(found)) {
		*error = "The spare has the superblocks of two different sets: see dmremap check";
		return -EINVAL;
	}
	if (!found[0].why || !found[1].why) {
		use_super(m, found);
		return check_pair(m, error);
	}
	ret = check_unused(m, found, error);
	if (ret)
		return ret;
	if (m->p.read_only) {
		*error = "The spare is not formatted, and cannot be: read_only";
		return -EROFS;
	}
	ret = check_label(m, true, error);
	return ret ?: format(m, replicas, error);
}

int meta_super_open(struct meta *m, unsigned int replicas, char **error)
{
	struct found found[2] = { };
	int ret;

	if (bdev_nr_sectors(m->p.spare) < 3 * DM_REMAP_PAGE_SECTORS) {
		*error = "Spare is too small for its metadata and one block";
		return -EINVAL;
	}
	*error = "Out of memory";
	ret = read_super(m, &found[0], 0);
	if (!ret)
		ret = read_super(m, &found[1], 1);
	if (!ret)
		ret = decide(m, found, replicas, error);
	kfree(found[0].sb);
	kfree(found[1].sb);
	return ret;
}
