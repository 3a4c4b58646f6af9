// SPDX-License-Identifier: GPL-2.0
/*
 * The workload: writes, some of them FUA, and flushes; sectors that go bad, so that blocks
 * move automatically to the spare and within it; manual remaps and their removal, alone and
 * concurrently with writes; changes of settings; and new activations.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/aio_abi.h>
#include <linux/fs.h>

#include "crash.h"

/* High enough that remaps never count as a storm. */
#define STORM_LIMIT 1000000U

#define MAX_BAD 30

#define MAX_SECTORS (3 * MAX_BLOCK)

struct running {
	const struct config *c;
	struct workload *w;
	struct dm logged[NR_DISKS];
	struct dm set;
	int fd;
	aio_context_t aio;
	struct entry *table;
	u64 bad[MAX_BAD];	/* blocks that have had bad sectors */
	unsigned int nr_bad;
	u32 failing;		/* bit mask of places */
	u8 *buf[MAX_WRITES];
};

static struct op *begin_op(struct running *r, enum op_kind kind)
{
	struct workload *w = r->w;

	w->ops = one_more(w->ops, w->nr, sizeof(*w->ops));
	w->ops[w->nr] = (struct op) { .kind = kind };
	return &w->ops[w->nr];
}

static void end_op(struct running *r, struct op *op)
{
	trace_mark(false, r->w->nr++);
	r->table = read_table(r->c, &r->set);
	op->table = r->table;
}

/* --- the set --------------------------------------------------------------------- */

static void set_attribute(const char *name, const char *value)
{
	char path[128];
	int error;

	snprintf(path, sizeof(path), CONFIGFS "set/%s", name);
	error = put_file(path, "%s", value);
	if (error)
		die("%s: %s", path, strerror(error));
}

static void set_storm_limit(struct op *op, u32 value)
{
	char text[16];

	op->value = value;
	snprintf(text, sizeof(text), "%u", value);
	set_attribute("errors/storm_limit", text);
}

static int try_start(struct running *r)
{
	char params[256];

	snprintf(params, sizeof(params), "%s 0 %s 3 persistent block_size %llu",
		 r->logged[MAIN].path, r->logged[SPARE].path, r->c->block * SECTOR);
	return dm_table(&r->set, r->c->sectors[MAIN], "remap", params);
}

static void recover(struct running *r, u32 places)
{
	set_places(&r->w->places, "spare", places, false);
	r->failing &= ~places;
}

/* While places fail, the set may be refused if the others are known to be outdated. */
static void start_set(struct running *r)
{
	int error;

	dm_create(&r->set, "set", r->c->sectors[MAIN], "error", "");
	error = try_start(r);
	if (error && r->failing) {
		recover(r, r->failing);
		error = try_start(r);
	}
	if (error)
		die("the set cannot be activated: %s", strerror(error));
	r->fd = open_device(r->set.path);
}

static void stop_set(struct running *r)
{
	close(r->fd);
	dm_remove(&r->set);
}

static void op_start(struct running *r)
{
	struct op *op = begin_op(r, OP_START);
	char text[16];

	trace_mark(true, r->w->nr);
	start_set(r);
	snprintf(text, sizeof(text), "%u", r->c->retries);
	set_attribute("errors/retries", text);
	set_attribute("spare/policy", r->c->policy);
	/* Blocks should only move because of requests. */
	set_attribute("errors/neighbours", "0");
	set_storm_limit(op, STORM_LIMIT);
	end_op(r, op);
}

static void op_restart(struct running *r)
{
	struct op *op = begin_op(r, OP_START);

	op->value = op[-1].value;
	trace_mark(true, r->w->nr);
	stop_set(r);
	start_set(r);
	end_op(r, op);
}

/* --- I/O ------------------------------------------------------------------------- */

static bool overlaps(const struct op *op, const struct write_range *range)
{
	unsigned int i;

	for (i = 0; i < op->nr_writes; i++)
		if (range->sector < op->writes[i].sector + op->writes[i].sectors &&
		    op->writes[i].sector < range->sector + range->sectors)
			return true;
	return false;
}

