/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Something that is wrong with a set: where, what, and whether it can be repaired.
 */
#ifndef _DMREMAP_FINDING_H
#define _DMREMAP_FINDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum finding_kind {
	FINDING_SUPERBLOCK,	/* @nr is wrong */
	FINDING_SUPERBLOCKS,	/* they do not go together */
	FINDING_COPY,		/* replica @nr, pages @first to @last */
	FINDING_PAGE,		/* all copies of pages @first to @last */
	FINDING_TWICE,		/* a main block is in slots @first and @last */
	FINDING_TABLE,		/* the table as a whole */
};

/**
 * struct finding - a fault.
 * @kind: with what.
 * @nr: superblock or replica.
 * @first: page or slot; for %FINDING_TWICE the one that counts.
 * @last: page or slot.
 * @sector: on the spare, of the fault, or of its first page; for
 *	%FINDING_TWICE on the main.
 * @why: a sentence.
 * @repairable: a repair makes it good without loss.
 */
struct finding {
	enum finding_kind kind;
	unsigned int nr;
	uint32_t first;
	uint32_t last;
	uint64_t sector;
	const char *why;
	bool repairable;
};

/**
 * struct findings - where findings go as they come up.
 * @show: print one.
 * @repairable: number of findings of that kind.
 * @fatal: number of the others.
 */
struct findings {
	void (*show)(const struct finding *finding);
	unsigned long repairable;
	unsigned long fatal;
};

void findings_add(struct findings *findings, const struct finding *finding);

/* For @show: lines for people, and elements of a JSON array. */
void finding_show_text(const struct finding *finding);
void finding_show_json(const struct finding *finding);

/* The parts of the JSON before these elements, and after them: the device, and the numbers. */
void findings_json_begin(const char *device);
void findings_json_end(const struct findings *findings);

#endif /* _DMREMAP_FINDING_H */
