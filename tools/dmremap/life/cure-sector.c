// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise/facts.h"
#include "disk/content.h"
#include "disk/smartctl-run.h"
#include "files/sector-files.h"
#include "kernel/blockdev.h"
#include "kernel/kernel.h"
#include "kernel/users.h"
#include "kernel/volume.h"
#include "lib/ask.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/root.h"
#include "lib/shell-word.h"
#include "life/cure-sector.h"
#include "sets/inactive.h"

/* Alignment for O_DIRECT, and the largest plausible physical sector. */
#define BUFFER_ALIGN	4096
#define PHYSICAL_MAX	65536

/**
 * struct place - the location of the sector.
 * @dev: the named device.
 * @offset: offset of the physical sector on @dev in bytes.
 * @size: size in bytes of the physical sector, or of the part of it that is on @dev.
 * @partition: the partition of @dev that contains it; no path if there is none.
 * @start: its first sector on @dev.
 */
struct sector_place {
	struct blockdev dev;
	off_t offset;
	size_t size;
	struct blockdev partition;
	uint64_t start;
};

static uint64_t physical_size(const struct blockdev *dev)
{
	uint64_t physical;

	if (!kernel_block_number(dev->number, "queue/physical_block_size", &physical) &&
	    !kernel_block_number(dev->number, "../queue/physical_block_size", &physical))
		return SECTOR_SIZE;
	if (physical < SECTOR_SIZE || physical > PHYSICAL_MAX || physical & (physical - 1))
		return SECTOR_SIZE;
	return physical;
}

/*
 * Physical sectors do not always begin where the device begins: a partition may start within one,
 * and some disks shift them. The part of one that is outside the device cannot be reached.
 */
static void find_physical(struct sector_place *place, uint64_t sector)
{
	uint64_t physical = physical_size(&place->dev), alignment, shift, start, end;

	/* "-1" (not a number here) if the device does not know it */
	if (!kernel_block_number(place->dev.number, "alignment_offset", &alignment))
		alignment = 0;
	shift = physical - alignment % physical;
	start = (sector * SECTOR_SIZE + shift) / physical * physical;
	end = start + physical - shift;
	start = start > shift ? start - shift : 0;
	if (end > place->dev.sectors * SECTOR_SIZE)
		end = place->dev.sectors * SECTOR_SIZE;
	place->offset = start;
	place->size = end - start;
}

static int find_place(const struct cure_sector *cure, struct sector_place *place)
{
	int error = blockdev_by_path(&place->dev, cure->path);

	if (error) {
		complain("%s cannot be opened: %s.", cure->path, strerror(-error));
		return EXIT_OPERATION;
	}
	if (cure->sector >= place->dev.sectors) {
		complain("Sector %llu is beyond the end of %s, which has %llu sectors.",
			 LLU(cure->sector), cure->path, LLU(place->dev.sectors));
		return EXIT_OPERATION;
	}
	find_physical(place, cure->sector);
	return EXIT_CLEAN;
}

/* Whether a sysfs subdirectory of a disk is the partition that contains the sector. */
static bool is_partition(const char *number, const char *entry, uint64_t sector, uint64_t *start)
{
	uint64_t nr, sectors;
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/partition", entry);
	if (!kernel_block_number(number, file, &nr))
		return false;
	snprintf(file, sizeof(file), "%s/start", entry);
	if (!kernel_block_number(number, file, start))
		return false;
	snprintf(file, sizeof(file), "%s/size", entry);
	return kernel_block_number(number, file, &sectors) && sector >= *start &&
	       sector - *start < sectors;
}

static void find_partition(struct sector_place *place, uint64_t sector)
{
	char path[PATH_MAX], number[KERNEL_TEXT_SIZE];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/dev/block/%s", root_dir(), place->dev.number);
	dir = opendir(path);
	while (dir && !*place->partition.path && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    !is_partition(place->dev.number, entry->d_name, sector, &place->start))
			continue;
		/* by number: a name with a slash differs in sysfs */
		snprintf(path, sizeof(path), "/sys/dev/block/%s/%s/dev", place->dev.number,
			 entry->d_name);
		if (!kernel_read_file(path, number))
			blockdev_by_number(&place->partition, number);
	}
	if (dir)
		closedir(dir);
}

