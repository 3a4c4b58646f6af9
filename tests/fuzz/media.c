// SPDX-License-Identifier: GPL-2.0
/*
 * The reassembly module's readers and its matching, on generated disks.
 */
#include <strings.h>

#include "../../modules/metadata/main-id.c"
#include "../../modules/reassembly/half.c"
#include "../../modules/reassembly/index.c"
#include "../../modules/reassembly/match.c"

static const struct medium *all;
static unsigned int nr_all;
static struct half *halves[MEDIA_MAX];

static int unique_id(struct gendisk *disk, u8 id[16], enum blk_unique_id type)
{
	static const u8 naa[8] = { 0x50, 0x00, 0xc5 };

	if (!disk->medium->wwn || type != BLK_UID_NAA)
		return -EINVAL;
	memcpy(id, naa, sizeof(naa));
	id[7] = disk->medium->wwn;
	return sizeof(naa);
}

struct block_device *blkdev_get_by_dev(dev_t dev, fmode_t mode, void *holder)
{
	static const struct block_device_operations ops = { .get_unique_id = unique_id };
	static struct partition_meta_info info;
	static struct gendisk disk;
	static struct block_device bdev;

	(void)mode;
	(void)holder;
	if (dev < 1 || dev > nr_all)
		return ERR_PTR(-ENXIO);
	disk = (struct gendisk) { .fops = &ops, .diskseq = dev, .medium = &all[dev - 1] };
	memcpy(info.uuid, disk.medium->partuuid, sizeof(info.uuid));
	bdev = (struct block_device) { .bd_disk = &disk };
	if (disk.medium->partition)
		bdev.bd_meta_info = &info;
	return &bdev;
}

blk_status_t dm_remap_rw(struct block_device *bdev, blk_opf_t opf, sector_t sector, void *buf,
			 unsigned int sectors)
{
	const struct medium *medium = bdev->bd_disk->medium;
	unsigned int i;

	(void)opf;
	/* the kernel never reads beyond the end of a device */
	if (sector > medium->sectors || sectors > medium->sectors - sector)
		abort();
	memset(buf, 0, sectors * 512);
	if (medium->image)
		memcpy(buf, medium->image + sector * 512, sectors * 512);
	for (i = 0; i < NR_PLACES; i++) {
		if (medium->sector[i] != sector)
			continue;
		/* the first sector is readable even if the following ones are not */
		if (medium->bad[i] && (i || sectors > 1))
			return 1;
		if (!medium->image)
			memcpy(buf, medium->page[i], sectors * 512);
		break;
	}
	return BLK_STS_OK;
}

void media_read(const struct medium *media, unsigned int nr, struct seen *seen)
{
	unsigned int i;

	all = media;
	nr_all = nr;
	for (i = 0; i < nr; i++) {
		halves[i] = reassembly_half_read(i + 1, media[i].given);
		if (IS_ERR(halves[i]))
			abort();
		seen[i] = (struct seen) {
			.kind = (enum media_kind)halves[i]->kind,
			.main_sectors = halves[i]->main_sectors,
			.needed = halves[i]->main_start + halves[i]->target_sectors,
			.labelled = halves[i]->labelled,
		};
		memcpy(seen[i].uuid, &halves[i]->uuid, sizeof(seen[i].uuid));
		memcpy(seen[i].secret, halves[i]->secret, sizeof(seen[i].secret));
		strscpy(seen[i].main_id, halves[i]->main_id, sizeof(seen[i].main_id));
	}
}

static bool is_in_use(void *context, dev_t dev)
{
	(void)context;
	return all[dev - 1].in_use;
}

static int number(const struct half *half)
{
	return half ? (int)half->dev - 1 : -1;
}

static struct media_match result(const struct reassembly_match *match)
{
	return (struct media_match) {
		.state = (enum media_state)match->state,
		.main = number(match->main),
		.spare = number(match->spare),
	};
}

/* A matcher that has matched other sets must give the same result as a new one. */
static void check_forgets(const struct reassembly_index *index, const uuid_t *uuid,
			  const struct reassembly_match *match)
{
	struct reassembly_matcher matcher = { .index = index, .taken = is_in_use };
	struct reassembly_match fresh;

	reassembly_match(&matcher, uuid, &fresh);
	if (fresh.state != match->state || fresh.main != match->main ||
	    fresh.spare != match->spare || fresh.in_use != match->in_use)
		abort();
}

void media_match(struct media_match *result_of, bool backwards)
{
	struct reassembly_index index;
	struct reassembly_matcher matcher = { .index = &index, .taken = is_in_use };
	struct reassembly_match match;
	unsigned int i, n;

	reassembly_index_init(&index);
	for (i = 0; i < nr_all; i++)
		reassembly_index_add(&index, halves[backwards ? nr_all - 1 - i : i]);
	for (i = 0; i < nr_all; i++) {
		n = backwards ? nr_all - 1 - i : i;
		if (reassembly_index_dev(&index, n + 1) != halves[n])
			abort();
		if (halves[n]->kind == HALF_PLAIN)
			continue;
		reassembly_match(&matcher, &halves[n]->uuid, &match);
		check_forgets(&index, &halves[n]->uuid, &match);
		result_of[n] = result(&match);
	}
	for (i = 0; i < nr_all; i++)
		reassembly_index_del(halves[i]);
	if (index.all.next != &index.all)
		abort();
}

void media_forget(void)
{
	unsigned int i;

	for (i = 0; i < nr_all; i++)
		kfree(halves[i]);
}
