// SPDX-License-Identifier: GPL-2.0
/*
 * mkimage IMAGE: make the image of a spare from a description on standard input, and print
 * the locations of its parts, in sectors: "sb NR SECTOR", "page REPLICA NR SECTOR", and
 * "layout REPLICAS NR_BLOCKS DATA_START".
 *
 * A line of the description is one of
 *
 *	spare SIZE, main SIZE		bytes, with K, M, G, T or P; default 1M and 64M
 *	main_start SECTOR, block BYTES, replicas N, uuid BYTE, secret BYTE, main_id TEXT
 *	name TEXT			up to the end of the line; \n is a newline
 *	label				the image is that of a main, with a label
 *	new_main SEED			the superblocks record a new main and count no page; the
 *					table has their former seed if SEED is not 0
 *	fill N [BLOCK [SLOT]]		N slots from SLOT on hold the blocks from BLOCK on
 *	map|pending SLOT BLOCK [LOST [SEQ]], bad SLOT, free SLOT
 *	sequence PAGE N			of a page; default 1
 *	sb_sequence PAGE N		of a page; default 0
 *	field NAME N [SUPERBLOCK]	any field, in one or both superblocks
 *
 * The order of the lines does not matter, except for the last four.  Nothing is checked, so
 * invalid images can be made as well.
 */
#include <endian.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dm-remap/format.h>

#define LINES_MAX	4096
#define PAGES_MAX	65536

struct field_place {
	const char *name;
	size_t offset;
	size_t size;
};

#define FIELD(name)					\
	{ #name, offsetof(struct dm_remap_sb, name),	\
	  sizeof(((struct dm_remap_sb *)0)->name) }

static const struct field_place places[] = {
	FIELD(version), FIELD(compat), FIELD(ro_compat), FIELD(incompat), FIELD(sequence),
	FIELD(generation), FIELD(spare_sectors), FIELD(main_sectors), FIELD(main_start),
	FIELD(target_sectors), FIELD(data_start), FIELD(block_size), FIELD(nr_blocks),
	FIELD(replicas), FIELD(nr_pages), FIELD(pages_used), FIELD(flags), FIELD(nr_stale),
	FIELD(stale_since), FIELD(stale_copies), FIELD(former_spare_sectors),
	FIELD(nr_history), FIELD(grows), FIELD(shrinks), FIELD(resize_ns),
	{ "uuid", offsetof(struct dm_remap_sb, uuid), 8 },
	{ "replica_start_0", offsetof(struct dm_remap_sb, replica_start[0]), 8 },
	{ "replica_start_1", offsetof(struct dm_remap_sb, replica_start[1]), 8 },
	{ "setting_min_buckets", offsetof(struct dm_remap_sb, settings[0].value), 4 },
	{ "setting_policy", offsetof(struct dm_remap_sb, settings[3].value), 4 },
	{ "stale_page", offsetof(struct dm_remap_sb, stale[0].page), 4 },
	{ "stale_page_copies", offsetof(struct dm_remap_sb, stale[0].copies), 4 },
	{ "setting_retries", offsetof(struct dm_remap_sb, settings[8].value), 4 },
};

static char lines[LINES_MAX][256];
static unsigned int nr_lines;

static struct dm_remap_geometry geo = { .spare_sectors = 2048, .block_size = 4096, .replicas = 2 };
static uint64_t main_sectors = 131072, main_start;
static struct dm_remap_sb sb[2] __attribute__((aligned(4096)));
static struct dm_remap_page *pages;
static uint32_t nr_used;
static char name[DM_REMAP_NAME_SIZE];
static int is_main, is_new_main;
static uint64_t new_seed;

static uint64_t bytes_to_sectors(const char *text)
{
	static const char units[] = "KMGTP";
	const char *unit;
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	unit = *end ? strchr(units, *end) : NULL;
	return (unit ? n << 10 * (unit - units + 1) : n) / 512;
}

static void read_lines(void)
{
	while (nr_lines < LINES_MAX && fgets(lines[nr_lines], sizeof(lines[0]), stdin))
		nr_lines++;
	if (nr_lines == LINES_MAX)
		errx(1, "the description is too long");
}

static struct dm_remap_page *page_of(uint32_t nr)
{
	if (nr >= PAGES_MAX)
		errx(1, "page %u is more than this program can make", nr);
	if (nr >= nr_used)
		nr_used = nr + 1;
	return pages + nr;
}

static void put(uint64_t slot, uint64_t block, unsigned int state, uint64_t lost,
		unsigned int seq)
{
	struct dm_remap_page *page = page_of(slot / DM_REMAP_PAGE_ENTRIES);

	page->entries[slot % DM_REMAP_PAGE_ENTRIES] = (struct dm_remap_disk_entry) {
		.word = htole64(dm_remap_entry_word(block, state, seq)),
		.lost = htole64(lost),
	};
}

