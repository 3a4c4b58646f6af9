// SPDX-License-Identifier: GPL-2.0
/*
 * Disks in memory with failing sectors, for user-mode Linux, which has no emulated machine
 * that could provide such disks.
 *
 *   echo NAME:size=16M:lbs=4096:inject-error-read=8,16-18 >/sys/module/faulty_disk/parameters/add
 *
 * makes /dev/faultyN with the serial NAME. The words are those of "# rig: disk" in the header
 * of a test file. As with QEMU's NVMe disks, a request fails as a whole and changes nothing if
 * one of its sectors fails: with a medium error, or with an I/O error for if=virtio.
 * Sectors of heals= cannot be read until they are written, as with drives that then replace them.
 * The attribute "failed" of a disk in sysfs is the number of requests that failed.  Disks stay
 * until the module is unloaded.
 */
#include <linux/bitmap.h>
#include <linux/blkdev.h>
#include <linux/kstrtox.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

/**
 * struct faulty_disk - one disk.
 * @entry: in faulty_disks.
 * @gendisk: its gendisk.
 * @serial: its name in the test file.
 * @size: its size in bytes.
 * @lbs: logical block size in bytes.
 * @pbs: physical block size in bytes.
 * @error: the status of failed requests.
 * @data: its content.
 * @bad_read: sectors of 512 bytes that cannot be read, one bit each.
 * @bad_write: sectors that cannot be written.
 * @heals: sectors that can be read again once they have been written.
 * @failed: number of failed requests.
 */
struct faulty_disk {
	struct list_head entry;
	struct gendisk *gendisk;
	char serial[32];
	u64 size;
	u32 lbs;
	u32 pbs;
	blk_status_t error;
	void *data;
	unsigned long *bad_read;
	unsigned long *bad_write;
	unsigned long *heals;
	atomic_t failed;
};

static LIST_HEAD(faulty_disks);
/* guards faulty_disks and faulty_count */
static DEFINE_MUTEX(faulty_lock);
static unsigned int faulty_count;
static int faulty_major;

static bool faulty_any(unsigned long *bad, sector_t first, sector_t end)
{
	return find_next_bit(bad, end, first) < end;
}

static void faulty_transfer(struct faulty_disk *disk, struct bio *bio)
{
	u64 pos = (u64)bio->bi_iter.bi_sector << SECTOR_SHIFT;
	struct bvec_iter iter;
	struct bio_vec bvec;

	bio_for_each_segment(bvec, bio, iter) {
		if (op_is_write(bio_op(bio)))
			memcpy_from_bvec(disk->data + pos, &bvec);
		else
			memcpy_to_bvec(&bvec, disk->data + pos);
		pos += bvec.bv_len;
	}
}

static void faulty_heal(struct faulty_disk *disk, sector_t first, sector_t end)
{
	for_each_set_bit_from(first, disk->heals, end) {
		clear_bit(first, disk->bad_read);
		clear_bit(first, disk->heals);
	}
}

static blk_status_t faulty_do(struct faulty_disk *disk, struct bio *bio)
{
	sector_t first = bio->bi_iter.bi_sector, end = bio_end_sector(bio);

	switch (bio_op(bio)) {
	case REQ_OP_READ:
		if (faulty_any(disk->bad_read, first, end))
			return disk->error;
		faulty_transfer(disk, bio);
		return BLK_STS_OK;
	case REQ_OP_WRITE:
		if (faulty_any(disk->bad_write, first, end))
			return disk->error;
		faulty_heal(disk, first, end);
		faulty_transfer(disk, bio);
		return BLK_STS_OK;
	case REQ_OP_WRITE_ZEROES:
		if (faulty_any(disk->bad_write, first, end))
			return disk->error;
		faulty_heal(disk, first, end);
		fallthrough;
	case REQ_OP_DISCARD:
		memset(disk->data + (first << SECTOR_SHIFT), 0, bio->bi_iter.bi_size);
		return BLK_STS_OK;
	case REQ_OP_FLUSH:
		return BLK_STS_OK;
	default:
		return BLK_STS_NOTSUPP;
	}
}

