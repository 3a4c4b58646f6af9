// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "disk/set.h"
#include "kernel/track.h"
#include "life/spare-copy.h"
#include "lib/exit.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "lib/progress.h"

/* Margin for the page sequence numbers of commits that no superblock has recorded yet. */
#define GENERATION_MARGIN	65536

#define SLOT_FREE	0
#define SLOT_USED	1
#define SLOT_BAD	2

static void take_size(struct spare_copy *copy, unsigned int logical)
{
	struct dm_remap_sb *sb = copy->sb;
	unsigned int i;

	sb->spare_sectors = htole64(copy->geo.spare_sectors);
	sb->former_spare_sectors = 0;
	sb->data_start = htole64(copy->geo.data_start);
	sb->nr_blocks = htole32(copy->geo.nr_blocks);
	sb->nr_pages = htole32(copy->geo.nr_pages);
	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		sb->replica_start[i] = htole64(copy->geo.replica_start[i]);
	sb->spare_lbs = htole32(logical);
}

/* Keep the fields that describe the set; change those that describe the spare. */
static void take_super(struct spare_copy *copy, const struct dm_remap_sb *old)
{
	struct dm_remap_sb *sb = copy->sb;
	uint64_t seed;

	*sb = *old;
	copy->old_seed = old->seed;
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = le64toh(old->seed) * 2862933555777941757ULL + time(NULL);
	sb->seed = seed;
	sb->flags &= htole32(DM_REMAP_SB_LABELLED);
	dm_remap_sb_end_intent(sb);
	sb->generation = htole64(le64toh(old->generation) + GENERATION_MARGIN);
	sb->created_s = htole64(time(NULL));
	sb->stale_since = 0;
	sb->stale_copies = 0;
	sb->nr_stale = 0;
	memset(sb->stale, 0, sizeof(sb->stale));
	sb->replacement = (struct dm_remap_sb_replacement) {
		.token = htole64(copy->tracker),
		.partner_seed = copy->old_seed,
	};
}

static int read_super(struct spare_copy *copy)
{
	int status = EXIT_OPERATION, logical;
	struct set set;

	set_read(&set, &copy->old);
	if (!set_usable(&set)) {
		set_free(&set);
		return EXIT_OPERATION;
	}
	copy->sb = device_buffer(1);
	take_super(copy, set.newest->content);
	copy->geo = *set_geometry(&set);
	copy->geo.spare_sectors = copy->new.sectors;
	if (ioctl(copy->new.fd, BLKSSZGET, &logical))
		logical = 512;
	if (dm_remap_layout(&copy->geo)) {
		complain("%s is too small to be a spare.", copy->new.path);
	} else {
		take_size(copy, logical);
		status = EXIT_CLEAN;
	}
	set_free(&set);
	return status;
}

/* Leave out the partition table that other programs see until the kernel has accepted the spare. */
static int write_super(struct spare_copy *copy, unsigned int nr, struct dm_remap_sb *sb)
{
	uint64_t sector = dm_remap_sb_sector(copy->geo.spare_sectors, nr);

	memset(sb->dos, 0, sizeof(sb->dos));
	sb->crc = htole32(dm_remap_sb_crc(sb, sector));
	return device_write(&copy->new, sector, sb);
}

/*
 * The kernel formats a spare the same way. All but the first sector is zeros, so if a power cut
 * tears this write on an empty spare, the result is either an empty spare or one whose formatting
 * was interrupted, and never a spare that is refused.
 */
static int write_formatting(struct spare_copy *copy)
{
	struct dm_remap_sb *sb = device_buffer(1);
	int error;

	*sb = *copy->sb;
	sb->flags &= htole32(DM_REMAP_SB_LABELLED);
	dm_remap_sb_formatting(sb);
	error = write_super(copy, 0, sb);
	free(sb);
	return error;
}

static int write_joining(struct spare_copy *copy, unsigned int nr)
{
	struct dm_remap_sb *sb = copy->sb;

	sb->flags = (sb->flags & htole32(DM_REMAP_SB_LABELLED)) | htole32(DM_REMAP_SB_JOINING);
	return write_super(copy, nr, sb);
}

