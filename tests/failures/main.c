// SPDX-License-Identifier: GPL-2.0
/*
 * failures CASE persistent|transient SEED: see failures.h.  The disks are null_blk's main
 * and spare; the set's device is r.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failures.h"

#define LIST	32768

/* Whole blocks, parts of them, and several, far from each other. */
#define REMAPS	"0\n800 8\n2400 64\n7001 3\n"

static struct set set;
static unsigned int failed, succeeded;

static void expect_list(const char *expected, const char *when)
{
	static char list[LIST];

	set_list(&set, list, sizeof(list));
	if (strcmp(list, expected))
		die("%s: the list is\n%sshould be\n%s", when, list, expected);
}

static void must(int error, const char *what)
{
	if (error)
		die("%s: %s", what, strerror(error));
}

static void remember(char *list)
{
	set_list(&set, list, LIST);
	if (!*list)
		die("nothing is remapped");
}

/*
 * The distance to the next allocation to fail: fail each of the first ones, and then a random
 * selection of the others, most of which fill reserves.
 */
static unsigned int step(unsigned int n)
{
	return 1 + below(n / 4 + 1);
}

static void count(int error)
{
	if (error)
		failed++;
	else
		succeeded++;
}

/* After a failed activation there is no set; after a successful one it is unchanged. */
static void activations(const char *list)
{
	unsigned int n;
	bool hit = true;
	int error;

	for (n = 1; hit; n += step(n)) {
		error = set_try(&set, n, &hit);
		if (error && !hit)
			die("allocation %u: %s, but none has failed", n, strerror(error));
		count(error);
		if (error)
			continue;
		if (strcmp(set.store, "persistent") == 0)
			expect_list(list, "after an activation");
		set_remove(&set);
	}
	set_activate(&set);
}

static void case_activate(void)
{
	static char list[LIST];

	/* These activations format the spare. */
	activations("");
	must(set_change("remaps/add", REMAPS), "remaps/add");
	remember(list);
	must(set_write(&set, 800, 16), "write");
	if (strcmp(set.store, "persistent") == 0) {
		set_remove(&set);
		activations(list);
		set_check(&set, 0);
	}
}

/* If a disk failed, some of the blocks may have moved; restore the list @to. */
static void mend(const char *attribute, const char *undo, const char *to)
{
	static char list[LIST];
	char *line, *next;

	set_list(&set, list, sizeof(list));
	for (line = list; *line; line = next + 1) {
		next = strchr(line, '\n');
		*next = 0;
		must(set_change("remaps/remove", line), "remaps/remove");
	}
	if (*to)
		must(set_change(strcmp(attribute, "remaps/add") ? undo : attribute, REMAPS), undo);
}

/*
 * A change is made completely, or fails without changing anything.  The disks may also allocate
 * memory; if that fails, the error is EIO.
 */
static void changes(const char *attribute, const char *undo, const char *before, const char *after)
{
	unsigned int n;
	bool hit = true;
	int error;

	for (n = 1; hit; n += step(n)) {
		fail_allocation(n);
		error = set_change(attribute, REMAPS);
		hit = allocation_failed();
		if (error && !hit)
			die("%s, allocation %u: %s, but none has failed", attribute, n,
			    strerror(error));
		count(error);
		if (error == EIO)
			mend(attribute, undo, before);
		expect_list(error ? before : after, attribute);
		if (!error)
			must(set_change(undo, REMAPS), undo);
	}
	set_check(&set, 0);
}

static void case_change(void)
{
	static char list[LIST];

	set_activate(&set);
	must(set_change("remaps/add", REMAPS), "remaps/add");
	remember(list);
	must(set_change("remaps/remove", REMAPS), "remaps/remove");
	changes("remaps/add", "remaps/remove", "", list);
	must(set_change("remaps/add", REMAPS), "remaps/add");
	changes("remaps/remove", "remaps/add", list, "");
}

/* The table is replaced, or the old one stays; the remaps stay in either case. */
static void case_reload(void)
{
	static char list[LIST];
	char params[128];
	unsigned int n;
	bool hit = true;
	int error;

	set_activate(&set);
	must(set_change("remaps/add", REMAPS), "remaps/add");
	remember(list);
	snprintf(params, sizeof(params), MAIN_DISK " 0 " SPARE_DISK " 1 %s", set.store);
	for (n = 1; hit; n += step(n)) {
		fail_allocation(n);
		error = dm_table(&set.dm, MAIN_BLOCKS * BLOCK, "remap", params);
		hit = allocation_failed();
		if (error && !hit)
			die("allocation %u: %s, but none has failed", n, strerror(error));
		count(error);
		/* The device may still be suspended. */
		if (error)
			must(dm_table(&set.dm, MAIN_BLOCKS * BLOCK, "remap", params), "reload");
		expect_list(list, "after a reload");
		must(set_write(&set, 800, 1), "write");
	}
	set_check(&set, 0);
}

