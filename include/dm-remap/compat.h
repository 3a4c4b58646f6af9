/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lets one source be compiled for kernels from 6.1 on.
 *
 * For each difference modules/compat.mk compiles a line of code, and defines DM_REMAP_HAVE_<WHAT>
 * if that succeeds. So backports to stable and distribution kernels are detected, and no version
 * numbers are compared.
 */
#ifndef _DM_REMAP_COMPAT_H
#define _DM_REMAP_COMPAT_H

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/types.h>

#include <dm-remap/namespace.h>

#ifdef DM_REMAP_HAVE_BLK_MODE_T
typedef blk_mode_t dm_remap_mode_t;
#define DM_REMAP_MODE_READ	BLK_OPEN_READ
#define DM_REMAP_MODE_WRITE	BLK_OPEN_WRITE
#else
typedef fmode_t dm_remap_mode_t;
#define DM_REMAP_MODE_READ	FMODE_READ
#define DM_REMAP_MODE_WRITE	FMODE_WRITE
#endif

/* The field of struct bvec_iter that has how much of the current segment is done. */
#ifdef DM_REMAP_HAVE_BVEC_OFFSET
#define DM_REMAP_BVEC_DONE	bi_offset
#else
#define DM_REMAP_BVEC_DONE	bi_bvec_done
#endif

/**
 * struct dm_remap_bdev - a block device opened for reading.
 * @bdev: the device.
 * @file: the kernel's handle for it, where it has one.
 */
struct dm_remap_bdev {
	struct block_device *bdev;
#ifdef DM_REMAP_HAVE_BDEV_FILE
	struct file *file;
#endif
};

/**
 * dm_remap_bdev_open() - open a block device for reading, even if it is in use.
 * @handle: filled in.
 * @dev: its number.
 *
 * Context: process, may sleep.
 * Return: 0, -errno.
 */
static inline int dm_remap_bdev_open(struct dm_remap_bdev *handle, dev_t dev)
{
#ifdef DM_REMAP_HAVE_BDEV_FILE
	handle->file = bdev_file_open_by_dev(dev, BLK_OPEN_READ, NULL, NULL);
	if (IS_ERR(handle->file))
		return PTR_ERR(handle->file);
	handle->bdev = file_bdev(handle->file);
#else
	handle->bdev = blkdev_get_by_dev(dev, FMODE_READ, NULL);
	if (IS_ERR(handle->bdev))
		return PTR_ERR(handle->bdev);
#endif
	return 0;
}

/**
 * dm_remap_bdev_close() - close a block device.
 * @handle: from dm_remap_bdev_open().
 *
 * Context: process, may sleep.
 */
static inline void dm_remap_bdev_close(struct dm_remap_bdev *handle)
{
#ifdef DM_REMAP_HAVE_BDEV_FILE
	bdev_fput(handle->file);
#else
	blkdev_put(handle->bdev, FMODE_READ);
#endif
}

#endif /* _DM_REMAP_COMPAT_H */
