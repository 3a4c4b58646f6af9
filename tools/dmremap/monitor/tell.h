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
 * tell_by_mail() - report the events in the queue by one mail.
 * @config: the recipient; without one, nothing is sent.
 * @queue: the events.
 * @looks: the current states of the sets.
 *
 * Prints an error if it cannot be delivered.
 *
 * Return: whether it was delivered.
 */
bool tell_by_mail(const struct monitor_config *config, const struct queue *queue,
		  const struct looks *looks);

/**
 * tell_by_program() - run the program for each event in the queue.
 * @config: the program; without one, nothing is run.
 * @queue: the events.
 *
 * Prints an error if the program fails.
 *
 * Return: whether it succeeded each time.
 */
bool tell_by_program(const struct monitor_config *config, const struct queue *queue);

#endif /* _DMREMAP_MONITOR_TELL_H */