/* Find a block that is pending, or has lost or unread sectors. */
static bool some_hurt(const struct running *r, u64 *block)
{
	u64 i, first = below(r->c->blocks);

	for (i = 0; i < r->c->blocks; i++) {
		*block = (first + i) % r->c->blocks;
		if (r->table[*block].pending || r->table[*block].lost ||
		    r->table[*block].unread)
			return true;
	}
	return false;
}

/* Choose a sector, preferably of a block that is on the spare, damaged, or has bad sectors. */
static u64 some_sector(struct running *r)
{
	u64 sector = below(r->c->sectors[MAIN]), block;
	unsigned int tries = below(4) * 4;

	if (one_in(4) && some_hurt(r, &block))
		return block * r->c->block + below(r->c->block);
	if (one_in(4) && r->nr_bad)
		return r->bad[below(r->nr_bad)] * r->c->block + below(r->c->block);

	while (tries-- && r->table[sector / r->c->block].slot == NO_SLOT)
		sector = below(r->c->sectors[MAIN]);
	return sector;
}

static void choose_writes(struct running *r, struct op *op)
{
	unsigned int n = one_in(2) ? 1 : 1 + below(MAX_WRITES);

	while (n--) {
		struct write_range range = {
			.sector = some_sector(r),
			.sectors = 1 + below(one_in(3) ? 3 * r->c->block : r->c->block),
			.version = r->w->nr * MAX_WRITES + op->nr_writes + 1,
			.fua = one_in(4),
		};

		if (one_in(3))
			range.sector -= range.sector % r->c->block;
		if (range.sector + range.sectors > r->c->sectors[MAIN])
			range.sectors = r->c->sectors[MAIN] - range.sector;
		if (!overlaps(op, &range))
			op->writes[op->nr_writes++] = range;
	}
}

static void submit_writes(struct running *r, struct op *op)
{
	struct iocb iocbs[MAX_WRITES] = { }, *list[MAX_WRITES];
	unsigned int i, s;

	for (i = 0; i < op->nr_writes; i++) {
		struct write_range *range = &op->writes[i];

		for (s = 0; s < range->sectors; s++)
			fill_sector(r->buf[i] + s * SECTOR, KIND_DATA, range->sector + s,
				    range->version);
		iocbs[i] = (struct iocb) {
			.aio_data = i,
			.aio_lio_opcode = IOCB_CMD_PWRITE,
			.aio_fildes = r->fd,
			.aio_buf = (uintptr_t)r->buf[i],
			.aio_nbytes = range->sectors * SECTOR,
			.aio_offset = range->sector * SECTOR,
			.aio_rw_flags = range->fua ? RWF_DSYNC : 0,
		};
		list[i] = &iocbs[i];
	}
	if (syscall(SYS_io_submit, r->aio, op->nr_writes, list) != op->nr_writes)
		die("io_submit: %s", strerror(errno));
}

static void wait_writes(struct running *r, struct op *op)
{
	struct io_event events[MAX_WRITES];
	long i, n = syscall(SYS_io_getevents, r->aio, (long)op->nr_writes, (long)MAX_WRITES, events,
			    NULL);

	if (n != op->nr_writes)
		die("io_getevents: %ld", n);
	for (i = 0; i < n; i++) {
		struct write_range *range = &op->writes[events[i].data];

		range->ok = events[i].res == range->sectors * SECTOR;
	}
}

/* --- manual remaps --------------------------------------------------------------- */

/* Choose blocks that are on the spare, or that are not. */
static void choose_blocks(struct running *r, bool moved, char *lines, size_t size)
{
	unsigned int tries, n = 0, wanted = 1 + below(3);
	u64 used = 0, b, count;

	*lines = 0;
	for (tries = 0; tries < 50 && n < wanted; tries++) {
		b = below(r->c->blocks);
		if (b < used)
			continue;
		for (count = 0; count < 4 && b + count < r->c->blocks; count++) {
			bool is = r->table[b + count].slot != NO_SLOT;

			if (is != moved || (count && one_in(2)))
				break;
		}
		if (!count)
			continue;
		n += !!snprintf(lines + strlen(lines), size - strlen(lines), "%llu %llu\n",
				b * r->c->block, count * r->c->block);
		used = b + count;
	}
}

