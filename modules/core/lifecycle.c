// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a dm-remap device: its creation, its sharing between successive tables, and its end.
 */
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <dm-remap/format.h>
#include <dm-remap/namespace.h>
#include <dm-remap/sets.h>

#include "admin.h"
#include "args.h"
#include "device.h"
#include "dirs.h"
#include "entries.h"
#include "io.h"
#include "lifecycle.h"
#include "observe.h"
#include "resize.h"
#include "patrol.h"
#include "read_only.h"
#include "settings.h"
#include "store.h"
#include "takeover.h"
#include "track.h"
#include "worker.h"

/*
 * All devices, including those being created or freed, since their disks are in use. The lock
 * protects the list and the users of each device; nothing waits for I/O under it.
 */
static LIST_HEAD(remap_devices);
static DEFINE_MUTEX(remap_devices_lock);

/* First and last sector of a device on its disk. */
static sector_t first_sector(struct block_device *bdev)
{
	return bdev->bd_start_sect;
}

static sector_t last_sector(struct block_device *bdev)
{
	return bdev->bd_start_sect + bdev_nr_sectors(bdev) - 1;
}

static bool overlap(struct block_device *a, struct block_device *b)
{
	return a->bd_disk == b->bd_disk && first_sector(a) <= last_sector(b) &&
	       first_sector(b) <= last_sector(a);
}

/* Whether the device has data on its spare, which must not be left behind. */
static bool has_remaps(const struct remap_device *rd)
{
	return READ_ONCE(rd->mapped) || READ_ONCE(rd->pending);
}

/* Whether it is a successor that has not taken over yet, or could not. */
static bool is_waiting(const struct remap_device *rd)
{
	return rd->life.successor && !READ_ONCE(rd->life.started);
}

/*
 * Whether an existing device conflicts with a new one. Another table of the same mapped device may
 * name the same main again, and another spare as long as there are no remaps.
 */
static const char *conflict(const struct remap_device *other, const struct mapped_device *md,
			    struct block_device *main, struct block_device *spare)
{
	if (overlap(other->spare_bdev, main))
		return "Main is the spare of another dm-remap device: are the arguments swapped?";
	if (overlap(other->main, spare))
		return "Spare is the main of another dm-remap device";
	if (overlap(other->spare_bdev, spare))
		return "Spare is in use by another dm-remap device, or with another main";
	if (other->md == md && has_remaps(other) && other->spare_bdev != spare &&
	    !is_waiting(other))
		return "The set has remaps and keeps its spare: see dmremap replace-spare";
	if (other->md == md)
		return NULL;
	if (overlap(other->main, main))
		return "Main is in use by another dm-remap device";
	return NULL;
}

static unsigned int default_block_size(struct block_device *main, struct block_device *spare)
{
	unsigned int size = max3(4096U, bdev_physical_block_size(main),
				 bdev_physical_block_size(spare));

	return min(size, REMAP_MAX_BLOCK_SIZE);
}

/* Logical block of a device that is made of two disks, in bytes. */
static unsigned int logical_block(struct block_device *main, struct block_device *spare)
{
	return max(bdev_logical_block_size(main), bdev_logical_block_size(spare));
}

char *remap_device_check_length(const struct remap_device *rd, sector_t len)
{
	if (len & (remap_block_sectors(rd) - 1))
		return "Length is not a whole number of blocks";
	if (len >> rd->block_shift > 1ULL << REMAP_BLOCK_BITS)
		return "Length is more than 2^48 blocks: use a larger block_size";
	return NULL;
}

/* Whether the content of the main may need sectors smaller than those of the set. */
static bool needs_small_sectors(const struct remap_device *rd, const struct remap_args *args)
{
	unsigned int bytes = DM_REMAP_HEAD_SIZE;
	bool needs = true;
	void *buf;

	if (args->force_block_size || rd->life.in_large_sectors ||
	    bdev_nr_bytes(rd->main) < bytes ||
	    bdev_logical_block_size(rd->spare_bdev) <= bdev_logical_block_size(rd->main))
		return false;
	buf = kmalloc(bytes, GFP_KERNEL);
	if (buf)
		needs = dm_remap_rw(rd->main, REQ_OP_READ, 0, buf, bytes >> SECTOR_SHIFT) ||
			memchr_inv(buf, 0, bytes);
	kfree(buf);
	return needs;
}

