/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records which sets this host knows.
 */
#ifndef _DMREMAP_REMEMBER_H
#define _DMREMAP_REMEMBER_H

#include <stdbool.h>

/**
 * remember_set() - record a set whose halves are known, and print how to update the initramfs if
 * necessary.
 * @uuid: the set.
 * @name: of its device.
 * @main: the path of its main.
 * @spare: the path of its spare.
 *
 * Prints an error if it cannot be recorded.
 *
 * Return: whether the record has changed.
 */
bool remember_set(const char *uuid, const char *name, const char *main, const char *spare);

/**
 * remember_active() - record an active set.
 * @uuid: the set.
 * @name: of its device.
 *
 * Return: as remember_set().
 */
bool remember_active(const char *uuid, const char *name);

/**
 * remember_next() - record that a half of a set is about to be replaced.
 * @uuid: the set; ignored if this host does not know it.
 * @main: the path of its next main, or NULL.
 * @spare: the path of its next spare, or NULL.
 *
 * Until remember_active() or an activation ends this state, the host accepts either half, so that
 * after a power failure it finds the set with the half that the spare names. The record must be on
 * disk before that half is replaced.
 *
 * Prints an error if it cannot be recorded.
 *
 * Return: an exit status.
 */
int remember_next(const char *uuid, const char *main, const char *spare);

/**
 * remember_warn() - before a half is replaced, and after remember_next(), have the initramfs made
 * for both disks if / or /usr is on the set.
 * @name: of its device.
 * @main: the path of its main after that.
 * @spare: the path of its spare after that.
 *
 * An older one knows the former half only.
 */
void remember_warn(const char *name, const char *main, const char *spare);

/* Say so if this host still knows a set, of which it has other disks, although one has gone. */
void remember_tell(const char *uuid);

/* An activation has shown which half is in force: see remember_next(). */
void remember_settled(const char *uuid, const char *name);

/**
 * remember_name() - record the new name of a set, if this host knows the set.
 * @uuid: the set.
 * @name: of its device.
 */
void remember_name(const char *uuid, const char *name);

/**
 * forget_set() - remove the record of a set that no longer exists.
 * @uuid: the set.
 */
void forget_set(const char *uuid);

#endif /* _DMREMAP_REMEMBER_H */
