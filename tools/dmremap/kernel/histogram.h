/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A histogram as the kernel prints it: lines of an upper bound and of how many
 * were above the bound before and not above this one.
 */
#ifndef _DMREMAP_HISTOGRAM_H
#define _DMREMAP_HISTOGRAM_H

#include <stdint.h>

/* All powers of two there are, and infinity. */
#define HISTOGRAM_LINES		65
#define HISTOGRAM_INFINITY	UINT64_MAX

/**
 * struct histogram - its lines.
 * @nr: how many.
 * @line: upper bound in nanoseconds, %HISTOGRAM_INFINITY for the word "inf", and count.
 */
struct histogram {
	unsigned int nr;
	struct {
		uint64_t bound;
		uint64_t count;
	} line[HISTOGRAM_LINES];
};

/**
 * histogram_parse() - make one of text.
 * @histogram: to be filled.
 * @text: the text of the attribute; empty if nothing has been counted.
 *
 * Return: 0 or -EBADMSG.
 */
int histogram_parse(struct histogram *histogram, const char *text);

/**
 * histogram_total() - sum of the counts.
 * @histogram: of this.
 */
uint64_t histogram_total(const struct histogram *histogram);

/**
 * histogram_since() - the counts since an earlier sample.
 * @result: the difference.
 * @now: the later one.
 * @before: the earlier one; of other bounds, or with higher counts, it counts as
 *	empty, since it was reset in between.
 */
void histogram_since(struct histogram *result, const struct histogram *now,
		     const struct histogram *before);

/**
 * histogram_quantile() - a bound that a part of all is not above.
 * @histogram: must not be empty.
 * @percent: how large a part.
 *
 * Return: the bound.
 */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned int percent);

#endif /* _DMREMAP_HISTOGRAM_H */
