// SPDX-License-Identifier: GPL-2.0
#include <sys/stat.h>

#include "disk/devnum.h"
#include "lib/root.h"

bool devnum_of(const char *path, dev_t *nr)
{
	struct stat st;

	if (stat(path, &st) || (!S_ISBLK(st.st_mode) && !*root_dir()))
		return false;
	*nr = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_ino;
	return true;
}