int spare_copy_begin(struct spare_copy *copy)
{
	int status = track_start(copy->volume->name, &copy->tracker), error;

	status = status ?: read_super(copy);
	if (status)
		return status;
	error = write_formatting(copy);
	if (error) {
		complain("%s cannot be written: %s.", copy->new.path, strerror(-error));
		return EXIT_OPERATION;
	}
	copy->buffer = aligned_alloc(DM_REMAP_PAGE_SIZE, 32768);
	copy->used = calloc(copy->geo.nr_blocks, 1);
	if (!copy->buffer || !copy->used)
		no_memory();
	return EXIT_CLEAN;
}

void spare_copy_end(struct spare_copy *copy)
{
	if (copy->tracker)
		track_stop(copy->volume->name, copy->tracker);
	free(copy->sb);
	free(copy->blocks);
	free(copy->found);
	free(copy->used);
	free(copy->buffer);
}

/* --- what the kernel lists ------------------------------------------------------ */

static void take_remap(void *context, const struct remap *remap, const char *line)
{
	struct spare_copy *copy = context;

	(void)line;
	if (copy->nr_found == copy->found_room) {
		copy->found_room = copy->found_room * 2 + 1024;
		copy->found = realloc(copy->found, copy->found_room * sizeof(*copy->found));
		if (!copy->found)
			no_memory();
	}
	copy->found[copy->nr_found++] = *remap;
}

static bool is_settled(const struct remap *remap)
{
	return strcmp(remap->state, "moving") && strcmp(remap->state, "doubt");
}

static bool is_pending(const struct remap *remap)
{
	return !strcmp(remap->state, "pending");
}

static bool is_same(const struct remap *a, const struct remap *b)
{
	return a->spare_sector == b->spare_sector && a->lost == b->lost &&
	       a->unread == b->unread && !strcmp(a->state, b->state);
}

static uint32_t take_slot(struct spare_copy *copy)
{
	while (copy->next_slot < copy->geo.nr_blocks && copy->used[copy->next_slot])
		copy->next_slot++;
	if (copy->next_slot == copy->geo.nr_blocks)
		return UINT32_MAX;
	copy->used[copy->next_slot] = SLOT_USED;
	return copy->next_slot;
}

static void drop_slot(struct spare_copy *copy, uint32_t slot, uint8_t state)
{
	copy->used[slot] = state;
	if (slot < copy->next_slot)
		copy->next_slot = slot;
}

/* --- data ------------------------------------------------------------------------- */

static bool in_ranges(const struct ranges *ranges, size_t *at, const struct remap *remap)
{
	while (*at < ranges->nr && ranges->range[*at].end <= remap->main_sector)
		++*at;
	return *at < ranges->nr &&
	       ranges->range[*at].start < (wide)remap->main_sector + remap->sectors;
}

/* If a block cannot be read, read it sector by sector. */
static uint64_t read_sectors(const struct spare_copy *copy, const struct remap *remap,
			     uint64_t wanted)
{
	int unit = 512, error;
	uint64_t missing = 0, mask;
	unsigned int i, n;
	ssize_t got;

	if (ioctl(copy->old.fd, BLKSSZGET, &unit) || unit < 512)
		unit = 512;
	n = unit / 512;
	for (i = 0; i < remap->sectors; i += n) {
		mask = (n == 64 ? ~0ULL : (1ULL << n) - 1) << i;
		if (!(mask & wanted))
			continue;
		got = pread(copy->old.fd, copy->buffer + i * 512, unit,
			    (remap->spare_sector + i) * 512);
		error = got == unit ? 0 : -EIO;
		if (error)
			missing |= mask & wanted;
	}
	return missing;
}

static uint64_t read_block(const struct spare_copy *copy, const struct remap *remap)
{
	uint64_t all = remap->sectors == 64 ? ~0ULL : (1ULL << remap->sectors) - 1;
	uint64_t wanted = all & ~(remap->lost | remap->unread);
	ssize_t size = remap->sectors * 512;

	if (!wanted)
		return 0;
	if (pread(copy->old.fd, copy->buffer, size, remap->spare_sector * 512) == size)
		return 0;
	memset(copy->buffer, 0, size);
	return read_sectors(copy, remap, wanted);
}

/* A failing block of the new spare is marked bad. */
static bool write_block(struct spare_copy *copy, struct copied_block *block)
{
	ssize_t size = block->remap.sectors * 512;
	uint64_t sector;

	while (block->slot != UINT32_MAX) {
		sector = copy->geo.data_start + (uint64_t)block->slot * block->remap.sectors;
		if (pwrite(copy->new.fd, copy->buffer, size, sector * 512) == size)
			return true;
		drop_slot(copy, block->slot, SLOT_BAD);
		block->slot = take_slot(copy);
	}
	copy->why = "the new spare is too small for the content of the old one, or is failing";
	return false;
}

