/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /etc/dm-remap/monitor.conf: recipients of "dmremap monitor", and times.
 *
 * A line is KEYWORD and a value, with spaces between; "#" begins a comment.
 */
#ifndef _DMREMAP_MONITOR_CONFIG_H
#define _DMREMAP_MONITOR_CONFIG_H

#include <limits.h>

#define MONITOR_CONF	"/etc/dm-remap/monitor.conf"

/* Longest mail address, with its zero. */
#define ADDRESS_SIZE	256

/**
 * struct monitor_config - the content of the file.
 * @mail: where mail goes; "" for nowhere.
 * @from: the sender; "" to leave that to sendmail.
 * @program: the program to run for each event; "" for none.
 * @settle_s: how long events are collected before they are told.
 * @repeat_s: an event that was told less than so long ago is not told again yet.
 * @poll_s: how often sets are looked at.
 * @days: a spare that will be full within so many days is told of; 0 is off.
 */
struct monitor_config {
	char mail[ADDRESS_SIZE];
	char from[ADDRESS_SIZE];
	char program[PATH_MAX];
	unsigned int settle_s;
	unsigned int repeat_s;
	unsigned int poll_s;
	unsigned int days;
};

/**
 * monitor_config_read() - read the file.
 * @config: filled in.
 * @path: the file; NULL for %MONITOR_CONF, which need not exist.
 *
 * Says which line is wrong, and why.
 *
 * Return: an exit status.
 */
int monitor_config_read(struct monitor_config *config, const char *path);

#endif /* _DMREMAP_MONITOR_CONFIG_H */
