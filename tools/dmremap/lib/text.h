/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_TEXT_H
#define _DMREMAP_TEXT_H

#include "lib/util.h"

/**
 * text_add() - append to a text, as printf() writes.
 * @text: ends in a zero.
 * @size: bytes there are for it; what there is no room for is left out.
 */
void __printf(3, 4) text_add(char *text, size_t size, const char *format, ...);

#endif /* _DMREMAP_TEXT_H */
