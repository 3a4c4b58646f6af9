// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "kernel/dm.h"
#include "kernel/kernel.h"
#include "kernel/names.h"
#include "kernel/remap-list.h"
#include "kernel/sample.h"
#include "kernel/volume.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/shell-word.h"

/* The table line of a device, "MAJ:MIN main_start MAJ:MIN ...". */
static int read_table(struct volume *volume)
{
	char number[BLOCKDEV_NUMBER_SIZE];
	unsigned long long start;
	struct dm_table table;
	int found;

	found = dm_table(volume->name, &table);
	if (!found)
		complain_gone(volume->name);
	if (found <= 0)
		return EXIT_OPERATION;
	if (strcmp(table.target, "remap")) {
		complain("%s is not a dm-remap device.", volume->name);
		return EXIT_OPERATION;
	}
	if (sscanf(table.params, "%23[0-9:] %llu %*u:%*u", number, &start) != 2) {
		complain("%s: its table \"%s\" is malformed.", volume->name,
			 table.params);
		return EXIT_OPERATION;
	}
	if (blockdev_gone(number)) {
		complain("%s: its main, %s, has left the system: \"dmremap status %s\" says what to do.",
			 volume->name, number, shell_word(volume->name));
		return EXIT_OPERATION;
	}
	if (!blockdev_by_number(&volume->main, number)) {
		complain("%s: sysfs does not have the name and the size of its main, %s.",
			 volume->name, number);
		return EXIT_OPERATION;
	}
	text_copy(volume->number, table.number, sizeof(volume->number));
	volume->sectors = table.sectors;
	volume->suspended = table.suspended;
	volume->main_start = start;
	volume->read_only = strstr(table.params, " read_only");
	return EXIT_CLEAN;
}

/* Not an error if missing: not all callers need it. */
static void read_uuid(struct volume *volume)
{
	char text[KERNEL_TEXT_SIZE];
	uint8_t uuid[UUID_SIZE];

	if (!kernel_read(TREE_CONFIG, volume->name, "uuid", text) && uuid_from_text(text, uuid))
		text_copy(volume->uuid, text, sizeof(volume->uuid));
}

static int read_block_size(struct volume *volume)
{
	const char *text;
	char size[KERNEL_TEXT_SIZE];

	text = size;
	if (!kernel_read(TREE_CONFIG, volume->name, "block_size", size) &&
	    number_take(&text, &volume->block) && volume->block >= SECTOR_SIZE &&
	    !(volume->block & (volume->block - 1)))
		return EXIT_CLEAN;
	complain("%s cannot be read. Is configfs mounted?",
		 kernel_path(TREE_CONFIG, volume->name, "block_size"));
	return EXIT_OPERATION;
}

static int main_unknown(const struct volume *volume, const char *what)
{
	complain("%s: sysfs does not have the %s of its main, %s.", volume->name, what,
		 volume->main.number);
	return EXIT_OPERATION;
}

static bool number(const struct volume *volume, const char *file, uint64_t *value)
{
	return kernel_block_number(volume->main.number, file, value);
}

/*
 * The queue and the size of the disk are attributes of the disk, which is the parent of a
 * partition.
 */
static bool disk_number(const struct volume *volume, const char *file, uint64_t *value)
{
	char path[64];

	snprintf(path, sizeof(path), "%s%s", volume->partition ? "../" : "", file);
	return number(volume, path, value);
}

static bool size_good(uint64_t size)
{
	return size >= SECTOR_SIZE && size <= 1 << 30 && !(size & (size - 1));
}

static int read_main(struct volume *volume)
{
	uint64_t partition;

	volume->partition = number(volume, "partition", &partition);
	if (!blockdev_disk(volume->main.number, volume->disk_number, volume->disk))
		return main_unknown(volume, "disk");
	if (!disk_number(volume, "size", &volume->disk_sectors))
		return main_unknown(volume, "size");
	if (volume->partition && !number(volume, "start", &volume->partition_start))
		return main_unknown(volume, "first sector");
	if (!disk_number(volume, "queue/logical_block_size", &volume->logical) ||
	    !size_good(volume->logical))
		return main_unknown(volume, "logical sector size");
	if (!disk_number(volume, "queue/physical_block_size", &volume->physical) ||
	    !size_good(volume->physical))
		return main_unknown(volume, "physical sector size");
	/* "-1" (not a number here) if the disk does not report it */
	if (number(volume, "alignment_offset", &volume->alignment))
		volume->alignment %= volume->physical;
	else
		volume->alignment = 0;
	volume->stacked = kernel_block_stacked(volume->main.number, volume->partition);
	if (!disk_number(volume, "nsid", &volume->nsid))
		volume->nsid = 0;
	return EXIT_CLEAN;
}

