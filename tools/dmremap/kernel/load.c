// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "kernel/load.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/root.h"

#define CONFIG	"/sys/kernel/config"

/* The modprobe that the kernel itself runs. */
static int run_modprobe(const char *name)
{
	char text[KERNEL_TEXT_SIZE];
	int status;
	pid_t pid;

	if (kernel_read_file("/proc/sys/kernel/modprobe", text) || !*text)
		text_copy(text, "/sbin/modprobe", sizeof(text));
	pid = fork();
	if (pid < 0)
		no_memory();
	if (!pid) {
		execl(text, text, "-q", "--", name, NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int load_module(const char *name)
{
	int status;

	if (*root_dir())
		return EXIT_CLEAN;
	fflush(stdout);
	status = run_modprobe(name);
	if (!status)
		return EXIT_CLEAN;
	if (status == 127)
		complain("The module %s cannot be loaded: modprobe is not installed.", name);
	else
		complain("The module %s cannot be loaded. \"modprobe %s\" says why; is it built for this kernel, and are you root?",
			 name, name);
	return EXIT_OPERATION;
}

int load_configfs(void)
{
	int error;

	if (*root_dir())
		return EXIT_CLEAN;
	/* another process may have mounted it first */
	error = mount("none", CONFIG, "configfs", 0, NULL) ? errno : 0;
	if (!error || error == EBUSY)
		return EXIT_CLEAN;
	complain("configfs cannot be mounted on " CONFIG ": %s.", strerror(error));
	return EXIT_OPERATION;
}
