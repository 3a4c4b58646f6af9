/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which halves are of one set, and what is missing.
 */
#ifndef _REMAP_MATCH_H
#define _REMAP_MATCH_H

#include "half.h"

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
 * struct match - what there is of a set.
 * @state: whether it can be activated.
 * @main: its main, or NULL.
 * @spare: its spare, or NULL.
 */
struct match {
	enum set_state state;
	const struct half *main;
	const struct half *spare;
};

/**
 * match_set() - find the halves of a set.
 * @match: filled in.
 * @halves: all that are known.
 * @uuid: of the set.
 * @taken: whether a device is the main or spare of an active set, or the device of one.
 *
 * A main is known by its label.  If the set's main has none it is known by main_id,
 * as PARTUUID or as the name it was given by; or else by its exact size, if no other
 * device that was given has that.  A device that the main_id of another set names is not
 * taken for its size, and one that two sets have the same reason to take is a conflict.
 *
 * Context: process; the list must not change, as long as @match is used.
 */
void match_set(struct match *match, const struct list_head *halves, const uuid_t *uuid,
	       bool (*taken)(dev_t dev));

#endif /* _REMAP_MATCH_H */
