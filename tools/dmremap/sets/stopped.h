/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets that a person has stopped since the machine was started.  What looks at all disks without
 * being asked to, as the timer does soon after the start, leaves them alone.
 */
#ifndef _DMREMAP_STOPPED_H
#define _DMREMAP_STOPPED_H

#include <stdbool.h>

/**
 * stopped_note() - a person has stopped a set.
 * @uuid: the set; a failure to record that does not matter.
 */
void stopped_note(const char *uuid);

/** stopped_forget() - the set @uuid is active again. */
void stopped_forget(const char *uuid);

/** stopped_is() - whether the set @uuid was stopped and not activated since. */
bool stopped_is(const char *uuid);

#endif /* _DMREMAP_STOPPED_H */
