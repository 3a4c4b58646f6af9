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
 * @status: what it gave.
 *
 * BLK_STS_MEDIUM is; BLK_STS_IOERR may be, since many drivers know no other,
 * unless the disk is gone.  All else is about the way to the disk or about the
 * request, and no reason to move data.
 *
 * Context: any.
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
 */
blk_status_t remap_rw_piece(struct remap_device *rd, struct bio *bio, struct bvec_iter piece,
			    struct block_device *bdev, sector_t sector);

/**
 * remap_read_units() - read what can be read of a range.
 * @rd: the device.
 * @bdev: the device to read from.
 * @sector: where on @bdev; a multiple of @rd->unit.
 * @buf: memory from kmalloc().
 * @sectors: how much, at most 64; a multiple of @rd->unit.
 * @skip: sectors that are of no interest, bit 0 the first of the range.
 * @lost: set to the sectors, other than @skip, that cannot be read; they are
 *	zeros in @buf.
 *
 * Tries the range as a whole, then one logical block at a time, each as often
 * as the setting "retries" says.
 *
 * Context: process, may sleep.
 * Return: BLK_STS_OK, or an error that is not the medium's.
 */
blk_status_t remap_read_units(struct remap_device *rd, struct block_device *bdev,
			      sector_t sector, void *buf, unsigned int sectors,
			      u64 skip, u64 *lost);

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
 */
static inline u64 remap_sector_mask(unsigned int first, unsigned int n)
{
	return GENMASK_ULL(first + n - 1, first);
}

#endif /* _REMAP_IO_H */
