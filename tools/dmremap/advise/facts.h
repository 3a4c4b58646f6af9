/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The facts about a disk, from all sources.
 *
 * Manufacturers pack several numbers into one raw value, count over the whole life of the disk, and
 * let clocks wrap. So each figure here may be unknown, and events from long ago or of unknown age
 * are kept separate from recent ones.
 */
#ifndef _DMREMAP_FACTS_H
#define _DMREMAP_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/blockdev.h"

/* Age in power-on hours up to which an entry of a disk's log counts as recent: two weeks. */
#define NEWS_HOURS	336

#define FACTS_TEXT_SIZE	64

enum disk_kind {
	DISK_UNKNOWN,
	DISK_HDD,
	DISK_SSD,
	DISK_EMMC,
	DISK_SD,
};

/**
 * enum smart_state - whether smartctl could read the disk.
 * @SMART_NO_PROGRAM: smartctl is not installed, or too old to print JSON.
 * @SMART_READ: the disk has answered.
 * @SMART_ASLEEP: the disk is asleep, and was not woken.
 * @SMART_NO_ANSWER: the disk cannot be opened, or does not answer.
 * @SMART_NOT_ALLOWED: only root may read it.
 * @SMART_UNSUPPORTED: the disk, or the bridge in front of it, does not support SMART.
 */
enum smart_state {
	SMART_NO_PROGRAM,
	SMART_READ,
	SMART_ASLEEP,
	SMART_NO_ANSWER,
	SMART_NOT_ALLOWED,
	SMART_UNSUPPORTED,
};

/* The health status that the disk reports. */
enum health {
	HEALTH_UNKNOWN,
	HEALTH_PASSED,
	HEALTH_FAILED,
};

/* Its error recovery control: the time limit for reading a sector. */
enum erc {
	ERC_UNKNOWN,
	ERC_UNSUPPORTED,
	ERC_OFF,
	ERC_ON,
};

/* A figure that may be unknown. */
struct count {
	bool known;
	uint64_t n;
};

/* Bits of the critical warning of an NVMe disk. */
#define NVME_SPARE_LOW		0x01
#define NVME_TEMPERATURE	0x02
#define NVME_UNRELIABLE		0x04
#define NVME_READ_ONLY		0x08

/**
 * struct log_facts - the kernel's messages about the disk since boot.
 * @read: the log could be read.
 * @bad: number of distinct bad sectors.
 * @bad_writes: bad sectors at which a write failed.
 * @bad_hour: bad sectors in the last hour.
 * @other: errors that are not medium errors.
 * @link: errors of a cable, a bridge or a controller.
 * @gone: the disk no longer answers.
 */
struct log_facts {
	bool read;
	uint64_t bad;
	uint64_t bad_writes;
	uint64_t bad_hour;
	uint64_t other;
	uint64_t link;
	bool gone;
};

/**
 * struct set_facts - the history of the set whose main is on the disk.
 * @name: the set; "" if the disk is examined without a set.
 * @moved_hour: automatic remaps in the last hour.
 * @moved_month: automatic remaps in the last 30 days.
 * @remapped: blocks on the spare.
 * @pending: blocks that are pending.
 * @free: blocks free on the spare.
 * @capacity: blocks of the spare.
 * @verify_errors: writes that did not read back as they were written.
 */
struct set_facts {
	char name[128];
	struct count moved_hour;
	struct count moved_month;
	struct count remapped;
	struct count pending;
	struct count free;
	struct count capacity;
	struct count verify_errors;
};

