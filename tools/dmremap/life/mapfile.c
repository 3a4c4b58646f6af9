// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "life/mapfile.h"
#include "lib/exit.h"
#include "lib/message.h"

#define MAGIC		"# Mapfile."
#define OWN_MAGIC	MAGIC " Created by dmremap replace:"
#define SECTOR_BYTES	512

static int say_unwritable(const char *path)
{
	complain("%s cannot be written: %s.", path, strerror(errno));
	return EXIT_OPERATION;
}

int mapfile_check(const char *path)
{
	FILE *file = fopen(path, "a+e");
	char begin[sizeof(OWN_MAGIC)] = "";
	size_t size;

	if (!file)
		return say_unwritable(path);
	rewind(file);
	size = fread(begin, 1, strlen(OWN_MAGIC), file);
	fclose(file);
	if (!size || !strcmp(begin, OWN_MAGIC))
		return EXIT_CLEAN;
	if (!strncmp(begin, MAGIC, strlen(MAGIC)))
		complain("%s is a mapfile of another program, such as ddrescue, and would be written over. Give the name of a new file.",
			 path);
	else
		complain("%s exists, and is no mapfile. Give another file.", path);
	return EXIT_OPERATION;
}

static void print_part(FILE *file, wide start, wide end, char status)
{
	if (start < end)
		fprintf(file, "0x%08llX  0x%08llX  %c\n", LLU(start * SECTOR_BYTES),
			LLU((end - start) * SECTOR_BYTES), status);
}

static void print_head(FILE *file, const char *command, uint64_t sectors, char status)
{
	fprintf(file, MAGIC " Created by dmremap %s: - could not be read\n"
		"# current_pos  current_status  current_pass\n"
		"0x%08llX     %c               1\n"
		"#      pos        size  status\n", command, LLU(sectors * SECTOR_BYTES), status);
}

static void print(FILE *file, uint64_t sectors, const struct ranges *bad)
{
	wide at = 0;
	size_t i;

	print_head(file, "replace", sectors, '+');
	for (i = 0; i < bad->nr; i++) {
		print_part(file, at, bad->range[i].start, '+');
		print_part(file, bad->range[i].start, bad->range[i].end, '-');
		at = bad->range[i].end;
	}
	print_part(file, at, sectors, '+');
}

static void print_parts(FILE *file, uint64_t sectors, const struct ranges *good,
			const struct ranges *bad)
{
	const struct range *next;
	size_t g = 0, b = 0;
	wide at = 0;
	bool is_bad;

	print_head(file, "replace --rescue-spare", 0, '?');
	while (g < good->nr || b < bad->nr) {
		is_bad = g == good->nr ||
			 (b < bad->nr && bad->range[b].start < good->range[g].start);
		next = is_bad ? &bad->range[b++] : &good->range[g++];
		print_part(file, at, next->start, '?');
		print_part(file, next->start, next->end, is_bad ? '-' : '+');
		at = next->end;
	}
	print_part(file, at, sectors, '?');
}

static int finish(FILE *file, const char *path)
{
	bool failed = fflush(file) || fsync(fileno(file));

	failed |= fclose(file);
	return failed ? say_unwritable(path) : EXIT_CLEAN;
}

/* Only a regular file: the new file would replace a device node or a symbolic link. */
static bool is_file(const char *path, struct stat *st)
{
	return !lstat(path, st) && S_ISREG(st->st_mode);
}

/* Make the new name durable as well. */
static void sync_dir(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* Create a new file next to @path; @temporary takes its unique name. */
static FILE *open_beside(const char *path, mode_t mode, char temporary[PATH_MAX])
{
	FILE *file = NULL;
	int fd;

	snprintf(temporary, PATH_MAX, "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd >= 0 && !fchmod(fd, mode & 07777))
		file = fdopen(fd, "w");
	if (fd >= 0 && !file) {
		close(fd);
		unlink(temporary);
	}
	return file;
}

static int replace(const char *path, const char *temporary, FILE *file)
{
	int status = finish(file, path);

	if (!status && rename(temporary, path))
		status = say_unwritable(path);
	if (status)
		unlink(temporary);
	else
		sync_dir(path);
	return status;
}

/* Keep the old content until the new file is complete, so that a full disk does not destroy it. */
int mapfile_write(const char *path, uint64_t sectors, const struct ranges *bad)
{
	char temporary[PATH_MAX];
	struct stat st;
	bool beside = is_file(path, &st) && strlen(path) + sizeof(".XXXXXX") <= PATH_MAX;
	FILE *file = beside ? open_beside(path, st.st_mode, temporary) : fopen(path, "we");

	if (!file)
		return say_unwritable(path);
	print(file, sectors, bad);
	return beside ? replace(path, temporary, file) : finish(file, path);
}

int mapfile_write_parts(const char *path, uint64_t sectors, const struct ranges *good,
			const struct ranges *bad)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return say_unwritable(path);
	print_parts(file, sectors, good, bad);
	return finish(file, path);
}

void mapfile_drop(const char *path, bool written)
{
	struct stat st;

	if (!stat(path, &st) && S_ISREG(st.st_mode) && (written || !st.st_size))
		unlink(path);
}
