/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The superblock as names and values, for both output formats.
 */
#ifndef _DMREMAP_FIELDS_H
#define _DMREMAP_FIELDS_H

#include <stdio.h>

#include "disk/set.h"

/* A byte of main_id takes up to four characters. */
#define FIELD_TEXT_SIZE	(4 * DM_REMAP_MAIN_ID_SIZE)

/**
 * struct field - a name and a value.
 * @name: its name.
 * @text: the value as text.
 * @is_number: the value is a number, and also in @number.
 * @number: the value, if it is a number.
 */
struct field {
	const char *name;
	char text[FIELD_TEXT_SIZE];
	bool is_number;
	uint64_t number;
};

typedef void field_fn(void *context, const struct field *field);

/* Call @fn for each field of the valid superblock except those below. */
void fields_of_set(const struct set *set, field_fn *fn, void *context);

/* Call @fn for each stored setting. */
void fields_of_settings(const struct set *set, field_fn *fn, void *context);

/* Call @fn for each field of entry @i in the resize history. */
void fields_of_resize(const struct set *set, unsigned int i, field_fn *fn, void *context);

#endif /* _DMREMAP_FIELDS_H */
