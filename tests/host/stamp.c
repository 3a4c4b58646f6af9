// SPDX-License-Identifier: GPL-2.0
/*
 * Load for tests that cut the power, and the check of the data afterwards.
 *
 *	stamp write DEVICE LOG CONFIG SEED	until the machine stops
 *	stamp check DEVICE LOG bad=... was-bad=... unreadable=... < list of remaps
 *
 * Some threads write sectors that say where and when they were written to random places of a
 * device; another one adds and removes remaps manually.  Each thread logs the acknowledged
 * operations on a disk that never fails.  After the power cut each sector must have the last
 * acknowledged content, or that of the one write of its owner that was in flight; and
 * likewise for the remaps.  The next run starts from the state that was found.
 *
 * bad= lists the sectors that failed writes in the last run, was-bad= those of all runs,
 * unreadable= those that fail reads.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR		512
#define SECTORS		32768U	/* of the device */
#define BLOCK		8U	/* sectors */
#define FINE		4096U	/* from here on an owner has more than one consecutive sector */
#define BY_HAND		28672U	/* from here on remaps are made manually */
#define STRIPE		128U	/* number of consecutive sectors with one owner */
#define WRITERS		4U

#define LOG_VERSIONS	(1 << 20)
#define LOG_REMAPS	(2 << 20)
#define LOG_RECORDS	(4 << 20)
#define LOG_SIZE	(8 << 20)	/* of each thread */
#define LOG_MAX		(LOG_SIZE / SECTOR)

#define MAGIC		0x706d617473ULL

/* A sector of the device.  Version 0 is a sector of zeros. */
struct stamp {
	uint64_t magic;
	uint64_t sector;
	uint64_t version;
	uint64_t fill[61];
};

enum kind { WRITTEN, WILL_ADD, ADDED, WILL_REMOVE, REMOVED, FAILED };

/* A sector of the log. */
struct record {
	uint64_t magic;
	uint32_t run;
	uint32_t kind;
	uint32_t start;
	uint32_t count;
	uint64_t version;
	uint8_t zero[SECTOR - 32];
};

struct header {
	uint64_t magic;
	uint32_t run;
	uint8_t zero[SECTOR - 12];
};

static int device, log_disk;
static const char *config;
static struct header header __attribute__((aligned(4096)));
static uint32_t versions[SECTORS] __attribute__((aligned(4096)));
static uint8_t remapped[SECTORS / BLOCK] __attribute__((aligned(4096)));

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void read_log(void *to, size_t size, off_t place)
{
	if (pread(log_disk, to, size, place) != (ssize_t)size)
		die("the log cannot be read");
}

static void write_log(const void *from, size_t size, off_t place)
{
	if (pwrite(log_disk, from, size, place) != (ssize_t)size)
		die("the log cannot be written");
}

static void load(void)
{
	read_log(&header, sizeof(header), 0);
	read_log(versions, sizeof(versions), LOG_VERSIONS);
	read_log(remapped, sizeof(remapped), LOG_REMAPS);
}

static unsigned int owner(uint32_t sector)
{
	return (sector < FINE ? sector : sector / STRIPE) % WRITERS;
}

static void fill(struct stamp *s, uint32_t sector, uint64_t version)
{
	uint64_t x = (sector + 1) * 0x9e3779b97f4a7c15ULL ^ version * 0xc2b2ae3d27d4eb4fULL;
	unsigned int i;

	s->magic = MAGIC;
	s->sector = sector;
	s->version = version;
	for (i = 0; i < 61; i++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		s->fill[i] = x;
	}
}

/* Writing. */

struct thread {
	pthread_t id;
	unsigned int nr;
	uint64_t random;
	uint32_t records;
	uint64_t version;
	struct record *record;
};

static uint32_t below(struct thread *t, uint32_t end)
{
	t->random = t->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (t->random >> 33) % end;
}

static void note(struct thread *t, enum kind kind, uint32_t start, uint32_t count)
{
	if (t->records == LOG_MAX)
		pthread_exit(NULL);
	*t->record = (struct record) {
		.magic = MAGIC, .run = header.run, .kind = kind,
		.start = start, .count = count, .version = t->version,
	};
	write_log(t->record, SECTOR, LOG_RECORDS + (off_t)t->nr * LOG_SIZE +
		  (off_t)t->records++ * SECTOR);
}

