// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advise/judge.h"
#include "lib/util.h"

/* Numbers of replaced and pending sectors above which a disk is likely to fail, or about to. */
#define SECTORS_GOING		40
#define SECTORS_GONE		200

/* Bad sectors in an hour. */
#define HOUR_GOING		20
#define HOUR_GONE		50

/* Percent of the disk's own reserve. */
#define RESERVE_LOW		25
#define RESERVE_GONE		10

/* Writes on which a SCSI disk gave up. */
#define WRITES_GONE		50

/* Flash: a second bad place is usually followed by many more. */
#define FLASH_BAD		2

/* An occasional reset is normal. */
#define LINK_ERRORS		3

/* Number of days within which a disk should be replaced. */
#define DAYS_FIRST		60
#define DAYS_FLASH		30
#define DAYS_GOING		7

/* States of the reserve of an eMMC. */
#define PRE_EOL_WARNING		2
#define PRE_EOL_URGENT		3

static void __printf(3, 4) say(struct advice *advice, enum verdict verdict, const char *format,
			       ...)
{
	struct advice_line *line;
	va_list args;

	if (verdict > advice->verdict)
		advice->verdict = verdict;
	if (advice->nr == ADVICE_LINES)
		return;
	line = &advice->line[advice->nr++];
	line->verdict = verdict;
	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
}

static void replace(struct advice *advice, unsigned int days)
{
	if (!advice->replace || days < advice->replace_days)
		advice->replace_days = days;
	advice->replace = true;
}

static bool is_flash(const struct disk_facts *facts)
{
	return facts->kind == DISK_SSD || facts->kind == DISK_EMMC || facts->kind == DISK_SD;
}

/* Cards have no health report worth the name, and few means of repair. */
static bool is_card(const struct disk_facts *facts)
{
	return facts->kind == DISK_EMMC || facts->kind == DISK_SD;
}

/* The disk and the set may count the same places, each as it met them. */
static uint64_t waiting(const struct disk_facts *facts)
{
	return facts->pending.n > facts->set.pending.n ? facts->pending.n : facts->set.pending.n;
}

static const char *s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Model names reported by controllers that have lost their firmware or cannot read it. */
static void judge_model(struct advice *advice, const struct disk_facts *facts)
{
	static const char * const dead[] = { "SATAFIRM", "SandForce{", "WDC ROM MODEL" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dead); i++)
		if (!strncmp(facts->model, dead[i], strlen(dead[i])))
			say(advice, VERDICT_AVOID,
			    "It calls itself \"%s\": its controller has lost its firmware.",
			    facts->model);
}

static void judge_presence(struct advice *advice, const struct disk_facts *facts)
{
	bool silent = facts->smart == SMART_NO_ANSWER;

	if (facts->size_known && !facts->sectors)
		say(advice, VERDICT_AVOID, "It reports a size of 0.");
	else if (facts->log.gone && silent)
		say(advice, VERDICT_AVOID, "It no longer answers. Try another cable and port before you give it up.");
	else if (facts->log.gone)
		say(advice, VERDICT_NOT_DISK, "The kernel lost the connection to it.");
}

static void judge_nvme_warning(struct advice *advice, const struct disk_facts *facts)
{
	unsigned int warning = facts->nvme_warning & ~NVME_TEMPERATURE;
	bool worn = warning == NVME_UNRELIABLE && facts->used.n >= 100 && !facts->reported.n &&
		    (!facts->reserve.known || facts->reserve.n > RESERVE_LOW);

	if (facts->nvme_warning & NVME_TEMPERATURE)
		say(advice, VERDICT_NOT_DISK, "It is too hot, or was: its temperature is beyond its limit.");
	if (worn)
		say(advice, VERDICT_WELL, "It warns (0x%02x) because %llu%% of its rated life is used up; its reserve is intact, and it has lost no data.",
		    facts->nvme_warning, LLU(facts->used.n));
	else if (warning & NVME_READ_ONLY)
		say(advice, VERDICT_COPY, "It has made itself read-only (critical warning 0x%02x).",
		    facts->nvme_warning);
	else if (warning)
		say(advice, VERDICT_COPY, "It reports that it is failing (critical warning 0x%02x).",
		    facts->nvme_warning);
}

static void judge_health(struct advice *advice, const struct disk_facts *facts)
{
	if (*facts->failing)
		say(advice, VERDICT_COPY, "Its attribute %s is below the threshold at which it fails.",
		    facts->failing);
	if (facts->nvme)
		judge_nvme_warning(advice, facts);
	else if (facts->health == HEALTH_FAILED && !*facts->failing)
		say(advice, VERDICT_COPY, "It reports that it is failing (SMART status FAILED).");
}

