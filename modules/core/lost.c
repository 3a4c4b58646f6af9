// SPDX-License-Identifier: GPL-2.0
#include <linux/bitops.h>

#include "lost.h"

/*
 * The indices of a slot's two values.  On a machine with 32 bit indices slots
 * from 2^31 on would wrap; the module is for 64 bit machines (Kbuild).
 */
static unsigned long index_of(u32 slot, unsigned int half)
{
	return (unsigned long)slot * 2 + half;
}

void remap_lost_init(struct remap_lost *lost)
{
	xa_init(&lost->masks);
	lost->sectors = 0;
}

void remap_lost_exit(struct remap_lost *lost)
{
	xa_destroy(&lost->masks);
	lost->sectors = 0;
}

static u32 get_half(struct remap_lost *lost, u32 slot, unsigned int half)
{
	void *value = xa_load(&lost->masks, index_of(slot, half));

	return value ? xa_to_value(value) : 0;
}

static int set_half(struct remap_lost *lost, u32 slot, unsigned int half, u32 mask)
{
	if (!mask) {
		xa_erase(&lost->masks, index_of(slot, half));
		return 0;
	}
	return xa_err(xa_store(&lost->masks, index_of(slot, half), xa_mk_value(mask), GFP_NOIO));
}

u64 remap_lost_get(struct remap_lost *lost, u32 slot)
{
	return get_half(lost, slot, 0) | (u64)get_half(lost, slot, 1) << 32;
}

int remap_lost_set(struct remap_lost *lost, u32 slot, u64 mask)
{
	u64 old = remap_lost_get(lost, slot);
	int ret;

	ret = set_half(lost, slot, 0, lower_32_bits(mask));
	if (ret)
		return ret;
	ret = set_half(lost, slot, 1, upper_32_bits(mask));
	if (ret) {
		/* What was there before has its place still. */
		set_half(lost, slot, 0, lower_32_bits(old));
		return ret;
	}
	WRITE_ONCE(lost->sectors, lost->sectors + hweight64(mask) - hweight64(old));
	return 0;
}
