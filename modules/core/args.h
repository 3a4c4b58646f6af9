/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table line.
 */
#ifndef _REMAP_ARGS_H
#define _REMAP_ARGS_H

#include <linux/device-mapper.h>
#include <linux/uuid.h>

#include <dm-remap/store.h>

/**
 * struct remap_args - arguments of a table line.
 * @main: path or number of the main.
 * @main_start: sector.
 * @spare: path or number of the spare.
 * @store: "persistent" or "transient".
 * @block_size: in bytes, or 0 if not given.
 * @has_uuid: whether @uuid was given.
 * @uuid: of the set.
 * @main_id: or "" if not given.
 * @no_auto_remap: errors pass through.
 * @read_only: no writes.
 * @force_block_size: format the spare even if its logical blocks are larger than those of the
 *	main, and the main has content.
 * @new_main: the main is a copy of the set in use, and its spare will be emptied: the ID of the
 *	tracker that guarantees that the copy is complete; otherwise 0. Never printed: once the
 *	table is in force, the new main is simply the main of the set.
 */
struct remap_args {
	const char *main;
	sector_t main_start;
	const char *spare;
	const char *store;
	unsigned int block_size;
	bool has_uuid;
	uuid_t uuid;
	char main_id[DM_REMAP_MAIN_ID_LEN + 1];
	bool no_auto_remap;
	bool read_only;
	bool force_block_size;
	u64 new_main;
};

/**
 * remap_args_parse() - read a table line.
 * @args: filled in; the paths point into @argv.
 * @argc: number of words.
 * @argv: the words.
 * @error: set to a sentence for ti->error on failure.
 *
 * Context: process.
 * Return: 0, -EINVAL.
 */
int remap_args_parse(struct remap_args *args, unsigned int argc, char **argv, char **error);

/**
 * remap_main_id_valid() - whether a text is a valid main_id.
 * @id: the text.
 *
 * Context: any.
 * Return: true if it can be stored.
 */
bool remap_main_id_valid(const char *id);

/**
 * remap_args_emit() - write the optional arguments of a table line.
 * @args: the arguments; @args->block_size is the size in use.
 * @result: where to.
 * @maxlen: room there.
 *
 * Context: any.
 * Return: characters written.
 */
unsigned int remap_args_emit(const struct remap_args *args, char *result, unsigned int maxlen);

#endif /* _REMAP_ARGS_H */
