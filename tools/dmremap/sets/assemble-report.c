// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <stdio.h>

#include "lib/json-out.h"
#include "lib/message.h"
#include "sets/assemble.h"
#include "sets/set-json.h"

static const char *news_of(const struct activation_result *result)
{
	if (!result->foreign)
		return "";
	return result->remembered ? " It was foreign to this host, which knows it from now on." :
				     " It is foreign to this host.";
}

static void print_text(const struct request *request, const struct activation_result *result)
{
	if (*result->table)
		printf("Would activate %s: %s\n", result->device, result->table);
	else if (*result->device && result->was_active && !request->activation.automatic &&
		 !result->status)
		printf("%s is active already.%s\n", result->device, news_of(result));
	else if (*result->device && !result->was_active)
		printf("%s is active.%s\n", result->device, news_of(result));
}

static void print_json(const struct activation_result *result)
{
	struct json_object *set = set_json(&result->set);

	json_add_text(set, "device", *result->table ? NULL : result->device);
	json_add_flag(set, "activated", *result->device && !result->was_active &&
		      !*result->table);
	json_add_flag(set, "foreign", result->foreign);
	json_add_flag(set, "remembered", result->remembered);
	json_add_text(set, "table", result->table);
	json_add_text(set, "message", result->why);
	json_out_element(set);
}

int assemble_report(const struct request *request, const struct activation_result *result)
{
	if (request->json)
		print_json(result);
	else
		print_text(request, result);
	if (*result->why)
		complain("%s", result->why);
	return result->status;
}

int assemble_set(const struct request *request, const struct known_set *set)
{
	struct activation_result result;

	activate_set(set, &request->activation, &result);
	return assemble_report(request, &result);
}