/**
 * struct disk_facts - a disk.
 * @path: its node.
 * @model: its model; "" if unknown.
 * @kind: its kind.
 * @nvme: it is an NVMe disk.
 * @scsi: it is a SCSI disk.
 * @usb: it is behind a USB bridge.
 * @read_only: the kernel marks it as read-only.
 * @size_known: @sectors is the size known to the kernel.
 * @sectors: its size; 0 if it does not report one.
 * @physical: its physical sector size in bytes; 0 if unknown.
 * @smart: whether smartctl could read it.
 * @health: the health status that it reports.
 * @failing: the pre-failure attribute that is below its threshold; "" for none.
 * @hours: its power-on time.
 * @reallocated: sectors it has replaced (attribute 5, or grown defects of SCSI); for flash, erase
 *	blocks.
 * @pending: sectors waiting to be replaced (attribute 197, or its pending defects log).
 * @uncorrectable: sectors that its own tests could not read (attribute 198).
 * @reported: errors it has reported over its lifetime (attribute 187, media errors of NVMe).
 * @crc: checksum errors of its interface over its lifetime (attribute 199).
 * @end_to_end: errors on its internal data path over its lifetime (attribute 184).
 * @reserve: percentage of its reserve that is left.
 * @used: percentage of its rated life that is used up.
 * @news_bad: entries of its error log, at most %NEWS_HOURS old, that name a bad sector.
 * @news_link: equally recent interface errors in its log, and those counted since power-on.
 * @news_test: an equally recent self-test could not read a sector.
 * @old_bad: the newest entry that names a bad sector is older, or of unknown age.
 * @bad_lba: one of the bad sectors named in its logs.
 * @nvme_warning: its critical warning.
 * @read_lost: uncorrected read errors over its lifetime; SCSI.
 * @write_lost: uncorrected write errors over its lifetime; SCSI.
 * @pre_eol: the reserve of an eMMC: 1 normal, 2 80% used, 3 nearly all used.
 * @erc: its error recovery control.
 * @timeout: the kernel's command time-out in seconds.
 * @log: the kernel's messages about it.
 * @set: the set's history; of several on the disk, that of the one with most bad blocks.
 * @sets: the names of those on the disk and of those on devices that are built on it, with a space
 *	between two.
 * @shared: the main of one of them is a partition of the disk, or built on it.
 * @stacked: the main of one of them is built on the disk.
 * @spares: the sets whose spares are on the disk, as @sets.
 * @inactive: the sets that are not active and have a half on the disk, as @sets, each as "dmremap
 *	assemble" takes it.
 */
struct disk_facts {
	char path[BLOCKDEV_PATH_SIZE];
	char model[FACTS_TEXT_SIZE];
	enum disk_kind kind;
	bool nvme;
	bool scsi;
	bool usb;
	bool read_only;
	bool size_known;
	uint64_t sectors;
	uint64_t physical;

	enum smart_state smart;
	enum health health;
	char failing[FACTS_TEXT_SIZE];
	struct count hours;
	struct count reallocated;
	struct count pending;
	struct count uncorrectable;
	struct count reported;
	struct count crc;
	struct count end_to_end;
	struct count reserve;
	struct count used;
	uint64_t news_bad;
	uint64_t news_link;
	bool news_test;
	bool old_bad;
	struct count bad_lba;
	unsigned int nvme_warning;
	struct count read_lost;
	struct count write_lost;
	struct count pre_eol;
	enum erc erc;
	struct count timeout;

	struct log_facts log;
	struct set_facts set;
	char sets[512];
	bool shared;
	bool stacked;
	char spares[512];
	char inactive[512];
};

/**
 * facts_from_smartctl() - parse the output of smartctl.
 * @facts: filled in.
 * @text: the JSON.
 * @size: bytes of it.
 *
 * Return: whether it is the JSON output of smartctl.
 */
bool facts_from_smartctl(struct disk_facts *facts, const char *text, size_t size);

/**
 * facts_from_log() - parse the kernel's messages.
 * @facts: filled in.
 * @text: the lines.
 * @disk: the disk's name, such as "sda".
 * @device_path: its directory in sysfs, whose components name the ports that connect it.
 * @now: seconds since the kernel started; 0 for the log of another time or machine, which ends at
 *	its last line.
 */
void facts_from_log(struct disk_facts *facts, const char *text, const char *disk,
		    const char *device_path, double now);

/**
 * facts_from_sysfs() - read the attributes of the disk.
 * @facts: filled in.
 * @disk: the disk's name.
 */
void facts_from_sysfs(struct disk_facts *facts, const char *disk);

/**
 * facts_from_set() - read the history of a set.
 * @facts: filled in.
 * @name: the set's device.
 */
void facts_from_set(struct disk_facts *facts, const char *name);

#endif /* _DMREMAP_FACTS_H */
