/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Disks that are generated to fuzz the matching of disks into sets, and the reassembly module's
 * view of them.
 */
#ifndef _FUZZ_MEDIA_H
#define _FUZZ_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDIA_MAX	6
#define MEDIUM_PAGE	4096

/* Sectors of a disk that is a spare; of one that is a main, which may have a block more. */
#define MEDIUM_SPARE	512
#define MEDIUM_MAIN	2048

/* The places on a disk that have content; the rest is zeros. */
enum medium_place {
	PLACE_FIRST,	/* its first page */
	PLACE_LAST,	/* superblock 1, where superblock 0 says that the spare ends */
	PLACE_END,	/* the last whole page */
	NR_PLACES
};

/**
 * struct medium - a disk.
 * @sectors: its size.
 * @sector: where its pages are.
 * @page: their content.
 * @image: the content of the whole disk, in place of @page; or NULL.
 * @bad: pages that cannot be read.
 * @partition: it is a partition.
 * @partuuid: its PARTUUID; "" for none.
 * @wwn: the last byte of its world-wide name; 0 for none.
 * @given: the name given by a user.
 * @in_use: it is already used by a set.
 */
struct medium {
	uint64_t sectors;
	uint64_t sector[NR_PLACES];
	uint8_t page[NR_PLACES][MEDIUM_PAGE] __attribute__((aligned(8)));
	const uint8_t *image;
	bool bad[NR_PLACES];
	bool partition;
	char partuuid[37];
	uint8_t wwn;
	char given[32];
	bool in_use;
};

/* The kind of a disk; the first four are the same as in enum half_kind. */
enum media_kind {
	MEDIA_PLAIN,
	MEDIA_MAIN,
	MEDIA_SPARE,
	MEDIA_DAMAGED,
};

/**
 * struct seen - a disk, as the module sees it.
 * @kind: its kind.
 * @uuid: of its set.
 * @secret: of its set.
 * @main_sectors: size of the main, as recorded.
 * @needed: the end of the target on the main.
 * @labelled: of a spare: the main had a label.
 * @main_id: of a spare: the identity of its main.
 */
struct seen {
	enum media_kind kind;
	uint8_t uuid[16];
	uint8_t secret[16];
	uint64_t main_sectors;
	uint64_t needed;
	bool labelled;
	char main_id[128];
};

/* As enum set_state. */
enum media_state {
	MEDIA_WAITING_MAIN,
	MEDIA_WAITING_SPARE,
	MEDIA_COMPLETE,
	MEDIA_ACTIVE,
	MEDIA_CONFLICT,
	MEDIA_BROKEN,
};

/**
 * struct media_match - the halves found of a set.
 * @state: whether it can be activated.
 * @main: the number of its main; -1 for none.
 * @spare: the number of its spare.
 */
struct media_match {
	enum media_state state;
	int main;
	int spare;
};

/* Make disks from arbitrary bytes.  Returns their number. */
unsigned int media_make(struct medium *media, const uint8_t *data, size_t size);

/* Read all disks.  Returns their kinds, in the order of the disks. */
void media_read(const struct medium *media, unsigned int nr, struct seen *seen);

/**
 * media_match() - match the set of each disk, one after the other.
 * @match: takes one for each disk; filled in for non-plain disks only.
 * @backwards: the disks arrive, and are asked about, in the reverse order.
 */
void media_match(struct media_match *match, bool backwards);

/* Check a pair of disks that has been matched as a set. */
void media_check_pair(const struct medium *media, const struct seen *seen,
		      const struct media_match *match);

/* Free the result of media_read(). */
void media_forget(void);

#endif /* _FUZZ_MEDIA_H */
