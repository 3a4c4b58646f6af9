/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints samples in the Prometheus text format: for each metric the help text, the type, and a line
 * for each device.
 */
#ifndef _DMREMAP_METRICS_H
#define _DMREMAP_METRICS_H

#include <stdio.h>

#include "kernel/sample.h"
#include "lib/util.h"

/**
 * struct samples - the samples of all devices.
 * @sample: one for each device that could be read.
 * @nr: number of entries.
 * @devices: how many devices there are, with those that could not be read.
 */
struct samples {
	struct sample *sample;
	int nr;
	int devices;
};

/**
 * metrics_family() - begin a metric.
 * @out: where to print.
 * @name: name of the metric.
 * @type: gauge, counter or histogram.
 * @help: a sentence.
 */
void metrics_family(FILE *out, const char *name, const char *type, const char *help);

/**
 * metrics_device() - print the beginning of a line, up to the value of its first label.
 * @out: where to print.
 * @name: name of the metric.
 * @sample: of the device.
 */
void metrics_device(FILE *out, const char *name, const struct sample *sample);

/**
 * metrics_label() - print a further label, after metrics_device().
 * @out: where to print.
 * @name: name of the label.
 * @value: its value; any text.
 */
void metrics_label(FILE *out, const char *name, const char *value);

/**
 * metrics_numbers() - print all plain numbers.
 * @out: where to print.
 * @samples: of all devices.
 */
void metrics_numbers(FILE *out, const struct samples *samples);

/**
 * metrics_states() - print the devices and their states.
 * @out: where to print.
 * @samples: of all devices.
 */
void metrics_states(FILE *out, const struct samples *samples);

/**
 * metrics_replace() - print the dates by which mains should be replaced.
 * @out: where to print.
 * @samples: of all devices.
 */
void metrics_replace(FILE *out, const struct samples *samples);

/**
 * metrics_histograms() - print the histograms.
 * @out: where to print.
 * @samples: of all devices.
 */
void metrics_histograms(FILE *out, const struct samples *samples);

#endif /* _DMREMAP_METRICS_H */
