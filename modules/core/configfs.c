// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/config/dm-remap/<device name>: a directory for each device, with a
 * group for each part of it.  configfs-schema/ has the attributes, one by one.
 */
#include <linux/configfs.h>
#include <linux/ctype.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "admin.h"
#include "args.h"
#include "configfs.h"
#include "device.h"
#include "dirs.h"
#include "scrub.h"
#include "settings.h"
#include "store.h"

enum {
	GROUP_TOP,
	GROUP_REMAPS,
	GROUP_HASH,
	GROUP_SPARE,
	GROUP_ERRORS,
	GROUP_SCRUB,
	GROUP_METADATA,		/* persistent sets only */
	NR_GROUPS
};

struct remap_group {
	struct config_group group;
	struct remap_tree *tree;
};

/**
 * struct remap_tree - a directory.
 * @ref: one reference for each group; a concurrent lookup of a group may hold it slightly longer
 *	than the directory exists.
 * @dirs: the directories it belongs to, which live as long as its attributes.
 * @groups: the directory itself and those in it.
 */
struct remap_tree {
	struct kref ref;
	struct remap_dirs *dirs;
	struct remap_group groups[NR_GROUPS];
};

static struct remap_dirs *item_dirs(struct config_item *item)
{
	return container_of(to_config_group(item), struct remap_group, group)->tree->dirs;
}

/* Attributes are functions of the device in force; while there is none, they fail with ENOENT. */

static ssize_t show(struct config_item *item, char *page,
		    ssize_t (*fn)(struct remap_device *rd, char *page))
{
	struct remap_dirs *dirs = item_dirs(item);
	struct remap_device *rd;
	ssize_t ret = -ENOENT;
	unsigned int noio;

	rd = remap_dirs_enter(dirs, &noio);
	if (rd)
		ret = fn(rd, page);
	remap_dirs_leave(dirs, noio);
	return ret;
}

static ssize_t store(struct config_item *item, const char *page, size_t count,
		     ssize_t (*fn)(struct remap_device *rd, const char *page, size_t count))
{
	struct remap_dirs *dirs = item_dirs(item);
	struct remap_device *rd;
	ssize_t ret = -ENOENT;
	unsigned int noio;

	rd = remap_dirs_enter(dirs, &noio);
	if (rd)
		ret = fn(rd, page, count);
	remap_dirs_leave(dirs, noio);
	return ret;
}

/* Wrap a function of the device into a function for configfs. */

