// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/exit.h"
#include "lib/message.h"
#include "life/set-view.h"

static int open_disk(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		complain("%s cannot be opened: %s.", path, strerror(errno));
	return fd;
}

int set_view_open(struct set_view *view, const char *spare)
{
	struct blockdev dev;
	int bytes;

	view->set = -1;
	view->main = -1;
	view->spare = -1;
	if (!blockdev_by_number(&dev, view->volume->number)) {
		complain("%s has no device node.", view->volume->name);
		return EXIT_OPERATION;
	}
	view->set = open_disk(dev.path);
	if (view->set >= 0)
		view->main = open_disk(view->volume->main.path);
	if (view->main >= 0 && spare)
		view->spare = open_disk(spare);
	if (view->main < 0 || (spare && view->spare < 0))
		return EXIT_OPERATION;
	if (ioctl(view->set, BLKSSZGET, &bytes) || bytes < SECTOR_SIZE)
		bytes = SECTOR_SIZE;
	view->unit = bytes / SECTOR_SIZE;
	return EXIT_CLEAN;
}

static void close_disk(int fd)
{
	if (fd >= 0)
		close(fd);
}

void set_view_close(struct set_view *view)
{
	close_disk(view->set);
	close_disk(view->main);
	close_disk(view->spare);
	free(view->remap);
}

static void take_remap(void *context, const struct remap *remap, const char *line)
{
	struct set_view *view = context;

	(void)line;
	if (view->nr == view->room) {
		view->room = view->room * 2 + 1024;
		view->remap = reallocarray(view->remap, view->room, sizeof(*view->remap));
		if (!view->remap)
			no_memory();
	}
	view->remap[view->nr++] = *remap;
}

/* Only the next activation finds out whether it is on the main or on the spare. */
static bool is_in_doubt(const struct remap *remap)
{
	return !strcmp(remap->state, "doubt");
}

static void note_doubt(void *context, const struct remap *remap, const char *line)
{
	uint64_t *first = context;

	(void)line;
	if (*first == SET_VIEW_NO_DOUBT && is_in_doubt(remap))
		*first = remap->main_sector;
}

int set_view_doubt(const char *name, uint64_t *sector)
{
	const struct list_visitor visitor = { .remap = note_doubt, .context = sector };

	*sector = SET_VIEW_NO_DOUBT;
	return list_device(name, &visitor);
}

/*
 * A block that is being moved cannot be read from main or spare. Nor can one in doubt: without the
 * spare it is lost, otherwise the next activation will know more.
 */
static bool is_settled(const struct set_view *view, const struct remap *remap)
{
	return strcmp(remap->state, "moving") && (view->spare < 0 || !is_in_doubt(remap));
}

const char *set_view_beneath(struct set_view *view)
{
	const struct list_visitor visitor = { .remap = take_remap, .context = view };
	size_t i;

	view->nr = 0;
	if (list_device(view->volume->name, &visitor))
		return "its remaps cannot be listed";
	for (i = 0; i < view->nr; i++)
		if (!is_settled(view, &view->remap[i]))
			return "its spare could not be written: stop the set, and assemble it";
	view->beneath = true;
	return NULL;
}

/* Find the first block that ends after a sector; NULL if there is none. */
static const struct remap *find_remap(const struct set_view *view, uint64_t sector)
{
	size_t low = 0, high = view->nr, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (view->remap[middle].main_sector + view->remap[middle].sectors <= sector)
			low = middle + 1;
		else
			high = middle;
	}
	return low < view->nr ? &view->remap[low] : NULL;
}

static uint64_t at_most(uint64_t sectors, uint64_t limit)
{
	return sectors < limit ? sectors : limit;
}

static int read_disk(int fd, uint64_t sector, void *buffer, uint64_t sectors)
{
	size_t size = sectors * SECTOR_SIZE, done = 0;
	ssize_t n;

	while (done < size) {
		n = pread(fd, buffer + done, size - done, sector * SECTOR_SIZE + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += n;
	}
	return 0;
}

static uint64_t mask_of(uint64_t first, uint64_t sectors)
{
	return (sectors >= 64 ? ~0ULL : (1ULL << sectors) - 1) << first;
}

bool set_view_is_listed_bad(const struct set_view *view, uint64_t sector)
{
	const struct remap *remap = find_remap(view, sector);

	if (!remap || remap->main_sector > sector)
		return false;
	return !strcmp(remap->state, "pending") || is_in_doubt(remap) ||
	       ((remap->lost | remap->unread) & mask_of(sector - remap->main_sector, view->unit));
}

/* Read a part of a listed block that is in one place; @sectors may be reduced. */
static int read_listed(const struct set_view *view, const struct remap *remap, uint64_t sector,
		       void *buffer, uint64_t *sectors)
{
	uint64_t first = sector - remap->main_sector, mask;
	bool on_main = !strcmp(remap->state, "pending");

	*sectors = at_most(*sectors, remap->sectors - first);
	if (remap->unread & mask_of(first, *sectors))
		*sectors = at_most(*sectors, view->unit);
	mask = mask_of(first, *sectors);
	if ((remap->lost & mask) || is_in_doubt(remap))
		return -EIO;
	if (on_main || (remap->unread & mask))
		return read_disk(view->main, view->volume->main_start + sector, buffer,
				 *sectors);
	return read_disk(view->spare, remap->spare_sector + first, buffer, *sectors);
}

static int read_beneath(const struct set_view *view, uint64_t sector, void *buffer,
			uint64_t sectors)
{
	const struct remap *remap;
	uint64_t part;
	int error = 0;

	while (!error && sectors) {
		remap = find_remap(view, sector);
		part = sectors;
		if (!remap || remap->main_sector > sector) {
			part = remap ? at_most(part, remap->main_sector - sector) : part;
			error = read_disk(view->main, view->volume->main_start + sector, buffer,
					  part);
		} else {
			error = read_listed(view, remap, sector, buffer, &part);
		}
		sector += part;
		buffer += part * SECTOR_SIZE;
		sectors -= part;
	}
	return error;
}

int set_view_read(const struct set_view *view, uint64_t sector, void *buffer,
		  uint64_t sectors)
{
	return view->beneath ? read_beneath(view, sector, buffer, sectors) :
			       read_disk(view->set, sector, buffer, sectors);
}
