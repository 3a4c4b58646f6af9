/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole sets, made by device-mapper from disks in memory: for suites that load the modules
 * themselves and use them as programs do, by ioctl, configfs, sysfs and bios.
 */
#ifndef _KUNIT_SET_H
#define _KUNIT_SET_H

#include <kunit/test.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/uaccess.h>

#include "mdisk.h"

#define IOCTL_SIZE	16384
#define MAIN_SECTORS	8192U
#define SPARE_SECTORS	1024U
#define TREE		"/sys/kernel/config/dm-remap/"

/**
 * struct set - a set under test, and everything that belongs to it.
 * @test: the test case.
 * @control: the control device of device-mapper.
 * @user: memory of a process, for ioctls.
 * @ioctl: the request, and its result.
 * @main: the main.
 * @spare: the spare.
 * @args: arguments of the table.
 * @name: name of the device.
 * @dev: number of the device.
 * @bdev: the open device, or NULL.
 * @buf: buffer for I/O, 64 sectors.
 * @text: text of attributes and replies.
 */
struct set {
	struct kunit *test;
	struct file *control;
	void __user *user;
	u8 *ioctl;
	struct mdisk *main, *spare;
	char args[256];
	char name[32];
	dev_t dev;
	struct file *bdev;
	u8 *buf;
	char *text;
};

#define BUF_SECTORS	64U

/* Whether a condition becomes true within 30 seconds. */
#define COMES_TRUE(condition) ({					\
	unsigned int _i = 0;						\
	while (!(condition) && _i++ < 1500)				\
		msleep(20);						\
	_i <= 1500; })

/* --- device-mapper */

static void user_memory(struct set *s)
{
	if (current->mm && s->user)
		return;
	s->user = (void __user *)kunit_vm_mmap(s->test, NULL, 0, IOCTL_SIZE, PROT_READ | PROT_WRITE,
					       MAP_ANONYMOUS | MAP_PRIVATE, 0);
}

static struct dm_ioctl *dm_begin(struct set *s, u32 flags)
{
	struct dm_ioctl *dmi = (void *)s->ioctl;

	memset(s->ioctl, 0, IOCTL_SIZE);
	dmi->version[0] = DM_VERSION_MAJOR;
	dmi->data_size = IOCTL_SIZE;
	dmi->data_start = sizeof(*dmi);
	dmi->flags = flags;
	strscpy(dmi->name, s->name, sizeof(dmi->name));
	return dmi;
}

static int dm_call(struct set *s, unsigned int command)
{
	struct dm_ioctl *dmi = (void *)s->ioctl;
	int ret;

	user_memory(s);
	if (!s->user || copy_to_user(s->user, s->ioctl, IOCTL_SIZE))
		return -EFAULT;
	ret = s->control->f_op->unlocked_ioctl(s->control, command, (unsigned long)s->user);
	if (copy_from_user(s->ioctl, s->user, IOCTL_SIZE))
		return -EFAULT;
	s->dev = new_decode_dev(dmi->dev) ?: s->dev;
	return ret;
}

/* Load a table for the device; @len in sectors. */
static int load_table(struct set *s, u64 len, struct mdisk *main, u64 start, struct mdisk *spare,
		      const char *args, u32 flags)
{
	struct dm_ioctl *dmi = dm_begin(s, flags);
	struct dm_target_spec *spec = (void *)(dmi + 1);
	char *line = (char *)(spec + 1);

	dmi->target_count = 1;
	spec->length = len;
	strscpy(spec->target_type, "remap", sizeof(spec->target_type));
	sprintf(line, "%u:%u %llu %u:%u %s", MAJOR(disk_devt(main->gendisk)),
		MINOR(disk_devt(main->gendisk)), start, MAJOR(disk_devt(spare->gendisk)),
		MINOR(disk_devt(spare->gendisk)), args);
	spec->next = ALIGN(sizeof(*spec) + strlen(line) + 1, 8);
	return dm_call(s, DM_TABLE_LOAD);
}

static int reload(struct set *s)
{
	return load_table(s, get_capacity(s->main->gendisk), s->main, 0, s->spare, s->args, 0);
}

static int create_device(struct set *s)
{
	dm_begin(s, 0);
	return dm_call(s, DM_DEV_CREATE);
}

static int resume(struct set *s)
{
	dm_begin(s, 0);
	return dm_call(s, DM_DEV_SUSPEND);
}

static int suspend(struct set *s)
{
	dm_begin(s, DM_SUSPEND_FLAG | DM_SKIP_LOCKFS_FLAG);
	return dm_call(s, DM_DEV_SUSPEND);
}

static void close_bdev(struct set *s)
{
	if (s->bdev)
		fput(s->bdev);
	s->bdev = NULL;
	/* the file is closed with a delay, so wait for that */
	flush_delayed_fput();
}

