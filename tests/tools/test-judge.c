// SPDX-License-Identifier: GPL-2.0
/*
 * The verdict of "dmremap advise" on both sides of each limit, and the size of a spare.
 */
#include <stdio.h>
#include <string.h>

#include "advise/judge.h"
#include "advise/spare-size.h"
#include "lib/util.h"

#define KNOWN(value)	{ true, value }
#define NO_DAYS		-1

static const struct {
	const char *what;
	struct disk_facts facts;
	enum verdict verdict;
	int days;
} cases[] = {
	{ "nothing known", {}, VERDICT_WELL, NO_DAYS },
	{ "one replaced", { .reallocated = KNOWN(1) }, VERDICT_WELL, NO_DAYS },
	{ "40 replaced", { .reallocated = KNOWN(40) }, VERDICT_WELL, NO_DAYS },
	{ "41 replaced", { .reallocated = KNOWN(41) }, VERDICT_REMAP, 7 },
	{ "199 replaced", { .reallocated = KNOWN(199) }, VERDICT_REMAP, 7 },
	{ "200 replaced", { .reallocated = KNOWN(200) }, VERDICT_COPY, 0 },
	{ "one waiting", { .pending = KNOWN(1) }, VERDICT_CURE, 60 },
	{ "40 replaced or waiting",
	  { .reallocated = KNOWN(39), .pending = KNOWN(1) }, VERDICT_CURE, 60 },
	{ "41 replaced or waiting",
	  { .reallocated = KNOWN(39), .pending = KNOWN(2) }, VERDICT_REMAP, 7 },
	{ "200 replaced or waiting",
	  { .reallocated = KNOWN(100), .pending = KNOWN(100) }, VERDICT_COPY, 0 },
	{ "blocks of a set count too",
	  { .reallocated = KNOWN(100), .set.remapped = KNOWN(100) }, VERDICT_COPY, 0 },
	{ "a block of a set", { .set.remapped = KNOWN(1) }, VERDICT_REMAP, 60 },
	{ "41 blocks of a set", { .set.remapped = KNOWN(41) }, VERDICT_REMAP, 7 },
	{ "a pending block of a set", { .set.pending = KNOWN(1) }, VERDICT_CURE, 60 },
	{ "a pending block, and sectors replaced",
	  { .reallocated = KNOWN(8), .set.pending = KNOWN(1) }, VERDICT_CURE, 60 },
	{ "a pending block of a set on flash",
	  { .kind = DISK_SSD, .set.pending = KNOWN(1) }, VERDICT_CURE, 30 },
	{ "a pending block and a moved one on flash",
	  { .kind = DISK_SSD, .set.pending = KNOWN(1), .set.remapped = KNOWN(1) },
	  VERDICT_REMAP, 30 },
	{ "40 pending blocks", { .set.pending = KNOWN(40) }, VERDICT_CURE, 60 },
	{ "41 pending blocks", { .set.pending = KNOWN(41) }, VERDICT_REMAP, 7 },
	{ "200 pending blocks of a disk that counts none",
	  { .pending = KNOWN(0), .set.pending = KNOWN(200) }, VERDICT_COPY, 0 },
	{ "the same places, counted by the disk and the set",
	  { .pending = KNOWN(40), .set.pending = KNOWN(40) }, VERDICT_CURE, 60 },
	{ "a block of a set on flash",
	  { .kind = DISK_SSD, .set.remapped = KNOWN(1) }, VERDICT_WELL, NO_DAYS },
	{ "two blocks of a set on flash",
	  { .kind = DISK_SSD, .set.remapped = KNOWN(2) }, VERDICT_REMAP, 30 },
	{ "only an old uncorrectable", { .uncorrectable = KNOWN(8) }, VERDICT_WELL, NO_DAYS },
	{ "flash replaces",
	  { .kind = DISK_SSD, .reallocated = KNOWN(5000), .pending = KNOWN(9) },
	  VERDICT_WELL, NO_DAYS },
	{ "reserve 25%", { .reserve = KNOWN(25) }, VERDICT_WELL, NO_DAYS },
	{ "reserve 24%", { .reserve = KNOWN(24) }, VERDICT_REMAP, 30 },
	{ "reserve 10%", { .reserve = KNOWN(10) }, VERDICT_REMAP, 30 },
	{ "reserve 9%", { .reserve = KNOWN(9) }, VERDICT_COPY, 0 },
	{ "status failed", { .health = HEALTH_FAILED }, VERDICT_COPY, 0 },
	{ "attribute failed", { .failing = "Spin_Retry_Count" }, VERDICT_COPY, 0 },
	{ "media error of NVMe",
	  { .kind = DISK_SSD, .nvme = true, .reported = KNOWN(1) }, VERDICT_WELL, NO_DAYS },
	{ "two of them",
	  { .kind = DISK_SSD, .nvme = true, .reported = KNOWN(2) }, VERDICT_CURE, 30 },
	{ "errors reported long ago",
	  { .kind = DISK_SSD, .reported = KNOWN(9), .old_bad = true }, VERDICT_WELL, NO_DAYS },
	{ "worn out",
	  { .kind = DISK_SSD, .nvme = true, .health = HEALTH_FAILED,
	    .nvme_warning = 4, .used = KNOWN(100) },
	  VERDICT_WELL, NO_DAYS },
	{ "worn, and a loss",
	  { .kind = DISK_SSD, .nvme = true,
	    .nvme_warning = 4, .used = KNOWN(100), .reported = KNOWN(1) },
	  VERDICT_COPY, 0 },
	{ "worn, and no reserve",
	  { .kind = DISK_SSD, .nvme = true,
	    .nvme_warning = 4, .used = KNOWN(100), .reserve = KNOWN(20) },
	  VERDICT_COPY, 0 },
	{ "unreliable",
	  { .kind = DISK_SSD, .nvme = true, .nvme_warning = 4, .used = KNOWN(99) },
	  VERDICT_COPY, 0 },
	{ "hot",
	  { .kind = DISK_SSD, .nvme = true, .health = HEALTH_FAILED, .nvme_warning = 2 },
	  VERDICT_NOT_DISK, NO_DAYS },
	{ "hot and read-only",
	  { .kind = DISK_SSD, .nvme = true, .nvme_warning = 10 }, VERDICT_COPY, 0 },
	{ "pre-EOL 1", { .kind = DISK_EMMC, .pre_eol = KNOWN(1) }, VERDICT_WELL, NO_DAYS },
	{ "pre-EOL 2", { .kind = DISK_EMMC, .pre_eol = KNOWN(2) }, VERDICT_REMAP, 30 },
	{ "pre-EOL 3", { .kind = DISK_EMMC, .pre_eol = KNOWN(3) }, VERDICT_COPY, 0 },
	{ "news of a sector", { .kind = DISK_HDD, .news_bad = 1 }, VERDICT_CURE, 60 },
	{ "news of flash", { .kind = DISK_SSD, .news_bad = 1 }, VERDICT_CURE, 30 },
	{ "a test that failed", { .kind = DISK_HDD, .news_test = true }, VERDICT_CURE, 60 },
	{ "no news", { .kind = DISK_HDD, .old_bad = true }, VERDICT_WELL, NO_DAYS },
	{ "the kernel met 19 in an hour",
	  { .kind = DISK_HDD, .log = { .bad = 19, .bad_hour = 19 } }, VERDICT_CURE, 60 },
	{ "20 in an hour",
	  { .kind = DISK_HDD, .log = { .bad = 20, .bad_hour = 20 } }, VERDICT_REMAP, 60 },
	{ "49 in an hour",
	  { .kind = DISK_HDD, .pending = KNOWN(0), .log = { .bad = 49, .bad_hour = 49 } },
	  VERDICT_REMAP, 60 },
	{ "50 in an hour",
	  { .kind = DISK_HDD, .log = { .bad = 50, .bad_hour = 50 } }, VERDICT_COPY, 0 },
	{ "40 in a day",
	  { .kind = DISK_HDD, .log = { .bad = 40, .bad_hour = 1 } }, VERDICT_CURE, 60 },
	{ "41 in a day",
	  { .kind = DISK_HDD, .log = { .bad = 41, .bad_hour = 1 } }, VERDICT_REMAP, 7 },
	{ "199 in a day, of unknown kind", { .log = { .bad = 199 } }, VERDICT_REMAP, 7 },
	{ "200 in a day, of unknown kind", { .log = { .bad = 200 } }, VERDICT_COPY, 0 },
	{ "200 in a day, of flash",
	  { .kind = DISK_SSD, .log = { .bad = 200 } }, VERDICT_COPY, 0 },
	{ "200 in a day, of a disk that counts none",
	  { .kind = DISK_HDD, .pending = KNOWN(0), .log = { .bad = 200, .bad_hour = 1 } },
	  VERDICT_CURE, 60 },
	{ "a write failed",
	  { .kind = DISK_HDD, .log = { .bad = 1, .bad_writes = 1 } }, VERDICT_REMAP, 60 },
	{ "a card", { .kind = DISK_SD, .log = { .bad = 1 } }, VERDICT_REMAP, 30 },
	{ "a card with many", { .kind = DISK_SD, .log = { .bad = 50 } }, VERDICT_COPY, 0 },
	{ "a locked card", { .kind = DISK_SD, .read_only = true }, VERDICT_WELL, NO_DAYS },
	{ "a card that locked itself",
	  { .kind = DISK_SD, .read_only = true, .log = { .bad = 1 } }, VERDICT_COPY, 0 },
	{ "a lost write of SCSI", { .scsi = true, .write_lost = KNOWN(1) }, VERDICT_REMAP, 7 },
	{ "49 lost writes", { .scsi = true, .write_lost = KNOWN(49) }, VERDICT_REMAP, 7 },
	{ "50 lost writes", { .scsi = true, .write_lost = KNOWN(50) }, VERDICT_COPY, 0 },
	{ "lost reads, at some time",
	  { .scsi = true, .read_lost = KNOWN(9) }, VERDICT_WELL, NO_DAYS },
	{ "two resets", { .log = { .link = 2 } }, VERDICT_WELL, NO_DAYS },
	{ "three resets", { .log = { .link = 3 } }, VERDICT_NOT_DISK, NO_DAYS },
	{ "an error that is no sector's", { .log = { .other = 1 } }, VERDICT_NOT_DISK, NO_DAYS },
	{ "checksums long ago", { .crc = KNOWN(65000) }, VERDICT_WELL, NO_DAYS },
	{ "checksums now", { .crc = KNOWN(1), .news_link = 1 }, VERDICT_NOT_DISK, NO_DAYS },
	{ "both: the sectors count", { .log = { .link = 9, .bad = 1 } }, VERDICT_CURE, 60 },
	{ "moves of a set, 20", { .set.moved_hour = KNOWN(20) }, VERDICT_REMAP, 7 },
	{ "moves of a set, 50", { .set.moved_hour = KNOWN(50) }, VERDICT_COPY, 0 },
	{ "a card that drops writes",
	  { .kind = DISK_SD, .set.verify_errors = KNOWN(1) }, VERDICT_AVOID, 0 },
	{ "a disk that drops writes",
	  { .kind = DISK_HDD, .set.verify_errors = KNOWN(1) }, VERDICT_COPY, 0 },
	{ "no size", { .size_known = true }, VERDICT_AVOID, 0 },
	{ "gone, and it answers",
	  { .smart = SMART_READ, .log.gone = true }, VERDICT_NOT_DISK, NO_DAYS },
	{ "gone, and it does not",
	  { .smart = SMART_NO_ANSWER, .log.gone = true }, VERDICT_AVOID, 0 },
	{ "it does not answer", { .smart = SMART_NO_ANSWER }, VERDICT_WELL, NO_DAYS },
	{ "lost firmware", { .model = "SATAFIRM   S11" }, VERDICT_AVOID, 0 },
};

