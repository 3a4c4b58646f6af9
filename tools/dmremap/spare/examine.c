// SPDX-License-Identifier: GPL-2.0
#include <endian.h>

#include "spare/examine.h"

/* The first pages of the table, which show whether the superblocks are out of date. */
#define WITNESSES	8

static void note_sequence(struct diagnosis *diagnosis, uint64_t sequence)
{
	if (sequence > diagnosis->sequence)
		diagnosis->sequence = sequence;
}

static void examine_superblocks(struct diagnosis *diagnosis, const struct set *set)
{
	const struct superblock *sb;
	unsigned int i;

	for (i = 0; i < NR_SUPERBLOCKS; i++) {
		sb = &set->sb[i];
		if (sb->state == SB_GOOD || sb->state == SB_OLDER)
			note_sequence(diagnosis, le64toh(sb->content->generation));
		else if (sb->state == SB_UNREADABLE)
			diagnosis->unreadable = true;
		if (sb->state == SB_GOOD)
			continue;
		diagnosis->write_superblocks = true;
		findings_add(&diagnosis->findings, &(struct finding) {
			.kind = FINDING_SUPERBLOCK,
			.nr = i,
			.sector = sb->sector,
			.why = sb->why,
			.repairable = sb->state != SB_REFUSED,
		});
	}
	if (set->conflict)
		findings_add(&diagnosis->findings, &(struct finding) {
			.kind = FINDING_SUPERBLOCKS,
			.why = set->conflict,
		});
}

/*
 * A run of pages often has the same fault, which is reported once: one finding may be open for each
 * replica, and one for pages as a whole.
 */
#define WHOLE_PAGE	DM_REMAP_MAX_REPLICAS

struct run {
	struct findings *findings;
	struct finding open[DM_REMAP_MAX_REPLICAS + 1];
};

static void run_end(struct run *run, unsigned int nr)
{
	if (run->open[nr].why)
		findings_add(run->findings, &run->open[nr]);
	run->open[nr].why = NULL;
}

static void run_add(struct run *run, const struct finding *finding)
{
	unsigned int nr = finding->kind == FINDING_PAGE ? WHOLE_PAGE : finding->nr;
	struct finding *open = &run->open[nr];

	if (open->why == finding->why && open->repairable == finding->repairable &&
	    open->last + 1 == finding->first) {
		open->last = finding->last;
	} else {
		run_end(run, nr);
		*open = *finding;
	}
}

static void examine_copies(struct diagnosis *diagnosis, const struct table *table,
			   struct run *run)
{
	const struct dm_remap_geometry *geo = set_geometry(table->set);
	const struct copy *copy;
	uint32_t i;

	for (i = 0; i < geo->replicas; i++) {
		copy = &table->copy[i];
		note_sequence(diagnosis, copy->sequence);
		/* stale copies count too, as in the kernel */
		if (copy->sb_sequence > le64toh(table->set->newest->content->sequence))
			diagnosis->outdated = true;
		if (copy->state == COPY_UNREADABLE)
			diagnosis->unreadable = true;
		if (copy->state != COPY_GOOD)
			run_add(run, &(struct finding) {
				.kind = FINDING_COPY,
				.nr = i,
				.first = table->nr,
				.last = table->nr,
				.sector = dm_remap_page_sector(geo, i, table->nr),
				.why = copy->why,
				.repairable = table->newest && !table->differ,
			});
	}
}

static void examine_page(struct diagnosis *diagnosis, const struct table *table, struct run *run)
{
	const struct dm_remap_geometry *geo = set_geometry(table->set);

	examine_copies(diagnosis, table, run);
	if (!table->newest || table->differ)
		run_add(run, &(struct finding) {
			.kind = FINDING_PAGE,
			.first = table->nr,
			.last = table->nr,
			.sector = dm_remap_page_sector(geo, 0, table->nr),
			.why = table->newest ? "its copies differ, and none is newer" :
			       geo->replicas == 1 ? "its only copy is lost" :
						    "all its copies are lost",
		});
	if (table->newest)
		duplicates_add_page(&diagnosis->duplicates, table);
}

/*
 * Whether a copy of a page shows that the superblocks are out of date. If they count no page yet,
 * they record a new main, and the set may have gone back to the former one, with its former seed.
 */
static bool is_witness(const struct table *table, const struct copy *copy)
{
	const struct dm_remap_sb *sb = table->set->newest->content;
	uint64_t sequence = le64toh(sb->sequence);

	if (copy->state == COPY_UNREADABLE)
		return false;
	return copy->sb_sequence > sequence ||
	       (!sb->pages_used && le64toh(copy->content->sb_sequence) > sequence &&
		!dm_remap_page_check(copy->content, sb->replacement.partner_seed, table->nr,
				     set_geometry(table->set)));
}

/* As in the kernel: look at the first pages even if the superblocks do not count them. */
static void examine_witnesses(struct diagnosis *diagnosis, const struct set *set)
{
	uint32_t end = set_geometry(set)->nr_pages, i;
	struct table table;

	table_open(&table, set);
	table.nr = table.nr_pages - 1;
	table.nr_pages = end < WITNESSES ? end : WITNESSES;
	while (table.nr + 1 < table.nr_pages && table_next(&table))
		for (i = 0; i < set_geometry(set)->replicas; i++)
			diagnosis->outdated |= is_witness(&table, &table.copy[i]);
	table_close(&table);
}

static void examine_table(struct diagnosis *diagnosis, const struct set *set)
{
	struct run run = { .findings = &diagnosis->findings };
	struct table table;
	unsigned int i;

	table_open(&table, set);
	while (table_next(&table))
		examine_page(diagnosis, &table, &run);
	table_close(&table);
	for (i = 0; i <= WHOLE_PAGE; i++)
		run_end(&run, i);
	examine_witnesses(diagnosis, set);
	if (diagnosis->outdated)
		findings_add(&diagnosis->findings, &(struct finding) {
			.kind = FINDING_SUPERBLOCKS,
			.why = "the table is newer than those that can be read",
		});
	duplicates_resolve(&diagnosis->duplicates, set, &diagnosis->findings);
}

bool page_needs_repair(const struct diagnosis *diagnosis, const struct table *table)
{
	uint32_t i;

	for (i = 0; i < set_geometry(table->set)->replicas; i++)
		if (table->copy[i].state != COPY_GOOD)
			return true;
	for (i = 0; table->newest && i < DM_REMAP_PAGE_ENTRIES; i++)
		if (duplicates_is_stale(&diagnosis->duplicates, table_entry(table, i).slot))
			return true;
	return false;
}

static void count_writes(struct diagnosis *diagnosis, const struct set *set)
{
	struct table table;

	table_open(&table, set);
	while (table_next(&table))
		if (page_needs_repair(diagnosis, &table))
			diagnosis->write_pages++;
	table_close(&table);
}

void examine(struct diagnosis *diagnosis, const struct set *set)
{
	duplicates_init(&diagnosis->duplicates);
	examine_superblocks(diagnosis, set);
	examine_table(diagnosis, set);
	if (diagnosis->findings.repairable && !diagnosis->findings.fatal)
		count_writes(diagnosis, set);
}

void diagnosis_free(struct diagnosis *diagnosis)
{
	duplicates_free(&diagnosis->duplicates);
}

bool superblocks_are_outdated(const struct set *set)
{
	struct diagnosis diagnosis = {};

	examine(&diagnosis, set);
	diagnosis_free(&diagnosis);
	return diagnosis.outdated;
}