static void judge_reserve(struct advice *advice, const struct disk_facts *facts)
{
	if (!facts->reserve.known || facts->reserve.n >= RESERVE_LOW)
		return;
	say(advice, facts->reserve.n < RESERVE_GONE ? VERDICT_COPY : VERDICT_REMAP,
	    "%llu%% of its own reserve is left.", LLU(facts->reserve.n));
	replace(advice, facts->reserve.n < RESERVE_GONE ? 0 : DAYS_FLASH);
}

/* Sectors replaced by the disk or by the set, and sectors waiting to be replaced. */
static void judge_sectors(struct advice *advice, const struct disk_facts *facts)
{
	uint64_t moved = facts->set.remapped.n, pending = facts->pending.n;
	uint64_t sum = facts->reallocated.n + waiting(facts) + moved;

	if (is_flash(facts) || !sum)
		return;
	if (sum >= SECTORS_GONE) {
		say(advice, VERDICT_COPY, "Sectors replaced: %llu, waiting to be: %llu, moved by the set: %llu. Of disks with %d and more, half of those that fail do so within two days.",
		    LLU(facts->reallocated.n), LLU(waiting(facts)), LLU(moved), SECTORS_GONE);
		replace(advice, 0);
	} else if (sum > SECTORS_GOING) {
		say(advice, VERDICT_REMAP, "Sectors replaced: %llu, waiting to be: %llu, moved by the set: %llu. More than half of the disks with over %d fail.",
		    LLU(facts->reallocated.n), LLU(waiting(facts)), LLU(moved), SECTORS_GOING);
		replace(advice, DAYS_GOING);
	} else if (pending) {
		say(advice, VERDICT_CURE, "%llu sector%s wait%s to be replaced when written (pending); %llu %s been replaced so far.",
		    LLU(pending), s(pending), pending == 1 ? "s" : "", LLU(facts->reallocated.n),
		    facts->reallocated.n == 1 ? "has" : "have");
		replace(advice, DAYS_FIRST);
	} else if (moved) {
		say(advice, VERDICT_REMAP, "The set has moved %llu block%s of it. In the 60 days after the first bad sector disks fail 14 to 39 times as often as others.",
		    LLU(moved), s(moved));
		replace(advice, DAYS_FIRST);
	} else if (!waiting(facts)) {
		say(advice, VERDICT_WELL, "It has replaced %llu sector%s, and none waits. Look again in a month: a count that grows is a disk that goes.",
		    LLU(facts->reallocated.n), s(facts->reallocated.n));
	}
}

static void judge_flash(struct advice *advice, const struct disk_facts *facts)
{
	if (facts->pre_eol.n >= PRE_EOL_URGENT) {
		say(advice, VERDICT_COPY, "Its reserve is nearly used up (pre_eol_info %llu).",
		    LLU(facts->pre_eol.n));
		replace(advice, 0);
	} else if (facts->pre_eol.n == PRE_EOL_WARNING) {
		say(advice, VERDICT_REMAP, "Four fifths of its reserve are used (pre_eol_info 2).");
		replace(advice, DAYS_FLASH);
	}
	if (facts->used.n >= 100 && !facts->nvme_warning)
		say(advice, VERDICT_WELL, "Its rated life is used up (%llu%%): that is a matter of its warranty. Plan to replace it.",
		    LLU(facts->used.n));
	if (facts->nvme && facts->reported.n >= FLASH_BAD) {
		say(advice, VERDICT_CURE, "It could not read %llu place%s at some time: an NVMe disk does not record when. Data not written since is still lost.",
		    LLU(facts->reported.n), s(facts->reported.n));
		replace(advice, DAYS_FLASH);
	} else if (is_flash(facts) && facts->reported.n && !facts->news_bad) {
		say(advice, VERDICT_WELL, "It has reported %llu uncorrectable error%s since it was made.",
		    LLU(facts->reported.n), s(facts->reported.n));
	}
	if (is_flash(facts) && facts->pending.n)
		say(advice, VERDICT_WELL, "It counts %llu pending place%s, which flash corrects by itself.",
		    LLU(facts->pending.n), s(facts->pending.n));
}

