// SPDX-License-Identifier: GPL-2.0
/*
 * hold DIRECTORY DEVICE: read the directory into memory that is mapped from the device.
 *
 * The kernel copies the names with the directory locked, so this holds the lock as long as
 * the device is suspended.  Any user can do the same with a file of their own.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE	65536

int main(int argc, char **argv)
{
	int dir, device;
	void *memory;

	if (argc != 3)
		errx(2, "usage: hold DIRECTORY DEVICE");
	dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	device = open(argv[2], O_RDWR);
	if (dir < 0 || device < 0)
		err(1, "%s, %s", argv[1], argv[2]);
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");
	if (syscall(SYS_getdents64, dir, memory, SIZE) < 0)
		err(1, "getdents64");
	return 0;
}