static int open_store(struct remap_device *rd, const struct remap_args *args, char **error)
{
	struct dm_remap_store_params params = {
		.main = rd->main,
		.spare = rd->spare_bdev,
		.main_start = rd->main_start,
		.len = rd->len,
		.block_size = args->block_size,
		.default_block_size = default_block_size(rd->main, rd->spare_bdev),
		.uuid = args->has_uuid ? &args->uuid : NULL,
		.main_id = args->main_id[0] ? args->main_id : NULL,
		.read_only = args->read_only,
		.successor = rd->life.successor &&
			     rd->life.predecessor->spare_bdev == rd->spare_bdev,
		.new_main = rd->life.new_main,
		.copy = rd->life.successor && rd->life.predecessor->spare_bdev != rd->spare_bdev,
		.force_block_size = args->force_block_size || rd->life.in_large_sectors,
		.name = rd->name,
		.read = remap_read_entry,
		.context = rd,
	};
	unsigned int unit = logical_block(rd->main, rd->spare_bdev);
	char *why;
	int ret;

	if (unit > REMAP_MAX_BLOCK_SIZE || (args->block_size && args->block_size < unit)) {
		*error = "block_size is smaller than a logical block of main or spare";
		return -EINVAL;
	}
	/* A persistent store judges this itself when it formats its spare. */
	if (!strcmp(args->store, remap_store_transient.name) && needs_small_sectors(rd, args)) {
		*error = "Main has content, and the spare has larger sectors: see force_block_size";
		return -EINVAL;
	}
	ret = remap_store_open(args->store, &params, &rd->store, error);
	if (ret)
		return ret;
	if (rd->store->block_size < unit) {
		*error = "The set's block_size is smaller than a logical block of main or spare";
		return -EINVAL;
	}
	rd->block_shift = ilog2(rd->store->block_size >> SECTOR_SHIFT);
	rd->unit = unit >> SECTOR_SHIFT;
	rd->main_unit = clamp(bdev_physical_block_size(rd->main), unit,
			      rd->store->block_size) >> SECTOR_SHIFT;
	why = remap_device_check_length(rd, rd->len);
	if (why) {
		*error = why;
		return -EINVAL;
	}
	return 0;
}

static int load_table(struct remap_device *rd, char **error)
{
	struct remap_loader *load = kmalloc(sizeof(*load), GFP_KERNEL);
	int ret;

	if (!load)
		return -ENOMEM;
	load->rd = rd;
	remap_table_expect(&rd->table, rd->store->nr_entries);
	ret = rd->store->type->load(rd->store, remap_load_entries, load, &rd->saved, error);
	remap_table_expect(&rd->table, 0);
	kfree(load);
	return ret;
}

/* Without block 0 in the table, its readers would get the label. */
static int check_label(struct remap_device *rd, char **error)
{
	u64 word;

	if (!rd->store->labelled || rd->store->incomplete ||
	    remap_table_lookup(&rd->table, 0, &word) != REMAP_NO_SLOT)
		return 0;
	*error = "The main is sealed, and the spare lacks what was moved then: an old copy of it?";
	return -EINVAL;
}