/* Bad sectors named in the disk's logs. */
static void judge_news(struct advice *advice, const struct disk_facts *facts)
{
	if (facts->news_bad)
		say(advice, VERDICT_CURE, "Its error log has %llu entr%s of the last two weeks of use that name%s a bad sector.",
		    LLU(facts->news_bad), facts->news_bad == 1 ? "y" : "ies",
		    facts->news_bad == 1 ? "s" : "");
	if (facts->news_test)
		say(advice, VERDICT_CURE, "Its last self-test could not read a sector.");
	if (facts->news_bad || facts->news_test)
		replace(advice, is_flash(facts) ? DAYS_FLASH : DAYS_FIRST);
	else if (facts->old_bad)
		say(advice, VERDICT_WELL, "Its logs name bad sectors of more than two weeks of use ago, or of unknown age: that is no news.");
}

/* A disk that counts bad sectors has been judged by that: it may have replaced these. */
static bool counts_bad(const struct disk_facts *facts)
{
	return facts->reallocated.known || facts->pending.known || facts->reported.known;
}

static bool is_going(const struct disk_facts *facts)
{
	const struct log_facts *log = &facts->log;

	return log->bad_hour >= HOUR_GOING || (is_card(facts) && log->bad >= HOUR_GOING) ||
	       (!counts_bad(facts) && log->bad > SECTORS_GOING);
}

static bool is_nearly_gone(const struct disk_facts *facts)
{
	const struct log_facts *log = &facts->log;

	return log->bad_hour >= HOUR_GONE || (is_card(facts) && log->bad >= HOUR_GONE) ||
	       (!counts_bad(facts) && log->bad >= SECTORS_GONE);
}

/* Errors since boot, which are therefore recent. */
static void judge_log(struct advice *advice, const struct disk_facts *facts)
{
	const struct log_facts *log = &facts->log;
	enum verdict verdict = is_card(facts) ? VERDICT_REMAP : VERDICT_CURE;
	unsigned int days = is_flash(facts) ? DAYS_FLASH : DAYS_FIRST;

	if (!log->bad)
		return;
	if (is_nearly_gone(facts))
		verdict = VERDICT_COPY;
	else if (is_going(facts))
		verdict = VERDICT_REMAP;
	say(advice, verdict, "The kernel has met %llu bad sector%s since boot, %llu of them in the last hour.",
	    LLU(log->bad), s(log->bad), LLU(log->bad_hour));
	if (log->bad_writes)
		say(advice, VERDICT_REMAP, "At %llu of them a write failed: the disk does not replace them.",
		    LLU(log->bad_writes));
	if (!counts_bad(facts) && log->bad > SECTORS_GOING)
		days = DAYS_GOING;
	replace(advice, verdict == VERDICT_COPY ? 0 : days);
}

static void judge_scsi(struct advice *advice, const struct disk_facts *facts)
{
	if (facts->write_lost.n) {
		say(advice, facts->write_lost.n >= WRITES_GONE ? VERDICT_COPY : VERDICT_REMAP,
		    "%llu write%s failed for good since it was made: it could not replace the sectors.",
		    LLU(facts->write_lost.n), s(facts->write_lost.n));
		replace(advice, facts->write_lost.n >= WRITES_GONE ? 0 : DAYS_GOING);
	}
	if (facts->read_lost.n)
		say(advice, VERDICT_WELL, "%llu read%s failed for good since it was made; it does not record when.",
		    LLU(facts->read_lost.n), s(facts->read_lost.n));
}

/* A card that silently drops writes reports no error: only reading back detects it. */
static void judge_set(struct advice *advice, const struct disk_facts *facts)
{
	const struct set_facts *set = &facts->set;
	uint64_t bad = set->remapped.n + set->pending.n;

	if (set->pending.n) {
		say(advice, VERDICT_CURE, "%s has %llu pending block%s: %s known to be bad, and move%s to the spare when written.",
		    set->name, LLU(set->pending.n), s(set->pending.n),
		    set->pending.n == 1 ? "it is" : "they are",
		    set->pending.n == 1 ? "s" : "");
		replace(advice, is_flash(facts) ? DAYS_FLASH : DAYS_FIRST);
	}
	if (set->verify_errors.n)
		say(advice, is_flash(facts) || facts->usb ? VERDICT_AVOID : VERDICT_COPY,
		    "%llu write%s did not read back as written: it loses data without an error.",
		    LLU(set->verify_errors.n), s(set->verify_errors.n));
	if (set->moved_hour.n >= HOUR_GOING) {
		say(advice, set->moved_hour.n >= HOUR_GONE ? VERDICT_COPY : VERDICT_REMAP,
		    "%s moved %llu block%s in the last hour.", set->name, LLU(set->moved_hour.n),
		    s(set->moved_hour.n));
		replace(advice, set->moved_hour.n >= HOUR_GONE ? 0 : DAYS_GOING);
	}
	if (is_flash(facts) && bad >= FLASH_BAD) {
		say(advice, VERDICT_REMAP, "%s knows %llu bad blocks of it. Flash with two bad blocks usually gets many more.",
		    set->name, LLU(bad));
		replace(advice, DAYS_FLASH);
	}
	if (set->capacity.known && set->free.known &&
	    (set->free.n * 5 < set->capacity.n || set->free.n < set->moved_month.n))
		say(advice, VERDICT_WELL, "On the spare of %s %llu of %llu block%s %s free.",
		    set->name, LLU(set->free.n), LLU(set->capacity.n), s(set->capacity.n),
		    set->free.n == 1 ? "is" : "are");
}

