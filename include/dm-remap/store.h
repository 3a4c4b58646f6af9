/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stores: where a remap table is kept so that it outlives the device.
 *
 * The core knows only the name of a store and the operations below, not its internals.  A store is
 * a module that registers a type; when a table line asks for a type that is not registered, the
 * core requests the module alias "dm-remap-store-<name>".
 *
 * All names are exported to GPL modules in the symbol namespace DM_REMAP.
 */
#ifndef _DM_REMAP_STORE_H
#define _DM_REMAP_STORE_H

#include <linux/blk_types.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>
#include <linux/uuid.h>

#include <dm-remap/format.h>

/* Longest main_id, not including the NUL. */
#define DM_REMAP_MAIN_ID_LEN	(DM_REMAP_MAIN_ID_SIZE - 1)

/**
 * struct dm_remap_entry - the state of one block of the spare.
 * @main_block: in units of the block size, from the start of the target.
 * @lost: sectors of 512 bytes whose content is lost; bit 0 is the block's first.
 * @unread: sectors whose content is still only on the main, because they could
 *	not be read when the block was moved; none of them is in @lost.
 * @slot: the block of the spare's data area, below dm_remap_store.nr_blocks.
 * @state: enum dm_remap_entry_state.
 * @seq: see dm_remap_entry_newer(); 0 unless it has a block.
 * @reason: enum dm_remap_reason; 0 unless it has a block.
 */
struct dm_remap_entry {
	u64 main_block;
	u64 lost;
	u64 unread;
	u32 slot;
	u8 state;
	u8 seq;
	u8 reason;
};

/*
 * struct dm_remap_settings - the writable attributes of a device.
 *
 * They are those of the attributes of the same name in configfs, in the units
 * and ranges given there.
 */
struct dm_remap_settings {
	u32 min_buckets;
	u32 grow_percent;
	u32 shrink_percent;
	u32 policy;
	u32 reserve;
	u32 low_water;
	u32 auto_remap;
	u32 on_read_error;
	u32 retries;
	u32 storm_limit;
	u32 hash_policy;
	u32 resize_threads;
	u32 pending_retry_ms;
	u32 slow_ms;
	u32 slow_limit;
	u32 verify_writes;
	u32 first_rewrite;
	u32 neighbours;
	u32 rate_warn;
	u32 rate_urgent;
	u32 scrub_rate_kib;
	u32 scrub_region_mib;
	u32 retry_within_ms;
};

/* Hours and days for which automatic moves are counted. */
#define DM_REMAP_RATE_HOURS	24
#define DM_REMAP_RATE_DAYS	30

/**
 * struct dm_remap_rate - counts of automatic moves by time.
 * @hour: hours since the epoch (UTC) of the newest element of @hours.
 * @hours: moves in that hour and in those before it, the newest first.
 * @days: moves in the day (@hour / 24) of @hour and in those before it.
 */
struct dm_remap_rate {
	u64 hour;
	u32 hours[DM_REMAP_RATE_HOURS];
	u32 days[DM_REMAP_RATE_DAYS];
};

/* Number of scrub runs that are remembered. */
#define DM_REMAP_SCRUB_RUNS	16

/**
 * struct dm_remap_scrub_run - result of a scrub.
 * @finished_s: when it ended, in seconds since the epoch (UTC).
 * @duration_s: how long it ran, not counting pauses.
 * @sectors: sectors that it read.
 * @moved: blocks that it moved.
 * @pending: blocks that it found unreadable.
 */
struct dm_remap_scrub_run {
	u64 finished_s;
	u64 sectors;
	u32 duration_s;
	u32 moved;
	u32 pending;
};

/* As the words of scrub/state. */
enum dm_remap_scrub_state {
	DM_REMAP_SCRUB_IDLE,
	DM_REMAP_SCRUB_RUNNING,
	DM_REMAP_SCRUB_PAUSED,
};

/**
 * struct dm_remap_scrub - the state of a scrub, and the results of previous runs.
 * @state: enum dm_remap_scrub_state.
 * @position: next sector, from the start of the target.
 * @run: the run under way.
 * @nr_runs: elements of @runs in use, the newest first.
 * @runs: runs that have ended.
 */
