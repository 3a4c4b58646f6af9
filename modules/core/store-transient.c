// SPDX-License-Identifier: GPL-2.0
/*
 * The store that keeps nothing: for sets whose table is in memory only.  The
 * whole spare is data area.
 */
#include <linux/blkdev.h>
#include <linux/slab.h>

#include "store.h"

static int transient_open(const struct dm_remap_store_params *params,
			  struct dm_remap_store **storep, char **error)
{
	unsigned int block_size = params->block_size ?: params->default_block_size;
	sector_t blocks = bdev_nr_sectors(params->spare) / (block_size >> SECTOR_SHIFT);
	struct dm_remap_store *store;

	if (!blocks) {
		*error = "Spare is smaller than one block";
		return -EINVAL;
	}
	store = kzalloc(sizeof(*store), GFP_KERNEL);
	if (!store) {
		*error = "Out of memory";
		return -ENOMEM;
	}
	store->type = &remap_store_transient;
	store->block_size = block_size;
	store->nr_blocks = min_t(sector_t, blocks, U32_MAX);
	if (params->uuid)
		store->uuid = *params->uuid;
	else
		generate_random_uuid(store->uuid.b);
	if (params->main_id)
		strscpy(store->main_id, params->main_id, sizeof(store->main_id));
	*storep = store;
	return 0;
}

static void transient_close(struct dm_remap_store *store, const struct dm_remap_saved *saved)
{
	kfree(store);
}

static int transient_load(struct dm_remap_store *store, dm_remap_load_fn fn, void *context,
			  struct dm_remap_saved *saved, char **error)
{
	return 0;
}

static int transient_start(struct dm_remap_store *store, const struct dm_remap_saved *saved)
{
	return 0;
}

static int transient_commit(struct dm_remap_store *store, struct dm_remap_entry *entries,
			    unsigned int nr)
{
	return 0;
}

static int transient_save(struct dm_remap_store *store, const struct dm_remap_saved *saved)
{
	return 0;
}

static int transient_sync(struct dm_remap_store *store)
{
	return 0;
}

static int transient_set_main_id(struct dm_remap_store *store, const char *main_id)
{
	strscpy(store->main_id, main_id, sizeof(store->main_id));
	return 0;
}

static bool transient_repair(struct dm_remap_store *store)
{
	return false;
}

static void transient_stat(struct dm_remap_store *store, struct dm_remap_store_stat *stat)
{
	*stat = (struct dm_remap_store_stat) { .state = DM_REMAP_STORE_TRANSIENT };
}

/* A table kept only in memory cannot be taken over from a spare. */
static int transient_succeed(struct dm_remap_store *store, struct dm_remap_store *old)
{
	return -EINVAL;
}

static void transient_part(struct dm_remap_store *store, const struct dm_remap_store *successor)
{
}

struct dm_remap_store_type remap_store_transient = {
	.name		= "transient",
	.owner		= THIS_MODULE,
	.open		= transient_open,
	.close		= transient_close,
	.load		= transient_load,
	.start		= transient_start,
	.commit		= transient_commit,
	.save		= transient_save,
	.sync		= transient_sync,
	.set_main_id	= transient_set_main_id,
	.repair		= transient_repair,
	.stat		= transient_stat,
	.succeed	= transient_succeed,
	.retire		= transient_part,
	.stay		= transient_part,
};
