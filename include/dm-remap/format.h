/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The on-disk format of a persistent set, and the one checker of it, which the
 * metadata module, the tools and the fuzzer share.  docs/on-disk-format.md
 * explains it; this file has the numbers.
 *
 * Plain C: compiles in the kernel and out of it.  Everything on disk is
 * little-endian.  Nothing that was read is used before it has been checked.
 */
#ifndef _DM_REMAP_FORMAT_H
#define _DM_REMAP_FORMAT_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#endif

/* Superblocks and pages of the table have this size, in bytes and in sectors. */
#define DM_REMAP_PAGE_SIZE	4096
#define DM_REMAP_PAGE_SECTORS	8

/* Bytes at the beginning of a device that say whether it is in use. */
#define DM_REMAP_HEAD_SIZE	DM_REMAP_PAGE_SIZE

/* The first eight bytes of a superblock, and so of the spare of a persistent set. */
#define DM_REMAP_SPARE_MAGIC	"DMREMAPS"
#define DM_REMAP_MAGIC_SIZE	8

#define DM_REMAP_VERSION	1
#define DM_REMAP_MAX_REPLICAS	4
#define DM_REMAP_MAIN_ID_SIZE	128	/* with a zero at the end */
#define DM_REMAP_NAME_SIZE	128	/* with a zero at the end, as device-mapper has it */
#define DM_REMAP_SB_HISTORY	32
#define DM_REMAP_SB_SETTINGS	16

/* Features that this version knows. */
#define DM_REMAP_COMPAT_KNOWN		0
#define DM_REMAP_RO_COMPAT_KNOWN	0
#define DM_REMAP_INCOMPAT_KNOWN		0

/* dm_remap_sb.flags: the set was taken down in order. */
#define DM_REMAP_SB_CLEAN	0x1
/* dm_remap_sb.flags: the main had a label when this was written. */
#define DM_REMAP_SB_LABELLED	0x2

/* A resize of the hash table, as in struct remap_resize. */
struct dm_remap_sb_resize {
	__le64 started_ns;
	__le64 duration_ns;
	__le32 from;
	__le32 to;
	__le32 entries;
	__le32 zero;
};

/**
 * struct dm_remap_sb - superblock: one at each end of the spare.
 * @magic: DM_REMAP_SPARE_MAGIC.
 * @crc: crc32c, see dm_remap_sb_crc().
 * @version: DM_REMAP_VERSION.
 * @compat: features that a reader may not know and still write.
 * @ro_compat: features that a reader may not know and still read.
 * @incompat: features that a reader must know.
 * @uuid: of the set.
 * @sequence: goes up with each write of a superblock; the higher one counts.
 * @generation: of the set when the superblock was written; pages may be newer.
 * @spare_sectors: size of the spare.
 * @main_sectors: size of the main device.
 * @main_start: sector of the main at which the target begins.
 * @target_sectors: size of the target.
 * @data_start: sector of the spare at which the data area begins.
 * @block_size: in bytes.
 * @nr_blocks: blocks of the data area.
 * @replicas: copies of the table, 1 to 4.
 * @nr_pages: pages of a copy.
 * @pages_used: pages 0 to @pages_used - 1 have been written; the others have
 *	not, and all their entries are free.
 * @flags: DM_REMAP_SB_*.
 * @replica_start: sector of the spare at which each copy begins; 0 for those
 *	that do not exist.
 * @main_id: what the main is known by; zeros if nothing was said.
 * @settings: the values of dm_remap_settings, in their order; @nr_settings of
 *	them, and defaults for the others.
 * @nr_settings: see there.
 * @nr_history: entries of @history in use, the newest last.
 * @grows: resizes to more buckets.
 * @shrinks: resizes to fewer.
 * @resize_ns: time they took.
 * @history: the last of them.
 * @name: of the device when it was last resumed; zeros if it never was.
 * @zero: zeros.
 */
struct dm_remap_sb {
	__u8 magic[DM_REMAP_MAGIC_SIZE];
	__le32 crc;
	__le32 version;
	__le64 compat;
	__le64 ro_compat;
	__le64 incompat;
	__u8 uuid[16];
	__le64 sequence;
	__le64 generation;
	__le64 spare_sectors;
	__le64 main_sectors;
	__le64 main_start;
	__le64 target_sectors;
	__le64 data_start;
	__le32 block_size;
	__le32 nr_blocks;
	__le32 replicas;
	__le32 nr_pages;
	__le32 pages_used;
	__le32 flags;
	__le64 replica_start[DM_REMAP_MAX_REPLICAS];
	__u8 main_id[DM_REMAP_MAIN_ID_SIZE];
	__le32 settings[DM_REMAP_SB_SETTINGS];
	__le32 nr_settings;
	__le32 nr_history;
	__le64 grows;
	__le64 shrinks;
	__le64 resize_ns;
	struct dm_remap_sb_resize history[DM_REMAP_SB_HISTORY];
	__u8 name[DM_REMAP_NAME_SIZE];
	__u8 zero[DM_REMAP_PAGE_SIZE - 392 - DM_REMAP_SB_HISTORY * 32 - DM_REMAP_NAME_SIZE];
};

