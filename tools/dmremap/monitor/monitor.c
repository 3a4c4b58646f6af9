// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap monitor: wait for events of sets, and report them.
 *
 * The kernel's events tell that something has happened; a look at the set shows what. Regular looks
 * also find changes without an event, and those made while no monitor was running.
 */
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "kernel/names.h"
#include "lib/child.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/message.h"
#include "monitor/kinds.h"
#include "monitor/run.h"
#include "monitor/tell.h"

#define NS		1000000000ull

/* The kernel collects events for a second, so that one may come after the look that has seen it. */
#define LATE_NS		(2 * NS)

/* How many events to take from the kernel after being asked to end. */
#define LAST_EVENTS	1000

/* Disks may still appear for this long after the monitor has started. */
#define PATIENCE_NS	(120 * NS)

/*
 * The ways to report. The program is run once for each event, whatever its exit status: that of a
 * script says little. A mail that cannot be sent is tried again, with what has happened since.
 */
enum way { BY_PROGRAM, BY_MAIL, NR_WAYS };

static const char * const memory_files[NR_WAYS] = {
	[BY_PROGRAM] = MEMORY_FILE,
	[BY_MAIL] = MEMORY_MAIL,
};

/**
 * struct channel - what is known of one way to report.
 * @memory: states of the sets when all events had been reported.
 * @queue: the unreported events.
 */
struct channel {
	struct memory memory;
	struct queue queue;
};

/**
 * struct monitor - a monitor that is running.
 * @config: its configuration.
 * @channel: the ways to report.
 * @seen: the states that the last look found, reported or not.
 * @started: start time by clock_ns().
 * @looked: time of the last look by clock_ns(); 0 before the first one.
 * @next_look: time of the next one.
 * @missed: whether kernel events since the last look may be unknown.
 */
struct monitor {
	struct monitor_config config;
	struct channel channel[NR_WAYS];
	struct memory seen;
	uint64_t started;
	uint64_t looked;
	uint64_t next_look;
	enum missed missed;
};

static bool tell(const struct monitor_config *config, struct queue *queue,
		 const struct looks *looks, enum way way)
{
	bool good = way == BY_MAIL ? tell_by_mail(config, queue, looks) :
				     tell_by_program(config, queue);

	if (good || (way != BY_MAIL && !run_is_over()))
		queue_told(queue);
	else
		queue_failed(queue, config);
	return good;
}

/* Report the queued events in one way if they are due or @now is set. */
static bool report(struct monitor *monitor, struct looks *looks, enum way way, bool now)
{
	struct channel *channel = &monitor->channel[way];
	const struct monitor_config *config = &monitor->config;
	struct queue *queue = &channel->queue;
	bool good = true;

	looks_compare(looks, &channel->memory, queue, monitor->missed);
	if (queue->nr && (now || queue_due(queue, config) <= clock_ns()))
		good = tell(config, queue, looks, way);
	/* while changes are unreported, keep the state that they were compared with */
	if (!queue->nr) {
		looks_remember(looks, &channel->memory);
		memory_write(&channel->memory, memory_files[way]);
	}
	return good;
}

/* No event says that a set has been suspended for some time. */
static void look_soon(struct monitor *monitor)
{
	uint64_t soon = clock_ns() + LOOK_STUCK_S * NS;

	if (soon < monitor->next_look)
		monitor->next_look = soon;
}

/*
 * Look at all sets, and report. What is due is reported even if the look fails; a later one then
 * finds what has been missed.
 */
static bool look(struct monitor *monitor, bool patient, bool now)
{
	struct looks looks;
	bool looked, good;
	enum way way;

	child_reap();
	looked = looks_take(&looks, &monitor->seen, monitor->config.days, patient);
	looks_remember(&looks, &monitor->seen);
	good = looked;
	for (way = 0; way < NR_WAYS; way++)
		good &= report(monitor, &looks, way, now);
	if (looked) {
		monitor->missed = MISSED_NONE;
		monitor->looked = clock_ns();
		if (looks_again_soon(&looks))
			look_soon(monitor);
	}
	looks_free(&looks);
	return good;
}

