// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/log-line.h"
#include "lib/number.h"
#include "lib/util.h"

/* Characters that end a name, and a path. */
#define NAME_END	" ,:]\t"
#define PATH_END	" ,\t"

/* Maximum number of lines between an error and its location. */
#define SENSE_LINES	10

/* Longest date and host name, and longest time. */
#define PREFIX_MAX	128
#define TIME_MAX	64

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void take_until(struct log_event *event, const char *name, const char *end)
{
	snprintf(event->device, sizeof(event->device), "%.*s", (int)strcspn(name, end), name);
}

static void take_name(struct log_event *event, const char *name)
{
	take_until(event, name, NAME_END);
}

/* The text after @word, or NULL. */
static const char *behind(const char *text, const char *word)
{
	const char *found = strstr(text, word);

	return found ? found + strlen(word) : NULL;
}

/* The number behind @word. */
static bool number_behind(const char *text, const char *word, uint64_t *value)
{
	const char *p = behind(text, word);

	return p && number_take(&p, value);
}

static bool hex_behind(const char *text, const char *word, unsigned int *value)
{
	const char *p = behind(text, word);
	char *end;

	if (!p || !begins(p, "0x"))
		return false;
	*value = strtoul(p, &end, 16);
	return end > p + 2;
}

/* "nvme0c1n1" is the path to "nvme0n1" through one of several controllers. */
static void drop_path(char *name)
{
	char *c = strchr(name, 'c'), *n = c ? strchr(c, 'n') : NULL;

	if (begins(name, "nvme") && n)
		memmove(c, n, strlen(n) + 1);
}

/*
 * The drivers of SCSI and NVMe disks report medium errors as such, so their other errors are not
 * medium errors; other drivers do not distinguish them.
 */
static bool tells_medium(const char *device)
{
	return begins(device, "sd") || begins(device, "nvme");
}

/* Only reads and writes access sectors. */
static bool take_operation(struct log_event *event, const char *text)
{
	const char *op = behind(text, " op 0x");
	const char *name = op ? strchr(op, '(') : NULL;

	if (!name)
		return true;
	event->write = begins(name, "(WRITE)");
	return event->write || begins(name, "(READ)");
}

/* Skip the function name that older kernels print before the message. */
static const char *skip_function(const char *text)
{
	static const char * const functions[] = {
		"print_req_error: ", "blk_update_request: ", "end_request: ",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++)
		if (begins(text, functions[i]))
			return text + strlen(functions[i]);
	return text;
}

/*
 * "CAUSE error, dev NAME, sector N [op ...]" of the block layer; in a system log other programs may
 * print the same words.
 */
static bool block_layer(const char *text, struct log_event *event)
{
	const char *dev;
	uint64_t sector;

	text = skip_function(text);
	dev = strstr(text, " error, dev ");
	if (!dev || memchr(text, ':', dev - text) || !number_behind(dev, ", sector ", &sector))
		return false;
	take_name(event, dev + strlen(" error, dev "));
	drop_path(event->device);
	event->place = sector;
	if (!take_operation(event, dev))
		event->kind = LOG_OTHER;
	else if (dev - text >= 15 && begins(dev - 15, "critical medium"))
		event->kind = LOG_MEDIUM;
	else if (dev - text >= 3 && begins(dev - 3, "I/O"))
		event->kind = tells_medium(event->device) ? LOG_IO : LOG_MEDIUM;
	else
		event->kind = LOG_OTHER;
	return true;
}

#define SCT_MEDIA	2
#define SCT_PATH	3
#define SC_WRITE_FAULT	0x80
#define SC_READ_ERROR	0x81

/* "nvme0n1: Read(0x2) @ LBA 1953520, 8 blocks, Unrecovered Read Error (sct 0x2 / sc 0x81)" */
static bool nvme(const char *text, struct log_event *event)
{
	unsigned int type, code;

	if (!begins(text, "nvme") || !number_behind(text, " @ LBA ", &event->place) ||
	    !hex_behind(text, "(sct ", &type) || !hex_behind(text, "/ sc ", &code))
		return false;
	take_name(event, text);
	drop_path(event->device);
	event->logical = true;
	event->write = strstr(text, ": Write");
	if (type == SCT_MEDIA && (code == SC_WRITE_FAULT || code == SC_READ_ERROR))
		event->kind = LOG_MEDIUM;
	else
		event->kind = type == SCT_PATH ? LOG_LINK : LOG_OTHER;
	return true;
}

