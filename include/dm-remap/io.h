/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O that the core and the stores do themselves.
 */
#ifndef _DM_REMAP_IO_H
#define _DM_REMAP_IO_H

#include <linux/bio.h>

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

#endif /* _DM_REMAP_IO_H */
