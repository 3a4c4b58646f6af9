// SPDX-License-Identifier: GPL-2.0
/*
 * The checker of the on-disk format.  Compiled into the metadata module, and
 * into the tools and the fuzzer, which bring a crc32c() and byte order macros of
 * their own.
 */
#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#include <dm-remap/crc32c.h>
#include <dm-remap/namespace.h>
#else
#include "format-user.h"
#endif

#include <dm-remap/format.h>

static_assert(sizeof(struct dm_remap_sb) == DM_REMAP_PAGE_SIZE);
static_assert(sizeof(struct dm_remap_page) == DM_REMAP_PAGE_SIZE);
static_assert(sizeof(struct dm_remap_label) == DM_REMAP_LABEL_SIZE);
static_assert(offsetof(struct dm_remap_sb, uuid) == 40);
static_assert(offsetof(struct dm_remap_sb, seed) == 72);
static_assert(offsetof(struct dm_remap_sb, sequence) == 80);
static_assert(offsetof(struct dm_remap_sb, spare_sectors) == 96);
static_assert(offsetof(struct dm_remap_sb, main_sectors) == 112);
static_assert(offsetof(struct dm_remap_sb, block_size) == 144);
static_assert(offsetof(struct dm_remap_sb, flags) == 164);
static_assert(offsetof(struct dm_remap_sb, replica_start) == 176);
static_assert(offsetof(struct dm_remap_sb, nr_entries) == 208);
static_assert(offsetof(struct dm_remap_sb, name) == 224);
static_assert(offsetof(struct dm_remap_sb, id_types) == 352);
static_assert(offsetof(struct dm_remap_sb, grows) == 360);
static_assert(offsetof(struct dm_remap_sb, dos) == 440);
static_assert(offsetof(struct dm_remap_sb, ids) == 512);
static_assert(offsetof(struct dm_remap_sb, settings) == 1024);
static_assert(offsetof(struct dm_remap_sb, history) == 1536);
static_assert(offsetof(struct dm_remap_sb, scrub_state) == 2048);
static_assert(offsetof(struct dm_remap_sb, scrub_runs) == 2096);
static_assert(offsetof(struct dm_remap_sb, rate_hour) == 2608);
static_assert(offsetof(struct dm_remap_sb, replacement) == 2832);
static_assert(offsetof(struct dm_remap_sb, intent_token) == 2888);
static_assert(offsetof(struct dm_remap_sb, intent) == 3008);
static_assert(offsetof(struct dm_remap_sb, stale_since) == 3264);
static_assert(offsetof(struct dm_remap_sb, stale) == 3280);
static_assert(offsetof(struct dm_remap_sb, zero2) == 4048);
static_assert(offsetof(struct dm_remap_page, entries) == 40);
static_assert(offsetof(struct dm_remap_label, secret) == 32);
static_assert(offsetof(struct dm_remap_label, copy_sector) == 72);
static_assert(offsetof(struct dm_remap_label, name) == 88);
static_assert(offsetof(struct dm_remap_label, ranges) == 216);
static_assert(offsetof(struct dm_remap_label, dos) == 440);

#define SECTOR_BYTES	512

static __u32 sectors_per_block(const struct dm_remap_geometry *geo)
{
	return geo->block_size / SECTOR_BYTES;
}

/* Pages for the entries of @blocks blocks. */
static __u64 pages_for(__u64 blocks)
{
	return (blocks + DM_REMAP_PAGE_ENTRIES - 1) / DM_REMAP_PAGE_ENTRIES;
}

/*
 * Lay out copies of @pages pages, and return the number of blocks that are left. The superblocks
 * take a page at each end.
 */
static __u64 place(struct dm_remap_geometry *geo, __u64 pages)
{
	__u64 first = DM_REMAP_PAGE_SECTORS;
	__u64 end = dm_remap_sb_sector(geo->spare_sectors, 1);
	__u64 size = pages * DM_REMAP_PAGE_SECTORS;
	__u32 block = sectors_per_block(geo);
	unsigned int i;

	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		geo->replica_start[i] = 0;
	for (i = 0; i < geo->replicas; i++) {
		if (first > end || size > end - first)
			return 0;
		if (i & 1) {
			end -= size;
			geo->replica_start[i] = end;
		} else {
			geo->replica_start[i] = first;
			first += size;
		}
	}
	first = (first + block - 1) / block * block;
	geo->data_start = first;
	return first < end ? (end - first) / block : 0;
}

