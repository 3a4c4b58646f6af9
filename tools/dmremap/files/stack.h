/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The users of a device: other devices, and file systems on those.
 */
#ifndef _DMREMAP_STACK_H
#define _DMREMAP_STACK_H

#include "files/answer.h"

/**
 * stack_walk() - find out what places of a device are, through volumes of LVM, LUKS and partitions
 * that are on it.
 * @answers: takes the results.
 * @number: "MAJ:MIN" of the device.
 * @places: places on it; none are left.
 */
void stack_walk(struct answers *answers, const char *number, struct places *places);

#endif /* _DMREMAP_STACK_H */
