// SPDX-License-Identifier: GPL-2.0
/*
 * ext2, ext3 and ext4: debugfs finds the inode of a block by reading all inodes, and then the
 * names of inodes by reading all directories.
 */
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "files/ask.h"
#include "files/systems.h"
#include "lib/message.h"
#include "lib/number.h"

#define SECTOR		512

/*
 * Maximum number of blocks or inodes in one debugfs request. Each request reads all inodes, but
 * compares each block of theirs with each of these, and a large disk has billions.
 */
#define BATCH		1024
#define NUMBER_SIZE	21
#define LINE_SIZE	(16 + BATCH * NUMBER_SIZE)

#define SUPER_OFFSET	1024
#define SUPER_MAGIC	56
#define SUPER_LOG_BLOCK	24
#define MAGIC		0xef53

#define INODE_BAD	1
#define INODE_ROOT	2
#define INODE_RESIZE	7
#define INODE_JOURNAL	8

/**
 * struct block - a block of the file system.
 * @nr: its number.
 * @place: the part of it that was asked for.
 * @inode: the inode it belongs to; 0 for none.
 * @used: it is in use.
 * @name: path of the inode; NULL if it has none.
 */
struct block {
	uint64_t nr;
	struct place place;
	uint64_t inode;
	bool used;
	char *name;
};

struct ext {
	const char *path;
	struct block *block;
	int nr;
	char why[160];
};

static uint32_t block_sectors(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t super[1024];
	uint16_t magic;
	uint32_t log;
	bool read;

	if (fd < 0)
		return 0;
	read = pread(fd, super, sizeof(super), SUPER_OFFSET) == sizeof(super);
	close(fd);
	memcpy(&magic, super + SUPER_MAGIC, sizeof(magic));
	memcpy(&log, super + SUPER_LOG_BLOCK, sizeof(log));
	if (!read || le16toh(magic) != MAGIC || le32toh(log) > 6)
		return 0;
	return (1024 << le32toh(log)) / SECTOR;
}

static void add_block(struct ext *ext, const struct place *place, uint64_t nr)
{
	ext->block = reallocarray(ext->block, ext->nr + 1, sizeof(*ext->block));
	if (!ext->block)
		no_memory();
	ext->block[ext->nr++] = (struct block) { .nr = nr, .place = *place };
}

/* A block may contain several places, and a place may span several blocks. */
static void make_blocks(struct ext *ext, const struct places *places, uint32_t sectors)
{
	uint64_t at, end, next;
	struct place part;
	int i;

	for (i = 0; i < places->nr; i++) {
		end = places->place[i].at + places->place[i].count;
		for (at = places->place[i].at; at < end; at = next) {
			next = (at / sectors + 1) * sectors;
			if (next > end)
				next = end;
			part = places->place[i];
			part.sector += at - part.at;
			part.at = at;
			part.count = next - at;
			add_block(ext, &part, at / sectors);
		}
	}
}

/*
 * @option: "-R" if @request is one, "-f" if it is a file of requests.
 * @header: part of every valid answer. debugfs exits with status 0 even if it could not open the
 *	file system, because a bitmap is unreadable, say.
 */
static bool ask(struct ext *ext, const char *option, const char *request, const char *header,
		char **text)
{
	const char *argv[5] = { "debugfs", option, request, ext->path };

	if (!files_ask(text, ext->why, argv, "e2fsprogs"))
		return false;
	if (strstr(*text, header))
		return true;
	snprintf(ext->why, sizeof(ext->why),
		 "debugfs cannot read the file system: \"e2fsck -n\" checks it");
	free(*text);
	return false;
}

/* "2065\t12", or "2065\t<block not found>" */
static void take_inodes(struct block *block, int nr, char *text)
{
	unsigned long long number, inode;
	char *line;
	int i;

	while ((line = strsep(&text, "\n"))) {
		if (sscanf(line, "%llu\t%llu", &number, &inode) != 2)
			continue;
		for (i = 0; i < nr; i++)
			if (block[i].nr == number)
				block[i].inode = inode;
	}
}

static bool find_inodes(struct ext *ext, struct block *block, int nr)
{
	char line[LINE_SIZE] = "icheck", *text;
	size_t length = strlen(line);
	int i;

	for (i = 0; i < nr; i++)
		length += snprintf(line + length, sizeof(line) - length, " %llu",
				   LLU(block[i].nr));
	if (!ask(ext, "-R", line, "Block\tInode", &text))
		return false;
	take_inodes(block, nr, text);
	free(text);
	return true;
}

