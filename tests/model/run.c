// SPDX-License-Identifier: GPL-2.0
/* Runs the acts of a batch concurrently. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/fs.h>

#include "model.h"

#define NR_THREADS	2U

static struct thread {
	pthread_t thread;
	sem_t begin, end;
	struct model *m;
	bool stop;
} threads[NR_THREADS];

bool has(const struct model *m, enum act_kind what)
{
	unsigned int i;

	for (i = 0; i < m->nr_acts; i++)
		if (m->acts[i].what == what)
			return true;
	return false;
}

/* --- in threads ------------------------------------------------------------------ */

static int thread_of(const struct act *act)
{
	switch (act->what) {
	case ZEROES:
	case DISCARD:
	case ADD:
	case REMOVE:
	case SCRUB:
		return 0;
	case SUSPEND:
	case RELOAD:
	case FAULT:
	case HEAL:
	case CRASH:
		return 1;
	default:
		return -1;
	}
}

static int erase(const struct model *m, const struct act *act)
{
	u64 range[2] = { act->ranges[0].sector * SECTOR, act->ranges[0].sectors * SECTOR };

	return ioctl(m->fd, act->what == DISCARD ? BLKDISCARD : BLKZEROOUT, range) ? errno : 0;
}

static void run_act(struct model *m, struct act *act)
{
	usleep(act->wait);
	switch (act->what) {
	case ZEROES:
	case DISCARD:
		act->error = erase(m, act);
		break;
	case ADD:
	case REMOVE:
		act->error = change_remaps(act);
		break;
	case SCRUB:
		act->error = start_scrub();
		break;
	case SUSPEND:
		act->error = dm_suspend(&m->set, true, act->flag);
		usleep(act->wait);
		if (!act->error)
			act->error = dm_suspend(&m->set, false, false);
		break;
	case RELOAD:
		reload_set(m, act);
		break;
	case FAULT:
	case HEAL:
		change_fault(m, act);
		break;
	case CRASH:
		cut_power(m);
		break;
	default:
		break;
	}
}

static void *work(void *argument)
{
	struct thread *t = argument;
	unsigned int i;

	for (;;) {
		sem_wait(&t->begin);
		if (t->stop)
			return NULL;
		for (i = 0; i < t->m->nr_acts; i++)
			if (thread_of(&t->m->acts[i]) == t - threads)
				run_act(t->m, &t->m->acts[i]);
		sem_post(&t->end);
	}
}

void begin_running(struct model *m)
{
	unsigned int i;

	if (syscall(SYS_io_setup, MAX_ACTS, &m->aio))
		die("io_setup: %s", strerror(errno));
	for (i = 0; i < MAX_ACTS; i++)
		m->bufs[i] = xalloc(MAX_IO);
	for (i = 0; i < NR_THREADS; i++) {
		threads[i] = (struct thread) { .m = m };
		sem_init(&threads[i].begin, 0, 0);
		sem_init(&threads[i].end, 0, 0);
		if (pthread_create(&threads[i].thread, NULL, work, &threads[i]))
			die("no thread");
	}
}

void end_running(struct model *m)
{
	unsigned int i;

	for (i = 0; i < NR_THREADS; i++) {
		threads[i].stop = true;
		sem_post(&threads[i].begin);
		pthread_join(threads[i].thread, NULL);
	}
	for (i = 0; i < MAX_ACTS; i++)
		free(m->bufs[i]);
	syscall(SYS_io_destroy, m->aio);
}

/* --- by AIO ---------------------------------------------------------------------- */

static void prepare(struct model *m, struct act *act, struct iocb *iocb, u64 id)
{
	const struct range *range = &act->ranges[0];
	u64 i;

	act->buf = m->bufs[id];
	if (act->what == WRITE)
		for (i = 0; i < range->sectors; i++)
			fill_sector(act->buf + i * SECTOR, KIND_DATA, range->sector + i, act->nr);
	if (act->what == READ)
		memset(act->buf, 0xaa, range->sectors * SECTOR);
	*iocb = (struct iocb) { .aio_data = id, .aio_fildes = m->fd };
	if (act->what == FLUSH) {
		iocb->aio_lio_opcode = IOCB_CMD_FSYNC;
		return;
	}
	iocb->aio_lio_opcode = act->what == WRITE ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
	iocb->aio_buf = (uintptr_t)act->buf;
	iocb->aio_nbytes = range->sectors * SECTOR;
	iocb->aio_offset = range->sector * SECTOR;
	iocb->aio_rw_flags = act->what == WRITE && act->flag ? RWF_DSYNC : 0;
}

static unsigned int submit(struct model *m)
{
	struct iocb iocbs[MAX_ACTS], *list[MAX_ACTS];
	unsigned int i, nr = 0;

	for (i = 0; i < m->nr_acts; i++) {
		if (!by_aio(&m->acts[i]))
			continue;
		prepare(m, &m->acts[i], &iocbs[nr], i);
		list[nr] = &iocbs[nr];
		nr++;
	}
	/* The threads begin only now, since preparing the data takes a while. */
	for (i = 0; i < NR_THREADS; i++)
		sem_post(&threads[i].begin);
	if (nr && syscall(SYS_io_submit, m->aio, (long)nr, list) != (long)nr)
		die("io_submit: %s", strerror(errno));
	return nr;
}

static void wait_for(struct model *m, unsigned int nr)
{
	struct io_event events[MAX_ACTS];
	long i, n;

	n = syscall(SYS_io_getevents, m->aio, (long)nr, (long)MAX_ACTS, events, NULL);
	if (n != (long)nr)
		die("io_getevents: %ld", n);
	for (i = 0; i < n; i++) {
		struct act *act = &m->acts[events[i].data];
		__s64 size = act->what == FLUSH ? 0 : act->ranges[0].sectors * SECTOR;

		if (events[i].res < 0)
			act->error = -events[i].res;
		else if (events[i].res != size)
			wrong(m, act, "it did %lld bytes", (long long)events[i].res);
	}
}

/* --- after the acts -------------------------------------------------------------- */

static void activate_again(struct model *m)
{
	stop_set(m);
	if (has(m, CRASH))
		restore_power(m);
	start_set(m);
	check_settings(m);
}

static void judge(struct model *m)
{
	struct status status;
	struct entry *after = read_settled(m, &status);

	judge_acts(m, after);
	judge_table(m, after);
	judge_counts(m, after, &status);
	note_written(m, after);
	free(m->table);
	m->table = after;
	m->status = status;
	memcpy(m->seen_before, m->seen[MAIN], m->c.sectors[MAIN]);
	m->was = m->s;
	note_places(m);
}

void run_batch(struct model *m)
{
	unsigned int i, nr;

	m->batch++;
	note_touched(m);
	change_places(m);
	expect_faults(m);
	nr = submit(m);
	wait_for(m, nr);
	for (i = 0; i < NR_THREADS; i++)
		sem_wait(&threads[i].end);
	if (has(m, SETTINGS))
		put_settings(m);
	if (has(m, CRASH) || has(m, RESTART))
		activate_again(m);
	judge(m);
	m->nr_acts = 0;
}