static bool copy_block(struct spare_copy *copy, struct copied_block *block,
		       const struct remap *remap)
{
	block->remap = *remap;
	block->unreadable = 0;
	copy->copied++;
	if (!is_settled(remap)) {
		copy->why = "the old spare could not be written: stop the set, and assemble it";
		return false;
	}
	if (is_pending(remap))
		return true;
	memset(copy->buffer, 0, remap->sectors * 512);
	block->unreadable = read_block(copy, remap);
	return write_block(copy, block);
}

/* --- a pass ----------------------------------------------------------------------- */

/* Copy one block of the list. @out is its entry in the new array. */
static bool take(struct spare_copy *copy, struct copied_block *out,
		 const struct copied_block *known, const struct remap *remap, bool written)
{
	if (known) {
		*out = *known;
		if (!written && is_same(&known->remap, remap))
			return true;
	} else {
		*out = (struct copied_block) { .slot = take_slot(copy) };
		if (out->slot == UINT32_MAX) {
			copy->why = "the new spare is too small for what is on the old one";
			return false;
		}
	}
	return copy_block(copy, out, remap);
}

/* Merge the two lists, both sorted by main sector. */
static bool merge(struct spare_copy *copy, struct copied_block *blocks,
		  const struct ranges *written, bool show)
{
	size_t i, at = 0, old = 0;

	for (i = 0; i < copy->nr_found; i++) {
		const struct remap *remap = &copy->found[i];
		const struct copied_block *known = NULL;
		bool is_written = in_ranges(written, &at, remap);

		while (old < copy->nr &&
		       copy->blocks[old].remap.main_sector < remap->main_sector)
			drop_slot(copy, copy->blocks[old++].slot, SLOT_FREE);
		if (old < copy->nr && copy->blocks[old].remap.main_sector == remap->main_sector)
			known = &copy->blocks[old++];
		if (!take(copy, &blocks[i], known, remap, is_written))
			return false;
		if (interrupt_came()) {
			copy->why = "it was interrupted";
			return false;
		}
		if (show)
			progress_show(i + 1);
	}
	while (old < copy->nr)
		drop_slot(copy, copy->blocks[old++].slot, SLOT_FREE);
	return true;
}

static int merge_all(struct spare_copy *copy, struct ranges *written, bool show)
{
	struct copied_block *blocks = calloc(copy->nr_found + 1, sizeof(*blocks));
	bool good;

	if (!blocks)
		no_memory();
	ranges_merge(written);
	if (show)
		progress_begin("Copying", copy->nr_found);
	good = merge(copy, blocks, written, show);
	if (show)
		progress_end();
	free(copy->blocks);
	copy->blocks = blocks;
	copy->nr = copy->nr_found;
	return good ? EXIT_CLEAN : EXIT_OPERATION;
}

int spare_copy_pass(struct spare_copy *copy, bool show)
{
	const struct list_visitor visitor = { .remap = take_remap, .context = copy };
	struct ranges written = {};
	int status;

	copy->why = NULL;
	copy->copied = 0;
	copy->nr_found = 0;
	/*
	 * read the tracker before the list: a block that is written and moved in between is then in
	 * the list
	 */
	if (track_read(copy->volume->name, copy->tracker, &written)) {
		copy->why = "another program has begun to copy the set";
		ranges_free(&written);
		return EXIT_OPERATION;
	}
	status = list_device(copy->volume->name, &visitor);
	if (status)
		copy->why = "the kernel does not list its remaps";
	else
		status = merge_all(copy, &written, show);
	ranges_free(&written);
	return status;
}

uint64_t spare_copy_unreadable(const struct spare_copy *copy)
{
	uint64_t nr = 0;
	size_t i;

	for (i = 0; i < copy->nr; i++)
		nr += __builtin_popcountll(copy->blocks[i].unreadable);
	return nr;
}

/* --- the table -------------------------------------------------------------------- */

