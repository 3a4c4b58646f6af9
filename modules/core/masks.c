// SPDX-License-Identifier: GPL-2.0
#include <linux/bitops.h>

#include "masks.h"

/*
 * The indices of a slot's two values. With 32-bit indices, slots from 2^31 on would wrap; the
 * module is for 64-bit machines only (Kbuild).
 */
static unsigned long index_of(u32 slot, unsigned int half)
{
	return (unsigned long)slot * 2 + half;
}

void remap_masks_init(struct remap_masks *m)
{
	xa_init(&m->masks);
	m->sectors = 0;
}

void remap_masks_exit(struct remap_masks *m)
{
	xa_destroy(&m->masks);
	m->sectors = 0;
}

static u32 get_half(struct remap_masks *m, u32 slot, unsigned int half)
{
	void *value = xa_load(&m->masks, index_of(slot, half));

	return value ? xa_to_value(value) : 0;
}

static int set_half(struct remap_masks *m, u32 slot, unsigned int half, u32 mask)
{
	if (!mask) {
		xa_erase(&m->masks, index_of(slot, half));
		return 0;
	}
	return xa_err(xa_store(&m->masks, index_of(slot, half), xa_mk_value(mask), GFP_NOIO));
}

u64 remap_masks_get(struct remap_masks *m, u32 slot)
{
	return get_half(m, slot, 0) | (u64)get_half(m, slot, 1) << 32;
}

int remap_masks_set(struct remap_masks *m, u32 slot, u64 mask)
{
	u64 old = remap_masks_get(m, slot);
	int ret;

	ret = set_half(m, slot, 0, lower_32_bits(mask));
	if (ret)
		return ret;
	ret = set_half(m, slot, 1, upper_32_bits(mask));
	if (ret) {
		/* Cannot fail: the old entry still exists. */
		set_half(m, slot, 0, lower_32_bits(old));
		return ret;
	}
	WRITE_ONCE(m->sectors, m->sectors + hweight64(mask) - hweight64(old));
	return 0;
}

int remap_masks_reserve(struct remap_masks *m, u32 slot)
{
	int ret = xa_reserve(&m->masks, index_of(slot, 0), GFP_NOIO);

	return ret ?: xa_reserve(&m->masks, index_of(slot, 1), GFP_NOIO);
}
