// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/file.h"
#include "lib/message.h"
#include "lib/root.h"
#include "lib/uuid.h"
#include "sets/policy.h"
#include "sets/registry.h"

#define CMDLINE	"/proc/cmdline"
#define OPTION	"dm_remap.assemble="

/* Created by the hooks of initramfs-tools and dracut. */
#define INITRAMFS	"/etc/dm-remap/initramfs"

struct policy {
	bool read;
	enum policy_mode mode;
	bool doubtful;
	char list[FILE_TEXT_SIZE];
};

static struct policy policy;

static bool is_list(const char *text)
{
	uint8_t uuid[UUID_SIZE];
	char copy[FILE_TEXT_SIZE], *word, *save;
	int nr = 0;

	text_copy(copy, text, sizeof(copy));
	for (word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save), nr++)
		if (!uuid_from_text(word, uuid))
			return false;
	return nr;
}

static bool take_mode(const char *text)
{
	static const struct {
		const char *word;
		enum policy_mode mode;
	} words[] = {
		{ "known", POLICY_KNOWN }, { "sealed", POLICY_SEALED },
		{ "none", POLICY_NONE }, { "0", POLICY_NONE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(text, words[i].word)) {
			policy.mode = words[i].mode;
			return true;
		}
	}
	return false;
}

static void read_conf(void)
{
	const char *mode = conf_get("assemble");

	if (conf_is_damaged() || (mode && !take_mode(mode))) {
		policy.mode = POLICY_NONE;
		policy.doubtful = true;
		if (mode && !conf_is_damaged())
			complain(CONF_FILE ": assemble must be known, sealed or none, not \"%s\".",
				 mode);
		complain("No set is activated automatically until " CONF_FILE " is corrected. "
			 OPTION "known on the kernel's command line overrides it.");
	}
}

/* The kernel command line. */
static void read_command_line(void)
{
	char path[PATH_MAX], text[FILE_TEXT_SIZE], *word, *save;

	snprintf(path, sizeof(path), "%s" CMDLINE, root_dir());
	if (file_read(path, text))
		return;
	for (word = strtok_r(text, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save)) {
		if (strncmp(word, OPTION, strlen(OPTION)))
			continue;
		word += strlen(OPTION);
		policy.doubtful = false;
		if (take_mode(word))
			continue;
		policy.mode = is_list(word) ? POLICY_LISTED : POLICY_KNOWN;
		text_copy(policy.list, word, sizeof(policy.list));
		if (policy.mode == POLICY_KNOWN)
			complain("The kernel's command line has " OPTION "%s, which is not known, sealed, none or a list of uuids: only known sets are activated.",
				 word);
	}
}

bool policy_in_initramfs(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s" INITRAMFS, root_dir());
	return !access(path, F_OK);
}

static void read_policy(void)
{
	if (policy.read)
		return;
	policy = (struct policy) { .read = true };
	read_conf();
	read_command_line();
	/*
	 * The list of known sets in an initramfs may be out of date: one of ours would be taken for
	 * a foreign set, or a foreign one be found for root=UUID. udev looks at its halves again
	 * when the root file system is mounted.
	 */
	if (policy.mode == POLICY_SEALED && policy_in_initramfs())
		policy.mode = POLICY_KNOWN;
}

enum policy_mode policy_mode(void)
{
	read_policy();
	return policy.mode;
}

bool policy_is_doubtful(void)
{
	return policy_mode() == POLICY_NONE && policy.doubtful;
}

static bool is_listed(const char *uuid)
{
	const char *list;

	for (list = policy.list; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncasecmp(list, uuid, strlen(uuid)))
			return true;
	}
	return false;
}

bool policy_lists(const char *uuid)
{
	return policy_mode() == POLICY_LISTED && is_listed(uuid);
}

bool policy_allows(const struct half *half)
{
	struct registered set;

	switch (policy_mode()) {
	case POLICY_NONE:
		return false;
	case POLICY_LISTED:
		return is_listed(half->uuid);
	case POLICY_SEALED:
		if (half->role == HALF_MAIN || half->labelled)
			return true;
		return registry_find(&set, half->uuid);
	default:
		return registry_find(&set, half->uuid);
	}
}
