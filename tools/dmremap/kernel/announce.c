// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/announce.h"
#include "lib/message.h"

void announce_change(const char *path)
{
	char uevent[64];
	struct stat st;
	int fd = -1;

	if (!stat(path, &st)) {
		snprintf(uevent, sizeof(uevent), "/sys/dev/block/%u:%u/uevent", major(st.st_rdev),
			 minor(st.st_rdev));
		fd = open(uevent, O_WRONLY | O_CLOEXEC);
	}
	if (fd < 0 || write(fd, "change", 6) != 6)
		complain("%s: udev could not be notified: %s. Its links may be out of date until the next boot.",
			 path, strerror(errno));
	if (fd >= 0)
		close(fd);
}
