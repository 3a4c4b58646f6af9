// SPDX-License-Identifier: GPL-2.0
/* What must be true of two disks that are matched as a set (docs/security.md). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "media.h"
#include "must.h"

static bool has_id(const struct medium *medium, const char *id)
{
	char wwn[32];

	snprintf(wwn, sizeof(wwn), "wwn-0x5000c500000000%02x", medium->wwn);
	return (*medium->given && !strcasecmp(medium->given, id)) ||
	       (*medium->partuuid && !strcasecmp(medium->partuuid, id)) ||
	       (medium->wwn && !medium->partition && !strcasecmp(wwn, id));
}

/* It has an identity of the requested kind, but with a different value. */
static bool contradicts(const struct medium *medium, const char *id)
{
	if (!*id || has_id(medium, id))
		return false;
	return (!strncmp(id, "wwn-", 4) && medium->wwn && !medium->partition) ||
	       (strlen(id) == 11 && id[8] == '-' && strspn(id, "0123456789abcdefABCDEF-") == 11 &&
		*medium->partuuid);
}

void media_check_pair(const struct medium *media, const struct seen *seen,
		      const struct media_match *match)
{
	const struct seen *main, *spare;

	must(match->main >= 0 && match->spare >= 0 && match->main != match->spare);
	main = &seen[match->main];
	spare = &seen[match->spare];
	must(spare->kind == MEDIA_SPARE);
	must(main->kind == MEDIA_MAIN || main->kind == MEDIA_PLAIN);
	must(!contradicts(&media[match->main], spare->main_id));
	must(media[match->main].sectors >= spare->needed);
	if (main->kind == MEDIA_MAIN) {
		must(!memcmp(main->uuid, spare->uuid, sizeof(main->uuid)));
		must(!memcmp(main->secret, spare->secret, sizeof(main->secret)));
		must(has_id(&media[match->main], spare->main_id) ||
		     media[match->main].sectors == main->main_sectors ||
		     media[match->main].sectors == spare->main_sectors);
		return;
	}
	must(!media[match->main].in_use);
	must(has_id(&media[match->main], spare->main_id) ||
	     media[match->main].sectors == spare->main_sectors);
	/* a spare that knows of a label must not accept a disk by its size alone */
	must(has_id(&media[match->main], spare->main_id) || !spare->labelled);
}
