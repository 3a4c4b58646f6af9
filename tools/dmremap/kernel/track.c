// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dm.h"
#include "kernel/dm-ask.h"
#include "kernel/track.h"
#include "lib/message.h"

int track_start(const char *name, uint64_t *id)
{
	unsigned long long value = 0;
	char *reply;
	int error;

	dm_trouble_begin();
	error = dm_ask(name, "track start", &reply);
	if (!error && sscanf(reply, "%llx", &value) != 1)
		error = -EPROTO;
	free(reply);
	*id = value;
	if (!error)
		return EXIT_CLEAN;
	complain("%s: the kernel cannot track writes during the copy: %s. Load the modules that came with this dmremap.",
		 name, strerror(-error));
	return EXIT_OPERATION;
}

int track_read(const char *name, uint64_t id, struct ranges *written)
{
	return dm_ask_ranges(name, "track read", id, written);
}

void track_stop(const char *name, uint64_t id)
{
	char message[80], *reply;

	snprintf(message, sizeof(message), "track stop %llx", LLU(id));
	dm_ask(name, message, &reply);
	free(reply);
}
