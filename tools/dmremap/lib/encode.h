/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes names read from a device safe for terminals and paths.
 */
#ifndef _DMREMAP_ENCODE_H
#define _DMREMAP_ENCODE_H

#include <stddef.h>

#include <dm-remap/format.h>

/* Longest encoded name of a set, including the NUL: a byte takes up to four characters. */
#define ENCODED_NAME_SIZE	(4 * DM_REMAP_NAME_SIZE)

/**
 * text_encode() - encode a name in safe characters.
 * @text: takes the result; four times as large as @name, and one byte more.
 * @name: a name that was read from a device.
 *
 * Same as in libdevmapper: a character other than a letter, a digit or one of #+-.:=@_ becomes "\x"
 * and two digits; text that already looks encoded is not changed.
 */
void text_encode(char *text, const char *name);

/**
 * text_readable() - decode a name for display.
 * @to: takes the result; as large as @name.
 * @name: result of text_encode().
 *
 * Decodes letters and digits of any language that the locale supports. Other characters stay
 * encoded, since a terminal might interpret them.
 */
void text_readable(char *to, const char *name);

/**
 * text_printable() - copy a text from a device for display.
 * @to: takes the result, truncated if necessary.
 * @from: the text.
 * @size: size of @to.
 *
 * All but printable ASCII becomes "?".
 */
void text_printable(char *to, const char *from, size_t size);

/**
 * text_clean() - make a text that somebody else wrote safe for the terminal.
 * @text: the text, such as the name of a file.
 *
 * Each byte of a character that the locale does not have, or that a terminal might interpret,
 * becomes "?".
 */
void text_clean(char *text);

/**
 * text_utf8_size() - the size of the first character of a text.
 * @text: the text, which is not empty.
 *
 * Return: its size in bytes; 0 if the text does not begin with valid UTF-8.
 */
size_t text_utf8_size(const char *text);

#endif /* _DMREMAP_ENCODE_H */
