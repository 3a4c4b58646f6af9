// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "failures.h"

/**
 * struct remap_failure - a read that failed.
 * @rcu: frees it.
 * @when: in jiffies.
 * @mask: its sectors.
 */
struct remap_failure {
	struct rcu_head rcu;
	u64 when;
	u64 mask;
};

void remap_failures_init(struct remap_failures *f)
{
	xa_init(&f->slots);
}

void remap_failures_exit(struct remap_failures *f)
{
	struct remap_failure *entry;
	unsigned long slot;

	xa_for_each(&f->slots, slot, entry)
		kfree(entry);
	xa_destroy(&f->slots);
}

static void replace(struct remap_failures *f, u32 slot, struct remap_failure *new)
{
	struct remap_failure *old = xa_store(&f->slots, slot, new, GFP_NOIO | __GFP_NOWARN);

	if (xa_is_err(old))
		kfree_rcu(new, rcu);
	else if (old)
		kfree_rcu(old, rcu);
}

void remap_failures_note(struct remap_failures *f, u32 slot, u64 mask)
{
	struct remap_failure *new = kmalloc(sizeof(*new), GFP_NOIO | __GFP_NOWARN);

	if (!new)
		return;
	new->when = get_jiffies_64();
	new->mask = mask;
	replace(f, slot, new);
}

u64 remap_failures_get(struct remap_failures *f, u32 slot, unsigned int ms)
{
	const struct remap_failure *entry;
	u64 mask = 0;

	rcu_read_lock();
	entry = xa_load(&f->slots, slot);
	if (entry && (!ms || time_before64(get_jiffies_64(), entry->when + msecs_to_jiffies(ms))))
		mask = entry->mask;
	rcu_read_unlock();
	return mask;
}

void remap_failures_move(struct remap_failures *f, u32 from, u32 to)
{
	struct remap_failure *entry = xa_erase(&f->slots, from);

	if (entry)
		replace(f, to, entry);
}

void remap_failures_forget(struct remap_failures *f, u32 slot)
{
	struct remap_failure *old = xa_erase(&f->slots, slot);

	if (old)
		kfree_rcu(old, rcu);
}
