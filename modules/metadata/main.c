// SPDX-License-Identifier: GPL-2.0
/*
 * The store "persistent": keeps the remap table on the spare.
 * docs/on-disk-format.md has the format and the order of writes.
 */
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <dm-remap/io.h>
#include <dm-remap/namespace.h>

#include "meta.h"

static unsigned int replicas = 2;

static int set_replicas(const char *val, const struct kernel_param *kp)
{
	unsigned int value;

	if (*val == '+' || kstrtouint(val, 10, &value) ||
	    value < 1 || value > DM_REMAP_MAX_REPLICAS)
		return -EINVAL;
	replicas = value;
	return 0;
}

static const struct kernel_param_ops replicas_ops = {
	.set = set_replicas,
	.get = param_get_uint,
};

module_param_cb(replicas, &replicas_ops, &replicas, 0644);
MODULE_PARM_DESC(replicas, "Copies of the remap table that a fresh spare gets, 1 to 4 (default 2)");

static void free_meta(struct meta *m)
{
	unsigned int r;

	for (r = 0; r < DM_REMAP_MAX_REPLICAS; r++)
		kvfree(m->bad[r]);
	kvfree(m->rewrite);
	kfree(m->buf);
	kfree(m->sb);
	kfree(m);
}

static struct meta *alloc_meta(const struct dm_remap_store_params *params)
{
	struct meta *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return NULL;
	m->p = *params;
	m->sb = kmalloc(sizeof(*m->sb), GFP_KERNEL);
	m->buf = kmalloc_array(META_RUN, DM_REMAP_PAGE_SIZE, GFP_KERNEL);
	if (!m->sb || !m->buf) {
		free_meta(m);
		return NULL;
	}
	return m;
}

/* The medium determines their size, so they must not trigger the OOM killer. */
static int alloc_bitmaps(struct meta *m)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	size_t longs = BITS_TO_LONGS(max(m->geo.nr_pages, m->grown.nr_pages));
	unsigned int r;

	for (r = 0; r < m->geo.replicas; r++) {
		m->bad[r] = kvcalloc(longs, sizeof(long), gfp);
		if (!m->bad[r])
			return -ENOMEM;
	}
	m->rewrite = kvcalloc(longs, sizeof(long), gfp);
	return m->rewrite ? 0 : -ENOMEM;
}

/* A copy to a new main does not outlive a change of main, spare or length. */
static void find_intent(struct meta *m)
{
	struct dm_remap_sb *sb = m->sb;

	if (m->p.new_main || m->store.joining || le64_to_cpu(sb->target_sectors) != m->p.len)
		dm_remap_sb_end_intent(sb);
	if (!(le64_to_cpu(sb->ro_compat) & DM_REMAP_RO_COMPAT_INTENT))
		return;
	m->store.intent.token = le64_to_cpu(sb->intent_token);
	memcpy(m->store.intent.marks, sb->intent, sizeof(sb->intent));
}

static struct dm_remap_store_type meta_store_type;

static int meta_open(const struct dm_remap_store_params *params,
		     struct dm_remap_store **store, char **error)
{
	struct meta *m = alloc_meta(params);
	int ret;

	if (!m) {
		*error = "Out of memory";
		return -ENOMEM;
	}
	ret = meta_open_spare(m, replicas, error);
	if (ret)
		goto free;
	if (params->successor && !params->new_main && !m->store.fresh)
		meta_extend_layout(m);
	ret = alloc_bitmaps(m);
	if (ret) {
		*error = "Out of memory";
		goto free;
	}
	m->store.type = &meta_store_type;
	import_uuid(&m->store.uuid, m->sb->uuid);
	strscpy(m->store.main_id, params->new_main ? params->main_id ?: "" :
				  dm_remap_sb_main_id(m->sb), sizeof(m->store.main_id));
	m->store.block_size = m->geo.block_size;
	m->store.data_start = m->geo.data_start;
	m->store.nr_blocks = m->growing ? m->grown.nr_blocks : m->geo.nr_blocks;
	m->store.nr_entries = le32_to_cpu(m->sb->nr_entries);
	m->store.may_grow = meta_may_grow(m);
	find_intent(m);
	*store = &m->store;
	return 0;

free:
	free_meta(m);
	return ret;
}

static void meta_close(struct dm_remap_store *store, const struct dm_remap_saved *saved)
{
	struct meta *m = to_meta(store);

	if (saved && !m->p.read_only && !m->failed) {
		meta_saved_put(m, saved);
		meta_label_note(m);
		m->sb->flags |= cpu_to_le32(DM_REMAP_SB_CLEAN);
		meta_super_write(m, true);
	}
	free_meta(m);
}

