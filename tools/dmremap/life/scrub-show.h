/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_SCRUB_SHOW_H
#define _DMREMAP_SCRUB_SHOW_H

#include <stdbool.h>

/**
 * scrub_show() - print the progress of the scrubs of devices, and the results of the last ones.
 * @names: names of devices.
 * @nr: number of entries.
 * @json: print JSON.
 *
 * Looks at a run twice, a second apart, to see how fast it is.
 *
 * Return: an exit status.
 */
int scrub_show(char *const *names, int nr, bool json);

#endif /* _DMREMAP_SCRUB_SHOW_H */
