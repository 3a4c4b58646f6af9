// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of dmremap: runs its commands on an image as a user would.  They must not crash or
 * hang, and must agree with each other.  A repair must keep the table as it was, and leave
 * nothing for a second repair to do.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command.h"
#include "must.h"
#include "spare/examine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run(const struct command *command, const char *option, const char *path)
{
	char *argv[] = { (char *)command->name, (char *)option, (char *)path, NULL };

	optind = 0;
	return command->run(3, argv);
}

/* Compute a checksum of all entries except those that a repair removes. */
static uint64_t digest(int fd, struct diagnosis *diagnosis)
{
	struct device dev;
	struct table table;
	struct entry entry;
	struct set set;
	uint64_t sum = 0;
	unsigned int i;

	must(!device_open_fd(&dev, "image", fd));
	set_read(&set, &dev);
	must(!!set.newest);
	if (!diagnosis->duplicates.to)
		examine(diagnosis, &set);
	table_open(&table, &set);
	while (table_next(&table)) {
		for (i = 0; table.newest && i < DM_REMAP_PAGE_ENTRIES; i++) {
			entry = table_entry(&table, i);
			if (duplicates_is_stale(&diagnosis->duplicates, entry.slot))
				continue;
			sum = sum * 0x9e3779b97f4a7c15 + entry.block + 3 * entry.lost +
			      ((uint64_t)entry.state << 60) + ((uint64_t)entry.seq << 56);
		}
	}
	table_close(&table);
	set_free(&set);
	return sum;
}

static void try_image(int fd, const char *path, bool show)
{
	struct diagnosis diagnosis = {};
	int found = run(&command_check, show ? "--json" : "--", path), repaired;
	uint64_t before = 0;

	if (show)
		must((run(&command_dump, "--json", path) == EXIT_OPERATION) ==
		     (run(&command_dump, "--", path) == EXIT_OPERATION));
	if (found != EXIT_OPERATION)
		before = digest(fd, &diagnosis);
	repaired = run(&command_repair, "--yes", path);
	switch (found) {
	case EXIT_CLEAN:
		must(repaired == EXIT_CLEAN);
		break;
	case EXIT_OPERATION:
		must(repaired == EXIT_OPERATION);
		return;
	default:
		must(found == EXIT_UNCORRECTED && repaired != EXIT_CLEAN);
	}
	must(digest(fd, &diagnosis) == before);
	if (repaired == EXIT_CORRECTED) {
		must(run(&command_check, "--", path) == EXIT_CLEAN);
		must(run(&command_repair, "--yes", path) == EXIT_CLEAN);
	} else {
		must(run(&command_check, "--", path) == found);
	}
	diagnosis_free(&diagnosis);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[32];

	if (fd < 0) {
		fd = memfd_create("image", MFD_CLOEXEC);
		must(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(!ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
	/* printing takes longest */
	try_image(fd, path, size && data[size / 2] % 8 == 0);
	return 0;
}
