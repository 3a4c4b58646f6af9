// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "life/status-report.h"
#include "lib/message.h"
#include "lib/shell-word.h"
#include "monitor/kinds.h"
#include "monitor/mail.h"
#include "monitor/run.h"
#include "monitor/tell.h"
#include "sets/spare-rate.h"

#define PROGRAM_SECONDS	60

static const char *name_of(const struct heard *heard)
{
	return *heard->name ? heard->name : *heard->uuid ? heard->uuid : "-";
}

void tell_log(const struct heard *heard)
{
	printf("%s: %s", name_of(heard), heard->event);
	if (heard->has_sector)
		printf(", sector %llu", LLU(heard->sector));
	putchar('\n');
	fflush(stdout);
}

static void print_rate(FILE *out, const struct heard *heard)
{
	struct spare_rate rate;

	if (strcmp(heard->event, "rate") || !spare_rate_read(heard->name, &rate))
		return;
	fprintf(out, "    Moved: %llu in the last hour, %llu in 24 hours, %llu in 30 days.\n",
		LLU(rate.hour), LLU(rate.day), LLU(rate.month));
}

static void print_event(FILE *out, const struct event *event)
{
	const struct event_kind *kind = kind_find(event->heard.event);
	const char *next = kind_next(kind);
	struct blockdev dev;

	fprintf(out, "  %s\n    ", event->heard.event);
	kind_print_what(out, kind, event->count);
	putc('\n', out);
	if (*event->more)
		fprintf(out, "    %s\n", event->more);
	if (event->heard.has_sector)
		fprintf(out, "    %s %llu of the set (512 bytes each).\n",
			event->count == 1 ? "It is at sector" : "The first is at sector",
			LLU(event->heard.sector));
	if (*event->heard.device)
		fprintf(out, "    The device is %s.\n",
			blockdev_name(&dev, event->heard.device));
	print_rate(out, &event->heard);
	if (*next) {
		fputs("    Next: ", out);
		fprintf(out, next, shell_word(name_of(&event->heard)));
		putc('\n', out);
	}
	putc('\n', out);
}

/* Print the events of the same set as event @first. */
static void print_set(FILE *out, const struct queue *queue, int first,
		      const struct looks *looks)
{
	const char *key = heard_key(&queue->event[first].heard);
	const struct look *look = looks_find(looks, key);
	int i;

	if (*key)
		fprintf(out, "%s%s%s:\n\n", name_of(&queue->event[first].heard),
			look && *look->row.uuid ? ", uuid " : "", look ? look->row.uuid : "");
	for (i = first; i < queue->nr; i++)
		if (!strcmp(heard_key(&queue->event[i].heard), key))
			print_event(out, &queue->event[i]);
	if (!look)
		return;
	fputs("The current state:\n\n", out);
	status_report(out, &look->row);
	putc('\n', out);
}

static bool is_first_of_set(const struct queue *queue, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(heard_key(&queue->event[i].heard), heard_key(&queue->event[nr].heard)))
			return false;
	return true;
}

static const struct event *gravest(const struct queue *queue)
{
	const struct event *event = &queue->event[0];
	int i;

	for (i = 1; i < queue->nr; i++)
		if (kind_find(queue->event[i].heard.event)->weight >
		    kind_find(event->heard.event)->weight)
			event = &queue->event[i];
	return event;
}

static void print_subject(char *text, size_t size, const struct queue *queue, const char *host)
{
	const struct event *event = gravest(queue);
	bool named = *event->heard.name || *event->heard.uuid;
	int length;

	length = snprintf(text, size, "dm-remap on %s: %.100s%s%s", host,
			  named ? name_of(&event->heard) : "", named ? ": " : "",
			  kind_find(event->heard.event)->subject);
	if (queue->nr > 1)
		snprintf(text + length, size - length, " (and %d other event%s)", queue->nr - 1,
			 queue->nr == 2 ? "" : "s");
}

bool tell_by_mail(const struct monitor_config *config, const struct queue *queue,
		  const struct looks *looks)
{
	char host[256] = "localhost", subject[512], *text = NULL;
	size_t size;
	FILE *out;
	bool sent;
	int i;

	if (!*config->mail)
		return true;
	out = open_memstream(&text, &size);
	if (!out)
		no_memory();
	gethostname(host, sizeof(host) - 1);
	print_subject(subject, sizeof(subject), queue, host);
	fprintf(out, "This is \"dmremap monitor\" on %s.\n\n", host);
	for (i = 0; i < queue->nr; i++)
		if (is_first_of_set(queue, i))
			print_set(out, queue, i, looks);
	if (fclose(out))
		no_memory();
	sent = mail_send(config, subject, text);
	free(text);
	return sent;
}

static bool run_for(const char *program, const struct heard *heard)
{
	const char *argv[6] = { program, heard->event, name_of(heard),
				*heard->uuid ? heard->uuid : "-" };
	char sector[24];

	if (heard->has_sector) {
		snprintf(sector, sizeof(sector), "%llu", LLU(heard->sector));
		argv[4] = sector;
	}
	return run_program(argv, "", PROGRAM_SECONDS);
}

bool tell_by_program(const struct monitor_config *config, const struct queue *queue)
{
	bool good = true;
	int i;

	for (i = 0; *config->program && i < queue->nr; i++)
		good &= run_for(config->program, &queue->event[i].heard);
	return good;
}
