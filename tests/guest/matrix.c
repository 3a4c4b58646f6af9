// SPDX-License-Identifier: GPL-2.0
/*
 * Tests one kind of fault with all kinds of I/O. The tables are in matrix.bats; this program
 * executes them, since a shell would take an hour.
 *
 *	matrix KEY=VALUE... < table
 *
 *	main=, spare=	devices; main_start is 0
 *	unit=BYTES	the larger of their logical block sizes
 *	blocks="..."	block sizes; those smaller than the unit are left out
 *	bad=FILE	badblocks of the main in null_blk: makes the sector bad before the I/O
 *	spare_bad=FILE	badblocks of the spare, for
 *	spare=KIND	next (the block to be allocated next fails), held (the block that
 *			holds the data fails), data (all blocks fail), copy, store (one
 *			copy of the table, or all, cannot be written), full
 *	file=, on=, off=	a file, and what to write to it before and after the I/O;
 *			pieces are separated by commas
 *	error=NAME	the error that E stands for
 *	local=1		the fault affects one sector
 *	second=W	the next sector if the I/O meets two bad ones: error, old
 *
 * A line of the table:
 *
 *	io result errors remapped pending lost bad after
 *
 * "result" is "ok" or an error. "errors" lists the error counters that go up, of (r)eads and
 * (w)rites of the main and of the (s)pare; the others must not. The next fields are the changes
 * of fields of the status ("lost" in units); "*" is anything, and "a/b" is a if a block is one
 * unit, and b if it is larger. "after" is the content of the sector afterwards: old, new, zero,
 * error, any.
 *
 * Each I/O has a place of its own.  Nothing else around it may change: the data is compared
 * through the device and on both disks, and again after the set has been removed and
 * reactivated.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/fs.h>

#include <dm-remap/format.h>

#include "../crash/dm.h"

#define SECTOR		512U
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define PLACE		256U	/* sectors from one place to the next */
#define USED		192U	/* of these are examined; the fault is in the middle third */
#define MAX_ROWS	24

enum { OLD = 1, NEW = 2, ZERO = 4, UNREADABLE = 8, FOREIGN = 16 };

enum kind {
	READ, READ_BLOCK, READ_MULTI, READ_CACHED, WRITE, WRITE_BESIDE, WRITE_HALF, WRITE_BLOCK,
	WRITE_MULTI, WRITE_FUA, WRITE_CACHED, ZEROES, DISCARD, FLUSH, READ_WRITE, NR_KINDS
};

/* In the order of their places, which disks with preset bad sectors depend on. */
static const char *const kinds[NR_KINDS] = {
	"read", "read-block", "read-multi", "read-cached", "write", "write-beside",
	"write-half", "write-block", "write-multi", "write-fua", "write-cached", "zeroes",
	"discard", "flush", "read-write",
};

static const struct { const char *name; int number; } errors[] = {
	{ "ok", 0 }, { "EIO", EIO }, { "ENODATA", ENODATA }, { "ENOSPC", ENOSPC },
	{ "ENOLINK", ENOLINK }, { "ENODEV", ENODEV }, { "ETIMEDOUT", ETIMEDOUT },
	{ "EREMOTEIO", EREMOTEIO }, { "EOPNOTSUPP", EOPNOTSUPP },
};

enum count { REMAPPED, PENDING, LOST, BAD, NR_COUNTS };
static const char *const counts[NR_COUNTS] = { "remapped", "pending", "lost", "bad_spare" };

struct row {
	enum kind kind;
	char result[16];
	char seen[8];
	char count[NR_COUNTS][8];
	char after[8];
	/* The allowed content of each sector of the place, a set of OLD, NEW ... */
	u8 content[USED];
};

struct status {
	char state[24], store[16];
	long long count[NR_COUNTS], capacity, seen[3], generation;
};

static struct row rows[MAX_ROWS];
static unsigned int nr_rows;
static unsigned int unit, block;	/* sectors */
static u64 version;
static unsigned int failures, cells;
static const char *key_main, *key_bad, *key_spare, *key_spare_bad, *key_fault;
static const char *key_file, *key_on, *key_off, *key_error = "EIO", *key_second = "old";
static const char *key_blocks = "512 4096 32768";
static bool key_local;
static int main_fd, spare_fd, fd, cached_fd;
static u64 data_start, copy_start[2], copy_end[2];
static char *buf;
static struct dm dm;

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