static int meta_load(struct dm_remap_store *store, dm_remap_load_fn fn, void *context,
		     struct dm_remap_saved *saved, char **error)
{
	struct meta *m = to_meta(store);
	int ret;

	if (store->fresh)
		return 0;
	ret = meta_pages_load(m, fn, context, error);
	if (ret)
		return ret;
	meta_saved_get(m, saved);
	store->labelled = !m->p.main_start && meta_label_is_own(m);
	if (m->p.read_only) {
		/* A table that has lost pages must not be changed. */
		m->failed = m->lost_pages;
		store->incomplete = m->lost_pages;
	}
	return 0;
}

/* Repair pages until the superblocks have room to name all those that are still bad. */
static void repair_first(struct meta *m)
{
	bool more = meta_pages_repair(m, META_FIRST_REPAIRS);

	while (more && !meta_stale_record(m))
		more = meta_pages_repair(m, META_FIRST_REPAIRS);
}

static int start_again(struct meta *m)
{
	int ret = 0;

	if (m->growing) {
		ret = meta_extend(m);
	} else if (!m->pages_used) {
		/* the power failed while the set got a new main */
		ret = meta_empty(m);
	} else {
		repair_first(m);
		meta_grow(m);
	}
	if (!ret)
		ret = m->failed ? -EIO : meta_super_write(m, true);
	return ret ?: meta_end_growth(m);
}

/* Record what another length of the target, or another spare, changes. */
static void note_succession(struct meta *m)
{
	m->geo.target_sectors = m->p.len;
	m->grown.target_sectors = m->p.len;
	m->sb->target_sectors = cpu_to_le64(m->p.len);
	m->sb->flags &= ~cpu_to_le32(DM_REMAP_SB_JOINING);
	m->sb->replacement.token = 0;
	m->store.joining = false;
}

/* May be called again after an error: nothing that was acknowledged has been lost. */
static int meta_start(struct dm_remap_store *store, const struct dm_remap_saved *saved)
{
	struct meta *m = to_meta(store);
	u64 sectors = bdev_nr_sectors(m->p.main);
	int ret;

	if (m->p.read_only)
		return 0;
	/* A disk that has left is of size 0, and a superblock that says so is invalid. */
	if (sectors < m->p.main_start + m->p.len)
		return -ENXIO;
	meta_saved_put(m, saved);
	if (m->p.new_main)
		meta_forget_main(m);
	meta_identity_note(m, sectors);
	meta_label_note(m);
	if (m->p.successor || store->joining)
		note_succession(m);
	m->sb->flags &= ~cpu_to_le32(DM_REMAP_SB_CLEAN);
	if (store->fresh)
		ret = meta_fresh_format(m);
	else
		ret = m->p.new_main ? meta_empty(m) : start_again(m);
	if (ret)
		m->failed = false;
	return ret;
}

static int meta_set_main_id(struct dm_remap_store *store, const char *main_id)
{
	struct meta *m = to_meta(store);

	if (m->failed || m->p.read_only)
		return -EIO;
	dm_remap_sb_set_id(m->sb, DM_REMAP_ID_MAIN, main_id);
	strscpy(store->main_id, main_id, sizeof(store->main_id));
	return meta_super_write(m, true);
}

/* If the flag stayed set, a main without label and identity would not be accepted any more. */
static int meta_unlabel(struct dm_remap_store *store)
{
	struct meta *m = to_meta(store);

	if (m->failed || m->p.read_only)
		return -EIO;
	if (!(le32_to_cpu(m->sb->flags) & DM_REMAP_SB_LABELLED))
		return 0;
	m->sb->flags &= ~cpu_to_le32(DM_REMAP_SB_LABELLED);
	return meta_super_write(m, true);
}

static int meta_intend(struct dm_remap_store *store, const struct dm_remap_intent *intent)
{
	struct meta *m = to_meta(store);

	if (m->failed || m->p.read_only)
		return -EIO;
	dm_remap_sb_end_intent(m->sb);
	if (intent->token) {
		m->sb->ro_compat |= cpu_to_le64(DM_REMAP_RO_COMPAT_INTENT);
		m->sb->intent_token = cpu_to_le64(intent->token);
		m->sb->intent_shift = cpu_to_le32(dm_remap_intent_shift(m->p.len));
		memcpy(m->sb->intent, intent->marks, sizeof(m->sb->intent));
	}
	/* A write waits for this, so leave a bad superblock to the repair. */
	return meta_super_write(m, false);
}

