// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <stdio.h>

#include "lib/json-out.h"
#include "lib/message.h"
#include "sets/assemble.h"
#include "sets/set-json.h"

static const char *news_of(const struct outcome *outcome)
{
	if (!outcome->foreign)
		return "";
	return outcome->remembered ? " It was foreign to this host, which knows it from now on." :
				     " It is foreign to this host.";
}

static void print_text(const struct request *request, const struct outcome *outcome)
{
	if (*outcome->table)
		printf("Would activate %s: %s\n", outcome->device, outcome->table);
	else if (*outcome->device && outcome->was_active && !request->wish.automatic &&
		 !outcome->status)
		printf("%s is active already.%s\n", outcome->device, news_of(outcome));
	else if (*outcome->device && !outcome->was_active)
		printf("%s is active.%s\n", outcome->device, news_of(outcome));
}

static void print_json(const struct outcome *outcome)
{
	struct json_object *set = set_json(&outcome->set);

	json_add_text(set, "device", *outcome->table ? NULL : outcome->device);
	json_add_flag(set, "activated", *outcome->device && !outcome->was_active &&
		      !*outcome->table);
	json_add_flag(set, "foreign", outcome->foreign);
	json_add_flag(set, "remembered", outcome->remembered);
	json_add_text(set, "table", outcome->table);
	json_add_text(set, "message", outcome->why);
	json_out_element(set);
}

int assemble_report(const struct request *request, const struct outcome *outcome)
{
	if (request->json)
		print_json(outcome);
	else
		print_text(request, outcome);
	if (*outcome->why)
		complain("%s", outcome->why);
	return outcome->status;
}

int assemble_set(const struct request *request, const struct known_set *set)
{
	struct outcome outcome;

	activate_set(set, &request->wish, &outcome);
	return assemble_report(request, &outcome);
}
