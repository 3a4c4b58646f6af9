/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O issued by the device itself, one piece at a time, and the meaning of errors. All allocations
 * here are backed by a reserve.
 */
#ifndef _REMAP_IO_H
#define _REMAP_IO_H

#include <linux/bio.h>

#include <dm-remap/io.h>

struct remap_device;

/**
 * remap_medium_error() - whether an error can be a medium error.
 * @bdev: the device that reported it.
 * @status: the error.
 *
 * BLK_STS_MEDIUM is one. BLK_STS_IOERR may be one, since many drivers report nothing more
 * specific, but not on NVMe, whose driver uses BLK_STS_MEDIUM. Neither is one on a disk that is
 * gone or, for SCSI, offline: the last command that timed out may carry the disk's earlier sense
 * data. All other errors concern the transport or the request, and do not justify moving data.
 *
 * Context: any.
 * Return: true if it can be.
 */
bool remap_medium_error(const struct block_device *bdev, blk_status_t status);

/**
 * remap_rw_piece() - read or write a piece of a bio again.
 * @rd: the device.
 * @bio: the bio.
 * @piece: the piece: its position in the data and its size are used, but not its sector.
 * @bdev: the device.
 * @sector: where on @bdev.
 *
 * Context: process, may sleep.
 * Return: BLK_STS_OK or the error of the device.
 */
blk_status_t remap_rw_piece(struct remap_device *rd, struct bio *bio, struct bvec_iter piece,
			    struct block_device *bdev, sector_t sector);

/**
 * remap_read_sectors() - read all readable sectors of a block.
 * @rd: the device.
 * @bdev: the device to read from.
 * @sector: where on @bdev the block begins.
 * @buf: room for the block, memory from kmalloc().
 * @mask: the sectors to read, bit 0 the block's first; whole logical blocks.
 * @tries: attempts on each of the smallest pieces.
 * @whole: do not try pieces if a run of sectors cannot be read as a whole.
 * @bad: set to the sectors of @mask that cannot be read.
 *
 * Reads each run of sectors as a whole, once; if that fails, in the smallest pieces that can fail
 * alone, which on the main are physical blocks.
 *
 * Context: process, may sleep.
 * Return: BLK_STS_OK, or an error that is not a medium error.
 */
blk_status_t remap_read_sectors(struct remap_device *rd, struct block_device *bdev,
				sector_t sector, void *buf, u64 mask, unsigned int tries,
				bool whole, u64 *bad);

/**
 * remap_run_length() - number of consecutive set bits.
 * @mask: the bits.
 * @first: a set bit.
 *
 * Return: the number of set bits from @first on.
 */
unsigned int remap_run_length(u64 mask, unsigned int first);

/**
 * remap_copy_from_bio() - copy a piece of a bio's data to a buffer.
 * @buf: the destination.
 * @bio: a write; a write-zeroes, which has no data, counts as zeros.
 * @piece: the piece.
 *
 * Context: any.
 */
void remap_copy_from_bio(void *buf, struct bio *bio, struct bvec_iter piece);

/**
 * remap_copy_to_bio() - copy a buffer to a piece of a bio's data.
 * @bio: a read.
 * @piece: the piece.
 * @buf: the source.
 *
 * Context: any.
 */
void remap_copy_to_bio(struct bio *bio, struct bvec_iter piece, const void *buf);

/**
 * remap_sector_mask() - a mask of consecutive sectors.
 * @first: the first, 0 to 63.
 * @n: number of sectors, 1 to 64 - @first.
 *
 * Return: the mask.
 */
static inline u64 remap_sector_mask(unsigned int first, unsigned int n)
{
	return GENMASK_ULL(first + n - 1, first);
}

#endif /* _REMAP_IO_H */
