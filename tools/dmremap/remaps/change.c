// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "kernel/dm.h"
#include "kernel/kernel.h"
#include "lib/clock.h"
#include "lib/exit.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "lib/plural.h"
#include "lib/progress.h"
#include "remaps/change.h"

/* A single write to an attribute is at most a page. */
#define PIECE_TEXT	4000

/*
 * Number of blocks moved at once. A piece should take only a moment, so that the progress bar
 * advances and signals are handled, but each piece also commits the table on the spare, so pieces
 * should not be smaller than necessary. A disk may take seconds for each bad sector.
 */
#define PIECE_FIRST	16
#define PIECE_MAX	16384
#define MOMENT_NS	250000000

/* The current position in the list of blocks. */
struct position {
	size_t range;
	wide block;
};

/* The blocks of the next piece. */
static struct ranges take_piece(const struct change *change, struct position *at, uint64_t limit)
{
	const struct ranges *blocks = change->blocks;
	struct ranges piece = {};
	size_t text = 0;
	wide end;

	/* a line has two numbers of up to 20 digits */
	for (; limit && at->range < blocks->nr && text + 42 < PIECE_TEXT; text += 42) {
		end = blocks->range[at->range].end;
		if (at->block < blocks->range[at->range].start)
			at->block = blocks->range[at->range].start;
		if (end - at->block > limit)
			end = at->block + limit;
		ranges_add(&piece, at->block, end);
		limit -= end - at->block;
		at->block = end;
		if (end == blocks->range[at->range].end)
			at->range++;
	}
	return piece;
}

/* Names of the attributes in remaps/, and of the messages that do the same. */
static const char * const words[] = {
	[CHANGE_ADD] = "add",
	[CHANGE_MARK] = "mark",
	[CHANGE_REMOVE] = "remove",
	[CHANGE_FORGET] = "forget",
	[CHANGE_CURE] = "cure",
};

/* Send one message for each range. */
static int send_messages(const struct change *change, const struct ranges *piece)
{
	uint64_t sectors = volume_block_sectors(change->volume);
	char message[64];
	int error = 0;
	size_t i;

	for (i = 0; i < piece->nr && !error; i++) {
		snprintf(message, sizeof(message), "%s %llu %llu", words[change->kind],
			 LLU(piece->range[i].start * sectors),
			 LLU((piece->range[i].end - piece->range[i].start) * sectors));
		error = dm_message(change->volume->name, message);
	}
	return error;
}

static int send(const struct change *change, const struct ranges *piece)
{
	uint64_t sectors = volume_block_sectors(change->volume);
	char text[PIECE_TEXT], attribute[32];
	size_t i, used = 0;

	snprintf(attribute, sizeof(attribute), "remaps/%s", words[change->kind]);
	if (change->kind != CHANGE_ADD && change->kind != CHANGE_REMOVE &&
	    !kernel_has(TREE_CONFIG, change->volume->name, attribute))
		return send_messages(change, piece);
	for (i = 0; i < piece->nr; i++)
		used += snprintf(text + used, sizeof(text) - used, "%llu %llu\n",
				 LLU(piece->range[i].start * sectors),
				 LLU((piece->range[i].end - piece->range[i].start) * sectors));
	return kernel_write_lines(TREE_CONFIG, change->volume->name, attribute, text);
}

/*
 * Skip blocks that are already in the desired state: the kernel may have remapped some itself, and
 * an earlier write may have been carried out in part.
 */
static int leave_done(const struct change *change, struct ranges *piece, uint64_t *left_out)
{
	bool back = change->kind != CHANGE_ADD && change->kind != CHANGE_MARK;
	struct ranges remapped = {}, there = {};
	int error = -1;

	if (!volume_remaps(change->volume, &remapped, back ? &remapped : NULL, NULL)) {
		error = 0;
		*left_out = ranges_total(piece);
		if (back) {
			/* the intersection, as the complement of a difference */
			ranges_add(&there, 0, piece->range[piece->nr - 1].end);
			ranges_subtract(&there, &remapped);
			ranges_subtract(piece, &there);
		} else {
			ranges_subtract(piece, &remapped);
		}
		*left_out -= ranges_total(piece);
	}
	ranges_free(&remapped);
	ranges_free(&there);
	return error;
}

static void say_block(const struct change *change, wide block, int error)
{
	uint64_t sectors = volume_block_sectors(change->volume);

	complain("%s: the block at sector %llu cannot be %s: %s.", change->volume->name,
		 (unsigned long long)block * sectors, change_done_word(change->kind),
		 change_why(error, change->kind));
}

/*
 * Retry block by block to find the ones that fail. A block that cannot be moved back does not keep
 * others from going back; if a block cannot be moved to the spare, the next ones will most likely
 * fail too.
 */
static int one_by_one(struct change *change, const struct ranges *piece)
{
	struct ranges one = {};
	int error = 0;
	wide block, end;
	size_t i;

	for (i = 0; i < piece->nr && !error; i++) {
		end = piece->range[i].end;
		for (block = piece->range[i].start; block < end && !error; block++) {
			if (interrupt_came())
				return 0;
			one.nr = 0;
			ranges_add(&one, block, block + 1);
			error = send(change, &one);
			if (!error) {
				change->done++;
			} else if (error == -EIO && change->kind == CHANGE_REMOVE) {
				say_block(change, block, error);
				change->failed++;
				error = 0;
			}
			progress_show(change->done + change->failed);
		}
	}
	ranges_free(&one);
	return error;
}

