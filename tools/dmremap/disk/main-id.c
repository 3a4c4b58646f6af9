// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include "disk/devnum.h"
#include "disk/main-id.h"
#include "disk/partuuid.h"
#include "lib/message.h"
#include "lib/root.h"

#define BY_ID		"/dev/disk/by-id"
#define BY_PARTUUID	"/dev/disk/by-partuuid"

/* Best first: identities from the manufacturer, then those assigned by others. */
static const char * const ranks[] = {
	"wwn-*", "nvme-eui.*", "*", "dm-uuid-*", "md-uuid-*",
};

/* Not permanent: derived from the content of the device, or names that may change. */
static const char * const unfit[] = {
	"lvm-pv-uuid-*", "dm-name-*", "md-name-*",
};

static bool matches_any(const char * const *patterns, unsigned int nr, const char *name)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!fnmatch(patterns[i], name, 0))
			return true;
	return false;
}

/* Index of the pattern in ranks[] that matches; "*" only matches if no other does. */
static unsigned int rank_of(const char *name)
{
	unsigned int i, other = 0;

	for (i = 0; i < ARRAY_SIZE(ranks); i++) {
		if (!strcmp(ranks[i], "*"))
			other = i;
		else if (!fnmatch(ranks[i], name, 0))
			return i;
	}
	return other;
}

static bool takes(const char *id)
{
	const char *c;

	for (c = id; *c > ' ' && *c < 127; c++)
		;
	return !*c && c > id && c - id < DM_REMAP_MAIN_ID_SIZE;
}

bool main_id_valid(const char *id)
{
	if (takes(id))
		return true;
	complain("\"%s\" is not a valid main_id: it must have 1 to %d printable characters and no spaces.",
		 id, DM_REMAP_MAIN_ID_SIZE - 1);
	return false;
}

static bool link_is_of(const char *dir, const char *name, dev_t nr)
{
	char path[PATH_MAX];
	dev_t other;

	snprintf(path, sizeof(path), "%s%s/%s", root_dir(), dir, name);
	return devnum_of(path, &other) && other == nr;
}

/* udev's link has been read from the partition table already, and the disk may be slow. */
static bool choose_partuuid(const char *path, dev_t nr, char *id)
{
	struct dirent **entries;
	char dir[PATH_MAX];
	bool found = false;
	int i, n;

	if (!partuuid_has(path))
		return false;
	snprintf(dir, sizeof(dir), "%s" BY_PARTUUID, root_dir());
	n = scandir(dir, &entries, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (!found && takes(entries[i]->d_name) &&
		    link_is_of(BY_PARTUUID, entries[i]->d_name, nr)) {
			text_copy(id, entries[i]->d_name, DM_REMAP_MAIN_ID_SIZE);
			found = true;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return found || (partuuid_read(path, id) && takes(id));
}

static void choose_link(dev_t nr, char *id)
{
	unsigned int best = ARRAY_SIZE(ranks), rank;
	struct dirent **entries;
	char dir[PATH_MAX];
	int i, n;

	snprintf(dir, sizeof(dir), "%s" BY_ID, root_dir());
	n = scandir(dir, &entries, NULL, alphasort);
	for (i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		rank = rank_of(name);
		if (rank < best && takes(name) &&
		    !matches_any(unfit, ARRAY_SIZE(unfit), name) && link_is_of(BY_ID, name, nr)) {
			memcpy(id, name, strlen(name) + 1);
			best = rank;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

void main_id_choose(const char *path, char id[DM_REMAP_MAIN_ID_SIZE])
{
	dev_t nr;

	*id = 0;
	if (!devnum_of(path, &nr))
		return;
	if (choose_partuuid(path, nr, id))
		return;
	*id = 0;
	choose_link(nr, id);
}

/* Whether the name stays within its directory. */
static bool is_name(const char *id)
{
	return takes(id) && !strchr(id, '/') && *id != '.';
}

/* A UUID, or disk signature and number for a DOS partition table. */
static bool is_partuuid(const char *id)
{
	size_t length = strlen(id);

	return strspn(id, "0123456789abcdefABCDEF-") == length && id[8] == '-' &&
	       (length == strlen("01234567-01") ||
		length == strlen("01234567-89ab-cdef-0123-456789abcdef"));
}

bool main_id_is_number(const char *id)
{
	return is_partuuid(id) && strlen(id) == strlen("01234567-01");
}

/* Link names that udev derives from the identification of the device. */
static const char * const standard[] = {
	"wwn-*", "nvme-*", "ata-*", "scsi-*", "usb-*", "virtio-*", "mmc-*", "ieee1394-*",
	"memstick-*", "pmem-*", "dm-uuid-*", "md-uuid-*",
};

bool main_id_is_content(const char *id)
{
	/* multipath takes the identity of the hardware */
	return is_partuuid(id) || !strncmp(id, "md-uuid-", strlen("md-uuid-")) ||
	       (!strncmp(id, "dm-uuid-", strlen("dm-uuid-")) &&
		strncmp(id, "dm-uuid-mpath-", strlen("dm-uuid-mpath-")));
}

/* Others may be made up by a user, and cannot contradict a device. */
static bool is_derived(const char *id)
{
	return is_partuuid(id) || matches_any(standard, ARRAY_SIZE(standard), id);
}

bool main_id_can_tell(const char *id)
{
	char path[PATH_MAX];

	return is_derived(id) || main_id_find(id, path);
}

enum main_id_verdict main_id_judge(const char *id, const char *path)
{
	char own[DM_REMAP_MAIN_ID_SIZE];
	dev_t nr;

	if (!*id)
		return MAIN_ID_UNKNOWN;
	if (main_id_is_of(id, path))
		return MAIN_ID_SAME;
	if (!is_derived(id))
		return MAIN_ID_UNKNOWN;
	/* a partition table that could not be read in time contradicts nothing */
	if (is_partuuid(id) && partuuid_has(path) &&
	    !(devnum_of(path, &nr) && choose_partuuid(path, nr, own)))
		return MAIN_ID_UNKNOWN;
	main_id_choose(path, own);
	return *own ? MAIN_ID_OTHER : MAIN_ID_UNKNOWN;
}

bool main_id_is_of(const char *id, const char *path)
{
	char partuuid[DM_REMAP_MAIN_ID_SIZE];
	dev_t nr;

	if (!is_name(id) || !devnum_of(path, &nr))
		return false;
	if (link_is_of(BY_PARTUUID, id, nr) || link_is_of(BY_ID, id, nr))
		return true;
	/* only a partition has one, and reading it takes time */
	return is_partuuid(id) && partuuid_has(path) && partuuid_read(path, partuuid) &&
	       !strcasecmp(partuuid, id);
}

static bool follow(const char *dir, const char *id, char *path)
{
	char link[PATH_MAX];
	dev_t nr;

	snprintf(link, sizeof(link), "%s%s/%s", root_dir(), dir, id);
	return devnum_of(link, &nr) && realpath(link, path);
}

bool main_id_find(const char *id, char path[PATH_MAX])
{
	return is_name(id) && (follow(BY_PARTUUID, id, path) || follow(BY_ID, id, path));
}
