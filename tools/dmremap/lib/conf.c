// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/conf.h"
#include "lib/file.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/root.h"

static const char * const keys[] = {
	"assemble", "device_timeout", "scrub_days", "scrub_days_flash", "scrub_after_find_days",
	"scrub_hours",
};

/* The content of the file; values point into it. */
static char text[FILE_TEXT_SIZE];
static const char *values[ARRAY_SIZE(keys)];
static bool damaged;

static int find(const char *key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(key, keys[i]))
			return i;
	return -1;
}

static void take_line(char *line)
{
	char *value, *end;
	int i;

	line[strcspn(line, "#")] = 0;
	for (end = line + strlen(line); end > line && strchr(" \t\r", end[-1]); end--)
		;
	*end = 0;
	if (!*line)
		return;
	value = strchr(line, '=');
	if (!value) {
		complain(CONF_FILE ": \"%s\" is not understood.", line);
		damaged = true;
		return;
	}
	*value++ = 0;
	i = find(line);
	if (i < 0)
		complain(CONF_FILE ": there is no setting %s.", line);
	else
		values[i] = value;
}

static void read_once(void)
{
	static bool done;
	char path[PATH_MAX], *line, *save;
	int error;

	if (done)
		return;
	done = true;
	snprintf(path, sizeof(path), "%s" CONF_FILE, root_dir());
	error = file_read(path, text);
	if (error == -ENOENT)
		return;
	if (error) {
		complain(CONF_FILE " cannot be read: %s.", file_error(error));
		damaged = true;
		return;
	}
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(line);
}

const char *conf_get(const char *key)
{
	read_once();
	return values[find(key)];
}

bool conf_is_damaged(void)
{
	read_once();
	return damaged;
}

uint64_t conf_number(const char *key, const char *what, uint64_t max, uint64_t otherwise)
{
	const char *value = conf_get(key), *end = value;
	uint64_t number;

	if (!value)
		return otherwise;
	if (number_take(&end, &number) && !*end && number <= max)
		return number;
	complain(CONF_FILE ": %s must be %s up to %llu, not \"%s\".", key, what, LLU(max), value);
	return otherwise;
}
