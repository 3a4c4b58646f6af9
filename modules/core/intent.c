// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/random.h>
#include <linux/string.h>

#include "commit.h"
#include "device.h"
#include "intent.h"
#include "log.h"
#include "read_only.h"
#include "settings.h"

/* Longest line of a reply: two numbers of up to 20 digits. */
#define LINE_MAX	44U

void remap_intent_init(struct remap_intent *in)
{
	init_waitqueue_head(&in->ended);
}

void remap_intent_load(struct remap_device *rd)
{
	const struct dm_remap_intent *disk = &rd->store->intent;
	struct remap_intent *in = &rd->intent;
	unsigned int i;

	in->shift = dm_remap_intent_shift(rd->len);
	for (i = 0; i < DM_REMAP_SB_INTENT; i++)
		if (disk->marks[i / 8] & BIT(i % 8))
			__set_bit(i, in->marked);
	bitmap_copy(in->wanted, in->marked, DM_REMAP_SB_INTENT);
	WRITE_ONCE(in->token, disk->token);
}

/* Make a state of the map durable. */
static int put(struct remap_device *rd, const struct dm_remap_intent *disk)
{
	lockdep_assert_held(&rd->commit_lock);
	if (!rd->store->type->intend)
		return -EOPNOTSUPP;
	if (remap_is_read_only(rd))
		return -EROFS;
	if (remap_store_has_failed(rd))
		return -EIO;
	return rd->store->type->intend(rd->store, disk);
}

/* Writes to regions that are not marked wait from now on, and then fail. */
static void note_failure(struct remap_device *rd)
{
	struct remap_intent *in = &rd->intent;

	if (in->failed)
		return;
	in->give_up = jiffies + msecs_to_jiffies(REMAP_INTENT_WAIT_MS);
	WRITE_ONCE(in->failed, true);
	remap_log(rd, REMAP_LOG_OTHER,
		  "a copy to a new main is not complete, and the spare (%pg) cannot record what is written since: writes to places that had not been written since fail in %u s; \"dmremap replace --forget %s NEWDISK\" gives the copy up, and lets them go on",
		  rd->spare_bdev, REMAP_INTENT_WAIT_MS / 1000, rd->name);
}

/* Mark all regions that any write waits for. */
static int mark_wanted(struct remap_device *rd)
{
	struct remap_intent *in = &rd->intent;
	struct dm_remap_intent disk = { .token = in->token };
	unsigned int i;
	int ret;

	for_each_set_bit(i, in->wanted, DM_REMAP_SB_INTENT)
		disk.marks[i / 8] |= BIT(i % 8);
	ret = put(rd, &disk);
	if (ret) {
		/* a disk that has turned read-only takes no writes at all */
		if (ret != -EROFS)
			note_failure(rd);
		return ret;
	}
	WRITE_ONCE(in->failed, false);
	/* Only now may others rely on them. */
	for (i = 0; i < DM_REMAP_SB_INTENT; i++)
		if (disk.marks[i / 8] & BIT(i % 8))
			set_bit(i, in->marked);
	return 0;
}

/* Return: whether the copy has ended in time. */
static bool wait_for_end(struct remap_intent *in)
{
	unsigned long now = jiffies;
	long left = time_before(now, in->give_up) ? in->give_up - now : 0;

	wait_event_timeout(in->ended, !remap_intent_is_active(in), left);
	return !remap_intent_is_active(in);
}

bool remap_intent_mark(struct remap_device *rd, sector_t sector, unsigned int sectors)
{
	struct remap_intent *in = &rd->intent;
	int ret = 0;

	if (remap_intent_covers(in, sector, sectors))
		return true;
	remap_commit_lock(rd);
	/* The task that had the lock before may have marked them. */
	if (!remap_intent_covers(in, sector, sectors)) {
		remap_intent_want(in, sector, sectors);
		ret = mark_wanted(rd);
	}
	remap_commit_unlock(rd);
	return !ret || (ret != -EROFS && wait_for_end(in));
}

/* Change the token in memory, and let bios take the path that fits. */
static void use(struct remap_device *rd, u64 token)
{
	struct remap_intent *in = &rd->intent;

	mutex_lock(&rd->lock);
	bitmap_zero(in->marked, DM_REMAP_SB_INTENT);
	bitmap_zero(in->wanted, DM_REMAP_SB_INTENT);
	in->failed = false;
	WRITE_ONCE(in->token, token);
	remap_settings_apply(rd);
	mutex_unlock(&rd->lock);
	wake_up_all(&in->ended);
}

