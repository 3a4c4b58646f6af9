// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "disk/signature.h"
#include "kernel/announce.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/uuid.h"
#include "seal/raw.h"

static int open_both(struct raw *raw)
{
	const struct volume *volume = raw->volume;
	const char *path = volume->main.path;
	struct blockdev dev;
	uint64_t bytes;

	raw->fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	/* udev holds the lock during a probe, another dmremap for longer */
	if (raw->fd < 0 || flock(raw->fd, LOCK_EX) || ioctl(raw->fd, BLKGETSIZE64, &bytes))
		goto failed;
	raw->sectors = bytes / SECTOR_SIZE;
	if (!blockdev_by_number(&dev, volume->number)) {
		complain("sysfs does not have the name of %s, %s.", volume->name, volume->number);
		return EXIT_OPERATION;
	}
	memcpy(raw->node, dev.path, sizeof(raw->node));
	path = raw->node;
	raw->above = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (raw->above >= 0)
		return EXIT_CLEAN;
failed:
	complain("%s cannot be opened: %s.", path, strerror(errno));
	return EXIT_OPERATION;
}

int raw_open(struct raw *raw, const struct volume *volume)
{
	int status;

	*raw = (struct raw) { .volume = volume, .fd = -1, .above = -1 };
	raw->buffer = aligned_alloc(DM_REMAP_PAGE_SIZE, volume->block < DM_REMAP_PAGE_SIZE ?
				    DM_REMAP_PAGE_SIZE : volume->block);
	if (!raw->buffer)
		no_memory();
	status = open_both(raw);
	if (status)
		raw_close(raw);
	return status;
}

void raw_close(struct raw *raw)
{
	if (raw->above >= 0)
		close(raw->above);
	if (raw->fd >= 0)
		close(raw->fd);
	free(raw->buffer);
	*raw = (struct raw) { .volume = raw->volume, .fd = -1, .above = -1 };
}

void raw_announce(struct raw *raw)
{
	device_drop_cache(raw->fd);
	/* udev probes the device only after it is closed */
	raw_close(raw);
	announce_change(raw->volume->main.path);
}

static int read_block(const struct raw *raw, int fd, uint64_t block, void *buffer)
{
	uint32_t size = raw->volume->block;
	ssize_t n = pread(fd, buffer, size, block * size);

	if (n < 0)
		return -errno;
	return n == (ssize_t)size ? 0 : -EIO;
}

enum raw_label raw_read_label(struct raw *raw, struct dm_remap_label *label)
{
	char uuid[UUID_TEXT_SIZE];

	if (read_block(raw, raw->fd, 0, raw->buffer))
		return RAW_UNREADABLE;
	memcpy(label, raw->buffer, sizeof(*label));
	if (memcmp(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE))
		return RAW_UNLABELLED;
	if (dm_remap_label_check(label, raw->sectors))
		return RAW_DAMAGED;
	uuid_to_text(label->uuid, uuid);
	if (strcasecmp(uuid, raw->volume->uuid))
		return RAW_FOREIGN;
	/* otherwise its ranges refer to other blocks */
	return le32toh(label->block_size) == raw->volume->block &&
	       le64toh(label->target_sectors) == raw->volume->sectors ? RAW_LABELLED : RAW_DAMAGED;
}

int raw_write(struct raw *raw, uint64_t block, const void *content)
{
	uint32_t size = raw->volume->block;
	ssize_t n;
	int error;

	memcpy(raw->buffer, content, size);
	n = pwrite(raw->fd, raw->buffer, size, block * size);
	if (n != (ssize_t)size)
		return n < 0 ? -errno : -EIO;
	/* verify the write: a sector that has failed before may not keep its new content */
	error = read_block(raw, raw->fd, block, raw->buffer);
	if (error)
		return error;
	return memcmp(raw->buffer, content, size) ? -EIO : 0;
}

int raw_sync(struct raw *raw)
{
	return fdatasync(raw->fd) ? -errno : 0;
}

int raw_read_above(struct raw *raw, uint64_t block, void *content)
{
	int error = read_block(raw, raw->above, block, raw->buffer);

	if (!error && content)
		memcpy(content, raw->buffer, raw->volume->block);
	return error;
}

bool raw_shows_first_sector(struct raw *raw)
{
	uint8_t first[SECTOR_SIZE];

	if (read_block(raw, raw->fd, 0, raw->buffer))
		return false;
	memcpy(first, raw->buffer, SECTOR_SIZE);
	return !raw_read_above(raw, 0, NULL) && !memcmp(first, raw->buffer, SECTOR_SIZE);
}

static void forget(const struct raw *raw, const char *name)
{
	char path[320];
	struct blkpg_partition partition = {};
	struct blkpg_ioctl_arg arg = {
		.op = BLKPG_DEL_PARTITION,
		.datalen = sizeof(partition),
		.data = &partition,
	};
	FILE *file;
	bool known;

	snprintf(path, sizeof(path), "/sys/dev/block/%s/%s/partition", raw->volume->main.number,
		 name);
	file = fopen(path, "re");
	if (!file)
		return;
	known = fscanf(file, "%d", &partition.pno) == 1;
	fclose(file);
	if (known && ioctl(raw->fd, BLKPG, &arg))
		complain("The kernel still has /dev/%s: %s. Do not mount it.", name,
			 strerror(errno));
}

void raw_forget_partitions(struct raw *raw)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/dev/block/%s", raw->volume->main.number);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			forget(raw, entry->d_name);
	closedir(dir);
}
