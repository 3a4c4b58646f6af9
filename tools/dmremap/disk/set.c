// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "disk/content.h"
#include "disk/set.h"
#include "lib/message.h"

const char *sb_state_name(enum sb_state state)
{
	static const char * const names[] = {
		[SB_GOOD] = "good",
		[SB_OLDER] = "older",
		[SB_BAD] = "bad",
		[SB_UNREADABLE] = "unreadable",
		[SB_REFUSED] = "refused",
	};

	return names[state];
}

/* Only superblock 0 tells that a spare is being formatted, whatever the other one contains. */
static bool says_formatting(const struct superblock *sb)
{
	return !sb->sector && (le32toh(sb->content->flags) & DM_REMAP_SB_FORMATTING);
}

/* Why a spare whose newest superblock is undamaged belongs to no set, or NULL. */
static const char *why_unused(const struct superblock *sb)
{
	uint32_t flags = le32toh(sb->content->flags);

	if (says_formatting(sb))
		return "formatting or clearing was interrupted: create the set again";
	if (flags & DM_REMAP_SB_JOINING)
		return "it is an incomplete copy of a spare: \"dmremap delete SPARE\" clears it";
	if (flags & DM_REMAP_SB_REPLACED)
		return "another spare has taken its place: \"dmremap delete SPARE\" clears it";
	return NULL;
}

static void judge(struct superblock *sb, const struct device *dev)
{
	sb->why = dm_remap_sb_check(sb->content, sb->sector, dev->sectors, true, &sb->geo);
	if (sb->why) {
		sb->state = dm_remap_sb_is_intact(sb->content, sb->sector) ?
			    SB_REFUSED : SB_BAD;
		if (dm_remap_sb_is_zero(sb->content))
			sb->why = "it is all zeros";
	} else {
		sb->why = why_unused(sb);
		sb->state = sb->why ? SB_REFUSED : SB_GOOD;
		sb->unused = sb->why;
	}
}

static void read_sb(struct superblock *sb, const struct device *dev, unsigned int nr,
		    uint64_t spare_sectors)
{
	if (spare_sectors < 3 * DM_REMAP_PAGE_SECTORS || spare_sectors > dev->sectors) {
		sb->state = SB_UNREADABLE;
		sb->why = "it is beyond the end of the device";
		return;
	}
	sb->sector = dm_remap_sb_sector(spare_sectors, nr);
	if (device_read(dev, sb->sector, sb->content, 1)) {
		sb->state = SB_UNREADABLE;
		sb->why = "it cannot be read";
		return;
	}
	judge(sb, dev);
}

static bool is_valid(const struct superblock *sb)
{
	return sb->state == SB_GOOD || sb->unused;
}

/*
 * Choose between two valid superblocks; with equal sequence numbers take superblock 0, as the
 * kernel does.
 */
static void compare(struct set *set)
{
	struct superblock *a = &set->sb[0], *b = &set->sb[1], *older;
	uint64_t a_seq = le64toh(a->content->sequence);
	uint64_t b_seq = le64toh(b->content->sequence);

	set->newest = b_seq > a_seq ? b : a;
	if (dm_remap_sb_differ(a->content, b->content)) {
		set->conflict = memcmp(a->content->uuid, b->content->uuid,
				       sizeof(a->content->uuid)) ?
				"they are of different sets" : "they are of different spares";
	} else if (a_seq != b_seq) {
		older = b_seq > a_seq ? a : b;
		older->state = SB_OLDER;
		older->why = "it is older than the other one";
	} else {
		if (!dm_remap_sb_same(a->content, b->content))
			set->conflict = "they differ, and neither is newer";
	}
}

static void find_newest(struct set *set)
{
	struct superblock *first = &set->sb[0], *last = &set->sb[1];

	if (first->unused && says_formatting(first))
		set->newest = first;
	else if (is_valid(first) && is_valid(last))
		compare(set);
	else if (is_valid(first))
		set->newest = first;
	else if (is_valid(last))
		set->newest = last;
}

/*
 * As in the kernel: the spare has grown, and superblock 1 at the new end records that, but
 * superblock 0 does not yet.
 */
static bool has_grown(const struct superblock *first, const struct superblock *last)
{
	return is_valid(last) && !dm_remap_sb_differ(first->content, last->content) &&
	       dm_remap_sb_grown(first->content, last->content);
}