static void put_reason(uint64_t slot, unsigned int reason)
{
	struct dm_remap_disk_entry *entry = &page_of(slot / DM_REMAP_PAGE_ENTRIES)
						->entries[slot % DM_REMAP_PAGE_ENTRIES];

	entry->word = htole64(dm_remap_entry_with_reason(le64toh(entry->word), reason));
}

static void put_field(const char *name, uint64_t value, unsigned int nr)
{
	uint8_t *at = (uint8_t *)&sb[nr];
	uint64_t le = htole64(value);
	unsigned int i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strcmp(places[i].name, name)) {
			memcpy(at + places[i].offset, &le, places[i].size);
			return;
		}
	errx(1, "there is no field \"%s\"", name);
}

static void put_name(const char *text)
{
	char *to = name;

	memset(name, 0, sizeof(name));
	for (; *text && *text != '\n' && to < name + sizeof(name) - 1; text++) {
		if (text[0] == '\\' && text[1] == 'n') {
			*to++ = '\n';
			text++;
		} else {
			*to++ = *text;
		}
	}
}

/* Apply lines with parameters of the layout. */
static void apply_early(const char *line)
{
	char key[32] = "", value[128] = "";
	unsigned long long n;

	if (!strncmp(line, "name ", 5))
		put_name(line + 5);
	is_main |= !strcmp(line, "label\n");
	if (sscanf(line, "%31s %127s", key, value) != 2)
		return;
	n = strtoull(value, NULL, 0);
	if (!strcmp(key, "spare"))
		geo.spare_sectors = bytes_to_sectors(value);
	else if (!strcmp(key, "main"))
		main_sectors = bytes_to_sectors(value);
	else if (!strcmp(key, "main_start"))
		main_start = n;
	else if (!strcmp(key, "block"))
		geo.block_size = n;
	else if (!strcmp(key, "replicas"))
		geo.replicas = n;
	else if (!strcmp(key, "uuid"))
		memset(sb[0].uuid, n, sizeof(sb[0].uuid));
	else if (!strcmp(key, "secret"))
		memset(sb[0].secret, n, sizeof(sb[0].secret));
	else if (!strcmp(key, "new_main")) {
		is_new_main = 1;
		new_seed = n;
	} else if (!strcmp(key, "main_id"))
		dm_remap_sb_set_id(&sb[0], DM_REMAP_ID_MAIN, value);
}

static void apply_late(const char *line)
{
	unsigned long long a, b = 0, c = 0, d = 0;
	char word[128];
	int n;

	if (sscanf(line, "fill %llu %llu %llu", &a, &b, &c) >= 1) {
		while (a--)
			put(c++, b++, DM_REMAP_ENTRY_MAPPED, 0, 0);
	} else if (sscanf(line, "map %llu %llu %llu %llu", &a, &b, &c, &d) >= 2) {
		put(a, b, DM_REMAP_ENTRY_MAPPED, c, d);
	} else if (sscanf(line, "pending %llu %llu %llu %llu", &a, &b, &c, &d) >= 2) {
		put(a, b, DM_REMAP_ENTRY_PENDING, c, d);
	} else if (sscanf(line, "reason %llu %llu", &a, &b) == 2) {
		put_reason(a, b);
	} else if (sscanf(line, "bad %llu", &a) == 1) {
		put(a, 0, DM_REMAP_ENTRY_BAD, 0, 0);
	} else if (sscanf(line, "free %llu", &a) == 1) {
		put(a, 0, DM_REMAP_ENTRY_FREE, 0, 0);
	} else if (sscanf(line, "sequence %llu %llu", &a, &b) == 2) {
		page_of(a)->sequence = htole64(b);
	} else if (sscanf(line, "sb_sequence %llu %llu", &a, &b) == 2) {
		page_of(a)->sb_sequence = htole64(b);
	} else {
		n = sscanf(line, "field %127s %llu %llu", word, &a, &b);
		if (n == 2)
			put_field(word, a, 1);
		if (n >= 2)
			put_field(word, a, b);
	}
}