static void __printf(2, 3) wrong(const struct row *row, const char *format, ...)
{
	va_list args;

	failures++;
	printf("block %u, unit %u, %s: ", block * SECTOR, unit * SECTOR,
	       row ? kinds[row->kind] : "the set");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* --- files and data -------------------------------------------------------------- */

static void put(const char *path, const char *text)
{
	int to = open(path, O_WRONLY | O_CLOEXEC);

	if (to < 0 || write(to, text, strlen(text)) < 0)
		die("%s: %s: %s", path, text, strerror(errno));
	close(to);
}

/* Write the comma-separated pieces of a text. */
static void put_pieces(const char *path, const char *text)
{
	char *copy = strdup(text), *piece, *rest = copy;

	while ((piece = strsep(&rest, ",")))
		put(path, piece);
	free(copy);
}

static void set_bad(const char *path, u64 first, u64 nr, bool bad)
{
	char text[64];
	u64 n;

	/* Kernel 6.1 finds no bad block in a range of more than 512. */
	for (; nr; first += n, nr -= n) {
		n = nr < 512 ? nr : 512;
		snprintf(text, sizeof(text), "%c%llu-%llu", bad ? '+' : '-', first, first + n - 1);
		put(path, text);
	}
}

static void setting(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/config/dm-remap/r/%s", name);
	put(path, value);
}

static u64 device_sectors(int of)
{
	u64 bytes;

	if (ioctl(of, BLKGETSIZE64, &bytes))
		die("size: %s", strerror(errno));
	return bytes / SECTOR;
}

static u64 word(u64 sector, unsigned int what)
{
	return version << 32 | (u64)what << 24 | sector;
}

static void fill(char *to, u64 sector, unsigned int nr, unsigned int what)
{
	u64 *words = (u64 *)to;
	unsigned int i;

	for (i = 0; i < nr * SECTOR / 8; i++)
		words[i] = what == ZERO ? 0 : word(sector + i / (SECTOR / 8), what);
}

static unsigned int classify(const char *data, u64 sector)
{
	const u64 *words = (const u64 *)data;
	unsigned int i, what = FOREIGN;

	if (words[0] == word(sector, OLD))
		what = OLD;
	else if (words[0] == word(sector, NEW))
		what = NEW;
	else if (!words[0])
		what = ZERO;
	for (i = 1; i < SECTOR / 8; i++)
		if (words[i] != words[0])
			return FOREIGN;
	return what;
}

/* --- places ---------------------------------------------------------------------- */

static u64 base_of(const struct row *row)
{
	return row->kind * PLACE;
}

/* The bad sector; with 4 KiB sectors the first of its eight. */
static u64 bad_of(const struct row *row)
{
	return base_of(row) + 64 + (unit == 1 ? 27 : 24);
}

static u64 block_of(const struct row *row)
{
	return bad_of(row) / block * block;
}

/* Number of failing sectors: if two units are needed, the next one fails as well. */
static unsigned int nr_bad(const struct row *row)
{
	return row->kind == WRITE_HALF ? 2 * unit : unit;
}

static void allow(struct row *row, u64 sector, unsigned int nr, u8 what)
{
	memset(row->content + (sector - base_of(row)), what, nr);
}

/*
 * The location of the sector on the spare, or 0.  A block is split if it has moved without
 * the sectors that could not be read from the main.
 */
static u64 on_spare(const struct row *row, u64 sector, unsigned int *remapped, bool *split)
{
	char text[32], *line, *rest;
	static char list[65536];
	u64 main, spare, nr, found = 0;
	char state[16];

	snprintf(text, sizeof(text), "list %llu", base_of(row));
	dm_message(&dm, text, list, sizeof(list));
	if (remapped)
		*remapped = 0;
	for (rest = list; (line = strsep(&rest, "\n")) && *line;) {
		if (sscanf(line, "%llu %llu %llu %15s", &main, &spare, &nr, state) != 4)
			die("list: %s", line);
		if (main >= base_of(row) + PLACE)
			break;
		if (split && !strcmp(state, "split"))
			*split = true;
		if (strcmp(state, "remapped") && strcmp(state, "split"))
			continue;
		if (remapped)
			(*remapped)++;
		if (main <= sector && sector < main + nr)
			found = spare + sector - main;
	}
	return found;
}

/* Check the content; from now on only the content found here is allowed. */
static void compare(struct row *row, int from, u64 place, u64 sector, unsigned int nr,
		    const char *where)
{
	u8 *content = row->content + (sector - base_of(row));
	unsigned int i, what;
	bool ok;

	ok = pread(from, buf, nr * SECTOR, place * SECTOR) == (ssize_t)(nr * SECTOR);
	for (i = 0; i < nr; i++) {
		what = ok ? classify(buf + i * SECTOR, sector + i) : UNREADABLE;
		if (!(content[i] & what)) {
			wrong(row, "%s: sector %llu is %u, not of %u", where, sector + i, what,
			      content[i]);
			break;
		}
		content[i] = what;
	}
}

/* Compare sectors from @first to @end, which are at @shift sectors further on in @from. */
static void compare_range(struct row *row, int from, long long shift, u64 first, u64 end,
			  const char *where, bool skip_unreadable)
{
	u64 sector, next;

	for (sector = first; sector < end; sector = next) {
		const u8 *content = row->content + (sector - base_of(row));

		/* A unit that may be unreadable is read alone: it would fail the read of others. */
		for (next = sector + unit; next < end; next += unit)
			if ((content[0] | content[next - sector]) & UNREADABLE)
				break;
		if (!skip_unreadable || content[0] != UNREADABLE)
			compare(row, from, sector + shift, sector, next - sector, where);
	}
}

static void verify(struct row *row)
{
	u64 base = base_of(row), first = block_of(row), spare;
	u64 end = first + block;

	compare_range(row, fd, 0, base, base + USED, "device", false);
	/* A block that has not moved is only on the main. */
	compare_range(row, main_fd, 0, base, first, "main before", true);
	/* Reading the second bad sector may have moved its block. */
	if (block == unit && row->kind == WRITE_HALF)
		end += block;
	compare_range(row, main_fd, 0, end, base + USED, "main behind", true);
	spare = on_spare(row, first, NULL, NULL);
	if (spare)
		compare_range(row, spare_fd, spare - first, first, first + block, "spare", true);
	else
		compare_range(row, main_fd, 0, first, first + block, "main", true);
}

/* --- the set --------------------------------------------------------------------- */

static void read_geometry(void)
{
	const struct dm_remap_sb *sb = (const struct dm_remap_sb *)buf;

	if (pread(spare_fd, buf, 4096, 0) != 4096)
		die("spare: %s", strerror(errno));
	data_start = le64toh(sb->data_start);
	copy_start[0] = le64toh(sb->replica_start[0]);
	copy_start[1] = le64toh(sb->replica_start[1]);
	copy_end[0] = data_start;
	copy_end[1] = device_sectors(spare_fd) / 8 * 8 - 8;
}

static void activate(void)
{
	char params[256];

	snprintf(params, sizeof(params), "%s 0 %s 3 persistent block_size %u", key_main,
		 key_spare, block * SECTOR);
	dm_create(&dm, "r", device_sectors(main_fd), "remap", params);
	fd = open(dm.path, O_RDWR | O_DIRECT | O_CLOEXEC);
	cached_fd = open(dm.path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || cached_fd < 0)
		die("%s: %s", dm.path, strerror(errno));
}

static void deactivate(void)
{
	close(fd);
	close(cached_fd);
	dm_remove(&dm);
}

static struct status get_status(void)
{
	struct status s;
	char text[512];

	dm_status(&dm, text, sizeof(text));
	if (sscanf(text, "%23s %lld %lld %lld %lld %lld %*u %lld %lld %lld %15s %lld", s.state,
		   &s.count[REMAPPED], &s.capacity, &s.count[PENDING], &s.count[LOST],
		   &s.count[BAD], &s.seen[0], &s.seen[1], &s.seen[2], s.store,
		   &s.generation) != 11)
		die("status: %s", text);
	return s;
}

static bool spare_is(const char *kind)
{
	return key_fault && !strcmp(key_fault, kind);
}

/* Leave no free block on the spare for failing blocks. */
static void fill_spare(void)
{
	struct status s = get_status();
	char text[64];

	snprintf(text, sizeof(text), "add %u %lld", NR_KINDS * PLACE,
		 (s.capacity - s.count[REMAPPED]) * block);
	dm_message(&dm, text, NULL, 0);
}

/* Prepare an empty spare, and a main with old data, with all sectors good. */
static void make_set(void)
{
	unsigned int i;

	version++;
	if (key_bad)
		set_bad(key_bad, 0, NR_KINDS * PLACE, false);
	if (key_spare_bad)
		set_bad(key_spare_bad, 0, device_sectors(spare_fd), false);
	/* Clear both superblocks, and the first page of the table. */
	memset(buf, 0, 8192);
	if (pwrite(spare_fd, buf, 8192, 0) != 8192 ||
	    pwrite(spare_fd, buf, 4096, (device_sectors(spare_fd) / 8 - 1) * 4096) != 4096)
		die("spare: %s", strerror(errno));
	for (i = 0; i < nr_rows; i++) {
		struct row *row = &rows[i];
		u64 sector, nr;

		allow(row, base_of(row), USED, OLD);
		for (sector = base_of(row); sector < base_of(row) + USED; sector += nr) {
			/* On a disk with preset bad sectors the others can still be written. */
			bool alone = sector >= bad_of(row) && sector < bad_of(row) + nr_bad(row);

			nr = alone ? unit : sector < bad_of(row) ? bad_of(row) - sector :
			     base_of(row) + USED - sector;
			fill(buf, sector, nr, OLD);
			if (pwrite(main_fd, buf, nr * SECTOR, sector * SECTOR) ==
			    (ssize_t)(nr * SECTOR))
				continue;
			if (!alone)
				die("sector %llu: %s", sector, strerror(errno));
			allow(row, sector, nr, ZERO);
		}
	}
	activate();
	setting("errors/retries", "2");
	/* Let a sector be read again as soon as it is no longer bad. */
	setting("errors/pending_retry_ms", "0");
	/* Each cell tests a single request; scrub.bats tests reads in the background. */
	setting("errors/neighbours", "0");
	setting("spare/policy", "linear");
	read_geometry();
	if (spare_is("full"))
		fill_spare();
	if (spare_is("data"))
		setting("errors/storm_limit", "4");
	if (spare_is("copy"))
		set_bad(key_spare_bad, copy_start[0], copy_end[0] - copy_start[0], true);
}

/* --- I/O ------------------------------------------------------------------------- */

static int direct_read(const struct row *row, u64 sector, unsigned int nr)
{
	unsigned int i;

	if (pread(fd, buf, nr * SECTOR, sector * SECTOR) != (ssize_t)(nr * SECTOR))
		return errno;
	for (i = 0; i < nr; i++)
		if (!(row->content[sector + i - base_of(row)] &
		      classify(buf + i * SECTOR, sector + i)))
			wrong(row, "the read gave other data in sector %llu", sector + i);
	return 0;
}

/* Read page after page, which triggers read-ahead. */
static int cached_read(const struct row *row)
{
	u64 sector, base = base_of(row);
	int error = 0;

	ioctl(cached_fd, BLKFLSBUF);
	posix_fadvise(cached_fd, base * SECTOR, USED * SECTOR, POSIX_FADV_SEQUENTIAL);
	for (sector = base; sector < base + USED; sector += 8) {
		unsigned int i;

		if (pread(cached_fd, buf, 8 * SECTOR, sector * SECTOR) != 8 * SECTOR) {
			error = errno;
			if (key_local && sector != bad_of(row) / 8 * 8)
				wrong(row, "page of sector %llu: %s", sector, strerror(error));
			if (!key_local)
				return error;
			continue;
		}
		for (i = 0; i < 8; i++)
			if (!(row->content[sector + i - base] &
			      classify(buf + i * SECTOR, sector + i)))
				wrong(row, "the cache gave other data in sector %llu", sector + i);
	}
	return error;
}

static int write_range(u64 sector, unsigned int nr, int flags)
{
	struct iovec iov = { .iov_base = buf, .iov_len = nr * SECTOR };

	fill(buf, sector, nr, NEW);
	return pwritev2(fd, &iov, 1, sector * SECTOR, flags) == (ssize_t)(nr * SECTOR) ? 0 : errno;
}

static int cached_write(u64 sector, unsigned int nr)
{
	int error = 0;

	fill(buf, sector, nr, NEW);
	if (pwrite(cached_fd, buf, nr * SECTOR, sector * SECTOR) != (ssize_t)(nr * SECTOR))
		return errno;
	if (fsync(cached_fd))
		error = errno;
	/* The cache must not show data of failed writes. */
	ioctl(cached_fd, BLKFLSBUF);
	return error;
}

static int range_ioctl(unsigned long cmd, u64 sector, unsigned int nr)
{
	u64 range[2] = { sector * SECTOR, (u64)nr * SECTOR };

	return ioctl(fd, cmd, range) ? errno : 0;
}

/* Use a separate open file: others may still have to report errors of earlier writes. */
static int flush(void)
{
	int file = open(dm.path, O_RDWR | O_CLOEXEC), error;

	if (file < 0)
		return errno;
	error = fsync(file) ? errno : 0;
	close(file);
	return error;
}

/* Return: 0 or an errno; @sector and @nr are the written range, and @what its content. */
static int do_io(struct row *row, u64 *sector, unsigned int *nr, u8 *what)
{
	u64 bad = bad_of(row), first = block_of(row);

	*sector = first;
	*nr = 0;
	*what = NEW;
	switch (row->kind) {
	case READ:
		return direct_read(row, bad, unit);
	case READ_BLOCK:
		return direct_read(row, first, block);
	case READ_MULTI:
		return direct_read(row, first - block, 3 * block);
	case READ_CACHED:
		return cached_read(row);
	case READ_WRITE:
	case WRITE:
	case WRITE_HALF:
		if (row->kind == READ_WRITE)
			direct_read(row, bad, unit);
		*sector = bad;
		*nr = unit;
		return write_range(*sector, *nr, 0);
	case WRITE_BESIDE:
		*sector = bad + unit;
		*nr = unit;
		return write_range(*sector, *nr, 0);
	case WRITE_BLOCK:
		*nr = block;
		return write_range(*sector, *nr, 0);
	case WRITE_MULTI:
		*sector = first - block;
		*nr = 3 * block;
		return write_range(*sector, *nr, 0);
	case WRITE_FUA:
		*nr = block;
		return write_range(*sector, *nr, RWF_DSYNC);
	case WRITE_CACHED:
		*sector = base_of(row) + 64;
		*nr = 64;
		return cached_write(*sector, *nr);
	case ZEROES:
		*nr = block;
		*what = ZERO;
		return range_ioctl(BLKZEROOUT, *sector, *nr);
	case DISCARD:
		*nr = block;
		*what = OLD | ZERO;
		return range_ioctl(BLKDISCARD, *sector, *nr);
	default:
		return flush();
	}
}

/* --- a cell ---------------------------------------------------------------------- */

/* Of "a/b", return a for blocks of one unit, and b for larger ones. */
static const char *of_size(const char *text)
{
	static char part[2][16];
	static int turn;
	const char *slash = strchr(text, '/');

	if (!slash)
		return text;
	if (block > unit)
		return slash + 1;
	turn = !turn;
	snprintf(part[turn], sizeof(part[turn]), "%.*s", (int)(slash - text), text);
	return part[turn];
}

static const char *error_name(int number)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].number == number)
			return errors[i].name;
	return strerror(number);
}

