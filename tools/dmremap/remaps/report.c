// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <stdio.h>

#include "lib/json-out.h"
#include "remaps/report.h"

static uint64_t first(const struct volume *volume, const struct range *range)
{
	return range->start * volume_block_sectors(volume);
}

static uint64_t count(const struct volume *volume, const struct range *range)
{
	return (range->end - range->start) * volume_block_sectors(volume);
}

void report_ranges(const struct volume *volume, const struct ranges *blocks)
{
	const struct range *range = blocks->range, *end = range + blocks->nr;

	for (; range < end; range++)
		printf("%llu %llu\n", (unsigned long long)first(volume, range),
		       (unsigned long long)count(volume, range));
}

void report_ranges_json(const struct volume *volume, const struct ranges *blocks)
{
	const struct range *range = blocks->range, *end = range + blocks->nr;
	struct json_object *object;

	json_out_array("ranges");
	for (; range < end; range++) {
		object = json_object_new_object();
		json_add_number(object, "sector", first(volume, range));
		json_add_number(object, "sectors", count(volume, range));
		json_out_element(object);
	}
	json_out_array_end();
}

void report_number_json(const char *name, uint64_t value)
{
	json_out_member(name, json_object_new_uint64(value));
}
