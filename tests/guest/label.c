// SPDX-License-Identifier: GPL-2.0
/*
 * label DEVICE UUID NAME [FIELD=VALUE...]: write a label like dmremap seal, even an invalid
 * one.
 *
 * These fields are set before the checksum is computed: version, main_sectors,
 * target_sectors, block_size, nr_ranges, first, scattered (this many ranges of one block,
 * eight blocks apart), zero_name (0 lets the name fill the whole field), secret (flips these
 * bits of its first byte).  The field crc is set afterwards.
 *
 * The secret is that of the spare with this uuid, /dev/spare or /dev/spare2, if one of them is.
 */
#include <endian.h>
#include <err.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dm-remap/format.h>

static void parse_uuid(const char *text, uint8_t *uuid)
{
	unsigned int byte, i;

	for (i = 0; i < 16; i++) {
		text += *text == '-';
		if (sscanf(text, "%2x", &byte) != 1)
			errx(1, "no uuid");
		uuid[i] = byte;
		text += 2;
	}
}

static void take_secret(struct dm_remap_label *label, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECT);
	struct dm_remap_sb *sb = aligned_alloc(4096, 4096);

	if (sb && fd >= 0 && pread(fd, sb, 4096, 0) == 4096 &&
	    !memcmp(sb->magic, DM_REMAP_SPARE_MAGIC, sizeof(sb->magic)) &&
	    !memcmp(sb->uuid, label->uuid, sizeof(sb->uuid)))
		memcpy(label->secret, sb->secret, sizeof(label->secret));
	if (fd >= 0)
		close(fd);
	free(sb);
}

static void scatter(struct dm_remap_label *label, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr && i < DM_REMAP_LABEL_RANGES; i++) {
		label->ranges[i].block = htole64(8 * i);
		label->ranges[i].nr = htole32(1);
	}
	label->nr_ranges = htole32(nr);
}

static void set(struct dm_remap_label *label, const char *field)
{
	const char *value = strchr(field, '=');
	__u64 number;

	if (!value)
		errx(1, "%s: no value", field);
	number = strtoull(value + 1, NULL, 0);
	if (!strncmp(field, "version=", 8))
		label->version = htole32(number);
	else if (!strncmp(field, "main_sectors=", 13))
		label->main_sectors = htole64(number);
	else if (!strncmp(field, "target_sectors=", 15))
		label->target_sectors = htole64(number);
	else if (!strncmp(field, "block_size=", 11))
		label->block_size = htole32(number);
	else if (!strncmp(field, "nr_ranges=", 10))
		label->nr_ranges = htole32(number);
	else if (!strncmp(field, "first=", 6))
		label->ranges[0].block = htole64(number);
	else if (!strncmp(field, "scattered=", 10))
		scatter(label, number);
	else if (!strncmp(field, "zero_name=", 10))
		memset(label->name, 'n', sizeof(label->name));
	else if (!strncmp(field, "secret=", 7))
		label->secret[0] ^= number;
	else if (strncmp(field, "crc=", 4))
		errx(1, "%s: no such field", field);
}

int main(int argc, char **argv)
{
	struct dm_remap_label *label;
	__u64 bytes;
	void *block;
	int fd, i;

	if (argc < 4)
		errx(1, "usage: label DEVICE UUID NAME [FIELD=VALUE...]");
	fd = open(argv[1], O_WRONLY | O_DIRECT | O_DSYNC);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes))
		err(1, "%s", argv[1]);
	block = aligned_alloc(4096, 4096);
	if (!block)
		err(1, "memory");
	memset(block, 0, 4096);
	label = block;
	memcpy(label->magic, DM_REMAP_LABEL_MAGIC, sizeof(label->magic));
	label->version = htole32(DM_REMAP_LABEL_VERSION);
	parse_uuid(argv[2], label->uuid);
	take_secret(label, "/dev/spare");
	take_secret(label, "/dev/spare2");
	label->main_sectors = htole64(bytes / 512);
	label->target_sectors = htole64(bytes / 512);
	label->block_size = htole32(4096);
	label->nr_ranges = htole32(1);
	snprintf((char *)label->name, sizeof(label->name), "%s", argv[3]);
	label->ranges[0].nr = htole32(1);
	for (i = 4; i < argc; i++)
		set(label, argv[i]);
	dm_remap_label_seal(label);
	for (i = 4; i < argc; i++)
		if (!strncmp(argv[i], "crc=", 4))
			label->crc = htole32(strtoull(argv[i] + 4, NULL, 0));
	if (pwrite(fd, block, 4096, 0) != 4096)
		err(1, "%s", argv[1]);
	return close(fd) != 0;
}
