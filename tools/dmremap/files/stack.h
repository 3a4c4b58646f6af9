/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The users of a device: other devices, and file systems on those.
 */
#ifndef _DMREMAP_STACK_H
#define _DMREMAP_STACK_H

#include "files/answer.h"

/**
 * stack_walk() - find the uses of places of a device, through LVM, LUKS and partitions on top of
 * it.
 * @answers: takes the results.
 * @number: "MAJ:MIN" of the device.
 * @places: places on it; empty on return.
 */
void stack_walk(struct answers *answers, const char *number, struct places *places);

#endif /* _DMREMAP_STACK_H */