/* "unable to fixup (regular) error at logical L on dev D physical P", and the like */
static bool btrfs(const char *text, struct log_event *event)
{
	const char *dev = behind(text, " on dev ");
	bool csum;

	if (!begins(text, "BTRFS "))
		return false;
	csum = strstr(text, "checksum error") || strstr(text, "csum ");
	if (!dev || !number_behind(dev, " physical ", &event->place)) {
		if (!csum && !strstr(text, "i/o error") && !strstr(text, "fixed up error"))
			return false;
		event->kind = LOG_BTRFS_NO_PLACE;
		return true;
	}
	take_until(event, dev, PATH_END);
	if (strstr(text, "fixed up error"))
		event->kind = LOG_BTRFS_FIXED;
	else
		event->kind = csum ? LOG_BTRFS_CSUM : LOG_BTRFS_IO;
	return true;
}

/* "md/raid:md0: read error corrected (8 sectors at 8192 on sda1)" */
static bool array(const char *text, struct log_event *event)
{
	if (!begins(text, "md/") || !strstr(text, "read error"))
		return false;
	event->kind = LOG_ARRAY;
	return true;
}

/* "sd 0:0:0:0: [sda] ..."; older kernels print the name in a separate line before. */
static bool scsi_disk(const char *text, struct log_event *event)
{
	const char *name = begins(text, "sd ") ? behind(text, ": [") : NULL;

	if (name)
		take_name(event, name);
	if (name && strstr(text, "] Attached SCSI"))
		event->kind = LOG_ATTACHED;
	else if (strstr(text, "Sense Key : Medium Error") ||
		 strstr(text, "Add. Sense: Unrecovered read error"))
		event->kind = LOG_SENSE;
	else if (name && (strstr(text, "uas_eh_abort_handler") ||
			  strstr(text, "timing out command") || strstr(text, "DID_TIME_OUT") ||
			  strstr(text, "DID_SOFT_ERROR")))
		event->kind = LOG_LINK;
	else if (name && (strstr(text, "DID_NO_CONNECT") || strstr(text, "DID_BAD_TARGET")))
		event->kind = LOG_GONE;
	else if (begins(text, "sd ") && strstr(text, "rejecting I/O to offline device"))
		event->kind = LOG_GONE;
	return event->kind != LOG_NOTHING;
}

/* "ata1.00: ...": a name of sysfs, without the suffix after the dot */
static bool ata(const char *text, struct log_event *event)
{
	if (!begins(text, "ata") || !isdigit((unsigned char)text[3]))
		return false;
	take_until(event, text, ".: ");
	if (strstr(text, "BadCRC") || strstr(text, "ICRC") || strstr(text, "hard resetting link") ||
	    strstr(text, "qc timeout") || strstr(text, "link is slow to respond"))
		event->kind = LOG_LINK;
	else if (strstr(text, ": disabled") || strstr(text, ".00: disable device"))
		event->kind = LOG_GONE;
	else if (strstr(text, "error: { UNC"))
		event->kind = LOG_SENSE;
	return event->kind != LOG_NOTHING;
}

/* Messages of other drivers about the connection to a disk. */
static const struct {
	const char *begin;
	const char *has;
	enum log_kind kind;
} link_words[] = {
	{ "usb ", ": reset ", LOG_LINK },
	{ "usb ", "device not accepting address", LOG_LINK },
	{ "nvme ", " timeout, ", LOG_LINK },
	{ "nvme ", "controller is down; will reset", LOG_LINK },
	{ "nvme ", "Removing after probe failure", LOG_GONE },
	{ "nvme ", "Disabling device after reset failure", LOG_GONE },
	{ "mmc", "imeout waiting for hardware interrupt", LOG_LINK },
	{ "mmcblk", ": error -110", LOG_LINK },
	{ "mmcblk", ": error -84", LOG_LINK },
	{ "mmc", "card never left busy state", LOG_LINK },
	{ "mmc", "timed out", LOG_LINK },
};

