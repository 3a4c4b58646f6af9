/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The on-disk format of a persistent set, and its checker, which the metadata module, the tools and
 * the fuzzer share. docs/on-disk-format.md explains the format; this file has the numbers.
 *
 * Plain C that compiles inside and outside the kernel. Everything on disk is little-endian.
 * Nothing that was read is used before it has been checked.
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

/* Bytes at the beginning of a device that show whether it is in use. */
#define DM_REMAP_HEAD_SIZE	DM_REMAP_PAGE_SIZE

/* The first eight bytes of a superblock, and so of the spare of a persistent set. */
#define DM_REMAP_SPARE_MAGIC	"DMREMAPS"
#define DM_REMAP_MAGIC_SIZE	8

/* After the page header, so that a page can be recognized without its superblock. */
#define DM_REMAP_PAGE_MAGIC	"DMREMAPT"

#define DM_REMAP_VERSION	2
#define DM_REMAP_MAX_REPLICAS	4
#define DM_REMAP_SECRET_SIZE	16
#define DM_REMAP_MAIN_ID_SIZE	128	/* including the NUL */
#define DM_REMAP_NAME_SIZE	128	/* including the NUL, as in device-mapper */
#define DM_REMAP_SB_IDS		4
#define DM_REMAP_SB_HISTORY	16
#define DM_REMAP_SB_SETTINGS	64
#define DM_REMAP_SB_SCRUB_RUNS	16
#define DM_REMAP_SB_RATE_HOURS	24
#define DM_REMAP_SB_RATE_DAYS	30
#define DM_REMAP_SB_INTENT	2048	/* regions */
#define DM_REMAP_INTENT_MIN_SHIFT 11	/* 1 MiB, in sectors */
#define DM_REMAP_SB_STALE	96

/* A copy to a new main is under way, and each region is marked before it is written. */
#define DM_REMAP_RO_COMPAT_INTENT	0x1

/* Features known to this version. */
#define DM_REMAP_COMPAT_KNOWN		0
#define DM_REMAP_RO_COMPAT_KNOWN	DM_REMAP_RO_COMPAT_INTENT
#define DM_REMAP_INCOMPAT_KNOWN		0

/*
 * dm_remap_sb.flags: the set was shut down cleanly. Only "dmremap dump" shows this flag and nothing
 * depends on it, so a stale flag in an outdated superblock is harmless.
 */
#define DM_REMAP_SB_CLEAN	0x1
/* dm_remap_sb.flags: the main had a label when this was written. */
#define DM_REMAP_SB_LABELLED	0x2
/* dm_remap_sb.flags: the spare is being formatted, and still counts as empty. */
#define DM_REMAP_SB_FORMATTING	0x4
/* dm_remap_sb.flags: superblock 0, or 1, could not be written and is out of date. */
#define DM_REMAP_SB_FIRST_STALE		0x8
#define DM_REMAP_SB_SECOND_STALE	0x10
/* dm_remap_sb.flags: the spare is about to replace another one, and is not valid yet. */
#define DM_REMAP_SB_JOINING		0x20
/* dm_remap_sb.flags: another spare has replaced this one. */
#define DM_REMAP_SB_REPLACED		0x40
/*
 * dm_remap_sb.flags: the table has moved because the spare has grown, and superblock 0 may still
 * be the former one.
 */
#define DM_REMAP_SB_TABLE_MOVED		0x80

/* Types of identities; 0 is an unused entry. */
enum dm_remap_id_type {
	DM_REMAP_ID_NONE,
	DM_REMAP_ID_MAIN,	/* main_id, as it was given */
	DM_REMAP_ID_WWN,	/* as reported by the disk: NAA or EUI-64 */
	DM_REMAP_ID_PARTUUID,
	DM_REMAP_ID_SERIAL,	/* as used by udev */
};

