// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "kernel/kernel.h"
#include "life/state.h"
#include "lib/exit.h"
#include "lib/number.h"
#include "lib/util.h"

static const struct state_words states[] = {
	{ "ok", CHECK_OK, "All blocks can be read and written.", "" },
	{ "degraded", CHECK_DEGRADED,
	  "Blocks are pending, sectors are lost, or a lost copy of the remap table is being replaced.",
	  "\"dmremap files %1$s\" names the files on such blocks: restore them from a backup. \"dmremap advise %1$s\" judges the disk.",
	},
	{ "exhausted", CHECK_STOPPED,
	  "The spare is full: the next bad block cannot be moved, and its writes fail.",
	  "\"dmremap replace-spare %1$s NEW\" takes a larger spare. Until there is one, \"dmremap set %1$s spare/reserve=0\" frees the reserve. \"dmremap advise %1$s\" judges the disk.",
	},
	{ "suspended-remaps", CHECK_STOPPED,
	  "Too many blocks moved in a row without one good I/O between them, so automatic remapping is suspended.",
	  "Look at the cable, the controller and the kernel log; then \"dmremap resume %1$s\"." },
	{ "read-only", CHECK_STOPPED, "No write reaches the main or the spare.",
	  "If nobody wanted that, a disk has turned read-only: \"journalctl -k | grep -F %1$s\" says which. Copy the data from /dev/mapper/%1$s to another disk.",
	},
	{ "failed", CHECK_FAILED,
	  "The remap table cannot be made durable, and writes fail.",
	  "Stop its users, run \"dmremap stop %1$s\", and \"dmremap check\" its spare." },
	{ "main-gone", CHECK_FAILED,
	  "The main has left the system: reads and writes of all blocks that had not moved fail. No block moves because of that.",
	  "Look at its cable, its power and the kernel log. When it is back, unmount the set; then \"dmremap stop %1$s\" and \"dmremap assemble %1$s\". If it is dead, restore the backup: \"dmremap replace --rescue-spare\" extracts what had moved.",
	},
	{ "spare-gone", CHECK_FAILED,
	  "The spare has left the system: reads and writes of blocks that had moved fail, and no other block can move.",
	  "Look at its cable, its power and the kernel log. When it is back, unmount the set; then \"dmremap stop %1$s\" and \"dmremap assemble %1$s\". If it is gone for good, what had moved is lost: \"dmremap replace --leave %1$s NEWDISK --mapfile FILE\" copies the rest to another disk, and \"dmremap delete --give-up %1$s\" ends the set on this one.",
	},
	{ "both-gone", CHECK_FAILED,
	  "Main and spare have left the system: all reads and writes fail.",
	  "Look at their cable, their power and the kernel log. When they are back, unmount the set; then \"dmremap stop %1$s\" and \"dmremap assemble %1$s\".",
	},
	{ "waiting-main", CHECK_STOPPED, "The main is missing.", "" },
	{ "waiting-spare", CHECK_STOPPED, "The spare is missing.", "" },
	{ "waiting", CHECK_STOPPED, "None of its disks has been found.", "" },
	{ "complete", CHECK_STOPPED, "Both halves are present, but the set is not active.",
	  "\"dmremap assemble %1$s\"." },
	{ "without-spare", CHECK_STOPPED,
	  "The main is shown without its spare: blocks that had moved have old content.", "" },
	{ "suspended", CHECK_STOPPED, "All its I/O waits.",
	  "Unless a running command has suspended it: \"dmsetup resume %1$s\". If that fails, the kernel log says why.",
	},
	{ "starting", CHECK_STOPPED, "The device has no table in force yet.",
	  "If this does not change, see \"dmsetup info %1$s\" and the kernel log." },
	{ "conflict", CHECK_FAILED, "A half is there more than once, or it is not clear which it is.",
	  "",
	},
	{ "damaged", CHECK_FAILED, "The metadata of the set cannot be used.", "" },
	{ "unknown", EXIT_OPERATION, "The kernel does not show its state.", "" },
};

static const struct state_words low_spare = {
	"ok", CHECK_DEGRADED, "The spare is nearly full.",
	"\"dmremap replace-spare %1$s NEW\" takes a larger spare. \"dmremap advise %1$s\" says whether the disk itself has to be replaced.",
};

static const struct state_words other = {
	"", CHECK_STOPPED, "This set is not in use.", "",
};

static bool read_number(const char *name, const char *attribute, uint64_t *value)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	return !kernel_read(TREE_CONFIG, name, attribute, text) && number_take(&p, value);
}

static bool is_low(const struct status_row *row)
{
	uint64_t left, low;

	return row->active && read_number(row->name, "spare/free", &left) &&
	       read_number(row->name, "spare/low_water", &low) && left <= low;
}

static const struct state_words *find(const char *state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		if (!strcmp(states[i].state, state))
			return &states[i];
	return &other;
}

const char *state_name(const struct status_row *row)
{
	return row->suspended && find(row->state)->check < CHECK_FAILED ? "suspended" : row->state;
}

const struct state_words *state_words(const struct status_row *row)
{
	const char *state = state_name(row);

	return !strcmp(state, "ok") && is_low(row) ? &low_spare : find(state);
}
