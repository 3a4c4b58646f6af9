// SPDX-License-Identifier: GPL-2.0
/*
 * The error log of an NVMe disk, as "nvme error-log" prints it, as text or as JSON.
 *
 * Versions that print a "phase_tag" have already shifted it out of the status; older ones print the
 * raw status, with the phase tag as its lowest bit.
 */
#include <stdio.h>
#include <string.h>

#include "lib/json-in.h"
#include "lib/message.h"
#include "remaps/import.h"
#include "remaps/smartctl.h"

/* An entry. The log always has all its entries; unused ones are zeros. */
struct nvme_entry {
	bool any;
	bool has_status;
	bool has_lba;
	bool has_nsid;
	bool shifted;
	uint64_t errors;
	uint64_t status;
	uint64_t lba;
	uint64_t nsid;
};

static void take(struct import *import, const struct nvme_entry *entry)
{
	uint64_t status = entry->shifted ? entry->status : entry->status >> 1;

	if (entry->any && entry->errors)
		smartctl_nvme_error(import, entry->lba, entry->nsid, status >> 8 & 7,
				    status & 0xff);
}

/* "KEY : VALUE", where the value may be followed by its meaning in parentheses */
static bool value_of(const char *line, const char *key, uint64_t *value)
{
	char word[32];
	const char *p = word;

	if (!import_word(&line, key) || !import_word(&line, ":"))
		return false;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(line, " \t("), line);
	return import_any_number(&p, value) && !*p;
}

/* An entry of text ends where the next one begins, or with the text, which may be cut off. */
static int take_whole(struct import *import, const struct nvme_entry *entry)
{
	if (entry->errors && (!entry->has_status || !entry->has_lba || !entry->has_nsid)) {
		complain("%s has an entry that lacks its status, address or namespace: it may have been cut off. Nothing has been changed.",
			 import->path);
		return -1;
	}
	take(import, entry);
	return 0;
}

static int take_line(struct import *import, struct nvme_entry *entry, const char *line)
{
	uint64_t tag;

	if (!strncmp(line, "Entry[", 6)) {
		if (take_whole(import, entry))
			return -1;
		*entry = (struct nvme_entry) { .any = true };
		return 0;
	}
	if (value_of(line, "phase_tag", &tag))
		entry->shifted = true;
	else if (value_of(line, "status_field", &entry->status))
		entry->has_status = true;
	else if (value_of(line, "lba", &entry->lba))
		entry->has_lba = true;
	else if (value_of(line, "nsid", &entry->nsid))
		entry->has_nsid = true;
	else if (!value_of(line, "error_count", &entry->errors) &&
		 (import_word(&line, "lba") || import_word(&line, "status_field")))
		return import_wrong(import, "has no number");
	return 0;
}

static int parse_text(struct import *import)
{
	struct nvme_entry entry = {};
	const char *line;

	while ((line = import_line(import)))
		if (take_line(import, &entry, line))
			return -1;
	return take_whole(import, &entry);
}

static void take_object(struct import *import, struct json_object *object)
{
	struct nvme_entry entry = { .any = true };
	uint64_t tag;

	entry.shifted = json_in_number(object, "phase_tag", &tag);
	if (json_in_number(object, "error_count", &entry.errors) &&
	    json_in_number(object, "status_field", &entry.status) &&
	    json_in_number(object, "lba", &entry.lba)) {
		json_in_number(object, "nsid", &entry.nsid);
		take(import, &entry);
	}
}

static int parse_json(struct import *import)
{
	struct json_object *root, *errors;
	const char *why = "";
	size_t i;

	root = json_in_parse(import->text, import->size, &why);
	if (!root) {
		complain("%s is not complete JSON: %s. Nothing has been changed.",
			 import->path, why);
		return -1;
	}
	errors = json_in_array(root, "errors");
	for (i = 0; errors && i < json_object_array_length(errors); i++)
		take_object(import, json_object_array_get_idx(errors, i));
	if (!errors)
		complain("%s has no member \"errors\": \"nvme error-log -o json\" prints one.",
			 import->path);
	json_object_put(root);
	return errors ? 0 : -1;
}

static int parse_nvme(struct import *import)
{
	return smartctl_is_json(import) ? parse_json(import) : parse_text(import);
}

static uint64_t unit(struct import *import)
{
	return import->block_size ?: import->volume->logical;
}

const struct import_format import_nvme_cli = {
	.name = "nvme-cli",
	.block_size = true,
	.whole_disk = true,
	.measured = true,
	.unit = unit,
	.parse = parse_nvme,
};