static u8 content_named(const char *name)
{
	static const struct { const char *name; u8 what; } names[] = {
		{ "old", OLD }, { "new", NEW }, { "zero", ZERO }, { "error", UNREADABLE },
		{ "any", OLD | NEW | ZERO },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i].name, name))
			return names[i].what;
	die("no content is called %s", name);
}

static void expect_content(struct row *row, int error, u64 sector, unsigned int nr, u8 what,
			   bool lost)
{
	u64 bad = bad_of(row), s;
	u8 was = row->content[bad - base_of(row)];
	u8 after = content_named(of_size(row->after));

	/* "old" means the previous content, since the sector was not written. */
	if (after == OLD)
		after = was;
	for (s = sector; s < sector + nr; s++)
		allow(row, s, 1, error ? OLD | what | row->content[s - base_of(row)] : what);
	allow(row, bad, unit, after);
	if (row->kind == WRITE_HALF) {
		was = row->content[bad + unit - base_of(row)];
		allow(row, bad + unit, unit,
		      lost || !strcmp(key_second, "error") ? UNREADABLE : was);
	}
}

/* Inject the fault of the spare before an I/O. */
static void arm_spare(const struct row *row)
{
	struct status s = get_status();
	char text[64];
	u64 place;

	if (spare_is("next")) {
		/* With this policy blocks are allocated in order, and none has been freed. */
		place = s.count[REMAPPED] + s.count[PENDING] + s.count[BAD];
		set_bad(key_spare_bad, data_start + place * block, unit, true);
	} else if (spare_is("held")) {
		snprintf(text, sizeof(text), "add %llu %u", block_of(row), block);
		dm_message(&dm, text, NULL, 0);
		place = on_spare(row, bad_of(row), NULL, NULL);
		set_bad(key_spare_bad, place, block > unit ? nr_bad(row) : unit, true);
	} else if (spare_is("data")) {
		set_bad(key_spare_bad, data_start, s.capacity * block, true);
	} else if (spare_is("store")) {
		set_bad(key_spare_bad, 0, data_start, true);
		set_bad(key_spare_bad, copy_start[1], device_sectors(spare_fd) - copy_start[1],
			true);
	}
}

