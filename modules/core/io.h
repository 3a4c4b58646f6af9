/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O that the device does itself, one piece at a time, and what its errors
 * mean.  Nothing here allocates memory without a reserve.
 */
#ifndef _REMAP_IO_H
#define _REMAP_IO_H

#include <linux/bio.h>

#include <dm-remap/io.h>

struct remap_device;

/**
 * remap_medium_error() - whether an error can be the medium's.
 * @bdev: the device that gave it.
 * @status: its result.
 *
 * BLK_STS_MEDIUM can.  So can BLK_STS_IOERR, since many drivers know no other; but not on
 * NVMe, whose driver says BLK_STS_MEDIUM when it means it.  Neither can on a disk that is gone
 * or, for SCSI, offline: the last command that timed out may carry what the disk has said
 * before.  All else is about the way to the disk or about the request, and no reason to move
 * data.
 *
 * Context: any.
 * Return: true if it is the medium's.
 */
bool remap_medium_error(const struct block_device *bdev, blk_status_t status);

/**
 * remap_rw_piece() - read or write a piece of a bio again.
 * @rd: the device.
 * @bio: the bio.
 * @piece: the piece: its place in the data and its size; not its sector.
 * @bdev: the device.
 * @sector: where on @bdev.
 *
 * Context: process, may sleep.
 * Return: BLK_STS_OK or the error of the device.
 */
blk_status_t remap_rw_piece(struct remap_device *rd, struct bio *bio, struct bvec_iter piece,
			    struct block_device *bdev, sector_t sector);

/**
 * remap_read_sectors() - read what can be read of a block.
 * @rd: the device.
 * @bdev: the device to read from.
 * @sector: where on @bdev the block begins.
 * @buf: room for the block, memory from kmalloc().
 * @mask: the sectors to read, bit 0 the block's first; whole logical blocks.
 * @tries: attempts on each of the smallest pieces.
 * @whole: it is enough to know that a run of sectors cannot be read as a whole.
 * @bad: set to the sectors of @mask that cannot be read.
 *
 * Reads each run of sectors as a whole, once; where that fails, in pieces that may fail
 * alone: of the main, its physical blocks.
 *
 * Context: process, may sleep.
 * Return: BLK_STS_OK, or an error that is not the medium's.
 */
blk_status_t remap_read_sectors(struct remap_device *rd, struct block_device *bdev,
				sector_t sector, void *buf, u64 mask, unsigned int tries,
				bool whole, u64 *bad);

/**
 * remap_run_length() - consecutive bits that are set.
 * @mask: the bits.
 * @first: one that is set.
 *
 * Return: how many there are from @first on.
 */
unsigned int remap_run_length(u64 mask, unsigned int first);

/**
 * remap_copy_from_bio() - take a piece of a bio's data.
 * @buf: where to.
 * @bio: a bio that writes; one without data, a write-zeroes, counts as zeros.
 * @piece: the piece.
 *
 * Context: any.
 */
void remap_copy_from_bio(void *buf, struct bio *bio, struct bvec_iter piece);

/**
 * remap_copy_to_bio() - fill in a piece of a bio's data.
 * @bio: a bio that reads.
 * @piece: the piece.
 * @buf: where from.
 *
 * Context: any.
 */
void remap_copy_to_bio(struct bio *bio, struct bvec_iter piece, const void *buf);

/**
 * remap_sector_mask() - a mask of consecutive sectors.
 * @first: the first, 0 to 63.
 * @n: how many, 1 to 64 - @first.
 *
 * Return: the mask.
 */
static inline u64 remap_sector_mask(unsigned int first, unsigned int n)
{
	return GENMASK_ULL(first + n - 1, first);
}

#endif /* _REMAP_IO_H */