static int start(struct remap_device *rd, char *result, unsigned int maxlen)
{
	struct dm_remap_intent disk = { };
	unsigned int sz = 0;
	int ret;

	do {
		disk.token = get_random_u64();
	} while (!disk.token);
	remap_commit_lock(rd);
	ret = put(rd, &disk);
	if (!ret)
		use(rd, disk.token);
	remap_commit_unlock(rd);
	if (ret)
		return ret;
	DMEMIT("%016llx %llu\n", disk.token, 1ULL << rd->intent.shift);
	return 1;
}

static int end(struct remap_device *rd, u64 token)
{
	struct dm_remap_intent none = { };
	int ret = -ESTALE;

	remap_commit_lock(rd);
	if (token && token == rd->intent.token) {
		ret = put(rd, &none);
		if (!ret)
			use(rd, 0);
	}
	remap_commit_unlock(rd);
	return ret;
}

/*
 * Nobody believes the token any more, wherever it may still be. Writes may be waiting, so this does
 * not wait for a change by hand, nor for a resume: while the device is suspended, which it cannot
 * become under the commit lock, nothing is written.
 */
static int end_lost(struct remap_device *rd, u64 token)
{
	struct dm_remap_intent none = { };
	int ret = -ESTALE;

	remap_commit_lock(rd);
	if (token && token == rd->intent.token) {
		if (!READ_ONCE(rd->suspended))
			put(rd, &none);
		use(rd, 0);
		ret = 0;
	}
	remap_commit_unlock(rd);
	return ret;
}

static int read(struct remap_device *rd, u64 token, u64 from, char *result, unsigned int maxlen)
{
	const struct remap_intent *in = &rd->intent;
	u64 begin, next = from < rd->len ? from >> in->shift : DM_REMAP_SB_INTENT;
	unsigned int sz = 0;
	int ret = -ESTALE;

	/* another program may start a copy of its own */
	mutex_lock(&rd->lock);
	if (!token || token != in->token)
		goto out;
	*result = 0;
	while (sz + LINE_MAX < maxlen && next < DM_REMAP_SB_INTENT) {
		begin = find_next_bit(in->marked, DM_REMAP_SB_INTENT, next);
		if (begin == DM_REMAP_SB_INTENT)
			break;
		next = find_next_zero_bit(in->marked, DM_REMAP_SB_INTENT, begin);
		DMEMIT("%llu %llu\n", begin << in->shift,
		       min_t(u64, next << in->shift, rd->len) - (begin << in->shift));
	}
	ret = 1;
out:
	mutex_unlock(&rd->lock);
	return ret;
}

static int show(struct remap_device *rd, char *result, unsigned int maxlen)
{
	const struct remap_intent *in = &rd->intent;
	u64 token = READ_ONCE(in->token);
	unsigned int sz = 0;

	*result = 0;
	if (token)
		DMEMIT("%016llx %llu %s\n", token, 1ULL << in->shift,
		       READ_ONCE(in->failed) ? "failed" : "ok");
	return 1;
}

/* start, or end TOKEN: not while the device is suspended, as both write the superblocks. */
static int change(struct remap_device *rd, bool starts, u64 token, char *result,
		  unsigned int maxlen)
{
	int ret = remap_device_begin_change(rd);

	if (ret)
		return ret;
	ret = starts ? start(rd, result, maxlen) : end(rd, token);
	remap_device_end_change(rd);
	return ret;
}

int remap_intent_message(struct remap_device *rd, unsigned int argc, char **argv, char *result,
			 unsigned int maxlen)
{
	u64 token = 0, from;

	if (argc == 1)
		return show(rd, result, maxlen);
	if (argc == 2 && !strcasecmp(argv[1], "start"))
		return change(rd, true, 0, result, maxlen);
	if (argc < 3 || argc > 4 || *argv[2] == '+' || kstrtoull(argv[2], 16, &token))
		return -EINVAL;
	if (argc == 3 && !strcasecmp(argv[1], "end"))
		return change(rd, false, token, result, maxlen);
	if (argc == 4 && !strcasecmp(argv[1], "end") && !strcasecmp(argv[3], "lost"))
		return end_lost(rd, token);
	if (argc == 4 && !strcasecmp(argv[1], "read") && *argv[3] != '+' &&
	    !kstrtoull(argv[3], 10, &from))
		return read(rd, token, from, result, maxlen);
	return -EINVAL;
}
