/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O that the core and the stores do themselves.
 */
#ifndef _DM_REMAP_IO_H
#define _DM_REMAP_IO_H

#include <linux/bio.h>
#include <linux/completion.h>

/**
 * dm_remap_rw() - read or write a buffer.
 * @bdev: the device.
 * @opf: REQ_OP_READ or REQ_OP_WRITE, and flags.
 * @sector: where on @bdev.
 * @buf: memory from kmalloc().
 * @sectors: how much.
 *
 * Waits for it; allocates nothing.  Exported to GPL modules in the symbol
 * namespace DM_REMAP.
 *
 * Context: process, may sleep.
 * Return: the status that the device gave.
 */
blk_status_t dm_remap_rw(struct block_device *bdev, blk_opf_t opf, sector_t sector,
			 void *buf, unsigned int sectors);

/**
 * struct dm_remap_read - a read under way.
 * @bio: the request.
 * @vec: its buffer.
 * @done: completed when it has ended.
 */
struct dm_remap_read {
	struct bio bio;
	struct bio_vec vec;
	struct completion done;
};

/**
 * dm_remap_read_begin() - start to read into a buffer.
 * @read: provided by the caller; must stay valid until dm_remap_read_end(), which must follow.
 * @bdev: the device.
 * @sector: where on @bdev.
 * @buf: memory from kmalloc(); must stay valid like @read.
 * @sectors: how much.
 *
 * Allocates nothing.  Exported to GPL modules in the symbol namespace DM_REMAP.
 *
 * Context: process, may sleep.
 */
void dm_remap_read_begin(struct dm_remap_read *read, struct block_device *bdev, sector_t sector,
			 void *buf, unsigned int sectors);

/**
 * dm_remap_read_end() - wait for a read.
 * @read: from dm_remap_read_begin().
 *
 * Context: process, may sleep.
 * Return: the status that the device gave.
 */
blk_status_t dm_remap_read_end(struct dm_remap_read *read);

#endif /* _DM_REMAP_IO_H */
