// SPDX-License-Identifier: GPL-2.0
/*
 * Derives facts from the JSON output of smartctl.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/facts.h"
#include "lib/encode.h"
#include "lib/json-in.h"
#include "lib/util.h"

/* Bits of smartctl's exit status. */
#define EXIT_OPEN	2

/* The disk's error time stamps are 16 bits wide. */
#define CLOCK_WRAP	65536

/* Larger than any count or address; sums and small multiples of it do not wrap. */
#define COUNT_MAX	0x100000000000000ull

/* The largest normalized value of an attribute. */
#define VALUE_MAX	253

static void known(struct count *count, uint64_t n)
{
	count->known = true;
	count->n = n < COUNT_MAX ? n : COUNT_MAX;
}

static void take(struct json_object *root, const char *path, struct count *count)
{
	uint64_t n;

	if (json_in_number(root, path, &n))
		known(count, n);
}

/*
 * Extract the count from a raw value. If smartctl knows the manufacturer's layout, its text begins
 * with the count; otherwise several numbers may be packed into the value, with the count in the
 * lowest bits.
 */
static bool raw_count(struct json_object *attribute, uint64_t *n)
{
	const char *text = json_in_string(attribute, "raw.string");
	uint64_t value;
	char *end;

	if (!json_in_number(attribute, "raw.value", &value))
		return false;
	*n = value;
	if (text && isdigit((unsigned char)*text)) {
		*n = strtoull(text, &end, 10);
		if (*end && *end != ' ' && *end != '/')
			*n = value;
	}
	if (*n > UINT32_MAX)
		*n &= 0xffff;
	/* all ones: the disk does not count this */
	return *n != UINT32_MAX && *n != 0xffff;
}

/* Manufacturers may use an attribute number for something else: a name, if any, must match. */
static const struct attribute {
	unsigned int id;
	const char *name;
	const char *or_name;
	size_t offset;
} attributes[] = {
	{ 5, "Reallo", "Retired", offsetof(struct disk_facts, reallocated) },
	{ 184, "End-to-End", "Error_Detect", offsetof(struct disk_facts, end_to_end) },
	{ 187, "Uncorrect", "UECC", offsetof(struct disk_facts, reported) },
	{ 197, "Pending", "pending", offsetof(struct disk_facts, pending) },
	{ 198, "Uncorrect", "uncorrect", offsetof(struct disk_facts, uncorrectable) },
	{ 199, "CRC", "crc", offsetof(struct disk_facts, crc) },
};

static void take_count(struct disk_facts *facts, struct json_object *attribute, uint64_t id,
		       const char *name)
{
	unsigned int i;
	uint64_t n;

	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		if (attributes[i].id == id &&
		    (strstr(name, attributes[i].name) || strstr(name, attributes[i].or_name)) &&
		    raw_count(attribute, &n))
			known((void *)facts + attributes[i].offset, n);
}

static bool is_reserve(uint64_t id, const char *name)
{
	return id == 5 || (id >= 170 && (strstr(name, "Reser") || strstr(name, "Resr") ||
					 strstr(name, "Rsv")));
}

/* Compute the reserve from attribute 5 or a similar one, by its position between new and failed. */
static void take_reserve(struct disk_facts *facts, struct json_object *attribute, uint64_t id,
			 const char *name)
{
	uint64_t value, threshold, top, percent;

	if (!is_reserve(id, name))
		return;
	if (!json_in_number(attribute, "value", &value) ||
	    !json_in_number(attribute, "thresh", &threshold) || !threshold)
		return;
	if (value > VALUE_MAX)
		value = VALUE_MAX;
	top = value > 200 ? VALUE_MAX : value > 100 ? 200 : 100;
	/* Western Digital counts from 200 down to 140 */
	if (threshold >= 100)
		top = value > 200 ? VALUE_MAX : 200;
	if (threshold >= top)
		return;
	percent = value > threshold ? (value - threshold) * 100 / (top - threshold) : 0;
	if (!facts->reserve.known || percent < facts->reserve.n)
		known(&facts->reserve, percent);
}

