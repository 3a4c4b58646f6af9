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

/* Add the same to what JSON has of a set. */
void status_report_json(struct json_object *object, const struct status_row *row);

#endif /* _DMREMAP_STATUS_REPORT_H */