static void faulty_submit_bio(struct bio *bio)
{
	struct faulty_disk *disk = bio->bi_bdev->bd_disk->private_data;
	blk_status_t status;

	bio = bio_split_to_limits(bio);
	if (!bio)
		return;
	status = faulty_do(disk, bio);
	if (status != BLK_STS_OK) {
		/* The part that was split off may have failed already. */
		bio->bi_status = status;
		atomic_inc(&disk->failed);
	}
	bio_endio(bio);
}

static const struct block_device_operations faulty_ops = {
	.owner = THIS_MODULE,
	.submit_bio = faulty_submit_bio,
};

static ssize_t serial_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct faulty_disk *disk = dev_to_disk(dev)->private_data;

	return sysfs_emit(buf, "%s\n", disk->serial);
}
static DEVICE_ATTR_RO(serial);

static ssize_t failed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct faulty_disk *disk = dev_to_disk(dev)->private_data;

	return sysfs_emit(buf, "%d\n", atomic_read(&disk->failed));
}
static DEVICE_ATTR_RO(failed);

static struct attribute *faulty_attrs[] = {
	&dev_attr_serial.attr,
	&dev_attr_failed.attr,
	NULL,
};
ATTRIBUTE_GROUPS(faulty);

enum { FAULTY_READ = 1, FAULTY_WRITE = 2, FAULTY_HEALS = 4 };

/* Mark the sectors in a list such as "8,16-18". */
static int faulty_mark(struct faulty_disk *disk, char *text, unsigned int kinds)
{
	u64 first, last;
	char *part, *to;

	while ((part = strsep(&text, ","))) {
		to = part;
		part = strsep(&to, "-");
		if (kstrtou64(part, 10, &first) || kstrtou64(to ?: part, 10, &last))
			return -EINVAL;
		if (first > last || last >= disk->size >> SECTOR_SHIFT)
			return -ERANGE;
		if (kinds & FAULTY_READ)
			bitmap_set(disk->bad_read, first, last - first + 1);
		if (kinds & FAULTY_WRITE)
			bitmap_set(disk->bad_write, first, last - first + 1);
		if (kinds & FAULTY_HEALS)
			bitmap_set(disk->heals, first, last - first + 1);
	}
	return 0;
}

/* Set the attributes that do not depend on the size, and the size. */
static int faulty_shape(struct faulty_disk *disk, const char *word, const char *value)
{
	if (!strcmp(word, "size"))
		disk->size = memparse(value, NULL);
	else if (!strcmp(word, "lbs"))
		return kstrtou32(value, 10, &disk->lbs);
	else if (!strcmp(word, "pbs"))
		return kstrtou32(value, 10, &disk->pbs);
	else if (!strcmp(word, "if"))
		disk->error = strcmp(value, "virtio") ? BLK_STS_MEDIUM : BLK_STS_IOERR;
	else
		return 1;
	return 0;
}

static int faulty_fault(struct faulty_disk *disk, const char *word, char *value)
{
	if (!strcmp(word, "inject-error"))
		return faulty_mark(disk, value, FAULTY_READ | FAULTY_WRITE);
	if (!strcmp(word, "inject-error-read"))
		return faulty_mark(disk, value, FAULTY_READ);
	if (!strcmp(word, "inject-error-write"))
		return faulty_mark(disk, value, FAULTY_WRITE);
	if (!strcmp(word, "heals"))
		return faulty_mark(disk, value, FAULTY_READ | FAULTY_HEALS);
	return 1;
}

static void faulty_free(struct faulty_disk *disk)
{
	vfree(disk->data);
	bitmap_free(disk->bad_read);
	bitmap_free(disk->bad_write);
	bitmap_free(disk->heals);
	kfree(disk);
}