/* Allocate everything whose size depends on the store. */
static int make_table(struct remap_device *rd, const struct remap_args *args, char **error)
{
	struct remap_regions *regions;
	int ret;

	*error = "Out of memory";
	regions = remap_regions_alloc(rd->len);
	if (!regions)
		return -ENOMEM;
	RCU_INIT_POINTER(rd->regions, regions);
	ret = remap_slots_init(&rd->slots, rd->store->nr_blocks);
	if (ret)
		return ret;
	remap_spare_init(&rd->spare, &rd->slots);

	remap_settings_default(&rd->settings, rd->store->nr_blocks);
	/* A provisional size, until remap_settings_apply() knows what the set needs. */
	remap_table_set_limits(&rd->table, REMAP_MIN_BUCKETS, rd->settings.grow_percent,
			       rd->settings.shrink_percent);
	remap_table_set_notify(&rd->table, remap_observe_resize);
	remap_table_set_lock(&rd->table, &rd->lock);
	ret = remap_table_init(&rd->table, &rd->slots, rd->name);
	if (ret)
		return ret;
	/* Held over the store's reads, since the device is not shared yet. */
	mutex_lock(&rd->commit_lock);
	mutex_lock(&rd->lock);
	rd->saved.settings = rd->settings;
	ret = load_table(rd, error) ?: check_label(rd, error);
	if (!ret) {
		remap_spare_recount(&rd->spare, remap_table_entries(&rd->table));
		remap_intent_load(rd);
		remap_settings_restore(rd, &rd->saved);
		remap_rate_loaded(rd);
		remap_scrub_restore(rd);
		rd->life.loaded = true;
	}
	/* If part of the table is lost, no region may count as clean. */
	if (!ret && rd->store->incomplete)
		remap_regions_add_all(regions);
	mutex_unlock(&rd->lock);
	mutex_unlock(&rd->commit_lock);
	return ret;
}

static int make_worker(struct remap_device *rd, char **error)
{
	int ret;

	*error = "Out of memory";
	ret = remap_jobs_init(&rd->jobs, rd, remap_handle);
	if (!ret)
		ret = remap_commits_init(&rd->commits);
	if (ret)
		return ret;
	ret = bioset_init(&rd->bios, BIO_POOL_SIZE, 0, 0);
	if (ret)
		return ret;
	rd->kcopyd = dm_kcopyd_client_create(NULL);
	if (IS_ERR(rd->kcopyd)) {
		ret = PTR_ERR(rd->kcopyd);
		rd->kcopyd = NULL;
	}
	return ret;
}

/* Frees a device, even if it is only partly set up; it stays in the list until the end. */
static void take_apart(struct remap_device *rd)
{
	remap_background_stop(rd);
	remap_probe_release(rd);
	remap_resize_stop(rd);
	remap_rate_exit(rd);
	/* Do this after all that releases the commit lock, because that may queue a repair. */
	remap_device_stop_repair(rd);
	remap_track_exit(rd);
	remap_jobs_exit(&rd->jobs);
	remap_events_exit(rd);
	if (rd->life.loaded)
		remap_settings_to_save(rd, &rd->settings, &rd->saved);
	if (rd->store)
		remap_store_close(rd->store, rd->life.started && !remap_is_read_only(rd) ?
					     &rd->saved : NULL);
	if (rd->kcopyd)
		dm_kcopyd_client_destroy(rd->kcopyd);
	bioset_exit(&rd->bios);
	remap_commits_exit(&rd->commits);
	remap_table_exit(&rd->table);
	remap_floor_exit(&rd->floor);
	remap_failures_exit(&rd->failures);
	remap_masks_exit(&rd->unread);
	remap_masks_exit(&rd->lost);
	remap_slots_exit(&rd->slots);
	/* No I/O is left. */
	remap_regions_free(rcu_access_pointer(rd->regions));
	remap_inflight_exit(&rd->inflight);
}

static void free_shell(struct remap_device *rd)
{
	if (rd->dirs)
		remap_dirs_put(rd->dirs);
	kfree(rd);
}

/* The disks can be used again as soon as they are released. */
static void leave_list(struct remap_device *rd)
{
	mutex_lock(&remap_devices_lock);
	list_del(&rd->life.list);
	mutex_unlock(&remap_devices_lock);
}