#define REMAP_SHOW(_group, _name)						\
static ssize_t _group##_##_name##_show(struct config_item *item, char *page)	\
{										\
	return show(item, page, show_##_group##_##_name);			\
}

#define REMAP_STORE(_group, _name)						\
static ssize_t _group##_##_name##_store(struct config_item *item,		\
					const char *page, size_t count)		\
{										\
	return store(item, page, count, store_##_group##_##_name);		\
}

#define REMAP_ATTR(_group, _name)						\
static ssize_t _group##_##_name##_show(struct config_item *item, char *page)	\
{										\
	return show(item, page, show_##_group##_##_name);			\
}										\
REMAP_STORE(_group, _name)							\
CONFIGFS_ATTR(_group##_, _name)

#define REMAP_ATTR_WO(_group, _name)						\
static ssize_t _group##_##_name##_store(struct config_item *item,		\
					const char *page, size_t count)		\
{										\
	return store(item, page, count, store_##_group##_##_name);		\
}										\
CONFIGFS_ATTR_WO(_group##_, _name)

/* Macros for the kinds of attributes. */

#define REMAP_ATTR_RO(_group, _name, _fmt, _value...)				\
static ssize_t show_##_group##_##_name(struct remap_device *rd, char *page)	\
{										\
	return sysfs_emit(page, _fmt "\n", _value);				\
}										\
REMAP_SHOW(_group, _name)							\
CONFIGFS_ATTR_RO(_group##_, _name)

/* configfs passes at most SIMPLE_ATTR_SIZE - 1 bytes at once; the rest is the next write. */
#define WRITE_MAX	4095

/*
 * Check that a value is complete and is text: anything after a NUL would be ignored, and a value
 * that fills the buffer may continue in the next write.
 */
static bool is_value(const char *page, size_t count)
{
	return count < WRITE_MAX && !memchr(page, 0, count);
}

/* The text of an attribute without the white space around it. */
static int copy_word(char *word, size_t size, const char *page)
{
	const char *end;

	page = skip_spaces(page);
	end = page + strlen(page);
	while (end > page && isspace(end[-1]))
		end--;
	if (end - page >= size)
		return -EINVAL;
	memcpy(word, page, end - page);
	word[end - page] = 0;
	return 0;
}

static ssize_t store_setting(struct remap_device *rd, const char *page, size_t count,
			     size_t offset)
{
	char word[16];
	u32 value;
	int ret;

	if (!is_value(page, count))
		return -EINVAL;
	ret = copy_word(word, sizeof(word), page);
	/* kstrtou32() would take a plus sign, too. */
	if (ret || !isdigit(*word) || kstrtou32(word, 10, &value))
		return -EINVAL;
	ret = remap_settings_change(rd, offset, value);
	return ret ?: count;
}

#define REMAP_ATTR_SETTING(_group, _name)					\
static ssize_t show_##_group##_##_name(struct remap_device *rd, char *page)	\
{										\
	return sysfs_emit(page, "%u\n", READ_ONCE(rd->settings._name));		\
}										\
static ssize_t store_##_group##_##_name(struct remap_device *rd,		\
					const char *page, size_t count)		\
{										\
	return store_setting(rd, page, count,					\
			     offsetof(struct dm_remap_settings, _name));	\
}										\
REMAP_ATTR(_group, _name)

/* Print the words of a choice, with the one in force in brackets. */
static ssize_t show_choice(char *page, const char * const *words, unsigned int nr,
			   unsigned int chosen)
{
	ssize_t sz = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		sz += sysfs_emit_at(page, sz, i == chosen ? "[%s]%c" : "%s%c", words[i],
				    i == nr - 1 ? '\n' : ' ');
	return sz;
}

/* Accept one of the words, or the whole line as show_choice() prints it. */
static int find_choice(const char *page, size_t count, const char * const *words,
		       unsigned int nr)
{
	char word[64], *line = (char *)__get_free_page(GFP_NOIO);
	int i, choice = -EINVAL;

	if (!line)
		return -ENOMEM;
	if (!is_value(page, count) || copy_word(word, sizeof(word), page))
		nr = 0;
	for (i = 0; i < nr; i++) {
		show_choice(line, words, nr, i);
		if (!strcmp(word, words[i]) || !strcmp(word, strim(line)))
			choice = i;
	}
	free_page((unsigned long)line);
	return choice;
}

#define REMAP_ATTR_CHOICE(_group, _name, _field, _words)			\
static ssize_t show_##_group##_##_name(struct remap_device *rd, char *page)	\
{										\
	return show_choice(page, _words, ARRAY_SIZE(_words),			\
			   READ_ONCE(rd->settings._field));			\
}										\
static ssize_t store_##_group##_##_name(struct remap_device *rd,		\
					const char *page, size_t count)		\
{										\
	int choice = find_choice(page, count, _words, ARRAY_SIZE(_words));	\
										\
	if (choice >= 0)							\
		choice = remap_settings_change(rd,				\
				offsetof(struct dm_remap_settings, _field), choice); \
	return choice ?: count;							\
}										\
REMAP_ATTR(_group, _name)

/* The device itself. */

REMAP_ATTR_RO(top, uuid, "%pU", &rd->store->uuid);
REMAP_ATTR_RO(top, main, "%u:%u", MAJOR(rd->main->bd_dev), MINOR(rd->main->bd_dev));
REMAP_ATTR_RO(top, block_size, "%u", rd->store->block_size);
REMAP_ATTR_RO(top, state, "%s", remap_state_name(remap_device_state(rd)));

static ssize_t show_top_main_id(struct remap_device *rd, char *page)
{
	char id[DM_REMAP_MAIN_ID_SIZE];

	remap_settings_get_main_id(rd, id);
	return sysfs_emit(page, "%s\n", id);
}

static ssize_t store_top_main_id(struct remap_device *rd, const char *page, size_t count)
{
	char id[DM_REMAP_MAIN_ID_SIZE], old[DM_REMAP_MAIN_ID_SIZE];
	int ret;

	if (!is_value(page, count) || copy_word(id, sizeof(id), page))
		return -EINVAL;
	/* The attribute accepts what it prints, even if that is an empty line. */
	remap_settings_get_main_id(rd, old);
	if (!*id && !*old)
		return count;
	if (!remap_main_id_valid(id))
		return -EINVAL;
	ret = remap_settings_set_main_id(rd, id);
	return ret ?: count;
}
REMAP_ATTR(top, main_id);

static struct configfs_attribute *top_attrs[] = {
	&top_attr_uuid,
	&top_attr_main,
	&top_attr_main_id,
	&top_attr_block_size,
	&top_attr_state,
	NULL
};

/* remaps/ */

static ssize_t write_remaps(struct remap_device *rd, const char *page, size_t count,
			    enum remap_admin_op op)
{
	size_t len = count;
	char *text;
	int ret;

	/* Leave an incomplete last line for the next write. */
	if (len == WRITE_MAX)
		while (len && page[len - 1] != '\n')
			len--;
	if (!len)
		return -EINVAL;
	text = kmemdup_nul(page, len, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = remap_admin_write(rd, text, len, op);
	kfree(text);
	return ret ?: len;
}

static ssize_t store_remaps_add(struct remap_device *rd, const char *page, size_t count)
{
	return write_remaps(rd, page, count, REMAP_ADD);
}
REMAP_ATTR_WO(remaps, add);

static ssize_t store_remaps_mark(struct remap_device *rd, const char *page, size_t count)
{
	return write_remaps(rd, page, count, REMAP_MARK);
}
REMAP_ATTR_WO(remaps, mark);

static ssize_t store_remaps_remove(struct remap_device *rd, const char *page, size_t count)
{
	return write_remaps(rd, page, count, REMAP_REMOVE);
}
REMAP_ATTR_WO(remaps, remove);

REMAP_ATTR_RO(remaps, count, "%u", READ_ONCE(rd->mapped));
REMAP_ATTR_RO(remaps, capacity, "%u", remap_slots_nr(&rd->slots));
REMAP_ATTR_RO(remaps, pending, "%u", READ_ONCE(rd->pending));

static ssize_t show_remaps_rate(struct remap_device *rd, char *page)
{
	u32 hour, day, month;

	mutex_lock(&rd->lock);
	remap_rate_get(rd, ktime_get_real_seconds(), &hour, &day, &month);
	mutex_unlock(&rd->lock);
	return sysfs_emit(page, "%u %u %u\n", hour, day, month);
}

REMAP_SHOW(remaps, rate)
CONFIGFS_ATTR_RO(remaps_, rate);

static struct configfs_attribute *remaps_attrs[] = {
	&remaps_attr_add,
	&remaps_attr_mark,
	&remaps_attr_remove,
	&remaps_attr_count,
	&remaps_attr_capacity,
	&remaps_attr_pending,
	&remaps_attr_rate,
	NULL
};

/* hash/ */

static u32 load_percent(const struct remap_table *t)
{
	return (u64)READ_ONCE(t->entries) * 100 / remap_table_buckets(t);
}

REMAP_ATTR_RO(hash, buckets, "%u", remap_table_buckets(&rd->table));
REMAP_ATTR_RO(hash, entries, "%u", remap_table_entries(&rd->table));
REMAP_ATTR_RO(hash, load_percent, "%u", load_percent(&rd->table));

/* It walks the whole table, so only root may read it. */
static ssize_t show_hash_longest_chain(struct remap_device *rd, char *page)
{
	return sysfs_emit(page, "%u\n", remap_table_longest_chain(&rd->table));
}

REMAP_SHOW(hash, longest_chain)

static struct configfs_attribute hash_attr_longest_chain = {
	.ca_name	= "longest_chain",
	.ca_mode	= 0400,
	.ca_owner	= THIS_MODULE,
	.show		= hash_longest_chain_show,
};

REMAP_ATTR_RO(hash, grows, "%llu", remap_table_grows(&rd->table));
REMAP_ATTR_RO(hash, shrinks, "%llu", remap_table_shrinks(&rd->table));
REMAP_ATTR_SETTING(hash, min_buckets);
REMAP_ATTR_SETTING(hash, grow_percent);
REMAP_ATTR_SETTING(hash, shrink_percent);

static const char * const hash_policy_words[] = {
	[REMAP_HASH_FIXED]	= "fixed",
	[REMAP_HASH_ADAPTIVE]	= "adaptive",
};

REMAP_ATTR_CHOICE(hash, policy, hash_policy, hash_policy_words);
REMAP_ATTR_SETTING(hash, resize_threads);

static ssize_t show_hash_history(struct remap_device *rd, char *page)
{
	const struct remap_table *t = &rd->table;
	ssize_t sz = 0;
	u64 i, nr;

	mutex_lock(&rd->lock);
	nr = t->grows + t->shrinks;
	for (i = nr; i > 0 && nr - i < DM_REMAP_HISTORY; i--) {
		const struct dm_remap_resize *r = &t->history[(i - 1) % DM_REMAP_HISTORY];

		sz += sysfs_emit_at(page, sz, "%llu %u %u %u %llu\n",
				    div_u64(r->started_ns, NSEC_PER_SEC), r->from, r->to,
				    r->entries, r->duration_ns);
	}
	mutex_unlock(&rd->lock);
	return sz;
}

REMAP_SHOW(hash, history)
CONFIGFS_ATTR_RO(hash_, history);

static struct configfs_attribute *hash_attrs[] = {
	&hash_attr_buckets,
	&hash_attr_entries,
	&hash_attr_load_percent,
	&hash_attr_longest_chain,
	&hash_attr_grows,
	&hash_attr_shrinks,
	&hash_attr_min_buckets,
	&hash_attr_grow_percent,
	&hash_attr_shrink_percent,
	&hash_attr_policy,
	&hash_attr_resize_threads,
	&hash_attr_history,
	NULL
};

/* spare/ */

static const char * const policy_words[] = {
	[REMAP_POLICY_LINEAR]	= "linear",
	[REMAP_POLICY_NEAR]	= "near",
	[REMAP_POLICY_SPREAD]	= "spread",
};

REMAP_ATTR_RO(spare, device, "%u:%u", MAJOR(rd->spare_bdev->bd_dev),
	      MINOR(rd->spare_bdev->bd_dev));
REMAP_ATTR_RO(spare, total, "%u", remap_slots_nr(&rd->slots));
REMAP_ATTR_RO(spare, used, "%u", remap_spare_used_blocks(&rd->spare));
REMAP_ATTR_RO(spare, free, "%u", remap_spare_free_blocks(&rd->spare));
REMAP_ATTR_RO(spare, bad, "%u", remap_spare_bad_blocks(&rd->spare));
REMAP_ATTR_CHOICE(spare, policy, policy, policy_words);
REMAP_ATTR_SETTING(spare, reserve);
REMAP_ATTR_SETTING(spare, low_water);

static struct configfs_attribute *spare_attrs[] = {
	&spare_attr_device,
	&spare_attr_total,
	&spare_attr_used,
	&spare_attr_free,
	&spare_attr_bad,
	&spare_attr_policy,
	&spare_attr_reserve,
	&spare_attr_low_water,
	NULL
};

/* errors/ */

static const char * const on_read_error_words[] = { "fail", "zero" };

static const char * const verify_words[] = {
	[REMAP_VERIFY_OFF]	= "off",
	[REMAP_VERIFY_REMAPPED]	= "remapped",
	[REMAP_VERIFY_ALL]	= "all",
};

REMAP_ATTR_SETTING(errors, auto_remap);
REMAP_ATTR_CHOICE(errors, on_read_error, on_read_error, on_read_error_words);
REMAP_ATTR_SETTING(errors, retries);
REMAP_ATTR_SETTING(errors, retry_within_ms);
REMAP_ATTR_SETTING(errors, pending_retry_ms);
REMAP_ATTR_SETTING(errors, slow_ms);
REMAP_ATTR_SETTING(errors, slow_limit);
REMAP_ATTR_CHOICE(errors, verify_writes, verify_writes, verify_words);
REMAP_ATTR_SETTING(errors, neighbours);
REMAP_ATTR_SETTING(errors, first_rewrite);
REMAP_ATTR_SETTING(errors, storm_limit);
REMAP_ATTR_SETTING(errors, rate_warn);
REMAP_ATTR_SETTING(errors, rate_urgent);

/* Files that accept only a 1. */
static bool is_one(const char *page, size_t count)
{
	char word[4];

	return is_value(page, count) && !copy_word(word, sizeof(word), page) &&
	       !strcmp(word, "1");
}

static ssize_t store_errors_resume(struct remap_device *rd, const char *page, size_t count)
{
	int ret;

	if (!is_one(page, count))
		return -EINVAL;
	ret = remap_admin_resume_remaps(rd);
	return ret ?: count;
}
REMAP_ATTR_WO(errors, resume);

static struct configfs_attribute *errors_attrs[] = {
	&errors_attr_auto_remap,
	&errors_attr_on_read_error,
	&errors_attr_retries,
	&errors_attr_retry_within_ms,
	&errors_attr_pending_retry_ms,
	&errors_attr_slow_ms,
	&errors_attr_slow_limit,
	&errors_attr_verify_writes,
	&errors_attr_neighbours,
	&errors_attr_first_rewrite,
	&errors_attr_storm_limit,
	&errors_attr_rate_warn,
	&errors_attr_rate_urgent,
	&errors_attr_resume,
	NULL
};

/* scrub/ */

static const char * const scrub_states[] = {
	[DM_REMAP_SCRUB_IDLE]		= "idle",
	[DM_REMAP_SCRUB_RUNNING]	= "running",
	[DM_REMAP_SCRUB_PAUSED]		= "paused",
};

static const char * const scrub_orders[REMAP_NR_SCRUB_ORDERS] = {
	[REMAP_SCRUB_START]	= "start",
	[REMAP_SCRUB_PAUSE]	= "pause",
	[REMAP_SCRUB_RESUME]	= "resume",
	[REMAP_SCRUB_STOP]	= "stop",
};

REMAP_ATTR_RO(scrub, state, "%s", scrub_states[READ_ONCE(rd->saved.scrub.state)]);
REMAP_ATTR_RO(scrub, position, "%llu", READ_ONCE(rd->saved.scrub.position));

static ssize_t store_scrub_control(struct remap_device *rd, const char *page, size_t count)
{
	char word[16];
	int order, ret;

	if (!is_value(page, count) || copy_word(word, sizeof(word), page))
		return -EINVAL;
	order = match_string(scrub_orders, ARRAY_SIZE(scrub_orders), word);
	if (order < 0)
		return -EINVAL;
	ret = remap_scrub_control(rd, order);
	return ret ?: count;
}
REMAP_ATTR_WO(scrub, control);

static ssize_t show_scrub_rate_kib(struct remap_device *rd, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(rd->settings.scrub_rate_kib));
}

static ssize_t store_scrub_rate_kib(struct remap_device *rd, const char *page, size_t count)
{
	ssize_t ret = store_setting(rd, page, count,
				    offsetof(struct dm_remap_settings, scrub_rate_kib));

	if (ret > 0)
		remap_scrub_hurry(rd);
	return ret;
}
REMAP_ATTR(scrub, rate_kib);

static ssize_t show_scrub_region_mib(struct remap_device *rd, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(rd->settings.scrub_region_mib));
}

static ssize_t store_scrub_region_mib(struct remap_device *rd, const char *page, size_t count)
{
	return store_setting(rd, page, count,
			     offsetof(struct dm_remap_settings, scrub_region_mib));
}
REMAP_ATTR(scrub, region_mib);

static ssize_t show_scrub_last_result(struct remap_device *rd, char *page)
{
	const struct dm_remap_scrub *s = &rd->saved.scrub;
	ssize_t sz = 0;
	u32 i;

	mutex_lock(&rd->lock);
	for (i = 0; i < s->nr_runs; i++)
		sz += sysfs_emit_at(page, sz, "%llu %u %llu %u %u\n", s->runs[i].finished_s,
				    s->runs[i].duration_s, s->runs[i].sectors,
				    s->runs[i].moved, s->runs[i].pending);
	mutex_unlock(&rd->lock);
	return sz;
}

REMAP_SHOW(scrub, last_result)
CONFIGFS_ATTR_RO(scrub_, last_result);

static struct configfs_attribute *scrub_attrs[] = {
	&scrub_attr_state,
	&scrub_attr_control,
	&scrub_attr_position,
	&scrub_attr_rate_kib,
	&scrub_attr_region_mib,
	&scrub_attr_last_result,
	NULL
};

/* metadata/ */

static struct dm_remap_store_stat store_stat(struct remap_device *rd)
{
	struct dm_remap_store_stat stat;

	remap_store_stat(rd, &stat);
	return stat;
}

REMAP_ATTR_RO(metadata, state, "%s", remap_store_state_name(store_stat(rd).state));
REMAP_ATTR_RO(metadata, generation, "%llu", store_stat(rd).generation);
REMAP_ATTR_RO(metadata, replicas, "%u", store_stat(rd).replicas);
REMAP_ATTR_RO(metadata, repairs, "%llu", store_stat(rd).repairs);
REMAP_ATTR_RO(metadata, commits, "%llu", store_stat(rd).commits);

static ssize_t store_metadata_sync(struct remap_device *rd, const char *page, size_t count)
{
	int ret;

	if (!is_one(page, count))
		return -EINVAL;
	ret = remap_admin_sync(rd);
	return ret == -EIO ? -EROFS : ret ?: count;
}
REMAP_ATTR_WO(metadata, sync);

static struct configfs_attribute *metadata_attrs[] = {
	&metadata_attr_state,
	&metadata_attr_generation,
	&metadata_attr_replicas,
	&metadata_attr_repairs,
	&metadata_attr_commits,
	&metadata_attr_sync,
	NULL
};

/* The tree. */

static void free_tree(struct kref *ref)
{
	kfree(container_of(ref, struct remap_tree, ref));
}

static void release_group(struct config_item *item)
{
	struct remap_group *g = container_of(to_config_group(item), struct remap_group, group);

	kref_put(&g->tree->ref, free_tree);
}

static struct configfs_item_operations group_ops = {
	.release = release_group,
};

#define REMAP_GROUP(_name, _attrs)						\
	{ _name, { .ct_item_ops = &group_ops, .ct_attrs = _attrs, .ct_owner = THIS_MODULE } }

static const struct {
	const char *name;
	struct config_item_type type;
} group_types[NR_GROUPS] = {
	[GROUP_TOP]		= REMAP_GROUP(NULL, top_attrs),
	[GROUP_REMAPS]		= REMAP_GROUP("remaps", remaps_attrs),
	[GROUP_HASH]		= REMAP_GROUP("hash", hash_attrs),
	[GROUP_SPARE]		= REMAP_GROUP("spare", spare_attrs),
	[GROUP_ERRORS]		= REMAP_GROUP("errors", errors_attrs),
	[GROUP_SCRUB]		= REMAP_GROUP("scrub", scrub_attrs),
	[GROUP_METADATA]	= REMAP_GROUP("metadata", metadata_attrs),
};

static const struct config_item_type root_type = {
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem root = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "dm-remap",
			.ci_type = &root_type,
		},
	},
};

