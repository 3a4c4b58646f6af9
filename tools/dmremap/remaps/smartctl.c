// SPDX-License-Identifier: GPL-2.0
/*
 * Which entries of a disk's logs say that a sector is bad.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "remaps/smartctl.h"

/* The last address that the short error log has room for. */
#define LBA28_MAX	0xfffffff

/* Media errors of NVMe: code type 2, write fault and unrecovered read. */
#define NVME_SCT_MEDIA		2
#define NVME_SC_WRITE_FAULT	0x80
#define NVME_SC_READ_ERROR	0x81

/* Sense keys of SCSI. */
#define MEDIUM_ERROR		3
#define HARDWARE_ERROR		4

/* What is bad is the sector, and not a cable or a command. */
static bool names_medium(const char *description)
{
	static const char * const words[] = { "UNC", "IDNF", "AMNF" };
	const char *end = strstr(description, " at LBA = ");
	const char *found;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		found = strstr(description, words[i]);
		if (found && found < end)
			return true;
	}
	return false;
}

/* Where the log has too few bits, the disk gives the highest address there is. */
static bool lba28_full(const struct import *import, uint64_t lba)
{
	return lba == LBA28_MAX &&
	       (wide)import->volume->disk_sectors * SECTOR_SIZE > (wide)(lba + 1) * import->unit;
}

bool smartctl_ata_error(struct import *import, const char *description, bool short_log)
{
	const char *p = strstr(description, " at LBA = ");
	uint64_t lba, again;

	if (!p)
		return true;
	p += strlen(" at LBA = ");
	if (!import_any_number(&p, &lba) || !import_word(&p, "=") || !import_number(&p, &again) ||
	    lba != again)
		return false;
	if (!names_medium(description))
		import->passed_over++;
	else if (short_log && lba28_full(import, lba))
		import->no_address++;
	else
		/* the count of sectors in it is that of the command, not of bad ones */
		import_add(import, lba, 1);
	return true;
}

void smartctl_nvme_error(struct import *import, uint64_t lba, uint64_t nsid, unsigned int type,
			 unsigned int code)
{
	bool other = nsid && import->volume->nsid && nsid != import->volume->nsid;

	if (other || type != NVME_SCT_MEDIA ||
	    (code != NVME_SC_WRITE_FAULT && code != NVME_SC_READ_ERROR))
		import->passed_over++;
	else
		import_add(import, lba, 1);
}

void smartctl_scsi_error(struct import *import, uint64_t lba, unsigned int sense_key)
{
	if (sense_key && sense_key != MEDIUM_ERROR && sense_key != HARDWARE_ERROR)
		import->passed_over++;
	else
		import_add(import, lba, 1);
}

void smartctl_scsi_scan(struct import *import, uint64_t lba, unsigned int reassign_status)
{
	/* to be written or reassigned; reassignment failed, by the disk or by others */
	if (reassign_status == 1 || reassign_status == 4 || reassign_status == 8)
		import_add(import, lba, 1);
	else
		import->passed_over++;
}
