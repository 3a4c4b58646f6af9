/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_SCRUB_SHOW_H
#define _DMREMAP_SCRUB_SHOW_H

#include <stdbool.h>

/**
 * scrub_show() - print how far the scrubs of devices are, and what the last ones found.
 * @names: names of devices.
 * @nr: how many.
 * @json: print JSON.
 *
 * Looks at a run twice, a second apart, to see how fast it is.
 *
 * Return: an exit status.
 */
int scrub_show(char *const *names, int nr, bool json);

#endif /* _DMREMAP_SCRUB_SHOW_H */
