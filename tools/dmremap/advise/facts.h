/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The facts about a disk, from all sources.
 *
 * Makers pack several numbers into one raw value, count since the disk was made, and let their
 * clocks wrap.  So every figure here is either known or not, and whatever happened long ago, or
 * at an unknown time, is kept apart from news.
 */
#ifndef _DMREMAP_FACTS_H
#define _DMREMAP_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/blockdev.h"

/* Hours of power-on time within which an entry of a disk's log is news: two weeks. */
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
 * enum smart_state - whether the disk could be asked.
 * @SMART_NO_PROGRAM: there is no smartctl, or none that prints JSON.
 * @SMART_READ: it has answered.
 * @SMART_ASLEEP: it sleeps, and was not woken.
 * @SMART_NO_ANSWER: it cannot be opened, or does not answer.
 * @SMART_NOT_ALLOWED: only root may ask it.
 * @SMART_UNSUPPORTED: it, or the bridge before it, knows no SMART.
 */
enum smart_state {
	SMART_NO_PROGRAM,
	SMART_READ,
	SMART_ASLEEP,
	SMART_NO_ANSWER,
	SMART_NOT_ALLOWED,
	SMART_UNSUPPORTED,
};

/* The disk's own health status. */
enum health {
	HEALTH_UNKNOWN,
	HEALTH_PASSED,
	HEALTH_FAILED,
};

/* Its error recovery control: how long it tries to read a sector. */
enum erc {
	ERC_UNKNOWN,
	ERC_UNSUPPORTED,
	ERC_OFF,
	ERC_ON,
};

/* A figure, if it is known. */
struct count {
	bool known;
	uint64_t n;
};

/* Bits of an NVMe disk's critical warning. */
#define NVME_SPARE_LOW		0x01
#define NVME_TEMPERATURE	0x02
#define NVME_UNRELIABLE		0x04
#define NVME_READ_ONLY		0x08

/**
 * struct log_facts - the kernel's messages about the disk since boot.
 * @read: its log could be read.
 * @bad: bad sectors, each counted once.
 * @bad_writes: bad sectors at which a write failed.
 * @bad_hour: bad sectors of the last hour.
 * @other: errors that were not the medium's.
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
 * struct set_facts - the history of the set that the disk is the main of.
 * @name: the set; "" if the disk is asked about alone.
 * @moved_hour: blocks moved by themselves in the last hour.
 * @moved_month: blocks moved by themselves in 30 days.
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
 * @usb: it is behind a bridge of USB.
 * @read_only: the kernel marks it as read-only.
 * @size_known: @sectors is the size known to the kernel.
 * @sectors: its size; 0 if it does not tell.
 * @physical: bytes of its physical sectors; 0 if that is not known.
 * @smart: whether it could be asked.
 * @health: its own health status.
 * @failing: the attribute that is below its threshold, and tells of an early failure; "" for
 *	none.
 * @hours: its power-on time.
 * @reallocated: sectors it has replaced (attribute 5, or the grown defects of SCSI); of flash,
 *	blocks of memory.
 * @pending: sectors it wants to replace (attribute 197, or its log of pending defects).
 * @uncorrectable: sectors that a test of its own could not read (attribute 198).
 * @reported: errors it has reported since it was made (attribute 187, media errors of NVMe).
 * @crc: checksum errors of its interface since it was made (attribute 199).
 * @end_to_end: errors on its inner data path since it was made (attribute 184).
 * @reserve: percent of its reserve that are left before it counts as failed.
 * @used: percent of its rated life that are used.
 * @news_bad: entries of its error log, no older than %NEWS_HOURS, that name a bad sector.
 * @news_link: such entries of its interface, and errors its interface counted since power-on.
 * @news_test: a self-test no older than that could not read a sector.
 * @old_bad: the newest entry that names a bad sector is older, or of unknown age.
 * @bad_lba: one of the bad sectors that its logs name.
 * @nvme_warning: its critical warning.
 * @read_lost: uncorrected errors of reads since it was made; SCSI.
 * @write_lost: uncorrected errors of writes since it was made; SCSI.
 * @pre_eol: what an eMMC says of its reserve: 1 normal, 2 80% used, 3 nearly all used.
 * @erc: its error recovery control.
 * @timeout: seconds after which the kernel gives up a command.
 * @log: the kernel's messages about it.
 * @set: the set's history.
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
};

/**
 * facts_from_smartctl() - take what smartctl printed.
 * @facts: gets it.
 * @text: the JSON.
 * @size: bytes of it.
 *
 * Return: whether it is JSON of smartctl at all.
 */
bool facts_from_smartctl(struct disk_facts *facts, const char *text, size_t size);

/**
 * facts_from_log() - take the kernel's messages.
 * @facts: gets it.
 * @text: the lines.
 * @disk: the disk's name, as "sda".
 * @device_path: its directory in sysfs, whose components name the ports that connect it.
 * @now: seconds since the kernel started.
 */
void facts_from_log(struct disk_facts *facts, const char *text, const char *disk,
		    const char *device_path, double now);

/**
 * facts_from_sysfs() - take the attributes of the disk.
 * @facts: gets it.
 * @disk: the disk's name.
 */
void facts_from_sysfs(struct disk_facts *facts, const char *disk);

/**
 * facts_from_set() - take the history of a set.
 * @facts: gets it.
 * @name: the set's device.
 */
void facts_from_set(struct disk_facts *facts, const char *name);

#endif /* _DMREMAP_FACTS_H */
