// SPDX-License-Identifier: GPL-2.0
/*
 * Measures what an I/O costs on several block devices in one run.
 *
 *   insmod bench_io.ko devices=raw=/dev/nullb0,linear=/dev/mapper/linear size=4096
 *
 * submits I/Os one after the other, at random places, from inside the kernel, so that the
 * figures include no system calls.  The devices take turns, with some thousand I/Os each,
 * so that other load on the machine affects all of them.  For each device the log has a line
 *
 *   bench_io: NAME BEST MEDIAN
 *
 * with the time of an I/O, in hundredths of a nanosecond, in the best round and in the median
 * round.  The module does not stay loaded.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#define MAX_DEVICES	16
#define MAX_ROUNDS	2000U

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
static uint rounds = 200;
module_param(rounds, uint, 0444);
static uint ios = 4000;
module_param(ios, uint, 0444);
MODULE_PARM_DESC(ios, "I/Os of a round on each device");

/**
 * struct bench_device - a device that is measured.
 * @name: for the log.
 * @file: the device, open.
 * @times: the time of an I/O in each round, in hundredths of a nanosecond.
 */
struct bench_device {
	const char *name;
	struct file *file;
	u32 times[MAX_ROUNDS];
};

static struct bench_device *measured;
static struct bio_set bios;
static struct page *data;
static struct rnd_state rnd;
static bool done;
static blk_status_t failure;

static void end_io(struct bio *bio)
{
	if (bio->bi_status)
		failure = bio->bi_status;
	WRITE_ONCE(done, true);
}

static void do_io(struct block_device *bdev)
{
	u64 place = (u64)prandom_u32_state(&rnd) * places >> 32;
	struct bio *bio;

	bio = bio_alloc_bioset(bdev, 1, writes ? REQ_OP_WRITE : REQ_OP_READ, GFP_KERNEL, &bios);
	bio->bi_iter.bi_sector = (start + place * step) >> SECTOR_SHIFT;
	__bio_add_page(bio, data, size, 0);
	bio->bi_end_io = end_io;
	done = false;
	submit_bio(bio);
	while (!READ_ONCE(done))
		cond_resched();
	bio_put(bio);
}

static u32 measure(struct block_device *bdev)
{
	u64 begin = ktime_get_ns();
	u32 i;

	for (i = 0; i < ios; i++)
		do_io(bdev);
	return (ktime_get_ns() - begin) * 100 / ios;
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void report(struct bench_device *d)
{
	sort(d->times, rounds, sizeof(d->times[0]), compare, NULL);
	pr_info("bench_io: %s %u %u\n", d->name, d->times[0], d->times[rounds / 2]);
}

static int run(void)
{
	u32 round;
	int i;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < nr_devices; i++) {
			/* Use the same places for each device. */
			prandom_seed_state(&rnd, round);
			measured[i].times[round] = measure(file_bdev(measured[i].file));
			cond_resched();
		}
		if (failure)
			return blk_status_to_errno(failure);
	}
	for (i = 0; i < nr_devices; i++)
		report(&measured[i]);
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
	    !places || !ios || !rounds || rounds > MAX_ROUNDS)
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