static void read_again(struct superblock *last, const struct device *dev, uint64_t end)
{
	*last = (struct superblock) { .content = last->content };
	read_sb(last, dev, 1, end);
}

static bool are_different(const struct superblock *a, const struct superblock *b)
{
	return is_valid(a) && is_valid(b) && dm_remap_sb_differ(a->content, b->content);
}

static const struct superblock *newer(const struct superblock *a, const struct superblock *b)
{
	return !is_valid(a) || (is_valid(b) && le64toh(b->content->sequence) >
					       le64toh(a->content->sequence)) ? b : a;
}

/*
 * As in the kernel: superblock 1 where it was before counts if it is newer, as a growth was undone
 * then.
 */
static void read_former(struct set *set)
{
	struct superblock *first = &set->sb[0], *last = &set->sb[1];
	const struct superblock *newest = newer(first, last);
	struct superblock former = { .content = device_buffer(1) }, other;

	if (is_valid(newest) && newest->content->former_spare_sectors &&
	    (is_valid(last) || last->state != SB_REFUSED) && !are_different(first, last)) {
		read_sb(&former, set->dev, 1, le64toh(newest->content->former_spare_sectors));
		if (is_valid(&former) && !are_different(first, &former) &&
		    !are_different(last, &former) &&
		    dm_remap_sb_undone(newest->content, former.content)) {
			other = *last;
			*last = former;
			former = other;
		}
	}
	free(former.content);
}

/*
 * Read superblock 1 at the end recorded in superblock 0, at the end to which it was moving, or
 * where it was before.
 */
static void read_last(struct set *set)
{
	struct superblock *first = &set->sb[0], *last = &set->sb[1];
	const struct device *dev = set->dev;
	uint64_t end = dev->sectors;

	/* if the device has shrunk, the last one is gone */
	if (first->state == SB_GOOD || first->state == SB_REFUSED)
		end = le64toh(first->content->spare_sectors);
	read_sb(last, dev, 1, dev->sectors);
	if (dm_remap_sb_sector(end, 1) != dm_remap_sb_sector(dev->sectors, 1) &&
	    !(is_valid(first) && has_grown(first, last)))
		read_again(last, dev, end);
	read_former(set);
}

/* Decide which of the two superblocks is in force, if any. */
static void choose(struct set *set)
{
	set->newest = NULL;
	set->unused = NULL;
	set->conflict = NULL;
	find_newest(set);
	if (set->newest && set->newest->unused) {
		set->unused = set->newest;
		set->newest = NULL;
	}
	set->writable = set->newest && !(le64toh(set->newest->content->ro_compat) &
					 ~(uint64_t)DM_REMAP_RO_COMPAT_KNOWN);
}

void set_read(struct set *set, const struct device *dev)
{
	struct superblock *first = &set->sb[0], *last = &set->sb[1];

	*set = (struct set) { .dev = dev };
	first->content = device_buffer(1);
	last->content = device_buffer(1);
	read_sb(first, dev, 0, dev->sectors);
	read_last(set);
	choose(set);
}

void set_read_end(struct set *set, uint64_t spare_sectors)
{
	struct superblock *last = &set->sb[1];

	*last = (struct superblock) { .content = last->content };
	read_sb(last, set->dev, 1, spare_sectors);
	choose(set);
}

void set_free(struct set *set)
{
	free(set->sb[0].content);
	free(set->sb[1].content);
}

static void complain_of(const struct set *set, const struct superblock *sb)
{
	complain("%s cannot be used. Superblock %d: %s.", set->dev->path, sb == &set->sb[1],
		 sb->why);
}

bool set_usable(const struct set *set)
{
	const struct superblock *first = &set->sb[0], *last = &set->sb[1];
	const char *path = set->dev->path;
	char content[CONTENT_SIZE];

	if (set->newest)
		return true;
	if (set->dev->sectors < 3 * DM_REMAP_PAGE_SECTORS)
		complain("%s is too small to be the spare of a set.", path);
	else if (first->state == SB_REFUSED || first->state == SB_UNREADABLE)
		complain_of(set, first);
	else if (last->state == SB_REFUSED || last->state == SB_UNREADABLE)
		complain_of(set, last);
	else if (content_describe(path, content))
		complain("%s is not the spare of a set: there is %s on it.", path, content);
	else if (dm_remap_sb_is_zero(first->content))
		complain("%s is not the spare of a set: its beginning and end are empty.", path);
	else
		complain("%s is not the spare of a set, or both its superblocks are lost.", path);
	return false;
}
