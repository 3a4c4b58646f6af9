// SPDX-License-Identifier: GPL-2.0
/*
 * reassembly CORPUS SEED ROUNDS [SECONDS]: fuzz the reassembly module and the target, in a guest.
 *
 * Each round makes up to six disks from its seed, announces them to the module, unplugs one and
 * plugs it in again.  The module must see the same sets as its own sources see, compiled into this
 * program, which media_check_pair() checks; it must write to no disk, and keep none open.  The
 * sets that it offers are then activated, read, written and removed, and must be offered again.
 * At the end the module must forget all of them.
 *
 * The caller detects hangs and leaks.  A round is repeated by its seed.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <dm-remap/format.h>

#include "media.h"
#include "plug.h"
#include "spare-image.h"

#define SETS		"/sys/kernel/config/dm-remap-reassembly/sets"
#define INPUT_MAX	256
#define UUID_TEXT	37
#define CHUNK		65536

/* A set, as the module shows it. */
struct offer {
	enum media_state state;
	int main;
	int spare;
	char table[256];
};

static u64 seed;
static bool passed;
static unsigned int rounds, disks, offered, activated, refused;

static struct medium media[MEDIA_MAX];
static u8 images[MEDIA_MAX][MEDIUM_SPARE * SECTOR];
static bool changed[MEDIA_MAX];
static unsigned int nr_media;
static char **corpus;
static unsigned int nr_corpus;

static void say_seed(void)
{
	if (!passed)
		fprintf(stderr, "in the round of seed %llu\n", (unsigned long long)seed);
}

static void on_abort(int signal)
{
	(void)signal;
	say_seed();
}

/* --- disks ------------------------------------------------------------------------ */

static void read_corpus(const char *path)
{
	char *text = get_file(path, NULL), *line;

	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		corpus = one_more(corpus, nr_corpus, sizeof(*corpus));
		corpus[nr_corpus++] = line;
	}
	if (!nr_corpus)
		die("%s: there is nothing in it", path);
}

static unsigned int take_from_corpus(u8 *input)
{
	const char *text = corpus[below(nr_corpus)];
	unsigned int n = 0, byte;

	for (; n < INPUT_MAX && sscanf(text + 2 * n, "%2x", &byte) == 1; n++)
		input[n] = byte;
	return n;
}

/*
 * Mostly valid halves of two sets, some with a name, an identity, or another size; see
 * make-media.c.
 */
static unsigned int make_halves(u8 *input)
{
	unsigned int nr = 2 + below(one_in(4) ? 5 : 3), i, kind, set;
	u8 *to = input;

	*to++ = nr - 1;
	for (i = 0; i < nr; i++) {
		kind = one_in(8) ? below(3) : i % 2 ? 2 : below(2);
		set = one_in(8) ? below(4) : i / 2 % 2;
		*to++ = kind + (kind ? 0 : 64 * one_in(6));
		*to++ = one_in(3) ? 2 + 16 * below(3) : 0;
		if (kind)
			*to++ = kind == 1 ? set : below(8);
		if (kind)
			*to++ = kind == 1 ? 64 * one_in(6) : 0;
		if (kind == 2) {
			*to++ = set + 64 * one_in(6) + 128 * one_in(4);
			*to++ = one_in(3) ? 3 + 16 * below(3) : 0;
		}
	}
	return to - input;
}

static void make_disks(void)
{
	u8 input[INPUT_MAX];
	unsigned int size = one_in(3) ? take_from_corpus(input) : make_halves(input);
	unsigned int changes = below(3), i;

	while (size && changes--)
		input[below(size)] = random_u64();
	nr_media = media_make(media, input, size);
	for (i = 0; i < nr_media; i++) {
		/* what these devices do not have */
		media[i].partition = false;
		*media[i].partuuid = 0;
		media[i].wwn = 0;
		media[i].in_use = false;
		if (media[i].sectors == MEDIUM_SPARE) {
			changed[i] = spare_image(&media[i], images[i]);
			media[i].image = images[i];
		}
	}
	disks += nr_media;
}

/* --- what the module says --------------------------------------------------------- */

static void format_uuid(const u8 *uuid, char *text)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		text += sprintf(text, i >= 4 && i <= 10 && i % 2 == 0 ? "-%02x" : "%02x", uuid[i]);
}

