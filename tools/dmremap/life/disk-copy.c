// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk/device.h"
#include "kernel/dm.h"
#include "kernel/intent.h"
#include "kernel/track.h"
#include "lib/shell-word.h"
#include "life/copy-kept.h"
#include "life/disk-copy.h"
#include "lib/clock.h"
#include "lib/exit.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "lib/progress.h"
#include "show/human.h"

#define CHUNK		COPY_HELD	/* sectors to read at once */
#define PARTS		16	/* ... and the number of parts to divide them into if that fails */
#define PAGE_SECTORS	8

/* Time between two records of what has been copied. */
#define RECORD_NS	2000000000

static void *make_buffer(uint64_t sectors)
{
	void *buffer = device_buffer((sectors + PAGE_SECTORS - 1) / PAGE_SECTORS);

	memset(buffer, 0, sectors * SECTOR_SIZE);
	return buffer;
}

static uint64_t at_most(uint64_t sectors, uint64_t limit)
{
	return sectors < limit ? sectors : limit;
}

static int fail(struct disk_copy *copy, const char *why)
{
	copy->why = why;
	return EXIT_OPERATION;
}

/*
 * The kernel reports the loss of a write once; a later flush succeeds all the same. So nothing that
 * is written to the disk after this can be trusted to be all of it.
 */
static int fail_write(struct disk_copy *copy, int error)
{
	copy->broken = true;
	snprintf(copy->why_buffer, sizeof(copy->why_buffer), "%s cannot be written: %s",
		 copy->path, strerror(error));
	return fail(copy, copy->why_buffer);
}

