// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "files/sector-files.h"
#include "files/stack.h"
#include "lib/encode.h"

static void print(const struct answer *answer)
{
	const char *prefix = "";

	if (answer->kind == ANSWER_FILE)
		prefix = "the file ";
	else if (answer->kind == ANSWER_UNKNOWN)
		prefix = "the file is not known: ";
	text_clean(answer->text);
	printf("On %s%s%s%s: %s%s.\n", answer->device, *answer->type ? " (" : "", answer->type,
	       *answer->type ? ")" : "", prefix, answer->text);
}

void sector_files_show(const char *number, uint64_t sector, uint64_t count)
{
	const struct place place = { sector, sector, count, PLACE_PENDING };
	struct answers answers = {};
	struct places places = {};
	int i;

	places_add(&places, &place);
	stack_walk(&answers, number, &places);
	answers_settle(&answers);
	for (i = 0; i < answers.nr; i++)
		print(&answers.answer[i]);
	answers_free(&answers);
}
