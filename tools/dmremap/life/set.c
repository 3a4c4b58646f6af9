// SPDX-License-Identifier: GPL-2.0
/*
 * dmremap set: show and change the settings of an active set, or record the identity of the main of
 * an inactive one.
 */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernel/names.h"
#include "kernel/sample.h"
#include "lib/shell-word.h"
#include "life/attributes.h"
#include "life/set-main-id.h"
#include "life/set-timeouts.h"
#include "lib/json-out.h"
#include "lib/message.h"

/**
 * struct assignment - an operand KEY[=VALUE].
 * @key: the setting.
 * @value: its new value; NULL to show it.
 * @before: its previous value.
 */
struct assignment {
	char key[ATTRIBUTE_SIZE];
	const char *value;
	char before[KERNEL_TEXT_SIZE];
};

static int complain_key(const char *device, const char *key)
{
	if (attribute_exists(device, key))
		complain("%s is not a setting: it can only be read, or only be written. \"dmremap set %s\" lists the settings. Nothing has been changed.",
			 key, shell_word(device));
	else
		complain("%s has no setting %s. \"dmremap set %s\" lists them. Nothing has been changed.",
			 device, key, shell_word(device));
	return EXIT_OPERATION;
}

static bool is_timeouts(const char *key)
{
	return !strcmp(key, TIMEOUTS_KEY);
}

static int read_value(const char *device, const char *key, char *text)
{
	int error;

	if (is_timeouts(key)) {
		text_copy(text, timeouts_get(device), KERNEL_TEXT_SIZE);
		return EXIT_CLEAN;
	}
	error = kernel_read(TREE_CONFIG, device, key, text);
	if (!error)
		return EXIT_CLEAN;
	complain("%s cannot be read: %s.", kernel_path(TREE_CONFIG, device, key),
		 strerror(-error));
	return EXIT_OPERATION;
}

static int parse(struct assignment *assignment, const char *device,
		 const struct attributes *settings, const char *word)
{
	const char *equals = strchrnul(word, '=');

	snprintf(assignment->key, sizeof(assignment->key), "%.*s", (int)(equals - word), word);
	assignment->value = *equals ? equals + 1 : NULL;
	if (assignment->value && strchr(assignment->value, '\n')) {
		complain("A value is one line. Nothing has been changed.");
		return EXIT_USAGE;
	}
	if (is_timeouts(assignment->key)) {
		if (!assignment->value || timeouts_value(assignment->value))
			return read_value(device, assignment->key, assignment->before);
		complain(TIMEOUTS_KEY " is auto or keep, and not \"%s\". Nothing has been changed.",
			 assignment->value);
		return EXIT_OPERATION;
	}
	if (equals - word >= ATTRIBUTE_SIZE || !attributes_have(settings, assignment->key))
		return complain_key(device, assignment->key);
	return read_value(device, assignment->key, assignment->before);
}

/* For a setting that lists its values, such as "[near] spread", extract the one in brackets. */
static void put_back(const char *device, const struct assignment *assignment)
{
	const char *open = strchr(assignment->before, '[');
	char value[KERNEL_TEXT_SIZE];

	if (open)
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(open + 1, "]"), open + 1);
	else
		text_copy(value, assignment->before, sizeof(value));
	if (kernel_write(TREE_CONFIG, device, assignment->key, value))
		complain("%s stays changed: it cannot be set back to %s.", assignment->key, value);
}

static void put_all_back(const char *device, const struct assignment *list, int nr)
{
	while (nr--)
		if (list[nr].value && !is_timeouts(list[nr].key))
			put_back(device, &list[nr]);
}

static int change(const char *device, const struct assignment *list, int nr)
{
	int i, error;

	for (i = 0; i < nr; i++) {
		if (!list[i].value || is_timeouts(list[i].key))
			continue;
		error = kernel_write(TREE_CONFIG, device, list[i].key, list[i].value);
		if (!error)
			continue;
		complain("%s does not take %s=%s: %s. It is %s. Nothing has been changed.", device,
			 list[i].key, list[i].value, attribute_why(error), list[i].before);
		put_all_back(device, list, i);
		return EXIT_OPERATION;
	}
	return EXIT_CLEAN;
}

