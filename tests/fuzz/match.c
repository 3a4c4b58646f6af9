// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of the matching of disks into sets: the reassembly module and dmremap read up to six
 * disks, with mostly valid superblocks, labels and identities, which are then matched.  Both
 * must see the same, and in any order of arrival no disk may be chosen against evidence for
 * another one (docs/security.md).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/uuid.h"
#include "media.h"
#include "must.h"
#include "sets/half.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Write all pages of a medium, or overwrite them with zeros. */
static void write_pages(int fd, const struct medium *medium, bool zeros)
{
	static const uint8_t none[MEDIUM_PAGE];
	unsigned int i;

	for (i = NR_PLACES; i--;)
		if (medium->sector[i] < medium->sectors)
			must(pwrite(fd, zeros ? none : medium->page[i], MEDIUM_PAGE,
				    medium->sector[i] * 512) == MEDIUM_PAGE);
}

/* Let dmremap look at a disk, in a file: all mains have the same size, and so do all spares. */
static void look(struct half *half, const struct medium *medium)
{
	static struct blockdev files[2];
	static int fds[2];
	bool spare = medium->sectors == MEDIUM_SPARE;

	if (!*files[spare].path) {
		fds[spare] = memfd_create("disk", MFD_CLOEXEC);
		must(fds[spare] >= 0 && !ftruncate(fds[spare], medium->sectors * 512));
		snprintf(files[spare].path, sizeof(files[spare].path), "/proc/self/fd/%d",
			 fds[spare]);
	}
	write_pages(fds[spare], medium, false);
	half_look(half, &files[spare]);
	write_pages(fds[spare], medium, true);
}

/* The files have no bad sectors, and one of two sizes; a first page of zeros cannot be compared. */
static bool can_compare(const struct medium *medium)
{
	return !medium->bad[PLACE_FIRST] && !medium->bad[PLACE_LAST] &&
	       medium->sectors != MEDIUM_MAIN + 8 && *medium->page[PLACE_FIRST];
}

/*
 * dmremap must accept each half that the module accepts, in the same role.  It also reports damage
 * that the module ignores.
 */
static void compare(const struct medium *medium, const struct seen *seen)
{
	char uuid[UUID_TEXT_SIZE];
	struct half half;

	look(&half, medium);
	if (seen->kind == MEDIA_PLAIN)
		must(half.role == HALF_NONE);
	if (seen->kind == MEDIA_MAIN)
		must(half.role == HALF_MAIN);
	if (seen->kind == MEDIA_SPARE)
		must(half.role == HALF_SPARE);
	if (seen->kind == MEDIA_DAMAGED)
		must(half.damaged || half.trouble);
	if (seen->kind != MEDIA_MAIN && seen->kind != MEDIA_SPARE)
		return;
	uuid_to_text(seen->uuid, uuid);
	must(!strcmp(uuid, half.uuid) && seen->main_sectors == half.main_sectors);
	must(!memcmp(seen->secret, half.secret, sizeof(half.secret)));
	if (seen->kind == MEDIA_SPARE)
		must(seen->labelled == half.labelled && !strcmp(seen->main_id, half.main_id));
}

static void check_matches(const struct medium *media, unsigned int nr, const struct seen *seen)
{
	struct media_match match[MEDIA_MAX], again[MEDIA_MAX];
	unsigned int i;

	media_match(match, false);
	media_match(again, true);
	for (i = 0; i < nr; i++) {
		if (seen[i].kind == MEDIA_PLAIN)
			continue;
		must(match[i].state == again[i].state);
		if (match[i].state != MEDIA_COMPLETE)
			continue;
		must(match[i].main == again[i].main && match[i].spare == again[i].spare);
		must(!memcmp(seen[match[i].spare].uuid, seen[i].uuid, sizeof(seen[i].uuid)));
		media_check_pair(media, seen, &match[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct medium media[MEDIA_MAX];
	struct seen seen[MEDIA_MAX];
	unsigned int nr = media_make(media, data, size), i;

	media_read(media, nr, seen);
	for (i = 0; i < nr; i++)
		if (can_compare(&media[i]))
			compare(&media[i], &seen[i]);
	check_matches(media, nr, seen);
	media_forget();
	return 0;
}
