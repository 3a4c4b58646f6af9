// SPDX-License-Identifier: GPL-2.0
/*
 * model SEED OPERATIONS: run sets with this seed and the following ones, until there have
 * been at least OPERATIONS operations.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model.h"

#define BATCHES		60U	/* number of batches of a set */
#define SWEEP_EVERY	20U	/* number of batches between sweeps */

static const char * const names[NR_WHATS] = {
	"write", "read", "flush", "zeroes", "discard", "add", "remove", "scrub", "suspend",
	"reload", "fault", "heal", "crash", "restart", "settings",
};

static unsigned int sets, operations;
static struct tally all;

static void describe(const struct model *m)
{
	printf("seed %llu: %s, logical blocks of %llu, blocks of %llu sectors, %llu of them, %llu slots, %u copies, %s%s%s%s%s\n",
	       m->c.seed, m->persistent ? "persistent" : "transient", m->unit, m->c.block,
	       m->c.blocks, m->slots, m->c.replicas, m->c.fua ? "FUA" : "no FUA",
	       m->slow ? ", slow" : "", m->crashes ? ", crashes" : "",
	       m->table_faults ? ", faults of the table" : "", m->background ? ", background" : "");
	fflush(stdout);
}

static void describe_act(const struct act *act)
{
	unsigned int i;

	printf("  operation %u: %s", act->nr, names[act->what]);
	for (i = 0; i < act->nr_ranges; i++)
		printf(" %llu+%llu", act->ranges[i].sector, act->ranges[i].sectors);
	if (act->what == FAULT || act->what == HEAL)
		printf(" of the %s, %s%s%s", act->disk == MAIN ? "main" : "spare",
		       act->mode & BAD_READ ? "R" : "", act->mode & BAD_WRITE ? "W" : "",
		       act->flag ? " null_blk" : "");
	else if (act->flag)
		printf(" %s", act->what == SUSPEND ? "noflush" : "FUA");
	printf(": %s\n", strerror(act->error));
}

/* Print the faults that acts of the batch may have met. */
static void describe_faults(const struct model *m, unsigned int d)
{
	u64 s, n;

	for (s = 0; s < m->c.sectors[d]; s += n) {
		for (n = 1; s + n < m->c.sectors[d]; n++)
			if (m->seen[d][s + n] != m->seen[d][s])
				break;
		if (m->seen[d][s])
			printf("  the %s: %llu+%llu fails %s%s\n",
			       d == MAIN ? "main" : "spare", s, n,
			       m->seen[d][s] & BAD_READ ? "R" : "",
			       m->seen[d][s] & BAD_WRITE ? "W" : "");
	}
}

static void describe_places(const struct model *m)
{
	unsigned int i;

	for (i = 0; i < m->places.nr; i++) {
		u8 mode = m->mode[SPARE][m->places.at[i].first] & BAD_BOTH;

		if (mode || m->suspect >> i & 1)
			printf("  %s at %llu of the spare%s%s%s%s\n",
			       m->places.at[i].thing ? "a page of the table" : "a superblock",
			       m->places.at[i].first, mode ? ", fails " : "",
			       mode & BAD_READ ? "R" : "", mode & BAD_WRITE ? "W" : "",
			       m->suspect >> i & 1 ? ", suspect" : "");
	}
}

static void describe_table(const char *when, const struct model *m, const struct entry *table)
{
	u64 b, s, touched;

	for (b = 0; table && b < m->c.blocks; b++) {
		touched = m->by_hand[b];
		for (s = b * m->c.block; s < (b + 1) * m->c.block; s++)
			touched |= m->touch[s];
		if (touched && table[b].slot != NO_SLOT)
			printf("  %s: block %llu, sectors %llu+%llu, is at %u of the spare%s, lost %#llx, unread %#llx\n",
			       when, b, b * m->c.block, m->c.block, table[b].slot,
			       table[b].pending ? ", pending" : "", table[b].lost, table[b].unread);
	}
}

void wrong(struct model *m, const struct act *act, const char *format, ...)
{
	unsigned int i;
	va_list args;

	printf("WRONG: seed %llu, batch %u", m->c.seed, m->batch);
	if (act)
		printf(", operation %u (%s %llu+%llu)", act->nr, names[act->what],
		       act->ranges[0].sector, act->ranges[0].sectors);
	printf(": ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n  settings: auto_remap %d, on_read_error %s, retries %u, retry_within_ms %u, pending_retry_ms %u, slow_ms %u, verify_writes %s, first_rewrite %d, neighbours %u, reserve %u, %s\n",
	       m->s.auto_remap, m->s.zero ? "zero" : "fail", m->s.retries,
	       m->s.within_ms, m->s.retry_ms, m->s.slow_ms, m->s.verify, m->s.rewrite,
	       m->s.neighbours, m->s.reserve, m->s.policy);
	printf("  before: %s, %llu remapped, %llu pending, %llu bad, of %llu\n", m->status.state,
	       m->status.remapped, m->status.pending, m->status.bad, m->status.capacity);
	for (i = 0; i < m->nr_acts; i++)
		describe_act(&m->acts[i]);
	describe_faults(m, MAIN);
	describe_faults(m, SPARE);
	describe_places(m);
	describe_table("before", m, m->table);
	describe_table("now", m, try_read_table(&m->c, &m->set));
	fflush(stdout);
	_exit(1);
}

static void run(struct model *m)
{
	unsigned int i;

	start_set(m);
	describe(m);
	put_settings(m);
	m->table = read_settled(m, &m->status);
	begin_running(m);
	for (i = 1; i <= BATCHES; i++) {
		generate_batch(m);
		run_batch(m);
		if (i % SWEEP_EVERY == 0)
			sweep(m);
	}
	tidy_up(m);
	end_running(m);
	stop_set(m);
}

static void add_up(const struct tally *tally)
{
	const unsigned int *from = (const unsigned int *)tally;
	unsigned int i, *to = (unsigned int *)&all;

	for (i = 0; i < sizeof(all) / sizeof(*to); i++)
		to[i] += from[i];
}

static void run_seed(u64 seed)
{
	struct model m;

	make_model(&m, seed);
	if (put_file("/sys/module/dm_remap_metadata/parameters/replicas", "%u", m.c.replicas))
		die("replicas cannot be set");
	run(&m);
	sets++;
	operations += m.nr;
	add_up(&m.tally);
	remove_disks(&m);
	free(m.table);
	free(m.sectors);
	free(m.touch);
	free(m.by_hand);
	free(m.retired);
}

int main(int argc, char **argv)
{
	unsigned int i, wanted;
	u64 seed;

	if (argc != 3)
		die("usage: model SEED OPERATIONS");
	seed = strtoull(argv[1], NULL, 0);
	wanted = strtoul(argv[2], NULL, 0);
	while (operations < wanted)
		run_seed(seed++);
	printf("did:");
	for (i = 0; i < NR_WHATS; i++)
		printf(" %u %s (%u failed)", all.acts[i], names[i], all.failed[i]);
	printf("\nthe table was degraded after %u batches, %u activations were refused",
	       all.degraded, all.refused);
	printf("\nall: %u sets, %u operations, %u blocks remapped, %u made pending, %u relocated, %u sectors lost, %u found again, %u unread, %u fetched, %u writes found no room\n",
	       sets, operations, all.remapped, all.pending, all.relocated, all.lost, all.found,
	       all.unread, all.fetched, all.full);
	printf("rarely: %u blocks moved for being slow, %u without any request, %u cured\n",
	       all.slow, all.unasked, all.cured);
	return 0;
}
