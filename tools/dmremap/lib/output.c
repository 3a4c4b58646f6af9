// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/message.h"
#include "lib/output.h"

void output_guard(void)
{
	int fd;

	/* opened in the wrong direction, so that any use fails */
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
}

int output_flush(void)
{
	static bool said;

	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	if (!said)
		complain("The output cannot be written: %s.",
			 errno ? strerror(errno) : "some of it is lost");
	said = true;
	return -1;
}
