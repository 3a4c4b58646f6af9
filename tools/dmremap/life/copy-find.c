// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/intent.h"
#include "lib/device-timeout.h"
#include "life/copy-find.h"
#include "life/copy-record.h"
#include "lib/guard.h"
#include "lib/interrupt.h"

static bool is_busy(const char *path)
{
	int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);

	if (fd < 0)
		return errno == EBUSY;
	close(fd);
	return false;
}

static bool has_record(struct copy_found *found, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	struct copy_record record;
	bool has = false;

	if (fd < 0)
		return false;
	if (copy_record_read(fd, &record) && record.token == found->token &&
	    !memcmp(record.uuid, found->uuid, sizeof(found->uuid)) &&
	    copy_record_is_alone(fd, record.sectors)) {
		found->sectors = record.sectors;
		found->copied = ranges_total(&record.copied);
		has = true;
	}
	copy_record_free(&record);
	close(fd);
	return has;
}

static void look(void *context)
{
	struct copy_found *found = context;
	struct blockdev *list;
	int nr = blockdevs_list(&list), i;

	for (i = 0; i < nr && !found->there; i++) {
		if (!has_record(found, list[i].path))
			continue;
		found->disk = list[i];
		found->running = is_busy(list[i].path);
		found->there = true;
	}
	if (nr >= 0)
		free(list);
}

bool copy_find(struct copy_found *found, const char *uuid, const char *name)
{
	struct copy_found *shared;

	*found = (struct copy_found) {};
	if (!uuid_from_text(uuid, found->uuid))
		return false;
	found->token = intent_find(name, &found->failed);
	if (!found->token)
		return false;
	/* a disk that does not answer must not stop the program */
	shared = guard_alloc(sizeof(*shared));
	*shared = *found;
	if (!guard_run(look, shared, device_timeout_ms()))
		*found = *shared;
	interrupt_release();
	guard_free(shared, sizeof(*shared));
	return true;
}
