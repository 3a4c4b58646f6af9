// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/answer.h"
#include "lib/message.h"

void answers_about(struct answers *answers, const char *device, const char *type)
{
	text_copy(answers->device, device, sizeof(answers->device));
	text_copy(answers->type, type, sizeof(answers->type));
}

void answers_add(struct answers *answers, const struct place *place, enum answer_kind kind,
		 const char *format, ...)
{
	struct answer *answer;
	va_list args;

	answers->answer = reallocarray(answers->answer, answers->nr + 1, sizeof(*answer));
	if (!answers->answer)
		no_memory();
	answer = &answers->answer[answers->nr++];
	*answer = (struct answer) { .place = *place, .kind = kind };
	text_copy(answer->device, answers->device, sizeof(answer->device));
	text_copy(answer->type, answers->type, sizeof(answer->type));
	va_start(args, format);
	if (vasprintf(&answer->text, format, args) < 0)
		no_memory();
	va_end(args);
}

void answers_all(struct answers *answers, const struct places *places, enum answer_kind kind,
		 const char *text)
{
	int i;

	for (i = 0; i < places->nr; i++)
		answers_add(answers, &places->place[i], kind, "%s", text);
}

static int compare(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;

	if (x->place.sector != y->place.sector)
		return x->place.sector < y->place.sector ? -1 : 1;
	return strcmp(x->text, y->text);
}

static bool is_one(const struct answer *a, const struct answer *b)
{
	return a->place.sector + a->place.count == b->place.sector &&
	       a->place.state == b->place.state && a->kind == b->kind &&
	       !strcmp(a->device, b->device) && !strcmp(a->text, b->text);
}

void answers_settle(struct answers *answers)
{
	int i, last = 0;

	if (!answers->nr)
		return;
	qsort(answers->answer, answers->nr, sizeof(*answers->answer), compare);
	for (i = 1; i < answers->nr; i++) {
		if (is_one(&answers->answer[last], &answers->answer[i])) {
			answers->answer[last].place.count += answers->answer[i].place.count;
			free(answers->answer[i].text);
		} else {
			answers->answer[++last] = answers->answer[i];
		}
	}
	answers->nr = last + 1;
}

void answers_free(struct answers *answers)
{
	while (answers->nr)
		free(answers->answer[--answers->nr].text);
	free(answers->answer);
	answers->answer = NULL;
}