static void *write_sectors(void *arg)
{
	struct thread *t = arg;
	struct stamp *data = aligned_alloc(4096, STRIPE * SECTOR);
	uint32_t start, count, i;

	for (;;) {
		if (below(t, 3)) {
			start = FINE + below(t, (SECTORS - FINE) / STRIPE / WRITERS) *
				STRIPE * WRITERS + t->nr * STRIPE;
			count = 1 + below(t, below(t, 4) ? 16 : STRIPE);
			start += below(t, STRIPE - count + 1);
		} else {
			start = below(t, FINE / WRITERS) * WRITERS + t->nr;
			count = 1;
		}
		t->version++;
		for (i = 0; i < count; i++)
			fill(&data[i], start + i, t->version);
		if (pwrite(device, data, count * SECTOR, (off_t)start * SECTOR) !=
		    (ssize_t)count * SECTOR) {
			note(t, FAILED, start, count);
			return NULL;
		}
		note(t, WRITTEN, start, count);
	}
}

static bool tell(const char *name, uint32_t start, uint32_t count)
{
	char path[256], text[64];
	int fd, len;
	bool ok;

	snprintf(path, sizeof(path), "%s/remaps/%s", config, name);
	len = snprintf(text, sizeof(text), "%u %u\n", start, count);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		die(path);
	ok = write(fd, text, len) == len;
	close(fd);
	return ok;
}

static void *remap(void *arg)
{
	struct thread *t = arg;
	uint32_t first, nr, i;

	for (;;) {
		uint32_t end = 1 + below(t, 16);
		bool is;

		first = BY_HAND / BLOCK + below(t, (SECTORS - BY_HAND) / BLOCK);
		is = remapped[first];
		for (nr = 1; nr < end && first + nr < SECTORS / BLOCK &&
		     remapped[first + nr] == is; nr++)
			;
		note(t, is ? WILL_REMOVE : WILL_ADD, first * BLOCK, nr * BLOCK);
		if (!tell(is ? "remove" : "add", first * BLOCK, nr * BLOCK)) {
			note(t, FAILED, first * BLOCK, nr * BLOCK);
			return NULL;
		}
		note(t, is ? REMOVED : ADDED, first * BLOCK, nr * BLOCK);
		for (i = first; i < first + nr; i++)
			remapped[i] = !is;
		usleep(below(t, 20000));
	}
}

static int write_all(uint64_t seed)
{
	struct thread threads[WRITERS + 1];
	unsigned int i;

	load();
	for (i = 0; i <= WRITERS; i++) {
		threads[i] = (struct thread) {
			.nr = i, .random = seed * 1000003 + i,
			.version = (uint64_t)header.run << 20,
			.record = aligned_alloc(4096, sizeof(struct record)),
		};
		if (pthread_create(&threads[i].id, NULL, i < WRITERS ? write_sectors : remap,
				   &threads[i]))
			die("no thread");
	}
	for (i = 0; i <= WRITERS; i++)
		pthread_join(threads[i].id, NULL);
	return 0;
}

/* Checking. */

static unsigned int wrong;
static bool bad[SECTORS], was_bad[SECTORS], unreadable[SECTORS], unsure[SECTORS / BLOCK];
static bool fresh[SECTORS];	/* written in the last run */
static bool mapped[SECTORS / BLOCK];
static uint64_t last[WRITERS];

#define WRONG(...) do { if (wrong++ < 20) printf(__VA_ARGS__); } while (0)

