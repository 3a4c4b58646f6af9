// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/encode.h"

static bool is_encoded(const char *text)
{
	return text[0] == '\\' && text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
	       isxdigit((unsigned char)text[3]);
}

void text_encode(char *text, const char *name)
{
	const unsigned char *c;

	for (c = (const unsigned char *)name; *c; c++) {
		if ((isascii(*c) && (isalnum(*c) || strchr("#+-.:=@_", *c))) ||
		    is_encoded((const char *)c))
			*text++ = *c;
		else
			text += sprintf(text, "\\x%02x", *c);
	}
	*text = 0;
}

void text_printable(char *to, const char *from, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i]; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	to[i] = 0;
}
