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
 * Prints an error for an unknown value, which counts as %POLICY_NONE in the file, because it may
 * have been meant to forbid something, and as %POLICY_KNOWN on the command line, which a person
 * types to get a system started.
 */
enum policy_mode policy_mode(void);

/**
 * policy_allows() - whether the set of a half may be activated automatically.
 * @half: the half; a half of a foreign set must show that the main is sealed.
 *
 * The policy must allow both halves of a set.
 */
bool policy_allows(const struct half *half);

/* Whether the kernel's command line lists the set, so that it counts as known to this host. */
bool policy_lists(const char *uuid);

/*
 * Whether nothing is activated because dm-remap.conf is damaged, or says something that is not
 * understood, and not because somebody wants that.
 */
bool policy_is_doubtful(void);

/* Whether this is the system in an initramfs. */
bool policy_in_initramfs(void);

#endif /* _DMREMAP_POLICY_H */
