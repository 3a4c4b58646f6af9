/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Draws on the whole terminal, and restores its former content at the end.
 */
#ifndef _DMREMAP_SCREEN_H
#define _DMREMAP_SCREEN_H

#include <stdint.h>

enum screen_event {
	SCREEN_TIME,	/* the time is reached */
	SCREEN_RESIZED,
	SCREEN_QUIT,	/* a key, or a signal that screen_quit() will act on */
};

/**
 * screen_open() - take over the terminal on standard output.
 *
 * The terminal is released by screen_close(), before a message is printed, at the end of the
 * program, and when a signal ends or stops it.
 */
void screen_open(void);

/**
 * screen_close() - release the terminal; does nothing if it is already released.
 */
void screen_close(void);

/**
 * screen_draw() - show a text.
 * @text: its lines, truncated to the size of the terminal.
 *
 * Return: 0, or -1 with errno.
 */
int screen_draw(const char *text);

/**
 * screen_wait() - wait until a given time or for another event.
 * @until: the time by CLOCK_MONOTONIC, in nanoseconds.
 *
 * Return: the event.
 */
enum screen_event screen_wait(uint64_t until);

/**
 * screen_quit() - end the program by the signal received, if any.
 *
 * The terminal must have been released.
 */
void screen_quit(void);

#endif /* _DMREMAP_SCREEN_H */
