/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A new set: whether its two devices may become one, and its making.
 */
#ifndef _DMREMAP_CREATE_H
#define _DMREMAP_CREATE_H

#include <sys/types.h>

#include <dm-remap/format.h>

#include "disk/device.h"
#include "disk/signature.h"
#include "lib/uuid.h"

/* Longest line of the table, without the size. */
#define CREATE_PARAMS_SIZE	(DM_REMAP_MAIN_ID_SIZE + 256)

/**
 * struct create - a set to create.
 * @main: path of the main.
 * @spare: path of the spare.
 * @name: name of the device; "" for one that is made of the UUID.
 * @block_size: in bytes; 0 for the best one.
 * @main_id: the identity of the main; NULL to choose one.
 * @transient: keep nothing on the spare.
 * @no_auto_remap: make no remaps without being asked.
 * @read_only: the device is read-only.
 * @force: the content of the spare may be destroyed.
 * @uuid: of the set.
 * @main_nr: number of the main.
 * @spare_nr: number of the spare.
 * @id: the identity of the main; "" for none.
 * @sectors: size of the device.
 * @beyond: sectors of the main behind its end.
 * @capacity: blocks that the spare has room for.
 * @signatures: the signatures on the spare.
 * @dirty: its beginning is not zeros.
 * @force_block_size: the main has content that does with the larger sectors of the spare.
 */
struct create {
	const char *main;
	const char *spare;
	char name[DM_REMAP_NAME_SIZE];
	uint32_t block_size;
	const char *main_id;
	bool transient;
	bool no_auto_remap;
	bool read_only;
	bool force;

	char uuid[UUID_TEXT_SIZE];
	dev_t main_nr;
	dev_t spare_nr;
	char id[DM_REMAP_MAIN_ID_SIZE];
	uint64_t sectors;
	uint64_t beyond;
	uint64_t capacity;
	struct signatures signatures;
	bool dirty;
	bool force_block_size;
};

/**
 * create_check() - look at both devices, and decide what there is to decide.
 * @create: the request; the function fills in the rest, and the caller calls create_free().
 *
 * Writes nothing.  Says why if it is refused.
 *
 * Return: an exit status.
 */
int create_check(struct create *create);

/**
 * create_check_sectors() - check that the content of the main works with the sector sizes of the
 * set.
 * @create: the set.
 * @main: its main.
 * @main_sector: bytes of a logical sector of it.
 * @spare_sector: the same, of the spare.
 *
 * Says why not, and which spare would do.
 */
bool create_check_sectors(struct create *create, const struct device *main,
			  unsigned int main_sector, unsigned int spare_sector);

/**
 * create_check_spare() - the same for a device that becomes the spare of a set that there is.
 * @create: @spare, @force, and of the set @block_size and @sectors.
 *
 * Return: an exit status.
 */
int create_check_spare(struct create *create);

/* Wipe the spare.  Prints an error on failure.  Return: an exit status. */
int create_wipe(const struct create *create);

/**
 * create_params() - the words of the table.
 * @create: a set that has been checked.
 * @read_only: whether "read_only" is among them.
 * @params: takes them.
 */
void create_params(const struct create *create, bool read_only, char params[CREATE_PARAMS_SIZE]);

/**
 * struct create_choices - further options.
 * @format: leave it inactive.
 * @dry_run: do nothing.
 * @json: print JSON.
 */
struct create_choices {
	bool format;
	bool dry_run;
	bool json;
};

/* Print the result, or the plan of a dry run. */
void create_show(const struct create *create, const struct create_choices *choices);

void create_free(struct create *create);

#endif /* _DMREMAP_CREATE_H */