static void fill_sb(void)
{
	static const uint32_t settings[] = { 64, 150, 50, 1, 0, 25, 1, 0, 1, 4096 };
	uint32_t sectors = geo.block_size / 512;
	unsigned int i;

	memcpy(sb[0].magic, DM_REMAP_SPARE_MAGIC, DM_REMAP_MAGIC_SIZE);
	sb[0].version = htole32(DM_REMAP_VERSION);
	sb[0].sequence = htole64(7);
	sb[0].generation = htole64(100);
	sb[0].spare_sectors = htole64(geo.spare_sectors);
	sb[0].main_sectors = htole64(main_sectors);
	sb[0].main_start = htole64(main_start);
	sb[0].target_sectors = htole64((main_sectors - main_start) / sectors * sectors);
	sb[0].data_start = htole64(geo.data_start);
	sb[0].block_size = htole32(geo.block_size);
	sb[0].nr_blocks = htole32(geo.nr_blocks);
	sb[0].replicas = htole32(geo.replicas);
	sb[0].nr_pages = htole32(geo.nr_pages);
	for (i = 0; i < DM_REMAP_MAX_REPLICAS; i++)
		sb[0].replica_start[i] = htole64(geo.replica_start[i]);
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		sb[0].settings[i] = (struct dm_remap_sb_setting) {
			.id = htole32(i + 1), .value = htole32(settings[i]),
		};
	memcpy(sb[0].name, name, sizeof(name));
	sb[0].nr_history = htole32(1);
	sb[0].grows = htole64(1);
	sb[0].resize_ns = htole64(5000);
	sb[0].history[0] = (struct dm_remap_sb_resize) {
		.started_ns = htole64(1000000000), .duration_ns = htole64(5000),
		.from = htole32(64), .to = htole32(128), .entries = htole32(97),
	};
	sb[1] = sb[0];
}

static void write_at(int fd, uint64_t sector, const void *data)
{
	if (pwrite(fd, data, DM_REMAP_PAGE_SIZE, sector * 512) != DM_REMAP_PAGE_SIZE)
		err(1, "write");
}

static void write_page(int fd, uint32_t nr)
{
	struct dm_remap_page *page = pages + nr;
	uint32_t i;

	page->page = htole32(nr);
	if (!page->sequence)
		page->sequence = htole64(1);
	memcpy(page->magic, DM_REMAP_PAGE_MAGIC, DM_REMAP_MAGIC_SIZE);
	page->crc = htole32(dm_remap_page_crc(page, sb[0].seed));
	for (i = 0; i < geo.replicas; i++) {
		write_at(fd, dm_remap_page_sector(&geo, i, nr), page);
		printf("page %u %u %llu\n", i, nr,
		       (unsigned long long)dm_remap_page_sector(&geo, i, nr));
	}
}

static void write_sb(int fd, unsigned int nr)
{
	uint64_t sector = dm_remap_sb_sector(geo.spare_sectors, nr);

	dm_remap_sb_seal(&sb[nr], sector);
	write_at(fd, sector, &sb[nr]);
	printf("sb %u %llu\n", nr, (unsigned long long)sector);
}

static void make_main(int fd)
{
	struct dm_remap_label label = {
		.magic = DM_REMAP_LABEL_MAGIC,
		.version = htole32(DM_REMAP_LABEL_VERSION),
		.main_sectors = htole64(main_sectors),
		.target_sectors = htole64(main_sectors),
		.block_size = htole32(geo.block_size),
		.nr_ranges = htole32(1),
		.ranges = { { .nr = htole32(1) } },
	};

	memcpy(label.uuid, sb[0].uuid, sizeof(label.uuid));
	memcpy(label.secret, sb[0].secret, sizeof(label.secret));
	memcpy(label.name, name, sizeof(name));
	dm_remap_label_seal(&label);
	if (ftruncate(fd, main_sectors * 512) ||
	    pwrite(fd, &label, sizeof(label), 0) != sizeof(label))
		err(1, "write");
}

static void make(int fd)
{
	unsigned int i;

	for (i = 0; i < nr_lines; i++)
		apply_early(lines[i]);
	if (is_main)
		return make_main(fd);
	if (dm_remap_layout(&geo))
		errx(1, "the spare is too small");
	fill_sb();
	for (i = 0; i < nr_lines; i++)
		apply_late(lines[i]);
	for (i = 0; i < 2; i++)
		if (!sb[i].pages_used)
			sb[i].pages_used = htole32(nr_used);
	if (ftruncate(fd, geo.spare_sectors * 512))
		err(1, "ftruncate");
	for (i = 0; i < nr_used; i++)
		write_page(fd, i);
	for (i = 0; i < 2 && is_new_main; i++) {
		sb[i].pages_used = 0;
		sb[i].replacement.partner_seed = sb[i].seed;
		sb[i].seed = htole64(new_seed);
	}
	for (i = 0; i < 2; i++)
		write_sb(fd, i);
	printf("layout %u %u %llu\n", geo.replicas, geo.nr_blocks,
	       (unsigned long long)geo.data_start);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2)
		errx(2, "usage: mkimage IMAGE <DESCRIPTION");
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
	if (fd < 0)
		err(1, "%s", argv[1]);
	memset(sb[0].uuid, 0x5a, sizeof(sb[0].uuid));
	pages = calloc(PAGES_MAX, sizeof(*pages));
	if (!pages)
		err(1, "pages");
	read_lines();
	make(fd);
	return close(fd);
}