struct dm_remap_scrub {
	u32 state;
	u32 nr_runs;
	u64 position;
	struct dm_remap_scrub_run run;
	struct dm_remap_scrub_run runs[DM_REMAP_SCRUB_RUNS];
};

/* Number of resizes of the hash table that are remembered. */
#define DM_REMAP_HISTORY	DM_REMAP_SB_HISTORY

/**
 * struct dm_remap_resize - a completed resize of the hash table.
 * @started_ns: ktime_get_boottime_ns() when it began.
 * @duration_ns: from then to its end.
 * @from: buckets before.
 * @to: buckets after.
 * @entries: entries when it began.
 */
struct dm_remap_resize {
	u64 started_ns;
	u64 duration_ns;
	u32 from;
	u32 to;
	u32 entries;
};

/**
 * struct dm_remap_saved - settings, history and progress, kept beside the table.
 * @name: of the device when it was last resumed; empty if it never was.
 * @settings: the settings.
 * @grows: resizes to more buckets.
 * @shrinks: resizes to fewer.
 * @resize_ns: time they took.
 * @nr_history: entries of @history in use, the newest last.
 * @history: the last of them.
 * @rate: counts of automatic moves by time.
 * @scrub: the scrub.
 */
struct dm_remap_saved {
	char name[DM_REMAP_NAME_SIZE];
	struct dm_remap_settings settings;
	u64 grows;
	u64 shrinks;
	u64 resize_ns;
	u32 nr_history;
	struct dm_remap_resize history[DM_REMAP_HISTORY];
	struct dm_remap_rate rate;
	struct dm_remap_scrub scrub;
};

/**
 * struct dm_remap_intent - the regions that may have been written during a copy to a new main.
 * @token: names the copy; 0 if there is none.
 * @marks: a bit for each region of 1 << dm_remap_intent_shift() sectors; that of region 0 is
 *	bit 0 of the first byte.
 */
struct dm_remap_intent {
	u64 token;
	u8 marks[DM_REMAP_SB_INTENT / 8];
};

/**
 * struct dm_remap_store_params - parameters for opening a store.
 * @main: the main device.
 * @spare: the spare device.
 * @main_start: sector of @main at which the target begins.
 * @len: sectors of the target.
 * @block_size: requested size in bytes; 0 to let the store choose.
 * @default_block_size: in bytes, the default for a new set.
 * @uuid: requested uuid of the set, or NULL.
 * @main_id: requested identity of the main, or NULL.
 * @read_only: nothing may be written to @spare.
 * @successor: the set is in use with this spare, suspended, and this store may take over:
 *	@len may differ from the length on the spare, and @spare may have grown.
 * @new_main: the set is in use with @spare and another main, suspended, and this store may
 *	take over with @main, to which all content has been copied: only blocks that are bad
 *	are loaded, and start() empties the table and records @main in one step.
 * @copy: the set is in use with another spare, suspended, and this store may take over if
 *	@spare is a copy that is joining.
 * @force_block_size: accept a @main with content even if @spare has larger logical blocks.
 * @name: of the device, for messages.
 * @read: the committed entry of a slot; called by commit() and
 *	repair() only.  The table is in the core's memory already, and a store
 *	needs no second one to write a page of it.
 * @context: for @read.
 *
 * The devices stay open, and the strings in place, until close().
 */
struct dm_remap_store_params {
	struct block_device *main;
	struct block_device *spare;
	sector_t main_start;
	sector_t len;
	unsigned int block_size;
	unsigned int default_block_size;
	const uuid_t *uuid;
	const char *main_id;
	bool read_only;
	bool successor;
	bool new_main;
	bool copy;
	bool force_block_size;
	const char *name;
	void (*read)(void *context, u32 slot, struct dm_remap_entry *entry);
	void *context;
};

/* In the order of the words of the status line. */
enum dm_remap_store_state {
	DM_REMAP_STORE_TRANSIENT,	/* nothing is stored */
	DM_REMAP_STORE_CLEAN,
	DM_REMAP_STORE_DEGRADED,	/* a replica was lost and is being replaced */
	DM_REMAP_STORE_FAILED,		/* nothing can be written any more */
};

