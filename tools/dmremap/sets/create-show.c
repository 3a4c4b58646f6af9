// SPDX-License-Identifier: GPL-2.0
/*
 * The output of create and format, and the table line, which is part of it.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "advise/gather.h"
#include "advise/spare-places.h"
#include "advise/spare-size.h"
#include "lib/json-out.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "lib/shell-word.h"
#include "sets/create.h"

void create_params(const struct create *create, bool read_only, char params[CREATE_PARAMS_SIZE])
{
	/* table arguments, with their values */
	unsigned int words = 5 + 2 * !!*create->id + create->no_auto_remap + read_only +
			     create->force_block_size;

	snprintf(params, CREATE_PARAMS_SIZE, "%u:%u 0 %u:%u %u %s block_size %u uuid %s%s%s%s%s%s",
		 major(create->main_nr), minor(create->main_nr), major(create->spare_nr),
		 minor(create->spare_nr), words, create->transient ? "transient" : "persistent",
		 create->block_size, create->uuid, *create->id ? " main_id " : "", create->id,
		 create->no_auto_remap ? " no_auto_remap" : "", read_only ? " read_only" : "",
		 create->force_block_size ? " force_block_size" : "");
}

/* Number of spare blocks advised for this main. */
static uint64_t advised_blocks(const struct create *create, struct disk_facts *facts)
{
	uint64_t all = create->sectors / (create->block_size / 512), blocks;
	char number[BLOCKDEV_NUMBER_SIZE];

	snprintf(number, sizeof(number), "%u:%u", major(create->main_nr), minor(create->main_nr));
	gather_counts(facts, number);
	blocks = spare_blocks(facts, create->block_size);
	return blocks < all ? blocks : all;
}

static void suggest_spares(const struct create *create, const struct disk_facts *facts)
{
	uint64_t bytes = spare_bytes(facts, create->block_size);
	struct spare_places places;
	char text[512];
	unsigned int i;

	spare_places_find(&places, facts, bytes, false);
	for (i = 0; i < places.nr && !places.item[i].same_disk; i++)
		complain("There is room for a larger one: %s.",
			 spare_place_text(&places.item[i], text, sizeof(text)));
}

static void show_spare(const struct create *create, const struct create_choices *choices)
{
	struct disk_facts facts;
	uint64_t advised = advised_blocks(create, &facts);

	if (choices->json) {
		json_out_member("spare_blocks", json_object_new_uint64(create->capacity));
		json_out_member("advised_blocks", json_object_new_uint64(advised));
	} else {
		printf("%s: the spare has room for %llu bad block%s; %llu are advised for this main\n",
		       create->name, LLU(create->capacity), plural(create->capacity),
		       LLU(advised));
	}
	if (create->capacity >= advised)
		return;
	complain("%s is a small spare: it has room for %llu block%s, and %llu are advised for %s. One of %llu MiB would do. \"dmremap advise %s\" says why.",
		 create->spare, LLU(create->capacity), plural(create->capacity), LLU(advised),
		 create->main, LLU(spare_bytes(&facts, create->block_size) >> 20),
		 shell_word(create->main));
	suggest_spares(create, &facts);
}

static void show_json(const struct create *create, const struct create_choices *choices)
{
	char params[CREATE_PARAMS_SIZE], *table;
	struct json_object *item;
	unsigned int i;

	create_params(create, create->read_only, params);
	if (asprintf(&table, "0 %llu remap %s", LLU(create->sectors), params) < 0)
		no_memory();
	json_out_begin();
	json_out_member("name", json_object_new_string(create->name));
	json_out_member("uuid", json_object_new_string(create->uuid));
	json_out_member("main", json_object_new_string(create->main));
	json_out_member("spare", json_object_new_string(create->spare));
	json_out_member("main_id", json_object_new_string(create->id));
	json_out_member("block_size", json_object_new_uint64(create->block_size));
	json_out_member("sectors", json_object_new_uint64(create->sectors));
	json_out_member("table", json_object_new_string(table));
	json_out_member("active", json_object_new_boolean(!choices->format && !choices->dry_run));
	show_spare(create, choices);
	json_out_array("wiped");
	for (i = 0; i < create->signatures.nr; i++) {
		item = json_object_new_object();
		json_add_number(item, "offset", create->signatures.item[i].offset);
		json_add_string(item, "type", create->signatures.item[i].type);
		json_add_string(item, "label", create->signatures.item[i].label);
		json_add_string(item, "uuid", create->signatures.item[i].uuid);
		json_out_element(item);
	}
	json_out_array_end();
	json_out_end();
	free(table);
}

static void show_dry_run(const struct create *create, bool format)
{
	char params[CREATE_PARAMS_SIZE];
	unsigned int i;

	for (i = 0; i < create->signatures.nr; i++)
		printf("%s: %s (%s) at byte %llu would be destroyed\n", create->spare,
		       create->signatures.item[i].kind, create->signatures.item[i].type,
		       LLU(create->signatures.item[i].offset));
	if (create->signatures.nr || create->dirty)
		printf("%s: the first and the last 4096 bytes would become zeros\n", create->spare);
	create_params(create, create->read_only, params);
	printf("%s: 0 %llu remap %s\n%s: would be made%s. Nothing was changed.\n",
	       create->name, LLU(create->sectors), params, create->name,
	       format ? ", and left inactive" : "");
}

static bool find_disk(dev_t nr, char disk[BLOCKDEV_NUMBER_SIZE], char name[BLOCKDEV_NAME_SIZE])
{
	char number[BLOCKDEV_NUMBER_SIZE];

	snprintf(number, sizeof(number), "%u:%u", major(nr), minor(nr));
	return blockdev_disk(number, disk, name);
}

static void warn_one_disk(const struct create *create)
{
	char main[BLOCKDEV_NUMBER_SIZE], spare[BLOCKDEV_NUMBER_SIZE], name[BLOCKDEV_NAME_SIZE];

	if (find_disk(create->main_nr, main, name) && find_disk(create->spare_nr, spare, name) &&
	    !strcmp(main, spare))
		complain("%s and %s are on the same disk, %s: if it fails, both are lost.",
			 create->main, create->spare, name);
}

void create_show(const struct create *create, const struct create_choices *choices)
{
	if (create->beyond)
		complain("The last %llu sector%s of %s %s not part of %s: it has whole blocks of %u bytes. GPT keeps a copy there.",
			 LLU(create->beyond), plural(create->beyond), create->main,
			 is(create->beyond), create->name,
			 create->block_size);
	warn_one_disk(create);
	if (!create->transient && !*create->id)
		complain("%s has no permanent identity by which it could be found after a reboot. Seal the set (\"dmremap seal %s\"), or assemble it by hand.",
			 create->main, shell_word(create->name));
	if (choices->json)
		show_json(create, choices);
	else if (choices->dry_run)
		show_dry_run(create, choices->format);
	else if (choices->format)
		printf("%s: set %s made. \"dmremap assemble %s\" activates it.\n", create->name,
		       create->uuid, create->uuid);
	else
		printf("%s: set %s made and active. Use /dev/mapper/%s from now on, and not %s.\n",
		       create->name, create->uuid, create->name, create->main);
	if (!choices->json)
		show_spare(create, choices);
}
