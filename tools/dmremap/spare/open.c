// SPDX-License-Identifier: GPL-2.0
#include "disk/former-end.h"
#include "lib/exit.h"
#include "spare/open.h"

int spare_open_and(const char *path, bool write,
		   int (*act)(const struct set *set, const void *context), const void *context)
{
	struct device dev;
	struct set set;
	int status;

	if (device_open(&dev, path, write))
		return EXIT_OPERATION;
	set_read(&set, &dev);
	status = former_end_find(&set) || set_usable(&set) ? act(&set, context) : EXIT_OPERATION;
	set_free(&set);
	device_close(&dev);
	return status;
}
