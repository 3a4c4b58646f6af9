// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap dump: show the metadata of a spare.
 */
#include "command.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "spare/dump.h"
#include "spare/open.h"

static void summarize(struct summary *summary, const struct set *set)
{
	struct table table;
	uint32_t i;

	*summary = (struct summary) {};
	table_open(&table, set);
	while (table_next(&table)) {
		for (i = 0; i < set_geometry(set)->replicas; i++)
			summary->copies[i][table.copy[i].state]++;
		summary->lost_pages += !table.newest;
	}
	table_close(&table);
}

static void dump_page(const struct dump_form *form, const struct table *table)
{
	struct entry entry;
	unsigned int i;

	for (i = 0; i < DM_REMAP_PAGE_ENTRIES; i++) {
		entry = table_entry(table, i);
		if (entry.state != DM_REMAP_ENTRY_FREE)
			form->entry(table->set, &entry);
	}
	if (form->page_end)
		form->page_end();
}

static int dump(const struct set *set, const void *context)
{
	const struct dump_form *form = context;
	struct summary summary;
	struct table table;

	summarize(&summary, set);
	form->begin(set, &summary);
	table_open(&table, set);
	while (table_next(&table))
		if (table.newest)
			dump_page(form, &table);
	table_close(&table);
	form->end();
	if (!summary.lost_pages)
		return EXIT_CLEAN;
	complain("%s: %u page%s of the table %s lost and not shown. \"dmremap check\" says which.",
		 set->dev->path, summary.lost_pages, plural(summary.lost_pages),
		 is(summary.lost_pages));
	return EXIT_UNCORRECTED;
}

static int run_dump(int argc, char **argv)
{
	const char *path;
	int status;
	bool json;

	path = command_json_operand(&command_dump, argc, argv, &json, &status);
	return path ? spare_open_and(path, false, dump, json ? &dump_json : &dump_text) : status;
}

const struct command command_dump = {
	.name = "dump",
	.arguments = "[--json] DEVICE|IMAGE",
	.summary = "show the metadata of a spare",
	.help =
	"Shows the superblocks, the settings, the state of each replica of the table, and\n"
	"all entries that are not free. Main sectors count from the start of the target.\n\n"
	"  -j, --json  print JSON\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 all was shown, 4 pages are lost, 8 the device cannot be read or is not a spare,\n"
	"16 wrong usage.\n",
	.run = run_dump,
};
