/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /etc/dm-remap/monitor.conf: recipients of "dmremap monitor", and times.
 *
 * Each line has a KEYWORD and a value, separated by spaces; "#" starts a comment.
 */
#ifndef _DMREMAP_MONITOR_CONFIG_H
#define _DMREMAP_MONITOR_CONFIG_H

#include <limits.h>

#define MONITOR_CONF	"/etc/dm-remap/monitor.conf"

/* Longest mail address, including the NUL. */
#define ADDRESS_SIZE	256

/**
 * struct monitor_config - the content of the file.
 * @mail: the recipient of mail; "" for none.
 * @from: the sender; "" to leave that to sendmail.
 * @program: the program to run for each event; "" for none.
 * @settle_s: time for which events are collected before they are reported.
 * @repeat_s: minimum time between two reports of the same kind of event.
 * @poll_s: interval between looks at the sets.
 * @days: report spares that will be full within this number of days; 0 is off.
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
 * Prints an error with the malformed line.
 *
 * Return: an exit status.
 */
int monitor_config_read(struct monitor_config *config, const char *path);

#endif /* _DMREMAP_MONITOR_CONFIG_H */