static int meta_commit(struct dm_remap_store *store, struct dm_remap_entry *entries,
		       unsigned int nr)
{
	struct meta *m = to_meta(store);

	if (m->failed || m->p.read_only)
		return -EIO;
	return meta_pages_commit(m, entries, nr);
}

static int meta_save(struct dm_remap_store *store, const struct dm_remap_saved *saved)
{
	struct meta *m = to_meta(store);

	if (m->failed || m->p.read_only)
		return -EIO;
	meta_saved_put(m, saved);
	return meta_super_write(m, meta_retry_now(m));
}

static int meta_sync(struct dm_remap_store *store)
{
	struct meta *m = to_meta(store);

	/* Each change was durable when it was made. */
	return m->failed ? -EIO : 0;
}

/* Whether a superblock can be read. */
static bool spare_answers(struct meta *m)
{
	u64 sectors = le64_to_cpu(m->sb->spare_sectors);
	unsigned int nr;

	for (nr = 0; nr < 2; nr++)
		if (dm_remap_rw(m->p.spare, REQ_OP_READ, dm_remap_sb_sector(sectors, nr), m->buf,
				DM_REMAP_PAGE_SECTORS) == BLK_STS_OK)
			return true;
	return false;
}

/*
 * A repair is not urgent. Do not write to a disk that is gone for a moment, because a failed
 * write of the good superblock would fail the store permanently.
 */
static bool meta_repair(struct dm_remap_store *store)
{
	struct meta *m = to_meta(store);
	bool more;

	if (m->failed || m->p.read_only || !spare_answers(m))
		return false;
	more = meta_pages_repair(m, META_RUN);
	/* Name in the superblocks what has failed, and no longer what is intact again. */
	if (!m->failed && (m->unrecorded || m->sb_bad[0] || m->sb_bad[1] ||
			   (!more && (m->sb->nr_stale || m->sb->stale_copies))))
		meta_super_write(m, true);
	return !m->failed && more;
}

static void meta_stat(struct dm_remap_store *store, struct dm_remap_store_stat *stat)
{
	const struct meta *m = to_meta(store);

	*stat = (struct dm_remap_store_stat) {
		.state = DM_REMAP_STORE_CLEAN,
		.generation = READ_ONCE(m->generation),
		.replicas = meta_whole_copies(m),
		.repairs = READ_ONCE(m->repairs),
		.faults = READ_ONCE(m->faults),
		.commits = READ_ONCE(m->commits),
		.pages = READ_ONCE(m->pages),
	};
	if (READ_ONCE(m->failed))
		stat->state = DM_REMAP_STORE_FAILED;
	else if (stat->replicas < m->geo.replicas || READ_ONCE(m->sb_bad[0]) ||
		 READ_ONCE(m->sb_bad[1]))
		stat->state = DM_REMAP_STORE_DEGRADED;
}

static struct dm_remap_store_type meta_store_type = {
	.name		= "persistent",
	.owner		= THIS_MODULE,
	.open		= meta_open,
	.close		= meta_close,
	.load		= meta_load,
	.start		= meta_start,
	.commit		= meta_commit,
	.save		= meta_save,
	.sync		= meta_sync,
	.set_main_id	= meta_set_main_id,
	.unlabel	= meta_unlabel,
	.intend		= meta_intend,
	.repair		= meta_repair,
	.stat		= meta_stat,
	.succeed	= meta_succeed,
	.retire		= meta_retire,
	.stay		= meta_stay,
};

static int __init meta_init(void)
{
	int ret = meta_load_init();

	if (ret)
		return ret;
	ret = dm_remap_store_register(&meta_store_type);
	if (ret)
		meta_load_exit();
	return ret;
}

static void __exit meta_exit(void)
{
	dm_remap_store_unregister(&meta_store_type);
	meta_load_exit();
}

module_init(meta_init);
module_exit(meta_exit);

MODULE_ALIAS("dm-remap-store-persistent");
MODULE_IMPORT_NS(DM_REMAP_NS);
/* where crc32c() is the crypto API's, it may have no driver before */
#ifndef DM_REMAP_HAVE_CRC32_CRC32C
MODULE_SOFTDEP("pre: crc32c");
#endif
MODULE_DESCRIPTION("Keeps the remap table of dm-remap sets on the spare");
MODULE_AUTHOR("dm-remap developers");
MODULE_LICENSE("GPL");