static void put_tree(struct remap_tree *tree)
{
	struct config_group *top = &tree->groups[GROUP_TOP].group;

	configfs_remove_default_groups(top);
	config_group_put(top);
}

struct remap_tree *remap_tree_add(struct remap_dirs *dirs, const char *name, bool persistent)
{
	unsigned int i, nr = persistent ? NR_GROUPS : GROUP_METADATA;
	struct remap_tree *tree = kzalloc(sizeof(*tree), GFP_KERNEL);

	if (!tree)
		return NULL;
	tree->dirs = dirs;
	for (i = 0; i < nr; i++) {
		struct remap_group *g = &tree->groups[i];

		g->tree = tree;
		config_group_init_type_name(&g->group, group_types[i].name ?: name,
					    &group_types[i].type);
		if (i == GROUP_TOP) {
			kref_init(&tree->ref);
		} else {
			kref_get(&tree->ref);
			configfs_add_default_group(&g->group, &tree->groups[GROUP_TOP].group);
		}
	}
	if (configfs_register_group(&root.su_group, &tree->groups[GROUP_TOP].group)) {
		put_tree(tree);
		return NULL;
	}
	return tree;
}

void remap_tree_remove(struct remap_tree *tree)
{
	configfs_unregister_group(&tree->groups[GROUP_TOP].group);
	put_tree(tree);
}

int remap_configfs_init(void)
{
	config_group_init(&root.su_group);
	mutex_init(&root.su_mutex);
	return configfs_register_subsystem(&root);
}

void remap_configfs_exit(void)
{
	configfs_unregister_subsystem(&root);
}
