/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What smartctl prints of bad sectors, as text or as JSON.
 */
#ifndef _DMREMAP_SMARTCTL_H
#define _DMREMAP_SMARTCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "remaps/import.h"

/* Whether the text is JSON. */
bool smartctl_is_json(const struct import *import);

/* The size of a logical sector as the JSON has it; 0 if it has none. */
uint64_t smartctl_json_unit(const struct import *import);

/* Take all entries of a text.  Returns 0, or -1, after printing an error. */
int smartctl_text_parse(struct import *import);

/* Take all entries of a JSON document.  Returns 0, or -1, after printing an error. */
int smartctl_json_parse(struct import *import);

/**
 * smartctl_ata_error() - take an entry of an error log.
 * @import: gets it.
 * @description: "Error: UNC at LBA = 0x... = ...".
 * @short_log: it is from the log that has only 28 bits for an address.
 *
 * Return: whether it could be understood.
 */
bool smartctl_ata_error(struct import *import, const char *description, bool short_log);

/* Take an entry of a log of NVMe, of a namespace, with a status: code type and code. */
void smartctl_nvme_error(struct import *import, uint64_t lba, uint64_t nsid, unsigned int type,
			 unsigned int code);

/**
 * smartctl_ata_selftest() - take a self-test that stopped at an address.
 * @import: gets it.
 * @lba: the address.
 * @read_failure: it stopped since it could not read there.
 * @short_log: it is from the log that has only 32 bits for an address.
 */
void smartctl_ata_selftest(struct import *import, uint64_t lba, bool read_failure,
			   bool short_log);

/* Take a self-test of SCSI that failed at an address, with its sense key and additional code. */
void smartctl_scsi_selftest(struct import *import, uint64_t lba, unsigned int sense_key,
			    unsigned int code);

/* Take the results of the SCSI background scan, with their reassignment status. */
void smartctl_scsi_scan(struct import *import, uint64_t lba, unsigned int reassign_status);

#endif /* _DMREMAP_SMARTCTL_H */
