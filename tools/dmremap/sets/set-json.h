/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON output of sets.
 */
#ifndef _DMREMAP_SET_JSON_H
#define _DMREMAP_SET_JSON_H

#include "sets/reassembly.h"

struct json_object;

/**
 * set_json() - convert a set of the module to JSON.
 * @set: the set.
 *
 * Return: an object with name, uuid, state, main and spare.
 */
struct json_object *set_json(const struct known_set *set);

/* Add a string, or null if it is NULL or empty. */
void json_add_text(struct json_object *object, const char *name, const char *text);

/* Add the path of the device with this number, or null if there is none. */
void json_add_device(struct json_object *object, const char *name, const char *number);

#endif /* _DMREMAP_SET_JSON_H */
