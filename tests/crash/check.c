// SPDX-License-Identifier: GPL-2.0
/* Activates a set on disks as a crash may have left them, and checks its content. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"

#define PAGE 4096U

/* Pages at each end of the spare that an activation may write to. */
#define METADATA_PAGES 20U

struct point {
	struct checker *k;
	u64 time;
	const char *what;
	bool again;		/* after a second crash, during an activation */
	u32 failing;		/* places that fail during the activation */
	const struct op *last, *running;
	struct entry *table;
	unsigned int wrong;
};

/* Maximum number of messages about one point. */
#define MAX_LINES 6

static void wrong(struct point *p, const char *format, ...) __printf(2, 3);

static void wrong(struct point *p, const char *format, ...)
{
	va_list args;

	if (!p->wrong) {
		p->k->failures++;
		printf("WRONG: %s, time %llu%s, places %x fail, op %ld ended, %s\n", p->what,
		       p->time, p->again ? ", and a crash in the activation" : "", p->failing,
		       p->last ? p->last - p->k->p->w->ops : -1L,
		       p->running ? "the next was running" : "none was running");
	}
	if (p->wrong++ >= MAX_LINES)
		return;
	fputs("    ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* --- the disks ------------------------------------------------------------------- */

static bool changes(const struct checker *k, unsigned int disk, u64 page)
{
	u64 pages = k->c->sectors[disk] * SECTOR / PAGE;

	return k->unknown || (disk == SPARE &&
			      (page < METADATA_PAGES || page + METADATA_PAGES >= pages));
}

/* Write only sectors that differ. */
static void put_disk(struct checker *k, unsigned int disk, const u8 *data)
{
	u64 page, from = NEVER, pages = k->c->sectors[disk] * SECTOR / PAGE;

	for (page = 0; page <= pages; page++) {
		bool differs = page < pages && (changes(k, disk, page) ||
						memcmp(data + page * PAGE,
						       k->shadow[disk] + page * PAGE, PAGE));

		if (differs && from == NEVER)
			from = page;
		if (!differs && from != NEVER) {
			memcpy(k->shadow[disk] + from * PAGE, data + from * PAGE,
			       (page - from) * PAGE);
			write_all(k->fd[disk], k->shadow[disk] + from * PAGE, (page - from) * PAGE,
				  from * PAGE / SECTOR);
			from = NEVER;
		}
	}
}

/* --- what is compared ------------------------------------------------------------ */

static void check_status(struct point *p)
{
	char line[512], state[32], store[32];

	dm_status(&p->k->set, line, sizeof(line));
	if (sscanf(line, "%31s %*s %*s %*s %*s %*s %*s %*s %*s %*s %31s", state, store) != 2)
		die("status: %s", line);
	if (strcmp(state, "ok") && strcmp(state, "degraded") && strcmp(state, "exhausted"))
		wrong(p, "the state is %s", state);
	if (strcmp(store, "clean") && !(p->failing && !strcmp(store, "degraded")))
		wrong(p, "the store is %s", store);
}

/* A block that moves during an op may be in its old place, in its new one, or in between. */
static bool in_motion(const struct point *p, u64 block)
{
	const struct config *c = p->k->c;
	const struct op *op = p->running;
	unsigned int i;

	if (!op || !p->last)
		return op;
	if (!same_entry(&p->last->table[block], &op->table[block]))
		return true;
	for (i = 0; i < op->nr_writes; i++)
		if (op->writes[i].sector < (block + 1) * c->block &&
		    op->writes[i].sector + op->writes[i].sectors > block * c->block)
			return true;
	return false;
}

/* Whether the earlier activation could read data that was only on the main, and moved it. */
static bool read_before(const struct point *p, const struct entry *is, const struct entry *should)
{
	return p->again && !is->pending && is->slot == should->slot && is->lost == should->lost &&
	       (should->pending || !(is->unread & ~should->unread));
}

static void check_table(struct point *p)
{
	static const struct entry none = { .slot = NO_SLOT };
	const struct config *c = p->k->c;
	u64 b;

	p->table = read_table(c, &p->k->set);
	for (b = 0; b < c->blocks; b++) {
		const struct entry *is = &p->table[b];
		const struct entry *should = p->last ? &p->last->table[b] : &none;

		if (!same_entry(is, should) && !in_motion(p, b) && !read_before(p, is, should))
			wrong(p, "block %llu is at %d (pending %d, lost %llx, unread %llx), not at %d (%d, %llx, %llx)",
			      b, is->slot, is->pending, is->lost, is->unread, should->slot,
			      should->pending, should->lost, should->unread);
		if (is->pending || is->unread)
			p->k->unknown = true;
	}
}

static void check_settings(struct point *p)
{
	u64 value;

	if (!p->last)
		return;
	value = get_number(CONFIGFS "crash/errors/storm_limit");
	if (value != p->last->value && !(p->running && value == p->running->value))
		wrong(p, "storm_limit is %llu, not %u", value, p->last->value);
}

static void check_sector(struct point *p, u64 sector, const void *data)
{
	const struct entry *e = &p->table[sector / p->k->c->block];
	bool moved = on_spare(p->k->c, e, sector);
	struct said said = { .kind = KIND_DEAD_MAIN };
	u32 version = LOST;
	bool fits = true;

	if (data) {
		said = read_sector(data);
		if (said.kind == KIND_DATA) {
			fits = said.sector == sector;
			version = said.version;
		} else if (said.kind == KIND_DEAD_MAIN) {
			fits = !moved || p->again;
		} else {
			fits = said.kind == KIND_DEAD_SPARE && moved;
		}
	}
	if (!fits || !may_have(p->k->p, sector, version, p->time))
		wrong(p, "sector %llu (block %llu at %d): %s, of kind %d, sector %llu, version %u",
		      sector, sector / p->k->c->block, e->slot,
		      data ? "wrong content" : "unreadable", said.kind, said.sector,
		      said.version);
}

static void check_data(struct point *p, u64 sector, u64 n)
{
	u8 *buf = p->k->buf;
	u64 i;

	if (read_all(p->k->set_fd, buf, n * SECTOR, sector)) {
		for (i = 0; i < n; i++)
			check_sector(p, sector + i, buf + i * SECTOR);
	} else if (n > 1) {
		check_data(p, sector, n / 2);
		check_data(p, sector + n / 2, n - n / 2);
	} else {
		check_sector(p, sector, NULL);
	}
}

/* Take down the set, but keep the device, since creating one is slow. */
static void idle(struct checker *k)
{
	int error = dm_table(&k->set, k->c->sectors[MAIN], "error", "");

	if (error)
		die("the set cannot be taken down: %s", strerror(error));
}

/*
 * Whether a superblock or page has no readable place that is known to be good.  If one copy fails
 * writes, a power cut may tear the other.
 */
static bool may_be_refused(const struct point *p)
{
	const struct workload *w = p->k->p->w;

	return p->k->c->faults && p->last &&
	       !each_has(&w->places, sound_places(w, p->k->t, p->time) & ~p->failing);
}

static void activate(struct point *p, const char *spare)
{
	const struct config *c = p->k->c;
	char params[256];
	int error;

	snprintf(params, sizeof(params), "%s 0 %s 3 persistent block_size %llu",
		 p->k->linear[MAIN].path, spare, c->block * SECTOR);
	error = dm_table(&p->k->set, c->sectors[MAIN], "remap", params);
	if (error) {
		p->k->refused++;
		if (!may_be_refused(p))
			wrong(p, "it cannot be activated: %s", strerror(error));
		return;
	}
	check_status(p);
	check_table(p);
	check_settings(p);
	check_data(p, 0, c->sectors[MAIN]);
	idle(p->k);
	free(p->table);
}

/* --- a crash while it is activated, used and taken down -------------------------- */

static void put_entry(u8 *disk, const struct io *io, u32 sectors)
{
	memcpy(disk + io->sector * SECTOR, io->data, sectors * SECTOR);
}

/*
 * Writes of an activation are sequential, so the log has them in their real order.  It is empty if
 * the set was refused, which is allowed if places failed in the workload.
 */
static void crash_again(struct checker *k, u8 *const disks[NR_DISKS], u64 time, const char *what)
{
	size_t size = k->c->sectors[SPARE] * SECTOR;
	u8 *again[NR_DISKS] = { disks[MAIN], xalloc(size) };
	struct point p;
	unsigned int nr, i, n, end;
	struct io *ios;
	char *log;

	ios = read_log("/dev/replaylog", &nr, &log);
	for (n = 0; nr && n < 2; n++) {
		end = below(nr);
		memcpy(again[SPARE], disks[SPARE], size);
		for (i = 0; i < end; i++)
			put_entry(again[SPARE], &ios[i], ios[i].sectors);
		if (ios[i].sectors)
			put_entry(again[SPARE], &ios[i], below(ios[i].sectors));
		p = (struct point) { .k = k, .time = time, .what = what, .again = true };
		p.last = last_op(k->p, time, &p.running);
		k->unknown = true;
		put_disk(k, SPARE, again[SPARE]);
		k->unknown = false;
		activate(&p, k->linear[SPARE].path);
		k->again++;
	}
	k->unknown = true;
	free(again[SPARE]);
	free(ios);
	free(log);
}

/* Activate the set while one or two superblocks or copies of the table cannot be read. */
static void activate_with_faults(struct point *p)
{
	const struct places *places = &p->k->p->w->places;

	p->failing = some_places(places, 0);
	set_places(places, "replayspare", p->failing, true);
	activate(p, p->k->linear[SPARE].path);
	set_places(places, "replayspare", p->failing, false);
	p->k->faulty++;
}

void check_point(struct checker *k, u8 *const disks[NR_DISKS], u64 time, const char *what,
		 bool log_too)
{
	struct point p = { .k = k, .time = time, .what = what };
	char params[128];
	struct dm logged;

	p.last = last_op(k->p, time, &p.running);
	put_disk(k, MAIN, disks[MAIN]);
	put_disk(k, SPARE, disks[SPARE]);
	k->unknown = false;
	/* Not while the spare is being formatted, since it is still empty. */
	if (k->c->faults && p.last && one_in(2)) {
		activate_with_faults(&p);
		return;
	}
	if (!log_too) {
		activate(&p, k->linear[SPARE].path);
		return;
	}
	snprintf(params, sizeof(params), "%s /dev/replaylog", k->linear[SPARE].path);
	dm_create(&logged, "logged", k->c->sectors[SPARE], "log-writes", params);
	activate(&p, logged.path);
	dm_remove(&logged);
	if (!p.wrong)
		crash_again(k, disks, time, what);
}

void checker_begin(struct checker *k, const struct config *c, const struct promises *p,
		   const struct timeline *t)
{
	static const char * const names[] = { "replaymain", "replayspare" };
	char path[64], params[128];
	unsigned int d;

	memset(k, 0, sizeof(*k));
	k->c = c;
	k->p = p;
	k->t = t;
	k->unknown = true;
	for (d = 0; d < NR_DISKS; d++) {
		snprintf(path, sizeof(path), "/dev/%s", names[d]);
		snprintf(params, sizeof(params), "%s 0", path);
		k->fd[d] = open_device(path);
		k->shadow[d] = xalloc(c->sectors[d] * SECTOR);
		dm_create(&k->linear[d], names[d], c->sectors[d], "linear", params);
	}
	dm_create(&k->set, "crash", c->sectors[MAIN], "error", "");
	k->set_fd = open_device(k->set.path);
	k->buf = xalloc(c->sectors[MAIN] * SECTOR);
}

void checker_end(struct checker *k)
{
	unsigned int d;

	close(k->set_fd);
	dm_remove(&k->set);
	for (d = 0; d < NR_DISKS; d++) {
		dm_remove(&k->linear[d]);
		close(k->fd[d]);
		free(k->shadow[d]);
	}
	free(k->buf);
}
