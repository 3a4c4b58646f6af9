// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk/main-id.h"
#include "disk/set.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "lib/uuid.h"
#include "sets/create.h"

#define MAX_BLOCK_SIZE	32768U

/* Exclusively open a device that becomes half of a set. */
struct candidate {
	struct device dev;
	dev_t nr;
	unsigned int logical;
	unsigned int physical;
	int read_only;
	struct set set;
};

static int candidate_open(struct candidate *candidate, const char *path, bool write)
{
	int fd = open(path, (write ? O_RDWR : O_RDONLY) | O_EXCL | O_DIRECT | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || !S_ISBLK(st.st_mode))) {
		close(fd);
		complain("%s is not a block device. A file can be one by means of \"losetup\".",
			 path);
		return -1;
	}
	if (fd < 0 && errno == EBUSY) {
		complain("%s is in use: mounted, used as swap, or part of another device. \"lsblk %s\" shows by what. Stop that first.",
			 path, shell_word(path));
		return -1;
	}
	if (fd < 0) {
		complain("%s cannot be opened: %s.", path, strerror(errno));
		return -1;
	}
	if (device_open_fd(&candidate->dev, path, fd)) {
		close(fd);
		return -1;
	}
	candidate->nr = st.st_rdev;
	if (ioctl(fd, BLKROGET, &candidate->read_only))
		candidate->read_only = 0;
	if (ioctl(fd, BLKSSZGET, &candidate->logical) ||
	    ioctl(fd, BLKPBSZGET, &candidate->physical)) {
		complain("%s: its sector sizes cannot be read: %s.", path, strerror(errno));
		device_close(&candidate->dev);
		return -1;
	}
	set_read(&candidate->set, &candidate->dev);
	return 0;
}

static void candidate_close(struct candidate *candidate)
{
	set_free(&candidate->set);
	device_close(&candidate->dev);
}

/* Return an undamaged superblock on the device, perhaps of a later version, or NULL. */
static const struct dm_remap_sb *superblock_of(const struct candidate *candidate)
{
	unsigned int i;

	if (candidate->set.newest)
		return candidate->set.newest->content;
	for (i = 0; i < NR_SUPERBLOCKS; i++)
		if (candidate->set.sb[i].state == SB_REFUSED)
			return candidate->set.sb[i].content;
	return NULL;
}

