/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parses JSON from another program, without trusting its structure.
 */
#ifndef _DMREMAP_JSON_IN_H
#define _DMREMAP_JSON_IN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * json_in_parse() - parse a whole text.
 * @text: the text, terminated by NUL.
 * @size: length of the text.
 * @why: the error; set only on failure.
 *
 * Return: the value, or NULL; free it with json_object_put().
 */
struct json_object *json_in_parse(const char *text, size_t size, const char **why);

/* A member of an object, or NULL; @object may be NULL or of another type. */
struct json_object *json_in_get(struct json_object *object, const char *name);

/* The same for a path of names separated by dots. */
struct json_object *json_in_path(struct json_object *object, const char *path);

/**
 * json_in_number() - read the number at a path.
 * @object: the object at which the path begins.
 * @path: names separated by dots. It may also lead to an object with the number as its member
 *	"value".
 * @value: the number; unchanged if there is none, or if it is negative.
 *
 * Return: whether there is one.
 */
bool json_in_number(struct json_object *object, const char *path, uint64_t *value);

/* The string at a path, or NULL. */
const char *json_in_string(struct json_object *object, const char *path);

/* The array at a path, or NULL. */
struct json_object *json_in_array(struct json_object *object, const char *path);

#endif /* _DMREMAP_JSON_IN_H */