/* Describe the sector: its partition, and the content of the partition. */
static void show_place(const struct cure_sector *cure, struct sector_place *place)
{
	const struct blockdev *dev = &place->dev;
	char content[CONTENT_SIZE], users[USERS_SIZE];

	find_partition(place, cure->sector);
	if (*place->partition.path) {
		dev = &place->partition;
		printf("Sector %llu of %s is sector %llu of %s", LLU(cure->sector), cure->path,
		       LLU(cure->sector - place->start), dev->path);
	} else {
		printf("Sector %llu of %s", LLU(cure->sector), cure->path);
	}
	if (content_describe(dev->path, content))
		printf("%s %s", *place->partition.path ? ", which has" : " has", content);
	if (users_describe(dev, users))
		printf("; %s", users);
	puts(".");
}

/* The part of the physical sector that is in the partition, if there is one. */
static void show_files(const struct sector_place *place)
{
	uint64_t first = place->offset / SECTOR_SIZE, end = first + place->size / SECTOR_SIZE;
	uint64_t last = place->start + place->partition.sectors;

	if (!*place->partition.path) {
		/* an image file has no device number */
		if (*place->dev.number)
			sector_files_show(place->dev.number, first, end - first);
		return;
	}
	first = first > place->start ? first : place->start;
	end = end < last ? end : last;
	sector_files_show(place->partition.number, first - place->start, end - first);
}

/* Return: 0 or a negative error number. */
static int read_place(const struct sector_place *place, int fd, void *buffer)
{
	ssize_t n = pread(fd, buffer, place->size, place->offset);

	return n < 0 ? -errno : n == (ssize_t)place->size ? 0 : -EIO;
}

static void show_smart(const struct sector_place *place, const char *when)
{
	struct disk_facts facts = {};
	struct capture capture;
	bool known;

	if (smartctl_run(&capture, place->dev.path, NULL, true)) {
		printf("smartctl cannot be run: the disk's own data is not known.\n");
		return;
	}
	known = facts_from_smartctl(&facts, capture.text, capture.size);
	free(capture.text);
	if (!known || (!facts.pending.known && !facts.reallocated.known)) {
		printf("SMART %s: the disk does not say.\n", when);
		return;
	}
	printf("SMART %s:", when);
	if (facts.pending.known)
		printf(" %llu pending", LLU(facts.pending.n));
	if (facts.reallocated.known)
		printf("%s %llu replaced", facts.pending.known ? "," : "",
		       LLU(facts.reallocated.n));
	puts(".");
}

/* Open exclusively: the kernel refuses if the disk or one of its partitions is in use. */
static int open_alone(const struct cure_sector *cure, const struct sector_place *place)
{
	const struct blockdev *dev = *place->partition.path ? &place->partition : &place->dev;
	int fd = open(cure->path, O_RDWR | O_DIRECT | O_EXCL | O_CLOEXEC);
	char users[USERS_SIZE];

	if (fd >= 0)
		return fd;
	if (errno != EBUSY)
		complain("%s cannot be written: %s.", cure->path, strerror(errno));
	else if (users_describe(dev, users))
		complain("%s is in use, and nothing is written to it: %s.", dev->path, users);
	else if (*place->partition.path)
		complain("Another part of %s is in use. If %s is not, name that, and the sector of it.",
			 cure->path, dev->path);
	else
		complain("%s is in use, and nothing is written to it. A set is cured by its name: \"dmremap cure NAME\".",
			 cure->path);
	return -1;
}

/* Write zeros, and verify them twice. */
static int overwrite(const struct cure_sector *cure, const struct sector_place *place, int fd,
		     unsigned char *buffer)
{
	ssize_t n;
	int try, error = 0;
	size_t i;

	for (try = 0; try < 2 && !error; try++) {
		memset(buffer, 0, place->size);
		n = pwrite(fd, buffer, place->size, place->offset);
		if (n != (ssize_t)place->size || fsync(fd))
			error = n < 0 || n == (ssize_t)place->size ? -errno : -EIO;
		memset(buffer, 0xff, place->size);
		if (!error)
			error = read_place(place, fd, buffer);
		for (i = 0; i < place->size && !error; i++)
			error = buffer[i] ? -EUCLEAN : 0;
	}
	if (error == -EUCLEAN)
		complain("%s accepted the zeros but did not keep them. A disk that loses writes must not be used.",
			 cure->path);
	else if (error)
		complain("%s cannot write the sector: %s. A set replaces such sectors: see \"dmremap advise %s\".",
			 cure->path, strerror(-error), shell_word(cure->path));
	return error ? EXIT_UNCORRECTED : EXIT_CORRECTED;
}

