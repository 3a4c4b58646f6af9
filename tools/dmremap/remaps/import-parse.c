// SPDX-License-Identifier: GPL-2.0
/*
 * Takes a list as a whole: none of it, if it may have been cut off.
 */
#include "lib/message.h"
#include "remaps/import.h"
#include "remaps/smartctl.h"

int import_check_end(const struct import *import)
{
	/* incomplete JSON does not parse */
	if (!import->size || import->text[import->size - 1] == '\n' || smartctl_is_json(import))
		return 0;
	complain("%s does not end with a newline: its last line may have been cut off, within a number. If it is whole, add a newline, or give --format plain for a list of sectors. Nothing has been changed.",
		 import->path);
	return -1;
}

int import_parse(struct import *import)
{
	import->unit = import->format->unit ? import->format->unit(import) : SECTOR_SIZE;
	if (!import->unit || import->format->parse(import))
		return -1;
	/* import_guess() does this for a plain list that the user has not called one */
	return import->format == &import_plain ? 0 : import_check_end(import);
}