/* Allocate a device, without the parts that require I/O. */
static struct remap_device *make_shell(struct mapped_device *md, const struct remap_args *args,
				       struct block_device *main, struct block_device *spare,
				       sector_t len)
{
	struct remap_device *rd = kzalloc(sizeof(*rd), GFP_KERNEL);

	if (!rd)
		return NULL;
	rd->life.users = 1;
	rd->md = md;
	strscpy(rd->number, dm_device_name(md), sizeof(rd->number));
	remap_device_name(rd, rd->name);
	rd->main = main;
	rd->spare_bdev = spare;
	rd->life.spare_sectors = bdev_nr_sectors(spare);
	rd->main_start = args->main_start;
	rd->len = len;
	rd->read_only = args->read_only;
	rd->life.new_main = args->new_main;
	rd->suspended = true;
	mutex_init(&rd->admin);
	mutex_init(&rd->commit_lock);
	mutex_init(&rd->lock);
	init_waitqueue_head(&rd->disowned);
	remap_resize_prepare(rd);
	remap_device_init_repair(rd, remap_commit_repair_work);
	remap_intent_init(&rd->intent);
	remap_masks_init(&rd->lost);
	remap_masks_init(&rd->unread);
	remap_failures_init(&rd->failures);
	remap_events_init(rd);
	remap_logs_init(&rd->logs);
	remap_rate_init(rd);
	remap_background_init(rd, remap_patrol_step);
	rd->dirs = remap_dirs_get(md);
	if (!rd->dirs) {
		free_shell(rd);
		return NULL;
	}
	return rd;
}

/* Check this before the resume: a table that cannot come into force must not be loaded. */
static int check_succession(struct remap_device *rd, char **error)
{
	struct remap_device *old = rd->life.predecessor;
	const char *why;

	/* A set without remaps may change its spare. */
	if (rd->spare_bdev != old->spare_bdev && !rd->store->joining && !has_remaps(old)) {
		rd->life.successor = false;
		return 0;
	}
	why = remap_takeover_check(rd, old);
	if (!why)
		return 0;
	*error = (char *)why;
	return -EBUSY;
}

/* Set up the rest; a spare that does not answer delays only this table. */
static int fill(struct remap_device *rd, const struct remap_args *args, char **error)
{
	int ret;

	*error = "Out of memory";
	ret = remap_inflight_init(&rd->inflight);
	if (!ret)
		ret = open_store(rd, args, error);
	if (!ret)
		ret = make_worker(rd, error);
	if (!ret)
		ret = make_table(rd, args, error);
	if (!ret && rd->life.successor)
		ret = check_succession(rd, error);
	if (ret) {
		take_apart(rd);
		leave_list(rd);
		return ret;
	}
	mutex_lock(&remap_devices_lock);
	rd->life.ready = true;
	mutex_unlock(&remap_devices_lock);
	return 0;
}

static bool has_other_main_id(struct remap_device *rd, const struct remap_args *args)
{
	char id[DM_REMAP_MAIN_ID_SIZE];

	if (!args->main_id[0])
		return false;
	/* Waits while the store does I/O. */
	remap_settings_get_main_id(rd, id);
	return strcmp(args->main_id, id);
}

/*
 * Check what a table reload must not change, and release the device otherwise. This may wait for
 * the spare, so it is not done under remap_devices_lock.
 */
static int check_shared(struct remap_device *rd, const struct remap_args *args, sector_t len,
			char **error)
{
	bool transient = rd->store->type == &remap_store_transient;

	if (args->read_only != rd->read_only && !transient)
		*error = "A reload cannot change read_only: remove the device first";
	else if (len != rd->len && !transient)
		*error = "The length of a set can be changed only while it is suspended";
	else if (args->main_start != rd->main_start)
		*error = "main_start cannot be changed by a reload";
	else if (strcmp(args->store, rd->store->type->name))
		*error = "A reload cannot change between persistent and transient";
	else if (args->block_size && args->block_size != rd->store->block_size)
		*error = "block_size cannot be changed by a reload";
	else if (args->new_main)
		*error = "The set has this main already: leave out new_main";
	else if (args->has_uuid && !uuid_equal(&args->uuid, &rd->store->uuid))
		*error = "The spare belongs to another set: its uuid is not the one given";
	else if (!transient && has_other_main_id(rd, args))
		*error = "The spare belongs to another main: its main_id is not the one given";
	else
		return 0;
	remap_device_put(rd);
	return -EINVAL;
}

