// SPDX-License-Identifier: GPL-2.0
/*
 * test-disk-copy NEW in-use|waiting: a signal ends the copy of a set within a chunk, both while the
 * set is in use and while its I/O waits.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/exit.h"
#include "lib/interrupt.h"
#include "life/disk-copy.h"

#define SECTORS	(64 << 11)
#define TRACKED	SECTORS
#include "fake-track.h"

static unsigned int reads;

const char *set_view_beneath(struct set_view *view)
{
	(void)view;
	return NULL;
}

bool set_view_is_listed_bad(const struct set_view *view, uint64_t sector)
{
	(void)view;
	(void)sector;
	return false;
}

int set_view_read(const struct set_view *view, uint64_t sector, void *buffer, uint64_t sectors)
{
	(void)view;
	(void)sector;
	memset(buffer, 1, sectors * 512);
	if (++reads == 3)
		raise(SIGTERM);
	return 0;
}

/* Return: whether a pass of 64 chunks ends after the third one. */
static bool ends(struct disk_copy *copy, bool in_use)
{
	int status;

	reads = 0;
	copy->why = NULL;
	status = disk_copy_pass(copy, in_use);
	if (status == EXIT_OPERATION && copy->why && reads == 3)
		return true;
	printf("%s: status %d, %u chunks were read\n", in_use ? "in use" : "I/O waits", status,
	       reads);
	return false;
}

int main(int argc, char **argv)
{
	static const struct volume volume = { .name = "safe", .sectors = SECTORS };
	struct disk_copy copy = { .view = { .volume = &volume, .unit = 1 } };
	bool good;

	if (argc != 3)
		return 2;
	copy.path = argv[1];
	copy.fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (copy.fd < 0 || disk_copy_begin(&copy))
		return 2;
	interrupt_hold();
	good = ends(&copy, !strcmp(argv[2], "in-use"));
	disk_copy_end(&copy);
	return !good;
}