/* Called twice, since faults can only be recorded once the size is known. */
static int faulty_parse(struct faulty_disk *disk, const char *text, bool faults)
{
	char *copy = kstrdup(text, GFP_KERNEL), *rest, *word, *value;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	rest = strim(copy);
	strscpy(disk->serial, strsep(&rest, ":"), sizeof(disk->serial));
	while (r >= 0 && (value = strsep(&rest, ":"))) {
		word = strsep(&value, "=");
		if (!value) {
			r = -EINVAL;
			break;
		}
		r = faulty_shape(disk, word, value);
		if (r > 0)
			r = faults ? faulty_fault(disk, word, value) : 0;
		if (r > 0)
			r = -EINVAL;
	}
	kfree(copy);
	return r;
}

static int faulty_alloc(struct faulty_disk *disk)
{
	disk->data = vzalloc(disk->size);
	disk->bad_read = bitmap_zalloc(disk->size >> SECTOR_SHIFT, GFP_KERNEL);
	disk->bad_write = bitmap_zalloc(disk->size >> SECTOR_SHIFT, GFP_KERNEL);
	disk->heals = bitmap_zalloc(disk->size >> SECTOR_SHIFT, GFP_KERNEL);
	return disk->data && disk->bad_read && disk->bad_write && disk->heals ? 0 : -ENOMEM;
}

static int faulty_register(struct faulty_disk *disk)
{
	struct queue_limits lim = {
		.logical_block_size = disk->lbs,
		.physical_block_size = max(disk->pbs, disk->lbs),
		.max_hw_sectors = 1024,
		.max_hw_discard_sectors = UINT_MAX >> SECTOR_SHIFT,
		.discard_granularity = disk->lbs,
		.max_write_zeroes_sectors = 1024,
		.features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA | BLK_FEAT_NOWAIT,
	};
	struct gendisk *gendisk = blk_alloc_disk(&lim, NUMA_NO_NODE);
	int r;

	if (IS_ERR(gendisk))
		return PTR_ERR(gendisk);
	gendisk->major = faulty_major;
	gendisk->first_minor = faulty_count * 16;
	gendisk->minors = 16;
	gendisk->fops = &faulty_ops;
	gendisk->private_data = disk;
	snprintf(gendisk->disk_name, sizeof(gendisk->disk_name), "faulty%u", faulty_count);
	set_capacity(gendisk, disk->size >> SECTOR_SHIFT);
	disk->gendisk = gendisk;
	r = device_add_disk(NULL, gendisk, faulty_groups);
	if (r)
		put_disk(gendisk);
	return r;
}

static int faulty_add(const char *text)
{
	struct faulty_disk *disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	int r;

	if (!disk)
		return -ENOMEM;
	disk->size = 64 << 20;
	disk->lbs = SECTOR_SIZE;
	disk->error = BLK_STS_MEDIUM;
	r = faulty_parse(disk, text, false);
	if (!r)
		r = faulty_alloc(disk);
	if (!r)
		r = faulty_parse(disk, text, true);
	if (!r)
		r = faulty_register(disk);
	if (r) {
		faulty_free(disk);
		return r;
	}
	list_add(&disk->entry, &faulty_disks);
	faulty_count++;
	return 0;
}

static int faulty_set_add(const char *value, const struct kernel_param *kp)
{
	int r;

	mutex_lock(&faulty_lock);
	r = faulty_major > 0 ? faulty_add(value) : -EAGAIN;
	mutex_unlock(&faulty_lock);
	return r;
}

static const struct kernel_param_ops faulty_add_ops = {
	.set = faulty_set_add,
};
module_param_cb(add, &faulty_add_ops, NULL, 0200);
MODULE_PARM_DESC(add, "a disk: NAME:word=value:...");

static int __init faulty_init(void)
{
	faulty_major = register_blkdev(0, "faulty");
	return faulty_major < 0 ? faulty_major : 0;
}

static void __exit faulty_exit(void)
{
	struct faulty_disk *disk, *next;

	list_for_each_entry_safe(disk, next, &faulty_disks, entry) {
		del_gendisk(disk->gendisk);
		put_disk(disk->gendisk);
		faulty_free(disk);
	}
	unregister_blkdev(faulty_major, "faulty");
}

module_init(faulty_init);
module_exit(faulty_exit);

MODULE_DESCRIPTION("disks in memory with sectors that fail, for tests");
MODULE_LICENSE("GPL");
