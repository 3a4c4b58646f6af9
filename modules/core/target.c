// SPDX-License-Identifier: GPL-2.0
/*
 * The target's operations, other than those for I/O (map.c).
 */
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <dm-remap/format.h>

#include "admin.h"
#include "args.h"
#include "bio.h"
#include "device.h"
#include "dirs.h"
#include "intent.h"
#include "io.h"
#include "lifecycle.h"
#include "list.h"
#include "map.h"
#include "patrol.h"
#include "settings.h"
#include "store.h"
#include "target.h"
#include "track.h"

static int open_devices(struct dm_target *ti, struct remap_target *rt)
{
	dm_remap_mode_t mode = DM_REMAP_MODE_READ;
	int ret;

	if (!rt->args.read_only)
		mode |= DM_REMAP_MODE_WRITE;
	ret = dm_get_device(ti, rt->args.main, mode, &rt->main_dev);
	if (ret) {
		ti->error = "Main cannot be opened";
		return ret;
	}
	ret = dm_get_device(ti, rt->args.spare, mode, &rt->spare_dev);
	if (ret) {
		ti->error = "Spare cannot be opened";
		dm_put_device(ti, rt->main_dev);
	}
	return ret;
}

/* Whether a device begins with a magic. */
static bool begins_with(struct block_device *bdev, const char *magic, void *buf)
{
	unsigned int bytes = max_t(unsigned int, DM_REMAP_HEAD_SIZE,
				   bdev_logical_block_size(bdev));

	if (bdev_nr_bytes(bdev) < bytes)
		return false;
	/* The main may have bad sectors, and this may be one. */
	if (dm_remap_rw(bdev, REQ_OP_READ, 0, buf, bytes >> SECTOR_SHIFT) != BLK_STS_OK)
		return false;
	return !memcmp(buf, magic, DM_REMAP_MAGIC_SIZE);
}

static bool is_spare(struct block_device *bdev, void *buf)
{
	return begins_with(bdev, DM_REMAP_SPARE_MAGIC, buf);
}

/* Whether the main has a label whose set includes the sectors to be used. */
static bool is_labelled(struct remap_target *rt, void *buf)
{
	const struct dm_remap_label *label = buf;

	return begins_with(rt->main_dev->bdev, DM_REMAP_LABEL_MAGIC, buf) &&
	       (!rt->args.main_start ||
		rt->args.main_start < le64_to_cpu(label->target_sectors));
}

/* For a persistent set the store checks more than this. */
static const char *check_transient_heads(struct remap_target *rt, void *buf)
{
	if (is_labelled(rt, buf))
		return "Main has the label of a persistent set: find its spare, or unseal";
	if (is_spare(rt->spare_dev->bdev, buf))
		return "Spare belongs to a persistent set: wipe it, or leave out transient";
	if (begins_with(rt->spare_dev->bdev, DM_REMAP_LABEL_MAGIC, buf))
		return "Spare has the label of a main: find the spare of that, or unseal";
	return NULL;
}

static int check_heads(struct dm_target *ti, struct remap_target *rt)
{
	size_t size = max3((unsigned int)DM_REMAP_HEAD_SIZE,
			   bdev_logical_block_size(rt->main_dev->bdev),
			   bdev_logical_block_size(rt->spare_dev->bdev));
	void *buf = kmalloc(roundup_pow_of_two(size), GFP_KERNEL);
	const char *why = NULL;

	if (!buf) {
		ti->error = "Out of memory";
		return -ENOMEM;
	}
	if (is_spare(rt->main_dev->bdev, buf))
		why = "Main is the spare of a dm-remap set: are the arguments swapped?";
	else if (!strcmp(rt->args.store, "transient"))
		why = check_transient_heads(rt, buf);
	kfree(buf);
	if (!why)
		return 0;
	ti->error = (char *)why;
	return -EINVAL;
}

static int check_devices(struct dm_target *ti, struct remap_target *rt)
{
	struct block_device *main = rt->main_dev->bdev;
	sector_t size = bdev_nr_sectors(main);

	if (rt->args.main_start > size || ti->len > size - rt->args.main_start) {
		ti->error = "Length is beyond the end of the main";
		return -EINVAL;
	}
	if (bdev_is_zoned(main) || bdev_is_zoned(rt->spare_dev->bdev)) {
		ti->error = "Zoned devices are not supported";
		return -EINVAL;
	}
	if (!rt->args.read_only && (bdev_read_only(main) || bdev_read_only(rt->spare_dev->bdev))) {
		ti->error = "Main or spare is read-only: give the argument read_only";
		return -EROFS;
	}
	return check_heads(ti, rt);
}

