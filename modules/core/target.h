/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A target: what belongs to one loaded table.
 */
#ifndef _REMAP_TARGET_H
#define _REMAP_TARGET_H

#include <linux/device-mapper.h>

#include "args.h"

struct remap_device;
struct remap_regions;

/**
 * struct remap_target - a target.
 * @rd: its device.
 * @main: the main.
 * @main_start: sector of @main at which the target begins.
 * @slow_path_opf: flags of bios that remap_map() has to look at more closely.
 * @main_dev: the main, open.
 * @spare_dev: the spare, open.
 * @args: its table line; @args.read_only is also set if the table is read-only.
 * @resumed: its first resume has begun.
 * @in_force: its first resume has succeeded.
 * @kept: the device whose remaps kept this target from being resumed, or NULL.
 * @kept_main: its main, open.
 * @kept_spare: its spare, open.
 * @regions: for its length; once the device uses them, those that they have replaced.
 */
struct remap_target {
	struct remap_device *rd;
	struct block_device *main;
	sector_t main_start;
	blk_opf_t slow_path_opf;
	struct dm_dev *main_dev;
	struct dm_dev *spare_dev;
	struct remap_args args;
	bool resumed;
	bool in_force;
	struct remap_device *kept;
	struct dm_dev *kept_main;
	struct dm_dev *kept_spare;
	struct remap_regions *regions;
};

extern struct target_type remap_target_type;

#endif /* _REMAP_TARGET_H */
