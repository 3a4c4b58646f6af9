// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "disk/content.h"
#include "disk/set.h"
#include "disk/table.h"
#include "lib/encode.h"
#include "lib/uuid.h"
#include "sets/half.h"

static void take_name(struct half *half, const __u8 *bytes)
{
	char name[DM_REMAP_NAME_SIZE];

	memcpy(name, bytes, sizeof(name));
	name[sizeof(name) - 1] = 0;
	text_encode(half->name, name);
}

/* An older superblock is not damage: a power cut between two writes leaves one. */
static const char *damage_of(const struct set *set)
{
	unsigned int i;

	for (i = 0; i < NR_SUPERBLOCKS; i++)
		if (set->sb[i].state == SB_BAD || set->sb[i].state == SB_UNREADABLE)
			return set->sb[i].why;
	return NULL;
}

static void take_spare(struct half *half, const struct set *set)
{
	const struct dm_remap_sb *sb = set->newest->content;

	half->role = HALF_SPARE;
	half->trouble = set->conflict;
	half->mend = damage_of(set);
	uuid_to_text(sb->uuid, half->uuid);
	memcpy(half->secret, sb->secret, sizeof(half->secret));
	take_name(half, sb->name);
	snprintf(half->main_id, sizeof(half->main_id), "%s", dm_remap_sb_main_id(sb));
	half->labelled = le32toh(sb->flags) & DM_REMAP_SB_LABELLED;
	half->generation = le64toh(sb->generation);
	half->main_sectors = le64toh(sb->main_sectors);
	half->main_start = le64toh(sb->main_start);
	half->target_sectors = le64toh(sb->target_sectors);
}

/*
 * A member of an array with its metadata at the end begins with the label of the main on the array.
 * It never has the size recorded in the label.
 */
static bool is_of_array(const struct half *half, const struct dm_remap_label *label,
			const char *path)
{
	return le64toh(label->main_sectors) != half->dev.sectors && content_is_member(path);
}

/* Whether the page is a label, even a damaged one, which the user must see. */
static bool take_label(struct half *half, const struct dm_remap_label *label, const char *path)
{
	if (memcmp(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE))
		return false;
	if (is_of_array(half, label, path))
		return true;
	half->trouble = dm_remap_label_check(label, half->dev.sectors);
	half->damaged = half->trouble;
	memcpy(half->secret, label->secret, sizeof(half->secret));
	if (half->damaged) {
		half->was = HALF_MAIN;
		return true;
	}
	half->role = HALF_MAIN;
	uuid_to_text(label->uuid, half->uuid);
	take_name(half, label->name);
	half->main_sectors = le64toh(label->main_sectors);
	half->target_sectors = le64toh(label->target_sectors);
	return true;
}

/* Read only the first sector, if the following ones are unreadable. */
static bool read_sector(const struct device *dev, void *page)
{
	int size;

	return !ioctl(dev->fd, BLKSSZGET, &size) && size >= DM_REMAP_LABEL_SIZE &&
	       size < DM_REMAP_PAGE_SIZE && pread(dev->fd, page, size, 0) == size;
}

static bool has_magic(const struct superblock *sb)
{
	return !memcmp(sb->content->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
}

static bool of_two_sets(const struct set *set)
{
	return set->conflict && dm_remap_sb_differ(set->sb[0].content, set->sb[1].content);
}

static void take_damaged(struct half *half, const char *why)
{
	half->damaged = true;
	half->was = HALF_SPARE;
	half->trouble = why;
}

/*
 * An intact superblock that is incompatible with this program or device: then the kernel refuses
 * the spare.
 */
static const struct superblock *refused(const struct set *set)
{
	unsigned int i;

	for (i = 0; i < NR_SUPERBLOCKS; i++)
		if (set->sb[i].state == SB_REFUSED && !set->sb[i].unused)
			return &set->sb[i];
	return NULL;
}

/* While a spare is being formatted, its end does not matter. */
static bool is_unused(const struct set *set)
{
	const struct superblock *unused = set->unused;

	if (!unused)
		return false;
	return (unused == &set->sb[0] &&
		(le32toh(unused->content->flags) & DM_REMAP_SB_FORMATTING)) ||
	       (!refused(set) && !of_two_sets(set));
}

/*
 * As in the module, a superblock at the end of a device that begins with other content is stale. A
 * member of an array that is not assembled yet may be larger than the spare on the array.
 */
static void classify(struct half *half, const struct device *dev, const struct set *set)
{
	const struct superblock *first = &set->sb[0], *last = &set->sb[1];
	bool unread = first->state == SB_UNREADABLE;

	half->unread = unread && !read_sector(dev, first->content);
	if (!half->unread &&
	    take_label(half, (const struct dm_remap_label *)first->content, dev->path))
		return;
	if ((!unread && !has_magic(first)) || is_unused(set))
		return;
	if (refused(set)) {
		take_damaged(half, refused(set)->why);
	} else if (unread && !set->newest) {
		half->error = last->state == SB_UNREADABLE ? -EIO : 0;
	} else if (!set->newest || of_two_sets(set)) {
		take_damaged(half, set->conflict ?: first->why);
	} else if (dev->sectors == set->newest->geo.spare_sectors ||
		   !content_is_member(dev->path)) {
		take_spare(half, set);
	}
}

static int open_quietly(const char *path)
{
	/* bypass the page cache, as writers do, and do not wait for a medium */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_DIRECT);

	return fd < 0 && errno == EINVAL ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : fd;
}

void half_look(struct half *half, const struct blockdev *blockdev)
{
	struct device dev;
	struct set set;
	int fd;

	*half = (struct half) { .dev = *blockdev };
	fd = open_quietly(blockdev->path);
	if (fd < 0) {
		half->error = -errno;
		return;
	}
	if (device_open_fd(&dev, blockdev->path, fd)) {
		half->error = -EIO;
		close(fd);
		return;
	}
	half->dev.sectors = dev.sectors;
	if (dev.sectors >= DM_REMAP_PAGE_SECTORS) {
		set_read(&set, &dev);
		classify(half, &dev, &set);
		set_free(&set);
	}
	device_close(&dev);
}

static void count_page(struct half *half, const struct table *table)
{
	uint32_t replicas = set_geometry(table->set)->replicas, i;

	if (!table->newest || table->differ) {
		half->lost_pages++;
		return;
	}
	for (i = 0; i < replicas && table->copy[i].state == COPY_GOOD; i++)
		;
	half->bad_pages += i < replicas;
}

void half_look_at_table(struct half *half)
{
	struct device dev;
	struct table table;
	struct set set;
	int fd = open_quietly(half->dev.path);

	if (fd < 0)
		return;
	if (device_open_fd(&dev, half->dev.path, fd)) {
		close(fd);
		return;
	}
	set_read(&set, &dev);
	if (set.newest) {
		table_open(&table, &set);
		while (table_next(&table))
			count_page(half, &table);
		table_close(&table);
	}
	set_free(&set);
	device_close(&dev);
}

const char *half_role_name(enum half_role role)
{
	return role == HALF_MAIN ? "main" : "spare";
}