/* Settings by their ids, which never change; 0 is an unused entry. */
enum dm_remap_setting_id {
	DM_REMAP_SET_NONE,
	DM_REMAP_SET_MIN_BUCKETS,
	DM_REMAP_SET_GROW_PERCENT,
	DM_REMAP_SET_SHRINK_PERCENT,
	DM_REMAP_SET_POLICY,
	DM_REMAP_SET_RESERVE,
	DM_REMAP_SET_LOW_WATER,
	DM_REMAP_SET_AUTO_REMAP,
	DM_REMAP_SET_ON_READ_ERROR,
	DM_REMAP_SET_RETRIES,
	DM_REMAP_SET_STORM_LIMIT,
	DM_REMAP_SET_HASH_POLICY,
	DM_REMAP_SET_RESIZE_THREADS,
	DM_REMAP_SET_PENDING_RETRY_MS,
	DM_REMAP_SET_SLOW_MS,
	DM_REMAP_SET_SLOW_LIMIT,
	DM_REMAP_SET_VERIFY_WRITES,
	DM_REMAP_SET_FIRST_REWRITE,
	DM_REMAP_SET_NEIGHBOURS,
	DM_REMAP_SET_RATE_WARN,
	DM_REMAP_SET_RATE_URGENT,
	DM_REMAP_SET_SCRUB_RATE_KIB,
	DM_REMAP_SET_SCRUB_REGION_MIB,
	DM_REMAP_SET_RETRY_WITHIN_MS,
	DM_REMAP_NR_SET
};

struct dm_remap_sb_setting {
	__le32 id;	/* enum dm_remap_setting_id, or one of a later version */
	__le32 value;
};

/* A resize of the hash table, as in struct dm_remap_resize. */
struct dm_remap_sb_resize {
	__le64 started_ns;
	__le64 duration_ns;
	__le32 from;
	__le32 to;
	__le32 entries;
	__le32 zero;
};

/* A run of the scrub, as in struct dm_remap_scrub_run. */
struct dm_remap_sb_scrub_run {
	__le64 finished_s;
	__le64 sectors;
	__le32 duration_s;
	__le32 moved;
	__le32 pending;
	__le32 zero;
};

/* Stale copies of a page, see dm_remap_copy_counts(). */
struct dm_remap_sb_stale {
	__le32 page;
	__le32 copies;	/* bit 0 is copy 0 */
};

/**
 * struct dm_remap_sb_replacement - which spare this one has replaced, or is about to replace.
 * @token: ID of the tracker that was active during the copy; only while joining.
 * @partner_seed: the seed of the replaced spare; 0 if there is none.
 * @partner_generation: the generation of the set at the replacement: if the replaced spare has a
 *	higher one, it has been used since.
 * @previous_uuid: uuid of the set of which this one is a copy, until the label has its own
 *	identity.
 * @previous_secret: as @previous_uuid; or secret of the set with its former main, until the
 *	table has been written for the new one, and both superblocks; in that case @partner_seed is
 *	the former seed.
 */
struct dm_remap_sb_replacement {
	__le64 token;
	__le64 partner_seed;
	__le64 partner_generation;
	__u8 previous_uuid[16];
	__u8 previous_secret[DM_REMAP_SECRET_SIZE];
};

#define DM_REMAP_DOS_SIZE	72