/* Prepare for another length: a shared device keeps its former one until this target is resumed. */
static int prepare_length(struct dm_target *ti, struct remap_target *rt)
{
	char *why = remap_device_check_length(rt->rd, ti->len);

	if (why) {
		ti->error = why;
		return -EINVAL;
	}
	rt->regions = remap_regions_alloc(ti->len);
	if (!rt->regions) {
		ti->error = "Out of memory";
		return -ENOMEM;
	}
	return 0;
}

static int make_target(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct remap_target *rt;
	int ret;

	rt = kzalloc(sizeof(*rt), GFP_KERNEL);
	if (!rt) {
		ti->error = "Out of memory";
		return -ENOMEM;
	}
	ret = remap_args_parse(&rt->args, argc, argv, &ti->error);
	if (ret)
		goto free_target;
	if (!(dm_table_get_mode(ti->table) & DM_REMAP_MODE_WRITE))
		rt->args.read_only = true;
	ret = open_devices(ti, rt);
	if (ret)
		goto free_target;
	ret = check_devices(ti, rt);
	if (ret)
		goto put_devices;
	ret = remap_device_get(ti, &rt->args, rt->main_dev->bdev, rt->spare_dev->bdev, &rt->rd);
	if (ret)
		goto put_devices;
	rt->main = rt->main_dev->bdev;
	rt->main_start = rt->args.main_start;
	rt->slow_path_opf = REQ_POLLED;
	/* The bit that op_is_write() tests. */
	if (rt->args.read_only)
		rt->slow_path_opf |= (__force blk_opf_t)1;
	rt->args.block_size = rt->rd->store->block_size;
	ret = prepare_length(ti, rt);
	if (ret)
		goto put_device;

	ti->num_flush_bios = 2;
	ti->num_discard_bios = 1;
	ti->num_write_zeroes_bios = 1;
	/* Remapped blocks are a small part; map.c handles a spare that cannot discard. */
	ti->discards_supported = bdev_max_discard_sectors(rt->main_dev->bdev);
	ti->per_io_data_size = sizeof(struct remap_io);
	ti->private = rt;
	return 0;

put_device:
	remap_device_put(rt->rd);
put_devices:
	dm_put_device(ti, rt->spare_dev);
	dm_put_device(ti, rt->main_dev);
free_target:
	kfree(rt);
	return ret;
}

/* A table for a device that is suspended must not wait for memory that its I/O would free. */
static int remap_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	unsigned int noio;
	int ret;

	if (!dm_suspended(ti))
		return make_target(ti, argc, argv);
	noio = memalloc_noio_save();
	ret = make_target(ti, argc, argv);
	memalloc_noio_restore(noio);
	return ret;
}

/* Release the device that was kept for a return to it, which is no longer needed. */
static void drop_kept(struct dm_target *ti)
{
	struct remap_target *rt = ti->private;

	if (!rt->kept)
		return;
	remap_device_put(rt->kept);
	dm_put_device(ti, rt->kept_spare);
	dm_put_device(ti, rt->kept_main);
	rt->kept = NULL;
}

static void remap_dtr(struct dm_target *ti)
{
	struct remap_target *rt = ti->private;

	remap_events_detach(rt->rd, ti);
	remap_device_put(rt->rd);
	remap_regions_free(rt->regions);
	drop_kept(ti);
	dm_put_device(ti, rt->spare_dev);
	dm_put_device(ti, rt->main_dev);
	kfree(rt);
}

static void remap_presuspend(struct dm_target *ti)
{
	struct remap_target *rt = ti->private;

	/* This saves the position of the scrub, so it must come while writing is still allowed. */
	remap_patrol_suspend(rt->rd);
	remap_admin_suspend(rt->rd, true);
}

static void remap_presuspend_undo(struct dm_target *ti)
{
	struct remap_target *rt = ti->private;

	remap_admin_suspend(rt->rd, false);
	remap_background_start(rt->rd);
}

