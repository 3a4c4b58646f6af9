/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bad sectors in the output of smartctl, text or JSON.
 */
#ifndef _DMREMAP_SMARTCTL_H
#define _DMREMAP_SMARTCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "remaps/import.h"

/* Whether the text is JSON. */
bool smartctl_is_json(const struct import *import);

/* The logical sector size given in the JSON; 0 if it has none. */
uint64_t smartctl_json_unit(const struct import *import);

/* Add all entries of a text. Returns 0, or -1, after printing an error. */
int smartctl_text_parse(struct import *import);

/* Add all entries of a JSON document. Returns 0, or -1, after printing an error. */
int smartctl_json_parse(struct import *import);

/**
 * smartctl_ata_error() - add an entry of an error log.
 * @import: receives the entry.
 * @description: "Error: UNC at LBA = 0x... = ...".
 * @short_log: the entry is from the log with 28-bit addresses.
 *
 * Return: whether it could be parsed.
 */
bool smartctl_ata_error(struct import *import, const char *description, bool short_log);

/*
 * Add an entry of the NVMe error log, for a namespace, with its status code type and status code.
 */
void smartctl_nvme_error(struct import *import, uint64_t lba, uint64_t nsid, unsigned int type,
			 unsigned int code);

/**
 * smartctl_ata_selftest() - add a self-test that stopped at an address.
 * @import: receives the entry.
 * @lba: the address.
 * @read_failure: it stopped because the sector could not be read.
 * @short_log: it is from the log with 32-bit addresses.
 */
void smartctl_ata_selftest(struct import *import, uint64_t lba, bool read_failure,
			   bool short_log);

/* Add a SCSI self-test that failed at an address, with its sense key and additional sense code. */
void smartctl_scsi_selftest(struct import *import, uint64_t lba, unsigned int sense_key,
			    unsigned int code);

/* Add a result of the SCSI background scan, with its reassignment status. */
void smartctl_scsi_scan(struct import *import, uint64_t lba, unsigned int reassign_status);

#endif /* _DMREMAP_SMARTCTL_H */