int dm_remap_layout(struct dm_remap_geometry *geo)
{
	__u64 low = 1, high, blocks;

	if (geo->spare_sectors < 3 * DM_REMAP_PAGE_SECTORS)
		return -1;
	/*
	 * Find where the two meet: each additional page has room for more entries, and leaves
	 * room for fewer blocks.
	 */
	high = pages_for((__u32)-1);
	while (low < high) {
		__u64 mid = (low + high) / 2;

		if (place(geo, mid) > mid * DM_REMAP_PAGE_ENTRIES)
			low = mid + 1;
		else
			high = mid;
	}
	blocks = place(geo, low);
	if (blocks > (__u32)-1)
		blocks = (__u32)-1;
	if (!blocks)
		return -1;
	geo->nr_pages = pages_for(blocks);
	geo->nr_blocks = blocks;
	return 0;
}

/* Blocks that are left if the copies of @pages pages each end at @end. */
static __u64 place_behind(struct dm_remap_geometry *geo, __u64 pages, __u64 end)
{
	__u64 size = pages * DM_REMAP_PAGE_SECTORS;
	unsigned int i;

	if (size * geo->replicas > end - geo->data_start)
		return 0;
	for (i = 0; i < geo->replicas; i++)
		geo->replica_start[i] = end - (geo->replicas - i) * size;
	return (geo->replica_start[0] - geo->data_start) / sectors_per_block(geo);
}

/* The first sector that has nothing in use behind it, but for superblock 1. */
static __u64 end_of_use(const struct dm_remap_geometry *geo)
{
	__u64 end = geo->data_start + (__u64)geo->nr_blocks * sectors_per_block(geo);
	unsigned int i;

	for (i = 0; i < geo->replicas; i++) {
		__u64 copy_end = dm_remap_page_sector(geo, i, geo->nr_pages);

		if (copy_end > end)
			end = copy_end;
	}
	return end;
}

/* Lay out @grown with copies that end at @end, and are behind all that @geo has in use. */
static bool lay_out_behind(struct dm_remap_geometry *grown, const struct dm_remap_geometry *geo,
			   __u64 end)
{
	__u64 low = 1, high = pages_for((__u32)-1), blocks;

	/* As in dm_remap_layout(). */
	while (low < high) {
		__u64 mid = (low + high) / 2;

		if (place_behind(grown, mid, end) > mid * DM_REMAP_PAGE_ENTRIES)
			low = mid + 1;
		else
			high = mid;
	}
	blocks = place_behind(grown, low, end);
	if (blocks > (__u32)-1)
		blocks = (__u32)-1;
	if (blocks <= geo->nr_blocks || grown->replica_start[0] < end_of_use(geo))
		return false;
	grown->nr_pages = pages_for(blocks);
	grown->nr_blocks = blocks;
	return true;
}

int dm_remap_layout_grow(struct dm_remap_geometry *geo, __u64 spare_sectors)
{
	__u64 former = dm_remap_sb_sector(geo->spare_sectors, 1);
	__u64 end = dm_remap_sb_sector(spare_sectors, 1);
	struct dm_remap_geometry grown = *geo;

	grown.spare_sectors = spare_sectors;
	if (spare_sectors < geo->spare_sectors || !lay_out_behind(&grown, geo, end))
		return -1;
	/* No copy may overwrite superblock 1 before it has been written to its new place. */
	if (end != former && grown.replica_start[0] < former + DM_REMAP_PAGE_SECTORS &&
	    !lay_out_behind(&grown, geo, former))
		return -1;
	*geo = grown;
	return 0;
}

/*
 * Whether one superblock is of a set that was getting a new main, and the other one of the same
 * set before that.  The one with the higher sequence counts, as always.
 */
static bool has_other_main(const struct dm_remap_sb *sb, const struct dm_remap_sb *other)
{
	return sb->replacement.partner_seed && sb->replacement.partner_seed == other->seed &&
	       !memcmp(sb->uuid, other->uuid, sizeof(sb->uuid)) &&
	       !memcmp(sb->replacement.previous_secret, other->secret, sizeof(other->secret));
}

