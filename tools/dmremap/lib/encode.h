/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names read from a device, in characters that do no harm on a terminal or in a path.
 */
#ifndef _DMREMAP_ENCODE_H
#define _DMREMAP_ENCODE_H

#include <stddef.h>

#include <dm-remap/format.h>

/* Longest encoded name of a set, including the NUL: a byte may take four characters. */
#define ENCODED_NAME_SIZE	(4 * DM_REMAP_NAME_SIZE)

/**
 * text_encode() - write a name in characters that do no harm.
 * @text: takes four times as many bytes as @name has, and one.
 * @name: a name that was read from a device.
 *
 * As libdevmapper does: a character that is not a letter, digit or one of #+-.:=@_ becomes
 * "\x" and two digits; text that looks encoded already stays.
 */
void text_encode(char *text, const char *name);

/**
 * text_readable() - a name for people to read.
 * @to: takes it; as large as @name.
 * @name: from text_encode().
 *
 * Letters and digits of any language are decoded, if the locale has them.  All else stays: it could
 * do harm on a terminal.
 */
void text_readable(char *to, const char *name);

/**
 * text_printable() - copy a text that a device gave, for people to read.
 * @to: takes it; what there is no room for is left out.
 * @from: the text.
 * @size: bytes of @to.
 *
 * "?" takes the place of whatever could do harm on a terminal.
 */
void text_printable(char *to, const char *from, size_t size);

#endif /* _DMREMAP_ENCODE_H */
