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
 *
 * Whoever writes disks also decides how many compete, so that is limited. In a crowd nobody is
 * looked at one by one, and neither a half that joins it nor one that leaves it matters:
 *
 *	more than REASSEMBLY_CROWD
 *	spares of a set			a conflict, without a main; they compete for no size
 *	mains without a label, with
 *	one identity			a conflict for each spare that asks for it; none of
 *					them is anybody's for its size
 *	spares that ask for one
 *	identity			a main that has it is claimed by another set
 *
 *	more than REASSEMBLY_CROWD_SIZE
 *	halves that compete for a size	nobody finds a main by it
 */
#ifndef _REMAP_MATCH_H
#define _REMAP_MATCH_H

#include "index.h"

#define REASSEMBLY_CROWD	16
#define REASSEMBLY_CROWD_SIZE	64

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
 * struct reassembly_mains - mains without a label that something is known of, in use by no set.
 * @id: it is an identity; or empty.
 * @sectors: it is the size, for an identity that is the number of a partition; otherwise 0.
 * @many: there are too many to look at.
 * @main: the largest; or NULL.
 * @next: the largest other one; or NULL.
 * @in_use: one that was left out because a set uses it; or 0.
 */
struct reassembly_mains {
	char id[DM_REMAP_MAIN_ID_SIZE];
	u64 sectors;
	bool many;
	const struct half *main;
	const struct half *next;
	dev_t in_use;
};

/**
 * struct reassembly_claims - what spares ask for that are in use by no set.
 * @id: they ask for this identity; or empty.
 * @many: there are too many to look at.
 * @least: that which needs least room, and the one of another set that does.
 * @in_use: one that was left out because a set uses it; or 0.
 */
struct reassembly_claims {
	char id[DM_REMAP_MAIN_ID_SIZE];
	bool many;
	struct reassembly_claim least[2];
	dev_t in_use;
};

/**
 * struct reassembly_rivals - devices and spares that compete for each other by a size.
 * @sectors: the size.
 * @mains: the devices; in_use may also be a spare.
 * @claims: of spares that have no better claim to any device.
 */
struct reassembly_rivals {
	u64 sectors;
	struct reassembly_mains mains;
	struct reassembly_claims claims;
};

/**
 * struct reassembly_matcher - matches several sets, while nothing changes.
 * @index: all halves that are known.
 * @taken: whether a device is in use by an active set, or is the device of one.
 * @context: for @taken.
 * @by_size: rivals for the last size that was looked up.
 * @with_id: mains with the last identity that was looked up.
 * @wanting: spares that ask for the last identity for which that was looked up.
 * @in_use: see struct reassembly_match, of the set that is being matched.
 *
 * Sets with the same rivals that are matched one after the other cost as much as one; no set costs
 * more than a crowd of each kind.
 */
struct reassembly_matcher {
	const struct reassembly_index *index;
	bool (*taken)(void *context, dev_t dev);
	void *context;
	struct reassembly_rivals by_size;
	struct reassembly_mains with_id;
	struct reassembly_claims wanting;
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
