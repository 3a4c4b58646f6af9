// SPDX-License-Identifier: GPL-2.0
/*
 * Decides which entries of a disk's logs mean that a sector is bad.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "remaps/smartctl.h"

/* The address ranges of the short error log and the short self-test log. */
#define LBA28_COUNT	0x10000000ull
#define LBA32_COUNT	0x100000000ull

/* Media errors of NVMe: code type 2, write fault and unrecovered read. */
#define NVME_SCT_MEDIA		2
#define NVME_SC_WRITE_FAULT	0x80
#define NVME_SC_READ_ERROR	0x81

/* Sense keys of SCSI. */
#define MEDIUM_ERROR		3
#define HARDWARE_ERROR		4

/*
 * Additional sense codes of hardware errors that concern a sector: unrecovered read error,
 * recorded entity not found, synchronization error, no defect spare location available.
 */
static const unsigned int sector_codes[] = { 0x11, 0x14, 0x16, 0x32 };

/*
 * Whether the sector is bad, rather than a cable or a command. After an interface checksum error
 * the address may be wrong too, and a device fault concerns the whole disk.
 */
static bool names_medium(const char *description)
{
	static const char * const words[] = { "UNC", "IDNF", "AMNF" };
	const char *end = strstr(description, " at LBA = ");
	const char *found;
	unsigned int i;

	if (strstr(description, "ICRC") || strstr(description, "Device Fault"))
		return false;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		found = strstr(description, words[i]);
		if (found && found < end)
			return true;
	}
	return false;
}

/*
 * A log with too few address bits stores the highest possible address, or drops the upper bits:
 * there is no way to tell which of its addresses are complete.
 */
static bool is_cut(const struct import *import, uint64_t addresses)
{
	return (wide)import->volume->disk_sectors * SECTOR_SIZE > (wide)addresses * import->unit;
}

static void leave_cut(struct import *import, const char *whole_log)
{
	import->left[LEFT_CUT]++;
	import->whole_log = whole_log;
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
		import->left[LEFT_NOT_MEDIUM]++;
	else if (short_log && is_cut(import, LBA28_COUNT))
		leave_cut(import, "-l xerror");
	else
		/* its sector count is the length of the command, not the number of bad sectors */
		import_add(import, lba, 1);
	return true;
}

void smartctl_nvme_error(struct import *import, uint64_t lba, uint64_t nsid, unsigned int type,
			 unsigned int code)
{
	uint64_t own = import->volume->nsid;
	/* all ones means every namespace */
	bool other = own && nsid && nsid != UINT32_MAX && nsid != own;

	if (other || type != NVME_SCT_MEDIA ||
	    (code != NVME_SC_WRITE_FAULT && code != NVME_SC_READ_ERROR))
		import->left[LEFT_NOT_MEDIUM]++;
	else
		import_add(import, lba, 1);
}

void smartctl_ata_selftest(struct import *import, uint64_t lba, bool read_failure,
			   bool short_log)
{
	if (!read_failure)
		import->left[LEFT_TEST]++;
	else if (import->extended_passed)
		import->left[LEFT_OUTDATED]++;
	else if (short_log && is_cut(import, LBA32_COUNT))
		leave_cut(import, "-l xselftest");
	else
		import_add(import, lba, 1);
}

static bool names_sector(unsigned int sense_key, unsigned int code)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sector_codes); i++)
		if (sense_key == HARDWARE_ERROR && code == sector_codes[i])
			return true;
	return sense_key == MEDIUM_ERROR;
}

void smartctl_scsi_selftest(struct import *import, uint64_t lba, unsigned int sense_key,
			    unsigned int code)
{
	if (names_sector(sense_key, code))
		import_add(import, lba, 1);
	else
		import->left[LEFT_TEST]++;
}

void smartctl_scsi_scan(struct import *import, uint64_t lba, unsigned int reassign_status)
{
	/* waiting to be written or reassigned; reassignment by the disk or the host failed */
	if (reassign_status == 1 || reassign_status == 4 || reassign_status == 8)
		import_add(import, lba, 1);
	else
		import->left[LEFT_NOT_MEDIUM]++;
}
