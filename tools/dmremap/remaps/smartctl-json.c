// SPDX-License-Identifier: GPL-2.0
/*
 * Logs of a disk as "smartctl --json" prints them.
 */
#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

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

static struct json_object *get(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!object || !json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, name, &value))
		return NULL;
	return value;
}

/* A number, which may be in an object as its "value". */
static bool number(struct json_object *object, const char *name, uint64_t *value)
{
	struct json_object *found = get(object, name);

	if (found && json_object_is_type(found, json_type_object))
		found = get(found, "value");
	if (!found || !json_object_is_type(found, json_type_int))
		return false;
	*value = json_object_get_uint64(found);
	return true;
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
	struct json_object *text = get(entry, "error_description");

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

	if (number(entry, "lba", &lba) || number(entry, "LBA", &lba))
		import_add(import, lba, 1);
	return true;
}

static bool nvme_error(struct import *import, struct json_object *entry)
{
	uint64_t lba, nsid = 0, type = 0, code = 0;
	struct json_object *status = get(entry, "status_field");

	if (!number(entry, "lba", &lba))
		return true;
	number(entry, "nsid", &nsid);
	number(status, "status_code_type", &type);
	number(status, "status_code", &code);
	smartctl_nvme_error(import, lba, nsid, type, code);
	return true;
}

static bool nvme_selftest(struct import *import, struct json_object *entry)
{
	uint64_t lba, nsid = 0, type = 2, code = 0x81;

	if (!number(entry, "lba", &lba))
		return true;
	number(entry, "nsid", &nsid);
	number(entry, "status_code_type", &type);
	number(entry, "status_code", &code);
	smartctl_nvme_error(import, lba, nsid, type, code);
	return true;
}

/* Tests and results of SCSI are members "scsi_self_test_0", "result_1" and so on. */
static void scsi(struct import *import, struct json_object *root)
{
	struct json_object *scan = get(root, "scsi_background_scan");
	uint64_t lba, value;

	if (root) {
		json_object_object_foreach(root, name, test) {
			if (strncmp(name, "scsi_self_test_", 15) ||
			    !number(test, "lba_first_failure", &lba))
				continue;
			value = 0;
			number(test, "sense_key", &value);
			smartctl_scsi_error(import, lba, value);
		}
	}
	if (scan && json_object_is_type(scan, json_type_object)) {
		json_object_object_foreach(scan, name, result) {
			if (strncmp(name, "result_", 7) || !number(result, "lba", &lba))
				continue;
			value = 0;
			number(result, "reassign_status", &value);
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
		if (get(root, logs[i]))
			return true;
	return false;
}

static bool take_all(struct import *import, struct json_object *root)
{
	struct json_object *errors = get(root, "ata_smart_error_log");
	struct json_object *tests = get(root, "ata_smart_self_test_log");
	struct json_object *pending = get(root, "scsi_pending_defects");

	scsi(import, root);
	return each(import, get(get(errors, "summary"), "table"), ata_short_error) &&
	       each(import, get(get(errors, "extended"), "table"), ata_long_error) &&
	       each(import, get(get(tests, "standard"), "table"), plain_lba) &&
	       each(import, get(get(tests, "extended"), "table"), plain_lba) &&
	       each(import, get(get(root, "ata_pending_defects_log"), "table"), plain_lba) &&
	       each(import, get(get(root, "nvme_error_information_log"), "table"), nvme_error) &&
	       each(import, get(get(root, "nvme_self_test_log"), "table"), nvme_selftest) &&
	       each(import, get(pending, "table") ?: pending, plain_lba);
}

static struct json_object *parse(const struct import *import, const char **why)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root;

	if (!tokener)
		no_memory();
	root = json_tokener_parse_ex(tokener, import->text, import->size + 1);
	*why = json_tokener_error_desc(json_tokener_get_error(tokener));
	json_tokener_free(tokener);
	return root;
}

uint64_t smartctl_json_unit(const struct import *import)
{
	struct json_object *root;
	const char *why;
	uint64_t unit;

	root = parse(import, &why);
	if (!number(root, "logical_block_size", &unit))
		unit = 0;
	json_object_put(root);
	return unit;
}

int smartctl_json_parse(struct import *import)
{
	struct json_object *root;
	const char *why;
	int error = -1;

	root = parse(import, &why);
	if (!root)
		complain("%s is no whole JSON: %s. Nothing has been changed.", import->path, why);
	else if (!has_logs(root))
		complain("%s has no log of a disk in it. \"smartctl --json -x\" prints them; for NVMe smartctl 7.3 and older do so only without --json.",
			 import->path);
	else if (!take_all(import, root))
		complain("%s names a sector of an error in a way that cannot be understood. Nothing has been changed.",
			 import->path);
	else
		error = 0;
	json_object_put(root);
	return error;
}