static int remove_set(struct set *s)
{
	close_bdev(s);
	dm_begin(s, 0);
	return dm_call(s, DM_DEV_REMOVE);
}

static int open_bdev(struct set *s)
{
	s->bdev = bdev_file_open_by_dev(s->dev, BLK_OPEN_READ | BLK_OPEN_WRITE, NULL, NULL);
	if (!IS_ERR(s->bdev))
		return 0;
	s->bdev = NULL;
	return -ENXIO;
}

static bool has_directory(struct set *s)
{
	struct path dir;
	char path[64];

	snprintf(path, sizeof(path), TREE "%s", s->name);
	if (kern_path(path, LOOKUP_FOLLOW, &dir))
		return false;
	path_put(&dir);
	return true;
}

/* Make the set.  Return: 0, or an errno after removing whatever was made. */
static int try_set(struct set *s)
{
	int ret = create_device(s);

	if (ret)
		return ret;
	ret = reload(s);
	if (!ret)
		ret = resume(s);
	if (!ret)
		ret = open_bdev(s);
	/* a busy machine may be late with the directories */
	if (!ret)
		ret = COMES_TRUE(has_directory(s)) ? 0 : -ENOENT;
	if (ret)
		remove_set(s);
	return ret;
}

static void make_set(struct set *s, const char *args)
{
	strscpy(s->args, args, sizeof(s->args));
	KUNIT_ASSERT_EQ(s->test, try_set(s), 0);
}

/* Remove the set, and make it again from its disks. */
static void __maybe_unused again(struct set *s)
{
	KUNIT_ASSERT_EQ(s->test, remove_set(s), 0);
	KUNIT_ASSERT_EQ(s->test, try_set(s), 0);
}

/* The target's status, or another text selected by @flags, such as its table. */
static const char *status_of(struct set *s, u32 flags)
{
	struct dm_ioctl *dmi = dm_begin(s, flags);
	struct dm_target_spec *spec = (void *)((u8 *)dmi + dmi->data_start);

	KUNIT_ASSERT_EQ(s->test, dm_call(s, DM_TABLE_STATUS), 0);
	return (char *)(spec + 1);
}

/* Number of events of the device that device-mapper has reported. */
static inline u32 events_of(struct set *s)
{
	struct dm_ioctl *dmi = dm_begin(s, 0);

	KUNIT_ASSERT_EQ(s->test, dm_call(s, DM_DEV_STATUS), 0);
	return dmi->event_nr;
}

/* The fields of the status line. */
struct status {
	char state[24], store[16];
	u32 mapped, capacity, pending, bad, buckets;
	u64 lost, main_reads, main_writes, spare_errors, generation;
};

static struct status status(struct set *s)
{
	struct status st = { };
	const char *line = status_of(s, 0);
	int n = sscanf(line, "%23s %u %u %u %llu %u %u %llu %llu %llu %15s %llu", st.state,
		       &st.mapped, &st.capacity, &st.pending, &st.lost, &st.bad, &st.buckets,
		       &st.main_reads, &st.main_writes, &st.spare_errors, st.store, &st.generation);

	KUNIT_EXPECT_EQ_MSG(s->test, n, 12, "%s", line);
	return st;
}

/* Send a message; a reply is in @text. */
static int message(struct set *s, const char *text)
{
	struct dm_ioctl *dmi = dm_begin(s, 0);
	struct dm_target_msg *msg = (void *)(dmi + 1);
	int ret;

	strscpy(msg->message, text, 1024);
	ret = dm_call(s, DM_TARGET_MSG);
	*s->text = 0;
	if (!ret && (dmi->flags & DM_DATA_OUT_FLAG))
		strscpy(s->text, (char *)dmi + dmi->data_start, PAGE_SIZE);
	return ret;
}

#define EXPECT_MESSAGE(s, ret, _text)	\
	KUNIT_EXPECT_EQ_MSG((s)->test, message(s, _text), ret, "message %s", _text)

static void __maybe_unused expect_list(struct set *s, const char *expected)
{
	EXPECT_MESSAGE(s, 0, "list");
	KUNIT_EXPECT_STREQ(s->test, s->text, expected);
}

static void __maybe_unused expect_reasons(struct set *s, const char *expected)
{
	EXPECT_MESSAGE(s, 0, "list 0 reasons");
	KUNIT_EXPECT_STREQ(s->test, s->text, expected);
}

/* --- attributes */

static ssize_t file_write(const char *path, const void *data, size_t n)
{
	struct file *f = filp_open(path, O_WRONLY, 0);
	loff_t pos = 0;
	ssize_t ret;

	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = kernel_write(f, data, n, &pos);
	/* configfs stores the value now, and logs any error */
	filp_close(f, NULL);
	return ret;
}