/**
 * struct dm_remap_sb - superblock: one at each end of the spare.
 * @magic: DM_REMAP_SPARE_MAGIC.
 * @crc: crc32c, see dm_remap_sb_crc().
 * @version: DM_REMAP_VERSION.
 * @compat: features that a reader need not know to read and write.
 * @ro_compat: features that a reader need not know to read, but must know to write.
 * @incompat: features that a reader must know.
 * @uuid: of the set.
 * @secret: random, never shown; the label has the same.
 * @seed: seed of the page checksums; random, so that a copy of a set can get another uuid without
 *	rewriting the table.
 * @sequence: incremented by each write of a superblock; the higher one is in force.
 * @generation: of the set when the superblock was written; pages may be newer.
 * @spare_sectors: size of the spare; the place of superblock 1 follows from it.
 * @former_spare_sectors: size before the spare grew, until superblock 1 there is
 *	erased; else 0.
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
 * @main_lbs: logical block size of the main, in bytes, when the spare was formatted, or the largest
 *	since.
 * @spare_lbs: likewise of the spare.
 * @replica_start: sector of the spare at which each copy begins; 0 for those
 *	that do not exist.
 * @nr_entries: entries that were in use when this was written; a hint.
 * @seal_phase: reserved.
 * @created_s: when the spare was formatted, in seconds since the epoch (UTC).
 * @name: of the device when it was last resumed; zeros if it never was.
 * @id_types: enum dm_remap_id_type of each of @ids.
 * @nr_history: entries of @history in use, the newest last.
 * @grows: resizes to more buckets.
 * @shrinks: resizes to fewer.
 * @resize_ns: time they took.
 * @zero: zeros.
 * @dos: in superblock 0 an empty DOS partition table, so that programs that are
 *	about to write to the spare stop; in superblock 1 zeros.
 * @ids: identities of the main, each terminated by NUL.
 * @settings: pairs of id and value, in any order; unknown ids are kept; a setting without a pair
 *	has its default.
 * @history: the last resizes.
 * @scrub_state: enum dm_remap_scrub_state.
 * @nr_scrub_runs: elements of @scrub_runs in use, the newest first.
 * @scrub_position: next sector, from the start of the target.
 * @scrub_run: the run under way.
 * @scrub_runs: runs that have ended.
 * @rate_hour: as in struct dm_remap_rate.
 * @rate_hours: as in struct dm_remap_rate.
 * @rate_days: as in struct dm_remap_rate.
 * @replacement: which spare this one has replaced.
 * @intent_token: of the copy to a new main that is under way; 0 if there is none.
 * @intent_shift: log2 of the sectors of a region of @intent.
 * @zero3: zeros.
 * @intent: a bit for each region of the target that may have been written since the copy began;
 *	that of region 0 is bit 0 of the first byte.
 * @stale_since: the copies listed below are valid only with at least this sequence.
 * @stale_copies: copies whose pages are all stale, beyond those in @stale;
 *	bit 0 is copy 0.
 * @nr_stale: elements of @stale in use.
 * @stale: pages with stale copies, in ascending order.
 * @zero2: zeros.
 */
struct dm_remap_sb {
	__u8 magic[DM_REMAP_MAGIC_SIZE];
	__le32 crc;
	__le32 version;
	__le64 compat;
	__le64 ro_compat;
	__le64 incompat;
	__u8 uuid[16];
	__u8 secret[DM_REMAP_SECRET_SIZE];
	__le64 seed;
	__le64 sequence;
	__le64 generation;
	__le64 spare_sectors;
	__le64 former_spare_sectors;
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
	__le32 main_lbs;
	__le32 spare_lbs;
	__le64 replica_start[DM_REMAP_MAX_REPLICAS];
	__le32 nr_entries;
	__le32 seal_phase;
	__le64 created_s;
	__u8 name[DM_REMAP_NAME_SIZE];
	__u8 id_types[DM_REMAP_SB_IDS];
	__le32 nr_history;
	__le64 grows;
	__le64 shrinks;
	__le64 resize_ns;
	__u8 zero[56];
	__u8 dos[DM_REMAP_DOS_SIZE];
	__u8 ids[DM_REMAP_SB_IDS][DM_REMAP_MAIN_ID_SIZE];
	struct dm_remap_sb_setting settings[DM_REMAP_SB_SETTINGS];
	struct dm_remap_sb_resize history[DM_REMAP_SB_HISTORY];
	__le32 scrub_state;
	__le32 nr_scrub_runs;
	__le64 scrub_position;
	struct dm_remap_sb_scrub_run scrub_run;
	struct dm_remap_sb_scrub_run scrub_runs[DM_REMAP_SB_SCRUB_RUNS];
	__le64 rate_hour;
	__le32 rate_hours[DM_REMAP_SB_RATE_HOURS];
	__le32 rate_days[DM_REMAP_SB_RATE_DAYS];
	struct dm_remap_sb_replacement replacement;
	__le64 intent_token;
	__le32 intent_shift;
	__u8 zero3[108];
	__u8 intent[DM_REMAP_SB_INTENT / 8];
	__le64 stale_since;
	__le32 stale_copies;
	__le32 nr_stale;
	struct dm_remap_sb_stale stale[DM_REMAP_SB_STALE];
	__u8 zero2[48];
};

