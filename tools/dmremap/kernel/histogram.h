/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Histograms as the kernel prints them: each line has an upper bound and the number of samples
 * above the previous bound and up to this one.
 */
#ifndef _DMREMAP_HISTOGRAM_H
#define _DMREMAP_HISTOGRAM_H

#include <stdint.h>

/* All powers of two in 64 bits, and infinity. */
#define HISTOGRAM_LINES		65
#define HISTOGRAM_INFINITY	UINT64_MAX

/**
 * struct histogram - the lines of a histogram.
 * @nr: number of lines.
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
 * histogram_parse() - parse a histogram.
 * @histogram: filled in.
 * @text: the text of the attribute; empty if nothing has been counted.
 *
 * Return: 0 or -EBADMSG.
 */
int histogram_parse(struct histogram *histogram, const char *text);

/**
 * histogram_total() - sum up the counts.
 * @histogram: the histogram.
 */
uint64_t histogram_total(const struct histogram *histogram);

/**
 * histogram_since() - the counts since an earlier sample.
 * @result: the difference.
 * @now: the later one.
 * @before: the earlier one. If its bounds differ or its counts are higher, the histogram was reset
 *	in between, and @before counts as empty.
 */
void histogram_since(struct histogram *result, const struct histogram *now,
		     const struct histogram *before);

/**
 * histogram_quantile() - upper bound of a percentile.
 * @histogram: must not be empty.
 * @percent: the percentile.
 *
 * Return: the bound.
 */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned int percent);

#endif /* _DMREMAP_HISTOGRAM_H */
