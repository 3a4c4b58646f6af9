/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_STATUS_REPORT_H
#define _DMREMAP_STATUS_REPORT_H

#include <json-c/json.h>
#include <stdio.h>

#include "sets/status-rows.h"

/**
 * status_report() - report on one set: what its state means, its disks, its spare, and what to type
 * next.
 * @out: where to print it.
 * @row: the set.
 */
void status_report(FILE *out, const struct status_row *row);

/**
 * status_report_copy() - report on a copy of the set to a new main, if there is one.
 * @out: where to print it.
 * @row: the set.
 *
 * Reads all disks if there is one, so programs that poll must not call it.
 */
void status_report_copy(FILE *out, const struct status_row *row);

/**
 * status_report_log() - print the last lines about a set in the kernel's log.
 * @out: where to print it.
 * @row: the set.
 */
void status_report_log(FILE *out, const struct status_row *row);

/**
 * status_report_json() - add all of this to the JSON object of a set.
 * @object: the JSON object.
 * @row: the set.
 * @log: include the lines of the log, which may require running journalctl.
 */
void status_report_json(struct json_object *object, const struct status_row *row, bool log);

#endif /* _DMREMAP_STATUS_REPORT_H */
