/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parses lines of the kernel's log about disks.
 *
 * The wording of the kernel's messages has changed over the years; all these forms are known:
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

/* Longest device name, or path in a btrfs message, including the NUL. */
#define LOG_DEVICE_SIZE	256

/**
 * enum log_kind - kinds of lines.
 * @LOG_NOTHING: nothing about a disk.
 * @LOG_BOOT: the kernel has just started: from here on disk names may refer to other disks.
 * @LOG_ATTACHED: a disk with this name has just been attached.
 * @LOG_MEDIUM: the disk reports that it cannot read or write a sector.
 * @LOG_SENSE: the same without the sector, which follows a few lines later.
 * @LOG_IO: an error at a sector, without the cause.
 * @LOG_OTHER: an error at a sector that is not a medium error.
 * @LOG_LINK: errors of a cable, a bridge or a controller: checksums, resets, time-outs.
 * @LOG_GONE: the disk no longer answers.
 * @LOG_ARRAY: an error in an md array, whose sectors are not those of a disk.
 * @LOG_BTRFS_IO: btrfs could not read a place of a device.
 * @LOG_BTRFS_CSUM: btrfs read wrong content from a place of a device.
 * @LOG_BTRFS_FIXED: btrfs has rewritten the place from another copy.
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
 * struct log_event - a parsed line.
 * @kind: its kind.
 * @device: the disk, as the kernel calls it, without "/dev/"; for %LOG_LINK and %LOG_GONE it may be
 *	a component of its sysfs path: "ata1", "host0", "1-2", "nvme0" or "mmc0". For btrfs it is
 *	the path in the line. "" if the line names no device.
 * @place: the sector of the disk in units of 512 bytes, or of logical blocks if @logical is set;
 *	for btrfs in bytes.
 * @logical: @place is in logical blocks.
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
 * @line: the line, including any prefix added by dmesg, journalctl or syslog.
 * @event: filled in; its time also if the line describes no event.
 *
 * Return: whether the line describes an event.
 */
bool log_line_parse(const char *line, struct log_event *event);

/**
 * struct log_reader - context from previous lines; all zeros at the start.
 * @line: number of the current line.
 * @sense_line: the last line that reported a medium error without a sector; 0 for none.
 * @card_line: the last line with a time-out or checksum error of a memory card; 0 for none.
 * @sense: the disk named in @sense_line; "" if it named none.
 */
struct log_reader {
	unsigned long line;
	unsigned long sense_line;
	unsigned long card_line;
	char sense[LOG_DEVICE_SIZE];
};

/**
 * log_reader_next() - parse a line in the context of the previous ones.
 * @reader: the context.
 * @line: the next line.
 * @event: filled in.
 *
 * Kernels before 3.x print "I/O error" for all errors, and only the lines above tell whether it was
 * a medium error. In this case %LOG_IO becomes %LOG_MEDIUM, and %LOG_SENSE is not returned. For a
 * memory card %LOG_MEDIUM becomes %LOG_OTHER after lines about a time-out or a checksum error.
 */
bool log_reader_next(struct log_reader *reader, const char *line, struct log_event *event);

#endif /* _DMREMAP_LOG_LINE_H */
