/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes that are read back (errors/verify_writes), for media that acknowledge writes and lose
 * them without an error.
 *
 * The data is written and compared from the caller's own memory, because the pages of a bio may
 * change while it is in flight. The device is flushed before it is read. That shows what a later
 * read will get, not that it came from the medium: a device may still answer from a cache of its
 * own.
 */
#ifndef _REMAP_VERIFY_H
#define _REMAP_VERIFY_H

#include "device.h"
#include "settings.h"

/**
 * remap_verifies() - whether writes are read back.
 * @rd: the device.
 * @spare: those to the spare; otherwise those to the main.
 *
 * Context: any.
 * Return: true if they are.
 */
static inline bool remap_verifies(const struct remap_device *rd, bool spare)
{
	u32 verify = READ_ONCE(rd->settings.verify_writes);

	return verify == REMAP_VERIFY_ALL || (spare && verify == REMAP_VERIFY_REMAPPED);
}

/**
 * remap_read_back() - flush a device, and read.
 * @bdev: the device.
 * @sector: where.
 * @buf: memory from kmalloc() or the page allocator.
 * @sectors: how much.
 *
 * Context: process, may sleep.
 * Return: BLK_STS_OK, or the error of the flush or of the read.
 */
blk_status_t remap_read_back(struct block_device *bdev, sector_t sector, void *buf,
			     unsigned int sectors);

/**
 * remap_report_lost_write() - a device has not kept a write.
 * @rd: the device.
 * @bdev: the main or the spare.
 * @sector: where.
 *
 * Context: process.
 */
void remap_report_lost_write(struct remap_device *rd, struct block_device *bdev, sector_t sector);

/**
 * remap_verify() - whether a device has kept a write.
 * @rd: the device.
 * @bdev: the main or the spare.
 * @sector: where.
 * @data: the data written.
 * @buf: room for as much.
 * @sectors: how much.
 *
 * Context: process, may sleep.
 * Return: BLK_STS_OK; BLK_STS_MEDIUM if it has not, or cannot be read; other errors
 * of the flush and the read.
 */
blk_status_t remap_verify(struct remap_device *rd, struct block_device *bdev, sector_t sector,
			  const void *data, void *buf, unsigned int sectors);

/**
 * remap_write_spare() - write to the spare, and verify it if that is wanted.
 * @rd: the device.
 * @opf: flags of the write.
 * @sector: where on the spare.
 * @data: memory from kmalloc().
 * @buf: room for as much.
 * @sectors: how much.
 *
 * Context: process, may sleep.
 * Return: BLK_STS_OK, or the error of the write or of remap_verify().
 */
blk_status_t remap_write_spare(struct remap_device *rd, blk_opf_t opf, sector_t sector,
			       void *data, void *buf, unsigned int sectors);

/**
 * remap_equal_blocks() - how much of a range is equal in two buffers.
 * @sector: its first sector, from the start of the target.
 * @block_sectors: sectors of a block.
 * @a: one buffer, with the range's data.
 * @b: the other buffer.
 * @bytes: its size, whole sectors.
 *
 * Context: any.
 * Return: the bytes before the first block of the range that differs, or @bytes.
 */
unsigned int remap_equal_blocks(sector_t sector, unsigned int block_sectors, const void *a,
				const void *b, unsigned int bytes);

#endif /* _REMAP_VERIFY_H */
