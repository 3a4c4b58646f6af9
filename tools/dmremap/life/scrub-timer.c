// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernel/blockdev.h"
#include "lib/conf.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/number.h"
#include "lib/root.h"
#include "life/scrub-run.h"
#include "life/scrub-timer.h"

/* Directory with a file, named by the uuid, for each set whose current run the timer controls. */
#define STATE_DIR	"/var/lib/dm-remap/scrub"

#define DAYS_MAX	3650
#define DAY_S		86400

/*
 * The defaults, and why: docs/guide/choosing-a-spare.md.  Most errors of a disk come
 * within two weeks of the last one.
 */
#define DAYS		14
#define DAYS_FLASH	30
#define DAYS_AFTER_FIND	14

static bool state_path(const char *device, char path[PATH_MAX])
{
	char uuid[KERNEL_TEXT_SIZE];

	if (kernel_read(TREE_CONFIG, device, "uuid", uuid) || !*uuid || strchr(uuid, '/'))
		return false;
	snprintf(path, PATH_MAX, "%s" STATE_DIR "/%.100s", root_dir(), uuid);
	return true;
}

static bool is_ours(const char *device)
{
	char path[PATH_MAX];

	return state_path(device, path) && !access(path, F_OK);
}

void scrub_timer_forget(const char *device)
{
	char path[PATH_MAX];

	if (state_path(device, path))
		unlink(path);
}

static int make_dirs(void)
{
	static const char * const dirs[] = { "/var/lib/dm-remap", STATE_DIR };
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s%s", root_dir(), dirs[i]);
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* Mark the run as the timer's before it is started: the timer never pauses other runs. */
static int make_ours(const char *device)
{
	char path[PATH_MAX];
	int fd, error = make_dirs();

	if (error || !state_path(device, path))
		return error ?: -ENOENT;
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static bool take_hour(const char **p, uint64_t *hour)
{
	return number_take(p, hour) && *hour <= 24;
}

/* Whether scrub_hours=FROM-TO includes this hour; 22-6 spans midnight. */
static bool is_time(void)
{
	const char *hours = conf_get("scrub_hours"), *p = hours;
	time_t now = time(NULL);
	uint64_t from, to, hour = localtime(&now)->tm_hour;

	if (!hours || !*hours)
		return true;
	if (!take_hour(&p, &from) || *p++ != '-' || !take_hour(&p, &to) || *p || from == to) {
		complain(CONF_FILE ": scrub_hours is FROM-TO, in hours from 0 to 24, and not \"%s\": nothing is started.",
			 hours);
		return false;
	}
	return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

/* If the main is a partition, use the whole disk. */
static bool is_flash(const char *device)
{
	char number[KERNEL_TEXT_SIZE], disk[BLOCKDEV_NUMBER_SIZE], name[BLOCKDEV_NAME_SIZE];
	uint64_t rotational;

	if (kernel_read(TREE_CONFIG, device, "main", number) ||
	    !blockdev_disk(number, disk, name) ||
	    !kernel_block_number(disk, "queue/rotational", &rotational))
		return false;
	return !rotational;
}

static bool has_found(const struct scrub *scrub, uint64_t since_s)
{
	int i;

	for (i = 0; i < scrub->nr_runs; i++)
		if (scrub->runs[i].ended_s >= since_s &&
		    (scrub->runs[i].moved || scrub->runs[i].pending))
			return true;
	return false;
}

static uint64_t interval_s(const char *device, const struct scrub *scrub, uint64_t now_s)
{
	uint64_t after = DAY_S * conf_number("scrub_after_find_days", "a number of days",
					     DAYS_MAX, DAYS_AFTER_FIND);
	uint64_t days, interval;

	if (is_flash(device))
		days = conf_number("scrub_days_flash", "a number of days", DAYS_MAX, DAYS_FLASH);
	else
		days = conf_number("scrub_days", "a number of days", DAYS_MAX, DAYS);
	interval = days * DAY_S;
	if (after && has_found(scrub, now_s > after ? now_s - after : 0))
		interval /= 2;
	return interval;
}

/* A run stopped by a person counts as the last run too, so it is not restarted at once. */
static bool is_due(const char *device, const struct scrub *scrub)
{
	uint64_t now_s = time(NULL), interval = interval_s(device, scrub, now_s);

	if (!interval)
		return false;
	/* A result in the future comes from a wrong clock. */
	return !scrub->nr_runs || scrub->runs[0].ended_s > now_s ||
	       now_s - scrub->runs[0].ended_s >= interval;
}

static int give(const char *device, const char *order, const char *said)
{
	int status = scrub_order(device, order);

	if (!status)
		printf("%s: scrub %s\n", device, said);
	return status;
}

static int begin(const char *device)
{
	int error = make_ours(device), status;

	if (error) {
		complain("%s: no scrub is started: %s/ cannot be written: %s.", device, STATE_DIR,
			 strerror(-error));
		return EXIT_OPERATION;
	}
	status = give(device, "start", "started");
	if (status)
		scrub_timer_forget(device);
	return status;
}

int scrub_timer(const char *device)
{
	struct scrub scrub;
	int status = scrub_read(&scrub, device);

	if (status)
		return status;
	if (scrub_is(&scrub, "idle")) {
		scrub_timer_forget(device);
		return is_due(device, &scrub) && is_time() ? begin(device) : EXIT_CLEAN;
	}
	if (!is_ours(device))
		return EXIT_CLEAN;
	if (scrub_is(&scrub, "running") && !is_time())
		return give(device, "pause", "paused until its hours come");
	if (scrub_is(&scrub, "paused") && is_time())
		return give(device, "resume", "resumed");
	return EXIT_CLEAN;
}
