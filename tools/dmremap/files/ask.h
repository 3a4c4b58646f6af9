/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_FILES_ASK_H
#define _DMREMAP_FILES_ASK_H

#include <stdbool.h>

#include "files/answer.h"

/**
 * files_ask() - run a program of a file system.
 * @text: takes its output; the caller frees it.
 * @why: takes the reason if it cannot be run; 160 bytes.
 * @argv: the program and its arguments.
 * @package: the package that provides it.
 *
 * Return: whether it was run; its exit status is ignored, since the output decides.
 */
bool files_ask(char **text, char why[160], const char *const *argv, const char *package);

/**
 * files_entry() - the next entry of a program's output.
 * @text: the rest of the output; moved to the next entry.
 * @begins: whether a line is the first one of an entry.
 * @context: for @begins.
 *
 * An entry may end with a name that contains a newline: a line that does not begin an entry belongs
 * to the previous one.
 *
 * Return: the entry, without its last newline, or NULL at the end.
 */
char *files_entry(char **text, bool (*begins)(const char *line, const void *context),
		  const void *context);

#endif /* _DMREMAP_FILES_ASK_H */