static u64 nr_moved(const struct running *r)
{
	u64 b, n = 0;

	for (b = 0; b < r->c->blocks; b++)
		n += r->table[b].slot != NO_SLOT;
	return n;
}

static void by_hand(struct op *op, const char *lines, bool remove)
{
	int error;

	if (!*lines)
		return;
	op->admin = true;
	error = put_file(remove ? CONFIGFS "set/remaps/remove" : CONFIGFS "set/remaps/add", "%s",
			 lines);
	op->ok = !error;
	/* At the same time a block may move, or fail to be read or written. */
	if (error && error != EIO && error != ENOSPC && error != EEXIST && error != ENOENT)
		die("by hand: %s", strerror(error));
}

/* --- ops ------------------------------------------------------------------------- */

static void op_write(struct running *r, bool writes, bool admin)
{
	struct op *op = begin_op(r, writes ? OP_WRITE : OP_ADMIN);
	bool remove = below(r->c->blocks) < nr_moved(r) * 2;
	char lines[256] = "";

	if (writes)
		choose_writes(r, op);
	if (admin)
		choose_blocks(r, remove, lines, sizeof(lines));
	trace_mark(true, r->w->nr);
	if (op->nr_writes)
		submit_writes(r, op);
	by_hand(op, lines, remove);
	if (op->nr_writes)
		wait_writes(r, op);
	end_op(r, op);
}

static void op_flush(struct running *r)
{
	struct op *op = begin_op(r, OP_FLUSH);

	trace_mark(true, r->w->nr);
	op->ok = !fsync(r->fd);
	end_op(r, op);
}

/*
 * Remap enough blocks that later entries are in other sectors of the page, or even in other
 * pages.  Otherwise a torn page would never be a mixture of two states.
 */
static void op_fill(struct running *r)
{
	struct op *op = begin_op(r, OP_ADMIN);
	u64 n = r->c->block == MAX_BLOCK ? 20 + below(15) : 225 + below(30);
	char line[64];

	snprintf(line, sizeof(line), "%llu %llu", below(r->c->blocks - n) * r->c->block,
		 n * r->c->block);
	trace_mark(true, r->w->nr);
	by_hand(op, line, false);
	op->value = op[-1].value;
	end_op(r, op);
}

/* Make some sectors bad, either on the main or of a block on the spare. */
static void op_bad(struct running *r)
{
	struct op *op = begin_op(r, OP_BAD);
	u64 b, first, n = 1 + below(r->c->block);

	b = below(r->c->blocks);
	op->disk = r->table[b].slot != NO_SLOT && one_in(2) ? SPARE : MAIN;
	first = below(r->c->block - n + 1);
	first += op->disk == SPARE ? r->table[b].slot : b * r->c->block;
	op->first = first;
	op->last = first + n - 1;
	trace_mark(true, r->w->nr);
	set_bad(op->disk == MAIN ? "main" : "spare", op->first, op->last, true);
	r->bad[r->nr_bad++] = b;
	end_op(r, op);
}

static void op_heal(struct running *r)
{
	struct op *op = begin_op(r, OP_HEAL);

	op->disk = MAIN;
	op->first = below(r->c->blocks) * r->c->block;
	op->last = op->first + r->c->block * 16 - 1;
	if (op->last >= r->c->sectors[MAIN])
		op->last = r->c->sectors[MAIN] - 1;
	trace_mark(true, r->w->nr);
	set_bad("main", op->first, op->last, false);
	end_op(r, op);
}

static void op_read(struct running *r)
{
	struct op *op = begin_op(r, OP_READ);
	u64 sector = (r->nr_bad ? r->bad[r->nr_bad - 1 - below(r->nr_bad) / 2] :
				  below(r->c->blocks)) * r->c->block;

	trace_mark(true, r->w->nr);
	/* The read may fail: its purpose is to make blocks pending. */
	op->ok = read_all(r->fd, r->buf[0], r->c->block * SECTOR, sector);
	end_op(r, op);
}

