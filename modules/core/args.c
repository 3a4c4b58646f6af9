// SPDX-License-Identifier: GPL-2.0
/*
 * The table line:
 *
 *   <main> <main_start> <spare> [<#args> <arg>...]
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "args.h"
#include "device.h"

/* The words seen so far; none may be repeated. */
enum {
	SEEN_STORE		= 1 << 0,
	SEEN_BLOCK_SIZE		= 1 << 1,
	SEEN_UUID		= 1 << 2,
	SEEN_MAIN_ID		= 1 << 3,
	SEEN_NO_AUTO_REMAP	= 1 << 4,
	SEEN_READ_ONLY		= 1 << 5,
	SEEN_FORCE_BLOCK_SIZE	= 1 << 6,
	SEEN_NEW_MAIN		= 1 << 7,
};

static int parse_block_size(struct remap_args *args, const char *word, char **error)
{
	if (*word == '+' || kstrtouint(word, 10, &args->block_size) ||
	    !is_power_of_2(args->block_size) || args->block_size < SECTOR_SIZE ||
	    args->block_size > REMAP_MAX_BLOCK_SIZE) {
		*error = "block_size must be a power of two from 512 to 32768";
		return -EINVAL;
	}
	return 0;
}

static int parse_uuid(struct remap_args *args, const char *word, char **error)
{
	if (strlen(word) != UUID_STRING_LEN || uuid_parse(word, &args->uuid)) {
		*error = "uuid is malformed";
		return -EINVAL;
	}
	args->has_uuid = true;
	return 0;
}

bool remap_main_id_valid(const char *id)
{
	const char *c;

	for (c = id; *c; c++) {
		if (!isascii(*c) || !isprint(*c))
			return false;
	}
	return c != id && c - id <= DM_REMAP_MAIN_ID_LEN;
}

static int parse_main_id(struct remap_args *args, const char *word, char **error)
{
	if (!remap_main_id_valid(word)) {
		*error = "main_id must be 1 to 127 printable characters";
		return -EINVAL;
	}
	strscpy(args->main_id, word, sizeof(args->main_id));
	return 0;
}

static int parse_new_main(struct remap_args *args, const char *word, char **error)
{
	if (*word == '+' || kstrtoull(word, 16, &args->new_main) || !args->new_main) {
		*error = "new_main must be the number of a tracker";
		return -EINVAL;
	}
	return 0;
}

static const struct {
	const char *word;
	unsigned int seen;
	int (*parse)(struct remap_args *args, const char *value, char **error);
} arg_words[] = {
	{ "persistent",		SEEN_STORE },
	{ "transient",		SEEN_STORE },
	{ "block_size",		SEEN_BLOCK_SIZE,	parse_block_size },
	{ "uuid",		SEEN_UUID,		parse_uuid },
	{ "main_id",		SEEN_MAIN_ID,		parse_main_id },
	{ "no_auto_remap",	SEEN_NO_AUTO_REMAP },
	{ "read_only",		SEEN_READ_ONLY },
	{ "force_block_size",	SEEN_FORCE_BLOCK_SIZE },
	{ "new_main",		SEEN_NEW_MAIN,		parse_new_main },
};

static int parse_optional(struct remap_args *args, struct dm_arg_set *as, char **error)
{
	unsigned int i, seen = 0;
	const char *word;

	while ((word = dm_shift_arg(as))) {
		for (i = 0; i < ARRAY_SIZE(arg_words); i++)
			if (!strcmp(word, arg_words[i].word))
				break;
		if (i == ARRAY_SIZE(arg_words)) {
			*error = "Unknown argument";
			return -EINVAL;
		}
		if (seen & arg_words[i].seen) {
			*error = "Argument given twice, or persistent and transient both";
			return -EINVAL;
		}
		seen |= arg_words[i].seen;
		if (arg_words[i].seen == SEEN_STORE)
			args->store = arg_words[i].word;
		if (arg_words[i].parse) {
			const char *value = dm_shift_arg(as);
			int ret;

			if (!value) {
				*error = "Argument without its value";
				return -EINVAL;
			}
			ret = arg_words[i].parse(args, value, error);
			if (ret)
				return ret;
		}
	}
	args->no_auto_remap = seen & SEEN_NO_AUTO_REMAP;
	args->read_only = seen & SEEN_READ_ONLY;
	args->force_block_size = seen & SEEN_FORCE_BLOCK_SIZE;
	return 0;
}

int remap_args_parse(struct remap_args *args, unsigned int argc, char **argv, char **error)
{
	struct dm_arg_set as = { .argc = argc, .argv = argv };
	unsigned long long start;
	const char *word;
	unsigned int nr;

	memset(args, 0, sizeof(*args));
	args->store = "persistent";
	if (argc < 3) {
		*error = "Not enough arguments: <main> <main_start> <spare> [<#args> <arg>...]";
		return -EINVAL;
	}
	args->main = dm_shift_arg(&as);
	word = dm_shift_arg(&as);
	if (*word == '+' || kstrtoull(word, 10, &start) || start > LLONG_MAX >> SECTOR_SHIFT) {
		*error = "main_start is not a number of sectors";
		return -EINVAL;
	}
	args->main_start = start;
	args->spare = dm_shift_arg(&as);
	if (!as.argc)
		return 0;
	word = dm_shift_arg(&as);
	if (*word == '+' || kstrtouint(word, 10, &nr) || nr != as.argc) {
		*error = "#args is not the number of words that follow";
		return -EINVAL;
	}
	return parse_optional(args, &as, error);
}

/*
 * Device-mapper treats a backslash as an escape, and libdm doubles the backslashes in lines passed
 * to it, but not in lines that it prints. So an id that came through libdm is printed as it is. An
 * id with spaces cannot have come through libdm, and is printed with escapes.
 */
static unsigned int emit_main_id(const char *id, char *result, unsigned int maxlen)
{
	bool spaces = strchr(id, ' ');
	unsigned int sz = 0;

	DMEMIT(" main_id ");
	for (; *id; id++) {
		if (spaces && (*id == ' ' || *id == '\\'))
			DMEMIT("\\");
		DMEMIT("%c", *id);
	}
	return sz;
}

unsigned int remap_args_emit(const struct remap_args *args, char *result, unsigned int maxlen)
{
	unsigned int sz = 0;

	DMEMIT(" %u %s block_size %u",
	       3 + 2 * args->has_uuid + 2 * !!args->main_id[0] + args->no_auto_remap +
	       args->read_only + args->force_block_size, args->store, args->block_size);
	if (args->has_uuid)
		DMEMIT(" uuid %pU", &args->uuid);
	if (args->main_id[0])
		sz += emit_main_id(args->main_id, result + sz, maxlen - sz);
	if (args->no_auto_remap)
		DMEMIT(" no_auto_remap");
	if (args->read_only)
		DMEMIT(" read_only");
	if (args->force_block_size)
		DMEMIT(" force_block_size");
	return sz;
}
