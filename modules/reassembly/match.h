/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which halves are of one set, and what is missing.
 *
 * A spare names its set and its main: by an identity (main_id), by the label
 * that the main has or had, or by nothing but its size.  Anybody can write all of this on a
 * disk.  So evidence is ranked, and evidence against a device outweighs all that is for it:
 *
 *	device			label of the set	no label
 *	has the identity	1			3, or 2 if the spare knows of no label
 *	has another one		never			never
 *	has none that is known	2, or 3 then		4: its size, if there was never a label
 *
 * The set must fit on the device in each case.  Beyond that, the size of a device that has the
 * identity does not matter: a partition or a volume may have been made larger.  A device that has
 * only the label must have the size that the label or the spare records, or it is not considered:
 * it may be a member of a mirror with its metadata at the end, which shows the label of the main on
 * the mirror.  A person may use a larger one nevertheless; the tool and the store allow that.
 *
 * The label of a set contains its secret as well as its uuid; with another secret it is ignored.
 * The lowest number wins; two devices of the same rank are a conflict, and so are 2 and 3 where
 * the spare knows of a label: one of the two disks lies. A device without a label that another
 * set has an equal claim to is a conflict as well. This module does not know which sets are this
 * host's: the tools do, and settle a conflict by that.
 */
#ifndef _REMAP_MATCH_H
#define _REMAP_MATCH_H

#include "index.h"

/* In the order of the words of the attribute. */
enum set_state {
	SET_WAITING_MAIN,
	SET_WAITING_SPARE,
	SET_COMPLETE,
	SET_ACTIVE,
	SET_CONFLICT,
	SET_DAMAGED,
};

/**
 * struct reassembly_match - what there is of a set.
 * @state: whether it can be activated.
 * @main: its main, or NULL.
 * @spare: its spare, or NULL.
 * @told: whether the store must be told the main_id, as only that shows that the main, which has
 *	another size than it had, is the same: the store may not know such an identity.
 * @in_use: a device that was not considered because a set uses it; or 0.
 */
struct reassembly_match {
	enum set_state state;
	const struct half *main;
	const struct half *spare;
	bool told;
	dev_t in_use;
};

/* A claim to a main by the spare of a set: it must have so many sectors, 0 if there is no claim. */
struct reassembly_claim {
	uuid_t uuid;
	u64 needed;
};

/**
 * struct reassembly_rivals - devices and spares that compete for each other.
 * @known: the rest is filled in.
 * @sectors: the size for which they compete, if they compete for one; otherwise 0.
 * @main: the largest device without a label, of @sectors if that is not 0, in use by no set; or
 *	NULL.
 * @next: the largest other one; or NULL.
 * @claims: of spares that have no better claim to any device, in use by no set: that which needs
 *	least room, and the one of another set that does.
 * @in_use: a device that was left out because a set uses it; or 0.
 */
struct reassembly_rivals {
	bool known;
	u64 sectors;
	const struct half *main;
	const struct half *next;
	struct reassembly_claim claims[2];
	dev_t in_use;
};

/**
 * struct reassembly_matcher - matches several sets, while nothing changes.
 * @index: all halves that are known.
 * @taken: whether a device is in use by an active set, or is the device of one.
 * @context: for @taken.
 * @by_size: rivals for the last size that was looked up, which is recorded in it.
 * @id: the last identity that was looked up.
 * @by_id: rivals for that identity, and for a size if that is the number of a partition.
 * @in_use: see struct reassembly_match, of the set that is being matched.
 *
 * Sets with the same rivals that are matched one after the other cost as much as one.
 */
struct reassembly_matcher {
	const struct reassembly_index *index;
	bool (*taken)(void *context, dev_t dev);
	void *context;
	struct reassembly_rivals by_size;
	char id[DM_REMAP_MAIN_ID_SIZE];
	struct reassembly_rivals by_id;
	dev_t in_use;
};

/**
 * reassembly_match() - find the halves of a set.
 * @matcher: with the index and @taken filled in; the rest was zeros for the first set.
 * @uuid: of the set.
 * @match: filled in.
 *
 * Context: process; the index must not change as long as @match or @matcher is used.
 */
void reassembly_match(struct reassembly_matcher *matcher, const uuid_t *uuid,
		      struct reassembly_match *match);

#endif /* _REMAP_MATCH_H */