bool dm_remap_sb_replaces(const struct dm_remap_sb *sb, const struct dm_remap_sb *other)
{
	return sb->replacement.partner_seed &&
	       sb->replacement.partner_seed == other->seed &&
	       !memcmp(sb->uuid, other->uuid, sizeof(sb->uuid)) &&
	       !memcmp(sb->secret, other->secret, sizeof(sb->secret)) &&
	       le64_to_cpu(other->generation) <=
	       le64_to_cpu(sb->replacement.partner_generation);
}

static_assert(offsetof(struct dm_remap_sb, crc) == DM_REMAP_MAGIC_SIZE);
static_assert(offsetof(struct dm_remap_label, crc) == DM_REMAP_MAGIC_SIZE);

/* The checksum of a superblock or label of @size bytes; it is stored behind the magic. */
static __u32 crc_at(const void *content, unsigned int size, __u64 sector)
{
	const __u8 *bytes = content;
	__le64 place_le = cpu_to_le64(sector);
	__le32 zero = 0;
	__u32 crc;

	crc = crc32c(~0, &place_le, sizeof(place_le));
	crc = crc32c(crc, bytes, DM_REMAP_MAGIC_SIZE);
	crc = crc32c(crc, &zero, sizeof(zero));
	crc = crc32c(crc, bytes + DM_REMAP_MAGIC_SIZE + sizeof(zero),
		     size - DM_REMAP_MAGIC_SIZE - sizeof(zero));
	return ~crc;
}

__u32 dm_remap_sb_crc(const struct dm_remap_sb *sb, __u64 sector)
{
	return crc_at(sb, sizeof(*sb), sector);
}

/* Without entries: programs see a partition table, and the kernel creates no partitions. */
static void put_dos_table(__u8 *dos, const __u8 *uuid)
{
	memset(dos, 0, DM_REMAP_DOS_SIZE);
	memcpy(dos, uuid, 4);
	dos[DM_REMAP_DOS_SIZE - 2] = 0x55;
	dos[DM_REMAP_DOS_SIZE - 1] = 0xaa;
}

bool dm_remap_sb_is_intact(const struct dm_remap_sb *sb, __u64 sector)
{
	return !memcmp(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE) &&
	       le32_to_cpu(sb->crc) == dm_remap_sb_crc(sb, sector);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_sb_is_intact, DM_REMAP_NS);

void dm_remap_sb_seal(struct dm_remap_sb *sb, __u64 sector)
{
	if (sector)
		memset(sb->dos, 0, sizeof(sb->dos));
	else
		put_dos_table(sb->dos, sb->uuid);
	sb->crc = cpu_to_le32(dm_remap_sb_crc(sb, sector));
}

static_assert(offsetof(struct dm_remap_sb, ids) == SECTOR_BYTES);

void dm_remap_sb_formatting(struct dm_remap_sb *sb)
{
	sb->flags |= cpu_to_le32(DM_REMAP_SB_FORMATTING);
	memset(sb->id_types, 0, sizeof(sb->id_types));
	/* from ids on: all that is beyond the first sector */
	memset((__u8 *)sb + SECTOR_BYTES, 0, sizeof(*sb) - SECTOR_BYTES);
	sb->nr_history = 0;
	dm_remap_sb_seal(sb, 0);
}

bool dm_remap_sb_same(const struct dm_remap_sb *a, const struct dm_remap_sb *b)
{
	const __u8 *x = (const __u8 *)a, *y = (const __u8 *)b;
	size_t first = offsetof(struct dm_remap_sb, version);
	size_t dos = offsetof(struct dm_remap_sb, dos), behind = dos + DM_REMAP_DOS_SIZE;

	return !memcmp(x + first, y + first, dos - first) &&
	       !memcmp(x + behind, y + behind, sizeof(*a) - behind);
}

bool dm_remap_sb_grown(const struct dm_remap_sb *first, const struct dm_remap_sb *second)
{
	return le64_to_cpu(second->sequence) > le64_to_cpu(first->sequence) &&
	       le64_to_cpu(second->spare_sectors) > le64_to_cpu(first->spare_sectors);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_sb_grown, DM_REMAP_NS);

bool dm_remap_sb_undone(const struct dm_remap_sb *first, const struct dm_remap_sb *second)
{
	return le64_to_cpu(second->sequence) > le64_to_cpu(first->sequence) &&
	       second->spare_sectors == first->former_spare_sectors;
}
EXPORT_SYMBOL_NS_GPL(dm_remap_sb_undone, DM_REMAP_NS);

