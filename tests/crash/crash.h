/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Crash consistency of persistent sets, by dm-log-writes.
 *
 * The main and the spare of a set are each below a log-writes device.  A workload runs on
 * the set (workload.c).  The logs, together with the times of the block layer's trace
 * events, give the timeline of issued and completed I/O (timeline.c).  From it follow the
 * possible contents of the disks after a power cut at any time (image.c).  Each such pair
 * of disks is activated, and compared with what the set had promised until then
 * (promise.c, check.c).
 */
#ifndef CRASH_H
#define CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dm.h"

#define SECTOR		512U
#define NEVER		UINT64_MAX
#define NO_SLOT		UINT32_MAX
#define MAX_BLOCK	8U		/* maximum number of sectors in a block */

#define __aligned(n)		ATTRIBUTE((aligned(n)))

void *xalloc(size_t size);
/* Make room for one more element in a growing array. */
void *one_more(void *array, unsigned int nr, size_t size);

/* --- random numbers, the same for the same seed ---------------------------------- */

void seed_random(u64 seed);
u64 random_u64(void);
/* Switch to another sequence; the returned value restores the former one. */
u64 swap_random(u64 other);
/* A random number from 0 to @n - 1. */
u32 below(u32 n);
bool one_in(u32 n);

/* --- content of sectors (content.c) --------------------------------------------- */

/*
 * Each sector identifies itself.  DATA is data of the set, with the number of the sector and
 * its version; DEAD is the content of a bad sector in images; STALE is the initial content
 * of the spare.
 */
enum kind { KIND_DATA = 1, KIND_DEAD_MAIN, KIND_DEAD_SPARE, KIND_STALE, KIND_NONE };

struct said {
	enum kind kind;
	u64 sector;
	u32 version;
};

void fill_sector(void *buf, enum kind kind, u64 sector, u32 version);
struct said read_sector(const void *buf);

/* --- disks and files (devices.c) ------------------------------------------------- */

enum disk { MAIN, SPARE, NR_DISKS };

struct config {
	u64 seed;
	u64 block;		/* sectors */
	u64 blocks;		/* of the main */
	u64 sectors[NR_DISKS];
	unsigned int replicas;
	bool fua;		/* whether the disks take FUA */
	bool faults;		/* superblocks and copies of the table fail and recover */
	const char *policy;
	unsigned int retries;
	unsigned int nr_ops;
};

/* @sectors is the size of a logical block. */
void make_disk(const char *name, unsigned int mib, bool fua, unsigned int sectors);
void remove_disk(const char *name);
/* Make sectors bad, or good again. */
void set_bad(const char *disk, u64 first, u64 last, bool bad);
/* Return: 0 or an errno. */
int put_file(const char *path, const char *format, ...) __printf(2, 3);
u64 get_number(const char *path);
char *get_file(const char *path, size_t *size);
int open_device(const char *path);
void write_all(int fd, const void *buf, size_t size, u64 sector);
/* Return: whether it could be read. */
bool read_all(int fd, void *buf, size_t size, u64 sector);

#define CONFIGFS "/sys/kernel/config/dm-remap/"

/* --- the remap table ------------------------------------------------------------- */

/* The location of a block; a copy of the table is an array with one entry per block of the main. */
struct entry {
	u32 slot;		/* sector of the spare, or NO_SLOT */
	bool pending;
	u64 lost;		/* sectors whose data is lost */
	u64 unread;		/* sectors that are still only on the main */
};

struct entry *read_table(const struct config *c, const struct dm *set);
/* The same; NULL while a block moves. */
struct entry *try_read_table(const struct config *c, const struct dm *set);
bool same_entry(const struct entry *a, const struct entry *b);
/* Whether a sector of the block is on the spare, or would be if it were not lost. */
bool on_spare(const struct config *c, const struct entry *e, u64 sector);

/* --- the workload (workload.c) --------------------------------------------------- */

enum op_kind {
	OP_START, OP_WRITE, OP_FLUSH, OP_ADMIN, OP_BAD, OP_HEAL, OP_READ, OP_SET,
	OP_FAIL, OP_RECOVER
};

#define MAX_WRITES	4

struct write_range {
	u64 sector;
	u32 sectors;
	u32 version;
	bool fua;
	bool ok;
};

/*
 * An operation of the workload; ops run one after the other.  The writes of an op run
 * concurrently, and at the same time as its manual remaps.
 */
struct op {
	enum op_kind kind;
	struct write_range writes[MAX_WRITES];
	unsigned int nr_writes;
	bool admin;		/* blocks were added or removed manually */
	bool ok;
	enum disk disk;		/* OP_BAD, OP_HEAL */
	u64 first, last;
	u32 places;		/* OP_FAIL, OP_RECOVER: a bit for each */
	u32 value;		/* OP_SET */
	struct entry *table;	/* after the op */
	u64 started, ended;	/* according to the trace */
};

