// SPDX-License-Identifier: GPL-2.0
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/terminal.h"

#define COLUMNS_DEFAULT	80
#define COLUMNS_MAX	1000

static unsigned int columns_wanted(void)
{
	const char *value = getenv("COLUMNS");
	int columns = value ? atoi(value) : 0;

	return columns > 0 ? columns : COLUMNS_DEFAULT;
}

void terminal_size(unsigned int *columns, unsigned int *lines)
{
	struct winsize size = {};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		size = (struct winsize) {};
	*columns = size.ws_col ? size.ws_col : columns_wanted();
	if (*columns > COLUMNS_MAX)
		*columns = COLUMNS_MAX;
	*lines = size.ws_row;
}

bool terminal_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
}

bool terminal_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}