/* Take a reference to an existing device. */
static int share(struct remap_device *rd, char **error)
{
	lockdep_assert_held(&remap_devices_lock);
	if (!rd->life.ready) {
		*error = "Main and spare are being opened or closed by another table";
		return -EBUSY;
	}
	rd->life.users++;
	return 0;
}

/*
 * Whether a new table would give a set in use larger logical blocks. A file system that is mounted
 * goes on to write smaller ones, which the new disk rejects as if it were bad; and lost and
 * unread sectors of remapped blocks may be smaller.
 */
static bool has_larger_blocks(const struct remap_device *new, const struct remap_device *rd,
			      const struct remap_args *args)
{
	return new->md == rd->md && rd->life.ready && READ_ONCE(rd->dirs->rd) == rd &&
	       (new->main == rd->main || args->new_main) &&
	       logical_block(new->main, new->spare_bdev) > rd->unit << SECTOR_SHIFT;
}

/* Whether a set in use on the same main has sectors that are as large as the new one's. */
static bool has_large_sectors(const struct remap_device *new, const struct remap_device *rd)
{
	return new->md == rd->md && rd->life.ready && READ_ONCE(rd->dirs->rd) == rd &&
	       new->main == rd->main &&
	       logical_block(new->main, new->spare_bdev) <= rd->unit << SECTOR_SHIFT;
}

static bool same_disks(const struct remap_device *a, const struct remap_device *b)
{
	return a->md == b->md && a->main == b->main && a->spare_bdev == b->spare_bdev;
}

/*
 * Whether a new device should take over from an existing one: it has another spare; more room on
 * the same spare, which has grown since the existing device was created, or had already grown by
 * then; another length; or a new main with the same spare.
 */
static bool is_successor(const struct remap_device *new, const struct remap_device *rd,
			 const struct remap_args *args)
{
	if (new->md != rd->md || !rd->life.ready || args->read_only ||
	    rd->store->type == &remap_store_transient || !remap_takeover_allowed(rd))
		return false;
	if (args->new_main)
		return new->main != rd->main && new->spare_bdev == rd->spare_bdev &&
		       new->len == rd->len;
	if (new->main != rd->main)
		return false;
	if (new->spare_bdev != rd->spare_bdev || new->len != rd->len)
		return true;
	/* A table with the old main, spare and length goes back to the kept device. */
	return (new->life.spare_sectors != rd->life.spare_sectors || rd->store->may_grow) &&
	       !rd->life.kept;
}

/*
 * Add a device to the list, unless its table can share an existing one, to which @rdp is set.
 */
static int enter_list(struct remap_device *new, const struct remap_args *args,
		      struct remap_device **rdp, char **error)
{
	struct remap_device *rd;
	const char *why;

	lockdep_assert_held(&remap_devices_lock);
	list_for_each_entry(rd, &remap_devices, life.list) {
		if (has_larger_blocks(new, rd, args)) {
			*error = "Main or spare has larger sectors than the set, which is in use";
			return -EBUSY;
		}
		if (has_large_sectors(new, rd))
			new->life.in_large_sectors = true;
		if (is_successor(new, rd, args)) {
			new->life.predecessor = rd;
			continue;
		}
		/* Its copy of the table may be out of date: never share it. */
		if (rd->md == new->md && rd->spare_bdev == new->spare_bdev && rd->life.ready &&
		    is_waiting(rd))
			continue;
		if (same_disks(rd, new)) {
			*rdp = rd;
			return share(rd, error);
		}
		why = conflict(rd, new->md, new->main, new->spare_bdev);
		if (why) {
			*error = (char *)why;
			return -EBUSY;
		}
	}
	if (args->new_main && !new->life.predecessor) {
		*error = "A new main is for a suspended set, with its spare and length";
		return -EINVAL;
	}
	list_add(&new->life.list, &remap_devices);
	return 0;
}

