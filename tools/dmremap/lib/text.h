/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_TEXT_H
#define _DMREMAP_TEXT_H

#include "lib/util.h"

/**
 * text_add() - append formatted text.
 * @text: the text to append to, terminated by NUL.
 * @size: size of the buffer; the result is truncated to fit.
 */
void __printf(3, 4) text_add(char *text, size_t size, const char *format, ...);

#endif /* _DMREMAP_TEXT_H */