/* An old-age attribute means that the disk is old or hot, not that it is failing. */
static void take_failing(struct disk_facts *facts, struct json_object *attribute,
			 const char *name)
{
	const char *failed = json_in_string(attribute, "when_failed");
	struct json_object *early = json_in_path(attribute, "flags.prefailure");

	if (failed && !strcmp(failed, "now") && early && json_object_get_boolean(early))
		text_printable(facts->failing, name, sizeof(facts->failing));
}

static void take_attributes(struct disk_facts *facts, struct json_object *root)
{
	struct json_object *table = json_in_array(root, "ata_smart_attributes.table"), *attribute;
	const char *name;
	uint64_t id;
	size_t i;

	for (i = 0; table && i < json_object_array_length(table); i++) {
		attribute = json_object_array_get_idx(table, i);
		name = json_in_string(attribute, "name") ?: "";
		if (!json_in_number(attribute, "id", &id))
			continue;
		take_count(facts, attribute, id, name);
		take_reserve(facts, attribute, id, name);
		take_failing(facts, attribute, name);
	}
}

/*
 * Whether something happened recently, by the disk's own clocks. These clocks wrap, so an entry
 * from the future has an unknown age.
 */
static bool is_news(const struct disk_facts *facts, struct json_object *entry)
{
	uint64_t hours, now = facts->hours.n;

	if (!facts->hours.known || !json_in_number(entry, "lifetime_hours", &hours))
		return false;
	if (hours > now)
		return false;
	return (now - hours) % CLOCK_WRAP <= NEWS_HOURS;
}

static bool names_medium(const char *text)
{
	return !strstr(text, "ICRC") && !strstr(text, "Device Fault") &&
	       (strstr(text, "UNC") || strstr(text, "IDNF") || strstr(text, "AMNF"));
}

/* The address in "Error: UNC at LBA = 0x005ea7db = 6203355". */
static void take_lba(struct disk_facts *facts, const char *text)
{
	const char *p = strstr(text, " at LBA = 0x");

	if (p && !facts->bad_lba.known)
		known(&facts->bad_lba, strtoull(p + strlen(" at LBA = "), NULL, 16));
}

static void take_error(struct disk_facts *facts, struct json_object *entry, bool whole_address)
{
	const char *text = json_in_string(entry, "error_description") ?: "";
	bool news = is_news(facts, entry);

	if (names_medium(text)) {
		facts->news_bad += news;
		facts->old_bad |= !news;
		if (news && whole_address)
			take_lba(facts, text);
	} else if (strstr(text, "ICRC") || (facts->crc.n && !strstr(text, "Error: "))) {
		facts->news_link += news;
	}
}

/* The extended log contains everything in the short one. */
static void take_errors(struct disk_facts *facts, struct json_object *root)
{
	struct json_object *table = json_in_array(root, "ata_smart_error_log.extended.table");
	bool whole = table;
	size_t i;

	if (!table)
		table = json_in_array(root, "ata_smart_error_log.summary.table");
	for (i = 0; table && i < json_object_array_length(table); i++)
		take_error(facts, json_object_array_get_idx(table, i), whole);
}

/*
 * Find the newest test that either read everything or stopped at an unreadable sector. Only the
 * extended log has room for every address.
 */
