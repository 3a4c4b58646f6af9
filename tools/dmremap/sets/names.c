// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "lib/root.h"
#include "lib/util.h"
#include "sets/active.h"
#include "sets/names.h"
#include "sets/registry.h"

/* The links that udev makes for a device of device-mapper. */
static const char * const links[] = { "/dev/mapper/", "/dev/disk/by-id/dm-name-" };

/* Values may be quoted, as in the shell syntax of GRUB's file. */
#define SEPARATORS	" \t\"'"

/* Files of the user, ... */
static const char * const files[] = { "/etc/fstab", "/etc/crypttab" };

/* ... and the kernel command line: the current one, and the sources of the next one. */
static const char * const command_lines[] = {
	"/proc/cmdline", "/etc/default/grub", "/etc/kernel/cmdline",
};

/* Decode octal escapes as in fstab(5), such as "\040" for a space. */
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

/* "/dev/mapper/NAME", also after "root=" or before a comma, or the first word of crypttab. */
static bool speaks_of(char *word, const char *name, bool first)
{
	unsigned int i;
	char *device;

	decode(word);
	if (first && is_name(word, name))
		return true;
	for (i = 0; i < ARRAY_SIZE(links); i++) {
		device = strstr(word, links[i]);
		if (!device)
			continue;
		device += strlen(links[i]);
		if (is_name(device, name))
			return true;
		device[strcspn(device, ",")] = 0;
		return is_name(device, name);
	}
	return false;
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
		for (word = strtok_r(line, SEPARATORS, &save); word && !found;
		     word = strtok_r(NULL, SEPARATORS, &save), first = false)
			found = speaks_of(word, name, first);
	}
	free(line);
	fclose(file);
	return found;
}

static const char *find_table(const char * const *tables, unsigned int nr, const char *name)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (is_in_table(tables[i], name))
			return tables[i];
	return NULL;
}

/* Whether a known set or a device has the name. */
static bool is_taken(const char *name, const char *uuid)
{
	char number[BLOCKDEV_NUMBER_SIZE];
	struct registered set;

	return registry_find_name(&set, name, uuid) || active_name_taken(name, number);
}

bool name_is_reserved(const char *name, const char *uuid)
{
	return is_taken(name, uuid) ||
	       find_table(files, ARRAY_SIZE(files), name) ||
	       find_table(command_lines, ARRAY_SIZE(command_lines), name);
}

void name_tell_old(const char *name, const char *instead)
{
	const char *from = find_table(command_lines, ARRAY_SIZE(command_lines), name);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (is_in_table(files[i], name))
			complain("%s has /dev/mapper/%s: write %s there before the next start.",
				 files[i], name, instead);
	if (from)
		complain("The kernel is started with /dev/mapper/%s (%s): before the next start, put %s in its place in /etc/default/grub if it is there, and run \"update-grub\" or \"grub2-mkconfig -o /boot/grub2/grub.cfg\".",
			 name, from, instead);
}

void name_for_guest(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid)
{
	size_t length = strlen(wanted);
	char suffix[10];

	snprintf(suffix, sizeof(suffix), "-%.8s", uuid);
	/* once it has been active here, its medium has the name with the suffix */
	if (length > strlen(suffix) && !strcmp(wanted + length - strlen(suffix), suffix))
		text_copy(name, wanted, ENCODED_NAME_SIZE);
	else
		snprintf(name, ENCODED_NAME_SIZE, "%.500s%s", wanted, suffix);
	if (strlen(name) >= DM_REMAP_NAME_SIZE || name_is_reserved(name, uuid))
		snprintf(name, ENCODED_NAME_SIZE, "dm-remap-%s", uuid);
}

static void choose(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid,
		   bool (*excluded)(const char *name, const char *uuid))
{
	text_copy(name, wanted, ENCODED_NAME_SIZE);
	if (excluded(name, uuid))
		name_for_guest(name, wanted, uuid);
}

void name_for_foreign(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid)
{
	choose(name, wanted, uuid, name_is_reserved);
}

void name_for_listed(char name[ENCODED_NAME_SIZE], const char *wanted, const char *uuid)
{
	choose(name, wanted, uuid, is_taken);
}