/* mark the sectors in a list such as "8,16-18" */
static void mark(bool *set, const char *list)
{
	char *end;

	while (*list) {
		unsigned long from = strtoul(list, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		for (; from <= to && from < SECTORS; from++)
			set[from] = true;
		list = *end ? end + 1 : end;
	}
}

static void replay(unsigned int nr, const struct record *r)
{
	uint32_t i;

	if (r->kind == FAILED)
		WRONG("thread %u: sectors %u to %u failed\n", nr, r->start,
		      r->start + r->count - 1);
	for (i = r->start; r->kind == WRITTEN && i < r->start + r->count; i++) {
		versions[i] = r->version;
		fresh[i] = true;
	}
	for (i = r->start / BLOCK; r->kind != WRITTEN && i < (r->start + r->count) / BLOCK; i++) {
		unsure[i] = r->kind == WILL_ADD || r->kind == WILL_REMOVE;
		if (!unsure[i])
			remapped[i] = r->kind == ADDED;
	}
}

static unsigned int replay_all(void)
{
	struct record *records = aligned_alloc(4096, LOG_SIZE);
	unsigned int nr, i, n = 0;

	for (nr = 0; nr <= WRITERS; nr++) {
		/* Read piece by piece, since most of the log was never written. */
		for (i = 0; i < LOG_MAX; i++) {
			if (i % 1024 == 0)
				read_log(&records[i], 1024 * SECTOR, LOG_RECORDS +
					 (off_t)nr * LOG_SIZE + (off_t)i * SECTOR);
			if (records[i].magic != MAGIC || records[i].run != header.run)
				break;
			replay(nr, &records[i]);
			if (nr < WRITERS)
				last[nr] = records[i].version;
			n++;
		}
		if (nr < WRITERS && !last[nr])
			last[nr] = (uint64_t)header.run << 20;
	}
	free(records);
	return n;
}

static void check_sector(uint32_t sector, const struct stamp *s)
{
	static const struct stamp zero;
	struct stamp right = zero;
	uint64_t version = s->version;

	if (memcmp(s, &zero, sizeof(zero)))
		fill(&right, sector, version);
	if (memcmp(s, &right, sizeof(right)))
		WRONG("sector %u: not a stamp, or another sector's (%llu)\n", sector,
		      (unsigned long long)s->sector);
	else if (version != versions[sector] && version != last[owner(sector)] + 1)
		WRONG("sector %u: version %llx, and not %x or %llx\n", sector,
		      (unsigned long long)version, versions[sector],
		      (unsigned long long)last[owner(sector)] + 1);
	versions[sector] = version;
}

static void check_data(void)
{
	struct stamp *data = aligned_alloc(4096, STRIPE * SECTOR);
	uint32_t start, i;

	for (start = 0; start < SECTORS; start += STRIPE) {
		bool whole = pread(device, data, STRIPE * SECTOR, (off_t)start * SECTOR) ==
			     STRIPE * SECTOR;

		for (i = start; i < start + STRIPE; i++) {
			if (whole || pread(device, &data[i - start], SECTOR,
					   (off_t)i * SECTOR) == SECTOR)
				check_sector(i, &data[i - start]);
			else if (!unreadable[i] || versions[i])
				WRONG("sector %u, version %x: %s\n", i, versions[i],
				      strerror(errno));
		}
	}
	free(data);
}

static void check_remaps(void)
{
	uint32_t sector, block;
	char line[128], state[16];

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%u %*s %*u %15s", &sector, state) != 2)
			WRONG("line of the list that is no entry: %s", line);
		else
			mapped[sector / BLOCK] = !strcmp(state, "remapped") ||
						 !strcmp(state, "split");
	}
	for (sector = 0; sector < SECTORS; sector++) {
		block = sector / BLOCK;
		if (bad[sector] && fresh[sector] && !mapped[block])
			WRONG("sector %u is bad, was written, and is not remapped\n", sector);
		if (was_bad[sector])
			unsure[block] = true;
	}
	for (block = 0; block < SECTORS / BLOCK; block++) {
		if (!unsure[block] && mapped[block] != remapped[block])
			WRONG("block %u is %sremapped\n", block, mapped[block] ? "" : "not ");
		if (block >= BY_HAND / BLOCK)
			remapped[block] = mapped[block];
	}
}

static int check_all(char **args)
{
	unsigned int n, i, nr = 0;

	for (; *args; args++) {
		if (!strncmp(*args, "bad=", 4))
			mark(bad, *args + 4);
		else if (!strncmp(*args, "was-bad=", 8))
			mark(was_bad, *args + 8);
		else if (!strncmp(*args, "unreadable=", 11))
			mark(unreadable, *args + 11);
	}
	load();
	n = replay_all();
	check_data();
	check_remaps();
	for (i = 0; i < SECTORS / BLOCK; i++)
		nr += mapped[i];
	printf("run %u: %u acknowledged, %u remaps, %u wrong\n", header.run, n, nr, wrong);
	header.run++;
	write_log(versions, sizeof(versions), LOG_VERSIONS);
	write_log(remapped, sizeof(remapped), LOG_REMAPS);
	write_log(&header, sizeof(header), 0);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	device = open(argv[2], O_RDWR | O_DIRECT | O_DSYNC);
	log_disk = open(argv[3], O_RDWR | O_DIRECT | O_DSYNC);
	if (device < 0 || log_disk < 0)
		die(device < 0 ? argv[2] : argv[3]);
	if (!strcmp(argv[1], "check"))
		return check_all(argv + 4);
	if (argc != 6)
		return 2;
	config = argv[4];
	return write_all(strtoull(argv[5], NULL, 10));
}
