// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/root.h"
#include "lib/util.h"
#include "sets/active.h"
#include "sets/names.h"
#include "sets/registry.h"

#define MAPPER	"/dev/mapper/"

/* The initramfs has copies of those of the system. */
static const char * const tables[] = {
	"/etc/fstab", "/etc/crypttab", "/etc/dm-remap/fstab", "/etc/dm-remap/crypttab",
	"/proc/cmdline",
};

/* "\040" for a space, as fstab(5) has it. */
static void decode(char *word)
{
	unsigned int code;
	char *to = word;

	while (*word) {
		if (*word == '\\' && sscanf(word + 1, "%3o", &code) == 1 && word[1] && word[2] &&
		    word[3]) {
			*to++ = code;
			word += 4;
		} else {
			*to++ = *word++;
		}
	}
	*to = 0;
}

static bool is_name(const char *word, const char *name)
{
	char encoded[ENCODED_NAME_SIZE];

	if (strlen(word) >= DM_REMAP_NAME_SIZE)
		return false;
	text_encode(encoded, word);
	return !strcmp(encoded, name);
}

/* "/dev/mapper/NAME", also behind "root=", or the first word of crypttab. */
static bool speaks_of(char *word, const char *name, bool first)
{
	char *device;

	decode(word);
	if (first && is_name(word, name))
		return true;
	device = strstr(word, MAPPER);
	return device && is_name(device + strlen(MAPPER), name);
}

static bool is_in_table(const char *table, const char *name)
{
	char path[PATH_MAX], *line = NULL, *word, *save;
	bool found = false, first;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root_dir(), table);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && getline(&line, &size, file) > 0) {
		first = strstr(table, "crypttab");
		line[strcspn(line, "#\n")] = 0;
		for (word = strtok_r(line, " \t", &save); word && !found;
		     word = strtok_r(NULL, " \t", &save), first = false)
			found = speaks_of(word, name, first);
	}
	free(line);
	fclose(file);
	return found;
}

bool name_is_in_tables(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		if (is_in_table(tables[i], name))
			return true;
	return false;
}

bool name_is_reserved(const char *name, const char *uuid)
{
	char number[BLOCKDEV_NUMBER_SIZE];
	struct registered set;

	return registry_find_name(&set, name, uuid) || active_name_taken(name, number) ||
	       name_is_in_tables(name);
}

void name_for_foreign(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid)
{
	text_copy(name, wanted, ENCODED_NAME_SIZE);
	if (!name_is_reserved(name, uuid))
		return;
	snprintf(name, ENCODED_NAME_SIZE, "%.500s-%.8s", wanted, uuid);
	if (strlen(name) >= DM_REMAP_NAME_SIZE || name_is_reserved(name, uuid))
		snprintf(name, ENCODED_NAME_SIZE, "dm-remap-%s", uuid);
}
