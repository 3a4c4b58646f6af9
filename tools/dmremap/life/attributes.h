/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The settings of an active device: the readable and writable files in its configfs directory. The
 * list comes from the kernel, so newer modules may have more.
 */
#ifndef _DMREMAP_ATTRIBUTES_H
#define _DMREMAP_ATTRIBUTES_H

#include <stdbool.h>

#include "kernel/kernel.h"

/* Longest path of an attribute in the directory, including the NUL. */
#define ATTRIBUTE_SIZE	128

/**
 * struct attributes - a list of settings.
 * @path: their paths, sorted.
 * @nr: number of entries.
 */
struct attributes {
	char (*path)[ATTRIBUTE_SIZE];
	int nr;
};

/**
 * attributes_list() - list all settings.
 * @attributes: filled in; the caller frees it.
 * @device: name of the device.
 */
void attributes_list(struct attributes *attributes, const char *device);

void attributes_free(struct attributes *attributes);

/* Whether the list contains a setting. */
bool attributes_have(const struct attributes *attributes, const char *path);

/**
 * attribute_exists() - whether an attribute exists, setting or not.
 * @device: name of the device.
 * @path: the path given by the user.
 */
bool attribute_exists(const char *device, const char *path);

/**
 * attribute_why() - explain an error of writing an attribute.
 * @error: the negative error number.
 */
const char *attribute_why(int error);

#endif /* _DMREMAP_ATTRIBUTES_H */
