// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "disk/smartctl-run.h"

#define SECONDS		60

int smartctl_run(struct capture *capture, const char *disk, const char *type, bool wake)
{
	const char *argv[10] = { "smartctl", "--json=c", "-x" };
	unsigned int n = 3;

	if (!wake) {
		argv[n++] = "-n";
		argv[n++] = "standby";
	}
	if (type) {
		argv[n++] = "-d";
		argv[n++] = type;
	}
	argv[n++] = disk;
	return capture_run(capture, argv, SECONDS);
}
