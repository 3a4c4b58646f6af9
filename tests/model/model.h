/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model-based test: compares the behaviour of a set under random I/O, faults and changes
 * with a model in memory.
 *
 * Acts come in batches.  All acts of a batch run concurrently: reads, writes and flushes by
 * AIO, the others in two threads.  When all have ended, their results and the status of the
 * set are checked against what is possible (judge.c, table.c), and the model records what
 * each sector may contain from now on (sectors.c).
 *
 * The acts depend only on the seed, so they can be repeated; but concurrent acts may then
 * run in a different order.
 *
 *	remap (set) - linear (main, spare) - one device of pieces (disks) - null_blk
 *
 * The pieces inject faults, and a crash replaces all of them by an error piece.
 */
#ifndef MODEL_H
#define MODEL_H

#include <linux/aio_abi.h>

#include "../crash/crash.h"

#define MAX_ACTS	16U
#define MAX_IO		(256U << 10)	/* bytes */
#define MAX_RANGES	3U
#define MAX_FAULTS	12U
#define NR_HOT		8U
#define ROOM		11U
#define NO_FOCUS	UINT64_MAX

/* Zeros, as a version that a sector may have. */
#define ZEROS		UINT32_MAX

/* The faults of a sector of a disk. */
#define BAD_READ	1U
#define BAD_WRITE	2U
#define BAD_BOTH	(BAD_READ | BAD_WRITE)
#define SLOW_READ	4U		/* no fault, but I/O takes a while */
#define SLOW_WRITE	8U

/* What the acts of a batch did with a sector. */
#define TOUCH_READ	1U
#define TOUCH_WRITE	2U

enum act_kind {
	WRITE, READ, FLUSH,				/* by AIO */
	ZEROES, DISCARD, ADD, REMOVE, SCRUB,		/* in the first thread */
	SUSPEND, RELOAD, FAULT, HEAL, CRASH,		/* in the second one */
	RESTART, SETTINGS,				/* alone in their batch */
	NR_WHATS
};

struct range {
	u64 sector;
	u64 sectors;
};

struct act {
	enum act_kind what;
	u32 nr;			/* number of the operation, and the version that it writes */
	struct range ranges[MAX_RANGES];	/* more than one only for ADD and REMOVE */
	unsigned int nr_ranges;
	bool flag;		/* WRITE: FUA; SUSPEND: noflush; FAULT: by null_blk */
	enum disk disk;		/* FAULT, HEAL */
	u8 mode;		/* FAULT */
	unsigned int wait;	/* delay in microseconds, for acts in threads */
	int error;		/* an errno */
	u8 *buf;
};

/*
 * The allowed content of a sector: one of some versions, or none, if it is lost.  With
 * @any set, more writes failed than are recorded.
 */
struct sector {
	u32 may[ROOM];
	u8 nr;
	bool any;
};

/* The status line. */
struct status {
	char state[32], store[32];
	unsigned long long remapped, capacity, pending, lost, bad, buckets, errors[3], generation;
};

struct settings {
	bool auto_remap;
	bool zero;		/* on_read_error */
	u32 retries;
	u32 reserve;
	u32 storm_limit;
	u32 within_ms;		/* retry_within_ms */
	u32 retry_ms;		/* pending_retry_ms */
	u32 slow_ms;
	u32 neighbours;
	bool rewrite;		/* first_rewrite */
	const char *verify;	/* verify_writes */
	const char *policy;
};

/* Counts of events, to verify that each kind occurred. */
struct tally {
	unsigned int acts[NR_WHATS], failed[NR_WHATS];
	unsigned int remapped, pending, relocated, lost, found, unread, fetched, full, refused;
	unsigned int degraded;
	unsigned int slow, unasked, cured;
};

struct model {
	struct config c;
	u64 unit;		/* sectors of a logical block */
	bool persistent;
	bool slow;		/* some parts of the disks are slow */
	bool crashes;		/* a crash is frequently chosen over other acts except I/O */
	bool background;	/* scrubs and neighbours move blocks that no act touches */
	struct settings s;
	struct settings was;	/* in the previous batch */

	/* disks.c */
	struct dm disks, part[NR_DISKS];
	u8 *mode[NR_DISKS];	/* fault of each sector, by a piece */
	bool *blocked[NR_DISKS];	/* sectors that fail by null_blk */
	u8 *seen[NR_DISKS];	/* all faults of each sector during the batch */
	u8 *seen_before;	/* of the main, in the previous batch */
	u8 ever[NR_DISKS];	/* all faults since the start */
	unsigned int nr_faults;

	/* places.c */
	bool table_faults;
	u64 chance;
	struct places places;
	u32 suspect;		/* places that have failed writes since the store was clean */

	/* set.c */
	struct dm set;
	int fd;
	u64 data_start;		/* of the spare */
	u64 slots;
	struct status status;
	struct entry *table;
	bool *retired;		/* slots that must not be used again */

	/* sectors.c */
	struct sector *sectors;
	u8 *touch;
	bool *by_hand;		/* blocks */

	/* run.c */
	aio_context_t aio;
	struct act acts[MAX_ACTS];
	unsigned int nr_acts;
	u8 *bufs[MAX_ACTS];

