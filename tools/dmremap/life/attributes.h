/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The settings of an active device: the files of its directory in configfs that can be
 * read and written.  The kernel says which these are, so that a newer one may have more.
 */
#ifndef _DMREMAP_ATTRIBUTES_H
#define _DMREMAP_ATTRIBUTES_H

#include <stdbool.h>

#include "kernel/kernel.h"

/* Longest path of an attribute in the directory, including the NUL. */
#define ATTRIBUTE_SIZE	128

/**
 * struct attributes - some of them.
 * @path: their paths, in order.
 * @nr: number of entries.
 */
struct attributes {
	char (*path)[ATTRIBUTE_SIZE];
	int nr;
};

/**
 * attributes_list() - find all settings.
 * @attributes: filled in; the caller frees it.
 * @device: name of the device.
 */
void attributes_list(struct attributes *attributes, const char *device);

void attributes_free(struct attributes *attributes);

/* Whether a setting is among them. */
bool attributes_have(const struct attributes *attributes, const char *path);

/**
 * attribute_exists() - whether there is an attribute, be it a setting or not.
 * @device: name of the device.
 * @path: what somebody gave.
 */
bool attribute_exists(const char *device, const char *path);

/**
 * attribute_why() - what an error of the kernel means when an attribute is written.
 * @error: the negative error number.
 */
const char *attribute_why(int error);

#endif /* _DMREMAP_ATTRIBUTES_H */
