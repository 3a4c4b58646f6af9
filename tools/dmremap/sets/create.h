/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Creates a set: checks the two devices, and makes the set.
 */
#ifndef _DMREMAP_CREATE_H
#define _DMREMAP_CREATE_H

#include <sys/types.h>

#include <dm-remap/format.h>

#include "disk/device.h"
#include "disk/signature.h"
#include "lib/uuid.h"

/* Longest table line, without start and length. */
#define CREATE_PARAMS_SIZE	(DM_REMAP_MAIN_ID_SIZE + 256)

/**
 * struct create - a set to create.
 * @main: path of the main.
 * @spare: path of the spare.
 * @name: name of the device; "" to derive it from the UUID.
 * @block_size: in bytes; 0 for the best one.
 * @main_id: the identity of the main; NULL to choose one.
 * @transient: keep no remap table on the spare.
 * @no_auto_remap: disable automatic remapping.
 * @read_only: the device is read-only.
 * @force: allow the content of the spare to be destroyed.
 * @set_sector: logical sector size of a set that exists already, in bytes.
 * @uuid: uuid of the set.
 * @main_nr: device number of the main.
 * @spare_nr: device number of the spare.
 * @id: the identity of the main; "" for none.
 * @sectors: size of the device.
 * @beyond: sectors of the main after the end of the device.
 * @capacity: number of blocks that fit on the spare.
 * @signatures: the signatures on the spare.
 * @dirty: the spare does not begin with zeros.
 * @force_block_size: the content of the main works with the larger sectors of the spare.
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
	unsigned int set_sector;

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
 * create_check() - check both devices, and choose the values not given.
 * @create: the request; the function fills in the rest, and the caller calls create_free().
 *
 * Writes nothing. Prints the reason if the set cannot be created.
 *
 * Return: an exit status.
 */
int create_check(struct create *create);

/**
 * create_check_sectors() - check that the content of the main works with the sector sizes of the
 * set.
 * @create: the set.
 * @main: its main.
 * @main_sector: logical sector size of the main in bytes.
 * @spare_sector: logical sector size of the spare in bytes.
 *
 * If not, prints the reason and what spare would be suitable.
 */
bool create_check_sectors(struct create *create, const struct device *main,
			  unsigned int main_sector, unsigned int spare_sector);

/**
 * create_check_spare() - check a device that becomes the spare of an existing set.
 * @create: with @spare and @force, and @name, @block_size, @set_sector and @sectors of the set.
 *
 * Return: an exit status.
 */
int create_check_spare(struct create *create);

/* Wipe the spare.  Prints an error on failure.  Return: an exit status. */
int create_wipe(const struct create *create);

/**
 * create_params() - format the table parameters.
 * @create: a set that has been checked.
 * @read_only: whether to include "read_only".
 * @params: takes them.
 */
void create_params(const struct create *create, bool read_only, char params[CREATE_PARAMS_SIZE]);

/**
 * struct create_choices - options of the commands.
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