static void judge_link(struct advice *advice, const struct disk_facts *facts)
{
	const struct log_facts *log = &facts->log;

	if (log->link >= LINK_ERRORS)
		say(advice, VERDICT_NOT_DISK, "The kernel has met %llu resets, time-outs or checksum errors on the connection to it since boot.",
		    LLU(log->link));
	if (log->other)
		say(advice, VERDICT_NOT_DISK, "The kernel has met %llu error%s of it that did not come from a bad sector.",
		    LLU(log->other), s(log->other));
	if (facts->news_link)
		say(advice, VERDICT_NOT_DISK, "Its interface had %llu recent checksum error%s, of %llu since it was made.",
		    LLU(facts->news_link), s(facts->news_link), LLU(facts->crc.n));
	else if (facts->crc.n)
		say(advice, VERDICT_WELL, "Its interface had %llu checksum error%s since it was made, none of which is known to be recent.",
		    LLU(facts->crc.n), s(facts->crc.n));
	if (facts->end_to_end.n)
		say(advice, VERDICT_WELL, "It has found %llu error%s on its inner data path since it was made.",
		    LLU(facts->end_to_end.n), s(facts->end_to_end.n));
}

static void judge_read_only(struct advice *advice, const struct disk_facts *facts)
{
	if (!facts->read_only)
		return;
	say(advice, is_card(facts) && facts->log.bad ? VERDICT_COPY : VERDICT_WELL,
	    "It is read-only%s.",
	    is_card(facts) ? ": a card at its end makes itself so, and its lock does" : "");
}

static void judge_timeout(struct advice *advice, const struct disk_facts *facts)
{
	if (facts->kind != DISK_HDD || facts->scsi || !facts->timeout.known ||
	    facts->timeout.n >= 120)
		return;
	if (facts->erc == ERC_OFF)
		say(advice, VERDICT_WELL, "It may try for minutes to read a bad sector, and the kernel gives up after %llu s: see error recovery control below.",
		    LLU(facts->timeout.n));
	else if (facts->erc == ERC_UNSUPPORTED)
		say(advice, VERDICT_WELL, "It may try for minutes to read a bad sector, and the kernel gives up after %llu s: see the time-out below.",
		    LLU(facts->timeout.n));
}

void judge(struct advice *advice, const struct disk_facts *facts)
{
	*advice = (struct advice) {};
	judge_model(advice, facts);
	judge_presence(advice, facts);
	judge_health(advice, facts);
	judge_reserve(advice, facts);
	judge_sectors(advice, facts);
	judge_flash(advice, facts);
	judge_news(advice, facts);
	judge_log(advice, facts);
	judge_scsi(advice, facts);
	judge_set(advice, facts);
	judge_link(advice, facts);
	judge_read_only(advice, facts);
	judge_timeout(advice, facts);
	if (advice->verdict >= VERDICT_COPY)
		replace(advice, 0);
}

const char *verdict_text(enum verdict verdict)
{
	static const char * const texts[] = {
		[VERDICT_WELL] = "nothing wrong",
		[VERDICT_NOT_DISK] = "not the disk: a cable, the power, an enclosure, or the heat",
		[VERDICT_CURE] = "let the drive cure it: it replaces bad sectors when they are written",
		[VERDICT_REMAP] = "a case for dm-remap",
		[VERDICT_COPY] = "copy it today",
		[VERDICT_AVOID] = "do not use it",
	};

	return texts[verdict];
}

const char *verdict_word(enum verdict verdict)
{
	static const char * const words[] = {
		[VERDICT_WELL] = "well",
		[VERDICT_NOT_DISK] = "not-the-disk",
		[VERDICT_CURE] = "cure",
		[VERDICT_REMAP] = "remap",
		[VERDICT_COPY] = "copy",
		[VERDICT_AVOID] = "avoid",
	};

	return words[verdict];
}