static ssize_t file_read(const char *path, char *text)
{
	struct file *f = filp_open(path, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t ret;

	*text = 0;
	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = kernel_read(f, text, PAGE_SIZE - 1, &pos);
	filp_close(f, NULL);
	if (ret >= 0)
		text[ret] = 0;
	return ret;
}

/* Return: 0 or an errno. */
static int set_attr_n(struct set *s, const char *attr, const void *data, size_t n)
{
	char path[128];
	ssize_t ret;

	snprintf(path, sizeof(path), TREE "%s/%s", s->name, attr);
	ret = file_write(path, data, n);
	return ret < 0 ? ret : ret == n ? 0 : -ENODATA;
}

static int set_attr(struct set *s, const char *attr, const char *value)
{
	return set_attr_n(s, attr, value, strlen(value));
}

/* Read an attribute into @text, without the newline. */
static const char *get_attr(struct set *s, const char *attr)
{
	char path[128];
	ssize_t ret;

	snprintf(path, sizeof(path), TREE "%s/%s", s->name, attr);
	ret = file_read(path, s->text);
	if (ret > 0 && s->text[ret - 1] == '\n')
		s->text[ret - 1] = 0;
	else if (ret)
		sprintf(s->text, "error %zd", ret);
	return s->text;
}

#define EXPECT_ATTR(s, attr, value)	\
	KUNIT_EXPECT_STREQ_MSG((s)->test, get_attr(s, attr), value, "%s", attr)
#define EXPECT_SET(s, ret, attr, value)	\
	KUNIT_EXPECT_EQ_MSG((s)->test, set_attr(s, attr, value), ret, "%s to %s", attr, value)

/* Read a count of the statistics. */
static u64 __maybe_unused stat_of(struct set *s, const char *name)
{
	char path[128];
	u64 n = U64_MAX;

	snprintf(path, sizeof(path), "/sys/block/dm-%u/remap/stats/%s", MINOR(s->dev), name);
	if (file_read(path, s->text) > 0)
		KUNIT_EXPECT_EQ(s->test, kstrtou64(strim(s->text), 10, &n), 0);
	return n;
}

#define EXPECT_STAT(s, name, n)	\
	KUNIT_EXPECT_EQ_MSG((s)->test, stat_of(s, name), n, "%s", name)

/* --- I/O */

/* Fill sectors with the content for @seed. */
static void fill(u8 *buf, sector_t sector, unsigned int n, u8 seed)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		memset(buf + (i << SECTOR_SHIFT), seed ^ (u8)(sector + i), SECTOR_SIZE);
		*(u64 *)(buf + (i << SECTOR_SHIFT)) = sector + i;
		buf[(i << SECTOR_SHIFT) + 9] = seed;
	}
}

static bool holds(const u8 *buf, sector_t sector, unsigned int n, u8 seed)
{
	static u8 expected[SECTOR_SIZE];
	unsigned int i;

	for (i = 0; i < n; i++) {
		fill(expected, sector + i, 1, seed);
		if (memcmp(buf + (i << SECTOR_SHIFT), expected, SECTOR_SIZE))
			return false;
	}
	return true;
}

/* Make a bio for @n sectors of a buffer. */
static struct bio *make_bio(struct set *s, blk_opf_t opf, sector_t sector, void *buf,
			    unsigned int n)
{
	struct bio *bio = bio_alloc(file_bdev(s->bdev), BUF_SECTORS / 8, opf, GFP_KERNEL);
	unsigned int bytes = n << SECTOR_SHIFT, done = 0, part;

	bio->bi_iter.bi_sector = sector;
	if ((opf & REQ_OP_MASK) > REQ_OP_FLUSH)
		bio->bi_iter.bi_size = bytes;
	else
		for (; done < bytes; done += part) {
			part = min(bytes - done, (unsigned int)PAGE_SIZE);
			__bio_add_page(bio, virt_to_page(buf + done), part,
				       offset_in_page(buf + done));
		}
	return bio;
}

/* Perform I/O with the data in @buf.  Return: 0 or an errno. */
static int do_io(struct set *s, blk_opf_t opf, sector_t sector, unsigned int n)
{
	struct bio *bio = make_bio(s, opf, sector, s->buf, n);
	int ret;

	ret = submit_bio_wait(bio);
	bio_put(bio);
	return ret;
}

static int write_at(struct set *s, sector_t sector, unsigned int n, u8 seed)
{
	fill(s->buf, sector, n, seed);
	return do_io(s, REQ_OP_WRITE, sector, n);
}

/* Whether sectors can be read, and have the content for a seed. */
static bool reads_as(struct set *s, sector_t sector, unsigned int n, u8 seed)
{
	memset(s->buf, 0x5a, n << SECTOR_SHIFT);
	return !do_io(s, REQ_OP_READ, sector, n) && holds(s->buf, sector, n, seed);
}

