/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which sets may be activated automatically; docs/security.md tells why.
 *
 * /etc/dm-remap/dm-remap.conf says so, and dm_remap.assemble= on the kernel's command line
 * overrides it.
 */
#ifndef _DMREMAP_POLICY_H
#define _DMREMAP_POLICY_H

#include <stdbool.h>

#include "sets/half.h"

enum policy_mode {
	POLICY_KNOWN,	/* sets that this host knows */
	POLICY_SEALED,	/* these, and foreign sets whose main is sealed; not in an initramfs */
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
 * @half: the half; of a foreign set it has to say that the main is sealed.
 *
 * The policy must allow both halves of a set.
 */
bool policy_allows(const struct half *half);

/**
 * policy_timeout_ms() - how long a device may take to answer at boot; 0 is for good.
 */
int policy_timeout_ms(void);

#endif /* _DMREMAP_POLICY_H */
