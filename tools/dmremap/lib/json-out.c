// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <stdio.h>

#include "lib/encode.h"
#include "lib/json-out.h"

static const char *separator;

/*
 * JSON is UTF-8, and names of files, what disks say of themselves and lines of the log need not be.
 * Bytes that are not UTF-8 can only be in strings.
 */
static void put(const char *json)
{
	const char *from = json;
	size_t size;

	for (; *json; json += size ? size : 1) {
		size = text_utf8_size(json);
		if (size)
			continue;
		fwrite(from, json - from, 1, stdout);
		printf("\\\\x%02x", (unsigned char)*json);
		from = json + 1;
	}
	fputs(from, stdout);
}

static void print(struct json_object *value)
{
	put(json_object_to_json_string_ext(value, JSON_C_TO_STRING_SPACED |
					   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

static void print_name(const char *name)
{
	printf("%s  \"%s\": ", separator, name);
	separator = ",\n";
}

void json_out_begin(void)
{
	separator = "{\n";
}

void json_out_end(void)
{
	puts("\n}");
}

void json_out_member(const char *name, struct json_object *value)
{
	print_name(name);
	print(value);
}

void json_out_array(const char *name)
{
	print_name(name);
	putchar('[');
	separator = "\n";
}

void json_out_element(struct json_object *value)
{
	printf("%s    ", separator);
	separator = ",\n";
	print(value);
}

void json_out_array_end(void)
{
	fputs("\n  ]", stdout);
	separator = ",\n";
}

void json_add_number(struct json_object *object, const char *name, uint64_t value)
{
	json_object_object_add(object, name, json_object_new_uint64(value));
}

void json_add_string(struct json_object *object, const char *name, const char *value)
{
	json_object_object_add(object, name, json_object_new_string(value));
}

void json_add_flag(struct json_object *object, const char *name, bool value)
{
	json_object_object_add(object, name, json_object_new_boolean(value));
}