/* The first eight bytes of a main that has a label. */
#define DM_REMAP_LABEL_MAGIC	"DMREMAPM"
#define DM_REMAP_LABEL_SIZE	512
#define DM_REMAP_LABEL_VERSION	2
#define DM_REMAP_LABEL_RANGES	12

/**
 * struct dm_remap_label_range - blocks that were remapped for the label.
 * @block: the first, in units of the block size.
 * @nr: how many.
 * @crc: crc32c of the content of these blocks when the label was written, with zeros for the first
 *	sector of the main; their places on the main hold this content inverted. 0 if they do not.
 */
struct dm_remap_label_range {
	__le64 block;
	__le32 nr;
	__le32 crc;
};

/**
 * struct dm_remap_label - label of the main: in its first sector.
 * @magic: DM_REMAP_LABEL_MAGIC.
 * @crc: crc32c, see dm_remap_label_crc().
 * @version: DM_REMAP_LABEL_VERSION.
 * @uuid: of the set.
 * @secret: of the set.
 * @generation: of the set when the label was written.
 * @main_sectors: size of the main.
 * @target_sectors: size of the target, which begins at sector 0.
 * @copy_sector: sector of the main that holds the inverted copy of its first sector in place of
 *	zeros; 0 if there is none.
 * @block_size: in bytes.
 * @nr_ranges: entries of @ranges in use.
 * @name: of the device when the label was written.
 * @ranges: blocks to move back when the label goes; the first has block 0.
 * @copy_crc: crc32c of the original first sector; 0 if there is no copy.
 * @zero: zeros.
 * @dos: as in struct dm_remap_sb.
 */
struct dm_remap_label {
	__u8 magic[DM_REMAP_MAGIC_SIZE];
	__le32 crc;
	__le32 version;
	__u8 uuid[16];
	__u8 secret[DM_REMAP_SECRET_SIZE];
	__le64 generation;
	__le64 main_sectors;
	__le64 target_sectors;
	__le64 copy_sector;
	__le32 block_size;
	__le32 nr_ranges;
	__u8 name[DM_REMAP_NAME_SIZE];
	struct dm_remap_label_range ranges[DM_REMAP_LABEL_RANGES];
	__le32 copy_crc;
	__u8 zero[28];
	__u8 dos[DM_REMAP_DOS_SIZE];
};

/*
 * dm_remap_disk_entry.word: block in bits 0 to 47, state in 48 to 51, seq in 52 and 53,
 * reason in 54 to 57.
 */
#define DM_REMAP_ENTRY_BLOCK_BITS	48
#define DM_REMAP_ENTRY_SEQ_SHIFT	52
#define DM_REMAP_ENTRY_REASON_SHIFT	54
#define DM_REMAP_ENTRY_BITS		58
#define DM_REMAP_ENTRY_SEQS		4

/* Higher sequences are invalid, so that additions never overflow. */
#define DM_REMAP_MAX_SEQUENCE		((__u64)1 << 62)

/* States of a block of the spare. */
enum dm_remap_entry_state {
	DM_REMAP_ENTRY_FREE,	/* free; the rest of the entry is 0 */
	DM_REMAP_ENTRY_MAPPED,	/* holds the data of its main block */
	DM_REMAP_ENTRY_PENDING,	/* reserved for its main block, which failed a read; masks are 0 */
	DM_REMAP_ENTRY_BAD,	/* must not be used; the rest of the entry is 0 */
	DM_REMAP_NR_ENTRY_STATES
};

/* Why a block left the main. Values of a later version are kept, and count as "unknown". */
enum dm_remap_reason {
	DM_REMAP_REASON_UNKNOWN,
	DM_REMAP_REASON_MANUAL,	/* added, marked or given up by hand */
	DM_REMAP_REASON_READ,	/* the main failed a read, other than one by a scrub */
	DM_REMAP_REASON_WRITE,	/* the main failed a write */
	DM_REMAP_REASON_SLOW,	/* a read took longer than errors/slow_ms */
	DM_REMAP_REASON_LOST,	/* the main acknowledged a write but did not keep it */
	DM_REMAP_REASON_SCRUB,	/* a read of a scrub failed */
	DM_REMAP_NR_REASONS
};

