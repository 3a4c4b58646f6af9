/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _FUZZ_SPARE_IMAGE_H
#define _FUZZ_SPARE_IMAGE_H

#include "media.h"

/*
 * Make the content of a spare, of MEDIUM_SPARE sectors.  Returns whether that is more than the
 * pages of the generated disk.
 */
bool spare_image(const struct medium *medium, uint8_t *image);

#endif /* _FUZZ_SPARE_IMAGE_H */