static bool way_to_disk(const char *text, struct log_event *event)
{
	const char *name;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(link_words); i++) {
		if (!begins(text, link_words[i].begin) || !strstr(text, link_words[i].has))
			continue;
		name = strchr(link_words[i].begin, ' ') ? strchr(text, ' ') + 1 : text;
		take_name(event, name);
		event->kind = link_words[i].kind;
		return true;
	}
	return false;
}

/* "scsi host0: uas_eh_device_reset_handler start" */
static bool scsi_host(const char *text, struct log_event *event)
{
	if (!begins(text, "scsi host") || !strstr(text, "reset_handler start"))
		return false;
	take_name(event, text + strlen("scsi "));
	event->kind = LOG_LINK;
	return true;
}

static bool boot(const char *text, struct log_event *event)
{
	if (!begins(text, "Linux version ") && !begins(text, "-- Boot ") &&
	    !begins(text, "-- Reboot --"))
		return false;
	event->kind = LOG_BOOT;
	return true;
}

/* "[  123.456789] ", or "[Thu Apr  9 12:51:24 2026] " of dmesg -T */
static const char *skip_time(const char *text, struct log_event *event)
{
	const char *end = *text == '[' ? strchr(text, ']') : NULL;
	char *rest;
	double time;

	if (!end || end - text > TIME_MAX)
		return text;
	time = strtod(text + 1, &rest);
	if (rest == end && time >= 0) {
		event->has_time = true;
		event->time = time;
	} else if (!memchr(text, ':', end - text)) {
		return text;
	}
	return end + 1 + strspn(end + 1, " ");
}

/* "<3>", "kern  :err   : " and "2026-04-09T12:51:24,123456-04:00 ", of dmesg -r, -x and iso */
static const char *skip_marks(const char *text)
{
	const char *p = text + (*text == '<');

	p += strspn(p, "0123456789");
	if (*text == '<' && *p == '>')
		return p + 1;
	p = behind(text, " : [");
	if (p && p - text < TIME_MAX && islower((unsigned char)*text))
		return p - 1;
	p = text + strspn(text, "0123456789-T:,.+Z");
	if (p - text > 18 && *p == ' ' && text[4] == '-' && text[10] == 'T')
		return p + 1;
	return text;
}

/* "DATE HOST kernel: " of syslog and journalctl; a time may come before or after it. */
static const char *message_of(const char *line, struct log_event *event)
{
	const char *text = skip_time(skip_marks(line + strspn(line, " \t")), event);
	const char *message = behind(text, " kernel: ");

	if (message && message - text < PREFIX_MAX)
		text = skip_time(message, event);
	return text;
}

bool log_line_parse(const char *line, struct log_event *event)
{
	static bool (*const parsers[])(const char *text, struct log_event *event) = {
		block_layer, nvme, btrfs, array, scsi_disk, ata, scsi_host, way_to_disk, boot,
	};
	const char *text;
	unsigned int i;

	*event = (struct log_event) {};
	text = message_of(line, event);
	for (i = 0; i < ARRAY_SIZE(parsers); i++)
		if (parsers[i](text, event))
			return true;
	return false;
}

static bool sense_fits(const struct log_reader *reader, const struct log_event *event)
{
	return reader->sense_line && reader->line - reader->sense_line <= SENSE_LINES &&
	       (!*reader->sense || !strcmp(reader->sense, event->device) ||
		begins(reader->sense, "ata"));
}

/* After a time-out or checksum error of a card the sector is not to blame. */
static void note_card(struct log_reader *reader, struct log_event *event)
{
	if (!begins(event->device, "mmc"))
		return;
	if (event->kind == LOG_LINK)
		reader->card_line = reader->line;
	else if (event->kind == LOG_MEDIUM && reader->card_line &&
		 reader->line - reader->card_line <= SENSE_LINES)
		event->kind = LOG_OTHER;
}

bool log_reader_next(struct log_reader *reader, const char *line, struct log_event *event)
{
	reader->line++;
	if (!log_line_parse(line, event))
		return false;
	note_card(reader, event);
	if (event->kind == LOG_SENSE) {
		text_copy(reader->sense, event->device, sizeof(reader->sense));
		reader->sense_line = reader->line;
		return false;
	}
	if (event->kind == LOG_IO && sense_fits(reader, event))
		event->kind = LOG_MEDIUM;
	return true;
}