/**
 * struct dm_remap_disk_entry - the state of one block of the spare, on disk.
 * @word: see DM_REMAP_ENTRY_BLOCK_BITS; bits 58 to 63 are 0.
 * @lost: sectors of the block whose content is lost.
 * @unread: sectors whose content is still only on the main; none of @lost.
 */
struct dm_remap_disk_entry {
	__le64 word;
	__le64 lost;
	__le64 unread;
};

#define DM_REMAP_PAGE_ENTRIES	169

/**
 * struct dm_remap_page - a page of the table.
 * @crc: crc32c, see dm_remap_page_crc().
 * @page: its number.
 * @sequence: generation of the set when it was written; of the copies of a page, the one with the
 *	highest is in force.
 * @sb_sequence: sequence of the superblocks when it was written; an older one means a stale page.
 * @magic: DM_REMAP_PAGE_MAGIC.
 * @zero: zeros.
 * @entries: of the blocks from @page * DM_REMAP_PAGE_ENTRIES on; those beyond the
 *	end of the data area are free.
 */
struct dm_remap_page {
	__le32 crc;
	__le32 page;
	__le64 sequence;
	__le64 sb_sequence;
	__u8 magic[DM_REMAP_MAGIC_SIZE];
	__u8 zero[8];
	struct dm_remap_disk_entry entries[DM_REMAP_PAGE_ENTRIES];
};

/*
 * struct dm_remap_geometry - the layout of a spare, in host byte order.
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
 * dm_remap_sb_sector() - sector of a superblock.
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
 * dm_remap_page_sector() - sector of a copy of a page.
 * @geo: the geometry.
 * @replica: the copy, below @geo->replicas.
 * @page: the page, below @geo->nr_pages.
 *
 * Return: the sector on the spare.
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
 * dm_remap_layout_grow() - lay out a spare that has grown.
 * @geo: the current layout; changed to the new one, with the same data_start.
 * @spare_sectors: size of the device now.
 *
 * All copies of the table move to the end, after everything that is in use and not over superblock
 * 1, so that they can be written while the former ones are still in force.  If superblock 1 moves
 * by less than they need, they end at its former place.
 *
 * Return: 0, or -1 if that gives no additional blocks; then @geo is unchanged.
 */
int dm_remap_layout_grow(struct dm_remap_geometry *geo, __u64 spare_sectors);

/**
 * dm_remap_sb_replaces() - whether one spare of a set has replaced another.
 * @sb: the superblock of the possible replacement.
 * @other: the superblock of the other spare.
 *
 * False if the other one has been used since.
 *
 * Return: true if @sb has replaced @other.
 */
bool dm_remap_sb_replaces(const struct dm_remap_sb *sb, const struct dm_remap_sb *other);

/**
 * dm_remap_sb_crc() - the checksum of a superblock.
 * @sb: the superblock; its crc field does not matter.
 * @sector: where it is on the spare.
 *
 * crc32c (Castagnoli, as in iSCSI, RFC 3720) of the sector's number, 8 bytes,
 * and of the superblock with crc 0.
 *
 * Return: the checksum.
 */
__u32 dm_remap_sb_crc(const struct dm_remap_sb *sb, __u64 sector);

/**
 * dm_remap_sb_is_intact() - whether a superblock is as it was written.
 * @sb: what was read.
 * @sector: where it was read.
 *
 * An intact superblock that dm_remap_sb_check() refuses is not damaged: a later version may
 * understand it, or it belongs to a device of another size. It must not be overwritten.
 *
 * Return: true if its checksum is correct.
 */
bool dm_remap_sb_is_intact(const struct dm_remap_sb *sb, __u64 sector);

/**
 * dm_remap_sb_seal() - make a superblock ready to be written.
 * @sb: the superblock; its DOS partition table and crc are filled in.
 * @sector: where it goes.
 */
void dm_remap_sb_seal(struct dm_remap_sb *sb, __u64 sector);

/**
 * dm_remap_sb_formatting() - make a superblock that marks its spare as being formatted.
 * @sb: the superblock; everything after its first sector becomes zeros.
 *
 * For superblock 0 of a spare that begins with zeros. Only the first sector is not zeros, and a
 * sector is written completely or not at all: after a power cut the spare counts as empty in either
 * case.
 */