static void get_attribute(const char *uuid, const char *name, char *value, size_t size)
{
	char path[128], *text;

	snprintf(path, sizeof(path), SETS "/%s/%s", uuid, name);
	text = get_file(path, NULL);
	snprintf(value, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
}

/* As in enum media_state. */
static const char * const states[] = {
	"waiting-main", "waiting-spare", "complete", "active", "conflict", "damaged",
};

static void get_offer(const char *uuid, struct offer *offer)
{
	char value[256];
	unsigned int i;

	get_attribute(uuid, "state", value, sizeof(value));
	for (i = 0; i < 6 && strcmp(value, states[i]); i++)
		;
	if (i == 6)
		die("%s: its state is \"%s\"", uuid, value);
	offer->state = i;
	get_attribute(uuid, "main", value, sizeof(value));
	offer->main = plug_number(value);
	get_attribute(uuid, "spare", value, sizeof(value));
	offer->spare = plug_number(value);
	get_attribute(uuid, "copies", value, sizeof(value));
	get_attribute(uuid, "name", value, sizeof(value));
	get_attribute(uuid, "table", offer->table, sizeof(offer->table));
}

static unsigned int count_sets(void)
{
	DIR *dir = opendir(SETS);
	struct dirent *entry;
	unsigned int nr = 0;

	if (!dir)
		die(SETS ": %s", strerror(errno));
	while ((entry = readdir(dir)))
		nr += *entry->d_name != '.';
	closedir(dir);
	return nr;
}

/* --- what it must say ------------------------------------------------------------- */

/* The disks that are plugged in, as the module's sources see them. */
struct view {
	struct medium media[MEDIA_MAX];
	struct seen seen[MEDIA_MAX];
	struct media_match match[MEDIA_MAX];
	unsigned int place[MEDIA_MAX];
	unsigned int nr;
};

static void look(struct view *view)
{
	unsigned int i;

	view->nr = 0;
	for (i = 0; i < nr_media; i++) {
		if (!plugs[i].in)
			continue;
		view->place[view->nr] = i;
		view->media[view->nr++] = media[i];
	}
	media_read(view->media, view->nr, view->seen);
	media_match(view->match, one_in(2));
	media_forget();
}

/* Whether an earlier disk is of the same set. */
static bool is_known(const struct view *view, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (view->seen[i].kind != MEDIA_PLAIN &&
		    !memcmp(view->seen[i].uuid, view->seen[nr].uuid, sizeof(view->seen[i].uuid)))
			return true;
	return false;
}

static void check_set(const struct view *view, unsigned int nr)
{
	const struct media_match *match = &view->match[nr];
	char uuid[UUID_TEXT];
	struct offer offer;

	format_uuid(view->seen[nr].uuid, uuid);
	get_offer(uuid, &offer);
	if (offer.state != match->state)
		die("%s is %s, and not %s", uuid, states[offer.state], states[match->state]);
	if (*offer.table ? offer.state != MEDIA_COMPLETE : offer.state == MEDIA_COMPLETE)
		die("%s is %s, its line \"%s\"", uuid, states[offer.state], offer.table);
	if (offer.state != MEDIA_COMPLETE)
		return;
	media_check_pair(view->media, view->seen, match);
	if (offer.main != (int)view->place[match->main] ||
	    offer.spare != (int)view->place[match->spare])
		die("%s: its halves are %d and %d, and not %u and %u", uuid, offer.main,
		    offer.spare, view->place[match->main], view->place[match->spare]);
}

static void check_sets(void)
{
	static struct view view;
	unsigned int nr = 0, i;

	look(&view);
	for (i = 0; i < view.nr; i++) {
		if (view.seen[i].kind == MEDIA_PLAIN || is_known(&view, i))
			continue;
		check_set(&view, i);
		nr++;
	}
	if (count_sets() != nr)
		die("there are %u sets, and not %u", count_sets(), nr);
	for (i = 0; i < view.nr; i++) {
		plug_check_untouched(view.place[i]);
		plug_check_free(view.place[i]);
	}
}

/* --- activation ------------------------------------------------------------------- */

/*
 * Read all of it, and write some; only sectors that were bad may fail.  The first one is left
 * alone: it may have a label, even if not a valid one of this set, that another scan asks for.
 */
static void use(const struct dm *set, u64 sectors, bool bad)
{
	static u8 buf[CHUNK] __aligned(4096), again[8 * SECTOR] __aligned(4096);
	int fd = open_device(set->path);
	unsigned int nr = 8, times, i;
	u64 sector;

	for (sector = 0; sector < sectors; sector += CHUNK / SECTOR)
		read_all(fd, buf, CHUNK, sector);
	for (times = 0; times < 4 && sectors > nr; times++) {
		sector = 1 + below(sectors - nr);
		for (i = 0; i < nr * SECTOR; i++)
			buf[i] = random_u64();
		if (pwrite(fd, buf, nr * SECTOR, sector * SECTOR) != (ssize_t)(nr * SECTOR) ||
		    fsync(fd) || !read_all(fd, again, nr * SECTOR, sector)) {
			if (!bad)
				die("sector %llu: %s", (unsigned long long)sector, strerror(errno));
		} else if (memcmp(buf, again, nr * SECTOR)) {
			die("sector %llu has not what was written", (unsigned long long)sector);
		}
	}
	close(fd);
}

static bool has_bad(int nr)
{
	return media[nr].bad[PLACE_FIRST] || media[nr].bad[PLACE_LAST];
}

static bool has_label(int nr)
{
	return !memcmp(media[nr].page[PLACE_FIRST], DM_REMAP_LABEL_MAGIC, DM_REMAP_MAGIC_SIZE);
}

static void announce_all(void)
{
	unsigned int which[MEDIA_MAX], i, j;

	for (i = 0; i < nr_media; i++) {
		j = below(i + 1);
		which[i] = which[j];
		which[j] = i;
	}
	plugs_announce(which, nr_media);
}

static void check_still(const char *uuid, const struct offer *was, enum media_state state)
{
	struct offer offer;

	get_offer(uuid, &offer);
	if (offer.state != state || offer.main != was->main || offer.spare != was->spare)
		die("%s is %s, and not %s; its halves are %d and %d, and were %d and %d", uuid,
		    states[offer.state], states[state], offer.main, offer.spare, was->main,
		    was->spare);
}

/* Activate a set by the line that the module gives. */
static void activate(const char *uuid)
{
	struct offer offer;
	unsigned long long sectors;
	struct dm set;
	int at, error;

	get_offer(uuid, &offer);
	if (offer.state != MEDIA_COMPLETE)
		return;
	offered++;
	if (sscanf(offer.table, "0 %llu remap %n", &sectors, &at) != 1)
		die("%s: its line is \"%s\"", uuid, offer.table);
	dm_begin(&set, "r");
	error = dm_table(&set, sectors, "remap", offer.table + at);
	if (error) {
		refused++;
		dm_remove(&set);
		/*
		 * What the module has not read, only these changes can have made wrong; nor has it
		 * read whether the table has the block that a label replaces.
		 */
		if (!changed[offer.spare] && !has_bad(offer.spare) && !has_label(offer.main))
			die("%s is offered and refused: %s", uuid, strerror(error));
		check_still(uuid, &offer, MEDIA_COMPLETE);
		return;
	}
	activated++;
	use(&set, sectors, has_bad(offer.main) || has_bad(offer.spare));
	check_still(uuid, &offer, MEDIA_ACTIVE);
	announce_all();
	check_still(uuid, &offer, MEDIA_ACTIVE);
	dm_remove(&set);
	check_still(uuid, &offer, MEDIA_COMPLETE);
	announce_all();
	check_still(uuid, &offer, MEDIA_COMPLETE);
}

static void activate_sets(void)
{
	char uuids[MEDIA_MAX][UUID_TEXT];
	DIR *dir = opendir(SETS);
	struct dirent *entry;
	unsigned int nr = 0, i;

	while (dir && (entry = readdir(dir)))
		if (*entry->d_name != '.' && nr < MEDIA_MAX)
			snprintf(uuids[nr++], UUID_TEXT, "%.36s", entry->d_name);
	closedir(dir);
	for (i = 0; i < nr; i++)
		activate(uuids[i]);
}

/* --- rounds ----------------------------------------------------------------------- */

/* Announcing this one makes the module look for all that it knows of. */
static const unsigned int blank = PLUG_BLANK;

/* Take a disk away, and put it back: what other disks are for depends on it. */
static void replug(void)
{
	unsigned int nr = below(nr_media);

	plug_out(nr);
	plugs_announce(&blank, 1);
	check_sets();
	plug_in(nr, &media[nr]);
	plugs_announce(&nr, 1);
	check_sets();
}

static void check_kernel(void)
{
	static u64 before;
	static bool known;
	u64 now = get_number("/proc/sys/kernel/tainted");

	if (known && now != before)
		die("the kernel has complained");
	before = now;
	known = true;
}

static void run_round(void)
{
	unsigned int i;

	seed_random(seed);
	make_disks();
	for (i = 0; i < nr_media; i++)
		plug_in(i, &media[i]);
	announce_all();
	check_sets();
	if (one_in(2))
		replug();
	activate_sets();
	for (i = 0; i < nr_media; i++) {
		plug_check_free(i);
		plug_out(i);
	}
	plugs_announce(&blank, 1);
	if (count_sets())
		die("%u sets are left", count_sets());
	check_kernel();
	rounds++;
}

int main(int argc, char **argv)
{
	struct medium none = { .sectors = 24, .sector[1] = 24, .sector[2] = 24 };
	time_t began = time(NULL), limit;
	unsigned int wanted;

	if (argc < 4)
		die("usage: reassembly CORPUS SEED ROUNDS [SECONDS]");
	read_corpus(argv[1]);
	seed = strtoull(argv[2], NULL, 10);
	wanted = atoi(argv[3]);
	limit = argc > 4 ? atoi(argv[4]) : 0;
	signal(SIGABRT, on_abort);
	atexit(say_seed);
	plugs_begin();
	plug_in(blank, &none);
	check_kernel();
	for (; rounds < wanted && (!limit || time(NULL) - began < limit); seed++)
		run_round();
	passed = true;
	printf("all: %u rounds, %u disks, %u offered, %u activated, %u refused, %u seconds\n",
	       rounds, disks, offered, activated, refused, (unsigned int)(time(NULL) - began));
	return 0;
}
