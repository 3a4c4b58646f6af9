// SPDX-License-Identifier: GPL-2.0
/*
 * btrfs: the chunk tree maps a place on a device to a logical address, and "btrfs inspect-internal
 * logical-resolve" maps that to files.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/ask.h"
#include "files/mount.h"
#include "files/systems.h"
#include "lib/message.h"

#define SECTOR		512

/* Minimum block size. */
#define STEP		8

/**
 * struct chunk - location of a piece of the address space on the device.
 * @logical: the address, in bytes.
 * @size: bytes.
 * @offset: where it is on the device.
 * @type: as printed by btrfs, such as "DATA|single".
 * @striped: only some of the bytes are on this device.
 */
struct chunk {
	uint64_t logical;
	uint64_t size;
	uint64_t offset;
	char type[64];
	bool striped;
};

struct chunks {
	struct chunk *chunk;
	int nr;
};

static bool find_devid(const char *path, unsigned long long *devid, char why[160])
{
	const char *argv[5] = { "btrfs", "inspect-internal", "dump-super", path };
	const char *found;
	bool good = false;
	char *text;

	if (!files_ask(&text, why, argv, "btrfs-progs"))
		return false;
	found = strstr(text, "dev_item.devid");
	if (found)
		good = sscanf(found, "dev_item.devid %llu", devid) == 1;
	if (!good)
		snprintf(why, 160, "btrfs does not report which of its devices this is");
	free(text);
	return good;
}

static void add_chunk(struct chunks *chunks, const struct chunk *chunk)
{
	chunks->chunk = reallocarray(chunks->chunk, chunks->nr + 1, sizeof(*chunks->chunk));
	if (!chunks->chunk)
		no_memory();
	chunks->chunk[chunks->nr++] = *chunk;
}

static bool is_striped(const char *type)
{
	return strstr(type, "RAID0") || strstr(type, "RAID10") || strstr(type, "RAID5") ||
	       strstr(type, "RAID6");
}

/*
 *	item 1 key (FIRST_CHUNK_TREE CHUNK_ITEM 13631488) itemoff 16105 itemsize 80
 *		length 8388608 owner 2 stripe_len 65536 type DATA|single
 *			stripe 0 devid 1 offset 13631488
 */
static void take_chunks(struct chunks *chunks, unsigned long long devid, char *text)
{
	unsigned long long logical = 0, size, of, offset;
	struct chunk chunk = {};
	const char *found;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		line += strspn(line, " \t");
		found = strstr(line, "CHUNK_ITEM ");
		if (found && sscanf(found, "CHUNK_ITEM %llu)", &logical) == 1) {
			chunk = (struct chunk) { .logical = logical };
		} else if (sscanf(line, "length %llu owner %*s stripe_len %*s type %63s", &size,
				  chunk.type) == 2) {
			chunk.size = size;
			chunk.striped = is_striped(chunk.type);
		} else if (sscanf(line, "stripe %*u devid %llu offset %llu", &of, &offset) == 2 &&
			   of == devid) {
			chunk.offset = offset;
			add_chunk(chunks, &chunk);
		}
	}
}

static bool find_chunks(struct chunks *chunks, const char *path, char why[160])
{
	const char *argv[] = { "btrfs", "inspect-internal", "dump-tree", "-t", "chunk", path,
			       NULL };
	unsigned long long devid;
	char *text;

	if (!find_devid(path, &devid, why) || !files_ask(&text, why, argv, "btrfs-progs"))
		return false;
	take_chunks(chunks, devid, text);
	free(text);
	return true;
}

/* Paths begin with the mount point. */
static bool begins_path(const char *line, const void *context)
{
	const char *point = context;
	size_t size = strlen(point);

	return !strncmp(line, "ERROR:", 6) ||
	       (!strncmp(line, point, size) && (line[size] == '/' || point[size - 1] == '/'));
}

/* Report that nothing refers to the place, or why the file is not known. */
static void say_unresolved(struct answers *answers, const struct place *place, const char *text)
{
	if (strstr(text, "No such file or directory"))
		answers_add(answers, place, ANSWER_FREE, "free space");
	else
		answers_add(answers, place, ANSWER_UNKNOWN,
			    "btrfs cannot name the file: %.*s",
			    (int)strcspn(text, "\n"), *text ? text : "it prints nothing");
}

static void resolve(struct answers *answers, const struct place *place, uint64_t logical,
		    const char *point)
{
	/* btrfs reports an unused place as an error, on standard error */
	static const char command[] =
		"LC_ALL=C exec btrfs inspect-internal logical-resolve \"$1\" \"$2\" 2>&1";
	const char *argv[7] = { "sh", "-c", command, "sh", NULL, point };
	char number[24], *text, *rest, *line, why[160];
	bool found = false;

	snprintf(number, sizeof(number), "%llu", LLU(logical));
	argv[4] = number;
	if (!files_ask(&text, why, argv, "btrfs-progs")) {
		answers_add(answers, place, ANSWER_UNKNOWN, "%s", why);
		return;
	}
	rest = text;
	while ((line = files_entry(&rest, begins_path, point))) {
		if (*line != '/' || !begins_path(line, point))
			continue;
		answers_add(answers, place, ANSWER_FILE, "%s", line);
		found = true;
	}
	if (!found)
		say_unresolved(answers, place, text);
	free(text);
}

static const struct chunk *find_chunk(const struct chunks *chunks, uint64_t byte)
{
	int i;

	for (i = 0; i < chunks->nr; i++)
		if (byte >= chunks->chunk[i].offset &&
		    byte - chunks->chunk[i].offset < chunks->chunk[i].size)
			return &chunks->chunk[i];
	return NULL;
}

static void answer(struct answers *answers, const struct place *place,
		   const struct chunks *chunks, const char *point)
{
	uint64_t byte = place->at * SECTOR;
	const struct chunk *chunk = find_chunk(chunks, byte);

	if (!chunk)
		answers_add(answers, place, ANSWER_SYSTEM,
			    "in no chunk: free space, or a superblock");
	else if (strncmp(chunk->type, "DATA", 4))
		answers_add(answers, place, ANSWER_SYSTEM,
			    "metadata of the file system, or its free space (%s)", chunk->type);
	else if (chunk->striped)
		answers_add(answers, place, ANSWER_UNKNOWN,
			    "it is striped over several devices (%s)", chunk->type);
	else
		resolve(answers, place, chunk->logical + byte - chunk->offset, point);
}

void btrfs_files(struct answers *answers, const char *path, const struct places *places)
{
	char point[PATH_MAX], why[160] = "it is btrfs, which must be mounted for this";
	struct chunks chunks = {};
	struct place part;
	uint64_t done;
	int i;

	if (!mount_find(path, point) || !find_chunks(&chunks, path, why)) {
		answers_all(answers, places, ANSWER_UNKNOWN, why);
		return;
	}
	for (i = 0; i < places->nr; i++) {
		for (done = 0; done < places->place[i].count; done += part.count) {
			part = places->place[i];
			part.sector += done;
			part.at += done;
			part.count -= done;
			if (part.count > STEP - part.at % STEP)
				part.count = STEP - part.at % STEP;
			answer(answers, &part, &chunks, point);
		}
	}
	free(chunks.chunk);
}