	/* generate.c */
	u64 hot[NR_HOT];
	u64 focus;		/* block, or NO_FOCUS */
	u32 nr;			/* operations so far */
	unsigned int batch;
	struct tally tally;
};

/* --- disks.c --------------------------------------------------------------------- */

void make_disks(struct model *m);
void remove_disks(struct model *m);
/* Before a batch: record the faults that a sector may have during it. */
void expect_faults(struct model *m);
void change_fault(struct model *m, const struct act *act);
void cut_power(struct model *m);
void restore_power(struct model *m);

/* --- set.c ----------------------------------------------------------------------- */

void start_set(struct model *m);
void stop_set(struct model *m);
void reload_set(struct model *m, struct act *act);
void put_settings(struct model *m);
/* Check that the guard bytes are intact. */
void check_settings(struct model *m);
struct status get_status(struct model *m);
u64 get_attribute(const char *name);
int change_remaps(const struct act *act);
int start_scrub(void);
/* From now on only requests move blocks. */
void end_background(struct model *m);
/* Read the table, and the status that matches it. */
struct entry *read_settled(struct model *m, struct status *status);

/* --- places.c -------------------------------------------------------------------- */

/* Before a batch, let places of the table fail or recover. */
void change_places(struct model *m);
/* After a batch has been judged, update the suspect places. */
void note_places(struct model *m);
/* Whether the store may report that it is degraded. */
bool may_be_degraded(const struct model *m);
bool may_be_refused_at_start(const struct model *m);
void heal_places(struct model *m);
/* Drop the faults of these places, which do not affect data. */
void forget_places(struct model *m, u8 *seen);

/* --- sectors.c ------------------------------------------------------------------- */

void set_only(struct sector *s, u32 version);
void add_version(struct sector *s, u32 version);
bool may_be(const struct sector *s, u32 version);
/* Record which sectors and blocks the acts touch. */
void note_touched(struct model *m);
/* After a batch has been judged, record what sectors may contain. */
void note_written(struct model *m, const struct entry *after);
void check_data(struct model *m, const struct act *act, const struct entry *after);

/* --- judge.c --------------------------------------------------------------------- */

/* Whether a sector may have been in a bad place during this batch. */
bool may_be_bad(const struct model *m, const struct entry *after, u64 sector, u8 mode);
/* Whether a disk has had such a fault anywhere during this batch. */
bool seen_anywhere(const struct model *m, unsigned int disk, u8 mode);
/* Whether I/O to a sector may have failed. */
bool may_fail(const struct model *m, const struct entry *after, u64 sector, u8 mode);
/* Whether a block may have moved, or become pending, without an act on it. */
bool may_go_by_itself(const struct model *m, u64 block);
/* Whether reads of a block may have been slow. */
bool may_be_slow(const struct model *m, u64 block);
/* Whether a write to a block may have read back with different content. */
bool may_seem_lost(const struct model *m, u64 block);
bool may_be_cured(const struct model *m, u64 block);
bool verifies(const struct model *m);
void judge_acts(struct model *m, const struct entry *after);

/* --- table.c --------------------------------------------------------------------- */

/* Whether some of a block's sectors may have been lost in this batch. */
bool may_be_lost(const struct model *m, u64 block, const struct entry *after);
/* Check the changes between two tables. */
void judge_table(struct model *m, const struct entry *after);
/* Read the status of the set, and check that it is consistent. */
void judge_counts(struct model *m, const struct entry *after, const struct status *status);

/* --- run.c ----------------------------------------------------------------------- */

void begin_running(struct model *m);
void end_running(struct model *m);
/* Run the acts, check the results, and update the model. */
void run_batch(struct model *m);
bool has(const struct model *m, enum act_kind what);

/* --- generate.c ------------------------------------------------------------------ */

void make_model(struct model *m, u64 seed);
void generate_batch(struct model *m);
struct act *one_act(struct model *m, enum act_kind what, u64 sector, u64 sectors);

/* --- sweep.c --------------------------------------------------------------------- */

/* Read everything. */
void sweep(struct model *m);
/* Clear all faults, lost sectors, and remaps. */
void tidy_up(struct model *m);

/* --- main.c ---------------------------------------------------------------------- */

/* Report an impossible result, with the acts that led to it, and exit. */
void wrong(struct model *m, const struct act *act, const char *format, ...)
	__printf(3, 4) __noreturn;

static inline bool by_aio(const struct act *act)
{
	return act->what <= FLUSH;
}

static inline bool writes(const struct act *act)
{
	return act->what == WRITE || act->what == ZEROES;
}

static inline u32 version_of(const struct act *act)
{
	return act->what == WRITE ? act->nr : ZEROS;
}

static inline bool covers(const struct act *act, u64 sector)
{
	return sector >= act->ranges[0].sector &&
	       sector < act->ranges[0].sector + act->ranges[0].sectors;
}

static inline bool is_mapped(const struct entry *e)
{
	return e->slot != NO_SLOT && !e->pending;
}

static inline bool is_lost(const struct model *m, const struct entry *table, u64 sector)
{
	return table[sector / m->c.block].lost >> sector % m->c.block & 1;
}

static inline bool is_unread(const struct model *m, const struct entry *table, u64 sector)
{
	return table[sector / m->c.block].unread >> sector % m->c.block & 1;
}

#endif /* MODEL_H */