int remap_device_get(struct dm_target *ti, const struct remap_args *args,
		     struct block_device *main, struct block_device *spare,
		     struct remap_device **rdp)
{
	struct remap_device *new;
	int ret;

	if (overlap(main, spare)) {
		ti->error = "Main and spare are the same device or overlap";
		return -EINVAL;
	}
	new = make_shell(dm_table_get_md(ti->table), args, main, spare, ti->len);
	if (!new) {
		ti->error = "Out of memory";
		return -ENOMEM;
	}
	*rdp = new;
	mutex_lock(&remap_devices_lock);
	ret = enter_list(new, args, rdp, &ti->error);
	new->life.successor = new->life.predecessor;
	if (new->life.successor)
		new->life.predecessor->life.users++;
	mutex_unlock(&remap_devices_lock);
	if (!ret && *rdp == new)
		ret = fill(new, args, &ti->error);
	else if (!ret)
		ret = check_shared(*rdp, args, ti->len, &ti->error);
	if (new->life.predecessor)
		remap_device_put(new->life.predecessor);
	if (ret || *rdp != new)
		free_shell(new);
	return ret;
}

void remap_device_put(struct remap_device *rd)
{
	bool last;

	mutex_lock(&remap_devices_lock);
	last = !--rd->life.users;
	if (last)
		rd->life.ready = false;
	mutex_unlock(&remap_devices_lock);
	if (!last)
		return;
	remap_dirs_deactivate(rd->dirs, rd);
	take_apart(rd);
	leave_list(rd);
	free_shell(rd);
}

void dm_remap_iterate_sets(dm_remap_set_fn fn, void *context)
{
	unsigned int noio = memalloc_noio_save();
	struct remap_device *rd;

	/* A resume waits for the lock, and memory may have to be written to its suspended set. */
	mutex_lock(&remap_devices_lock);
	list_for_each_entry(rd, &remap_devices, life.list) {
		struct dm_remap_set set;

		if (!rd->life.ready)
			continue;
		set = (struct dm_remap_set) {
			.uuid = rd->store->uuid,
			.device = disk_devt(dm_disk(rd->md)),
			.main = rd->main->bd_dev,
			.spare = rd->spare_bdev->bd_dev,
			.persistent = rd->store->type != &remap_store_transient,
		};
		if (!fn(context, &set))
			break;
	}
	mutex_unlock(&remap_devices_lock);
	memalloc_noio_restore(noio);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_iterate_sets, DM_REMAP_NS);

/* For transient sets only: a persistent set gets a successor instead. */
static int change_length(struct remap_device *rd, struct remap_regions **new, sector_t len)
{
	struct remap_regions *regions = *new;
	u32 slot, end;
	int ret = 0;

	remap_regions_clear(regions);
	mutex_lock(&rd->admin);
	mutex_lock(&rd->lock);
	end = remap_slots_end(&rd->slots);
	for (slot = 0; slot < end && !ret; slot++) {
		u64 word = remap_slots_word(&rd->slots, slot);
		sector_t sector = remap_word_block(word) << rd->block_shift;

		if (!(slot & (REMAP_CHUNK_SLOTS - 1)))
			cond_resched();
		if (remap_word_state(word) < REMAP_MAPPED)
			continue;
		if (sector < len)
			remap_regions_add(regions, sector, 1);
		else
			ret = -EINVAL;
	}
	if (ret) {
		DMERR("%s: there are remaps beyond the new length of %llu sectors: remove them first",
		      rd->name, (unsigned long long)len);
	} else {
		*new = rcu_replace_pointer(rd->regions, regions, lockdep_is_held(&rd->lock));
		swap(rd->len, len);
		remap_scrub_resized(rd, len);
	}
	mutex_unlock(&rd->lock);
	mutex_unlock(&rd->admin);
	/* No I/O is in flight, but a list of the remaps may be under way. */
	synchronize_rcu();
	return ret;
}

