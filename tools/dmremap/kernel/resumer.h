/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A helper process that resumes a device if the program that suspended it is killed.
 */
#ifndef _DMREMAP_RESUMER_H
#define _DMREMAP_RESUMER_H

#include <sys/types.h>

#include "lib/exit.h"

/**
 * struct resumer - the process.
 * @pid: its process ID.
 * @fd: a pipe. The kernel closes it when the program ends, and the process waits for that.
 */
struct resumer {
	pid_t pid;
	int fd;
};

/**
 * resumer_start() - start the process. Call this before the device is suspended.
 * @resumer: filled in; pass it to resumer_end().
 * @name: the device.
 * @resume: resumes the device; called in the process once the program has ended. It must not need
 *	I/O to the device, so it must not print or start a program.
 * @context: for @resume.
 *
 * The process locks its memory, and signals sent to the program's terminal, process group or
 * control group do not reach it.  Prints an error if it cannot be started.
 *
 * Return: an exit status.
 */
int resumer_start(struct resumer *resumer, const char *name, void (*resume)(void *context),
		  void *context);

/* The device has been resumed: end the process. */
void resumer_end(struct resumer *resumer);

#endif /* _DMREMAP_RESUMER_H */
