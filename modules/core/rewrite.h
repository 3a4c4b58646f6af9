/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first write to a pending block as a chance for the disk to cure the sector itself
 * (errors/first_rewrite): most drives replace a sector that they cannot read when it is
 * written.
 */
#ifndef _REMAP_REWRITE_H
#define _REMAP_REWRITE_H

#include <linux/types.h>

struct remap_job;
struct remap_piece;

/**
 * remap_rewrite() - write a piece of a pending block to the main.
 * @job: the job that has its bio.
 * @p: the piece.
 *
 * The block is pending no longer if the main gives all of it afterwards.  Otherwise it
 * moves to the spare, with what the bio writes.
 *
 * Context: process, may sleep; no lock.
 * Return: whether it was tried, and the bio's status says what became of it; false if
 * the block is to move.
 */
bool remap_rewrite(struct remap_job *job, const struct remap_piece *p);

#endif /* _REMAP_REWRITE_H */
