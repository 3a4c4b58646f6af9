/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Captures the output of another program.
 */
#ifndef _DMREMAP_CAPTURE_H
#define _DMREMAP_CAPTURE_H

#include <stddef.h>

/**
 * struct capture - the output of a program.
 * @text: its standard output, terminated by NUL; the caller frees it.
 * @size: length of @text.
 * @status: its exit status.
 */
struct capture {
	char *text;
	size_t size;
	int status;
};

/**
 * capture_run() - run a program and capture its output.
 * @capture: filled in.
 * @argv: its name, which is looked up in PATH, and its arguments, terminated by NULL.
 * @seconds: time limit, after which it is killed.
 *
 * Its standard error and its standard input are /dev/null.
 *
 * Return: 0, or a negative error number: -ENOENT if the program does not exist, -ETIME if it
 * took too long, -EINTR if a signal ended it, -EFBIG if it printed more than 64 MiB.
 */
int capture_run(struct capture *capture, const char *const *argv, unsigned int seconds);

#endif /* _DMREMAP_CAPTURE_H */