static void disarm_spare(void)
{
	if (spare_is("data") || spare_is("store"))
		set_bad(key_spare_bad, 0, device_sectors(spare_fd), false);
}

static void compare_counts(struct row *row, const struct status *before,
			   const struct status *after)
{
	const char *names = "rws";
	int i;

	for (i = 0; i < 3; i++) {
		bool up = after->seen[i] > before->seen[i];

		if (up != !!strchr(row->seen, names[i]))
			wrong(row, "counter of errors %c: %lld, it was %lld", names[i],
			      after->seen[i], before->seen[i]);
	}
	for (i = 0; i < NR_COUNTS; i++) {
		const char *text = of_size(row->count[i]);
		long long change = after->count[i] - before->count[i];

		if (*text != '*' && change != atoll(text) * (i == LOST ? (int)unit : 1))
			wrong(row, "%s has changed by %lld, not %s", counts[i], change, text);
	}
}

static bool any_split(void)
{
	bool split = false;
	unsigned int i;

	for (i = 0; i < nr_rows; i++)
		on_spare(&rows[i], bad_of(&rows[i]), NULL, &split);
	return split;
}

static void compare_state(struct row *row, const struct status *s, bool changed)
{
	const char *state = "ok", *store = "clean";

	if (s->count[PENDING] || s->count[LOST] || any_split())
		state = "degraded";
	if (spare_is("copy") && (changed || s->count[REMAPPED] || s->count[PENDING])) {
		state = "degraded";
		store = "degraded";
	}
	if (spare_is("full"))
		state = "exhausted";
	if (spare_is("store") && changed) {
		state = "failed";
		store = "failed";
	}
	if (strcmp(s->state, state) || strcmp(s->store, store))
		wrong(row, "state %s, store %s, not %s and %s", s->state, s->store, state, store);
}

