/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions on the scrubs of sets when the timer fires.
 */
#ifndef _DMREMAP_SCRUB_TIMER_H
#define _DMREMAP_SCRUB_TIMER_H

/**
 * scrub_timer() - start the scrub of a set if it is due, and observe the configured hours.
 * @device: name of the device.
 *
 * A run started by the timer is paused outside the hours set by scrub_hours= in
 * /etc/dm-remap/dm-remap.conf, and resumed within them. A run that a person has since started,
 * paused or resumed is left alone.
 *
 * Prints its actions and errors.
 * Return: an exit status.
 */
int scrub_timer(const char *device);

/**
 * scrub_timer_forget() - leave the scrub of a set to the person who has taken it over.
 * @device: name of the device.
 */
void scrub_timer_forget(const char *device);

#endif /* _DMREMAP_SCRUB_TIMER_H */
