/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes of devices in configfs and sysfs. Only kernel.c knows these paths; for those of sets
 * see reassembly.h.
 */
#ifndef _DMREMAP_KERNEL_H
#define _DMREMAP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/file.h"

/* An attribute is at most a page long. */
#define KERNEL_TEXT_SIZE	FILE_TEXT_SIZE

/* Longest device-mapper name, including the NUL. */
#define KERNEL_NAME_SIZE	128

/* The tree that an attribute of a device is in. */
enum kernel_tree {
	TREE_CONFIG,	/* configfs, while the device exists */
	TREE_STATS,	/* sysfs, while the module dm_remap_stats is loaded as well */
};

/**
 * kernel_read_file() - read a small file of /sys or /proc.
 * @path: its path, without root_dir().
 * @text: takes %KERNEL_TEXT_SIZE bytes; the last newline is cut off.
 *
 * Return: as kernel_read().
 */
int kernel_read_file(const char *path, char *text);

/**
 * kernel_path() - path of an attribute.
 * @tree: in which tree.
 * @device: name of the device.
 * @attribute: path of the attribute in the tree; "" is the tree's directory itself.
 *
 * Return: the path, also for use in messages; it is valid until the next call.
 */
const char *kernel_path(enum kernel_tree tree, const char *device, const char *attribute);

/**
 * kernel_has() - whether an attribute exists.
 * @tree: in which tree.
 * @device: name of the device.
 * @attribute: path of the attribute in the tree; "" is the tree's directory itself.
 */
bool kernel_has(enum kernel_tree tree, const char *device, const char *attribute);

/**
 * kernel_read() - read an attribute.
 * @tree: in which tree.
 * @device: name of the device.
 * @attribute: path of the attribute in the tree.
 * @text: takes %KERNEL_TEXT_SIZE bytes; the last newline is cut off.
 *
 * Return: 0, or a negative error number: -EBADMSG if it is longer than a page or is not text;
 * -ENOENT if the attribute does not exist or has gone.
 */
int kernel_read(enum kernel_tree tree, const char *device, const char *attribute, char *text);

/**
 * kernel_write() - write an attribute.
 * @tree: in which tree.
 * @device: name of the device.
 * @attribute: path of the attribute in the tree.
 * @text: what to write; a newline is added.
 *
 * Return: 0 or a negative error number.
 */
int kernel_write(enum kernel_tree tree, const char *device, const char *attribute,
		 const char *text);

/**
 * kernel_write_lines() - write several lines to an attribute at once.
 * @tree: in which tree.
 * @device: name of the device.
 * @attribute: path of the attribute in the tree.
 * @text: the lines, at most a page.
 *
 * Return: 0 or a negative error number; -ENXIO if the attribute does not exist.
 */
int kernel_write_lines(enum kernel_tree tree, const char *device, const char *attribute,
		       const char *text);

/**
 * kernel_block_number() - read a numeric sysfs attribute of a block device.
 * @number: "MAJ:MIN" of the device.
 * @file: path in the directory of the device, such as "queue/logical_block_size".
 * @value: the number.
 *
 * Return: whether there is one.
 */
bool kernel_block_number(const char *number, const char *file, uint64_t *value);

/**
 * kernel_block_stacked() - whether a block device is stacked on others.
 * @number: "MAJ:MIN" of the device.
 * @partition: it is a partition, so the device that contains it is checked.
 */
bool kernel_block_stacked(const char *number, bool partition);

/**
 * kernel_devices() - list all dm-remap devices.
 * @names: a sorted array of names; the caller frees the names and the array.
 *
 * Prints an error on failure. It is not an error if the module is not loaded: then there are no
 * devices.
 *
 * Return: their number, or -1.
 */
int kernel_devices(char ***names);

#endif /* _DMREMAP_KERNEL_H */