static const struct {
	const char *what;
	struct disk_facts facts;
	uint32_t block_size;
	uint64_t blocks;
	uint64_t mib;
} sizes[] = {
	{ "nothing known", {}, 4096, 4096, 18 },
	{ "1 TB", { .kind = DISK_HDD, .sectors = 1953525168 }, 4096, 4096, 18 },
	{ "1024 waiting",
	  { .kind = DISK_HDD, .sectors = 1953525168, .pending = KNOWN(1024) }, 4096, 4096, 18 },
	{ "1025 waiting",
	  { .kind = DISK_HDD, .sectors = 1953525168, .pending = KNOWN(1025) }, 4096, 4100, 18 },
	{ "the larger of both",
	  { .kind = DISK_HDD, .pending = KNOWN(1), .uncorrectable = KNOWN(2000) },
	  4096, 8000, 33 },
	{ "or of the set",
	  { .kind = DISK_HDD, .pending = KNOWN(1), .set.pending = KNOWN(2000) },
	  4096, 8000, 33 },
	{ "and what was replaced",
	  { .kind = DISK_HDD, .pending = KNOWN(2000), .reallocated = KNOWN(100) },
	  4096, 8200, 34 },
	{ "flash",
	  { .kind = DISK_SSD, .sectors = 1000215216, .reallocated = KNOWN(9000) },
	  4096, 2500538, 9941 },
	{ "a small main", { .kind = DISK_HDD, .sectors = 8000 }, 4096, 1000, 5 },
	{ "small blocks", { .kind = DISK_HDD, .sectors = 1953525168 }, 512, 4096, 4 },
};

int main(void)
{
	struct advice advice;
	int failed = 0, days;
	uint64_t blocks, mib;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		judge(&advice, &cases[i].facts);
		days = advice.replace ? (int)advice.replace_days : NO_DAYS;
		if (advice.verdict == cases[i].verdict && days == cases[i].days)
			continue;
		printf("%s: %s within %d days, not %s within %d\n", cases[i].what,
		       verdict_word(advice.verdict), days, verdict_word(cases[i].verdict),
		       cases[i].days);
		failed++;
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		blocks = spare_blocks(&sizes[i].facts, sizes[i].block_size);
		mib = spare_bytes(&sizes[i].facts, sizes[i].block_size) >> 20;
		if (blocks == sizes[i].blocks && mib == sizes[i].mib)
			continue;
		printf("%s: %llu blocks, %llu MiB\n", sizes[i].what, (unsigned long long)blocks,
		       (unsigned long long)mib);
		failed++;
	}
	return !!failed;
}