static void take_selftests(struct disk_facts *facts, struct json_object *root)
{
	struct json_object *table = json_in_array(root, "ata_smart_self_test_log.extended.table");
	struct json_object *test;
	uint64_t status, type;
	bool whole = table;
	size_t i;

	if (!table)
		table = json_in_array(root, "ata_smart_self_test_log.standard.table");
	for (i = 0; table && i < json_object_array_length(table); i++) {
		test = json_object_array_get_idx(table, i);
		if (!json_in_number(test, "status", &status))
			continue;
		if (status >> 4 == 7) {
			facts->news_test = is_news(facts, test);
			facts->old_bad |= !facts->news_test;
			if (facts->news_test && whole)
				take(test, "lba", &facts->bad_lba);
			return;
		}
		/* type 1 is short, type 2 extended */
		if (!(status >> 4) && json_in_number(test, "type", &type) && (type & 0x7f) == 2)
			return;
	}
}

/* Link error counters, which restart at each power-on. */
static void take_link(struct disk_facts *facts, struct json_object *root)
{
	struct json_object *table = json_in_array(root, "sata_phy_event_counters.table"), *row;
	uint64_t id, value;
	size_t i;

	for (i = 0; table && i < json_object_array_length(table); i++) {
		row = json_object_array_get_idx(table, i);
		/* commands that failed with, and frames received with, checksum errors */
		if (json_in_number(row, "id", &id) && (id == 1 || id == 11) &&
		    json_in_number(row, "value", &value))
			facts->news_link += value;
	}
}

static void take_ata(struct disk_facts *facts, struct json_object *root)
{
	struct json_object *erc = json_in_get(root, "ata_sct_erc"), *on;
	struct count defects = {};

	take_attributes(facts, root);
	take(root, "ata_pending_defects_log.count", &defects);
	if (defects.known && defects.n > facts->pending.n)
		facts->pending = defects;
	take_errors(facts, root);
	take_selftests(facts, root);
	take_link(facts, root);
	on = json_in_path(erc, "read.enabled");
	if (on)
		facts->erc = json_object_get_boolean(on) ? ERC_ON : ERC_OFF;
	on = json_in_path(root, "ata_sct_capabilities.error_recovery_control_supported");
	if (!erc && on && !json_object_get_boolean(on))
		facts->erc = ERC_UNSUPPORTED;
}

/* If the threshold is above 100%, as on some disks, the spare value is meaningless. */
static void take_nvme(struct disk_facts *facts, struct json_object *root)
{
	struct json_object *log = json_in_get(root, "nvme_smart_health_information_log");
	uint64_t warning = 0, spare, threshold = 0;

	if (!log)
		return;
	facts->nvme = true;
	json_in_number(log, "critical_warning", &warning);
	facts->nvme_warning = warning;
	take(log, "media_errors", &facts->reported);
	take(log, "percentage_used", &facts->used);
	/* the largest value that fits */
	if (facts->used.n == UINT8_MAX)
		facts->used = (struct count) {};
	json_in_number(log, "available_spare_threshold", &threshold);
	if (threshold >= 100 || !json_in_number(log, "available_spare", &spare))
		return;
	if (spare > 100)
		spare = 100;
	known(&facts->reserve, spare > threshold ?
	      (spare - threshold) * 100 / (100 - threshold) : 0);
}

/* Before 7.4, smartctl prints the raw bytes of the list in its JSON, eight per defect. */
static void take_grown(struct disk_facts *facts, struct json_object *root)
{
	struct json_object *version = json_in_array(root, "smartctl.version");
	int major = 0, minor = 0;

	take(root, "scsi_grown_defect_list", &facts->reallocated);
	if (version && json_object_array_length(version) >= 2) {
		major = json_object_get_int(json_object_array_get_idx(version, 0));
		minor = json_object_get_int(json_object_array_get_idx(version, 1));
	}
	if (major < 7 || (major == 7 && minor < 4))
		facts->reallocated.n /= 8;
}

/* Sectors found by the background scan that still wait to be replaced. */
static uint64_t scan_count(struct json_object *root)
{
	struct json_object *scan = json_in_get(root, "scsi_background_scan");
	uint64_t status, count = 0;

	if (!scan || !json_object_is_type(scan, json_type_object))
		return 0;
	json_object_object_foreach(scan, name, result) {
		if (!strncmp(name, "result_", 7) &&
		    json_in_number(result, "reassign_status", &status))
			count += status == 1 || status == 4 || status == 8;
	}
	return count;
}

