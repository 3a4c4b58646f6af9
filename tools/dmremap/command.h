/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sub-commands: each has a file of its own and a line in the table in main.c.
 */
#ifndef _DMREMAP_COMMAND_H
#define _DMREMAP_COMMAND_H

#include <stdbool.h>

#include "lib/exit.h"

/**
 * struct command - a sub-command.
 * @name: its name.
 * @arguments: its arguments, for the usage line.
 * @summary: one line that describes it, in lower case.
 * @help: the rest of its help.
 * @run: run it; @argv[0] is the name. Returns the exit status.
 */
struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern const struct command command_add;
extern const struct command command_advise;
extern const struct command command_assemble;
extern const struct command command_check;
extern const struct command command_clone_uuid;
extern const struct command command_create;
extern const struct command command_cure;
extern const struct command command_delete;
extern const struct command command_dump;
extern const struct command command_export;
extern const struct command command_files;
extern const struct command command_format;
extern const struct command command_grow;
extern const struct command command_import;
extern const struct command command_list;
extern const struct command command_map;
extern const struct command command_metrics;
extern const struct command command_monitor;
extern const struct command command_remove;
extern const struct command command_rename;
extern const struct command command_repair;
extern const struct command command_replace;
extern const struct command command_replace_spare;
extern const struct command command_resume;
extern const struct command command_salvage;
extern const struct command command_scan;
extern const struct command command_scrub;
extern const struct command command_seal;
extern const struct command command_set;
extern const struct command command_stats;
extern const struct command command_status;
extern const struct command command_stop;
extern const struct command command_sync;
extern const struct command command_top;
extern const struct command command_unseal;
extern const struct command command_wait;

/* Print the help of a command.  Returns the exit status. */
int command_help(const struct command *command);

/* Print the usage of a command, after getopt or the command has printed an error. */
int command_misused(const struct command *command);

/* The only operand; NULL, after printing an error, if there is none or more than one. */
const char *command_operand(const struct command *command, int argc, char **argv);

/**
 * command_json_operand() - parse the arguments of a command that takes --json and one operand.
 * @command: the command.
 * @argc: as passed to the command.
 * @argv: as passed to the command.
 * @json: whether --json was given.
 * @status: the exit status if NULL is returned.
 *
 * Return: the operand; NULL if help was printed, or the command was misused.
 */
const char *command_json_operand(const struct command *command, int argc, char **argv,
				 bool *json, int *status);

#endif /* _DMREMAP_COMMAND_H */
