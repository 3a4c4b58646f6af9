// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "lib/root.h"

const char *root_dir(void)
{
	const char *dir = secure_getenv("DMREMAP_ROOT");

	return dir ? dir : "";
}
