/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A terminal of which the whole is redrawn, and which is left as it was.
 */
#ifndef _DMREMAP_SCREEN_H
#define _DMREMAP_SCREEN_H

#include <stdint.h>

enum screen_event {
	SCREEN_TIME,	/* the time has come */
	SCREEN_RESIZED,
	SCREEN_QUIT,	/* a key, or a signal that screen_quit() will act on */
};

/**
 * screen_open() - take the terminal that standard output is.
 *
 * It is given back by screen_close(), before anything is complained of, at the
 * end of the program, and when a signal ends or stops it.
 */
void screen_open(void);

/**
 * screen_close() - give the terminal back; does nothing if that has been done.
 */
void screen_close(void);

/**
 * screen_draw() - show a text.
 * @text: its lines; what there is no room for is left out.
 *
 * Return: 0, or -1 with errno.
 */
int screen_draw(const char *text);

/**
 * screen_wait() - wait for a time, or something else to happen.
 * @until: the time by CLOCK_MONOTONIC, in nanoseconds.
 *
 * Return: the event.
 */
enum screen_event screen_wait(uint64_t until);

/**
 * screen_quit() - end the program by the signal that there was, if there was one.
 *
 * The terminal must have been given back.
 */
void screen_quit(void);

#endif /* _DMREMAP_SCREEN_H */
