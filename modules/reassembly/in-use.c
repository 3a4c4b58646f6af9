// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>

#include <dm-remap/sets.h>

#include "in-use.h"

/* What a device is to a set; the values of the xarray. */
enum { BELOW = 1, ABOVE };

struct loading {
	struct reassembly_in_use *use;
	int ret;
};

static int note(struct reassembly_in_use *use, dev_t dev, unsigned long what)
{
	return xa_err(xa_store(&use->devs, dev, xa_mk_value(what), GFP_KERNEL));
}

static int make_room(struct reassembly_in_use *use)
{
	unsigned int room = use->room ? 2 * use->room : 16;
	struct dm_remap_set *sets;

	if (use->nr < use->room)
		return 0;
	sets = kvmalloc_array(room, sizeof(*sets), GFP_KERNEL);
	if (!sets)
		return -ENOMEM;
	if (use->nr)
		memcpy(sets, use->sets, use->nr * sizeof(*sets));
	kvfree(use->sets);
	use->sets = sets;
	use->room = room;
	return 0;
}

static bool add(void *context, const struct dm_remap_set *set)
{
	struct loading *loading = context;
	struct reassembly_in_use *use = loading->use;

	loading->ret = make_room(use);
	if (loading->ret)
		return false;
	use->sets[use->nr++] = *set;
	loading->ret = note(use, set->main, BELOW) ?: note(use, set->spare, BELOW) ?:
		       note(use, set->device, ABOVE);
	return !loading->ret;
}

int reassembly_in_use_load(struct reassembly_in_use *use)
{
	struct loading loading = { .use = use };

	*use = (struct reassembly_in_use) { };
	xa_init(&use->devs);
	dm_remap_iterate_sets(add, &loading);
	return loading.ret;
}

void reassembly_in_use_free(struct reassembly_in_use *use)
{
	xa_destroy(&use->devs);
	kvfree(use->sets);
}

bool reassembly_in_use(struct reassembly_in_use *use, dev_t dev)
{
	return xa_load(&use->devs, dev);
}

bool reassembly_is_above(struct reassembly_in_use *use, dev_t dev)
{
	return xa_load(&use->devs, dev) == xa_mk_value(ABOVE);
}

const struct dm_remap_set *reassembly_in_use_find(const struct reassembly_in_use *use,
						  const uuid_t *uuid)
{
	unsigned int i;

	/* A transient set may have been given any uuid. */
	for (i = 0; i < use->nr; i++)
		if (use->sets[i].persistent && uuid_equal(&use->sets[i].uuid, uuid))
			return &use->sets[i];
	return NULL;
}
