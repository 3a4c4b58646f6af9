/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The superblock as names and values, for both forms of output.
 */
#ifndef _DMREMAP_FIELDS_H
#define _DMREMAP_FIELDS_H

#include <stdio.h>

#include "disk/set.h"

/* A byte of main_id may take four characters. */
#define FIELD_TEXT_SIZE	(4 * DM_REMAP_MAIN_ID_SIZE)

/**
 * struct field - a name and a value.
 * @name: its name.
 * @text: the value as text.
 * @is_number: it is a number, in @number as well.
 * @number: the value, if it is a number.
 */
struct field {
	const char *name;
	char text[FIELD_TEXT_SIZE];
	bool is_number;
	uint64_t number;
};

typedef void field_fn(void *context, const struct field *field);

/* Call @fn for each field of the superblock that counts, but the following. */
void fields_of_set(const struct set *set, field_fn *fn, void *context);

/* Call @fn for each setting that is in it. */
void fields_of_settings(const struct set *set, field_fn *fn, void *context);

/* Call @fn for each field of resize @i of the hash table. */
void fields_of_resize(const struct set *set, unsigned int i, field_fn *fn, void *context);

#endif /* _DMREMAP_FIELDS_H */