static bool __maybe_unused reads_zero(struct set *s, sector_t sector, unsigned int n)
{
	memset(s->buf, 0x5a, n << SECTOR_SHIFT);
	return !do_io(s, REQ_OP_READ, sector, n) && !memchr_inv(s->buf, 0, n << SECTOR_SHIFT);
}

#define EXPECT_WRITE(s, ret, sector, n, seed)	\
	KUNIT_EXPECT_EQ((s)->test, write_at(s, sector, n, seed), ret)
#define EXPECT_READ(s, sector, n, seed)	\
	KUNIT_EXPECT_TRUE((s)->test, reads_as(s, sector, n, seed))
#define EXPECT_READ_FAILS(s, sector, n)	\
	KUNIT_EXPECT_NE((s)->test, do_io(s, REQ_OP_READ, sector, n), 0)

/**
 * struct sent_io - asynchronous I/O.
 * @done: completed when the I/O is.
 * @status: its status then.
 * @buf: its data.
 */
struct sent_io {
	struct completion done;
	blk_status_t status;
	u8 buf[8 << SECTOR_SHIFT] __aligned(SECTOR_SIZE);
};

static inline void sent_io_end(struct bio *bio)
{
	struct sent_io *r = bio->bi_private;

	r->status = bio->bi_status;
	bio_put(bio);
	complete(&r->done);
}

/* Send I/O of up to a block; a write has the content for @seed. */
static inline struct sent_io *send(struct set *s, blk_opf_t opf, sector_t sector, unsigned int n,
				   u8 seed)
{
	struct sent_io *r = kunit_kzalloc(s->test, sizeof(*r), GFP_KERNEL);
	struct bio *bio;

	KUNIT_ASSERT_NOT_NULL(s->test, r);
	init_completion(&r->done);
	if (opf == REQ_OP_WRITE)
		fill(r->buf, sector, n, seed);
	bio = make_bio(s, opf, sector, r->buf, n);
	bio->bi_private = r;
	bio->bi_end_io = sent_io_end;
	submit_bio(bio);
	return r;
}

/* Return: 0 or an errno. */
static inline int answer(struct sent_io *r)
{
	if (!wait_for_completion_timeout(&r->done, 30 * HZ))
		return -ETIME;
	return blk_status_to_errno(r->status);
}

/* --- setup and teardown of a suite */

static int set_test_init(struct kunit *test)
{
	struct set *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	test->priv = s;
	s->test = test;
	strscpy(s->name, "kunit", sizeof(s->name));
	s->ioctl = kunit_kzalloc(test, IOCTL_SIZE, GFP_KERNEL);
	s->buf = kunit_kzalloc(test, BUF_SECTORS << SECTOR_SHIFT, GFP_KERNEL);
	s->text = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	s->main = mdisk_alloc(MAIN_SECTORS, 512, 512);
	s->spare = mdisk_alloc(SPARE_SECTORS, 512, 512);
	s->control = filp_open("/dev/mapper/control", O_RDWR, 0);
	if (IS_ERR(s->control)) {
		int ret = PTR_ERR(s->control);

		s->control = NULL;
		return ret;
	}
	if (!s->ioctl || !s->buf || !s->text || !s->main || !s->spare)
		return -ENOMEM;
	fill(s->main->data, 0, MAIN_SECTORS, 'm');
	mdisk_make_stable(s->main);
	return 0;
}

static void set_test_exit(struct kunit *test)
{
	struct set *s = test->priv;

	if (!s)
		return;
	s->user = NULL;
	if (s->control) {
		if (s->main && s->spare) {
			mdisk_mend(s->main);
			mdisk_mend(s->spare);
			remove_set(s);
		}
		filp_close(s->control, NULL);
	}
	mdisk_free(s->main);
	mdisk_free(s->spare);
}

static int set_suite_init(struct kunit_suite *suite)
{
	mdisk_major = register_blkdev(0, "mdisk");
	return mdisk_major < 0 ? mdisk_major : 0;
}

static void set_suite_exit(struct kunit_suite *suite)
{
	unregister_blkdev(mdisk_major, "mdisk");
}

/* Define the suite NAME with the cases NAME_cases. */
#define SET_SUITE(set_name)					\
	static struct kunit_suite set_name##_suite = {		\
		.name = #set_name,				\
		.suite_init = set_suite_init,			\
		.suite_exit = set_suite_exit,			\
		.init = set_test_init,				\
		.exit = set_test_exit,				\
		.test_cases = set_name##_cases,			\
	};							\
	kunit_test_suite(set_name##_suite)

#endif /* _KUNIT_SET_H */
