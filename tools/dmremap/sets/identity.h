/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The single rule that decides whether a device is the main of a set.
 *
 * A contradiction always excludes a device, even if the user names it: the identity that the spare
 * has recorded, the label of another set, or no label where there was one and nothing else speaks
 * for the device.  "dmremap set NAME main_id=..." declares that the data has moved.
 */
#ifndef _DMREMAP_IDENTITY_H
#define _DMREMAP_IDENTITY_H

#include "disk/main-id.h"
#include "sets/half.h"
#include "sets/registry.h"

/**
 * identity_is_label_of() - whether a device has the label of a spare's set.
 * @spare: the spare.
 * @main: the device.
 *
 * Anybody can read the uuid of a set and write it to a disk.  Only the secret proves that a label
 * is the set's.
 */
bool identity_is_label_of(const struct half *spare, const struct half *main);

/* The first device with the label of a spare's set, or NULL. */
const struct half *identity_labelled(const struct halves *halves, const struct half *spare);

/**
 * identity_judge() - see whether a device may be the main of a spare.
 * @spare: the spare.
 * @main: the device.
 *
 * Size is for the caller to compare.
 *
 * Return: %MAIN_ID_SAME its identity says so; %MAIN_ID_UNKNOWN nothing is said against it:
 * a label, or a person, has to speak for it; %MAIN_ID_OTHER it is not.
 */
enum main_id_verdict identity_judge(const struct half *spare, const struct half *main);

/**
 * identity_agrees() - whether a main is the one that this host knows.
 * @verdict: of identity_judge(); if the spare speaks for the device, that is enough.
 * @main: the device.
 * @set: this host's record of the set.
 */
bool identity_agrees(enum main_id_verdict verdict, const struct half *main,
		     const struct registered *set);

/**
 * identity_proves() - whether more than its size says that a device is the main of a set, so
 * that it can be taken automatically.
 * @spare: the spare.
 * @main: the device, which identity_judge() does not refuse.
 * @set: this host's record of the set, or NULL.
 */
bool identity_proves(const struct half *spare, const struct half *main,
		     const struct registered *set);

#endif /* _DMREMAP_IDENTITY_H */