/* The first eight bytes of a main that has a label. */
#define DM_REMAP_LABEL_MAGIC	"DMREMAPM"
#define DM_REMAP_LABEL_SIZE	512
#define DM_REMAP_LABEL_VERSION	1
#define DM_REMAP_LABEL_RANGES	20

/**
 * struct dm_remap_label_range - blocks that were remapped for the label's sake.
 * @block: the first, in units of the block size.
 * @nr: how many.
 * @zero: zeros.
 */
struct dm_remap_label_range {
	__le64 block;
	__le32 nr;
	__le32 zero;
};

/**
 * struct dm_remap_label - label of the main: in its first sector, with zeros in the
 *	rest of the first block.
 * @magic: DM_REMAP_LABEL_MAGIC.
 * @crc: crc32c, see dm_remap_label_crc().
 * @version: DM_REMAP_LABEL_VERSION.
 * @uuid: of the set.
 * @main_sectors: size of the main.
 * @target_sectors: size of the target, which begins at sector 0.
 * @block_size: in bytes.
 * @nr_ranges: entries of @ranges in use.
 * @name: of the device when the label was written.
 * @ranges: what is to be moved back when the label goes; the first has block 0.
 * @zero: zeros.
 */
struct dm_remap_label {
	__u8 magic[DM_REMAP_MAGIC_SIZE];
	__le32 crc;
	__le32 version;
	__u8 uuid[16];
	__le64 main_sectors;
	__le64 target_sectors;
	__le32 block_size;
	__le32 nr_ranges;
	__u8 name[DM_REMAP_NAME_SIZE];
	struct dm_remap_label_range ranges[DM_REMAP_LABEL_RANGES];
	__u8 zero[8];
};

/* dm_remap_disk_entry.word: block in bits 0 to 47, state in 48 to 55, age in 56 and 57. */
#define DM_REMAP_ENTRY_BLOCK_BITS	48
#define DM_REMAP_ENTRY_AGE_SHIFT	56
#define DM_REMAP_ENTRY_AGES		4

/* Sequences beyond this are impossible, so that adding to one never overflows. */
#define DM_REMAP_MAX_SEQUENCE		((__u64)1 << 62)

/* States of a block of the spare. */
enum dm_remap_entry_state {
	DM_REMAP_ENTRY_FREE,	/* nothing; the rest of the entry is 0 */
	DM_REMAP_ENTRY_MAPPED,	/* holds the data of its main block */
	DM_REMAP_ENTRY_PENDING,	/* reserved for its main block, which failed a read; lost is 0 */
	DM_REMAP_ENTRY_BAD,	/* must not be used; the rest of the entry is 0 */
	DM_REMAP_NR_ENTRY_STATES
};

/**
 * struct dm_remap_disk_entry - what is so of one block of the spare.
 * @word: see DM_REMAP_ENTRY_BLOCK_BITS; bits 58 to 63 are 0.
 * @lost: sectors of the block whose content is lost.
 */
struct dm_remap_disk_entry {
	__le64 word;
	__le64 lost;
};

#define DM_REMAP_PAGE_ENTRIES	255

/**
 * struct dm_remap_page - a page of the table.
 * @crc: crc32c, see dm_remap_page_crc().
 * @page: its number.
 * @sequence: generation of the set with which it was written; of the copies of a
 *	page the one with the highest counts.
 * @entries: of the blocks from @page * DM_REMAP_PAGE_ENTRIES on; those beyond the
 *	end of the data area are free.
 */
struct dm_remap_page {
	__le32 crc;
	__le32 page;
	__le64 sequence;
	struct dm_remap_disk_entry entries[DM_REMAP_PAGE_ENTRIES];
};

/**
 * struct dm_remap_geometry - where things are, in numbers of this machine.
 *
 * The fields are those of struct dm_remap_sb.
 */
struct dm_remap_geometry {
	__u64 spare_sectors;
	__u64 target_sectors;
	__u64 data_start;
	__u32 block_size;
	__u32 nr_blocks;
	__u32 replicas;
	__u32 nr_pages;
	__u64 replica_start[DM_REMAP_MAX_REPLICAS];
};

/**
 * dm_remap_sb_sector() - where a superblock is.
 * @spare_sectors: size of the spare.
 * @nr: 0 for the one at the beginning, 1 for the one at the end.
 *
 * Return: the sector; the last whole 4 KiB of the spare for @nr 1.
 */
static inline __u64 dm_remap_sb_sector(__u64 spare_sectors, unsigned int nr)
{
	return nr ? (spare_sectors & ~(__u64)(DM_REMAP_PAGE_SECTORS - 1)) -
		    DM_REMAP_PAGE_SECTORS : 0;
}

/**
 * dm_remap_page_sector() - where a copy of a page is.
 * @geo: the geometry.
 * @replica: the copy, below @geo->replicas.
 * @page: the page, below @geo->nr_pages.
 */