/* A superblock at the end is stale if the device begins with other content. */
static bool begins_otherwise(const struct candidate *candidate)
{
	const struct superblock *first = &candidate->set.sb[0];

	return first->state != SB_UNREADABLE && !dm_remap_sb_is_zero(first->content) &&
	       memcmp(first->content->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
}

static bool check_main(const struct candidate *main)
{
	const char *path = main->dev.path;
	struct dm_remap_label *label;
	char uuid[UUID_TEXT_SIZE];
	bool labelled;

	if (superblock_of(main) && !begins_otherwise(main)) {
		complain("%s is the spare of a set. Are the two swapped? The main comes first. If neither that set nor its content is needed any more: \"dmremap delete --give-up %s\".",
			 path, shell_word(path));
		return false;
	}
	label = device_buffer(1);
	labelled = !device_read(&main->dev, 0, label, 1) &&
		   !memcmp(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
	uuid_to_text(label->uuid, uuid);
	free(label);
	if (labelled)
		complain("%s is the main of set %s, and incomplete without its spare. \"dmremap assemble %s\" activates it.",
			 path, uuid, uuid);
	return !labelled;
}

static bool check_writable(const struct create *create, const struct candidate *main,
			   const struct candidate *spare)
{
	if (create->read_only && create->transient)
		return true;
	if (spare->read_only)
		complain("%s is read-only, and a new spare has to be written. A card or a disk that has turned itself read-only is worn out: take another one.",
			 spare->dev.path);
	else if (main->read_only)
		complain("%s is read-only, so a set could not move blocks. Copy it while it can be read; \"--transient --read-only\" makes a device for reading it.",
			 main->dev.path);
	return !spare->read_only && !main->read_only;
}

/* Whether the places of the superblocks cannot be read. */
static bool unreadable(const struct candidate *spare)
{
	unsigned int i;

	/* such a device is too small to have superblocks */
	if (spare->dev.sectors < 3 * DM_REMAP_PAGE_SECTORS)
		return false;
	for (i = 0; i < NR_SUPERBLOCKS; i++)
		if (spare->set.sb[i].state == SB_UNREADABLE)
			return true;
	return false;
}

static bool choose_block_size(struct create *create, const struct candidate *main,
			      const struct candidate *spare)
{
	unsigned int unit = main->logical > spare->logical ? main->logical : spare->logical;
	unsigned int best = 4096;

	if (main->physical > best)
		best = main->physical;
	if (spare->physical > best)
		best = spare->physical;
	if (!create->block_size)
		create->block_size = best < MAX_BLOCK_SIZE ? best : MAX_BLOCK_SIZE;
	if (create->block_size < unit) {
		complain("A block of %u bytes is smaller than a sector of one of the disks, which has %u bytes.",
			 create->block_size, unit);
		return false;
	}
	create->sectors = main->dev.sectors & ~(uint64_t)(create->block_size / 512 - 1);
	create->beyond = main->dev.sectors - create->sectors;
	if (create->sectors)
		return true;
	complain("%s is smaller than a block.", main->dev.path);
	return false;
}

/* Number of copies of the table that the kernel will write. */
static uint32_t nr_replicas(void)
{
	FILE *file = fopen("/sys/module/dm_remap_metadata/parameters/replicas", "re");
	uint32_t nr = 0;

	if (file && fscanf(file, "%u", &nr) != 1)
		nr = 0;
	if (file)
		fclose(file);
	return nr >= 1 && nr <= DM_REMAP_MAX_REPLICAS ? nr : 2;
}

static bool check_size(struct create *create, const struct candidate *spare)
{
	struct dm_remap_geometry geo = {
		.spare_sectors = spare->dev.sectors,
		.target_sectors = create->sectors,
		.block_size = create->block_size,
		.replicas = nr_replicas(),
	};
	bool large;

	if (create->transient) {
		create->capacity = geo.spare_sectors / (create->block_size / 512);
		large = create->capacity;
	} else {
		large = geo.spare_sectors >= 3 * DM_REMAP_PAGE_SECTORS && !dm_remap_layout(&geo);
		create->capacity = geo.nr_blocks;
	}
	if (!large)
		complain("%s is too small to be a spare: it has no room for one block and the metadata.",
			 spare->dev.path);
	return large;
}

/* An incomplete copy of a spare, which never came into force. */
static bool was_begun(const struct candidate *spare)
{
	const struct superblock *unused = spare->set.unused;

	return unused && (le32toh(unused->content->flags) &
			  (DM_REMAP_SB_FORMATTING | DM_REMAP_SB_JOINING));
}

static bool check_no_set(const struct candidate *spare)
{
	const struct dm_remap_sb *sb = superblock_of(spare);
	const char *path = spare->dev.path;
	char uuid[UUID_TEXT_SIZE];

	if (sb) {
		uuid_to_text(sb->uuid, uuid);
		complain("%s is the spare of set %s. \"dmremap assemble %s\" activates it. If neither the set nor its content is needed any more: \"dmremap delete --give-up %s\".",
			 path, uuid, uuid, shell_word(path));
	} else if (unreadable(spare)) {
		complain("%s cannot be read in the places of superblocks, so it may be the spare of a set.",
			 path);
		return false;
	}
	return !sb;
}

static bool find_signatures(struct create *create)
{
	int fd = open(create->spare, O_RDONLY | O_CLOEXEC), status;

	if (fd < 0) {
		complain("%s cannot be opened: %s.", create->spare, strerror(errno));
		return false;
	}
	status = signatures_find(&create->signatures, create->spare, fd);
	close(fd);
	return !status;
}

/* Check for a label, a signature, or unknown content. */
static bool check_content(struct create *create, const struct candidate *spare)
{
	const struct superblock *first_page = &spare->set.sb[0];
	const struct signature *first;

	if (!find_signatures(create))
		return false;
	if (first_page->state != SB_UNREADABLE) {
		create->dirty = !dm_remap_sb_is_zero(first_page->content);
		if (!memcmp(first_page->content->magic, DM_REMAP_LABEL_MAGIC,
			    DM_REMAP_MAGIC_SIZE)) {
			complain("%s is the main of a set, by its label. Are the two swapped? The main comes first.",
				 create->spare);
			return false;
		}
	}
	if (create->force)
		return true;
	first = create->signatures.item;
	if (create->signatures.nr)
		complain("There is %s (%s) on %s. If it is no longer needed: \"--force\".",
			 first->kind, first->type, create->spare);
	else if (create->signatures.unreadable)
		complain("%s has places that cannot be read, so its content is unknown. Take another spare.",
			 create->spare);
	else if (create->dirty && !create->transient)
		complain("%s is not empty, but its content is of an unknown kind. If it is no longer needed: \"--force\".",
			 create->spare);
	else
		return true;
	return false;
}

static bool choose_id(struct create *create)
{
	if (create->transient) {
		if (create->main_id && *create->main_id)
			complain("A transient set keeps no main_id.");
		return !create->main_id || !*create->main_id;
	}
	if (!create->main_id) {
		main_id_choose(create->main, create->id);
		return true;
	}
	if (*create->main_id && !main_id_valid(create->main_id))
		return false;
	if (main_id_judge(create->main_id, create->main) == MAIN_ID_OTHER) {
		main_id_choose(create->main, create->id);
		complain("%s is known as %s, and not as %s: it would never be found as the main.",
			 create->main, create->id, create->main_id);
		return false;
	}
	snprintf(create->id, sizeof(create->id), "%s", create->main_id);
	return true;
}

static bool check_both(struct create *create, const struct candidate *main,
		       const struct candidate *spare)
{
	return check_main(main) && check_writable(create, main, spare) &&
	       choose_block_size(create, main, spare) &&
	       check_size(create, spare) && check_no_set(spare) &&
	       check_content(create, spare) &&
	       create_check_sectors(create, &main->dev, main->logical, spare->logical) &&
	       choose_id(create);
}

static bool check_alone(struct create *create, const struct candidate *spare)
{
	/* not even with --force: the content of the set is in use */
	if (spare->logical > create->set_sector) {
		complain("%s has sectors of %u bytes, and %s has sectors of %u: the content might not work with these. Take a disk with sectors of the same size or smaller.",
			 create->spare, spare->logical, create->name, create->set_sector);
		return false;
	}
	if (!check_size(create, spare))
		return false;
	return was_begun(spare) || (check_no_set(spare) && check_content(create, spare));
}

int create_check_spare(struct create *create)
{
	struct candidate spare;
	bool good;

	if (candidate_open(&spare, create->spare, true))
		return EXIT_OPERATION;
	create->spare_nr = spare.nr;
	good = check_alone(create, &spare);
	candidate_close(&spare);
	return good ? EXIT_CLEAN : EXIT_OPERATION;
}

int create_check(struct create *create)
{
	uint8_t uuid[UUID_SIZE];
	struct candidate main, spare;
	struct stat a, b;
	bool good;

	uuid_make(uuid);
	uuid_to_text(uuid, create->uuid);
	if (!*create->name)
		snprintf(create->name, sizeof(create->name), "dm-remap-%s", create->uuid);
	if (!stat(create->main, &a) && !stat(create->spare, &b) && S_ISBLK(a.st_mode) &&
	    S_ISBLK(b.st_mode) && a.st_rdev == b.st_rdev) {
		complain("%s and %s are the same device.", create->main, create->spare);
		return EXIT_OPERATION;
	}
	if (candidate_open(&main, create->main, false))
		return EXIT_OPERATION;
	if (candidate_open(&spare, create->spare, true)) {
		candidate_close(&main);
		return EXIT_OPERATION;
	}
	create->main_nr = main.nr;
	create->spare_nr = spare.nr;
	good = check_both(create, &main, &spare);
	candidate_close(&spare);
	candidate_close(&main);
	return good ? EXIT_CLEAN : EXIT_OPERATION;
}

void create_free(struct create *create)
{
	signatures_free(&create->signatures);
}