static int write_disk(struct disk_copy *copy, uint64_t sector, const void *buffer,
		      uint64_t sectors)
{
	size_t size = sectors * SECTOR_SIZE, done = 0;
	ssize_t n;

	while (done < size) {
		n = pwrite(copy->fd, buffer + done, size - done, sector * SECTOR_SIZE + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail_write(copy, n ? errno : ENOSPC);
		done += n;
	}
	return EXIT_CLEAN;
}

/* Write zeros in place of the first and last sectors. */
static int clear_ends(struct disk_copy *copy)
{
	int status;

	memset(copy->buffer, 0, CHUNK * SECTOR_SIZE);
	status = write_disk(copy, 0, copy->buffer, copy->head_end);
	status = status ?: write_disk(copy, copy->tail_start, copy->buffer,
				      copy->view.volume->sectors - copy->tail_start);
	if (!status && fdatasync(copy->fd))
		status = fail_write(copy, errno);
	return status;
}

/* --- the record ------------------------------------------------------------------- */

static void add_all(struct ranges *ranges, const struct ranges *others)
{
	size_t i;

	for (i = 0; i < others->nr; i++)
		ranges_add(ranges, others->range[i].start, others->range[i].end);
	ranges_merge(ranges);
}

/*
 * What has been copied must be durable before the record says so. After a write that failed the
 * last record stays, which was true when it was written.
 */
static int write_record(struct disk_copy *copy)
{
	int error;

	if (copy->broken)
		return EXIT_OPERATION;
	error = fdatasync(copy->fd) ? -errno : 0;
	ranges_merge(&copy->record.copied);
	add_all(&copy->record.bad, &copy->bad);
	add_all(&copy->record.bad, &copy->found);
	error = error ?: copy_record_write(copy->fd, &copy->record);
	ranges_free(&copy->record.bad);
	copy->recorded_ns = clock_ns();
	return error ? fail_write(copy, -error) : EXIT_CLEAN;
}

/* The ends are not on the disk yet. */
static void note_copied(struct disk_copy *copy, uint64_t sector, uint64_t end)
{
	if (sector < copy->head_end)
		sector = copy->head_end;
	if (end > copy->tail_start)
		end = copy->tail_start;
	if (sector < end)
		ranges_add(&copy->record.copied, sector, end);
}

/*
 * End the copy that the record names, even if the spare cannot record that, once nobody can believe
 * any more that the new disk is up to date. What is left of the record on failure says so, and lets
 * --forget end the copy.
 */
static int end_record(struct disk_copy *copy)
{
	const char *name = copy->view.volume->name;
	int error = copy_record_void(copy->fd, &copy->record);
	bool failed;

	if (error)
		return fail_write(copy, -error);
	copy->recorded = false;
	error = intent_end(name, copy->record.token, true);
	if (error && intent_find(name, &failed) == copy->record.token) {
		snprintf(copy->why_buffer, sizeof(copy->why_buffer),
			 "the copy cannot be ended (%.40s); \"dmremap replace --forget\" tries it again",
			 strerror(-error));
		return fail(copy, copy->why_buffer);
	}
	error = copy_record_clear(copy->fd, copy->record.uuid);
	return error ? fail_write(copy, -error) : EXIT_CLEAN;
}

/* Writes wait because the spare cannot record them: let them go on. */
static int give_up_record(struct disk_copy *copy)
{
	return end_record(copy) ?: fail(copy, "its spare cannot be written any more");
}

/* Write the record of a pass that has ended, with its status. */
static int write_record_of(struct disk_copy *copy, int status)
{
	const char *why = copy->why;
	int written = write_record(copy);

	if (status)
		copy->why = why;
	return status ?: written;
}

static int keep_record(struct disk_copy *copy, uint64_t sector, uint64_t end)
{
	if (copy->first)
		note_copied(copy, sector, end);
	return clock_ns() - copy->recorded_ns < RECORD_NS ? EXIT_CLEAN : write_record(copy);
}

/*
 * A write that the kernel does not remember must not be in the copy unless it is durable in the
 * set, which would have the older content after a power cut; so the set is flushed once none of
 * them is under way. Nor may the tracker know of it: a later pass would copy it again, without a
 * mark that says so after an interruption.
 */
static int settle_writes(struct disk_copy *copy, int *error)
{
	const char *name = copy->view.volume->name;
	int status = dm_drain(name);

	if (status)
		return status;
	*error = fdatasync(copy->view.set) ? -errno : 0;
	track_stop(name, copy->tracker);
	return track_start(name, &copy->tracker);
}

static int write_first_record(struct disk_copy *copy)
{
	int status = write_record(copy);

	if (status)
		complain("%s.", copy->why);
	return status;
}

/* From now on the kernel remembers what is written, whatever happens. */
static int begin_record(struct disk_copy *copy)
{
	const struct volume *volume = copy->view.volume;
	int error, status;

	copy_record_free(&copy->record);
	copy->record = (struct copy_record) { .sectors = volume->sectors };
	if (!copy->may_record || volume->sectors < 2 * CHUNK ||
	    !uuid_from_text(volume->uuid, copy->record.uuid))
		return EXIT_CLEAN;
	error = intent_start(volume->name, &copy->record.token);
	status = error ? EXIT_CLEAN : settle_writes(copy, &error);
	if (error)
		complain("%s: the kernel cannot keep what is written during an interruption: %s. An interrupted copy will begin anew.",
			 volume->name, strerror(-error));
	else
		status = status ?: write_first_record(copy);
	copy->recorded = !status && !error;
	/* no record says that anything was copied, so writes need not be remembered */
	if (!copy->recorded && copy->record.token)
		intent_end(volume->name, copy->record.token, true);
	return status;
}

static void say_kept(const struct disk_copy *copy)
{
	char there[HUMAN_SIZE], all[HUMAN_SIZE];
	const struct volume *volume = copy->view.volume;

	printf("%s: the copy to %s goes on: %s of %s are there already.\n", volume->name,
	       copy->path, human_bytes(there, (double)ranges_total(&copy->kept) * SECTOR_SIZE),
	       human_bytes(all, (double)volume->sectors * SECTOR_SIZE));
	fflush(stdout);
}

static void say_anew(const struct disk_copy *copy, const char *why)
{
	printf("%s: the copy to %s begins anew: %s.\n", copy->view.volume->name, copy->path, why);
}

/* Take over what an interrupted copy has left. Return: whether there is anything. */
static bool take_record(struct disk_copy *copy)
{
	const char *why;

	why = copy_kept(&copy->view, copy->fd, &copy->record, copy->leave_out, &copy->kept);
	if (why) {
		say_anew(copy, why);
		ranges_free(&copy->kept);
		return false;
	}
	copy->recorded = true;
	copy->bad = copy->record.bad;
	copy->record.bad = (struct ranges) {};
	say_kept(copy);
	return true;
}

/* The tracker has started, so what is written from now on is copied in a later pass. */
static int find_record(struct disk_copy *copy)
{
	const struct volume *volume = copy->view.volume;
	bool there = copy_record_read(copy->fd, &copy->record) && copy_is_of(&copy->record, volume);
	uint64_t token;
	bool failed;
	int status;

	if (there && copy->may_record && take_record(copy))
		return EXIT_CLEAN;
	token = intent_find(volume->name, &failed);
	if (!there && token)
		say_anew(copy, "it has no record of the one that was interrupted");
	status = there && token == copy->record.token ? end_record(copy) : EXIT_CLEAN;
	status = status ?: clear_ends(copy);
	if (status) {
		complain("%s.", copy->why);
		return status;
	}
	return begin_record(copy);
}

/* -------------------------------------------------------------------------------- */

int disk_copy_begin(struct disk_copy *copy)
{
	uint64_t sectors = copy->view.volume->sectors;
	int status;

	copy->head_end = at_most(sectors, CHUNK);
	copy->tail_start = sectors - at_most(sectors - copy->head_end, CHUNK);
	copy->head = make_buffer(CHUNK);
	copy->tail = make_buffer(CHUNK);
	copy->buffer = make_buffer(CHUNK);
	status = track_start(copy->view.volume->name, &copy->tracker);
	return status ?: find_record(copy);
}

void disk_copy_end(struct disk_copy *copy)
{
	if (copy->tracker)
		track_stop(copy->view.volume->name, copy->tracker);
	free(copy->head);
	free(copy->tail);
	free(copy->buffer);
	ranges_free(&copy->bad);
	ranges_free(&copy->found);
	ranges_free(&copy->kept);
	copy_record_free(&copy->record);
	if (copy->fd >= 0)
		close(copy->fd);
}

uint64_t disk_copy_held(const struct disk_copy *copy)
{
	return copy->head_end + copy->view.volume->sectors - copy->tail_start;
}

/* --- sectors ---------------------------------------------------------------------- */

/* Write sectors to the new disk, or to the held ends. */
static int put(struct disk_copy *copy, uint64_t sector, const void *buffer, uint64_t sectors)
{
	int status = EXIT_CLEAN;
	uint64_t part;

	while (!status && sectors) {
		if (sector < copy->head_end) {
			part = at_most(sectors, copy->head_end - sector);
			memcpy(copy->head + sector * SECTOR_SIZE, buffer, part * SECTOR_SIZE);
		} else if (sector < copy->tail_start) {
			part = at_most(sectors, copy->tail_start - sector);
			status = write_disk(copy, sector, buffer, part);
		} else {
			part = sectors;
			memcpy(copy->tail + (sector - copy->tail_start) * SECTOR_SIZE, buffer,
			       part * SECTOR_SIZE);
		}
		sector += part;
		buffer += part * SECTOR_SIZE;
		sectors -= part;
	}
	return status;
}

/* Write zeros for unreadable sectors: old content of the new disk would be mistaken for data. */
static int leave_out(struct disk_copy *copy, uint64_t sector, uint64_t sectors)
{
	if (!copy->leave_out) {
		snprintf(copy->why_buffer, sizeof(copy->why_buffer),
			 "its sector %llu cannot be read; with --mapfile such sectors are left out and listed",
			 LLU(sector));
		return fail(copy, copy->why_buffer);
	}
	ranges_add(&copy->found, sector, sector + sectors);
	memset(copy->buffer, 0, sectors * SECTOR_SIZE);
	return put(copy, sector, copy->buffer, sectors);
}

static int fail_interrupted(struct disk_copy *copy)
{
	if (copy->recorded)
		return fail(copy, "the copy was interrupted, and goes on when it is started again");
	return fail(copy, "the copy was interrupted, and begins anew when it is started again");
}

static uint64_t part_of(const struct disk_copy *copy, uint64_t sectors)
{
	uint64_t part = copy->view.unit;

	while (part * PARTS < sectors)
		part *= 2;
	return part;
}

static int copy_sectors(struct disk_copy *copy, uint64_t sector, uint64_t sectors)
{
	uint64_t end = sector + sectors, part = part_of(copy, sectors);
	int status = EXIT_CLEAN;

	/* also if I/O is suspended, which then resumes */
	if (interrupt_came())
		return fail_interrupted(copy);
	if (copy->deadline_ns && clock_ns() > copy->deadline_ns)
		return fail(copy, "the last pass took longer than --pause allows");
	/* before each read, as one of a failing main may take long */
	if (copy->recorded && copy->show && copy_writes_wait(copy->view.volume, &copy->looked_ns))
		return give_up_record(copy);
	if (!set_view_read(&copy->view, sector, copy->buffer, sectors))
		return put(copy, sector, copy->buffer, sectors);
	if (sectors <= copy->view.unit)
		return leave_out(copy, sector, sectors);
	for (; !status && sector < end; sector += part)
		status = copy_sectors(copy, sector, at_most(part, end - sector));
	return status;
}

/* --- a pass ----------------------------------------------------------------------- */

static void begin_showing(struct disk_copy *copy, const struct ranges *ranges)
{
	copy->done = 0;
	copy->total = ranges_total(ranges);
	copy->started_ns = clock_ns();
	snprintf(copy->text, sizeof(copy->text), "Copying");
	if (copy->show)
		progress_begin(copy->text, copy->total);
}

/* Estimate the remaining time from the time taken so far. */
static void show(struct disk_copy *copy)
{
	uint64_t bad = ranges_total(&copy->bad) + ranges_total(&copy->found);
	uint64_t left_s = (wide)(clock_ns() - copy->started_ns) * (copy->total - copy->done) /
			  copy->done / 1000000000;

	if (!copy->show)
		return;
	snprintf(copy->text, sizeof(copy->text), "Copying, %llu:%02llu:%02llu left",
		 LLU(left_s / 3600), LLU(left_s / 60 % 60), LLU(left_s % 60));
	if (bad)
		snprintf(copy->text + strlen(copy->text), sizeof(copy->text) - strlen(copy->text),
			 ", %llu unreadable", LLU(bad));
	progress_show(copy->done);
}

static int copy_range(struct disk_copy *copy, uint64_t sector, uint64_t end)
{
	int status = EXIT_CLEAN;
	uint64_t sectors;

	for (; !status && sector < end; sector += sectors) {
		sectors = at_most(CHUNK, end - sector);
		status = copy_sectors(copy, sector, sectors);
		if (!status && copy->recorded && copy->show)
			status = keep_record(copy, sector, sector + sectors);
		copy->done += sectors;
		show(copy);
	}
	return status;
}

static int copy_ranges(struct disk_copy *copy, const struct ranges *ranges)
{
	int status = EXIT_CLEAN;
	size_t i;

	begin_showing(copy, ranges);
	for (i = 0; !status && i < ranges->nr; i++)
		status = copy_range(copy, ranges->range[i].start, ranges->range[i].end);
	/* sectors that were bad were readable now, but only if all of them were tried */
	if (!status)
		ranges_subtract(&copy->bad, ranges);
	add_all(&copy->bad, &copy->found);
	ranges_free(&copy->found);
	if (!status && fdatasync(copy->fd))
		status = fail_write(copy, errno);
	/* also of a copy that stops here; whatever happens later, the map of the kernel counts */
	if (copy->recorded && copy->first)
		status = write_record_of(copy, status);
	if (copy->show)
		progress_end();
	return status;
}

/* Copy everything in the first pass, later the writes since the previous pass. */
static int find_work(struct disk_copy *copy, struct ranges *ranges)
{
	copy->first = !copy->begun;
	if (copy->first)
		ranges_add(ranges, 0, copy->view.volume->sectors);
	else if (track_read(copy->view.volume->name, copy->tracker, ranges))
		return fail(copy, "another program has started to track its writes");
	ranges_merge(ranges);
	if (copy->first)
		ranges_subtract(ranges, &copy->kept);
	copy->begun = true;
	return EXIT_CLEAN;
}

/*
 * Do not ask for sectors that are known to be bad while I/O waits: the main may take seconds to
 * fail each read, and other sectors of their region were written. The disk has zeros there.
 */
static void leave_known(const struct disk_copy *copy, struct ranges *ranges)
{
	struct ranges bad = {}, rest = {}, known = {};
	uint64_t at;
	size_t i;

	add_all(&rest, &copy->bad);
	ranges_subtract(&rest, ranges);
	add_all(&bad, &copy->bad);
	ranges_subtract(&bad, &rest);
	for (i = 0; i < bad.nr; i++)
		for (at = bad.range[i].start; at < bad.range[i].end; at += copy->view.unit)
			if (set_view_is_listed_bad(&copy->view, at))
				ranges_add(&known, at, at + copy->view.unit);
	ranges_merge(&known);
	ranges_subtract(ranges, &known);
	ranges_free(&rest);
	ranges_free(&bad);
	ranges_free(&known);
}

int disk_copy_pass(struct disk_copy *copy, bool show)
{
	struct ranges ranges = {};
	int status;

	copy->show = show;
	if (!show)
		copy->why = set_view_beneath(&copy->view);
	status = copy->why ? EXIT_OPERATION : find_work(copy, &ranges);
	if (!status && !show)
		leave_known(copy, &ranges);
	status = status ?: copy_ranges(copy, &ranges);
	ranges_free(&ranges);
	return status;
}

/* --- the ends --------------------------------------------------------------------- */

int disk_copy_complete(struct disk_copy *copy)
{
	int status = write_disk(copy, 0, copy->head, copy->head_end);

	status = status ?: write_disk(copy, copy->tail_start, copy->tail,
				      copy->view.volume->sectors - copy->tail_start);
	if (!status && fdatasync(copy->fd))
		status = fail_write(copy, errno);
	close(copy->fd);
	copy->fd = -1;
	return status;
}

/* The record was in the ends, and cannot be written again. */
static void end_unrecorded(struct disk_copy *copy)
{
	copy->recorded = false;
	intent_end(copy->view.volume->name, copy->record.token, false);
}

void disk_copy_spoil(struct disk_copy *copy)
{
	const char *why = copy->why;

	if (copy->fd < 0)
		copy->fd = open(copy->path, O_RDWR | O_EXCL | O_DIRECT | O_CLOEXEC);
	if (copy->fd < 0 || clear_ends(copy))
		complain("%s has the content of the set, but is not in use. Run \"wipefs -a %s\" before the next boot.",
			 copy->path, shell_word(copy->path));
	else if (copy->recorded && write_record(copy))
		end_unrecorded(copy);
	copy->why = why;
}
