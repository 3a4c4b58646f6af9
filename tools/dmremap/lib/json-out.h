/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints JSON piece by piece, since a table may be larger than memory.
 *
 * The output is one object; each member is a value, or an array that is printed element by element.
 * In a string, a byte that is not UTF-8 becomes "\x" and two digits.
 */
#ifndef _DMREMAP_JSON_OUT_H
#define _DMREMAP_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;

void json_out_begin(void);
void json_out_end(void);

/* Print a member and free @value. */
void json_out_member(const char *name, struct json_object *value);

void json_out_array(const char *name);
void json_out_array_end(void);

/* Print an element of the array and free @value. */
void json_out_element(struct json_object *value);

/* Add members to an object in memory. */
void json_add_number(struct json_object *object, const char *name, uint64_t value);
void json_add_string(struct json_object *object, const char *name, const char *value);
void json_add_flag(struct json_object *object, const char *name, bool value);

#endif /* _DMREMAP_JSON_OUT_H */
