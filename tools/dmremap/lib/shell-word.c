// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/shell-word.h"

/* More than any message has words in its commands. */
#define SHELL_WORDS	8

/* What no shell interprets, wherever it is in a word. */
#define PLAIN	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.:=@_/%,"

static bool is_plain(const char *word)
{
	return *word && !word[strspn(word, PLAIN)];
}

const char *shell_word(const char *word)
{
	/* a path whose characters are all quotes, each of which takes four */
	static char words[SHELL_WORDS][4 * PATH_MAX + 3];
	static unsigned int next;
	char *to, *text;

	/* longer ones are no names, and the kernel takes no such path */
	if (is_plain(word) || strlen(word) >= PATH_MAX)
		return word;
	text = words[next++ % SHELL_WORDS];
	to = text;
	*to++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			to = stpcpy(to, "'\\'");
		*to++ = *word;
	}
	strcpy(to, "'");
	return text;
}