static void run_cell(struct row *row)
{
	struct status before, after;
	unsigned int nr, remapped;
	const char *result;
	u64 sector;
	int error;
	u8 what;

	cells++;
	arm_spare(row);
	if (key_bad)
		set_bad(key_bad, bad_of(row), nr_bad(row), true);
	before = get_status();
	if (key_file)
		put_pieces(key_file, key_on);
	error = do_io(row, &sector, &nr, &what);
	if (key_file)
		put_pieces(key_file, key_off);
	after = get_status();

	result = of_size(row->result);
	if (*result == 'E' && !result[1])
		result = key_error;
	if (strcmp(error_name(error), result))
		wrong(row, "the result is %s, not %s", error_name(error), result);
	compare_counts(row, &before, &after);
	/* A failed discard must change nothing. */
	compare_state(row, &after, strpbrk(row->seen, "rw") && row->kind != DISCARD);
	on_spare(row, bad_of(row), &remapped, NULL);
	if (*of_size(row->count[REMAPPED]) != '*' && !spare_is("held") &&
	    remapped != (unsigned int)atoi(of_size(row->count[REMAPPED])))
		wrong(row, "%u blocks of the place are remapped", remapped);
	if (remapped && !on_spare(row, bad_of(row), NULL, NULL))
		wrong(row, "another block is remapped");

	expect_content(row, error, sector, nr, what, after.count[LOST] > before.count[LOST]);
	disarm_spare();
	/* The location of the block is in doubt until the set is activated again. */
	if (spare_is("store")) {
		deactivate();
		activate();
	}
	verify(row);
}

