/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads small text files, such as those of /sys, /proc and configfs.
 */
#ifndef _DMREMAP_FILE_H
#define _DMREMAP_FILE_H

/* Longest text of a file (one page), including the NUL. */
#define FILE_TEXT_SIZE	4097

/**
 * file_read() - read a small text file.
 * @path: the file.
 * @text: takes %FILE_TEXT_SIZE bytes; the last newline is cut off.
 *
 * Return: 0 or a negative error number: -EBADMSG if the file is longer than a page or
 * contains a NUL; -ENOENT if it does not exist, or its device has gone.
 */
int file_read(const char *path, char *text);

/* What an error of file_read() means, for messages. */
const char *file_error(int error);

#endif /* _DMREMAP_FILE_H */
