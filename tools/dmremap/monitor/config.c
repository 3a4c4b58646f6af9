// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/exit.h"
#include "lib/file.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/root.h"
#include "monitor/config.h"

#define DAY_S		86400u

static const struct monitor_config defaults = {
	.settle_s = 60,
	.repeat_s = 3600,
	.poll_s = 600,
	.days = 30,
};

static const struct number_key {
	const char *word;
	size_t offset;
	unsigned int min;
	unsigned int max;
} number_keys[] = {
	{ "SETTLE", offsetof(struct monitor_config, settle_s), 0, 3600 },
	{ "REPEAT", offsetof(struct monitor_config, repeat_s), 0, 30 * DAY_S },
	{ "POLL", offsetof(struct monitor_config, poll_s), 1, DAY_S },
	{ "DAYS", offsetof(struct monitor_config, days), 0, 3650 },
};

/* The address goes into a mail header, where a comma or a space would add recipients. */
static const char *take_address(char address[ADDRESS_SIZE], const char *value)
{
	const char *p;

	if (strlen(value) >= ADDRESS_SIZE)
		return "the address is too long";
	for (p = value; *p; p++)
		if (*p <= ' ' || *p >= 127 || strchr(",;:<>()\"\\[]", *p))
			return "one mail address is expected, as root or admin@example.org";
	snprintf(address, ADDRESS_SIZE, "%s", value);
	return NULL;
}

static const char *take_program(struct monitor_config *config, const char *value)
{
	struct stat st;

	if (*value != '/')
		return "the path of a program is expected, which begins with /";
	if (strlen(value) >= PATH_MAX)
		return "the path is too long";
	if (stat(value, &st))
		return strerror(errno);
	if (!S_ISREG(st.st_mode) || access(value, X_OK))
		return "this is not an executable program; arguments are not allowed here";
	snprintf(config->program, sizeof(config->program), "%s", value);
	return NULL;
}

static const char *take_number(struct monitor_config *config, const struct number_key *key,
			       const char *value)
{
	static char why[80];
	uint64_t number;

	if (!number_take(&value, &number) || *value || number < key->min || number > key->max) {
		snprintf(why, sizeof(why), "a number from %u to %u is expected", key->min,
			 key->max);
		return why;
	}
	*(unsigned int *)((char *)config + key->offset) = number;
	return NULL;
}

static const char *take(struct monitor_config *config, const char *word, const char *value)
{
	unsigned int i;

	if (!*value)
		return "there is no value";
	if (!strcmp(word, "MAILADDR"))
		return take_address(config->mail, value);
	if (!strcmp(word, "MAILFROM"))
		return take_address(config->from, value);
	if (!strcmp(word, "PROGRAM"))
		return take_program(config, value);
	for (i = 0; i < ARRAY_SIZE(number_keys); i++)
		if (!strcmp(word, number_keys[i].word))
			return take_number(config, &number_keys[i], value);
	return "no such keyword; there are MAILADDR, MAILFROM, PROGRAM, SETTLE, REPEAT, POLL, DAYS";
}

/* Returns the error in a line, or NULL. */
static const char *take_line(struct monitor_config *config, char *line)
{
	char *value, *end;

	line[strcspn(line, "#")] = 0;
	line += strspn(line, " \t");
	for (end = line + strlen(line); end > line && strchr(" \t\r", end[-1]); end--)
		;
	*end = 0;
	if (!*line)
		return NULL;
	value = line + strcspn(line, " \t");
	if (*value)
		*value++ = 0;
	return take(config, line, value + strspn(value, " \t"));
}

static int take_text(struct monitor_config *config, const char *path, char *text)
{
	unsigned int nr = 0;
	const char *why;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		nr++;
		why = take_line(config, line);
		if (!why)
			continue;
		complain("%s:%u: %s: %s.", path, nr, line + strspn(line, " \t"), why);
		return EXIT_USAGE;
	}
	return EXIT_CLEAN;
}

int monitor_config_read(struct monitor_config *config, const char *path)
{
	char text[FILE_TEXT_SIZE], own[PATH_MAX];
	int error;

	*config = defaults;
	snprintf(own, sizeof(own), "%s" MONITOR_CONF, root_dir());
	error = file_read(path ? path : own, text);
	if (!path && error == -ENOENT)
		return EXIT_CLEAN;
	if (!error)
		return take_text(config, path ? path : own, text);
	complain("%s cannot be read: %s.", path ? path : own, error != -EBADMSG ?
		 strerror(-error) : "it is not text, or longer than 4096 bytes");
	return EXIT_USAGE;
}
