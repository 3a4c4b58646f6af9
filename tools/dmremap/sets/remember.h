/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A person has said that a set is this host's: it is remembered.
 */
#ifndef _DMREMAP_REMEMBER_H
#define _DMREMAP_REMEMBER_H

#include <stdbool.h>

/**
 * remember_set() - remember a set whose halves are known, and print the steps for the
 * initramfs.
 * @uuid: the set.
 * @name: of its device.
 * @main: the path of its main.
 * @spare: the path of its spare.
 *
 * Prints an error if it cannot be remembered.
 *
 * Return: whether this host knows something new.
 */
bool remember_set(const char *uuid, const char *name, const char *main, const char *spare);

/**
 * remember_active() - remember a set that is active.
 * @uuid: the set.
 * @name: of its device.
 *
 * Return: as remember_set().
 */
bool remember_active(const char *uuid, const char *name);

/**
 * remember_next() - remember that a set is about to have another half.
 * @uuid: the set; nothing happens if this host does not know it.
 * @main: the path of its next main, or NULL.
 * @spare: the path of its next spare, or NULL.
 *
 * Whenever power fails then, the host takes the set with the half that its spare says is the
 * right one.  remember_active(), or an activation, ends this.
 */
void remember_next(const char *uuid, const char *main, const char *spare);

/* An activation has shown which half it is: see remember_next(). */
void remember_settled(const char *uuid, const char *name);

/**
 * remember_name() - a set that this host may know has another name.
 * @uuid: the set.
 * @name: of its device.
 */
void remember_name(const char *uuid, const char *name);

/**
 * forget_set() - have the host forget a set that exists no longer.
 * @uuid: the set.
 */
void forget_set(const char *uuid);

#endif /* _DMREMAP_REMEMBER_H */