void dm_remap_sb_formatting(struct dm_remap_sb *sb);

/**
 * dm_remap_sb_same() - whether two superblocks of a spare have the same content.
 * @a: the first one, in its place.
 * @b: the other.
 *
 * Return: true if they do.
 */
bool dm_remap_sb_same(const struct dm_remap_sb *a, const struct dm_remap_sb *b);

/**
 * dm_remap_sb_grown() - whether superblock 1 was written at the end of a spare that has grown.
 * @first: superblock 0, which was not written after it; both have been checked.
 * @second: superblock 1.
 *
 * Return: true if it was; an older one is left over from a growth that failed.
 */
bool dm_remap_sb_grown(const struct dm_remap_sb *first, const struct dm_remap_sb *second);

/**
 * dm_remap_sb_undone() - whether a growth that superblock 0 records was undone.
 * @first: superblock 0; both have been checked.
 * @second: superblock 1 at the end that the spare had before.
 *
 * A write of superblock 0 may have been reported as failed although it is on the medium.  The set
 * then went on without the growth, and wrote superblock 1 where it was.
 *
 * Return: true if it was undone, and @second counts.
 */
bool dm_remap_sb_undone(const struct dm_remap_sb *first, const struct dm_remap_sb *second);

/**
 * dm_remap_sb_differ() - whether two superblocks cannot belong to one spare.
 * @first: superblock 0; both have been checked.
 * @second: superblock 1.
 *
 * Return: true if they belong to different sets or different tables.
 */
bool dm_remap_sb_differ(const struct dm_remap_sb *first, const struct dm_remap_sb *second);

/**
 * dm_remap_sb_main_id() - main_id, as given by the user.
 * @sb: a superblock that has been checked.
 *
 * Return: the main_id; empty if there is none.
 */
const char *dm_remap_sb_main_id(const struct dm_remap_sb *sb);

/**
 * dm_remap_sb_id() - an identity of the main.
 * @sb: a superblock that has been checked.
 * @type: which.
 *
 * Return: its text, or NULL if there is none.
 */
const char *dm_remap_sb_id(const struct dm_remap_sb *sb, enum dm_remap_id_type type);

/**
 * dm_remap_sb_set_id() - record an identity of the main.
 * @sb: the superblock.
 * @type: which.
 * @text: its text, of less than DM_REMAP_MAIN_ID_SIZE characters; empty to forget it.
 */
void dm_remap_sb_set_id(struct dm_remap_sb *sb, enum dm_remap_id_type type, const char *text);

/**
 * dm_remap_intent_shift() - size of a region of the intent map.
 * @sectors: size of the target, at least 1.
 *
 * Return: log2 of its sectors: at least 1 MiB, and such that the map covers the target.
 */
static inline unsigned int dm_remap_intent_shift(__u64 sectors)
{
	unsigned int shift = DM_REMAP_INTENT_MIN_SHIFT;

	while ((sectors - 1) >> shift >= DM_REMAP_SB_INTENT)
		shift++;
	return shift;
}

/**
 * dm_remap_sb_end_intent() - forget the copy that is under way.
 * @sb: the superblock.
 */
void dm_remap_sb_end_intent(struct dm_remap_sb *sb);

/**
 * dm_remap_copy_counts() - whether a copy of a page is not stale.
 * @sb: the superblock in force.
 * @replica: the copy.
 * @page: the page.
 * @sequence: sequence of the copy.
 *
 * Return: true if it is valid.
 */
bool dm_remap_copy_counts(const struct dm_remap_sb *sb, unsigned int replica, __u32 page,
			  __u64 sequence);

/**
 * dm_remap_sb_is_zero() - whether a spare was never used.
 * @head: its first DM_REMAP_HEAD_SIZE bytes.
 *
 * Return: true if they are all zeros.
 */
bool dm_remap_sb_is_zero(const void *head);

/**
 * dm_remap_sb_check() - whether a superblock is valid and usable.
 * @sb: the superblock as read.
 * @sector: where it was read.
 * @spare_sectors: size of the device that it was read from.
 * @read_only: ignore features that only writers must know.
 * @geo: filled in.
 *
 * Return: NULL, or a sentence that says what is wrong.
 */
