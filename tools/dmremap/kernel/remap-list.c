// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dm-remap/format.h>

#include "kernel/remap-list.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/number.h"

const char *reason_name(unsigned int reason)
{
	static const char * const names[DM_REMAP_NR_REASONS] = {
		"unknown", "manual", "read", "write", "slow", "lost-write", "scrub",
	};

	return names[reason < DM_REMAP_NR_REASONS ? reason : DM_REMAP_REASON_UNKNOWN];
}

static bool get_number(const char **p, uint64_t *value)
{
	while (**p == ' ')
		++*p;
	return number_take(p, value);
}

/* Parse a word of letters and "-". */
static bool get_word(const char **p, char *word, size_t size)
{
	size_t n;

	while (**p == ' ')
		++*p;
	n = strspn(*p, "abcdefghijklmnopqrstuvwxyz-");
	if (!n || n >= size)
		return false;
	snprintf(word, size, "%.*s", (int)n, *p);
	*p += n;
	return true;
}

static bool get_mask(const char **p, uint64_t *mask)
{
	char *end;

	while (**p == ' ')
		++*p;
	if (strncmp(*p, "0x", 2) || !(*p)[2] || strspn(*p + 2, "0123456789abcdef") > 16)
		return false;
	*mask = strtoull(*p + 2, &end, 16);
	*p = end;
	return true;
}

/* A missing word, or one that a later version may have added, is an unknown reason. */
static unsigned int get_reason(const char *p)
{
	unsigned int i = DM_REMAP_REASON_UNKNOWN;
	char word[16];

	if (get_word(&p, word, sizeof(word)))
		for (i = DM_REMAP_NR_REASONS - 1; i && strcmp(word, reason_name(i)); i--)
			;
	return i;
}

/* More fields may follow in later versions. */
static bool parse_status(const char *p, struct remap_status *status)
{
	uint64_t start;
	char type[16];

	return get_number(&p, &start) && get_number(&p, &status->length) && status->length &&
	       get_word(&p, type, sizeof(type)) && !strcmp(type, "remap") &&
	       get_word(&p, status->state, sizeof(status->state)) &&
	       get_number(&p, &status->remapped) && get_number(&p, &status->capacity) &&
	       get_number(&p, &status->pending) && get_number(&p, &status->lost_sectors) &&
	       (!*p || *p == ' ');
}

static bool parse_remap(const char *p, struct remap *remap)
{
	uint64_t sectors;

	if (!get_number(&p, &remap->main_sector) || !get_number(&p, &remap->spare_sector) ||
	    !get_number(&p, &sectors) || !get_word(&p, remap->state, sizeof(remap->state)) ||
	    !get_mask(&p, &remap->lost) || !get_mask(&p, &remap->unread) || (*p && *p != ' '))
		return false;
	if (!sectors || sectors > 64 || sectors & (sectors - 1) || remap->main_sector % sectors)
		return false;
	remap->sectors = sectors;
	remap->reason = get_reason(p);
	return sectors == 64 || !((remap->lost | remap->unread) >> sectors);
}

static int wrong(const struct list_reader *reader, const char *why)
{
	complain("%s: line %lu of the list %s.", reader->what, reader->lines, why);
	return -1;
}

static int first_line(struct list_reader *reader, const char *line)
{
	struct remap_status status;

	if (!parse_status(line, &status))
		return wrong(reader, "is not the status of a dm-remap device");
	reader->length = status.length;
	if (reader->visitor->begin)
		reader->visitor->begin(reader->visitor->context, &status, line);
	return 0;
}

int list_line(struct list_reader *reader, const char *line)
{
	struct remap remap;

	if (!reader->lines++)
		return first_line(reader, line);
	if (!parse_remap(line, &remap))
		return wrong(reader, "is not \"main_sector spare_sector sectors state lost_mask unread_mask\"");
	if (remap.main_sector < reader->next)
		return wrong(reader, "is not in order");
	if (remap.main_sector >= reader->length ||
	    remap.sectors > reader->length - remap.main_sector)
		return wrong(reader, "is beyond the end of the device");
	reader->next = remap.main_sector + remap.sectors;
	reader->visitor->remap(reader->visitor->context, &remap, line);
	return 0;
}

static int read_lines(struct list_reader *reader, FILE *file)
{
	char line[LIST_LINE_SIZE];
	size_t size;

	while (fgets(line, sizeof(line), file)) {
		size = strlen(line);
		if (size && line[size - 1] == '\n')
			line[--size] = 0;
		if (list_line(reader, line))
			return EXIT_OPERATION;
	}
	if (ferror(file)) {
		complain("%s cannot be read: %s.", reader->what, strerror(errno));
		return EXIT_OPERATION;
	}
	if (reader->lines)
		return EXIT_CLEAN;
	complain("%s is empty.", reader->what);
	return EXIT_OPERATION;
}

int list_file(const char *path, const struct list_visitor *visitor)
{
	struct list_reader reader = { .what = path, .visitor = visitor };
	FILE *file = fopen(path, "re");
	int status;

	if (!file) {
		complain("%s cannot be opened: %s.", path, strerror(errno));
		return EXIT_OPERATION;
	}
	status = read_lines(&reader, file);
	fclose(file);
	return status;
}
