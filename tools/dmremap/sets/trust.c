// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "kernel/kernel.h"
#include "lib/file.h"
#include "sets/active.h"
#include "sets/identity.h"
#include "sets/registry.h"
#include "sets/trust.h"

/* Whether the set is active with another device as this half. */
static bool is_replaced(const struct half *half)
{
	const char *attribute = half->role == HALF_MAIN ? "main" : "spare/device";
	char number[FILE_TEXT_SIZE];
	struct active active;

	return active_find(&active, half->uuid) && active.live && !active.without_spare &&
	       !kernel_read(TREE_CONFIG, active.name, attribute, number) &&
	       strcmp(number, half->dev.number);
}

enum trust trust_of(const struct half *half)
{
	struct registered set;
	bool known = registry_find(&set, half->uuid);
	bool named = half->role == HALF_MAIN ? registry_is_main(&set, half->dev.path) :
					       registry_is_spare(&set, half->dev.path);

	if (is_replaced(half) || (known && !(named && identity_is_ours(&set, half))))
		return TRUST_COPY;
	return known ? TRUST_KNOWN : TRUST_FOREIGN;
}

const char *trust_name(enum trust trust)
{
	static const char * const names[] = {
		[TRUST_KNOWN] = "known", [TRUST_FOREIGN] = "foreign", [TRUST_COPY] = "copy",
	};

	return names[trust];
}
