/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remembers which sets a person has stopped since boot. Automatic assembly, such as by the timer
 * soon after boot, leaves these alone.
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