static bool has_moved_table(const struct dm_remap_sb *sb)
{
	return le32_to_cpu(sb->flags) & DM_REMAP_SB_TABLE_MOVED;
}

bool dm_remap_sb_differ(const struct dm_remap_sb *first, const struct dm_remap_sb *second)
{
	if (has_other_main(first, second) || has_other_main(second, first))
		return false;
	if (memcmp(first->uuid, second->uuid, sizeof(first->uuid)) ||
	    memcmp(first->secret, second->secret, sizeof(first->secret)) ||
	    first->seed != second->seed || first->data_start != second->data_start)
		return true;
	/*
	 * after a growth, even a failed one, the number of blocks and the place of the table may
	 * differ
	 */
	return !dm_remap_sb_grown(first, second) &&
	       !has_moved_table(first) && !has_moved_table(second) &&
	       (first->nr_blocks != second->nr_blocks ||
		memcmp(first->replica_start, second->replica_start,
		       sizeof(first->replica_start)));
}
EXPORT_SYMBOL_NS_GPL(dm_remap_sb_differ, DM_REMAP_NS);

const char *dm_remap_sb_id(const struct dm_remap_sb *sb, enum dm_remap_id_type type)
{
	unsigned int i;

	for (i = 0; i < DM_REMAP_SB_IDS; i++)
		if (sb->id_types[i] == type)
			return (const char *)sb->ids[i];
	return NULL;
}

const char *dm_remap_sb_main_id(const struct dm_remap_sb *sb)
{
	const char *id = dm_remap_sb_id(sb, DM_REMAP_ID_MAIN);

	return id ? id : "";
}
EXPORT_SYMBOL_NS_GPL(dm_remap_sb_main_id, DM_REMAP_NS);

void dm_remap_sb_set_id(struct dm_remap_sb *sb, enum dm_remap_id_type type, const char *text)
{
	unsigned int i, at = DM_REMAP_SB_IDS;
	size_t size = strlen(text);

	for (i = DM_REMAP_SB_IDS; i--; )
		if (!sb->id_types[i])
			at = i;
	for (i = 0; i < DM_REMAP_SB_IDS; i++)
		if (sb->id_types[i] == type)
			at = i;
	if (at == DM_REMAP_SB_IDS || size >= DM_REMAP_MAIN_ID_SIZE)
		return;
	memset(sb->ids[at], 0, DM_REMAP_MAIN_ID_SIZE);
	memcpy(sb->ids[at], text, size);
	sb->id_types[at] = size ? type : DM_REMAP_ID_NONE;
}

void dm_remap_sb_end_intent(struct dm_remap_sb *sb)
{
	sb->ro_compat &= ~cpu_to_le64(DM_REMAP_RO_COMPAT_INTENT);
	sb->intent_token = 0;
	sb->intent_shift = 0;
	memset(sb->intent, 0, sizeof(sb->intent));
}
EXPORT_SYMBOL_NS_GPL(dm_remap_sb_end_intent, DM_REMAP_NS);

