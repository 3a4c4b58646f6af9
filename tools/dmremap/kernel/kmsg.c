// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/kmsg.h"

/* Maximum length of a record, PRINTK_MESSAGE_MAX in the kernel. */
#define RECORD_SIZE	2048

void kmsg_begin(struct kmsg *kmsg)
{
	kmsg->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg->fd >= 0)
		lseek(kmsg->fd, 0, SEEK_END);
}

/* "...device-mapper: table: 254:0: remap: Why (-EINVAL)" */
static bool take(const char *record, const char *target, char *why, size_t size)
{
	static const char begin[] = "device-mapper: table: ";
	const char *text = strstr(record, begin);
	char word[64];

	if (!text)
		return false;
	snprintf(word, sizeof(word), ": %s: ", target);
	text = strstr(text + sizeof(begin) - 1, word);
	if (!text)
		return false;
	text += strlen(word);
	snprintf(why, size, "%.*s", (int)strcspn(text, "\n"), text);
	return true;
}

bool kmsg_find(struct kmsg *kmsg, const char *target, char *why, size_t size)
{
	char record[RECORD_SIZE];
	ssize_t n;

	if (kmsg->fd < 0)
		return false;
	for (;;) {
		n = read(kmsg->fd, record, sizeof(record) - 1);
		/* EPIPE: some were overwritten before they were read */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n <= 0)
			return false;
		record[n] = 0;
		if (take(record, target, why, size))
			return true;
	}
}

void kmsg_end(struct kmsg *kmsg)
{
	if (kmsg->fd >= 0)
		close(kmsg->fd);
}
