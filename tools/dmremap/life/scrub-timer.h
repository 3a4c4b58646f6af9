/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions of the timer on the scrubs of sets, each time that it fires.
 */
#ifndef _DMREMAP_SCRUB_TIMER_H
#define _DMREMAP_SCRUB_TIMER_H

/**
 * scrub_timer() - start the scrub of a set if it is due, and keep to the hours.
 * @device: name of the device.
 *
 * A run that this has started is paused outside of the hours of scrub_hours= in
 * /etc/dm-remap/dm-remap.conf, and resumed within them.  A run that a person has started,
 * paused or resumed since is left alone.
 *
 * Prints its actions and errors.
 * Return: an exit status.
 */
int scrub_timer(const char *device);

/**
 * scrub_timer_forget() - a person has taken the scrub of a set over.
 * @device: name of the device.
 */
void scrub_timer_forget(const char *device);

#endif /* _DMREMAP_SCRUB_TIMER_H */
