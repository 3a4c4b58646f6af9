/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recovers the content of a spare whose main is gone.
 */
#ifndef _DMREMAP_RESCUE_SPARE_H
#define _DMREMAP_RESCUE_SPARE_H

/**
 * rescue_spare() - write the moved blocks of a spare to an image of its main.
 * @spare: the spare or an image of it; only read.
 * @image: the sparse file to create, as large as the part of the main used by the set.
 * @mapfile: the ddrescue mapfile to create, which shows what the image has ("+"), what is lost
 *	("-"), and what only the main had ("?").
 *
 * Prints the result or an error.
 *
 * Return: an exit status; %EXIT_UNCORRECTED if data on the spare is lost.
 */
int rescue_spare(const char *spare, const char *image, const char *mapfile);

#endif /* _DMREMAP_RESCUE_SPARE_H */
