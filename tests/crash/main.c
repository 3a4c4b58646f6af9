// SPDX-License-Identifier: GPL-2.0
/*
 * crash SEED POINTS: run workloads with this seed and the following ones, and replay each
 * one up to every boundary, until at least POINTS points have been checked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"

#define MAX_FAILURES 5

struct figures {
	unsigned int workloads, boundaries, points, again, faulty, refused, failures;
};

static void make_config(struct config *c, u64 seed)
{
	static const unsigned int blocks[] = { 8, 8, 1, 8, 2 };
	static const char * const policies[] = { "near", "linear", "spread", "spread" };
	u64 slots;

	seed_random(seed);
	c->seed = seed;
	c->block = blocks[seed % 5];
	/* A multiple of the page size. */
	c->blocks = c->block == 8 ? 64 + below(64) : 400;
	c->sectors[MAIN] = c->block * c->blocks;
	slots = c->block == 8 ? 60 + below(40) : 300 + below(200);
	c->replicas = one_in(3) ? 3 + below(2) : 2;
	c->sectors[SPARE] = (slots * c->block + 8 * (4 + c->replicas * (1 + slots / 169))) / 8 * 8;
	c->fua = seed % 2;
	c->faults = seed % 4;
	c->policy = policies[below(4)];
	c->retries = below(3);
	c->nr_ops = 50;
}

static void describe(const struct config *c)
{
	printf("seed %llu: blocks of %llu sectors, %llu of them, spare of %llu sectors, %u copies, %s, %s%s\n",
	       c->seed, c->block, c->blocks, c->sectors[SPARE], c->replicas, c->policy,
	       c->fua ? "FUA" : "no FUA", c->faults ? ", faults of the table" : "");
}

static bool is_boundary(const struct io *io)
{
	return (!io->sectors || io->fua) && !io->failed;
}

static u64 random_time(u64 from, u64 to)
{
	return from + random_u64() % (to - from);
}

/* Check all points from the boundary at @time to the next one, at @next. */
static void check_boundary(struct checker *k, struct images *im, struct figures *f, u64 time,
			   u64 next)
{
	static const char * const names[] = { "nothing more", "all", "some", "some torn" };
	u8 *const disks[] = { im->crash[MAIN].data, im->crash[SPARE].data };
	/* Tear the few writes of the formatting more often. */
	unsigned int i, last = time < k->p->w->ops[0].ended ? HOW_TORN + 6 : HOW_TORN;
	enum how how;
	char what[96];
	u64 at = time;

	images_advance(im, time);
	for (i = 0; i <= last; i++) {
		how = i < HOW_TORN ? i : HOW_TORN;
		if (how)
			at = how == HOW_TORN ? random_time(time, next) : next - 1;
		/* If no write is outstanding, there is only one possible content. */
		if (!images_crash(im, at, how) && how)
			continue;
		snprintf(what, sizeof(what), "seed %llu, boundary %u, %s", k->c->seed,
			 f->boundaries, names[how]);
		check_point(k, disks, at, what, one_in(25));
		f->points++;
	}
	f->boundaries++;
}

static void replay(struct checker *k, struct images *im, const struct timeline *t,
		   struct figures *f)
{
	const struct io *last = NULL, *io;

	for (io = t->ios; io < t->ios + t->nr; io++) {
		if (!is_boundary(io))
			continue;
		if (last && k->failures < MAX_FAILURES)
			check_boundary(k, im, f, last->done, io->done);
		last = io;
	}
	if (last && k->failures < MAX_FAILURES)
		check_boundary(k, im, f, last->done, last->done + 1);
}

static void set_replicas(unsigned int replicas)
{
	if (put_file("/sys/module/dm_remap_metadata/parameters/replicas", "%u", replicas))
		die("replicas cannot be set");
}

static void run(u64 seed, struct figures *f)
{
	struct figures here = { .workloads = 1 };
	struct promises promises;
	struct timeline timeline;
	struct workload workload;
	struct checker checker;
	struct images images;
	struct config config;
	unsigned int i;

	make_config(&config, seed);
	describe(&config);
	set_replicas(config.replicas);
	run_workload(&config, &workload);
	read_timeline(&timeline, &workload);
	make_promises(&promises, &config, &workload);
	images_begin(&images, &config, &workload, &timeline);
	checker_begin(&checker, &config, &promises, &timeline);
	replay(&checker, &images, &timeline, &here);
	checker_end(&checker);
	here.again = checker.again;
	here.faulty = checker.faulty;
	here.refused = checker.refused;
	here.failures = checker.failures;
	printf("seed %llu: %u ops, %u writes and flushes, %u boundaries, %u points, %u crashes in activations, %u activations with faults, %u refused, %u failed\n",
	       seed, workload.nr, timeline.nr, here.boundaries, here.points, here.again,
	       here.faulty, here.refused, here.failures);
	fflush(stdout);
	f->workloads += here.workloads;
	f->boundaries += here.boundaries;
	f->points += here.points;
	f->again += here.again;
	f->faulty += here.faulty;
	f->refused += here.refused;
	f->failures += here.failures;

	images_end(&images);
	free_promises(&promises);
	free_timeline(&timeline);
	for (i = 0; i < workload.nr; i++)
		free(workload.ops[i].table);
	free(workload.ops);
	free(workload.base[MAIN]);
	free(workload.base[SPARE]);
}

int main(int argc, char **argv)
{
	static const char * const disks[] = {
		"mainlog", "sparelog", "replaylog", "replaymain", "replayspare", "keptmain",
		"keptspare"
	};
	struct figures f = { };
	struct dm kept;
	unsigned int i;
	u64 seed;

	if (argc != 3)
		die("usage: crash SEED POINTS");
	seed = strtoull(argv[1], NULL, 0);
	for (i = 0; i < 7; i++)
		make_disk(disks[i], i < 3 ? 256 : 1, true, 1);
	/* Keep a set: the last one destroys the shared slab caches, slower than anything else. */
	dm_create(&kept, "kept", 2048, "remap", "/dev/keptmain 0 /dev/keptspare 1 transient");
	while (f.points < strtoul(argv[2], NULL, 0) && f.failures < MAX_FAILURES)
		run(seed++, &f);
	dm_remove(&kept);
	for (i = 0; i < 7; i++)
		remove_disk(disks[i]);
	printf("all: %u workloads, %u boundaries, %u points, %u crashes in activations, %u activations with faults, %u refused, %u failed\n",
	       f.workloads, f.boundaries, f.points, f.again, f.faulty, f.refused, f.failures);
	return f.failures ? 1 : 0;
}
