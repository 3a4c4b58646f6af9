// SPDX-License-Identifier: GPL-2.0
#include <linux/kmod.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include <dm-remap/namespace.h>

#include "store.h"

static LIST_HEAD(store_types);
static DEFINE_MUTEX(store_types_lock);

static struct dm_remap_store_type *find_type(const char *name)
{
	struct dm_remap_store_type *type;

	list_for_each_entry(type, &store_types, list)
		if (!strcmp(type->name, name))
			return type;
	return NULL;
}

int dm_remap_store_register(struct dm_remap_store_type *type)
{
	int ret = 0;

	mutex_lock(&store_types_lock);
	if (find_type(type->name))
		ret = -EEXIST;
	else
		list_add(&type->list, &store_types);
	mutex_unlock(&store_types_lock);
	return ret;
}
EXPORT_SYMBOL_NS_GPL(dm_remap_store_register, DM_REMAP_NS);

void dm_remap_store_unregister(struct dm_remap_store_type *type)
{
	mutex_lock(&store_types_lock);
	list_del(&type->list);
	mutex_unlock(&store_types_lock);
}
EXPORT_SYMBOL_NS_GPL(dm_remap_store_unregister, DM_REMAP_NS);

static struct dm_remap_store_type *get_type(const char *name)
{
	struct dm_remap_store_type *type;

	mutex_lock(&store_types_lock);
	type = find_type(name);
	if (type && !try_module_get(type->owner))
		type = NULL;
	mutex_unlock(&store_types_lock);
	return type;
}

int remap_store_open(const char *name, const struct dm_remap_store_params *params,
		     struct dm_remap_store **store, char **error)
{
	struct dm_remap_store_type *type = get_type(name);
	int ret;

	if (!type) {
		request_module("dm-remap-store-%s", name);
		type = get_type(name);
	}
	if (!type) {
		*error = "No module for persistent sets: load dm-remap-metadata, or say transient";
		return -EINVAL;
	}
	ret = type->open(params, store, error);
	if (ret)
		module_put(type->owner);
	return ret;
}

void remap_store_close(struct dm_remap_store *store, const struct dm_remap_saved *saved)
{
	struct module *owner = store->type->owner;

	store->type->close(store, saved);
	module_put(owner);
}

const char *remap_store_state_name(enum dm_remap_store_state state)
{
	static const char * const names[] = {
		[DM_REMAP_STORE_TRANSIENT]	= "transient",
		[DM_REMAP_STORE_CLEAN]		= "clean",
		[DM_REMAP_STORE_DEGRADED]	= "degraded",
		[DM_REMAP_STORE_FAILED]		= "failed",
	};

	return names[state];
}