/* "Block 8000 not in use", or "Block 8000 marked in use" */
static void take_use(struct block *block, int nr, char *text)
{
	unsigned long long number;
	char *line;
	int i;

	while ((line = strsep(&text, "\n"))) {
		if (sscanf(line, "Block %llu", &number) != 1 || !strstr(line, "not in use"))
			continue;
		for (i = 0; i < nr; i++)
			if (block[i].nr == number)
				block[i].used = false;
	}
}

/* Return: a file of requests, with its number. */
static FILE *use_requests(struct block *block, int nr, int *requests)
{
	int i, fd = memfd_create("debugfs", 0);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		no_memory();
	*requests = 0;
	for (i = 0; i < nr; i++) {
		block[i].used = true;
		/* debugfs does not accept block 0, which holds the superblock */
		if (block[i].inode || !block[i].nr)
			continue;
		fprintf(file, "testb %llu\n", LLU(block[i].nr));
		++*requests;
	}
	if (fflush(file))
		no_memory();
	return file;
}

static bool find_use(struct ext *ext, struct block *block, int nr)
{
	int requests;
	FILE *file = use_requests(block, nr, &requests);
	bool found = true;
	char path[32], *text;

	/* debugfs inherits the file */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	if (requests)
		found = ask(ext, "-f", path, "in use", &text);
	fclose(file);
	if (requests && found) {
		take_use(block, nr, text);
		free(text);
	}
	return found;
}

static bool begins_name(const char *line, const void *context)
{
	const char *number = line;
	uint64_t inode;

	(void)context;
	return number_take(&number, &inode) && *number == '\t';
}

/* "12\t/sub/a file"; a name may begin with two slashes */
static void take_names(struct block *block, int nr, char *text)
{
	const char *number;
	char *line, *name;
	uint64_t inode;
	int i;

	while ((line = files_entry(&text, begins_name, NULL))) {
		number = line;
		name = strchr(line, '\t');
		if (!name || !number_take(&number, &inode))
			continue;
		name += name[1] == '/' && name[2] == '/' ? 2 : 1;
		for (i = 0; i < nr; i++) {
			if (block[i].inode != inode || block[i].name)
				continue;
			block[i].name = strdup(name);
			if (!block[i].name)
				no_memory();
		}
	}
}

static bool find_names(struct ext *ext, struct block *block, int nr)
{
	char line[LINE_SIZE] = "ncheck", *text;
	size_t length = strlen(line), none = length;
	int i;

	for (i = 0; i < nr; i++)
		if (block[i].inode && (!i || block[i].inode != block[i - 1].inode))
			length += snprintf(line + length, sizeof(line) - length, " %llu",
					   LLU(block[i].inode));
	if (length == none)
		return true;
	if (!ask(ext, "-R", line, "Inode\tPathname", &text))
		return false;
	take_names(block, nr, text);
	free(text);
	return true;
}

static bool find(struct ext *ext, struct block *block, int nr)
{
	return find_inodes(ext, block, nr) && find_names(ext, block, nr) &&
	       find_use(ext, block, nr);
}

static void answer(struct answers *answers, const struct block *block)
{
	const struct place *place = &block->place;

	if (block->name)
		answers_add(answers, place, ANSWER_FILE, "%s", block->name);
	else if (block->inode == INODE_ROOT)
		answers_add(answers, place, ANSWER_FILE, "/");
	else if (block->inode == INODE_JOURNAL)
		answers_add(answers, place, ANSWER_SYSTEM, "the journal");
	else if (block->inode == INODE_RESIZE || block->inode == INODE_BAD)
		answers_add(answers, place, ANSWER_SYSTEM, "reserved by the file system");
	else if (block->inode)
		answers_add(answers, place, ANSWER_SYSTEM,
			    "inode %llu, which has no name: extended attributes, or a file that was removed",
			    LLU(block->inode));
	else if (block->used)
		answers_add(answers, place, ANSWER_SYSTEM, "metadata of the file system");
	else
		answers_add(answers, place, ANSWER_FREE, "free space");
}

void ext_files(struct answers *answers, const char *path, const struct places *places)
{
	uint32_t sectors = block_sectors(path);
	struct ext ext = { .path = path };
	int i, nr;

	if (!sectors) {
		answers_all(answers, places, ANSWER_UNKNOWN,
			    "the superblock of the file system cannot be read");
		return;
	}
	make_blocks(&ext, places, sectors);
	for (i = 0; i < ext.nr; i += BATCH) {
		nr = ext.nr - i < BATCH ? ext.nr - i : BATCH;
		if (!find(&ext, ext.block + i, nr))
			break;
	}
	if (*ext.why)
		answers_all(answers, places, ANSWER_UNKNOWN, ext.why);
	for (i = 0; i < ext.nr; i++) {
		if (!*ext.why)
			answer(answers, &ext.block[i]);
		free(ext.block[i].name);
	}
	free(ext.block);
}