/* What the list says of a page, or -1 if it does not name it. */
static int listed_copies(const struct dm_remap_sb *sb, __u32 page)
{
	__u32 low = 0, high = le32_to_cpu(sb->nr_stale);

	while (low < high) {
		__u32 mid = (low + high) / 2;
		__u32 nr = le32_to_cpu(sb->stale[mid].page);

		if (nr == page)
			return le32_to_cpu(sb->stale[mid].copies);
		if (nr < page)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

bool dm_remap_copy_counts(const struct dm_remap_sb *sb, unsigned int replica, __u32 page,
			  __u64 sequence)
{
	int copies = listed_copies(sb, page);

	if (copies < 0)
		copies = le32_to_cpu(sb->stale_copies);
	return !(copies >> replica & 1) || sequence >= le64_to_cpu(sb->stale_since);
}

bool dm_remap_sb_is_zero(const void *head)
{
	const __u8 *bytes = head;
	unsigned int i;

	for (i = 0; i < DM_REMAP_HEAD_SIZE; i++)
		if (bytes[i])
			return false;
	return true;
}

static bool is_between(__u64 value, __u64 min, __u64 max)
{
	return value >= min && value <= max;
}

static bool is_block_size(__u32 bytes)
{
	return is_between(bytes, SECTOR_BYTES, 32768) && !(bytes & (bytes - 1));
}

/* Whether @n sectors from @start on are in @from to @end, without overflow. */
static bool within(__u64 start, __u64 n, __u64 from, __u64 end)
{
	return start >= from && start <= end && n <= end - start;
}

static bool apart(__u64 a, __u64 a_size, __u64 b, __u64 b_size)
{
	return a + a_size <= b || b + b_size <= a;
}

/* Nothing may be outside of the spare or over something else. */
static const char *check_places(const struct dm_remap_geometry *geo)
{
	__u64 end = dm_remap_sb_sector(geo->spare_sectors, 1);
	__u64 data = (__u64)geo->nr_blocks * sectors_per_block(geo);
	__u64 size = (__u64)geo->nr_pages * DM_REMAP_PAGE_SECTORS;
	unsigned int i, j;

	if (geo->data_start % sectors_per_block(geo) ||
	    !within(geo->data_start, data, DM_REMAP_PAGE_SECTORS, end))
		return "the data area is outside of the spare";
	for (i = 0; i < geo->replicas; i++) {
		__u64 start = geo->replica_start[i];

		if (start % DM_REMAP_PAGE_SECTORS ||
		    !within(start, size, DM_REMAP_PAGE_SECTORS, end))
			return "a copy of the table is outside of the spare";
		if (!apart(start, size, geo->data_start, data))
			return "a copy of the table is in the data area";
		for (j = 0; j < i; j++)
			if (!apart(start, size, geo->replica_start[j], size))
				return "two copies of the table overlap";
	}
	return NULL;
}

/* The page that is erased once a spare has grown: nothing that is in use may be there. */
static const char *check_former(const struct dm_remap_sb *sb, const struct dm_remap_geometry *geo)
{
	__u64 former = le64_to_cpu(sb->former_spare_sectors), page;
	__u64 size = (__u64)geo->nr_pages * DM_REMAP_PAGE_SECTORS;
	unsigned int i;

	if (!former)
		return NULL;
	page = dm_remap_sb_sector(former, 1);
	if (former < 3 * DM_REMAP_PAGE_SECTORS ||
	    page >= dm_remap_sb_sector(geo->spare_sectors, 1))
		return "the size that the spare had is impossible";
	for (i = 0; i < geo->replicas; i++)
		if (!apart(page, DM_REMAP_PAGE_SECTORS, geo->replica_start[i], size))
			return "a copy of the table is where the spare ended";
	return NULL;
}

static const char *check_features(const struct dm_remap_sb *sb, bool read_only)
{
	if (le32_to_cpu(sb->version) != DM_REMAP_VERSION)
		return le32_to_cpu(sb->version) == 1 ?
		       "it has format version 1, which is not supported" :
		       "its version is not known";
	if (le64_to_cpu(sb->incompat) & ~(__u64)DM_REMAP_INCOMPAT_KNOWN)
		return "it has features that are not known";
	if (!read_only && (le64_to_cpu(sb->ro_compat) & ~(__u64)DM_REMAP_RO_COMPAT_KNOWN))
		return "it has features that are not known: it can be used read_only";
	return NULL;
}

/* Settings and counts: struct dm_remap_saved. */
static const char *check_saved(const struct dm_remap_sb *sb)
{
	unsigned int i;

	if (sb->name[DM_REMAP_NAME_SIZE - 1] ||
	    le32_to_cpu(sb->nr_history) > DM_REMAP_SB_HISTORY ||
	    le32_to_cpu(sb->nr_scrub_runs) > DM_REMAP_SB_SCRUB_RUNS)
		return "its settings are impossible";
	for (i = 0; i < DM_REMAP_SB_IDS; i++)
		if (sb->ids[i][DM_REMAP_MAIN_ID_SIZE - 1])
			return "its settings are impossible";
	return NULL;
}

/* Pages in ascending order, and only copies that there are. */
static const char *check_stale(const struct dm_remap_sb *sb, const struct dm_remap_geometry *geo)
{
	__u32 nr = le32_to_cpu(sb->nr_stale), i, all = (1U << geo->replicas) - 1;

	if (nr > DM_REMAP_SB_STALE || le32_to_cpu(sb->stale_copies) > all ||
	    le64_to_cpu(sb->stale_since) >= DM_REMAP_MAX_SEQUENCE)
		return "its list of stale copies is impossible";
	for (i = 0; i < nr; i++) {
		__u32 page = le32_to_cpu(sb->stale[i].page);

		if (page >= geo->nr_pages || le32_to_cpu(sb->stale[i].copies) > all ||
		    (i && page <= le32_to_cpu(sb->stale[i - 1].page)))
			return "its list of stale copies is impossible";
	}
	return NULL;
}

/* Without the feature, the fields have no meaning. */
static const char *check_intent(const struct dm_remap_sb *sb, const struct dm_remap_geometry *geo)
{
	if (!(le64_to_cpu(sb->ro_compat) & DM_REMAP_RO_COMPAT_INTENT))
		return NULL;
	if (!sb->intent_token ||
	    le32_to_cpu(sb->intent_shift) != dm_remap_intent_shift(geo->target_sectors))
		return "its map of written regions is impossible";
	return NULL;
}

const char *dm_remap_sb_check(const struct dm_remap_sb *sb, __u64 sector, __u64 spare_sectors,
			      bool read_only, struct dm_remap_geometry *geo)
{
	const char *why;
	unsigned int i;

	if (memcmp(sb->magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE))
		return "there is no superblock";
	if (!dm_remap_sb_is_intact(sb, sector))
		return "its checksum is wrong";
	why = check_features(sb, read_only);
	if (why)
		return why;

	geo->spare_sectors = le64_to_cpu(sb->spare_sectors);
	geo->target_sectors = le64_to_cpu(sb->target_sectors);
	geo->data_start = le64_to_cpu(sb->data_start);
	geo->block_size = le32_to_cpu(sb->block_size);
	geo->nr_blocks = le32_to_cpu(sb->nr_blocks);
	geo->replicas = le32_to_cpu(sb->replicas);
	geo->nr_pages = le32_to_cpu(sb->nr_pages);
	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		geo->replica_start[i] = le64_to_cpu(sb->replica_start[i]);

	if (geo->spare_sectors > spare_sectors)
		return "the spare is smaller than it was";
	if (geo->spare_sectors < 3 * DM_REMAP_PAGE_SECTORS ||
	    (sector && sector != dm_remap_sb_sector(geo->spare_sectors, 1)))
		return "the size of the spare is impossible";
	if (le64_to_cpu(sb->sequence) >= DM_REMAP_MAX_SEQUENCE ||
	    le64_to_cpu(sb->generation) >= DM_REMAP_MAX_SEQUENCE)
		return "its sequence is impossible";
	if (!is_block_size(geo->block_size))
		return "the block size is impossible";
	if (!geo->nr_blocks || !is_between(geo->replicas, 1, DM_REMAP_MAX_REPLICAS) ||
	    geo->nr_pages != pages_for(geo->nr_blocks) ||
	    le32_to_cpu(sb->pages_used) > geo->nr_pages)
		return "the size of the table is impossible";
	if (!geo->target_sectors || geo->target_sectors % sectors_per_block(geo) ||
	    geo->target_sectors / sectors_per_block(geo) >
	    (__u64)1 << DM_REMAP_ENTRY_BLOCK_BITS ||
	    !within(le64_to_cpu(sb->main_start), geo->target_sectors, 0,
		    le64_to_cpu(sb->main_sectors)))
		return "the size of the main is impossible";
	return check_saved(sb) ?: check_stale(sb, geo) ?: check_intent(sb, geo) ?:
	       check_places(geo) ?: check_former(sb, geo);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_sb_check, DM_REMAP_NS);

__u32 dm_remap_page_crc(const struct dm_remap_page *page, __le64 seed)
{
	const __u8 *bytes = (const __u8 *)page;
	__le32 zero = 0;
	__u32 crc;

	crc = crc32c(~0, &seed, sizeof(seed));
	crc = crc32c(crc, &zero, sizeof(zero));
	crc = crc32c(crc, bytes + sizeof(zero), sizeof(*page) - sizeof(zero));
	return ~crc;
}

static const char *check_entry(const struct dm_remap_disk_entry *entry, bool beyond,
			       const struct dm_remap_geometry *geo)
{
	__u64 word = le64_to_cpu(entry->word), lost = le64_to_cpu(entry->lost);
	__u64 unread = le64_to_cpu(entry->unread);
	__u64 sectors = sectors_per_block(geo);
	unsigned int state = dm_remap_entry_state(word);

	if (word >> DM_REMAP_ENTRY_BITS)
		return "it has an entry that is not known";
	if (state == DM_REMAP_ENTRY_MAPPED || state == DM_REMAP_ENTRY_PENDING) {
		if (beyond)
			return "it has a block beyond the end of the spare";
		if (dm_remap_entry_block(word) >= geo->target_sectors / sectors)
			return "it has a block beyond the end of the main";
		if ((lost | unread) && (state == DM_REMAP_ENTRY_PENDING ||
					(sectors < 64 && (lost | unread) >> sectors)))
			return "it has lost or unread sectors that cannot be";
		if (lost & unread)
			return "it has sectors that are both lost and unread";
		return NULL;
	}
	if (state >= DM_REMAP_NR_ENTRY_STATES)
		return "it has a block in a state that is not known";
	if (dm_remap_entry_block(word) || dm_remap_entry_seq(word) ||
	    dm_remap_entry_reason(word) || lost || unread ||
	    (beyond && state != DM_REMAP_ENTRY_FREE))
		return "it has an entry that should be empty";
	return NULL;
}

const char *dm_remap_page_check(const struct dm_remap_page *page, __le64 seed, __u32 nr,
				const struct dm_remap_geometry *geo)
{
	__u64 slot = (__u64)nr * DM_REMAP_PAGE_ENTRIES;
	const char *why;
	unsigned int i;

	if (le32_to_cpu(page->crc) != dm_remap_page_crc(page, seed))
		return "its checksum is wrong";
	if (le32_to_cpu(page->page) != nr)
		return "it is another page";
	if (le64_to_cpu(page->sequence) >= DM_REMAP_MAX_SEQUENCE ||
	    le64_to_cpu(page->sb_sequence) >= DM_REMAP_MAX_SEQUENCE)
		return "its sequence is impossible";
	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		why = check_entry(&page->entries[i], slot + i >= geo->nr_blocks, geo);
		if (why)
			return why;
	}
	return NULL;
}

__u32 dm_remap_label_crc(const struct dm_remap_label *label)
{
	return crc_at(label, sizeof(*label), 0);
}

void dm_remap_label_seal(struct dm_remap_label *label)
{
	put_dos_table(label->dos, label->uuid);
	label->crc = cpu_to_le32(dm_remap_label_crc(label));
}

/* The first range has block 0, and none has a block beyond the end. */
static const char *check_ranges(const struct dm_remap_label *label, __u64 blocks)
{
	__u32 nr = le32_to_cpu(label->nr_ranges), i;

	if (!is_between(nr, 1, DM_REMAP_LABEL_RANGES) || label->ranges[0].block)
		return "its blocks are impossible";
	for (i = 0; i < nr; i++) {
		__u32 n = le32_to_cpu(label->ranges[i].nr);

		if (!n || !within(le64_to_cpu(label->ranges[i].block), n, 0, blocks))
			return "its blocks are impossible";
	}
	return NULL;
}

const char *dm_remap_label_check(const struct dm_remap_label *label, __u64 main_sectors)
{
	__u64 target = le64_to_cpu(label->target_sectors);
	__u32 block_size = le32_to_cpu(label->block_size);

	if (memcmp(label->magic, DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE))
		return "there is no label";
	if (le32_to_cpu(label->crc) != dm_remap_label_crc(label))
		return "its checksum is wrong";
	if (le32_to_cpu(label->version) != DM_REMAP_LABEL_VERSION)
		return "its version is not known";
	if (le64_to_cpu(label->generation) >= DM_REMAP_MAX_SEQUENCE ||
	    le64_to_cpu(label->copy_sector) >= main_sectors)
		return "its numbers are impossible";
	if (!is_block_size(block_size) || !target ||
	    target > le64_to_cpu(label->main_sectors) || target % (block_size / SECTOR_BYTES))
		return "the size of the main is impossible";
	if (target > main_sectors)
		return "the main is smaller than its set";
	if (label->name[DM_REMAP_NAME_SIZE - 1])
		return "its name is impossible";
	return check_ranges(label, target / (block_size / SECTOR_BYTES));
}
EXPORT_SYMBOL_NS_GPL(dm_remap_label_check, DM_REMAP_NS);