/* Apply the setting of the host after the kernel has accepted all others. The last one counts. */
static int change_host(const char *device, const struct assignment *list, int nr)
{
	int status = EXIT_CLEAN, i;

	for (i = nr - 1; i >= 0; i--) {
		if (list[i].value && is_timeouts(list[i].key)) {
			status = timeouts_set(device, list[i].value);
			break;
		}
	}
	if (status)
		put_all_back(device, list, nr);
	return status;
}

static int show(const char *device, const char *key, struct json_object *values)
{
	char text[KERNEL_TEXT_SIZE];
	int status = read_value(device, key, text);

	if (status)
		return status;
	if (values)
		json_add_string(values, key, text);
	else
		printf("%s=%s\n", key, text);
	return EXIT_CLEAN;
}

/* Print the requested settings; in JSON also the changed ones. */
static int show_all(const char *device, const struct attributes *settings,
		    const struct assignment *list, int nr, bool json)
{
	struct json_object *values = json ? json_object_new_object() : NULL;
	int status = EXIT_CLEAN, i;

	for (i = 0; i < nr; i++)
		if (!list[i].value || json)
			status = exit_worst(status, show(device, list[i].key, values));
	for (i = 0; !nr && i < settings->nr; i++)
		status = exit_worst(status, show(device, settings->path[i], values));
	if (!nr)
		status = exit_worst(status, show(device, TIMEOUTS_KEY, values));
	if (!json)
		return status;
	json_out_begin();
	json_out_member("name", json_object_new_string(device));
	json_out_member("settings", values);
	json_out_end();
	return status;
}

static int set(const char *device, char **words, bool json)
{
	struct attributes settings;
	struct assignment *list;
	int status = EXIT_CLEAN, nr = 0;

	while (words[nr])
		nr++;
	list = calloc(nr + 1, sizeof(*list));
	if (!list)
		no_memory();
	attributes_list(&settings, device);
	for (nr = 0; !status && words[nr]; nr++)
		status = parse(&list[nr], device, &settings, words[nr]);
	if (!status)
		status = change(device, list, nr);
	if (!status)
		status = change_host(device, list, nr);
	if (!status)
		status = show_all(device, &settings, list, nr, json);
	attributes_free(&settings);
	free(list);
	return status;
}

/*
 * main_id is the only setting that can be changed on an inactive set, because activation may depend
 * on it.
 */
static int set_inactive(const char *device, char **words, bool json)
{
	static const char key[] = "main_id=";

	if (!json && words[0] && !words[1] && !strncmp(words[0], key, strlen(key)))
		return set_main_id(device, words[0] + strlen(key));
	complain_gone(device);
	return EXIT_OPERATION;
}

static int run_set(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	char device[KERNEL_NAME_SIZE];
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		if (option != 'j')
			return option == 'h' ? command_help(&command_set) :
					       command_misused(&command_set);
		json = true;
	}
	if (optind == argc) {
		complain("Give a set.");
		return command_misused(&command_set);
	}
	if (!device_name_take(argv[optind], device))
		return EXIT_USAGE;
	if (!kernel_has(TREE_CONFIG, device, ""))
		return set_inactive(device, argv + optind + 1, json);
	return set(device, argv + optind + 1, json);
}

const struct command command_set = {
	.name = "set",
	.arguments = "[--json] NAME [KEY[=VALUE]]...",
	.summary = "show and change the settings of a set",
	.help =
	"Shows the settings of an active set, as KEY=VALUE: those that are named, or all. KEY is\n"
	"the path of an attribute in the set's directory of configfs, \"errors/retries\" say. With\n"
	"a VALUE the setting is changed; persistent sets keep it over reboots. If one of several\n"
	"changes is refused, none is made. \"main_id=ID\" says what the main is known by from now\n"
	"on, after its content was moved to another disk; for that the set may be inactive.\n"
	"\"timeouts=auto\" has this host tell the main's disk at each start to give up a bad sector\n"
	"after 7 seconds, or where it cannot, the kernel to wait 180 seconds; \"timeouts=keep\"\n"
	"(default) leaves that alone, and takes back what was set.\n\n"
	"  -j, --json  print JSON\n"
	"  -h, --help  print this\n\n"
	"Exit status: 0 shown or changed, 8 nothing was changed, 16 wrong usage.\n",
	.run = run_set,
};
