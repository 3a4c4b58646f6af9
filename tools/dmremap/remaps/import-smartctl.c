// SPDX-License-Identifier: GPL-2.0
/*
 * Logs printed by smartctl, and the units of their addresses.
 */
#include <string.h>

#include "lib/message.h"
#include "lib/util.h"
#include "remaps/smartctl.h"

static int parse_smartctl(struct import *import)
{
	return smartctl_is_json(import) ? smartctl_json_parse(import) :
					  smartctl_text_parse(import);
}

/* "Sector Sizes:     512 bytes logical, 4096 bytes physical" and the like */
static uint64_t text_unit(struct import *import)
{
	static const char * const keys[] = {
		"Sector Size:", "Sector Sizes:", "Logical block size:",
	};
	uint64_t value, unit = 0;
	const char *line, *p;
	unsigned int i;

	while (!unit && (line = import_line(import))) {
		for (i = 0; i < ARRAY_SIZE(keys); i++) {
			p = line;
			if (import_word(&p, keys[i]) && import_number(&p, &value))
				unit = value;
		}
		p = strstr(line, "Formatted LBA Size:");
		if (p && import_word(&p, "Formatted") && import_word(&p, "LBA") &&
		    import_word(&p, "Size:") && import_number(&p, &value))
			unit = value;
	}
	import_rewind(import);
	return unit;
}

static uint64_t smartctl_unit(struct import *import)
{
	uint64_t unit = smartctl_is_json(import) ? smartctl_json_unit(import) : text_unit(import);

	if (import->block_size)
		return import->block_size;
	if (!unit)
		return import->volume->logical;
	if (unit >= SECTOR_SIZE && unit <= 1 << 20 && !(unit & (unit - 1)))
		return unit;
	complain("%s gives a logical sector size of %llu bytes, which is not valid. Give --block-size.",
		 import->path, (unsigned long long)unit);
	return 0;
}

const struct import_format import_smartctl = {
	.name = "smartctl",
	.block_size = true,
	.whole_disk = true,
	.measured = true,
	.unit = smartctl_unit,
	.parse = parse_smartctl,
};
