// SPDX-License-Identifier: GPL-2.0
/* The set: its creation, its settings, and its status. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model.h"

#define SET CONFIGFS "set/"

/* Index of data_start in the 8-byte words of a superblock. */
#define DATA_START_WORD 17

/* Polls every 10 ms until the store has repaired itself and nothing moves. */
#define SETTLE_POLLS	1000U

static void describe(const struct model *m, char *line, size_t size)
{
	snprintf(line, size, "%s 0 %s 3 %s block_size %llu", m->part[MAIN].path,
		 m->part[SPARE].path, m->persistent ? "persistent" : "transient",
		 (unsigned long long)(m->c.block * SECTOR));
}

static void find_data(struct model *m)
{
	u64 *page = xalloc(4096);
	int fd = open_device(m->part[SPARE].path);

	if (!read_all(fd, page, 4096, 0))
		die("the spare cannot be read");
	close(fd);
	m->data_start = m->persistent ? page[DATA_START_WORD] : 0;
	free(page);
	if (m->persistent)
		find_places(&m->places, m->part[SPARE].path);
}

static int load_table(struct model *m)
{
	char line[256];

	describe(m, line, sizeof(line));
	return dm_table(&m->set, m->c.sectors[MAIN], "remap", line);
}

void start_set(struct model *m)
{
	int error;

	dm_create(&m->set, "set", m->c.sectors[MAIN], "error", "");
	error = load_table(m);
	if (error && may_be_refused_at_start(m)) {
		m->tally.refused++;
		heal_places(m);
		error = load_table(m);
	}
	if (error)
		wrong(m, NULL, "it cannot be activated: %s", strerror(error));
	m->fd = open_device(m->set.path);
	if (!m->slots)
		find_data(m);
	m->slots = get_status(m).capacity;
}

void stop_set(struct model *m)
{
	close(m->fd);
	m->fd = -1;
	dm_remove(&m->set);
}

void reload_set(struct model *m, struct act *act)
{
	act->error = load_table(m);
}

static void put(const char *name, const char *value)
{
	char path[128];
	int error;

	snprintf(path, sizeof(path), SET "%s", name);
	error = put_file(path, "%s", value);
	if (error)
		die("%s: %s", path, strerror(error));
}

static void put_number(const char *name, u32 value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	put(name, text);
}

void put_settings(struct model *m)
{
	put_number("errors/auto_remap", m->s.auto_remap);
	put("errors/on_read_error", m->s.zero ? "zero" : "fail");
	put_number("errors/retries", m->s.retries);
	put_number("errors/storm_limit", m->s.storm_limit);
	put_number("errors/retry_within_ms", m->s.within_ms);
	put_number("errors/pending_retry_ms", m->s.retry_ms);
	put_number("errors/slow_limit", 0);
	put_number("errors/slow_ms", m->s.slow_ms);
	put("errors/verify_writes", m->s.verify);
	put_number("errors/first_rewrite", m->s.rewrite);
	put_number("errors/neighbours", m->s.neighbours);
	put_number("spare/reserve", m->s.reserve);
	put("spare/policy", m->s.policy);
}

static void check_selected(struct model *m, const char *name, const char *value)
{
	char path[128], wanted[32], *text;

	snprintf(path, sizeof(path), SET "%s", name);
	snprintf(wanted, sizeof(wanted), "[%s]", value);
	text = get_file(path, NULL);
	if (!strstr(text, wanted))
		wrong(m, NULL, "%s is %s", name, text);
	free(text);
}

static void check_number(struct model *m, const char *name, u64 value)
{
	u64 is = get_attribute(name);

	if (is != value)
		wrong(m, NULL, "%s is %llu and not %llu", name, is, value);
}

void check_settings(struct model *m)
{
	check_number(m, "errors/auto_remap", m->s.auto_remap);
	check_selected(m, "errors/on_read_error", m->s.zero ? "zero" : "fail");
	check_number(m, "errors/retries", m->s.retries);
	check_number(m, "errors/storm_limit", m->s.storm_limit);
	check_number(m, "errors/retry_within_ms", m->s.within_ms);
	check_number(m, "errors/pending_retry_ms", m->s.retry_ms);
	check_number(m, "errors/slow_ms", m->s.slow_ms);
	check_selected(m, "errors/verify_writes", m->s.verify);
	check_number(m, "errors/first_rewrite", m->s.rewrite);
	check_number(m, "errors/neighbours", m->s.neighbours);
	check_number(m, "spare/reserve", m->s.reserve);
	check_selected(m, "spare/policy", m->s.policy);
}

struct status get_status(struct model *m)
{
	struct status st;
	char line[512];

	dm_status(&m->set, line, sizeof(line));
	if (sscanf(line, "%31s %llu %llu %llu %llu %llu %llu %llu %llu %llu %31s %llu", st.state,
		   &st.remapped, &st.capacity, &st.pending, &st.lost, &st.bad, &st.buckets,
		   &st.errors[0], &st.errors[1], &st.errors[2], st.store, &st.generation) != 12)
		die("status: %s", line);
	return st;
}

u64 get_attribute(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), SET "%s", name);
	return get_number(path);
}

int change_remaps(const struct act *act)
{
	char lines[MAX_RANGES * 48] = "";
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < act->nr_ranges; i++)
		n += snprintf(lines + n, sizeof(lines) - n, "%llu %llu\n",
			      (unsigned long long)act->ranges[i].sector,
			      (unsigned long long)act->ranges[i].sectors);
	return put_file(act->what == ADD ? SET "remaps/add" : SET "remaps/remove", "%s", lines);
}

int start_scrub(void)
{
	return put_file(SET "scrub/control", "start");
}

void end_background(struct model *m)
{
	m->was = m->s;
	m->s.slow_ms = 0;
	m->s.neighbours = 0;
	put_settings(m);
	if (put_file(SET "scrub/control", "stop"))
		return;
	/* Blocks with a read in flight may still move. */
	usleep(100000);
}

static bool same_tables(const struct model *m, const struct entry *a, const struct entry *b)
{
	u64 block;

	for (block = 0; block < m->c.blocks; block++)
		if (!same_entry(&a[block], &b[block]))
			return false;
	return true;
}

/* Return: whether the store is not being repaired, or cannot be. */
static bool is_settled(const struct model *m, const struct status *st)
{
	return may_be_degraded(m) || strcmp(st->store, "degraded");
}

struct entry *read_settled(struct model *m, struct status *status)
{
	struct entry *table, *again;
	unsigned int i;

	for (i = 0; i < SETTLE_POLLS; i++) {
		table = try_read_table(&m->c, &m->set);
		*status = get_status(m);
		again = m->background && table ? try_read_table(&m->c, &m->set) : NULL;
		if (table && is_settled(m, status) &&
		    (!m->background || (again && same_tables(m, table, again)))) {
			free(again);
			return table;
		}
		free(table);
		free(again);
		usleep(10000);
	}
	wrong(m, NULL, "blocks move, or the store repairs itself, without end: %s", status->store);
}
