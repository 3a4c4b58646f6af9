// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "disk/devnum.h"
#include "disk/slow.h"
#include "lib/message.h"

static dev_t *slow;
static unsigned int nr_slow;

static bool is_noted(dev_t nr)
{
	unsigned int i;

	for (i = 0; i < nr_slow && slow[i] != nr; i++)
		;
	return i < nr_slow;
}

void slow_note(const char *path)
{
	dev_t nr;

	if (!devnum_of(path, &nr) || is_noted(nr))
		return;
	slow = realloc(slow, (nr_slow + 1) * sizeof(*slow));
	if (!slow)
		no_memory();
	slow[nr_slow++] = nr;
}

bool slow_is(const char *path)
{
	dev_t nr;

	return devnum_of(path, &nr) && is_noted(nr);
}
