/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The content of a spare whose main is gone.
 */
#ifndef _DMREMAP_RESCUE_SPARE_H
#define _DMREMAP_RESCUE_SPARE_H

/**
 * rescue_spare() - write the moved blocks of a spare to an image of its main.
 * @spare: the spare, or an image of it; it is only read.
 * @image: a file to be made, sparse, as large as the main as far as the set used it.
 * @mapfile: a file to be made: a mapfile of ddrescue, that says what the image has ("+"), what
 *	is lost ("-"), and what only the main had ("?").
 *
 * Prints the result, or an error.
 *
 * Return: an exit status; %EXIT_UNCORRECTED if something that was on the spare is lost.
 */
int rescue_spare(const char *spare, const char *image, const char *mapfile);

#endif /* _DMREMAP_RESCUE_SPARE_H */