static int get_again(struct dm_target *ti, const struct remap_device *old,
		     struct block_device *bdev, struct dm_dev **dev)
{
	dm_remap_mode_t mode = DM_REMAP_MODE_READ;
	char number[24];

	if (!old->read_only)
		mode |= DM_REMAP_MODE_WRITE;
	format_dev_t(number, bdev->bd_dev);
	return dm_get_device(ti, number, mode, dev);
}

/*
 * device-mapper destroys the old table although this one could not be resumed. The next table
 * with the old disks needs the state in memory: keep it, and its disks open, until then.
 */
static void keep_old(struct dm_target *ti, struct remap_device *old)
{
	struct remap_target *rt = ti->private;

	if (rt->kept || get_again(ti, old, old->main, &rt->kept_main))
		goto drop;
	if (!get_again(ti, old, old->spare_bdev, &rt->kept_spare)) {
		rt->kept = old;
		return;
	}
	dm_put_device(ti, rt->kept_main);
drop:
	remap_device_put(old);
}

static int remap_preresume(struct dm_target *ti)
{
	struct remap_target *rt = ti->private;
	struct remap_device *refused = NULL;
	unsigned int noio;
	int ret;

	rt->resumed = true;
	if (rt->args.read_only)
		set_disk_ro(dm_disk(rt->rd->md), true);
	ret = remap_device_activate(rt->rd, &rt->args, &rt->regions, ti->len, &refused);
	if (!ret) {
		remap_settings_follow_line(rt->rd, rt->args.no_auto_remap);
		if (!rt->in_force)
			remap_settings_take_main_id(rt->rd, rt->args.main_id);
		rt->in_force = true;
	}
	noio = memalloc_noio_save();
	if (refused)
		keep_old(ti, refused);
	else if (!ret)
		drop_kept(ti);
	memalloc_noio_restore(noio);
	return ret;
}

static void remap_resume(struct dm_target *ti)
{
	struct remap_target *rt = ti->private;

	remap_admin_suspend(rt->rd, false);
	remap_events_attach(rt->rd, ti);
	remap_background_start(rt->rd);
	remap_dirs_settle(rt->rd->dirs);
}

static void emit_status(struct remap_device *rd, char *result, unsigned int maxlen)
{
	struct dm_remap_store_stat stat;
	enum remap_state state = remap_device_look(rd, &stat);
	unsigned int sz = 0;

	DMEMIT("%s %u %u %u %llu %u %u %lld %lld %lld %s %llu",
	       remap_state_name(state), READ_ONCE(rd->mapped), remap_slots_nr(&rd->slots),
	       READ_ONCE(rd->pending), remap_masks_sectors(&rd->lost),
	       remap_spare_bad_blocks(&rd->spare), remap_table_buckets(&rd->table),
	       remap_main_read_errors(&rd->errors), remap_main_write_errors(&rd->errors),
	       remap_spare_errors(&rd->errors),
	       remap_store_state_name(stat.state), stat.generation);
}

/* The main_id may have been replaced since the table was loaded, and errors/auto_remap written. */
static void emit_table(struct remap_target *rt, char *result, unsigned int maxlen)
{
	struct remap_args args = rt->args;
	unsigned int sz = 0;

	if (args.main_id[0])
		remap_settings_get_main_id(rt->rd, args.main_id);
	if (rt->resumed)
		args.no_auto_remap = !READ_ONCE(rt->rd->settings.auto_remap);
	DMEMIT("%s %llu %s", rt->main_dev->name, (unsigned long long)rt->args.main_start,
	       rt->spare_dev->name);
	remap_args_emit(&args, result + sz, maxlen - sz);
}

static void remap_status(struct dm_target *ti, status_type_t type, unsigned int status_flags,
			 char *result, unsigned int maxlen)
{
	struct remap_target *rt = ti->private;
	unsigned int sz = 0;

	switch (type) {
	case STATUSTYPE_INFO:
		emit_status(rt->rd, result, maxlen);
		break;
	case STATUSTYPE_TABLE:
		emit_table(rt, result, maxlen);
		break;
	case STATUSTYPE_IMA:
		DMEMIT_TARGET_NAME_VERSION(ti->type);
		DMEMIT(",main_device=%s,main_start=%llu,spare_device=%s,store=%s,block_size=%u;",
		       rt->main_dev->name, (unsigned long long)rt->args.main_start,
		       rt->spare_dev->name, rt->args.store, rt->args.block_size);
		break;
	}
}

