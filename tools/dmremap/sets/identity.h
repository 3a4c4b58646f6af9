/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rule that decides whether a device is the main of a set.
 *
 * A contradiction always excludes a device, even if the user names it. Contradictions are: the
 * spare has recorded another identity; the device has the label of another set; the main had a
 * label, the device has none, and nothing else identifies it. "dmremap set NAME main_id=..."
 * declares that the data has moved.
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
 * The uuid of a set is public and can be written to any disk. Only the secret proves that a label
 * belongs to the set.
 */
bool identity_is_label_of(const struct half *spare, const struct half *main);

/**
 * identity_is_ours() - whether a half is the one that this host has recorded.
 * @set: this host's record of the set.
 * @half: a spare, or a main with a label; its identity agrees with the record.
 *
 * A PARTUUID and the UUID of an array are content of a medium, which anybody may have copied from
 * /dev/disk. Only the secret proves that the half is not one made to look like ours.
 */
bool identity_is_ours(const struct registered *set, const struct half *half);

/* Whether a spare has the recorded identity, and is ours. */
bool identity_is_spare(const struct registered *set, const struct half *spare);

/**
 * identity_lacks_label() - whether a device cannot be the main because it should have a label.
 * @spare: the spare.
 * @main: the device.
 * @set: this host's record of the set, or NULL.
 *
 * Its identity does not make up for the label, since it may be content of the medium as well. A
 * label that cannot be read may be there: a bad sector must not keep the set down. The identity is
 * enough then if it is that of the hardware, or if the spare is proven to be ours.
 */
bool identity_lacks_label(const struct half *spare, const struct half *main,
			  const struct registered *set);

/* The first device with the label of a spare's set, or NULL. */
const struct half *identity_labelled(const struct halves *halves, const struct half *spare);

/**
 * identity_judge() - check whether a device may be the main of a spare.
 * @spare: the spare.
 * @main: the device.
 *
 * The caller compares the size.
 *
 * Return: %MAIN_ID_SAME if its identity matches; %MAIN_ID_UNKNOWN if nothing contradicts it, so
 * that a label or the user must confirm it; %MAIN_ID_OTHER if it is another device.
 */
enum main_id_verdict identity_judge(const struct half *spare, const struct half *main);

/**
 * identity_agrees() - whether a main agrees with this host's record.
 * @verdict: result of identity_judge(); %MAIN_ID_SAME is sufficient.
 * @main: the device.
 * @set: this host's record of the set.
 */
bool identity_agrees(enum main_id_verdict verdict, const struct half *main,
		     const struct registered *set);

/**
 * identity_proves() - whether more than its size identifies a device as the main of a set, so that
 * it may be used automatically.
 * @spare: the spare.
 * @main: the device, which identity_judge() has not refused.
 * @set: this host's record of the set, or NULL.
 */
bool identity_proves(const struct half *spare, const struct half *main,
		     const struct registered *set);

#endif /* _DMREMAP_IDENTITY_H */