static inline __u64 dm_remap_page_sector(const struct dm_remap_geometry *geo,
					 unsigned int replica, __u32 page)
{
	return geo->replica_start[replica] + (__u64)page * DM_REMAP_PAGE_SECTORS;
}

/**
 * dm_remap_layout() - lay out a spare.
 * @geo: spare_sectors, target_sectors, block_size and replicas are given; the rest
 *	is filled in.
 *
 * Copies 0 and 2 are at the beginning, 1 and 3 at the end; the data area, which
 * is as large as can be, begins at a multiple of the block size.
 *
 * Return: 0, or -1 if there is no room for a single block.
 */
int dm_remap_layout(struct dm_remap_geometry *geo);

/**
 * dm_remap_sb_crc() - the checksum of a superblock.
 * @sb: the superblock; its crc field does not matter.
 * @sector: where it is on the spare.
 *
 * crc32c (Castagnoli, as in iSCSI, RFC 3720) of the sector's number, 8 bytes,
 * and of the superblock with crc 0.
 */
__u32 dm_remap_sb_crc(const struct dm_remap_sb *sb, __u64 sector);

/**
 * dm_remap_sb_is_zero() - whether a spare was never used.
 * @head: its first DM_REMAP_HEAD_SIZE bytes.
 */
bool dm_remap_sb_is_zero(const void *head);

/**
 * dm_remap_sb_check() - whether a superblock can be believed.
 * @sb: what was read.
 * @sector: where it was read.
 * @spare_sectors: size of the device that it was read from.
 * @read_only: whether features of which writers must know are no matter.
 * @geo: filled in.
 *
 * Return: NULL, or a sentence that says what is wrong.
 */
const char *dm_remap_sb_check(const struct dm_remap_sb *sb, __u64 sector, __u64 spare_sectors,
			      bool read_only, struct dm_remap_geometry *geo);

/**
 * dm_remap_page_crc() - the checksum of a page.
 * @page: the page; its crc field does not matter.
 * @uuid: of the set.
 *
 * crc32c of the uuid, 16 bytes, and of the page with crc 0.  The page's number is
 * in it, so that a page in the wrong place is found out by dm_remap_page_check().
 */
__u32 dm_remap_page_crc(const struct dm_remap_page *page, const __u8 *uuid);

/**
 * dm_remap_page_check() - whether a page can be believed.
 * @page: what was read.
 * @uuid: of the set.
 * @nr: the number of the page that it should be.
 * @geo: the geometry.
 *
 * Return: NULL, or a sentence that says what is wrong.
 */
const char *dm_remap_page_check(const struct dm_remap_page *page, const __u8 *uuid, __u32 nr,
				const struct dm_remap_geometry *geo);

/**
 * dm_remap_label_crc() - the checksum of a label.
 * @label: the label; its crc field does not matter.
 *
 * crc32c of its sector's number, 0 in 8 bytes, and of the label with crc 0.
 */
__u32 dm_remap_label_crc(const struct dm_remap_label *label);

/**
 * dm_remap_label_check() - whether a label can be believed.
 * @label: what was read from the first sector.
 * @main_sectors: size of the device that it was read from.
 *
 * Return: NULL, or a sentence that says what is wrong.
 */
const char *dm_remap_label_check(const struct dm_remap_label *label, __u64 main_sectors);

static inline __u64 dm_remap_entry_word(__u64 block, enum dm_remap_entry_state state,
					unsigned int age)
{
	return block | (__u64)state << DM_REMAP_ENTRY_BLOCK_BITS |
	       (__u64)age << DM_REMAP_ENTRY_AGE_SHIFT;
}

static inline __u64 dm_remap_entry_block(__u64 word)
{
	return word & (((__u64)1 << DM_REMAP_ENTRY_BLOCK_BITS) - 1);
}

static inline unsigned int dm_remap_entry_state(__u64 word)
{
	return (word >> DM_REMAP_ENTRY_BLOCK_BITS) & 0xff;
}

static inline unsigned int dm_remap_entry_age(__u64 word)
{
	return word >> DM_REMAP_ENTRY_AGE_SHIFT;
}

/**
 * dm_remap_entry_newer() - which of two entries with the same block counts.
 * @age: of the one.
 * @other: of the other.
 *
 * When a block moves from one block of the spare to another the new entry is one
 * older than the old one, modulo DM_REMAP_ENTRY_AGES, and is written first.  If
 * the machine stops before the old one is taken back, both are there.
 *
 * Return: 1 if the one counts, -1 if the other does, 0 if two such entries cannot
 * be.
 */
static inline int dm_remap_entry_newer(unsigned int age, unsigned int other)
{
	if (age == (other + 1) % DM_REMAP_ENTRY_AGES)
		return 1;
	return other == (age + 1) % DM_REMAP_ENTRY_AGES ? -1 : 0;
}

#endif /* _DM_REMAP_FORMAT_H */
