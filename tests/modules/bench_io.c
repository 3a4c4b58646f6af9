// SPDX-License-Identifier: GPL-2.0
/*
 * Measures what an I/O costs on several block devices in one run.
 *
 *   insmod bench_io.ko devices=raw=/dev/nullb0,linear=/dev/mapper/linear size=4096
 *
 * submits I/Os one after the other, at random places, from inside the kernel, so that the
 * figures include no system calls.  The devices take turns, with many I/Os each,
 * so that other load on the machine affects all of them.  With processors=2 each turn of one
 * processor is followed by one in which both submit to the device at the same time.  For each
 * device and number of processors the log has a line
 *
 *   bench_io: NAME PROCESSORS BEST MEDIAN
 *
 * with the time of an I/O on each processor, in hundredths of a nanosecond, in the best round and
 * in the median round.  The module does not stay loaded.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#define MAX_DEVICES	16
#define MAX_ROUNDS	4000U

static char *devices[MAX_DEVICES];
static int nr_devices;
module_param_array(devices, charp, &nr_devices, 0444);
MODULE_PARM_DESC(devices, "NAME=PATH of each block device");
static uint size = 4096;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "bytes of an I/O, a power of two, up to 1 MiB");
static uint step;
module_param(step, uint, 0444);
MODULE_PARM_DESC(step, "bytes from one place to the next, at least size, which is the default");
static unsigned long long start;
module_param(start, ullong, 0444);
MODULE_PARM_DESC(start, "byte at which the first place is");
static uint places = 1 << 20;
module_param(places, uint, 0444);
MODULE_PARM_DESC(places, "number of places");
static bool writes;
module_param(writes, bool, 0444);
static uint rounds = 800;
module_param(rounds, uint, 0444);
static uint ios = 1000;
module_param(ios, uint, 0444);
MODULE_PARM_DESC(ios, "I/Os of a round on each device");
static uint processors = 1;
module_param(processors, uint, 0444);
MODULE_PARM_DESC(processors, "processors that submit at the same time, after one alone");
static bool polled;
module_param(polled, bool, 0444);
MODULE_PARM_DESC(polled, "poll for completions");

/**
 * struct bench_device - a device that is measured.
 * @name: for the log.
 * @file: the device, open.
 * @one: the time of an I/O in each round, in hundredths of a nanosecond, on one processor.
 * @all: the same on all processors at the same time.
 */
struct bench_device {
	const char *name;
	struct file *file;
	u32 one[MAX_ROUNDS];
	u32 all[MAX_ROUNDS];
};

/**
 * struct bench_cpu - a processor's part in a turn.
 * @work: submits its I/O.
 * @rnd: the source of the places.
 * @bdev: the device.
 * @begin: when it began, in nanoseconds.
 * @end: when it ended.
 * @done: the I/O that it waits for has completed.
 */
struct bench_cpu {
	struct work_struct work;
	struct rnd_state rnd;
	struct block_device *bdev;
	u64 begin;
	u64 end;
	bool done;
};

static DEFINE_PER_CPU_ALIGNED(struct bench_cpu, bench_cpus);
static struct bench_device *measured;
/* Processors that have not yet come to the start of the turn. */
static atomic_t missing;
static struct bio_set bios;
static struct page *data;
static blk_status_t failure;

static void end_io(struct bio *bio)
{
	struct bench_cpu *c = bio->bi_private;

	if (bio->bi_status)
		failure = bio->bi_status;
	WRITE_ONCE(c->done, true);
}

static void do_io(struct bench_cpu *c)
{
	u64 place = (u64)prandom_u32_state(&c->rnd) * places >> 32;
	blk_opf_t opf = writes ? REQ_OP_WRITE : REQ_OP_READ;
	struct bio *bio;

	if (polled)
		opf |= REQ_POLLED;
	bio = bio_alloc_bioset(c->bdev, 1, opf, GFP_KERNEL, &bios);
	bio->bi_iter.bi_sector = (start + place * step) >> SECTOR_SHIFT;
	__bio_add_page(bio, data, size, 0);
	bio->bi_end_io = end_io;
	bio->bi_private = c;
	c->done = false;
	submit_bio(bio);
	while (!READ_ONCE(c->done)) {
		if (polled)
			bio_poll(bio, NULL, 0);
		cond_resched();
	}
	bio_put(bio);
}

