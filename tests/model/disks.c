// SPDX-License-Identifier: GPL-2.0
/*
 * The disks, and their faults.  Sectors fail all I/O by means of null_blk or of a piece of
 * dm-error; they fail only reads or only writes by means of dm-delay, which sends these to
 * different devices.  Others are slow, so that there is I/O in flight at all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model.h"

#define MIB		4U
#define MAX_PIECES	400U
#define MAX_DEVICE	96U
#define MAX_LINE	(4 * MAX_DEVICE)

static const char * const names[] = { "main", "spare" };

static struct dm broken;

/* Describe a piece of @disk from @first on, whose sectors have the same mode. */
static void describe(char *line, unsigned int disk, u64 first, u8 mode)
{
	char good[MAX_DEVICE], bad[MAX_DEVICE];
	unsigned long long at = first;

	snprintf(good, sizeof(good), "/dev/%s-disk %llu", names[disk], at);
	snprintf(bad, sizeof(bad), "%s %llu", broken.path, at);
	if (!mode)
		snprintf(line, MAX_LINE, "%s", good);
	else if ((mode & BAD_BOTH) == BAD_BOTH)
		*line = 0;
	else
		snprintf(line, MAX_LINE, "%s %d %s %d %s 0", mode & BAD_READ ? bad : good,
			 mode & SLOW_READ ? 1 : 0, mode & BAD_WRITE ? bad : good,
			 mode & SLOW_WRITE ? 6 : 0, good);
}

static const char *target_of(u8 mode)
{
	if (!mode)
		return "linear";
	return (mode & BAD_BOTH) == BAD_BOTH ? "error" : "delay";
}

static void put_pieces(struct model *m, struct dm *dm, bool create)
{
	static char lines[MAX_PIECES][MAX_LINE];
	struct dm_piece pieces[MAX_PIECES] = { };
	unsigned int d, nr = 0;
	int error;
	u64 s, n;

	for (d = 0; d < NR_DISKS; d++) {
		for (s = 0; s < m->c.sectors[d]; s += n) {
			for (n = 1; s + n < m->c.sectors[d]; n++)
				if (m->mode[d][s + n] != m->mode[d][s])
					break;
			if (nr == MAX_PIECES)
				die("too many pieces");
			describe(lines[nr], d, s, m->mode[d][s]);
			pieces[nr] = (struct dm_piece) {
				.sectors = n,
				.target = target_of(m->mode[d][s]),
				.params = lines[nr],
			};
			nr++;
		}
	}
	if (create)
		dm_create(dm, "disks", m->c.sectors[MAIN] + m->c.sectors[SPARE], "error", "");
	error = dm_pieces(dm, pieces, nr);
	if (error)
		die("disks: %s", strerror(error));
}

/* Write the initial content of a disk. */
static void fill_disk(struct model *m, unsigned int d)
{
	u8 *data = xalloc(m->c.sectors[d] * SECTOR);
	int fd;
	u64 s;

	/* The first page of the spare must be zeros for it to be accepted. */
	for (s = d == SPARE ? 8 : 0; s < m->c.sectors[d]; s++)
		fill_sector(data + s * SECTOR, d == SPARE ? KIND_STALE : KIND_DATA, s, 0);
	fd = open_device(m->part[d].path);
	write_all(fd, data, m->c.sectors[d] * SECTOR, 0);
	close(fd);
	free(data);
}

/* A request fails with everything that was merged into it, which the model does not know. */
static void dont_merge(const char *disk)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/block/%s/queue/nomerges", disk);
	if (put_file(path, "2"))
		die("%s cannot be set", path);
}

void make_disks(struct model *m)
{
	char line[MAX_DEVICE];
	unsigned int d;

	dm_create(&broken, "broken", MIB << 11, "error", "");
	for (d = 0; d < NR_DISKS; d++) {
		snprintf(line, sizeof(line), "%s-disk", names[d]);
		make_disk(line, MIB, m->c.fua, m->unit);
		dont_merge(line);
		m->mode[d] = xalloc(m->c.sectors[d]);
		m->blocked[d] = xalloc(m->c.sectors[d] * sizeof(bool));
		m->seen[d] = xalloc(m->c.sectors[d]);
	}
	m->seen_before = xalloc(m->c.sectors[MAIN]);
	put_pieces(m, &m->disks, true);
	for (d = 0; d < NR_DISKS; d++) {
		snprintf(line, sizeof(line), "%s %llu", m->disks.path,
			 d == MAIN ? 0 : (unsigned long long)m->c.sectors[MAIN]);
		dm_create(&m->part[d], names[d], m->c.sectors[d], "linear", line);
		fill_disk(m, d);
	}
}

void remove_disks(struct model *m)
{
	char line[64];
	unsigned int d;

	dm_remove(&m->part[MAIN]);
	dm_remove(&m->part[SPARE]);
	dm_remove(&m->disks);
	dm_remove(&broken);
	free(m->seen_before);
	for (d = 0; d < NR_DISKS; d++) {
		snprintf(line, sizeof(line), "%s-disk", names[d]);
		remove_disk(line);
		free(m->mode[d]);
		free(m->blocked[d]);
		free(m->seen[d]);
	}
}

void expect_faults(struct model *m)
{
	unsigned int d, i;
	u64 s;

	for (d = 0; d < NR_DISKS; d++)
		for (s = 0; s < m->c.sectors[d]; s++)
			m->seen[d][s] = m->blocked[d][s] ? BAD_BOTH : m->mode[d][s] & BAD_BOTH;
	forget_places(m, m->seen[SPARE]);
	for (i = 0; i < m->nr_acts; i++) {
		const struct act *act = &m->acts[i];

		if (act->what != FAULT)
			continue;
		for (s = 0; s < act->ranges[0].sectors; s++)
			m->seen[act->disk][act->ranges[0].sector + s] |= act->mode & BAD_BOTH;
	}
	for (d = 0; d < NR_DISKS; d++)
		for (s = 0; s < m->c.sectors[d]; s++)
			m->ever[d] |= m->seen[d][s];
}

/* Tell null_blk which sectors change. */
static void block(struct model *m, unsigned int d, u64 first, u64 last, bool bad)
{
	char disk[64];
	u64 s, n;

	snprintf(disk, sizeof(disk), "%s-disk", names[d]);
	for (s = first; s <= last; s += n) {
		for (n = 1; s + n <= last; n++)
			if (m->blocked[d][s + n] != m->blocked[d][s])
				break;
		if (m->blocked[d][s] == bad)
			continue;
		memset(m->blocked[d] + s, bad, n);
		set_bad(disk, s, s + n - 1, bad);
	}
}

void change_fault(struct model *m, const struct act *act)
{
	u64 first = act->ranges[0].sector, n = act->ranges[0].sectors, s;
	bool changed = false;

	if (act->what == HEAL)
		block(m, act->disk, first, first + n - 1, false);
	if (act->what == FAULT && act->flag) {
		block(m, act->disk, first, first + n - 1, true);
		return;
	}
	for (s = first; s < first + n; s++) {
		u8 *mode = &m->mode[act->disk][s], was = *mode;

		*mode = act->what == HEAL ? was & ~BAD_BOTH : was | act->mode;
		changed |= *mode != was;
	}
	/* Only if necessary, since it takes a while. */
	if (changed)
		put_pieces(m, &m->disks, false);
}

void cut_power(struct model *m)
{
	int error = dm_table(&m->disks, m->c.sectors[MAIN] + m->c.sectors[SPARE], "error", "");

	if (error)
		die("disks: %s", strerror(error));
}

void restore_power(struct model *m)
{
	put_pieces(m, &m->disks, false);
}
