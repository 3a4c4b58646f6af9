// SPDX-License-Identifier: GPL-2.0
/* Disks of null_blk, and files. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"

#define NULLB "/sys/kernel/config/nullb/"

int put_file(const char *path, const char *format, ...)
{
	char text[4096];
	int fd, error = 0;
	va_list args;
	ssize_t n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, text, n) != n)
		error = errno;
	close(fd);
	return error;
}

char *get_file(const char *path, size_t *size)
{
	size_t room = 1 << 16, n = 0;
	char *text = malloc(room), *bigger;
	ssize_t got = 1;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	while (text && (got = read(fd, text + n, room - n - 1)) > 0) {
		n += got;
		if (room - n >= room / 2)
			continue;
		room *= 2;
		bigger = realloc(text, room);
		if (!bigger)
			die("out of memory");
		text = bigger;
	}
	if (!text || got < 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
	text[n] = 0;
	if (size)
		*size = n;
	return text;
}

u64 get_number(const char *path)
{
	char *text = get_file(path, NULL);
	u64 value = strtoull(text, NULL, 10);

	free(text);
	return value;
}

static void set(const char *disk, const char *attribute, unsigned int value)
{
	char path[128];
	int error;

	snprintf(path, sizeof(path), NULLB "%s/%s", disk, attribute);
	error = put_file(path, "%u", value);
	if (error)
		die("%s: %s", path, strerror(error));
}

void make_disk(const char *name, unsigned int mib, bool fua, unsigned int sectors)
{
	char path[128];

	snprintf(path, sizeof(path), NULLB "%s", name);
	if (mkdir(path, 0755))
		die("%s: %s", path, strerror(errno));
	set(name, "size", mib);
	set(name, "memory_backed", 1);
	set(name, "blocksize", sectors * SECTOR);
	set(name, "discard", 1);
	/* Only disks with a cache get flushes, which log-writes records. */
	set(name, "cache_size", 1);
	set(name, "fua", fua);
	set(name, "power", 1);
}

void remove_disk(const char *name)
{
	char path[128];

	set(name, "power", 0);
	snprintf(path, sizeof(path), NULLB "%s", name);
	if (rmdir(path))
		die("%s: %s", path, strerror(errno));
}

void set_bad(const char *disk, u64 first, u64 last, bool bad)
{
	char path[128];
	int error;

	snprintf(path, sizeof(path), NULLB "%s/badblocks", disk);
	error = put_file(path, "%c%llu-%llu", bad ? '+' : '-', (unsigned long long)first,
			 (unsigned long long)last);
	if (error)
		die("%s: %s", path, strerror(error));
}

int open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

void write_all(int fd, const void *buf, size_t size, u64 sector)
{
	if (pwrite(fd, buf, size, sector * SECTOR) != (ssize_t)size)
		die("write at sector %llu: %s", (unsigned long long)sector, strerror(errno));
}

bool read_all(int fd, void *buf, size_t size, u64 sector)
{
	return pread(fd, buf, size, sector * SECTOR) == (ssize_t)size;
}

struct entry *try_read_table(const struct config *c, const struct dm *set)
{
	static char reply[60000];
	struct entry *table = xalloc(c->blocks * sizeof(*table));
	unsigned long long main, spare, lost, unread, from = 0;
	char message[64], state[16], *line, *next;
	u64 i;

	for (i = 0; i < c->blocks; i++)
		table[i].slot = NO_SLOT;
	do {
		snprintf(message, sizeof(message), "list %llu", from);
		dm_message(set, message, reply, sizeof(reply));
		for (line = reply; *line; line = next + 1) {
			next = strchr(line, '\n');
			if (next && strstr(line, " moving ") && strstr(line, " moving ") < next) {
				free(table);
				return NULL;
			}
			if (!next || sscanf(line, "%llu %llu %*u %15s %llx %llx", &main, &spare,
					    state, &lost, &unread) != 5 ||
			    main / c->block >= c->blocks ||
			    (strcmp(state, "pending") &&
			     strcmp(state, unread ? "split" : "remapped")))
				die("list: %s", line);
			table[main / c->block] = (struct entry) {
				.slot = spare,
				.pending = !strcmp(state, "pending"),
				.lost = lost,
				.unread = unread,
			};
			from = main + c->block;
		}
	} while (*reply);
	return table;
}

struct entry *read_table(const struct config *c, const struct dm *set)
{
	struct entry *table = try_read_table(c, set);

	if (!table)
		die("list: a block moves, and nobody moves it");
	return table;
}

bool same_entry(const struct entry *a, const struct entry *b)
{
	return a->slot == b->slot && a->pending == b->pending && a->lost == b->lost &&
	       a->unread == b->unread;
}

bool on_spare(const struct config *c, const struct entry *e, u64 sector)
{
	return e->slot != NO_SLOT && !e->pending && !(e->unread >> sector % c->block & 1);
}