static void do_turn(struct work_struct *work)
{
	struct bench_cpu *c = container_of(work, struct bench_cpu, work);
	u32 i;

	atomic_dec(&missing);
	while (atomic_read(&missing))
		cond_resched();
	c->begin = ktime_get_ns();
	for (i = 0; i < ios; i++)
		do_io(c);
	c->end = ktime_get_ns();
}

/* Return: the time of an I/O on each of @nr processors, from the first I/O to the last. */
static u32 measure(struct block_device *bdev, u32 nr, u32 round)
{
	u64 begin = U64_MAX, end = 0;
	struct bench_cpu *c;
	u32 cpu;

	atomic_set(&missing, nr);
	for (cpu = 0; cpu < nr; cpu++) {
		c = per_cpu_ptr(&bench_cpus, cpu);
		c->bdev = bdev;
		/* Use the same places for each device. */
		prandom_seed_state(&c->rnd, round * nr_cpu_ids + cpu);
		schedule_work_on(cpu, &c->work);
	}
	for (cpu = 0; cpu < nr; cpu++) {
		c = per_cpu_ptr(&bench_cpus, cpu);
		flush_work(&c->work);
		begin = min(begin, c->begin);
		end = max(end, c->end);
	}
	return (end - begin) * 100 / ios;
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void report(const char *name, u32 nr, u32 *times)
{
	sort(times, rounds, sizeof(times[0]), compare, NULL);
	pr_info("bench_io: %s %u %u %u\n", name, nr, times[0], times[rounds / 2]);
}

static int run(void)
{
	struct block_device *bdev;
	struct bench_device *d;
	u32 round;

	for (round = 0; round < rounds; round++) {
		for (d = measured; d < measured + nr_devices; d++) {
			bdev = file_bdev(d->file);
			d->one[round] = measure(bdev, 1, round);
			if (processors > 1)
				d->all[round] = measure(bdev, processors, round);
		}
		if (failure)
			return blk_status_to_errno(failure);
	}
	for (d = measured; d < measured + nr_devices; d++) {
		report(d->name, 1, d->one);
		if (processors > 1)
			report(d->name, processors, d->all);
	}
	return 0;
}

static int open_device(struct bench_device *d, char *arg)
{
	char *path = arg;
	u64 end = start + (u64)(places - 1) * step + size;

	d->name = strsep(&path, "=");
	if (!path)
		return -EINVAL;
	d->file = bdev_file_open_by_path(path, BLK_OPEN_READ | BLK_OPEN_WRITE, NULL, NULL);
	if (IS_ERR(d->file)) {
		pr_err("bench_io: cannot open %s\n", path);
		return PTR_ERR(d->file);
	}
	return end <= bdev_nr_bytes(file_bdev(d->file)) ? 0 : -ENOSPC;
}

static int prepare(void)
{
	int i, ret = bioset_init(&bios, 16, 0, BIOSET_NEED_BVECS | BIOSET_PERCPU_CACHE);

	if (ret)
		return ret;
	for (i = 0; i < processors; i++)
		INIT_WORK(&per_cpu_ptr(&bench_cpus, i)->work, do_turn);
	data = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, get_order(size));
	measured = kvcalloc(nr_devices, sizeof(*measured), GFP_KERNEL);
	if (!data || !measured)
		return -ENOMEM;
	for (i = 0; !ret && i < nr_devices; i++)
		ret = open_device(&measured[i], devices[i]);
	return ret;
}

static void tidy_up(void)
{
	int i;

	for (i = 0; measured && i < nr_devices; i++) {
		if (!IS_ERR_OR_NULL(measured[i].file))
			fput(measured[i].file);
	}
	kvfree(measured);
	if (data)
		__free_pages(data, get_order(size));
	bioset_exit(&bios);
}

static int __init bench_io_init(void)
{
	int ret;

	step = step ?: size;
	if (!is_power_of_2(size) || size < SECTOR_SIZE || size > SZ_1M || step < size ||
	    !places || !ios || !rounds || rounds > MAX_ROUNDS ||
	    !processors || processors > num_online_cpus())
		return -EINVAL;
	ret = prepare();
	if (!ret)
		ret = run();
	tidy_up();
	if (ret)
		pr_err("bench_io: error %d\n", ret);
	return ret ?: -EAGAIN;
}
module_init(bench_io_init);

MODULE_DESCRIPTION("Measures what an I/O costs on block devices");
MODULE_LICENSE("GPL");