const char *dm_remap_sb_check(const struct dm_remap_sb *sb, __u64 sector, __u64 spare_sectors,
			      bool read_only, struct dm_remap_geometry *geo);

/**
 * dm_remap_page_crc() - the checksum of a page.
 * @page: the page; its crc field does not matter.
 * @seed: of the superblock.
 *
 * crc32c of the seed, 8 bytes, and of the page with crc 0.  The page contains its number, so
 * dm_remap_page_check() detects a page in the wrong place.
 *
 * Return: the checksum.
 */
__u32 dm_remap_page_crc(const struct dm_remap_page *page, __le64 seed);

/**
 * dm_remap_page_check() - whether a page is valid.
 * @page: the page as read.
 * @seed: of the superblock.
 * @nr: the expected number of the page.
 * @geo: the geometry.
 *
 * Return: NULL, or a sentence that says what is wrong.
 */
const char *dm_remap_page_check(const struct dm_remap_page *page, __le64 seed, __u32 nr,
				const struct dm_remap_geometry *geo);

/**
 * dm_remap_label_crc() - the checksum of a label.
 * @label: the label; its crc field does not matter.
 *
 * crc32c of its sector's number, 0 in 8 bytes, and of the label with crc 0.
 *
 * Return: the checksum.
 */
__u32 dm_remap_label_crc(const struct dm_remap_label *label);

/**
 * dm_remap_label_seal() - make a label ready to be written.
 * @label: the label; its DOS partition table and crc are filled in.
 */
void dm_remap_label_seal(struct dm_remap_label *label);

/**
 * dm_remap_label_check() - whether a label is valid.
 * @label: the first sector as read.
 * @main_sectors: size of the device that it was read from. It may differ from the recorded size,
 *	as long as the set fits.
 *
 * Return: NULL, or a sentence that says what is wrong.
 */
const char *dm_remap_label_check(const struct dm_remap_label *label, __u64 main_sectors);

static inline __u64 dm_remap_entry_word(__u64 block, enum dm_remap_entry_state state,
					unsigned int seq)
{
	return block | (__u64)state << DM_REMAP_ENTRY_BLOCK_BITS |
	       (__u64)seq << DM_REMAP_ENTRY_SEQ_SHIFT;
}

static inline __u64 dm_remap_entry_block(__u64 word)
{
	return word & (((__u64)1 << DM_REMAP_ENTRY_BLOCK_BITS) - 1);
}

static inline unsigned int dm_remap_entry_state(__u64 word)
{
	return (word >> DM_REMAP_ENTRY_BLOCK_BITS) & 0xf;
}

static inline unsigned int dm_remap_entry_seq(__u64 word)
{
	return (word >> DM_REMAP_ENTRY_SEQ_SHIFT) & (DM_REMAP_ENTRY_SEQS - 1);
}

/* enum dm_remap_reason, or that of a later version. */
static inline unsigned int dm_remap_entry_reason(__u64 word)
{
	return (word >> DM_REMAP_ENTRY_REASON_SHIFT) & 0xf;
}

static inline __u64 dm_remap_entry_with_reason(__u64 word, unsigned int reason)
{
	return word | (__u64)reason << DM_REMAP_ENTRY_REASON_SHIFT;
}

/**
 * dm_remap_entry_newer() - which of two entries with the same block is newer.
 * @seq: sequence number of the first entry.
 * @other: sequence number of the second entry.
 *
 * A move of a block from one slot to another writes the new entry first, with a seq one higher than
 * the old one's, modulo DM_REMAP_ENTRY_SEQS.  If the machine stops before the old entry is removed,
 * both exist.
 *
 * Return: 1 if the first is newer, -1 if the second is, 0 if two such entries are impossible.
 */
static inline int dm_remap_entry_newer(unsigned int seq, unsigned int other)
{
	if (seq == (other + 1) % DM_REMAP_ENTRY_SEQS)
		return 1;
	return other == (seq + 1) % DM_REMAP_ENTRY_SEQS ? -1 : 0;
}

#endif /* _DM_REMAP_FORMAT_H */
