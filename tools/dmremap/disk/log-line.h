/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The meaning of a line of the kernel's log for a disk.
 *
 * The kernel's words for one thing have changed over the years; all of these are known:
 *
 *	print_req_error: critical medium error, dev sda, sector 4096
 *	blk_update_request: critical medium error, dev sda, sector 20480 op 0x0:(READ) ...
 *	critical medium error, dev sda, sector 40960 op 0x0:(READ) flags 0x0 phys_seg 23
 *	end_request: I/O error, dev mmcblk0, sector 81920
 *	nvme0n1: Read(0x2) @ LBA 1953520, 8 blocks, Unrecovered Read Error (sct 0x2 / sc 0x81)
 *	BTRFS error (device sda1): unable to fixup (regular) error at logical L on dev D physical P
 */
#ifndef _DMREMAP_LOG_LINE_H
#define _DMREMAP_LOG_LINE_H

#include <stdbool.h>
#include <stdint.h>

/* Longest name of a device, or path in a line of btrfs, with the zero at its end. */
#define LOG_DEVICE_SIZE	256

/**
 * enum log_kind - kinds of lines.
 * @LOG_NOTHING: nothing about a disk.
 * @LOG_BOOT: the kernel has just started: names of disks may mean other disks from here on.
 * @LOG_ATTACHED: the name belongs to a disk that has just been found.
 * @LOG_MEDIUM: the disk cannot read or write a sector, and says so.
 * @LOG_SENSE: the same, without the sector, which a line a little further on has.
 * @LOG_IO: an error of a sector whose cause the line does not have.
 * @LOG_OTHER: an error of a sector that no bad medium makes.
 * @LOG_LINK: errors of a cable, a bridge or a controller: checksums, resets, time-outs.
 * @LOG_GONE: the disk no longer answers.
 * @LOG_ARRAY: an error in an array of md, whose sectors are not those of a disk.
 * @LOG_BTRFS_IO: btrfs could not read a place of a device.
 * @LOG_BTRFS_CSUM: btrfs read a place of a device, and its content was wrong.
 * @LOG_BTRFS_FIXED: btrfs has written the place again, from another copy.
 * @LOG_BTRFS_NO_PLACE: an error of btrfs without a place on a device.
 */
enum log_kind {
	LOG_NOTHING,
	LOG_BOOT,
	LOG_ATTACHED,
	LOG_MEDIUM,
	LOG_SENSE,
	LOG_IO,
	LOG_OTHER,
	LOG_LINK,
	LOG_GONE,
	LOG_ARRAY,
	LOG_BTRFS_IO,
	LOG_BTRFS_CSUM,
	LOG_BTRFS_FIXED,
	LOG_BTRFS_NO_PLACE,
};

/**
 * struct log_event - a line.
 * @kind: its kind.
 * @device: the disk, as the kernel calls it, without "/dev/"; for %LOG_LINK and %LOG_GONE it
 *	may be a part of its path in sysfs: "ata1", "host0", "1-2", "nvme0" or "mmc0".  For
 *	btrfs it is the path in the line.  "" if the line names none.
 * @place: the sector of the disk, in units of 512 bytes; with @logical in the disk's logical
 *	blocks; for btrfs in bytes.
 * @logical: see there.
 * @write: it was a write.
 * @has_time: @time is known.
 * @time: seconds since the kernel started.
 */
struct log_event {
	enum log_kind kind;
	char device[LOG_DEVICE_SIZE];
	uint64_t place;
	bool logical;
	bool write;
	bool has_time;
	double time;
};

/**
 * log_line_parse() - parse a line.
 * @line: the line, with whatever dmesg, journalctl or syslog put before the message.
 * @event: filled in.
 *
 * Return: whether it says anything that struct log_event can hold.
 */
bool log_line_parse(const char *line, struct log_event *event);

/**
 * struct log_reader - what lines above say of the next ones; all zero at the start.
 * @line: number of the line that was read last.
 * @sense_line: the last line that said that it was the medium, and did not say where; 0 for
 *	none.
 * @card_line: the last line of a time-out or a wrong checksum of a memory card; 0 for none.
 * @sense: the disk it named; "" if it named none.
 */
struct log_reader {
	unsigned long line;
	unsigned long sense_line;
	unsigned long card_line;
	char sense[LOG_DEVICE_SIZE];
};

/**
 * log_reader_next() - as log_line_parse(), for one line after the other.
 * @reader: the lines so far.
 * @line: the next line.
 * @event: filled in.
 *
 * Kernels before 3.x say "I/O error" of everything, and only the lines above it say whether it
 * was the medium: %LOG_IO becomes %LOG_MEDIUM then, and %LOG_SENSE is not returned.  Of a memory
 * card %LOG_MEDIUM becomes %LOG_OTHER if lines above tell of a time-out or a wrong checksum.
 */
bool log_reader_next(struct log_reader *reader, const char *line, struct log_event *event);

#endif /* _DMREMAP_LOG_LINE_H */
