// SPDX-License-Identifier: GPL-2.0
#include <mntent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "files/mount.h"
#include "lib/root.h"
#include "lib/util.h"

bool mount_find(const char *path, char point[PATH_MAX])
{
	struct stat device, source;
	char table[PATH_MAX];
	struct mntent *entry;
	bool found = false;
	FILE *file;

	snprintf(table, sizeof(table), "%s/proc/self/mounts", root_dir());
	file = setmntent(table, "re");
	if (!file)
		return false;
	while (!found && !stat(path, &device) && (entry = getmntent(file))) {
		found = !strcmp(entry->mnt_fsname, path) ||
			(*entry->mnt_fsname == '/' && !stat(entry->mnt_fsname, &source) &&
			 S_ISBLK(source.st_mode) && source.st_rdev == device.st_rdev);
		if (found)
			text_copy(point, entry->mnt_dir, PATH_MAX);
	}
	endmntent(file);
	return found;
}
