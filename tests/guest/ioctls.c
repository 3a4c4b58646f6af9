// SPDX-License-Identifier: GPL-2.0
/*
 * ioctls DEVICE COMMAND [KEY]: send one command to a block device, and print "ok", the result,
 * or the name of the error.
 *
 * inquiry, ata-identify, nvme-identify: as sg_inq, hdparm and nvme do
 * register, unregister, reserve, release KEY: the kernel's own calls for persistent
 *	reservations, as cluster software uses them; the type is write exclusive
 * keys, holder: by PERSISTENT RESERVE IN, of a SCSI disk: the registered keys, and the key of
 *	the initiator that has the reservation
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/hdreg.h>
#include <linux/nvme_ioctl.h>
#include <linux/pr.h>
#include <scsi/sg.h>

static unsigned char data[4096];

static int scsi(int fd, unsigned char *command, unsigned int length, unsigned int size)
{
	unsigned char sense[32];
	struct sg_io_hdr io = {
		.interface_id = 'S', .dxfer_direction = SG_DXFER_FROM_DEV, .cmdp = command,
		.cmd_len = length, .dxferp = data, .dxfer_len = size, .sbp = sense,
		.mx_sb_len = sizeof(sense), .timeout = 10000,
	};
	int ret = ioctl(fd, SG_IO, &io);

	if (!ret && io.status) {
		printf("status %d\n", io.status);
		exit(1);
	}
	return ret;
}

static int inquiry(int fd)
{
	unsigned char command[6] = { 0x12, 0, 0, 0, 96 };

	return scsi(fd, command, sizeof(command), 96);
}

/* @action: 0 reads the keys, 1 the reservation. */
static int reserve_in(int fd, unsigned int action)
{
	unsigned char command[10] = { 0x5e, action, 0, 0, 0, 0, 0, 4, 0 };

	return scsi(fd, command, sizeof(command), 1024);
}

static unsigned long long number_at(const unsigned char *at, unsigned int bytes)
{
	unsigned long long value = 0;

	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

/* Keys follow a header of 8 bytes, the last 4 of which are the length of the rest. */
static int print_keys(int fd, unsigned int action)
{
	unsigned int pos, end;
	int ret = reserve_in(fd, action);

	if (ret)
		return ret;
	end = 8 + number_at(data + 4, 4);
	if (end > 1024)
		errx(1, "too many keys");
	/* a reservation consists of a key and other fields */
	if (action && end > 16)
		end = 16;
	for (pos = 8; pos + 8 <= end; pos += 8)
		printf("%#llx ", number_at(data + pos, 8));
	return 0;
}

static int send_nvme(int fd)
{
	struct nvme_admin_cmd command = {
		.opcode = 6, .cdw10 = 1, .addr = (uintptr_t)data, .data_len = sizeof(data),
	};

	return ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command);
}

static int reserve(int fd, const char *name, unsigned long long key)
{
	struct pr_registration reg = { .new_key = key };
	struct pr_reservation res = { .key = key, .type = PR_WRITE_EXCLUSIVE };

	if (!strcmp(name, "register"))
		return ioctl(fd, IOC_PR_REGISTER, &reg);
	if (!strcmp(name, "reserve"))
		return ioctl(fd, IOC_PR_RESERVE, &res);
	if (!strcmp(name, "release"))
		return ioctl(fd, IOC_PR_RELEASE, &res);
	if (strcmp(name, "unregister"))
		errx(2, "%s is unknown", name);
	reg.old_key = key;
	reg.new_key = 0;
	return ioctl(fd, IOC_PR_REGISTER, &reg);
}

int main(int argc, char **argv)
{
	const char *name;
	int fd, ret;

	if (argc < 3 || argc > 4)
		errx(2, "usage: ioctls DEVICE COMMAND [KEY]");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(2, "%s", argv[1]);
	name = argv[2];
	if (!strcmp(name, "inquiry"))
		ret = inquiry(fd);
	else if (!strcmp(name, "keys") || !strcmp(name, "holder"))
		ret = print_keys(fd, *name == 'h');
	else if (!strcmp(name, "ata-identify"))
		ret = ioctl(fd, HDIO_GET_IDENTITY, data);
	else if (!strcmp(name, "nvme-identify"))
		ret = send_nvme(fd);
	else
		ret = reserve(fd, name, argc > 3 ? strtoull(argv[3], NULL, 0) : 0);
	/* a conflicting reservation is reported by a status, not by an error */
	if (ret > 0)
		printf("status %d\n", ret);
	else
		puts(ret ? strerrorname_np(errno) : "ok");
	return ret != 0;
}
