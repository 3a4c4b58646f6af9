/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_STATUS_REPORT_H
#define _DMREMAP_STATUS_REPORT_H

#include <json-c/json.h>
#include <stdio.h>

#include "sets/status-rows.h"

/**
 * status_report() - tell of one set: what its state means, its disks, its spare, and what to
 * type next.
 * @out: where to print it.
 * @row: the set.
 */
void status_report(FILE *out, const struct status_row *row);

/**
 * status_report_log() - tell of the last lines that the kernel's log has of a set.
 * @out: where to print it.
 * @row: the set.
 */
void status_report_log(FILE *out, const struct status_row *row);

/**
 * status_report_json() - add the same to what JSON has of a set.
 * @object: what JSON has.
 * @row: the set.
 * @log: with the lines of the log, which may require running a program.
 */
void status_report_json(struct json_object *object, const struct status_row *row, bool log);

#endif /* _DMREMAP_STATUS_REPORT_H */
