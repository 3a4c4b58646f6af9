/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes of devices in configfs and sysfs.  No other file has
 * these paths; reassembly.h has those of sets.
 */
#ifndef _DMREMAP_KERNEL_H
#define _DMREMAP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/file.h"

/* An attribute is not longer than a page. */
#define KERNEL_TEXT_SIZE	FILE_TEXT_SIZE

/* Longest name of a device, as device-mapper has it, with the zero at its end. */
#define KERNEL_NAME_SIZE	128

/* Where an attribute of a device is. */
enum kernel_tree {
	TREE_CONFIG,	/* configfs, while the device is there */
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
 * kernel_path() - where an attribute is.
 * @tree: in which tree.
 * @device: name of the device.
 * @attribute: path of the attribute in the tree; "" is the tree's directory itself.
 *
 * Return: the path, for messages too; it is valid until the next call.
 */
const char *kernel_path(enum kernel_tree tree, const char *device, const char *attribute);

/**
 * kernel_has() - whether there is such an attribute.
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
 * Return: 0, or a negative error number: -EBADMSG if it is not a text of at most a page; -ENOENT if
 * there is no such attribute, or it has gone.
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
 * kernel_write_lines() - write lines into an attribute that takes them.
 * @tree: in which tree.
 * @device: name of the device.
 * @attribute: path of the attribute in the tree.
 * @text: the lines, no more than a page, written at once.
 *
 * Return: 0 or a negative error number; -ENXIO if there is no such attribute.
 */
int kernel_write_lines(enum kernel_tree tree, const char *device, const char *attribute,
		       const char *text);

/**
 * kernel_block_number() - a number that sysfs has of a block device.
 * @number: "MAJ:MIN" of the device.
 * @file: where it is in the directory of the device, as "queue/logical_block_size".
 * @value: the number.
 *
 * Return: whether there is one.
 */
bool kernel_block_number(const char *number, const char *file, uint64_t *value);

/**
 * kernel_block_stacked() - whether a block device is made of others.
 * @number: "MAJ:MIN" of the device.
 * @partition: it is a partition, and it is the device which it is a part of that counts.
 */
bool kernel_block_stacked(const char *number, bool partition);

/**
 * kernel_devices() - find the devices there are.
 * @names: an array of names, in order, each of them and it to be freed.
 *
 * Prints an error on failure.  That the module is not loaded
 * is not an error: there are no devices then.
 *
 * Return: how many there are, or -1.
 */
int kernel_devices(char ***names);

#endif /* _DMREMAP_KERNEL_H */
