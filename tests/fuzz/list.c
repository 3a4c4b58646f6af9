// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of other programs' output about bad sectors: the lists that "dmremap import" reads,
 * in the guessed format or in one named by the user, and the input of "dmremap advise".
 * Whatever a list contains, only blocks of the set may be marked.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "advise/facts.h"
#include "advise/judge.h"
#include "advise/spare-size.h"
#include "must.h"
#include "remaps/import.h"
#include "remaps/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A partition of a disk, or the disk itself. */
static const struct volume volumes[] = {
	{
		.name = "set", .sectors = 2097144, .block = 4096, .logical = 512, .physical = 4096,
		.main = { .path = "/dev/sda1", .number = "8:1", .sectors = 2097152 },
		.partition = true, .partition_start = 2048, .disk = "sda", .disk_number = "8:0",
		.disk_sectors = 1953525168,
	},
	{
		.name = "set", .sectors = 7814037120, .block = 32768, .logical = 512, .physical = 512,
		.main = { .path = "/dev/nvme0n1", .number = "259:0", .sectors = 7814037168 },
		.main_start = 8, .disk = "nvme0n1", .disk_number = "259:0",
		.disk_sectors = 7814037168, .nsid = 1,
	},
};

static const struct import_format *const formats[] = {
	NULL, &import_badblocks, &import_ddrescue, &import_kernel, &import_md, &import_nvme_cli,
	&import_plain, &import_smartctl, &import_zpool,
};

static void check_plan(const struct import *import)
{
	const struct volume *volume = import->volume;
	uint64_t blocks = volume->sectors / volume_block_sectors(volume);
	struct plan plan;
	wide end = 0;
	size_t i;

	plan_make(&plan, volume, &import->entries);
	for (i = 0; i < plan.blocks.nr; i++) {
		must(plan.blocks.range[i].start >= end);
		end = plan.blocks.range[i].end;
		must(end > plan.blocks.range[i].start && end <= blocks);
	}
	must(plan.outside + plan.partly <= import->entries.nr);
	plan_free(&plan);
}

static void try_import(struct import *import, uint8_t choice)
{
	struct import_origin origin;

	import->volume = &volumes[choice / 16 % 2];
	import->format = formats[choice % 16 % (sizeof(formats) / sizeof(formats[0]))];
	import->all_boots = choice & 32;
	import->statuses = choice & 64 ? "-/*?" : "-";
	import->block_size = choice & 128 ? 4096 : 0;
	import_rewind(import);
	if (!import->format)
		import->format = import_guess(import);
	if (!import->format)
		return;
	origin = import->format->whole_disk ? import_origin_disk(import->volume) :
					      import_origin_main(import->volume);
	import->base = origin.base;
	if (import_parse(import) || !import_check_origin(import, &origin))
		return;
	import_say_left(import);
	check_plan(import);
}

static void try_advise(const char *text, size_t size)
{
	struct disk_facts facts = { .path = "/dev/sda" };
	struct advice advice;

	facts_from_log(&facts, text, "sda", "/sys/devices/pci0/ata1/host0/sda", 1e6);
	if (facts_from_smartctl(&facts, text, size)) {
		judge(&advice, &facts);
		must(verdict_text(advice.verdict) && verdict_word(advice.verdict));
		must(!(spare_bytes(&facts, 4096) % 4096));
	}
}

/* The first byte selects the parser for the rest, which is text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import import = { .path = "list" };

	if (size < 2 || memchr(data + 1, 0, size - 1))
		return 0;
	import.size = size - 1;
	import.text = strndup((const char *)data + 1, import.size);
	must(import.text);
	if (data[0] == 0xff)
		try_advise(import.text, import.size);
	else
		try_import(&import, data[0]);
	import_free(&import);
	return 0;
}
