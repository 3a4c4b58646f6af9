// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>

#include <dm-remap/format.h>

#include "lib/json-out.h"
#include "spare/finding.h"

void findings_add(struct findings *findings, const struct finding *finding)
{
	if (finding->repairable)
		findings->repairable++;
	else
		findings->fatal++;
	if (findings->show)
		findings->show(finding);
}

static const char *kind_name(enum finding_kind kind)
{
	static const char * const names[] = {
		[FINDING_SUPERBLOCK] = "superblock",
		[FINDING_SUPERBLOCKS] = "superblocks",
		[FINDING_COPY] = "copy",
		[FINDING_PAGE] = "page",
		[FINDING_TWICE] = "twice",
		[FINDING_TABLE] = "table",
	};

	return names[kind];
}

static void print_pages(const struct finding *f)
{
	if (f->first == f->last)
		printf("page %u", f->first);
	else
		printf("pages %u to %u", f->first, f->last);
}

static void print_place(const struct finding *f)
{
	switch (f->kind) {
	case FINDING_SUPERBLOCK:
		printf("superblock %u", f->nr);
		break;
	case FINDING_SUPERBLOCKS:
		printf("superblocks");
		break;
	case FINDING_COPY:
		print_pages(f);
		printf(" of replica %u", f->nr);
		break;
	case FINDING_PAGE:
		print_pages(f);
		break;
	case FINDING_TWICE:
		printf("slots %u and %u", f->first, f->last);
		break;
	case FINDING_TABLE:
		printf("table");
		break;
	}
}

static const char *remedy(const struct finding *f)
{
	if (!f->repairable)
		return "cannot be repaired";
	if (f->kind == FINDING_TWICE)
		return "can be repaired: the first slot is valid, the other one becomes bad";
	if (f->kind == FINDING_SUPERBLOCK)
		return "can be rewritten from the other one";
	return "can be rewritten from a good copy";
}

void finding_show_text(const struct finding *f)
{
	print_place(f);
	if (f->kind == FINDING_TWICE)
		printf(" (main sector %llu)", (unsigned long long)f->sector);
	else if (f->kind != FINDING_TABLE && f->kind != FINDING_SUPERBLOCKS)
		printf(" (sector %llu)", (unsigned long long)f->sector);
	printf(": %s; %s\n", f->why, remedy(f));
}

void finding_show_json(const struct finding *f)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "kind", kind_name(f->kind));
	if (f->kind == FINDING_SUPERBLOCK)
		json_add_number(object, "superblock", f->nr);
	if (f->kind == FINDING_COPY)
		json_add_number(object, "replica", f->nr);
	if (f->kind == FINDING_COPY || f->kind == FINDING_PAGE) {
		json_add_number(object, "first_page", f->first);
		json_add_number(object, "last_page", f->last);
	}
	if (f->kind == FINDING_TWICE) {
		json_add_number(object, "slot", f->first);
		json_add_number(object, "other_slot", f->last);
		json_add_number(object, "main_sector", f->sector);
	} else if (f->kind != FINDING_TABLE && f->kind != FINDING_SUPERBLOCKS) {
		json_add_number(object, "sector", f->sector);
	}
	json_add_string(object, "message", f->why);
	json_add_flag(object, "repairable", f->repairable);
	json_out_element(object);
}

void findings_json_begin(const char *device)
{
	json_out_begin();
	json_out_member("device", json_object_new_string(device));
	json_out_array("findings");
}

void findings_json_end(const struct findings *findings)
{
	json_out_array_end();
	json_out_member("clean", json_object_new_boolean(!findings->repairable &&
							 !findings->fatal));
	json_out_member("repairable", json_object_new_uint64(findings->repairable));
	json_out_member("not_repairable", json_object_new_uint64(findings->fatal));
}
