/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decides which sets may be activated automatically; docs/security.md has the reasons.
 *
 * The policy is set in /etc/dm-remap/dm-remap.conf; dm_remap.assemble= on the kernel command line
 * overrides it.
 */
#ifndef _DMREMAP_POLICY_H
#define _DMREMAP_POLICY_H

#include <stdbool.h>

#include "sets/half.h"

enum policy_mode {
	POLICY_KNOWN,	/* sets that this host knows */
	POLICY_SEALED,	/* also foreign sets whose main is sealed; not in an initramfs */
	POLICY_NONE,	/* nothing */
	POLICY_LISTED,	/* sets whose uuids the command line lists, and no others */
};

/**
 * policy_mode() - which sets may be activated automatically.
 *
 * Prints an error for an unknown value, which counts as %POLICY_KNOWN.
 */
enum policy_mode policy_mode(void);

/**
 * policy_allows() - whether the set of a half may be activated automatically.
 * @half: the half; a half of a foreign set must show that the main is sealed.
 *
 * The policy must allow both halves of a set.
 */
bool policy_allows(const struct half *half);

/**
 * policy_timeout_ms() - how long a device may take to answer at boot; 0 means no limit.
 */
int policy_timeout_ms(void);

#endif /* _DMREMAP_POLICY_H */