static int once(struct monitor *monitor)
{
	monitor->missed = MISSED_STOPPED;
	return look(monitor, false, true) ? EXIT_CLEAN : EXIT_OPERATION;
}

/* Whether the last look has already seen the change that this kernel event announces. */
static bool is_known(const struct monitor *monitor, const struct heard *heard)
{
	const struct event_kind *kind = kind_find(heard->event);
	const struct memory_set *set = memory_find(&monitor->seen, heard_key(heard));

	return monitor->looked && clock_ns() - monitor->looked < LATE_NS && set && kind->state &&
	       !strcmp(set->state, kind->state);
}

static void listen(struct monitor *monitor)
{
	struct channel *channel;
	struct heard heard;
	enum heard_what what = heard_next(&heard);

	if (what == HEARD_LOST && !monitor->missed)
		monitor->missed = MISSED_LOST;
	if (what == HEARD_LOST || what == HEARD_DISK_LEFT)
		monitor->next_look = 0;
	/* events about the assembly of sets are for "dmremap assemble" */
	if (what != HEARD_EVENT || !strcmp(heard.event, "set-complete"))
		return;
	tell_log(&heard);
	/* to know since when it is in the new state */
	if (kind_find(heard.event)->state)
		monitor->next_look = 0;
	if (is_known(monitor, &heard))
		return;
	for (channel = monitor->channel; channel < monitor->channel + NR_WAYS; channel++)
		queue_add(&channel->queue, &heard, 0, "");
}

static uint64_t next_time(const struct monitor *monitor)
{
	const struct channel *channel;
	uint64_t next = monitor->next_look, due;

	for (channel = monitor->channel; channel < monitor->channel + NR_WAYS; channel++) {
		if (!channel->queue.nr)
			continue;
		due = queue_due(&channel->queue, &monitor->config);
		if (due < next)
			next = due;
	}
	return next;
}

static int wait_ms(const struct monitor *monitor)
{
	uint64_t now = clock_ns(), next = next_time(monitor);

	return next > now ? (next - now + NS / 1000 - 1) / (NS / 1000) : 0;
}

/* The next monitor could not find out about events that leave no state behind. */
static void report_the_rest(struct monitor *monitor, int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	unsigned int nr = 0;
	enum way way;

	/* those that came during a report, but not without end */
	while (nr++ < LAST_EVENTS && poll(&poller, 1, 0) == 1)
		listen(monitor);
	for (way = 0; way < NR_WAYS; way++)
		if (monitor->channel[way].queue.nr) {
			look(monitor, true, true);
			return;
		}
}

static int watch(struct monitor *monitor)
{
	int fd = heard_open();
	uint64_t now;

	if (fd < 0)
		return EXIT_OPERATION;
	monitor->started = clock_ns();
	monitor->missed = MISSED_STOPPED;
	while (!interrupt_came()) {
		now = clock_ns();
		if (next_time(monitor) <= now) {
			if (monitor->next_look <= now)
				monitor->next_look = now + monitor->config.poll_s * NS;
			look(monitor, now - monitor->started < PATIENCE_NS, false);
			continue;
		}
		if (interrupt_poll(fd, wait_ms(monitor)))
			listen(monitor);
	}
	report_the_rest(monitor, fd);
	return EXIT_CLEAN;
}

/* Returns whether the set exists. */
static bool add_test(struct queue *queue, const struct looks *looks, const char *name)
{
	struct heard heard = { .event = EVENT_TEST };
	char encoded[ENCODED_NAME_SIZE] = "";
	const struct look *look = NULL;

	if (name) {
		device_name_encoded(name, encoded);
		look = looks_find(looks, encoded) ?: looks_find(looks, name);
	}
	if (name && !look) {
		complain("There is no set %s on this host.", name);
		return false;
	}
	if (look) {
		text_copy(heard.name, look->row.name, sizeof(heard.name));
		text_copy(heard.uuid, look->row.uuid, sizeof(heard.uuid));
	}
	queue_add(queue, &heard, 0, "");
	return true;
}

