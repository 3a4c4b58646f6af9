/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of the running kernel.
 */
#ifndef _DMREMAP_LOG_READ_H
#define _DMREMAP_LOG_READ_H

#include <stddef.h>

/**
 * log_read() - read the kernel's messages since boot.
 * @text: takes the lines, each with the seconds since boot in brackets; the caller frees it.
 * @size: takes its size.
 *
 * journalctl prints the whole log if there is a journal; /dev/kmsg has only the last part.
 *
 * Return: 0 or a negative error number; -EPERM if only root may read it.
 */
int log_read(char **text, size_t *size);

#endif /* _DMREMAP_LOG_READ_H */
