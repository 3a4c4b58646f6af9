// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = read(fd, text + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += n;
	}
	return done;
}

const char *file_error(int error)
{
	return error == -EBADMSG ? "it is longer than 4096 bytes, or has a NUL in it" :
				   strerror(-error);
}

int file_read(const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	n = read_all(fd, text, FILE_TEXT_SIZE);
	close(fd);
	/* the error of sysfs if the device has gone while the file was open */
	if (n == -ENODEV)
		return -ENOENT;
	if (n < 0)
		return n;
	if (n == FILE_TEXT_SIZE || memchr(text, 0, n))
		return -EBADMSG;
	text[n] = 0;
	if (n && text[n - 1] == '\n')
		text[n - 1] = 0;
	return 0;
}
