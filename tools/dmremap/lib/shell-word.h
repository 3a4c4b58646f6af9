/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_SHELL_WORD_H
#define _DMREMAP_SHELL_WORD_H

/**
 * shell_word() - quote a name or a path for a command that a person may copy.
 * @word: the name or path.
 *
 * A shell would drop the backslashes of an encoded name, and split a path at its spaces.
 *
 * Return: @word if a shell takes it as it is; otherwise @word in single quotes, in one of the
 * few buffers that calls use in turn: enough of them for one message.
 */
const char *shell_word(const char *word);

#endif /* _DMREMAP_SHELL_WORD_H */