/**
 * struct dm_remap_store_stat - statistics of a store.
 * @state: enum dm_remap_store_state.
 * @generation: of the set; goes up with every commit and never back.
 * @replicas: copies of the table that are whole.
 * @repairs: copies of pages and superblocks that were rewritten.
 * @faults: copies of pages and superblocks that were found bad, or became so.
 * @commits: commits since the device was created.
 * @pages: pages written since then, each copy counted.
 */
struct dm_remap_store_stat {
	enum dm_remap_store_state state;
	u64 generation;
	u32 replicas;
	u64 repairs;
	u64 faults;
	u64 commits;
	u64 pages;
};

struct dm_remap_store_type;

/**
 * struct dm_remap_store - a store in use.
 * @type: its type.
 * @uuid: of the set.
 * @main_id: the recorded identity of the main; empty if there is none.
 * @block_size: in bytes.
 * @data_start: sector of the spare at which block 0 of the data area is.
 * @nr_blocks: blocks of the data area, 1 to U32_MAX.
 * @nr_entries: about how many entries load() is going to find; only a hint, from the medium.
 * @incomplete: part of the table is lost; only if nothing may be written.
 * @labelled: the main has the label of this set where its block 0 was, so the table must have
 *	that block.
 * @fresh: the spare is empty, and start() will format it.
 * @joining: the spare is a copy of another one, which it replaces in start().
 * @may_grow: the spare has room for more blocks, which a successor finds.
 * @token: ID of the tracker that guarantees that the copy is complete, if @joining.
 * @intent: the copy to a new main that is under way, as open() found it: none if this store takes
 *	over with another main, spare or length.
 *
 * Embedded in the store's own structure; filled by open() and, for @incomplete and @labelled,
 * load(); constant afterwards, except for @fresh and @joining, which start() clears.
 */
struct dm_remap_store {
	const struct dm_remap_store_type *type;
	uuid_t uuid;
	char main_id[DM_REMAP_MAIN_ID_SIZE];
	unsigned int block_size;
	sector_t data_start;
	u32 nr_blocks;
	u32 nr_entries;
	bool incomplete;
	bool labelled;
	bool fresh;
	bool joining;
	bool may_grow;
	u64 token;
	struct dm_remap_intent intent;
};

/**
 * typedef dm_remap_load_fn - receives entries that a store has read.
 * @context: as given to load().
 * @entries: the entries, of different slots, in the order in which they take effect.  Each replaces
 *	the entry that was given for its slot by an earlier call.
 * @nr: their number, at least 1; set to the number of those that were taken.
 * @other: set to the slot that has the same main block as the first entry that was not taken, and
 *	to its sequence number, if the result is -EEXIST.
 *
 * Return: 0 if all were taken; else what is wrong with the first that was not, @entries[*@nr]:
 * -EEXIST if another slot has the same main block, in which case that entry has changed nothing;
 * -EINVAL if it is invalid; -ENOMEM.
 */
typedef int (*dm_remap_load_fn)(void *context, const struct dm_remap_entry *entries,
				unsigned int *nr, struct dm_remap_entry *other);

