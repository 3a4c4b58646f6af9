/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The result of reading a block device: half of a set, or a candidate for one.
 */
#ifndef _REMAP_HALF_H
#define _REMAP_HALF_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uuid.h>

#include <dm-remap/format.h>
#include <dm-remap/main-id.h>

#define DM_MSG_PREFIX "remap"

struct half;
struct reassembly_set;

/* By what a half may be found; see struct half_id. */
enum half_id_kind {
	HALF_ID_GIVEN,		/* the name by which a plain device was given */
	HALF_ID_PARTUUID,	/* the PARTUUID of a plain partition */
	HALF_ID_WWN,		/* the world-wide name of a plain disk */
	HALF_ID_WANTED,		/* the main_id that a spare asks for */
	HALF_NR_IDS
};

/**
 * struct half_id - an identity of a half in the index.
 * @node: in the hash table of identities; unhashed if there is none.
 * @half: whose it is.
 * @text: the identity, in @half.
 */
struct half_id {
	struct hlist_node node;
	struct half *half;
	const char *text;
};

/* Longest PARTUUID, with a zero at the end. */
#define HALF_PARTUUID_SIZE	40

enum half_kind {
	HALF_PLAIN,	/* nothing of ours: a main without a label, if anything */
	HALF_MAIN,	/* a main with a label */
	HALF_SPARE,	/* a spare */
	HALF_DAMAGED,	/* a spare without a usable superblock */
};

/**
 * struct half - the result of reading a block device.
 * @list: in a list of halves; of all that are known once it is in the index.
 * @dev_node: in the index, by @dev.
 * @uuid_node: in the index, by @uuid.
 * @size_node: in the index, by the size of the main.
 * @ids: in the index, by identity.
 * @set: the set that a scan has pinned for it, before it is in the index.
 * @read: counts reads of devices; the half that was read later replaces an earlier one.
 * @touched: the number of the last scan that has marked it among those of one size.
 * @checked: the number of the last scan that has chosen whether to check it.
 * @dev: the device.
 * @diskseq: of its disk; another disk that gets the number has a different one.
 * @kind: its kind, which says which of the following are set.
 * @sectors: its size.
 * @uuid: of the set, unless it is plain; not to be trusted if it is damaged.
 * @secret: of the set; for a spare and a main.
 * @main_sectors: size of the main, as recorded; for a spare and a main.
 * @main_start: sector of the main at which the target begins; for a spare.
 * @target_sectors: size of the target; for a spare and a main.
 * @generation: of the set; for a spare.
 * @seed: of the spare alone; for a spare.
 * @partner_seed: that of the spare whose place it has taken, or 0; for a spare.
 * @partner_generation: the generation of the set then; for a spare.
 * @labelled: the main had a label; for a spare.
 * @name: of the set's device; may be empty; for a spare and a main.
 * @main_id: of the main; may be empty; for a spare.
 * @given: the last part of the path by which it was given, or of an earlier one if that is
 *	the main_id of a spare; may be empty.
 * @partuuid: if it is a partition that has one.
 * @wwn: if it is a whole disk that tells it to the kernel, as in /dev/disk/by-id.
 */
struct half {
	struct list_head list;
	struct hlist_node dev_node;
	struct hlist_node uuid_node;
	struct hlist_node size_node;
	struct half_id ids[HALF_NR_IDS];
	struct reassembly_set *set;
	u64 read;
	u64 touched;
	u64 checked;
	dev_t dev;
	u64 diskseq;
	enum half_kind kind;
	u64 sectors;
	uuid_t uuid;
	u8 secret[DM_REMAP_SECRET_SIZE];
	u64 main_sectors;
	u64 main_start;
	u64 target_sectors;
	u64 generation;
	u64 seed;
	u64 partner_seed;
	u64 partner_generation;
	bool labelled;
	char name[DM_REMAP_NAME_SIZE];
	char main_id[DM_REMAP_MAIN_ID_SIZE];
	char given[DM_REMAP_MAIN_ID_SIZE];
	char partuuid[HALF_PARTUUID_SIZE];
	char wwn[DM_REMAP_WWN_SIZE];
};

/**
 * reassembly_half_read() - find out what a block device is.
 * @dev: the device.
 * @given: the last part of the path by which it was given; ignored if too long.
 *
 * A main may have bad sectors, so it is not an error if something cannot be read.
 *
 * Context: process, may sleep.
 * Return: the half, to be freed by kfree(); or an error: -ENXIO if there is no such device,
 * -ENOMEM, or that of opening it.
 */
struct half *reassembly_half_read(dev_t dev, const char *given);

/**
 * reassembly_half_is_there() - whether a device is still the one that was read.
 * @dev: its number.
 * @diskseq: of the half that reassembly_half_read() has made of it.
 *
 * Reads nothing.
 *
 * Context: process, may sleep.
 * Return: true if it is.
 */
bool reassembly_half_is_there(dev_t dev, u64 diskseq);

#endif /* _REMAP_HALF_H */
