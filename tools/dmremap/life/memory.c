// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/message.h"
#include "lib/root.h"
#include "life/memory.h"

#define DIRECTORY	"/run/dm-remap"
#define LOCK		DIRECTORY "/monitor.lock"

static const char *path_of(const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root_dir(), file);
	return path;
}

struct memory_set *memory_find(const struct memory *memory, const char *key)
{
	int i;

	for (i = 0; i < memory->nr; i++)
		if (!strcmp(memory->set[i].key, key))
			return &memory->set[i];
	return NULL;
}

void memory_put(struct memory *memory, const struct memory_set *set)
{
	struct memory_set *old = memory_find(memory, set->key);

	if (!old) {
		memory->set = reallocarray(memory->set, memory->nr + 1, sizeof(*memory->set));
		if (!memory->set)
			no_memory();
		old = &memory->set[memory->nr++];
	}
	*old = *set;
}

static bool parse(struct memory_set *set, const char *line)
{
	unsigned long long since, moved, pending, lost, suspended = 0;
	unsigned int active, low, filling, stuck = 0;

	*set = (struct memory_set) {};
	/* the widths match the two buffers; older versions did not write the last two numbers */
	if (sscanf(line, "%511s %63s %llu %u %u %u %llu %llu %llu %llu %u", set->key, set->state,
		   &since, &active, &low, &filling, &moved, &pending, &lost, &suspended,
		   &stuck) < 9)
		return false;
	set->since = since;
	set->was_active = active;
	set->low = low;
	set->filling = filling;
	set->moved = moved;
	set->pending = pending;
	set->lost = lost;
	set->suspended = suspended;
	set->stuck = stuck;
	return true;
}

void memory_read(struct memory *memory, const char *name)
{
	FILE *file = fopen(path_of(name), "re");
	struct memory_set set;
	char *line = NULL;
	size_t room = 0;

	*memory = (struct memory) {};
	if (!file)
		return;
	while (getline(&line, &room, file) > 0)
		if (parse(&set, line))
			memory_put(memory, &set);
	free(line);
	fclose(file);
}

void memory_free(struct memory *memory)
{
	free(memory->set);
	*memory = (struct memory) {};
}

static void print(FILE *file, const struct memory *memory)
{
	const struct memory_set *set;
	int i;

	for (i = 0; i < memory->nr; i++) {
		set = &memory->set[i];
		fprintf(file, "%s %s %llu %u %u %u %llu %llu %llu %llu %u\n", set->key,
			set->state, LLU(set->since), set->was_active, set->low, set->filling,
			LLU(set->moved), LLU(set->pending), LLU(set->lost),
			LLU(set->suspended), set->stuck);
	}
}

static bool replace(const struct memory *memory, const char *name)
{
	char new[PATH_MAX];
	FILE *file;

	snprintf(new, sizeof(new), "%s%s.new", root_dir(), name);
	file = fopen(new, "we");
	if (!file)
		return false;
	print(file, memory);
	return !fclose(file) && !rename(new, path_of(name));
}

void memory_write(const struct memory *memory, const char *name)
{
	static bool said;

	mkdir(path_of(DIRECTORY), 0755);
	if (replace(memory, name) || said)
		return;
	said = true;
	complain("%s cannot be written: %s. After its next start the monitor will repeat some reports.",
		 path_of(name), strerror(errno));
}

bool memory_lock(void)
{
	int fd;

	if (*root_dir())
		mkdir(path_of("/run"), 0755);
	mkdir(path_of(DIRECTORY), 0755);
	fd = open(path_of(LOCK), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		complain("%s cannot be opened: %s.", path_of(LOCK), strerror(errno));
		return false;
	}
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return true;
	close(fd);
	complain("Another \"dmremap monitor\" is running. \"systemctl status dm-remap-monitor\" shows the system's.");
	return false;
}
