// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/dm.h"
#include "kernel/dm-ask.h"
#include "kernel/intent.h"
#include "lib/util.h"

/* While others change the device, or have suspended it, the kernel may refuse an end: 10 s. */
#define END_TRIES	100
#define END_WAIT_US	100000

int intent_start(const char *name, uint64_t *token)
{
	unsigned long long value = 0;
	char *reply;
	int error;

	dm_trouble_begin();
	error = dm_ask(name, "intent start", &reply);
	if (!error && sscanf(reply, "%llx", &value) != 1)
		error = -EPROTO;
	free(reply);
	*token = value;
	return error;
}

int intent_read(const char *name, uint64_t token, struct ranges *written)
{
	dm_trouble_begin();
	return dm_ask_ranges(name, "intent read", token, written);
}

int intent_end(const char *name, uint64_t token, bool lost)
{
	char message[80], *reply;
	int error, tries = 0;

	snprintf(message, sizeof(message), "intent end %llx%s", LLU(token), lost ? " lost" : "");
	do {
		if (tries)
			usleep(END_WAIT_US);
		dm_trouble_begin();
		error = dm_ask(name, message, &reply);
		free(reply);
	} while (error == -EBUSY && ++tries < END_TRIES);
	return error == -ESTALE ? 0 : error;
}

uint64_t intent_find(const char *name, bool *failed)
{
	unsigned long long token = 0;
	char *reply;

	*failed = false;
	dm_trouble_begin();
	if (!dm_ask(name, "intent", &reply) && sscanf(reply, "%llx", &token) == 1)
		*failed = strstr(reply, "failed");
	free(reply);
	return token;
}