/* First resume of the device: nothing has been written so far. */
static int start_store(struct remap_device *rd)
{
	int ret = 0;

	remap_commit_lock(rd);
	if (!rd->life.started && !rd->read_only) {
		ret = rd->store->type->start(rd->store, &rd->saved);
		rd->life.started = !ret;
		if (!ret)
			remap_settings_warn(rd);
	}
	remap_commit_unlock(rd);
	if (ret)
		DMERR("%s: the spare cannot be written: only read_only can be had", rd->name);
	return ret;
}

/* Keep a device alive whose remaps are still needed after its table has been destroyed. */
static void keep(struct remap_device *old, struct remap_device **refused)
{
	mutex_lock(&remap_devices_lock);
	old->life.users++;
	old->life.kept = true;
	mutex_unlock(&remap_devices_lock);
	*refused = old;
}

/*
 * Remaps may have been made since the table was loaded. The device in force stays valid during this
 * check, because the table that uses it is destroyed after the resume.
 */
static int check_spare(struct remap_device *rd, struct remap_device *old,
		       struct remap_device **refused)
{
	const char *why = "The set has remaps on another spare: load the table with that";

	if (rd->life.successor && old)
		why = remap_takeover_check(rd, old);
	else if (!rd->life.successor && !rd->life.refused && !(old && has_remaps(old)))
		return 0;
	if (!why)
		return 0;
	rd->life.refused = true;
	DMERR("%s: %s", rd->name, why);
	if (old)
		keep(old, refused);
	return -EBUSY;
}

/* A disk may have turned read-only, or become writable again, since the table was loaded. */
static int check_writable(struct remap_device *rd)
{
	if (remap_writable_again(rd) || rd->life.started || rd->read_only)
		return 0;
	DMERR("%s: main or spare has turned read-only: give the argument read_only", rd->name);
	return -EROFS;
}

/* A disk that has left since its table was loaded is of size 0, which device-mapper lets pass. */
static int check_main(const struct remap_device *rd)
{
	if (rd->life.started || rd->read_only ||
	    bdev_nr_sectors(rd->main) >= rd->main_start + rd->len)
		return 0;
	DMERR("%s: the main (%pg) is gone, or smaller than the set: nothing was written",
	      rd->name, rd->main);
	return -ENXIO;
}

/* Whether a new device has the settings of the one in force, since it brings none of its own. */
static bool inherits(const struct remap_device *rd, const struct remap_device *old)
{
	return rd->life.successor ||
	       (!rd->life.started && rd->main == old->main &&
		(rd->store->fresh || rd->store->type == &remap_store_transient));
}

/* The steps that write. They must not wait for anything that needs I/O to the set. */
static int start(struct remap_device *rd, struct remap_device *old,
		 struct remap_device **refused)
{
	int ret = check_writable(rd) ?: check_main(rd);

	if (!ret) {
		if (old && inherits(rd, old))
			remap_takeover_prepare(rd, old, rd->life.successor);
		ret = start_store(rd);
		if (old && rd->life.successor)
			remap_takeover_end(rd, old, !ret);
	}
	if (ret && old && rd->life.successor)
		keep(old, refused);
	if (ret)
		return ret;
	remap_settings_keep_name(rd);
	remap_dirs_activate(rd->dirs, rd);
	return 0;
}

int remap_device_activate(struct remap_device *rd, const struct remap_args *args,
			  struct remap_regions **regions, sector_t len,
			  struct remap_device **refused)
{
	struct remap_device *old = READ_ONCE(rd->dirs->rd);
	unsigned int noio = memalloc_noio_save();
	int ret = 0;

	if (old == rd)
		old = NULL;
	if (old || rd->life.refused || (rd->life.successor && !rd->life.started))
		ret = check_spare(rd, old, refused);
	if (!ret && len != rd->len)
		ret = change_length(rd, regions, len);
	if (!ret) {
		rd->read_only = args->read_only;
		ret = start(rd, old, refused);
	}
	if (!ret) {
		mutex_lock(&remap_devices_lock);
		rd->life.kept = false;
		mutex_unlock(&remap_devices_lock);
	}
	memalloc_noio_restore(noio);
	return ret;
}
