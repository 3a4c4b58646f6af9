// SPDX-License-Identifier: GPL-2.0
/*
 * Logs of a disk as "smartctl --json" prints them.
 */
#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "lib/json-in.h"
#include "lib/message.h"
#include "lib/util.h"
#include "remaps/smartctl.h"

bool smartctl_is_json(const struct import *import)
{
	const char *p = import->text;

	while (p && isspace((unsigned char)*p))
		p++;
	return p && *p == '{';
}

/* Calls @take for each element of an array. */
static bool each(struct import *import, struct json_object *array,
		 bool (*take)(struct import *import, struct json_object *entry))
{
	size_t i;

	if (!array || !json_object_is_type(array, json_type_array))
		return true;
	for (i = 0; i < json_object_array_length(array); i++)
		if (!take(import, json_object_array_get_idx(array, i)))
			return false;
	return true;
}

static bool ata_error(struct import *import, struct json_object *entry, bool short_log)
{
	struct json_object *text = json_in_get(entry, "error_description");

	return !text || smartctl_ata_error(import, json_object_get_string(text), short_log);
}

static bool ata_short_error(struct import *import, struct json_object *entry)
{
	return ata_error(import, entry, true);
}

static bool ata_long_error(struct import *import, struct json_object *entry)
{
	return ata_error(import, entry, false);
}

static bool plain_lba(struct import *import, struct json_object *entry)
{
	uint64_t lba;

	if (json_in_number(entry, "lba", &lba) || json_in_number(entry, "LBA", &lba))
		import_add(import, lba, 1);
	return true;
}

/* The upper four bits of a status are the result; 7 is a read failure. */
static bool ata_selftest(struct import *import, struct json_object *entry, bool short_log)
{
	uint64_t lba, status = 0;
	const char *type = json_in_string(entry, "type.string");
	struct json_object *passed = json_in_path(entry, "status.passed");

	json_in_number(entry, "status", &status);
	if (type && strstr(type, "Extended") && !(status >> 4) && passed &&
	    json_object_get_boolean(passed))
		import->extended_passed = true;
	if (json_in_number(entry, "lba", &lba))
		smartctl_ata_selftest(import, lba, status >> 4 == 7, short_log);
	return true;
}

static bool ata_short_selftest(struct import *import, struct json_object *entry)
{
	return ata_selftest(import, entry, true);
}

static bool ata_long_selftest(struct import *import, struct json_object *entry)
{
	return ata_selftest(import, entry, false);
}

static bool nvme_error(struct import *import, struct json_object *entry)
{
	uint64_t lba, nsid = 0, type = 0, code = 0;
	struct json_object *status = json_in_get(entry, "status_field");

	if (!json_in_number(entry, "lba", &lba))
		return true;
	json_in_number(entry, "nsid", &nsid);
	json_in_number(status, "status_code_type", &type);
	json_in_number(status, "status_code", &code);
	smartctl_nvme_error(import, lba, nsid, type, code);
	return true;
}

static bool nvme_selftest(struct import *import, struct json_object *entry)
{
	uint64_t lba, nsid = 0, type = 2, code = 0x81;

	if (!json_in_number(entry, "lba", &lba))
		return true;
	json_in_number(entry, "nsid", &nsid);
	json_in_number(entry, "status_code_type", &type);
	json_in_number(entry, "status_code", &code);
	smartctl_nvme_error(import, lba, nsid, type, code);
	return true;
}

/* Tests and results of SCSI are members "scsi_self_test_0", "result_1" and so on. */
static void scsi(struct import *import, struct json_object *root)
{
	struct json_object *scan = json_in_get(root, "scsi_background_scan");
	uint64_t lba, value, code;

	if (root) {
		json_object_object_foreach(root, name, test) {
			if (strncmp(name, "scsi_self_test_", 15) ||
			    !json_in_number(test, "lba_first_failure", &lba))
				continue;
			value = 0;
			code = 0;
			json_in_number(test, "sense_key", &value);
			json_in_number(test, "asc", &code);
			smartctl_scsi_selftest(import, lba, value, code);
		}
	}
	if (scan && json_object_is_type(scan, json_type_object)) {
		json_object_object_foreach(scan, name, result) {
			if (strncmp(name, "result_", 7) || !json_in_number(result, "lba", &lba))
				continue;
			value = 0;
			json_in_number(result, "reassign_status", &value);
			smartctl_scsi_scan(import, lba, value);
		}
	}
}

static bool has_logs(struct json_object *root)
{
	static const char * const logs[] = {
		"ata_smart_error_log", "ata_smart_self_test_log", "ata_pending_defects_log",
		"nvme_error_information_log", "nvme_self_test_log", "scsi_self_test_0",
		"scsi_background_scan", "scsi_pending_defects",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(logs); i++)
		if (json_in_get(root, logs[i]))
			return true;
	return false;
}

static bool take_all(struct import *import, struct json_object *root)
{
	static const struct {
		const char *path;
		bool (*take)(struct import *import, struct json_object *entry);
	} tables[] = {
		{ "ata_smart_error_log.summary.table", ata_short_error },
		{ "ata_smart_error_log.extended.table", ata_long_error },
		{ "ata_smart_self_test_log.standard.table", ata_short_selftest },
		{ "ata_smart_self_test_log.extended.table", ata_long_selftest },
		{ "ata_pending_defects_log.table", plain_lba },
		{ "nvme_error_information_log.table", nvme_error },
		{ "nvme_self_test_log.table", nvme_selftest },
		{ "scsi_pending_defects.table", plain_lba },
		{ "scsi_pending_defects", plain_lba },
	};
	unsigned int i;

	scsi(import, root);
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		/* newest first: an extended self-test counts for those below it */
		import->extended_passed = false;
		if (!each(import, json_in_array(root, tables[i].path), tables[i].take))
			return false;
	}
	return true;
}

static void take_identity(struct import *import, struct json_object *root)
{
	const char *unit = json_in_string(root, "logical_unit_id");
	uint64_t naa, oui, id;

	json_in_number(root, "user_capacity.bytes", &import->capacity);
	if (unit && !strncmp(unit, "0x", 2))
		text_copy(import->wwn, unit + 2, sizeof(import->wwn));
	else if (json_in_number(root, "wwn.naa", &naa) && json_in_number(root, "wwn.oui", &oui) &&
		 json_in_number(root, "wwn.id", &id))
		snprintf(import->wwn, sizeof(import->wwn), "%llx%06llx%09llx", LLU(naa), LLU(oui),
			 LLU(id));
}

uint64_t smartctl_json_unit(const struct import *import)
{
	struct json_object *root;
	const char *why;
	uint64_t unit = 0;

	root = json_in_parse(import->text, import->size, &why);
	json_in_number(root, "logical_block_size", &unit);
	json_object_put(root);
	return unit;
}

int smartctl_json_parse(struct import *import)
{
	struct json_object *root;
	const char *why = "";
	int error = -1;

	root = json_in_parse(import->text, import->size, &why);
	if (!root)
		complain("%s is not complete JSON: %s. Nothing has been changed.",
			 import->path, why);
	else if (!has_logs(root))
		complain("%s contains no log of a disk. \"smartctl --json -x\" prints them; for NVMe, smartctl 7.3 and older print them only as text: import the output of \"smartctl -x\".",
			 import->path);
	else if (!take_all(import, root))
		complain("%s has an error with a sector number that cannot be parsed. Nothing has been changed.",
			 import->path);
	else
		error = 0;
	take_identity(import, root);
	json_object_put(root);
	return error;
}
