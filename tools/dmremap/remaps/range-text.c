// SPDX-License-Identifier: GPL-2.0
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/number.h"
#include "remaps/range-text.h"

bool range_parse(const char *text, uint64_t *start, uint64_t *count)
{
	*count = 1;
	return number_take(&text, start) &&
	       (!*text || (*text++ == '+' && number_take(&text, count) && !*text && *count));
}

int range_add(const struct volume *volume, const char *text, struct ranges *blocks)
{
	uint64_t start, count, block = volume_block_sectors(volume);

	if (!range_parse(text, &start, &count)) {
		complain("\"%s\" is not START or START+COUNT, in sectors.", text);
		return EXIT_USAGE;
	}
	if (start >= volume->sectors || count > volume->sectors - start) {
		complain("%s: %s is beyond the end of the device, which has %llu sectors. Nothing has been changed.",
			 volume->name, text, LLU(volume->sectors));
		return EXIT_OPERATION;
	}
	ranges_add(blocks, start / block, (start + count + block - 1) / block);
	return EXIT_CLEAN;
}