int volume_find(struct volume *volume, const char *name)
{
	int status;

	*volume = (struct volume) {};
	volume->name = volume->name_buffer;
	if (!device_name_take(name, volume->name_buffer))
		return EXIT_USAGE;
	status = read_table(volume);
	if (!status)
		status = read_block_size(volume);
	if (!status)
		status = read_main(volume);
	if (!status)
		read_uuid(volume);
	return status;
}

bool volume_spare(const struct volume *volume, struct blockdev *spare, bool *gone)
{
	char text[KERNEL_TEXT_SIZE] = "";

	kernel_read(TREE_CONFIG, volume->name, "spare/device", text);
	*gone = blockdev_gone(text);
	if (!*gone)
		return blockdev_by_number(spare, text);
	text_copy(spare->number, text, sizeof(spare->number));
	return true;
}

int volume_check_writable(const struct volume *volume)
{
	char state[KERNEL_TEXT_SIZE];

	if (volume->read_only)
		complain("%s is active for reading only: \"dmremap stop %s\" and \"dmremap assemble %s\" first.",
			 volume->name, shell_word(volume->name), shell_word(volume->name));
	else if (!kernel_read(TREE_CONFIG, volume->name, "state", state) &&
		 !strcmp(state, "read-only"))
		complain("%s cannot be changed: one of its disks has turned read-only. \"dmremap status %s\" says which; \"ddrescue /dev/mapper/%s NEWDISK MAPFILE\" copies what is on it.",
			 volume->name, shell_word(volume->name), shell_word(volume->name));
	else
		return EXIT_CLEAN;
	return EXIT_OPERATION;
}

int volume_free(const struct volume *volume, uint64_t *blocks)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	if (!kernel_read(TREE_CONFIG, volume->name, "spare/free", text) &&
	    number_take(&p, blocks))
		return EXIT_CLEAN;
	complain("%s cannot be read.", kernel_path(TREE_CONFIG, volume->name, "spare/free"));
	return EXIT_OPERATION;
}

struct gathering {
	const struct volume *volume;
	struct ranges *remapped;
	struct ranges *pending;
	struct ranges *split;
};

static void gather(void *context, const struct remap *remap, const char *line)
{
	struct gathering *gathering = context;
	struct ranges *ranges;
	uint64_t block = remap->main_sector / volume_block_sectors(gathering->volume);

	(void)line;
	if (!strcmp(remap->state, "pending"))
		ranges = gathering->pending;
	else if (!strcmp(remap->state, "split") && gathering->split)
		ranges = gathering->split;
	else
		ranges = gathering->remapped;
	if (!ranges)
		return;
	/* the kernel lists them in order, and there may be millions */
	if (ranges->nr && ranges->range[ranges->nr - 1].end == block)
		ranges->range[ranges->nr - 1].end++;
	else
		ranges_add(ranges, block, block + 1);
}

int volume_lock(const struct volume *volume)
{
	/* A file that other users can open, they could lock as well, and keep. */
	int fd = open(kernel_path(TREE_CONFIG, volume->name, "remaps/add"), O_WRONLY | O_CLOEXEC);

	if (fd < 0 || !flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
		return fd;
	complain("%s: waiting for another dmremap that changes its blocks.", volume->name);
	flock(fd, LOCK_EX);
	return fd;
}

int volume_remaps(const struct volume *volume, struct ranges *remapped, struct ranges *pending,
		  struct ranges *split)
{
	struct gathering gathering = { volume, remapped, pending, split };
	const struct list_visitor visitor = { .remap = gather, .context = &gathering };
	int status = list_device(volume->name, &visitor);

	if (remapped)
		ranges_merge(remapped);
	if (pending)
		ranges_merge(pending);
	if (split)
		ranges_merge(split);
	return status;
}