static void op_fail(struct running *r)
{
	struct op *op = begin_op(r, OP_FAIL);

	op->places = some_places(&r->w->places, r->failing);
	trace_mark(true, r->w->nr);
	set_places(&r->w->places, "spare", op->places, true);
	r->failing |= op->places;
	end_op(r, op);
}

/* Some or all of the failing places recover. */
static void op_recover(struct running *r)
{
	struct op *op = begin_op(r, OP_RECOVER);

	op->places = r->failing & (one_in(2) ? ~0U : random_u64());
	trace_mark(true, r->w->nr);
	recover(r, op->places);
	end_op(r, op);
}

static void op_set(struct running *r)
{
	struct op *op = begin_op(r, OP_SET);

	trace_mark(true, r->w->nr);
	set_storm_limit(op, STORM_LIMIT + r->w->nr);
	end_op(r, op);
}

static void some_op(struct running *r)
{
	unsigned int what = below(100);
	u32 value = r->w->ops[r->w->nr - 1].value;

	if (r->c->faults && one_in(8))
		r->failing && one_in(2) ? op_recover(r) : op_fail(r);
	else if (what < 30)
		op_write(r, true, false);
	else if (what < 45)
		op_write(r, true, true);
	else if (what < 58)
		op_write(r, false, true);
	else if (what < 70)
		op_flush(r);
	else if (what < 84 && r->nr_bad < MAX_BAD)
		op_bad(r);
	else if (what < 86)
		op_heal(r);
	else if (what < 94)
		op_read(r);
	else if (what < 97)
		op_set(r);
	else
		op_restart(r);
	if (!r->w->ops[r->w->nr - 1].value)
		r->w->ops[r->w->nr - 1].value = value;
}

/* --- the whole workload ---------------------------------------------------------- */

/* The initial content of the disks. */
static void make_base(const struct config *c, struct workload *w)
{
	static const char * const paths[] = { "/dev/main", "/dev/spare" };
	unsigned int d;
	int fd;
	u64 s;

	for (d = 0; d < NR_DISKS; d++) {
		w->base[d] = xalloc(c->sectors[d] * SECTOR);
		/* The first page of the spare must be zeros for it to be accepted. */
		for (s = d == SPARE ? 8 : 0; s < c->sectors[d]; s++)
			fill_sector(w->base[d] + s * SECTOR, d == SPARE ? KIND_STALE : KIND_DATA, s,
				    0);
		fd = open_device(paths[d]);
		write_all(fd, w->base[d], c->sectors[d] * SECTOR, 0);
		close(fd);
	}
}

void run_workload(const struct config *c, struct workload *w)
{
	struct running r = { .c = c, .w = w };
	unsigned int i;

	memset(w, 0, sizeof(*w));
	make_disk("main", 1, c->fua, 1);
	make_disk("spare", 1, c->fua, 1);
	make_base(c, w);
	dm_create(&r.logged[MAIN], "logged-main", c->sectors[MAIN], "log-writes",
		  "/dev/main /dev/mainlog");
	dm_create(&r.logged[SPARE], "logged-spare", c->sectors[SPARE], "log-writes",
		  "/dev/spare /dev/sparelog");
	for (i = 0; i < MAX_WRITES; i++)
		r.buf[i] = xalloc(MAX_SECTORS * SECTOR);
	if (syscall(SYS_io_setup, MAX_WRITES, &r.aio))
		die("io_setup: %s", strerror(errno));
	trace_begin(&r.logged[MAIN], &r.logged[SPARE]);

	op_start(&r);
	find_places(&w->places, "/dev/spare");
	op_fill(&r);
	while (w->nr < c->nr_ops)
		some_op(&r);
	op_restart(&r);

	stop_set(&r);
	trace_end();
	syscall(SYS_io_destroy, r.aio);
	for (i = 0; i < MAX_WRITES; i++)
		free(r.buf[i]);
	dm_remove(&r.logged[MAIN]);
	dm_remove(&r.logged[SPARE]);
	remove_disk("main");
	remove_disk("spare");
}
