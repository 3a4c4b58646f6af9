// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk/log-read.h"
#include "lib/capture.h"
#include "lib/message.h"
#include "lib/root.h"

#define SECONDS		20

/* Maximum length of a record, PRINTK_MESSAGE_MAX in the kernel. */
#define RECORD_SIZE	2048

static bool from_journal(char **text, size_t *size)
{
	static const char *const argv[] = {
		"journalctl", "-k", "-b", "-q", "--no-pager", "-o", "short-monotonic", NULL,
	};
	struct capture capture;

	if (capture_run(&capture, argv, SECONDS))
		return false;
	if (!capture.status && capture.size) {
		*text = capture.text;
		*size = capture.size;
		return true;
	}
	free(capture.text);
	return false;
}

/* "6,1234,5100000,-;message": the third number is the time in microseconds. */
static void add_record(FILE *out, const char *record)
{
	const char *message = strchr(record, ';');
	unsigned long long us;

	if (message && sscanf(record, "%*u,%*u,%llu", &us) == 1)
		fprintf(out, "[%llu.%06llu] %.*s\n", us / 1000000, us % 1000000,
			(int)strcspn(message + 1, "\n"), message + 1);
}

static int from_kmsg(char **text, size_t *size)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[RECORD_SIZE];
	FILE *out;
	ssize_t n;

	if (fd < 0)
		return errno == EACCES ? -EPERM : -errno;
	out = open_memstream(text, size);
	if (!out)
		no_memory();
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		/* EPIPE: some were overwritten before they were read */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n <= 0)
			break;
		record[n] = 0;
		add_record(out, record);
	}
	close(fd);
	if (fclose(out))
		no_memory();
	return 0;
}

int log_read(char **text, size_t *size)
{
	if (from_journal(text, size))
		return 0;
	/* the log of this machine does not apply to the disks of a test tree */
	return *root_dir() ? -ENOENT : from_kmsg(text, size);
}
