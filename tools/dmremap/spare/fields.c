// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <endian.h>
#include <string.h>

#include "lib/util.h"
#include "lib/uuid.h"
#include "spare/fields.h"

static const char * const settings[DM_REMAP_NR_SET] = {
	[DM_REMAP_SET_MIN_BUCKETS] = "min_buckets",
	[DM_REMAP_SET_GROW_PERCENT] = "grow_percent",
	[DM_REMAP_SET_SHRINK_PERCENT] = "shrink_percent",
	[DM_REMAP_SET_POLICY] = "policy",
	[DM_REMAP_SET_RESERVE] = "reserve",
	[DM_REMAP_SET_LOW_WATER] = "low_water",
	[DM_REMAP_SET_AUTO_REMAP] = "auto_remap",
	[DM_REMAP_SET_ON_READ_ERROR] = "on_read_error",
	[DM_REMAP_SET_RETRIES] = "retries",
	[DM_REMAP_SET_STORM_LIMIT] = "storm_limit",
	[DM_REMAP_SET_HASH_POLICY] = "hash_policy",
	[DM_REMAP_SET_RESIZE_THREADS] = "resize_threads",
	[DM_REMAP_SET_PENDING_RETRY_MS] = "pending_retry_ms",
	[DM_REMAP_SET_SLOW_MS] = "slow_ms",
	[DM_REMAP_SET_SLOW_LIMIT] = "slow_limit",
	[DM_REMAP_SET_VERIFY_WRITES] = "verify_writes",
	[DM_REMAP_SET_FIRST_REWRITE] = "first_rewrite",
	[DM_REMAP_SET_NEIGHBOURS] = "neighbours",
	[DM_REMAP_SET_RATE_WARN] = "rate_warn",
	[DM_REMAP_SET_RATE_URGENT] = "rate_urgent",
	[DM_REMAP_SET_SCRUB_RATE_KIB] = "scrub_rate_kib",
	[DM_REMAP_SET_SCRUB_REGION_MIB] = "scrub_region_mib",
	[DM_REMAP_SET_RETRY_WITHIN_MS] = "retry_within_ms",
};

static const char * const policies[] = { "linear", "near", "spread" };
static const char * const read_errors[] = { "fail", "zero" };

static void number(field_fn *fn, void *context, const char *name, uint64_t value)
{
	struct field field = { .name = name, .is_number = true, .number = value };

	snprintf(field.text, sizeof(field.text), "%llu", (unsigned long long)value);
	fn(context, &field);
}

static void text(field_fn *fn, void *context, const char *name, const char *value)
{
	struct field field = { .name = name };

	snprintf(field.text, sizeof(field.text), "%s", value);
	fn(context, &field);
}

static void uuid(field_fn *fn, void *context, const uint8_t *bytes)
{
	char value[UUID_TEXT_SIZE];

	uuid_to_text(bytes, value);
	text(fn, context, "uuid", value);
}

/* The text should be printable, but may be damaged. */
static void printable(field_fn *fn, void *context, const char *name, const uint8_t *bytes)
{
	char value[FIELD_TEXT_SIZE], *end = value;

	for (*end = 0; *bytes; bytes++)
		end += sprintf(end, isascii(*bytes) && isprint(*bytes) && *bytes != '\\' ?
			       "%c" : "\\x%02x", *bytes);
	text(fn, context, name, value);
}

static void features(field_fn *fn, void *context, const char *name, __le64 value)
{
	char hex[20];

	snprintf(hex, sizeof(hex), "0x%llx", (unsigned long long)le64toh(value));
	text(fn, context, name, hex);
}

void fields_of_set(const struct set *set, field_fn *fn, void *context)
{
	const struct dm_remap_sb *sb = set->newest->content;

	uuid(fn, context, sb->uuid);
	number(fn, context, "version", le32toh(sb->version));
	features(fn, context, "compat", sb->compat);
	features(fn, context, "ro_compat", sb->ro_compat);
	features(fn, context, "incompat", sb->incompat);
	number(fn, context, "sequence", le64toh(sb->sequence));
	number(fn, context, "generation", le64toh(sb->generation));
	number(fn, context, "clean", !!(le32toh(sb->flags) & DM_REMAP_SB_CLEAN));
	number(fn, context, "labelled", !!(le32toh(sb->flags) & DM_REMAP_SB_LABELLED));
	number(fn, context, "block_size", le32toh(sb->block_size));
	printable(fn, context, "name", sb->name);
	printable(fn, context, "main_id", (const uint8_t *)dm_remap_sb_main_id(sb));
	number(fn, context, "main_sectors", le64toh(sb->main_sectors));
	number(fn, context, "main_start", le64toh(sb->main_start));
	number(fn, context, "target_sectors", le64toh(sb->target_sectors));
	number(fn, context, "spare_sectors", le64toh(sb->spare_sectors));
	number(fn, context, "data_start", le64toh(sb->data_start));
	number(fn, context, "nr_blocks", le32toh(sb->nr_blocks));
	number(fn, context, "replicas", le32toh(sb->replicas));
	number(fn, context, "nr_pages", le32toh(sb->nr_pages));
	number(fn, context, "pages_used", le32toh(sb->pages_used));
	number(fn, context, "grows", le64toh(sb->grows));
	number(fn, context, "shrinks", le64toh(sb->shrinks));
	number(fn, context, "resize_ns", le64toh(sb->resize_ns));
}

static void choice(field_fn *fn, void *context, const char *name, uint32_t value,
		   const char * const *names, unsigned int nr)
{
	if (value < nr)
		text(fn, context, name, names[value]);
	else
		number(fn, context, name, value);
}

static void setting(field_fn *fn, void *context, uint32_t id, uint32_t value)
{
	char unknown[24];

	snprintf(unknown, sizeof(unknown), "setting_%u", id);
	if (id == DM_REMAP_SET_POLICY)
		choice(fn, context, settings[id], value, policies, ARRAY_SIZE(policies));
	else if (id == DM_REMAP_SET_ON_READ_ERROR)
		choice(fn, context, settings[id], value, read_errors, ARRAY_SIZE(read_errors));
	else
		number(fn, context, id < DM_REMAP_NR_SET ? settings[id] : unknown, value);
}

void fields_of_settings(const struct set *set, field_fn *fn, void *context)
{
	const struct dm_remap_sb *sb = set->newest->content;
	uint32_t i;

	for (i = 0; i < DM_REMAP_SB_SETTINGS; i++)
		if (sb->settings[i].id)
			setting(fn, context, le32toh(sb->settings[i].id),
				le32toh(sb->settings[i].value));
}

void fields_of_resize(const struct set *set, unsigned int i, field_fn *fn, void *context)
{
	const struct dm_remap_sb_resize *resize = &set->newest->content->history[i];

	number(fn, context, "started_ns", le64toh(resize->started_ns));
	number(fn, context, "old", le32toh(resize->from));
	number(fn, context, "new", le32toh(resize->to));
	number(fn, context, "entries", le32toh(resize->entries));
	number(fn, context, "duration_ns", le64toh(resize->duration_ns));
}