static int test(struct monitor *monitor, char **names)
{
	struct queue queue = {};
	struct looks looks;
	bool good = true;
	int i;

	if (!*monitor->config.mail && !*monitor->config.program) {
		complain("Nobody would be notified:  " MONITOR_CONF " has neither a MAILADDR nor a PROGRAM.");
		return EXIT_OPERATION;
	}
	if (!looks_take(&looks, &monitor->seen, monitor->config.days, false))
		return EXIT_OPERATION;
	for (i = 0; names[i]; i++)
		good &= add_test(&queue, &looks, names[i]);
	for (i = 0; !*names && i < looks.nr; i++)
		add_test(&queue, &looks, looks.look[i].now.key);
	/* users test their mail before they create a set */
	if (!*names && !looks.nr)
		add_test(&queue, &looks, NULL);
	if (good) {
		good = tell_by_mail(&monitor->config, &queue, &looks);
		good &= tell_by_program(&monitor->config, &queue);
	}
	if (good && *monitor->config.mail)
		printf("A mail to %s has been given to sendmail.\n", monitor->config.mail);
	if (good && *monitor->config.program)
		printf("%s was run %d time%s.\n", monitor->config.program, queue.nr,
		       queue.nr == 1 ? "" : "s");
	looks_free(&looks);
	queue_free(&queue);
	return good ? EXIT_CLEAN : EXIT_OPERATION;
}

struct options {
	const char *config;
	bool once;
	bool test;
};

/* Returns an exit status; -1 to go on. */
static int parse(struct options *options, int argc, char **argv)
{
	static const struct option list[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "once", no_argument, NULL, 'o' },
		{ "test", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:oth", list, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config = optarg;
			break;
		case 'o':
			options->once = true;
			break;
		case 't':
			options->test = true;
			break;
		default:
			return option == 'h' ? command_help(&command_monitor) :
					       command_misused(&command_monitor);
		}
	}
	if (options->once && options->test)
		complain("--once and --test exclude each other.");
	else if (optind < argc && !options->test)
		complain("Sets can be named only with --test: all sets are monitored.");
	else
		return -1;
	return command_misused(&command_monitor);
}

static int run_monitor(int argc, char **argv)
{
	struct monitor monitor = {};
	struct options options = {};
	int status = parse(&options, argc, argv);
	enum way way;

	if (status < 0)
		status = monitor_config_read(&monitor.config, options.config);
	else
		return status;
	if (status)
		return status;
	if (!options.test && !memory_lock())
		return EXIT_OPERATION;
	for (way = 0; way < NR_WAYS; way++)
		memory_read(&monitor.channel[way].memory, memory_files[way]);
	memory_read(&monitor.seen, MEMORY_FILE);
	interrupt_hold();
	if (options.test)
		status = test(&monitor, argv + optind);
	else if (options.once)
		status = once(&monitor);
	else
		status = watch(&monitor);
	for (way = 0; way < NR_WAYS; way++) {
		memory_free(&monitor.channel[way].memory);
		queue_free(&monitor.channel[way].queue);
	}
	memory_free(&monitor.seen);
	/* systemd stops it by a signal, which is not a failure */
	if (!interrupt_came())
		interrupt_release();
	return status;
}

const struct command command_monitor = {
	.name = "monitor",
	.arguments = "[--config FILE] [--once | --test [NAME]...]",
	.summary = "send mail or run a program when something happens to a set",
	.help =
	"Waits for the kernel's events of all sets, and looks at them every ten minutes: blocks\n"
	"that moved, data that is lost, a spare that is nearly full, full, or will be soon, sets\n"
	"that are read-only or suspended, or have not come up. Events within a minute are\n"
	"reported in one mail, and each event by one run of a program.\n"
	"/etc/dm-remap/monitor.conf has the recipients; systemd runs this as\n"
	"dm-remap-monitor.service.\n\n"
	"  -c, --config FILE  read FILE instead of /etc/dm-remap/monitor.conf\n"
	"  -o, --once         look once, report what is new since the last look, and exit\n"
	"  -t, --test         send a test event for each set, or for those named\n"
	"  -h, --help         print this\n\n"
	"Exit status: 0 all reports were delivered, 8 one was not, or another monitor\n"
	"is running, 16 wrong usage, or a line of the file is wrong.\n",
	.run = run_monitor,
};