#define REASSEMBLY "/sys/kernel/config/dm-remap-reassembly/"

/* There is no sh in the guest. */
static void load_module(const char *first, const char *second)
{
	pid_t child = fork();
	int status;

	if (!child) {
		execlp("modprobe", "modprobe", first, second, NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		die("modprobe %s", first);
}

/* Get the states of the known sets, one word for each. */
static void states(char *text, size_t size)
{
	glob_t paths;
	size_t i;

	*text = 0;
	if (glob(REASSEMBLY "sets/*/state", 0, NULL, &paths))
		return;
	for (i = 0; i < paths.gl_pathc; i++) {
		FILE *f = fopen(paths.gl_pathv[i], "r");
		size_t n = strlen(text);

		if (!f || !fgets(text + n, size - n, f))
			die("%s cannot be read", paths.gl_pathv[i]);
		fclose(f);
		text[strcspn(text, "\n")] = ' ';
	}
	globfree(&paths);
}

/* Both halves are recorded, or the known state stays. */
static void case_scan(void)
{
	static const char * const known[] = { "", "waiting-main " };
	char text[64];
	unsigned int n, i;
	bool hit = true;
	int error;

	set_activate(&set);
	set_remove(&set);
	load_module("dm_remap_reassembly", NULL);
	for (n = 1; hit; n += step(n)) {
		i = below(2);
		load_module("-r", "dm_remap_reassembly");
		load_module("dm_remap_reassembly", i ? "devices=" SPARE_DISK : NULL);
		fail_allocation(n);
		error = put_file(REASSEMBLY "scan", MAIN_DISK "\n" SPARE_DISK "\n");
		hit = allocation_failed();
		if (error && !hit)
			die("allocation %u: %s, but none has failed", n, strerror(error));
		count(error);
		states(text, sizeof(text));
		if (strcmp(text, error ? known[i] : "complete "))
			die("allocation %u: \"%s\" after %s", n, text, strerror(error));
	}
	load_module("-r", "dm_remap_reassembly");
	set_activate(&set);
}

/* Bad blocks move even if there is no memory. */
static void case_workers(void)
{
	enum { BAD = 200 };
	unsigned int i;

	set_activate(&set);
	must(set_change("errors/storm_limit", "0"), "storm_limit");
	/* Blocks should only move because of requests. */
	must(set_change("errors/neighbours", "0"), "neighbours");
	for (i = 0; i < BAD; i++)
		set_bad("main", 3 * i * BLOCK + 2, 3 * i * BLOCK + 2, true);
	for (i = 0; i < BAD; i++) {
		fail_workers(1 + below(60));
		/* Write a part of the block, all of it, or more. */
		must(set_write(&set, 3 * i * BLOCK + (i % 3 ? 0 : 2), i % 3 ? 8 * (i % 3) : 1),
		     "write");
		/* Let the spare have bad blocks, too. */
		if (i % 50 == 0)
			set_bad("spare", 1000 + i * BLOCK, 1008 + i * BLOCK, true);
	}
	fail_workers(0);
	if (set_status(&set, 1) != BAD)
		die("%llu blocks are remapped", (unsigned long long)set_status(&set, 1));
	set_check(&set, 0);
	if (strcmp(set.store, "persistent") == 0) {
		set_remove(&set);
		set_activate(&set);
		set_check(&set, 0);
	}
	succeeded = BAD;
}

/* --- a request to a disk fails ---------------------------------------------------- */

static int write_bad_block(void)
{
	return set_write(&set, 803, 2);
}

static int write_bad_blocks(void)
{
	return set_write(&set, 796, 40);
}

static int add_by_hand(void)
{
	return set_change("remaps/add", "800 24\n");
}

static int take_back(void)
{
	return set_change("remaps/remove", "800 24\n");
}

static int relocate(void)
{
	return set_write(&set, 800, 8);
}

static const struct step {
	const char *name;
	int (*run)(void);
	bool bad_main;		/* sector 804 cannot be written */
	bool added;		/* the blocks are remapped beforehand */
	bool bad_spare;		/* the spare block with the first of them cannot be written */
	bool may_fail;		/* the step may fail, but must then return an error */
	u64 stride;		/* bytes to the next request to fail: at most the shortest one */
} steps[] = {
	{ "an automatic remap", write_bad_block, .bad_main = true, .stride = 512 },
	{ "a write of several blocks, of which one is bad", write_bad_blocks, .bad_main = true,
	  .stride = 2048 },
	{ "a remap by hand", add_by_hand, .may_fail = true, .stride = 2048 },
	{ "a removal by hand", take_back, .added = true, .may_fail = true, .stride = 2048 },
	{ "a move from one spare block to another", relocate, .added = true, .bad_spare = true,
	  .stride = 512 },
};

static u64 spare_of_first(void)
{
	unsigned long long sector;
	char list[4096];

	dm_message(&set.dm, "list 800", list, sizeof(list));
	if (sscanf(list, "%*u %llu", &sector) != 1)
		die("800 is not remapped: %s", list);
	return sector;
}

/* Return: whether a request has failed. */
static bool run_step(const struct step *step, const char *disk, u64 bytes)
{
	static char before[LIST], after[LIST];
	u64 bad_spare = 0;
	bool hit;
	int error;

	if (step->added)
		must(add_by_hand(), "remaps/add");
	if (step->bad_main)
		set_bad("main", 804, 804, true);
	if (step->bad_spare) {
		bad_spare = spare_of_first();
		set_bad("spare", bad_spare, bad_spare, true);
	}
	set_list(&set, before, LIST);
	fail_request(disk, bytes);
	error = step->run();
	hit = request_failed(disk);
	if (error && (!hit || !step->may_fail))
		die("%s, %s fails after %llu bytes: %s", step->name, disk,
		    (unsigned long long)bytes, strerror(error));
	count(error);
	/* Each removal may fail on its own, and that block then stays remapped. */
	if (error && !step->added)
		expect_list(before, step->name);
	set_check(&set, 0);
	if (strcmp(set.store, "persistent") == 0) {
		set_list(&set, before, LIST);
		set_remove(&set);
		set_activate(&set);
		set_list(&set, after, LIST);
		if (strcmp(before, after))
			die("%s: the list was\n%sis now\n%s", step->name, before, after);
		set_check(&set, 0);
	}
	if (step->bad_main)
		set_bad("main", 804, 804, false);
	if (step->bad_spare)
		set_bad("spare", bad_spare, bad_spare, false);
	/* Everything is as at the beginning, except for bad blocks of the spare. */
	set_list(&set, before, LIST);
	if (*before) {
		char *line, *next;

		for (line = before; *line; line = next + 1) {
			next = strchr(line, '\n');
			*next = 0;
			must(set_change("remaps/remove", line), "remove");
		}
	}
	return hit;
}

/* EVERY=4 in the environment tests a quarter of the requests, by the seed: each takes seconds. */
static void case_requests(void)
{
	const char *text = getenv("EVERY");
	unsigned int every = text && atoi(text) > 1 ? atoi(text) : 1;
	static const char * const disks[] = { MAIN_DISK, SPARE_DISK };
	unsigned int i, d;
	u64 bytes;

	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		for (d = 0; d < 2; d++) {
			set_begin(&set, set.store);
			set_activate(&set);
			bytes = below(every) * steps[i].stride;
			while (run_step(&steps[i], disks[d], bytes))
				bytes += every * steps[i].stride;
			printf("%s, %s: %llu bytes\n", steps[i].name, disks[d],
			       (unsigned long long)bytes);
			set_remove(&set);
		}
	}
	set_activate(&set);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {
		{ "activate", case_activate },
		{ "change", case_change },
		{ "reload", case_reload },
		{ "workers", case_workers },
		{ "requests", case_requests },
		{ "scan", case_scan },
	};
	unsigned int i;

	/* Allocations of this program must not fail. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall: %s", strerror(errno));
	for (i = 0; argc == 4 && i < sizeof(cases) / sizeof(*cases); i++) {
		if (strcmp(argv[1], cases[i].name))
			continue;
		seed_random(strtoull(argv[3], NULL, 0));
		set_begin(&set, argv[2]);
		cases[i].run();
		set_remove(&set);
		printf("%s, %s, seed %s: %u failed, %u succeeded\n", argv[1], argv[2], argv[3],
		       failed, succeeded);
		return 0;
	}
	die("usage: failures CASE persistent|transient SEED");
}
