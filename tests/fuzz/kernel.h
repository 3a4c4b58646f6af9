/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of the kernel that modules/reassembly/{half,index,match}.c and
 * modules/metadata/main-id.c need, for a user-space program.  The headers that they include are
 * empty files; a block device is a struct medium.
 */
#ifndef _FUZZ_KERNEL_H
#define _FUZZ_KERNEL_H

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "../../modules/metadata/format-user.h"
#include "media.h"

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef uint64_t sector_t;
typedef unsigned int blk_status_t;
typedef unsigned int blk_opf_t;
typedef unsigned int fmode_t;

#define SECTOR_SHIFT	9
#define GFP_KERNEL	0
#define FMODE_READ	1
#define FMODE_WRITE	2
#define REQ_OP_READ	0
#define BLK_STS_OK	0

#define MAJOR(dev)	((unsigned int)(dev) >> 20)
#define MINOR(dev)	((unsigned int)(dev) & 0xfffff)
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define swap(a, b)	do { __auto_type kept = (a); (a) = (b); (b) = kept; } while (0)
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((n) >> 32))
#define container_of(node, type, member)	((type *)((char *)(node) - offsetof(type, member)))
#define DMWARN_LIMIT(...)	((void)0)

static inline void *kzalloc(size_t size, int flags)
{
	(void)flags;
	return calloc(1, size);
}

#define kfree	free

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return 1UL << (64 - __builtin_clzl(n - 1));
}

static inline ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t n = strnlen(from, size);

	if (n == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = 0;
		return -E2BIG;
	}
	memcpy(to, from, n + 1);
	return n;
}

/* Implements the only format used: "PREFIX%*phN", bytes in hex. */
static inline void print_hex(char *to, size_t size, const char *format, int len, const u8 *bytes)
{
	int n = strcspn(format, "%"), i;

	snprintf(to, size, "%.*s", n, format);
	for (i = 0; i < len; i++)
		snprintf(to + n + 2 * i, size - n - 2 * i, "%02x", bytes[i]);
}

#define snprintf(...)	print_hex(__VA_ARGS__)

#define IS_ERR(pointer)		((unsigned long)(pointer) >= -4095UL)
#define PTR_ERR(pointer)	((long)(pointer))
#define ERR_PTR(error)		((void *)(long)(error))

typedef struct {
	long n;
} atomic64_t;

#define atomic64_inc_return(count)	(++(count)->n)

/* linux/uuid.h */
#define UUID_STRING_LEN	36

typedef struct {
	u8 b[16];
} uuid_t;

#define uuid_equal(a, b)	(!memcmp(a, b, sizeof(uuid_t)))
#define import_uuid(to, from)	memcpy(to, from, sizeof(uuid_t))

/* linux/list.h */
struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define INIT_LIST_HEAD(head)	((head)->next = (head)->prev = (head))
#define INIT_HLIST_NODE(node)	((node)->pprev = NULL)
#define hlist_entry		container_of

static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	node->next = head;
	node->prev = head->prev;
	head->prev->next = node;
	head->prev = node;
}

static inline void list_del_init(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	INIT_LIST_HEAD(node);
}

/* linux/hashtable.h; all have the same size */
#define DECLARE_HASHTABLE(name, bits)	struct hlist_head name[1 << (bits)]
#define hash_init(table)		memset(table, 0, sizeof(table))
#define hash_min(key, bits)		((key) * 0x61c88647U >> (32 - (bits)))
#define hash_add(table, node, key)	\
	hlist_add_head(node, &(table)[hash_min(key, REASSEMBLY_INDEX_BITS)])
#define hash_for_each_possible(table, object, member, key)				\
	for (struct hlist_node *at = (table)[hash_min(key, REASSEMBLY_INDEX_BITS)].first;	\
	     at && ((object) = container_of(at, __typeof__(*(object)), member), true);	\
	     at = at->next)

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
	node->pprev = &head->first;
}

static inline void hash_del(struct hlist_node *node)
{
	if (!node->pprev)
		return;
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	INIT_HLIST_NODE(node);
}

/* linux/jhash.h: any hash will do, and a poor one has more collisions */
static inline u32 jhash(const void *data, u32 size, u32 seed)
{
	const u8 *byte = data;

	while (size--)
		seed = seed * 31 + *byte++;
	return seed % 16;
}

#define jhash_1word(a, seed)		jhash(&(u32){ a }, 4, seed)
#define jhash_2words(a, b, seed)	jhash((u32[]){ a, b }, 8, seed)
#define get_random_u32()		1

/* linux/blkdev.h */
enum blk_unique_id {
	BLK_UID_EUI64 = 2,
	BLK_UID_NAA = 3,
};

struct gendisk;

/* linux/device.h */
struct bus_type {
	const char *name;
};

struct device {
	struct device *parent;
	const struct bus_type *bus;
};

struct block_device_operations {
	int (*get_unique_id)(struct gendisk *disk, u8 id[16], enum blk_unique_id type);
};

struct gendisk {
	const struct block_device_operations *fops;
	u64 diskseq;
	const struct medium *medium;
	struct device dev;
};

#define disk_to_dev(disk)	(&(disk)->dev)

struct partition_meta_info {
	char uuid[37];
};

struct block_device {
	struct gendisk *bd_disk;
	struct partition_meta_info *bd_meta_info;
};

#define bdev_is_partition(bdev)			((bdev)->bd_disk->medium->partition)
#define bdev_logical_block_size(bdev)		512U
#define bdev_nr_sectors(bdev)			((bdev)->bd_disk->medium->sectors)

struct block_device *blkdev_get_by_dev(dev_t dev, fmode_t mode, void *holder);

#define blkdev_put(bdev, mode)	((void)(bdev))

/* linux/bio.h and linux/completion.h, as <dm-remap/io.h> needs them */
struct bio {
	int unused;
};

struct bio_vec {
	int unused;
};

struct completion {
	int unused;
};

#endif /* _FUZZ_KERNEL_H */
