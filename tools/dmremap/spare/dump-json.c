// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <json-c/json.h>

#include "kernel/remap-list.h"
#include "lib/json-out.h"
#include "spare/dump.h"
#include "spare/fields.h"

static struct json_object *value(const struct field *field)
{
	return field->is_number ? json_object_new_uint64(field->number) :
				  json_object_new_string(field->text);
}

static void print_field(void *context, const struct field *field)
{
	(void)context;
	json_out_member(field->name, value(field));
}

static void add_field(void *context, const struct field *field)
{
	json_object_object_add(context, field->name, value(field));
}

static void print_superblocks(const struct set *set)
{
	const struct superblock *sb;
	struct json_object *object;
	unsigned int i;

	json_out_array("superblocks");
	for (i = 0; i < NR_SUPERBLOCKS; i++) {
		sb = &set->sb[i];
		object = json_object_new_object();
		json_add_number(object, "sector", sb->sector);
		json_add_string(object, "state", sb_state_name(sb->state));
		if (sb->state == SB_GOOD || sb->state == SB_OLDER)
			json_add_number(object, "sequence", le64toh(sb->content->sequence));
		json_out_element(object);
	}
	json_out_array_end();
}

static void print_resizes(const struct set *set)
{
	struct json_object *object;
	uint32_t i;

	json_out_array("history");
	for (i = le32toh(set->newest->content->nr_history); i--;) {
		object = json_object_new_object();
		fields_of_resize(set, i, add_field, object);
		json_out_element(object);
	}
	json_out_array_end();
}

static void print_replicas(const struct set *set, const struct summary *summary)
{
	const struct dm_remap_geometry *geo = set_geometry(set);
	struct json_object *object;
	uint32_t i;

	json_out_array("table");
	for (i = 0; i < geo->replicas; i++) {
		object = json_object_new_object();
		json_add_number(object, "sector", geo->replica_start[i]);
		json_add_number(object, "good", summary->copies[i][COPY_GOOD]);
		json_add_number(object, "older", summary->copies[i][COPY_OLDER]);
		json_add_number(object, "bad", summary->copies[i][COPY_BAD]);
		json_add_number(object, "unreadable", summary->copies[i][COPY_UNREADABLE]);
		json_out_element(object);
	}
	json_out_array_end();
}

static void begin(const struct set *set, const struct summary *summary)
{
	struct json_object *settings = json_object_new_object();

	json_out_begin();
	json_out_member("device", json_object_new_string(set->dev->path));
	print_superblocks(set);
	fields_of_set(set, print_field, NULL);
	fields_of_settings(set, add_field, settings);
	json_out_member("settings", settings);
	print_resizes(set);
	print_replicas(set, summary);
	json_out_member("lost_pages", json_object_new_uint64(summary->lost_pages));
	json_out_array("entries");
}

static void print_entry(const struct set *set, const struct entry *entry)
{
	struct json_object *object = json_object_new_object();
	char lost[20];

	json_add_number(object, "slot", entry->slot);
	json_add_string(object, "state", entry_state_name(entry->state));
	json_add_number(object, "spare_sector", entry_spare_sector(set, entry));
	if (entry_has_block(entry)) {
		json_add_number(object, "main_sector", entry_main_sector(set, entry));
		snprintf(lost, sizeof(lost), "0x%llx", (unsigned long long)entry->lost);
		json_add_string(object, "lost", lost);
		snprintf(lost, sizeof(lost), "0x%llx", (unsigned long long)entry->unread);
		json_add_string(object, "unread", lost);
		json_add_number(object, "seq", entry->seq);
		json_add_string(object, "reason", reason_name(entry->reason));
	}
	json_out_element(object);
}

static void end(void)
{
	json_out_array_end();
	json_out_end();
}

const struct dump_form dump_json = {
	.begin = begin,
	.entry = print_entry,
	.end = end,
};