static uint64_t word_of(const struct remap *remap)
{
	uint64_t word = dm_remap_entry_word(remap->main_sector / remap->sectors,
					    is_pending(remap) ? DM_REMAP_ENTRY_PENDING :
								DM_REMAP_ENTRY_MAPPED, 0);

	return dm_remap_entry_with_reason(word, remap->reason);
}

static void fill_table(const struct spare_copy *copy, struct dm_remap_page *pages, uint32_t nr)
{
	struct dm_remap_disk_entry *entry;
	const struct copied_block *block;
	uint32_t slot;
	size_t i;

	for (slot = 0; slot < nr * DM_REMAP_PAGE_ENTRIES && slot < copy->geo.nr_blocks; slot++)
		if (copy->used[slot] == SLOT_BAD)
			pages[slot / DM_REMAP_PAGE_ENTRIES].entries[slot % DM_REMAP_PAGE_ENTRIES]
				.word = htole64(dm_remap_entry_word(0, DM_REMAP_ENTRY_BAD, 0));
	for (i = 0; i < copy->nr; i++) {
		block = &copy->blocks[i];
		entry = &pages[block->slot / DM_REMAP_PAGE_ENTRIES]
			.entries[block->slot % DM_REMAP_PAGE_ENTRIES];
		entry->word = htole64(word_of(&block->remap));
		entry->lost = htole64(block->remap.lost | block->unreadable);
		entry->unread = htole64(block->remap.unread);
	}
}

static void seal_page(const struct spare_copy *copy, struct dm_remap_page *page, uint32_t nr)
{
	page->page = htole32(nr);
	page->sequence = copy->sb->generation;
	page->sb_sequence = copy->sb->sequence;
	memcpy(page->magic, DM_REMAP_PAGE_MAGIC, DM_REMAP_MAGIC_SIZE);
	page->crc = htole32(dm_remap_page_crc(page, copy->sb->seed));
}

/* Number of pages up to the last used slot. */
static uint32_t pages_in_use(const struct spare_copy *copy)
{
	uint32_t slot = copy->geo.nr_blocks;

	while (slot && copy->used[slot - 1] == SLOT_FREE)
		slot--;
	return slot ? (slot - 1) / DM_REMAP_PAGE_ENTRIES + 1 : 1;
}

static int write_copies(struct spare_copy *copy, const struct dm_remap_page *pages, uint32_t nr)
{
	size_t size = (size_t)nr * DM_REMAP_PAGE_SIZE;
	uint32_t replica;

	for (replica = 0; replica < copy->geo.replicas; replica++)
		if (pwrite(copy->new.fd, pages, size,
			   copy->geo.replica_start[replica] * 512) != (ssize_t)size)
			return -EIO;
	return 0;
}

/*
 * The identity of the main, and whether it has a label, may have changed during the copy.
 * Everything else besides the table is passed on by the kernel.
 */
static int refresh_super(struct spare_copy *copy)
{
	const struct dm_remap_sb *now;
	struct set set;

	set_read(&set, &copy->old);
	if (!set.newest) {
		set_free(&set);
		copy->why = "the superblocks of the old spare cannot be read";
		return EXIT_OPERATION;
	}
	now = set.newest->content;
	memcpy(copy->sb->ids, now->ids, sizeof(now->ids));
	memcpy(copy->sb->id_types, now->id_types, sizeof(now->id_types));
	copy->sb->flags = now->flags & htole32(DM_REMAP_SB_LABELLED);
	set_free(&set);
	return EXIT_CLEAN;
}

int spare_copy_complete(struct spare_copy *copy)
{
	uint32_t nr = pages_in_use(copy), i;
	struct dm_remap_page *pages;
	int error;

	if (refresh_super(copy))
		return EXIT_OPERATION;
	pages = device_buffer(nr);
	memset(pages, 0, (size_t)nr * DM_REMAP_PAGE_SIZE);
	copy->sb->pages_used = htole32(nr);
	copy->sb->nr_entries = htole32(copy->nr);
	fill_table(copy, pages, nr);
	for (i = 0; i < nr; i++)
		seal_page(copy, &pages[i], i);
	error = write_copies(copy, pages, nr);
	free(pages);
	/* write superblock 0 last: until then it marks the spare as empty */
	error = error ?: write_joining(copy, 1);
	error = error ?: write_joining(copy, 0);
	if (!error)
		return EXIT_CLEAN;
	copy->why = "the new spare cannot be written";
	return EXIT_OPERATION;
}
