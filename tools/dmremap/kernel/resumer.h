/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that resumes a device if the program that has suspended it is killed.
 */
#ifndef _DMREMAP_RESUMER_H
#define _DMREMAP_RESUMER_H

#include <sys/types.h>

#include "lib/exit.h"

/**
 * struct resumer - the process.
 * @pid: its number.
 * @fd: the pipe whose closing, by the kernel when the program ends, it waits for.
 */
struct resumer {
	pid_t pid;
	int fd;
};

/**
 * resumer_start() - start it, before the device is suspended.
 * @resumer: to be filled, and given to resumer_end().
 * @name: the device.
 * @resume: resumes it; called in the process once the program has ended.  It must need no I/O
 *	to the device: it prints nothing and starts nothing.
 * @context: for it.
 *
 * The process has locked its memory, and signals to the terminal, to the process group or to the
 * control group of the program do not reach it.  Prints an error if it cannot be started.
 *
 * Return: an exit status.
 */
int resumer_start(struct resumer *resumer, const char *name, void (*resume)(void *context),
		  void *context);

/* The device has been resumed: end the process. */
void resumer_end(struct resumer *resumer);

#endif /* _DMREMAP_RESUMER_H */
