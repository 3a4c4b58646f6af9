// SPDX-License-Identifier: GPL-2.0
/*
 * cycles MAIN SPARE SECTORS ROUNDS STATS: rounds of create, rename, suspend, reload, resume and
 * remove of a transient set, while another process repeatedly loads and unloads the module
 * in the file STATS. The last line says how often it did so.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>

#define SIZE	16384

static int control;
static union {
	struct dm_ioctl dmi;
	char bytes[SIZE];
} buffer;

static void begin(const char *name, unsigned int flags)
{
	memset(&buffer, 0, sizeof(buffer));
	buffer.dmi.version[0] = DM_VERSION_MAJOR;
	buffer.dmi.data_size = sizeof(buffer);
	buffer.dmi.data_start = sizeof(buffer.dmi);
	buffer.dmi.flags = flags;
	snprintf(buffer.dmi.name, sizeof(buffer.dmi.name), "%s", name);
}

static void call(unsigned long command, unsigned int round, const char *what)
{
	if (ioctl(control, command, &buffer) < 0)
		err(1, "round %u: %s", round, what);
}

static void load(const char *name, const char *params, unsigned long long sectors,
		 unsigned int round)
{
	struct dm_target_spec *spec = (void *)(buffer.bytes + sizeof(buffer.dmi));

	begin(name, 0);
	buffer.dmi.target_count = 1;
	spec->length = sectors;
	snprintf(spec->target_type, sizeof(spec->target_type), "remap");
	memcpy(spec + 1, params, strlen(params));
	spec->next = (sizeof(*spec) + strlen(params) + 8) & ~7UL;
	call(DM_TABLE_LOAD, round, "load");
}

static void cycle(const char *params, unsigned long long sectors, unsigned int round)
{
	begin("first", 0);
	call(DM_DEV_CREATE, round, "create");
	load("first", params, sectors, round);
	begin("first", 0);
	call(DM_DEV_SUSPEND, round, "resume");
	begin("first", 0);
	memcpy(buffer.bytes + sizeof(buffer.dmi), "second", sizeof("second"));
	call(DM_DEV_RENAME, round, "rename");
	begin("second", DM_SUSPEND_FLAG | DM_SKIP_LOCKFS_FLAG);
	call(DM_DEV_SUSPEND, round, "suspend");
	load("second", params, sectors, round);
	begin("second", 0);
	call(DM_DEV_SUSPEND, round, "resume after the reload");
	begin("second", 0);
	call(DM_DEV_REMOVE, round, "remove");
}

/* Load and unload the module until killed; count that in *@times. */
static void come_and_go(const char *path, atomic_uint *times)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	for (;;) {
		if (syscall(SYS_finit_module, fd, "", 0))
			err(1, "load %s", path);
		usleep(*times % 5 * 100);
		while (syscall(SYS_delete_module, "dm_remap_stats", O_NONBLOCK))
			if (errno != EAGAIN && errno != EWOULDBLOCK)
				err(1, "unload %s", path);
		++*times;
	}
}

int main(int argc, char **argv)
{
	atomic_uint *times;
	unsigned int round, rounds;
	int status, left;
	char params[256];
	pid_t loader;

	if (argc != 6)
		errx(2, "usage: cycles MAIN SPARE SECTORS ROUNDS STATS");
	control = open("/dev/mapper/control", O_RDWR);
	if (control < 0)
		err(1, "/dev/mapper/control");
	times = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (times == MAP_FAILED)
		err(1, "mmap");
	snprintf(params, sizeof(params), "%s 0 %s 1 transient", argv[1], argv[2]);
	rounds = strtoul(argv[4], NULL, 10);
	loader = fork();
	if (!loader)
		come_and_go(argv[5], times);
	for (round = 0; round < rounds; round++)
		cycle(params, strtoull(argv[3], NULL, 10), round);
	left = waitpid(loader, &status, WNOHANG);
	if (left)
		err(1, "the loader has ended, status %d", status);
	kill(loader, SIGKILL);
	waitpid(loader, &status, 0);
	printf("%u rounds, statistics loaded %u times\n", rounds, *times);
	return 0;
}
