// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

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

static char decode(const char *text)
{
	const char digits[] = { text[2], text[3], 0 };

	return strtoul(digits, NULL, 16);
}

/* Number of bytes of the encoded letter or digit at the beginning of a text, or 0. */
static size_t take_letter(char *to, const char *text)
{
	size_t got = (size_t)-2, n;
	mbstate_t state = {};
	wchar_t c = 0;

	for (n = 0; n < MB_LEN_MAX && got == (size_t)-2 && is_encoded(text + 4 * n); n++) {
		to[n] = decode(text + 4 * n);
		got = mbrtowc(&c, to + n, 1, &state);
	}
	return got == 1 && c > 0x7f && iswalnum(c) ? n : 0;
}

void text_readable(char *to, const char *name)
{
	char letter[MB_LEN_MAX];
	size_t n;

	while (*name) {
		n = take_letter(letter, name);
		if (n) {
			memcpy(to, letter, n);
			to += n;
			name += 4 * n;
		} else {
			*to++ = *name++;
		}
	}
	*to = 0;
}

/*
 * Size of the first character if it takes a place on the screen or combines with one that does, and
 * 0 otherwise. Other characters of no width may turn the direction of the text around.
 */
static size_t shown_size(const char *text)
{
	mbstate_t state = {};
	wchar_t c = 0;
	size_t n = mbrtowc(&c, text, strnlen(text, MB_LEN_MAX), &state);

	if (n == (size_t)-1 || n == (size_t)-2 || !iswprint(c))
		return 0;
	return wcwidth(c) > 0 || iswctype(c, wctype("combining")) ? n : 0;
}

void text_clean(char *text)
{
	size_t n;

	for (; *text; text += n ? n : 1) {
		n = shown_size(text);
		if (!n)
			*text = '?';
	}
}

size_t text_utf8_size(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t size, i;

	if (*c < 0x80)
		return 1;
	size = *c >= 0xf0 ? 4 : *c >= 0xe0 ? 3 : 2;
	/* overlong encodings, values beyond Unicode, surrogates */
	if (*c < 0xc2 || *c > 0xf4 || (*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
	    (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f))
		return 0;
	for (i = 1; i < size; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

void text_printable(char *to, const char *from, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i]; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	to[i] = 0;
}