/* A new activation must restore the same state. */
static void run_again(void)
{
	struct status before = get_status(), after;
	unsigned int i;

	deactivate();
	activate();
	after = get_status();
	for (i = 0; i < NR_COUNTS; i++)
		if (after.count[i] != before.count[i])
			wrong(NULL, "%s is %lld, it was %lld", counts[i], after.count[i],
			      before.count[i]);
	if (after.generation < before.generation)
		wrong(NULL, "the generation goes back");
	for (i = 0; i < nr_rows; i++)
		verify(&rows[i]);
}

static void run_table(void)
{
	unsigned int i;

	make_set();
	for (i = 0; i < nr_rows; i++)
		run_cell(&rows[i]);
	run_again();
	deactivate();
}

/* --- arguments and table --------------------------------------------------------- */

static void read_table(void)
{
	char line[256], kind[32];

	while (fgets(line, sizeof(line), stdin)) {
		struct row *row = &rows[nr_rows];

		if (line[strspn(line, " \t\n")] == 0 || line[strspn(line, " \t")] == '#')
			continue;
		if (nr_rows == MAX_ROWS ||
		    sscanf(line, "%31s %15s %7s %7s %7s %7s %7s %7s", kind, row->result, row->seen,
			   row->count[REMAPPED], row->count[PENDING], row->count[LOST],
			   row->count[BAD], row->after) != 8)
			die("table: %s", line);
		for (row->kind = 0; row->kind < NR_KINDS; row->kind++)
			if (!strcmp(kind, kinds[row->kind]))
				break;
		if (row->kind == NR_KINDS)
			die("no I/O is called %s", kind);
		nr_rows++;
	}
	if (!nr_rows)
		die("the table is empty");
}

