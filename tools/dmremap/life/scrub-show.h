/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_SCRUB_SHOW_H
#define _DMREMAP_SCRUB_SHOW_H

#include <stdbool.h>

/**
 * scrub_show() - print the progress of current scrubs and the results of recent ones.
 * @names: names of devices.
 * @nr: number of entries.
 * @json: print JSON.
 *
 * Reads the position twice, a second apart, to measure the speed.
 *
 * Return: an exit status.
 */
int scrub_show(char *const *names, int nr, bool json);

#endif /* _DMREMAP_SCRUB_SHOW_H */