/*
 * Whether the sector is on a half of a set that is not active, which is the device, the disk that
 * it is a partition of, or the partition of the sector. Zeros there would become data of the set,
 * or destroy the only copy of what has moved.
 */
static bool is_of_inactive_set(const struct sector_place *place)
{
	struct blockdev devs[3] = { place->dev };
	char disk[BLOCKDEV_NUMBER_SIZE], name[BLOCKDEV_NAME_SIZE];
	struct inactive *sets;
	int nr = 1, found;

	if (blockdev_disk(place->dev.number, disk, name) && strcmp(disk, place->dev.number) &&
	    blockdev_by_number(&devs[nr], disk))
		nr++;
	if (*place->partition.path)
		devs[nr++] = place->partition;
	found = inactive_find(&sets, devs, nr, true);
	if (found) {
		complain("%s is the %s of %s, a set that is not active, and nothing is written past it. Activate it: \"dmremap assemble %s\".",
			 sets->path, half_role_name(sets->role), sets->name,
			 shell_word(sets->name));
		if (sets->recorded)
			complain("Only the record of this host shows that. If the set is gone for good: \"rm /etc/dm-remap/sets.d/%s\".",
				 sets->uuid);
	}
	free(sets);
	return found;
}

static int cure_unreadable(const struct cure_sector *cure, const struct sector_place *place,
			   int error, unsigned char *buffer)
{
	int fd, status;

	printf("It cannot be read: %s.\n", strerror(-error));
	fflush(stdout);
	show_files(place);
	if (is_of_inactive_set(place))
		return cure->overwrite ? EXIT_OPERATION : EXIT_UNCORRECTED;
	if (!cure->overwrite) {
		printf("\"dmremap cure %s --sector %llu --overwrite\" writes zeros over its %zu bytes, so that the drive can replace it; what was there is lost.\n",
		       shell_word(cure->path), LLU(cure->sector), place->size);
		return EXIT_UNCORRECTED;
	}
	fd = open_alone(cure, place);
	if (fd < 0)
		return EXIT_OPERATION;
	show_smart(place, "before");
	status = EXIT_OPERATION;
	if (cure->yes ||
	    ask("Overwrite %zu bytes of %s with zeros from sector %llu on, and lose their content?",
		place->size, cure->path, LLU(place->offset / SECTOR_SIZE)))
		status = overwrite(cure, place, fd, buffer);
	close(fd);
	if (status != EXIT_OPERATION)
		show_smart(place, "after");
	if (status == EXIT_CORRECTED)
		printf("The sector can be read and written again; it contains zeros.\n");
	return status;
}

/*
 * Return: 0 or a negative error number of the disk; 1, after printing an error, if it cannot be
 * opened.
 */
static int try_read(const struct cure_sector *cure, const struct sector_place *place, void *buffer)
{
	int fd = open(cure->path, O_RDONLY | O_DIRECT | O_CLOEXEC), error;

	if (fd < 0) {
		complain("%s cannot be opened: %s.", cure->path, strerror(errno));
		return 1;
	}
	error = read_place(place, fd, buffer);
	close(fd);
	return error;
}

int cure_sector(const struct cure_sector *cure)
{
	unsigned char *buffer = aligned_alloc(BUFFER_ALIGN, PHYSICAL_MAX);
	struct sector_place place = {};
	int error, status = find_place(cure, &place);

	if (!buffer)
		no_memory();
	if (!status) {
		show_place(cure, &place);
		error = try_read(cure, &place, buffer);
		if (error < 0) {
			status = cure_unreadable(cure, &place, error, buffer);
		} else if (error) {
			status = EXIT_OPERATION;
		} else {
			puts("It can be read, and nothing is written.");
			show_files(&place);
		}
	}
	free(buffer);
	return status;
}