static void read_key(const char *text)
{
	static const struct { const char *name; const char **to; } keys[] = {
		{ "main=", &key_main }, { "spare=", &key_spare }, { "bad=", &key_bad },
		{ "spare_bad=", &key_spare_bad }, { "fault=", &key_fault },
		{ "file=", &key_file }, { "on=", &key_on }, { "off=", &key_off },
		{ "error=", &key_error }, { "second=", &key_second }, { "blocks=", &key_blocks },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t len = strlen(keys[i].name);

		if (!strncmp(text, keys[i].name, len)) {
			*keys[i].to = text + len;
			return;
		}
	}
	if (!strcmp(text, "local=1"))
		key_local = true;
	else if (!strncmp(text, "unit=", 5))
		unit = atoi(text + 5) / SECTOR;
	else
		die("what is %s?", text);
}

static int open_disk(const char *path)
{
	int disk = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (disk < 0)
		die("%s: %s", path, strerror(errno));
	return disk;
}

int main(int argc, char **argv)
{
	char *sizes, *size;
	int i;

	setlinebuf(stdout);
	for (i = 1; i < argc; i++)
		read_key(argv[i]);
	if (!key_main || !key_spare || !unit)
		die("keys are missing");
	read_table();
	main_fd = open_disk(key_main);
	spare_fd = open_disk(key_spare);
	buf = aligned_alloc(4096, USED * SECTOR);
	sizes = strdup(key_blocks);
	if (!buf || !sizes)
		die("out of memory");
	while ((size = strsep(&sizes, " "))) {
		block = atoi(size) / SECTOR;
		if (block >= unit)
			run_table();
	}
	printf("%u cells, %u differ\n", cells, failures);
	return failures || !cells;
}