static void take_scsi(struct disk_facts *facts, struct json_object *root)
{
	uint64_t scan = scan_count(root);

	if (json_in_get(root, "scsi_grown_defect_list"))
		take_grown(facts, root);
	take(root, "scsi_pending_defects.count", &facts->pending);
	if (scan > facts->pending.n)
		known(&facts->pending, scan);
	take(root, "scsi_error_counter_log.read.total_uncorrected_errors", &facts->read_lost);
	take(root, "scsi_error_counter_log.write.total_uncorrected_errors", &facts->write_lost);
	take(root, "scsi_percentage_used_endurance_indicator", &facts->used);
}

static void take_identity(struct disk_facts *facts, struct json_object *root)
{
	const char *model = json_in_string(root, "model_name") ?:
			    json_in_string(root, "scsi_model_name");
	const char *protocol = json_in_string(root, "device.protocol") ?: "";
	struct json_object *passed = json_in_path(root, "smart_status.passed");
	uint64_t rotation, bytes;

	if (model)
		text_printable(facts->model, model, sizeof(facts->model));
	facts->nvme |= !strcmp(protocol, "NVMe");
	facts->scsi |= !strcmp(protocol, "SCSI");
	if (json_in_number(root, "rotation_rate", &rotation))
		facts->kind = rotation ? DISK_HDD : DISK_SSD;
	else if (facts->nvme)
		facts->kind = DISK_SSD;
	if (!facts->sectors && json_in_number(root, "user_capacity.bytes", &bytes))
		facts->sectors = bytes / 512;
	if (passed)
		facts->health = json_object_get_boolean(passed) ? HEALTH_PASSED : HEALTH_FAILED;
	take(root, "power_on_time.hours", &facts->hours);
}

/* Whether one of smartctl's messages contains these words. */
static bool has_message(struct json_object *root, const char *words)
{
	struct json_object *list = json_in_array(root, "smartctl.messages");
	const char *text;
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++) {
		text = json_in_string(json_object_array_get_idx(list, i), "string");
		if (text && strstr(text, words))
			return true;
	}
	return false;
}

static enum smart_state state_of(struct json_object *root)
{
	struct json_object *available = json_in_path(root, "smart_support.available");
	uint64_t status = 0;

	json_in_number(root, "smartctl.exit_status", &status);
	if (has_message(root, "ermission denied") || has_message(root, "not permitted"))
		return SMART_NOT_ALLOWED;
	if (has_message(root, "Unknown USB bridge") || has_message(root, "-d option"))
		return SMART_UNSUPPORTED;
	if (status & EXIT_OPEN)
		return has_message(root, "failed") || has_message(root, "No such") ?
			SMART_NO_ANSWER : SMART_ASLEEP;
	if (available && !json_object_get_boolean(available))
		return SMART_UNSUPPORTED;
	if (!json_in_get(root, "smart_status") && !json_in_get(root, "ata_smart_attributes") &&
	    !json_in_get(root, "nvme_smart_health_information_log") &&
	    !json_in_get(root, "scsi_error_counter_log") &&
	    !json_in_get(root, "scsi_grown_defect_list"))
		return SMART_UNSUPPORTED;
	return SMART_READ;
}

bool facts_from_smartctl(struct disk_facts *facts, const char *text, size_t size)
{
	struct json_object *root;
	const char *why = "";
	bool good;

	root = json_in_parse(text, size, &why);
	good = json_in_get(root, "smartctl");
	if (good) {
		facts->smart = state_of(root);
		take_identity(facts, root);
		take_ata(facts, root);
		take_nvme(facts, root);
		take_scsi(facts, root);
	}
	json_object_put(root);
	return good;
}
