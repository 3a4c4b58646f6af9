/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_FILES_ASK_H
#define _DMREMAP_FILES_ASK_H

#include <stdbool.h>

#include "files/answer.h"

/**
 * files_ask() - run a program of a file system.
 * @text: takes what it prints; to be freed.
 * @why: takes, if it cannot be run, a sentence on that; 160 bytes.
 * @argv: the program and its arguments.
 * @package: the package that it is in.
 *
 * Return: whether it was run; how it ended does not matter, for what it prints tells.
 */
bool files_ask(char **text, char why[160], const char *const *argv, const char *package);

/**
 * files_entry() - the next entry of what a program has printed.
 * @text: what is left; moved to the one after.
 * @begins: whether a line is the first one of an entry.
 * @context: for @begins.
 *
 * A name that ends an entry may have a newline in it: lines that begin no entry are of the
 * one before.
 *
 * Return: the entry, without its last newline, or NULL if there is no more.
 */
char *files_entry(char **text, bool (*begins)(const char *line, const void *context),
		  const void *context);

#endif /* _DMREMAP_FILES_ASK_H */
