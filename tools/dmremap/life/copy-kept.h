/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds what an interrupted copy has left on its disk that need not be copied again.
 */
#ifndef _DMREMAP_COPY_KEPT_H
#define _DMREMAP_COPY_KEPT_H

#include <stdbool.h>

#include "life/copy-record.h"
#include "life/set-view.h"

/* Whether a record is about a set. */
bool copy_is_of(const struct copy_record *record, const struct volume *volume);

/**
 * copy_writes_wait() - ask the kernel whether writes wait, at most once a second.
 * @volume: the set.
 * @looked_ns: when it was asked last.
 *
 * Return: whether writes wait, or fail, because the spare cannot record them.
 */
bool copy_writes_wait(const struct volume *volume, uint64_t *looked_ns);

/**
 * copy_kept() - find what need not be copied again.
 * @view: the set, in use.
 * @fd: the new disk, open for direct I/O.
 * @record: its record, which is about this set.
 * @leave_out: sectors that could not be read need not be tried again.
 * @kept: gets the sectors; merged.
 *
 * Return: NULL, or why everything has to be copied, as the end of a sentence.
 */
const char *copy_kept(const struct set_view *view, int fd, struct copy_record *record,
		      bool leave_out, struct ranges *kept);

#endif /* _DMREMAP_COPY_KEPT_H */
