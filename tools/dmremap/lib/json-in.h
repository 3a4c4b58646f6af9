/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON that another program has printed: nothing in it is taken for granted.
 */
#ifndef _DMREMAP_JSON_IN_H
#define _DMREMAP_JSON_IN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * json_in_parse() - parse a whole text.
 * @text: the text, with a zero at its end.
 * @size: bytes of it, without the zero.
 * @why: the error; set only on failure.
 *
 * Return: the value, for json_object_put(), or NULL.
 */
struct json_object *json_in_parse(const char *text, size_t size, const char **why);

/* The member of an object, or NULL; @object may be NULL or of another type. */
struct json_object *json_in_get(struct json_object *object, const char *name);

/* The same, following the names in @path, which dots separate. */
struct json_object *json_in_path(struct json_object *object, const char *path);

/**
 * json_in_number() - the number that a path leads to.
 * @object: where the path begins.
 * @path: names, separated by dots.  A number may also be in an object, as its "value".
 * @value: the number; unchanged if there is none, or a negative one.
 *
 * Return: whether there is one.
 */
bool json_in_number(struct json_object *object, const char *path, uint64_t *value);

/* The string that a path leads to, or NULL. */
const char *json_in_string(struct json_object *object, const char *path);

/* The array that a path leads to, or NULL. */
struct json_object *json_in_array(struct json_object *object, const char *path);

#endif /* _DMREMAP_JSON_IN_H */
