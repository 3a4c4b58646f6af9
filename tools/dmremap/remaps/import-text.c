// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the text of a list line by line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "lib/number.h"
#include "remaps/import.h"

/* More than any program prints for one disk: a larger file was named by mistake. */
#define SIZE_LIMIT	(256u << 20)

static int unreadable(const struct import *import, const char *why)
{
	complain("%s cannot be read: %s.", import->path, why);
	return -1;
}

static int read_file(struct import *import, FILE *file)
{
	size_t room = 0, n;

	do {
		if (import->size > SIZE_LIMIT)
			return unreadable(import, "it is too large to be a list of bad blocks");
		if (import->size == room) {
			room = room ? 2 * room : 65536;
			/* one more for the NUL */
			import->text = realloc(import->text, room + 1);
			if (!import->text)
				no_memory();
		}
		n = fread(import->text + import->size, 1, room - import->size, file);
		import->size += n;
	} while (n);
	if (ferror(file))
		return unreadable(import, strerror(errno));
	import->text[import->size] = 0;
	if (memchr(import->text, 0, import->size))
		return unreadable(import, "it is not text");
	return 0;
}

int import_read(struct import *import)
{
	FILE *file = stdin;
	int error;

	if (strcmp(import->path, "-")) {
		file = fopen(import->path, "re");
		if (!file)
			return unreadable(import, strerror(errno));
	} else {
		import->path = "standard input";
	}
	error = read_file(import, file);
	if (file != stdin)
		fclose(file);
	import_rewind(import);
	return error;
}

void import_free(struct import *import)
{
	free(import->text);
	free(import->line_text);
	ranges_free(&import->entries);
}

void import_rewind(struct import *import)
{
	import->next = import->text;
	import->line = 0;
}

const char *import_line(struct import *import)
{
	size_t size;
	char *text = import->next, *end;

	if (!text || !*text)
		return NULL;
	end = text + strcspn(text, "\n");
	import->next = end + (*end == '\n');
	import->line++;
	while (text < end && isspace((unsigned char)*text))
		text++;
	while (text < end && isspace((unsigned char)end[-1]))
		end--;
	size = end - text;
	free(import->line_text);
	import->line_text = strndup(text, size);
	if (!import->line_text)
		no_memory();
	return import->line_text;
}

const char *import_entry(struct import *import)
{
	const char *line;

	do {
		line = import_line(import);
	} while (line && (!*line || *line == '#'));
	return line;
}

int import_wrong(const struct import *import, const char *why)
{
	complain("%s, line %lu, \"%.60s\", %s. Nothing has been changed.", import->path,
		 import->line, import->line_text, why);
	return -1;
}

void import_add(struct import *import, uint64_t first, uint64_t count)
{
	import_add_bytes(import, import->base + (wide)first * import->unit,
			 (wide)count * import->unit);
}

void import_add_bytes(struct import *import, wide start, wide bytes)
{
	ranges_add(&import->entries, start, start + bytes);
}

static void skip_blanks(const char **text)
{
	while (isspace((unsigned char)**text))
		++*text;
}

bool import_number(const char **text, uint64_t *value)
{
	if (!number_take(text, value) || (**text && !isspace((unsigned char)**text)))
		return false;
	skip_blanks(text);
	return true;
}

bool import_any_number(const char **text, uint64_t *value)
{
	const char *digits = *text + 2;
	size_t n;

	if (strncasecmp(*text, "0x", 2))
		return import_number(text, value);
	n = strspn(digits, "0123456789abcdefABCDEF");
	if (!n || n - strspn(digits, "0") > 16)
		return false;
	*value = strtoull(digits, NULL, 16);
	*text = digits + n;
	if (**text && !isspace((unsigned char)**text))
		return false;
	skip_blanks(text);
	return true;
}

bool import_word(const char **text, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*text, word, n) || ((*text)[n] && !isspace((unsigned char)(*text)[n])))
		return false;
	*text += n;
	skip_blanks(text);
	return true;
}