/* add, mark, forget, remove or cure START [COUNT] */
static int change_message(struct remap_device *rd, unsigned int argc, char **argv,
			  enum remap_admin_op op)
{
	char text[48];
	int len;

	if (argc < 2 || argc > 3)
		return -EINVAL;
	len = snprintf(text, sizeof(text), "%s %s", argv[1], argc == 3 ? argv[2] : "");
	if (len >= sizeof(text))
		return -EINVAL;
	return remap_admin_write(rd, text, len, op);
}

/* list [FROM [reasons]] */
static int list_message(struct remap_device *rd, unsigned int argc, char **argv,
			char *result, unsigned int maxlen)
{
	u64 from = 0;

	if (argc > 3 || (argc > 1 && (*argv[1] == '+' || kstrtoull(argv[1], 10, &from))) ||
	    (argc == 3 && strcasecmp(argv[2], "reasons")))
		return -EINVAL;
	remap_list(rd, from, argc == 3, result, maxlen);
	return 1;
}

static int remap_message(struct dm_target *ti, unsigned int argc, char **argv,
			 char *result, unsigned int maxlen)
{
	struct remap_target *rt = ti->private;

	if (!strcasecmp(argv[0], "add"))
		return change_message(rt->rd, argc, argv, REMAP_ADD);
	if (!strcasecmp(argv[0], "remove"))
		return change_message(rt->rd, argc, argv, REMAP_REMOVE);
	if (!strcasecmp(argv[0], "mark"))
		return change_message(rt->rd, argc, argv, REMAP_MARK);
	if (!strcasecmp(argv[0], "forget"))
		return change_message(rt->rd, argc, argv, REMAP_FORGET);
	if (!strcasecmp(argv[0], "cure"))
		return change_message(rt->rd, argc, argv, REMAP_CURE);
	if (!strcasecmp(argv[0], "list"))
		return list_message(rt->rd, argc, argv, result, maxlen);
	if (!strcasecmp(argv[0], "sync") && argc == 1)
		return remap_admin_sync(rt->rd);
	if (!strcasecmp(argv[0], "track"))
		return remap_track_message(rt->rd, argc, argv, result, maxlen);
	if (!strcasecmp(argv[0], "intent"))
		return remap_intent_message(rt->rd, argc, argv, result, maxlen);
	DMWARN("%s: message is none of add, mark, forget, remove, cure, list, sync, track, intent",
	       rt->rd->name);
	return -EINVAL;
}

/*
 * Limits are computed from both devices before the target is first resumed. From then on,
 * device-mapper calls this only for persistent reservations, which concern the main alone: if
 * the main refused one because another host holds it, device-mapper would try the next device,
 * and report success if the spare accepted it.
 *
 * device-mapper refuses a device that ends within a logical block of the other one. What is left
 * at the end of the spare, less than a block of the set, is not used.
 */
static int remap_iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct remap_target *rt = ti->private;
	sector_t spare = round_down(bdev_nr_sectors(rt->spare_dev->bdev),
				    (sector_t)rt->args.block_size >> SECTOR_SHIFT);
	int ret;

	ret = fn(ti, rt->main_dev, rt->args.main_start, ti->len, data);
	if (!ret && !rt->resumed)
		ret = fn(ti, rt->spare_dev, 0, spare, data);
	return ret;
}

struct target_type remap_target_type = {
	.name		= "remap",
	.version	= {1, 1, 0},
	.features	= DM_TARGET_SINGLETON | DM_TARGET_NOWAIT,
	.module		= THIS_MODULE,
	.ctr		= remap_ctr,
	.dtr		= remap_dtr,
	.map		= remap_map,
	.end_io		= remap_end_io,
	.presuspend	= remap_presuspend,
	.presuspend_undo = remap_presuspend_undo,
	.preresume	= remap_preresume,
	.resume		= remap_resume,
	.status		= remap_status,
	.message	= remap_message,
	.iterate_devices = remap_iterate_devices,
};
