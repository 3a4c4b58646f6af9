// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "disk/devnum.h"
#include "disk/slow.h"
#include "lib/clock.h"
#include "lib/message.h"

/* After this time a device may have been mended, or replaced. */
#define SLOW_NS		(3600 * 1000000000ull)

static struct slow {
	dev_t nr;
	uint64_t when;
} *slow;
static unsigned int nr_slow;

static struct slow *find(dev_t nr)
{
	unsigned int i;

	for (i = 0; i < nr_slow; i++)
		if (slow[i].nr == nr)
			return &slow[i];
	return NULL;
}

void slow_note(const char *path)
{
	struct slow *noted;
	dev_t nr;

	if (!devnum_of(path, &nr))
		return;
	noted = find(nr);
	if (!noted) {
		slow = reallocarray(slow, nr_slow + 1, sizeof(*slow));
		if (!slow)
			no_memory();
		noted = &slow[nr_slow++];
	}
	*noted = (struct slow) { nr, clock_ns() };
}

bool slow_is(const char *path)
{
	const struct slow *noted;
	dev_t nr;

	noted = devnum_of(path, &nr) ? find(nr) : NULL;
	return noted && clock_ns() - noted->when < SLOW_NS;
}