/* Move one piece. Returns 0, or a negative error number that ends the command. */
static int move_piece(struct change *change, struct ranges *piece)
{
	uint64_t left_out = 0;
	int error;

	for (;;) {
		error = piece->nr ? send(change, piece) : 0;
		if (!error) {
			change->done += ranges_total(piece);
			return 0;
		}
		if (error != -EIO && error != -ENOENT && error != -EEXIST)
			return error;
		if (leave_done(change, piece, &left_out))
			return -EINTR;
		change->done += left_out;
		if (error == -EIO)
			return one_by_one(change, piece);
		if (!left_out)
			return error;
	}
}

static uint64_t next_limit(uint64_t limit, uint64_t ns)
{
	if (ns < MOMENT_NS / 2)
		limit *= 2;
	else if (ns > MOMENT_NS)
		limit /= 2;
	return limit > PIECE_MAX ? PIECE_MAX : limit ? limit : 1;
}

static int all_pieces(struct change *change, uint64_t total)
{
	struct position at = {};
	struct ranges piece;
	uint64_t limit = PIECE_FIRST, began;
	int error = 0;

	while (!error && !interrupt_came() && at.range < change->blocks->nr) {
		piece = take_piece(change, &at, limit);
		began = clock_ns();
		error = move_piece(change, &piece);
		limit = next_limit(limit, clock_ns() - began);
		ranges_free(&piece);
		progress_show(change->done + change->failed);
	}
	if (interrupt_came() && change->done + change->failed == total)
		return 0;
	return interrupt_came() && !error ? -ERESTART : error;
}

static void say_how_far(const struct change *change, uint64_t total, int error)
{
	const char *verb = change_done_word(change->kind);
	const char *name = change->volume->name;

	if (error == -ERESTART)
		complain("%s: interrupted when %llu of %llu block%s %s %s.", name,
			 LLU(change->done), LLU(total), plural(total), was(total), verb);
	/* -EINTR has already been reported */
	else if (error && error != -EINTR)
		complain("%s: %s. %llu of %llu block%s %s %s.", name,
			 change_why(error, change->kind), LLU(change->done), LLU(total),
			 plural(total), was(total), verb);
	else if (error || change->failed)
		complain("%s: %llu of %llu block%s %s %s.", name, LLU(change->done), LLU(total),
			 plural(total), was(total), verb);
}

/*
 * Seal overwrites the original location of a block on the main once the block is on the spare, so
 * no block may be moved back while seal runs. Seal holds an flock() on the main, as udev does.
 */
static int lock_main(const struct volume *volume)
{
	int fd = open(volume->main.path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

int change_run(struct change *change)
{
	static const char * const titles[] = {
		[CHANGE_ADD] = "Remapping",
		[CHANGE_MARK] = "Marking",
		[CHANGE_REMOVE] = "Moving back",
		[CHANGE_FORGET] = "Giving up",
		[CHANGE_CURE] = "Trying the main",
	};
	uint64_t total = ranges_total(change->blocks);
	int error, lock = change->kind == CHANGE_REMOVE ? lock_main(change->volume) : -1;

	change->done = 0;
	change->failed = 0;
	interrupt_hold();
	progress_begin(titles[change->kind], total);
	error = all_pieces(change, total);
	progress_end();
	say_how_far(change, total, error);
	interrupt_release();
	if (lock >= 0)
		close(lock);
	if (error)
		return change->done ? EXIT_UNCORRECTED : EXIT_OPERATION;
	return change->failed ? EXIT_UNCORRECTED : EXIT_CLEAN;
}

const char *change_done_word(enum change_kind kind)
{
	static const char * const done[] = {
		[CHANGE_ADD] = "remapped",
		[CHANGE_MARK] = "marked",
		[CHANGE_REMOVE] = "moved back",
		[CHANGE_FORGET] = "given up",
		[CHANGE_CURE] = "tried",
	};

	return done[kind];
}

/* A module that does not know the message for a change is older than dmremap. */
static const char * const cannot[] = {
	[CHANGE_MARK] =
		"the loaded module cannot mark blocks. Load the module that came with this dmremap, or use \"--copy\"",
	[CHANGE_FORGET] =
		"the loaded module cannot give up blocks. Load the module that came with this dmremap",
	[CHANGE_CURE] =
		"the loaded module cannot try blocks on the main. Load the module that came with this dmremap",
};

static const char rejected[] =
	"the kernel rejects the ranges: module and dmremap are of different versions";

const char *change_why(int error, enum change_kind kind)
{
	switch (-error) {
	case EINVAL:
		return cannot[kind] ? cannot[kind] : rejected;
	case ERANGE:
		return "some sectors are beyond the end of the device: it has become smaller";
	case EEXIST:
		return "a block is remapped already";
	case ENOENT:
		return "a block is not remapped";
	case ENXIO:
		return "the device no longer exists";
	case ENOSPC:
		return "the spare is full. Take a larger one, or undo remaps that are not needed";
	case EROFS:
		return "the device is read-only or has failed. \"dmremap stats\" shows its state";
	case EBUSY:
		return "the device is suspended. Resume it with \"dmsetup resume\"";
	case EIO:
		if (kind == CHANGE_REMOVE)
			return "the main cannot be written there, or data of it is lost";
		return "the spare or the main reported an error. The kernel log says more";
	case EACCES:
	case EPERM:
		return "only root may do that";
	default:
		return strerror(-error);
	}
}
