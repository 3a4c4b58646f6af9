// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "life/state.h"
#include "lib/util.h"
#include "monitor/kinds.h"

static const struct event_kind kinds[] = {
	{ "remapped", WEIGHT_NOTE, NULL, "blocks have moved to the spare",
	  "%s moved to the spare: the main failed to read or write there, or a command asked for it. Reads and writes go on.",
	  "block", "\"dmremap advise %1$s\" says how long the disk may still be used." },
	{ "lost-data", WEIGHT_GRAVE, NULL, "data is lost",
	  "The data of %s is lost. Reads there fail until they are written again.", "sector",
	  "\"dmremap files %1$s --lost\" names the files: restore them from a backup." },
	{ "pending", WEIGHT_WARNING, NULL, "blocks cannot be read",
	  "The main cannot read the data of %s. Reads there fail, unless a retry succeeds; the next write goes to the spare.",
	  "block",
	  "\"dmremap files %1$s --pending\" names the files: restore them from a backup, which also moves the blocks.",
	},
	{ "slow", WEIGHT_WARNING, NULL, "the main is slow",
	  "The main took longer than errors/slow_ms to read %s, which moved to the spare with the data just read.",
	  "block",
	  "Slow reads often come before failed ones: \"dmremap advise %1$s\" judges the disk." },
	{ "rate", WEIGHT_WARNING, NULL, "blocks move faster than before",
	  "More blocks moved in an hour than the set's limit for a warning: the disk is failing.",
	  NULL,
	  "Connect another disk: \"dmremap replace %1$s NEWDISK\" copies the data to it while the set is in use. \"dmremap advise %1$s\" says whether it is the disk or its cable.",
	},
	{ "low-spare", WEIGHT_WARNING, NULL, "the spare is nearly full", "The spare is nearly full.",
	  NULL,
	  "\"dmremap replace-spare %1$s NEW\" takes a larger spare. \"dmremap advise %1$s\" says whether the disk itself has to be replaced.",
	},
	{ EVENT_FILLING, WEIGHT_WARNING, NULL, "the spare will be full soon",
	  "Blocks move at a rate that fills the spare soon.", NULL,
	  "\"dmremap replace-spare %1$s NEW\" takes a larger spare. \"dmremap advise %1$s\" says whether the disk itself has to be replaced.",
	},
	{ "exhausted", WEIGHT_GRAVE, "exhausted", "the spare is full", NULL, NULL, NULL },
	{ "storm", WEIGHT_GRAVE, "suspended-remaps", "automatic remapping is suspended", NULL, NULL,
	  NULL, "storm-over" },
	{ "read-only", WEIGHT_GRAVE, "read-only", "the set is read-only", NULL, NULL, NULL },
	{ "store-failed", WEIGHT_GRAVE, "failed", "the remap table cannot be written", NULL, NULL,
	  NULL, "store-mended" },
	{ "main-gone", WEIGHT_GRAVE, "main-gone", "the main has left the system", NULL, NULL,
	  NULL, EVENT_DISK_BACK },
	{ "spare-gone", WEIGHT_GRAVE, "spare-gone", "the spare has left the system", NULL, NULL,
	  NULL, EVENT_DISK_BACK },
	{ "both-gone", WEIGHT_GRAVE, "both-gone", "both disks have left the system", NULL, NULL,
	  NULL, EVENT_DISK_BACK },
	{ "store-degraded", WEIGHT_WARNING, NULL, "a copy of the remap table is lost",
	  "The spare has lost a copy of the remap table, which is being written elsewhere on it. The other copy is good.",
	  NULL, "If this happens again, the spare is a bad disk too: \"dmremap advise\" judges it.",
	  "store-mended",
	},
	{ EVENT_SUSPENDED, WEIGHT_GRAVE, "suspended", "the set is suspended", NULL, NULL, NULL,
	  EVENT_RESUMED },
	{ EVENT_WAITING, WEIGHT_GRAVE, NULL, "the set has not come up",
	  "This host knows the set, and it is not active.", NULL, "",
	  EVENT_CAME_UP },
	{ "duplicate", WEIGHT_WARNING, NULL, "a copy of a disk of the set has been connected",
	  "A device claims to be a half of the set, which is active with another device. It is not used.",
	  NULL, "If it is a copy or a snapshot, disconnect it or wipe it, or give it an identity of its own with \"dmremap clone-uuid\"; \"dmremap scan\" shows it.",
	},
	{ "scrub-done", WEIGHT_GOOD, NULL, "a scrub has ended", "A scrub has read the whole main.",
	  NULL, "" },
	{ "store-mended", WEIGHT_GOOD, NULL, "the remap table has all its copies again",
	  "The remap table can be written, and has all its copies again.", NULL, "" },
	{ "storm-over", WEIGHT_GOOD, NULL, "automatic remapping goes on",
	  "Automatic remapping goes on.", NULL, "" },
	{ EVENT_DISK_BACK, WEIGHT_GOOD, NULL, "its disks are there again",
	  "The set is active, and both its disks are there.", NULL, "" },
	{ EVENT_CAME_UP, WEIGHT_GOOD, NULL, "the set has come up", "The set is active now.", NULL,
	  "" },
	{ EVENT_RESUMED, WEIGHT_GOOD, NULL, "the set is in use again", "The set is not suspended any more: its I/O goes on.",
	  NULL, "" },
	{ EVENT_TEST, WEIGHT_NOTE, NULL, "this is a test",
	  "This is a test: nothing has happened.", NULL, "" },
};

static const struct event_kind unknown = {
	"", WEIGHT_WARNING, NULL, "an event", "The kernel sent an event that this program does not know.",
	NULL, "\"dmremap status %1$s\" shows the state of the set.",
};

const struct event_kind *kind_find(const char *event)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].event, event))
			return &kinds[i];
	return &unknown;
}

const struct event_kind *kind_of_state(const char *state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].state && !strcmp(kinds[i].state, state))
			return &kinds[i];
	return NULL;
}

static const struct state_words *words_of(const struct event_kind *kind)
{
	struct status_row row = {};

	text_copy(row.state, kind->state, sizeof(row.state));
	return state_words(&row);
}

void kind_print_what(FILE *out, const struct event_kind *kind, uint64_t count)
{
	char quantity[48] = "";

	if (kind->state) {
		fputs(words_of(kind)->meaning, out);
		return;
	}
	if (kind->unit && count)
		snprintf(quantity, sizeof(quantity), "%llu %s%s", LLU(count), kind->unit,
			 count == 1 ? "" : "s");
	else if (kind->unit)
		snprintf(quantity, sizeof(quantity), "one %s or more", kind->unit);
	/* the formats are the constants above */
	fprintf(out, kind->what, quantity);
}

const char *kind_next(const struct event_kind *kind)
{
	return kind->state ? words_of(kind)->next : kind->next;
}
