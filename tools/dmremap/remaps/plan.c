// SPDX-License-Identifier: GPL-2.0
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "remaps/plan.h"

/* The extent of the device, in bytes of the disk. */
static struct range window(const struct volume *volume)
{
	wide start = (wide)volume->partition_start + volume->main_start;

	return (struct range) {
		.start = SECTOR_SIZE * start,
		.end = SECTOR_SIZE * (start + volume->sectors),
	};
}

/* Round a bad place outwards to physical sectors. */
static struct range whole_sectors(struct range range, wide unit, wide offset)
{
	/* no sector begins below 0, though one may end at @offset */
	wide shift = unit - offset % unit;

	range.start = round_down_to(range.start + shift, unit);
	range.end = round_up_to(range.end + shift, unit) - shift;
	range.start = range.start > shift ? range.start - shift : 0;
	return range;
}

/* The blocks of the device that the ranges touch. */
static void add_blocks(struct plan *plan, struct range range, struct range device)
{
	wide block = plan->volume->block;

	if (range.start < device.start)
		range.start = device.start;
	if (range.end > device.end)
		range.end = device.end;
	if (range.start >= range.end)
		return;
	ranges_add(&plan->blocks, (range.start - device.start) / block,
		   (range.end - device.start + block - 1) / block);
}

void plan_make(struct plan *plan, const struct volume *volume, const struct ranges *entries)
{
	wide offset = volume->alignment + (wide)volume->partition_start * SECTOR_SIZE;
	struct range device = window(volume), range;
	size_t i;

	*plan = (struct plan) { .volume = volume };
	for (i = 0; i < entries->nr; i++) {
		range = entries->range[i];
		if (range.end <= device.start || range.start >= device.end)
			plan->outside++;
		else if (range.start < device.start || range.end > device.end)
			plan->partly++;
		add_blocks(plan, whole_sectors(range, volume->physical, offset), device);
	}
	plan->again = ranges_total(&plan->blocks);
	ranges_merge(&plan->blocks);
	plan->again -= ranges_total(&plan->blocks);
}

static struct ranges copy_of(const struct ranges *ranges)
{
	struct ranges copy = {};
	size_t i;

	for (i = 0; i < ranges->nr; i++)
		ranges_add(&copy, ranges->range[i].start, ranges->range[i].end);
	return copy;
}

/* Pending and split blocks already have a slot on the spare. */
static int check_room(const struct plan *plan, const struct ranges *pending,
		      const struct ranges *split)
{
	struct ranges fresh = copy_of(&plan->blocks);
	uint64_t room, needed;

	ranges_subtract(&fresh, pending);
	ranges_subtract(&fresh, split);
	needed = ranges_total(&fresh);
	ranges_free(&fresh);
	if (volume_free(plan->volume, &room))
		return EXIT_OPERATION;
	if (needed <= room)
		return EXIT_CLEAN;
	complain("There is not enough room: %llu block%s %s needed, and %llu %s free on the spare of %s. Nothing has been changed. Take a larger spare, or fewer blocks.",
		 LLU(needed), plural(needed), is(needed), LLU(room), is(room), plan->volume->name);
	return EXIT_OPERATION;
}

int plan_leave_remapped(struct plan *plan, bool leave_pending, bool leave_split)
{
	struct ranges remapped = {}, pending = {}, split = {};
	int status = volume_remaps(plan->volume, &remapped, &pending, &split);

	if (!status) {
		plan->already = ranges_subtract(&plan->blocks, &remapped);
		if (leave_pending)
			plan->already_pending = ranges_subtract(&plan->blocks, &pending);
		if (leave_split)
			plan->already += ranges_subtract(&plan->blocks, &split);
		status = check_room(plan, &pending, &split);
	}
	ranges_free(&remapped);
	ranges_free(&pending);
	ranges_free(&split);
	return status;
}

int plan_still_pending(const struct plan *plan, uint64_t *nr)
{
	struct ranges blocks = copy_of(&plan->blocks), pending = {}, split = {};
	int status = volume_remaps(plan->volume, NULL, &pending, &split);

	*nr = 0;
	if (!status)
		*nr = ranges_subtract(&blocks, &pending) + ranges_subtract(&blocks, &split);
	ranges_free(&blocks);
	ranges_free(&pending);
	ranges_free(&split);
	return status;
}

void plan_free(struct plan *plan)
{
	ranges_free(&plan->blocks);
}
