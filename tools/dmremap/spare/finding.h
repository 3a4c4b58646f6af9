/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fault of a set: its location, a description, and whether it can be repaired.
 */
#ifndef _DMREMAP_FINDING_H
#define _DMREMAP_FINDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum finding_kind {
	FINDING_SUPERBLOCK,	/* superblock @nr */
	FINDING_SUPERBLOCKS,	/* the superblocks contradict each other */
	FINDING_COPY,		/* replica @nr, pages @first to @last */
	FINDING_PAGE,		/* all copies of pages @first to @last */
	FINDING_TWICE,		/* slots @first and @last hold the same main block */
	FINDING_TABLE,		/* the table as a whole */
};

/**
 * struct finding - a fault.
 * @kind: the faulty part.
 * @nr: superblock or replica.
 * @first: page or slot; for %FINDING_TWICE the valid one.
 * @last: page or slot.
 * @sector: sector of the fault, or of its first page, on the spare; for %FINDING_TWICE the sector
 *	on the main.
 * @why: a description.
 * @repairable: it can be repaired without loss.
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
 * struct findings - the consumer of findings.
 * @show: called for each finding.
 * @repairable: number of repairable findings.
 * @fatal: number of other findings.
 */
struct findings {
	void (*show)(const struct finding *finding);
	unsigned long repairable;
	unsigned long fatal;
};

void findings_add(struct findings *findings, const struct finding *finding);

/* Implementations of @show: lines of text, and elements of a JSON array. */
void finding_show_text(const struct finding *finding);
void finding_show_json(const struct finding *finding);

/* The parts of the JSON before and after these elements: the device, and the totals. */
void findings_json_begin(const char *device);
void findings_json_end(const struct findings *findings);

#endif /* _DMREMAP_FINDING_H */
