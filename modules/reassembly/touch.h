/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which sets have to be matched again because of a half that comes or goes.
 */
#ifndef _REMAP_TOUCH_H
#define _REMAP_TOUCH_H

#include "index.h"

/**
 * struct reassembly_touch - changes of the index, before the sets are matched again.
 * @index: all halves that are known.
 * @number: of these changes; no others have had the same.
 * @mark: takes the uuid of a set that has to be matched again; may get it more than once.
 * @context: for @mark.
 */
struct reassembly_touch {
	struct reassembly_index *index;
	u64 number;
	void (*mark)(void *context, const uuid_t *uuid);
	void *context;
};

/**
 * reassembly_touch() - mark the sets whose match may change because of a half.
 * @touch: how.
 * @half: has just been added to the index, or is about to be deleted from it.
 *
 * A half that joins a crowd, or leaves one that stays a crowd, marks hardly more than its own set;
 * see match.h.
 *
 * Context: any; the index must not change.
 */
void reassembly_touch(const struct reassembly_touch *touch, const struct half *half);

#endif /* _REMAP_TOUCH_H */