/**
 * struct dm_remap_store_type - operations of a kind of store.
 * @name: as in the table line.
 * @owner: its module.
 * @list: for the core.
 * @open: read the superblocks of the spare and decide whether it can be used, or
 *	whether the spare is empty.  Writes nothing.  On failure sets *@error to a
 *	sentence for ti->error and returns -errno.
 * @close: free the store. @saved is stored beside the table if possible; it is NULL if the store
 *	was not started.
 * @load: pass each entry that is not free to @fn, once after @open, and set *@saved if something
 *	was saved; otherwise leave it unchanged.  Writes nothing; stops at the first error and at a
 *	fatal signal.  On failure sets *@error as @open does.
 * @start: format a spare that is empty, mark the set as in use, and repair what
 *	can be repaired at once; called once, before the first change.  Must not
 *	wait for memory.  Returns 0, or -EIO if nothing could be written: it may
 *	be called again.
 * @commit: make the states of @nr slots durable, together with all data written to the spare
 *	before the call, in two steps: first those that are mapped or pending, then those that
 *	are free or bad. If the machine stops in between, any of the first may be durable or not,
 *	or else all of the first and any of the second. No slot occurs twice. The array may be
 *	reordered. Returns 0 when all are durable; or -EIO if any of them may be durable or not,
 *	now and forever: the state of the store is DM_REMAP_STORE_FAILED then.
 * @save: make a struct dm_remap_saved durable.  Errors as @commit.
 * @sync: return when every change is durable.  Errors as @commit.
 * @repair: do one bounded step to repair a degraded store. Returns whether there is more to do now.
 * @stat: fill in *@stat.  Not serialized with the others; does not sleep.
 *
 * @set_main_id: durably record the identity of the main.  Errors as @commit.
 * @intend: durably record a copy that is under way, and the regions that may be written from now
 *	on. NULL if a copy cannot be recorded. Errors as @commit.
 * @unlabel: the label of the main, if it has one, is about to be overwritten: durably record that
 *	the main is recognised without it.  May be NULL.  Errors as @commit.
 *
 * @succeed: check that a store opened as a successor has everything that the store in use, of the
 *	same kind, has committed. Called before @start, any number of times; writes nothing. Returns
 *	0, -EINVAL if they belong to different sets, -EBUSY if the store in use has changed since,
 *	-EIO if a new main is to be recorded and a superblock is bad.
 * @retire: stop writing, because a successor has started. If the successor has another spare,
 *	record that on this one first; failure to do so is harmless.
 * @stay: a successor could not be started, but may have written something: make sure that this
 *	store is the one in force.
 *
 * All but @stat are called in process context and may sleep, one at a time for a
 * store: the core holds the device's commit lock.  @start, @commit, @save, @sync,
 * @set_main_id, @intend, @unlabel and @repair must not wait for memory that needs this device to
 * be freed.
 */
struct dm_remap_store_type {
	const char *name;
	struct module *owner;
	struct list_head list;

	int (*open)(const struct dm_remap_store_params *params,
		    struct dm_remap_store **store, char **error);
	void (*close)(struct dm_remap_store *store, const struct dm_remap_saved *saved);
	int (*load)(struct dm_remap_store *store, dm_remap_load_fn fn, void *context,
		    struct dm_remap_saved *saved, char **error);
	int (*start)(struct dm_remap_store *store, const struct dm_remap_saved *saved);
	int (*commit)(struct dm_remap_store *store, struct dm_remap_entry *entries,
		      unsigned int nr);
	int (*save)(struct dm_remap_store *store, const struct dm_remap_saved *saved);
	int (*sync)(struct dm_remap_store *store);
	int (*set_main_id)(struct dm_remap_store *store, const char *main_id);
	int (*unlabel)(struct dm_remap_store *store);
	int (*intend)(struct dm_remap_store *store, const struct dm_remap_intent *intent);
	bool (*repair)(struct dm_remap_store *store);
	void (*stat)(struct dm_remap_store *store, struct dm_remap_store_stat *stat);
	int (*succeed)(struct dm_remap_store *store, struct dm_remap_store *old);
	void (*retire)(struct dm_remap_store *store, const struct dm_remap_store *successor);
	void (*stay)(struct dm_remap_store *store, const struct dm_remap_store *successor);
};

/**
 * dm_remap_store_register() - register a kind of store with the core.
 * @type: its operations; must stay valid until it is unregistered.
 *
 * Context: process, may sleep.
 * Return: 0; -EEXIST if the name is already registered.
 */
int dm_remap_store_register(struct dm_remap_store_type *type);

/**
 * dm_remap_store_unregister() - unregister a kind of store.
 * @type: registered before.  Devices that use it hold a reference to its
 *	module, so there are none when the module's exit function calls this.
 *
 * Context: process, may sleep.
 */
void dm_remap_store_unregister(struct dm_remap_store_type *type);

#endif /* _DM_REMAP_STORE_H */
