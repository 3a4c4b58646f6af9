/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reports events by mail, by a program, and in the journal.
 */
#ifndef _DMREMAP_MONITOR_TELL_H
#define _DMREMAP_MONITOR_TELL_H

#include "monitor/look.h"

/**
 * tell_log() - print an event, for the journal.
 * @heard: the event.
 */
void tell_log(const struct heard *heard);

/**
 * tell_all() - report the events in the queue: one mail for all, and one run of the program for
 * each.
 * @config: the recipients.
 * @queue: the events.
 * @looks: the current states of the sets.
 *
 * Prints an error if a message cannot be delivered.
 *
 * Return: whether all reports were delivered.
 */
bool tell_all(const struct monitor_config *config, const struct queue *queue,
	      const struct looks *looks);

#endif /* _DMREMAP_MONITOR_TELL_H */