/* The location on the spare of a superblock, or of a copy of a page of the table. */
struct place {
	u64 first, last;
	unsigned int thing;	/* 0 for a superblock, otherwise the number of the page plus 1 */
};

/* For a set with four copies, the maximum in any workload. */
#define MAX_PLACES	30U

struct places {
	struct place at[MAX_PLACES];
	unsigned int nr;
	unsigned int things;
};

struct workload {
	struct op *ops;
	unsigned int nr;
	struct places places;
	u8 *base[NR_DISKS];	/* the initial content of the disks */
};

void run_workload(const struct config *c, struct workload *w);

/* --- what reached the disks, and when (timeline.c) ------------------------------- */

struct io {
	enum disk disk;
	u64 sector;
	u32 sectors;		/* 0: a flush */
	bool fua, failed;
	u64 queued, done;	/* times */
	u64 durable;		/* the time from which on it is durable */
	const u8 *data;
};

struct timeline {
	struct io *ios;		/* sorted by @done */
	unsigned int nr;
	char *log[NR_DISKS];	/* the content to which @data points */
};

void trace_begin(const struct dm *main, const struct dm *spare);
void trace_mark(bool begin, unsigned int op);
void trace_end(void);
/* Also sets the times of the ops. */
void read_timeline(struct timeline *t, struct workload *w);
void free_timeline(struct timeline *t);
/* The entries of a log, in order. */
struct io *read_log(const char *path, unsigned int *nr, char **log);

/* --- superblocks and copies of the table (places.c) ------------------------------ */

/* Find the places in the spare's content.  Sets of places are bit masks. */
void find_places(struct places *p, const char *spare);
/* Whether these places include one of the superblocks, and one copy of each page. */
bool each_has(const struct places *p, u32 places);
/* Choose up to two places to fail, so that each thing keeps a place that does not fail. */
u32 some_places(const struct places *p, u32 failing);
void set_places(const struct places *p, const char *disk, u32 places, bool bad);
/* The places whose last write is durable if the power fails at that time. */
u32 sound_places(const struct workload *w, const struct timeline *t, u64 time);

/* --- promised data (promise.c) ----------------------------------------------- */

/* A content that a sector may have. */
struct item {
	u32 version;		/* or LOST */
	u64 issued;		/* not possible before this time */
	u64 acked;
	u64 durable;		/* older contents are not possible from this time on */
};

#define LOST UINT32_MAX

struct history {
	struct item *items;
	unsigned int nr;
};

struct promises {
	const struct config *c;
	const struct workload *w;
	struct history *sectors;
};

void make_promises(struct promises *p, const struct config *c, const struct workload *w);
void free_promises(struct promises *p);
bool may_have(const struct promises *p, u64 sector, u32 version, u64 time);
/* The last op that had ended; *running is set to the next one if it had begun. */
const struct op *last_op(const struct promises *p, u64 time, const struct op **running);

/* --- disks after a crash (image.c) ----------------------------------------------- */

struct image {
	u8 *data;
	u64 *stamp;		/* for each sector, the completion time of its content */
};

struct images {
	const struct config *c;
	const struct workload *w;
	const struct timeline *t;
	struct image durable[NR_DISKS];	/* content required at the boundary */
	struct image crash[NR_DISKS];	/* content allowed after a crash */
	struct io **by_durable;
	unsigned int next;		/* index in @by_durable */
};

/* How much of the content that need not be on the disks is there. */
enum how { HOW_NOTHING, HOW_ALL, HOW_SOME, HOW_TORN };

void images_begin(struct images *im, const struct config *c, const struct workload *w,
		  const struct timeline *t);
/* Times must not decrease. */
void images_advance(struct images *im, u64 time);
/* Return: the number of writes that may be missing or torn. */
unsigned int images_crash(struct images *im, u64 time, enum how how);
void images_end(struct images *im);

/* --- activation (check.c) -------------------------------------------------------- */

struct checker {
	const struct config *c;
	const struct promises *p;
	const struct timeline *t;
	struct dm linear[NR_DISKS];
	struct dm set;
	int set_fd;
	int fd[NR_DISKS];
	u8 *shadow[NR_DISKS];		/* content of the disks */
	bool unknown;			/* the disks may differ from @shadow */
	u8 *buf;
	unsigned int failures;
	unsigned int again;		/* crashes during activations */
	unsigned int faulty;		/* activations while places failed */
	unsigned int refused;		/* of these, refused by the set */
};

void checker_begin(struct checker *k, const struct config *c, const struct promises *p,
		   const struct timeline *t);
void checker_end(struct checker *k);
/*
 * Activate a set on these disks and compare.  @what names the point in messages.
 * With @log_too the activation is itself logged, and then replayed with crashes.
 */
void check_point(struct checker *k, u8 *const disks[NR_DISKS], u64 time, const char *what,
		 bool log_too);

#endif /* CRASH_H */
