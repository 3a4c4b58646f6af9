// SPDX-License-Identifier: GPL-2.0
/*
 * test-import-cut FORMAT FILE: import a list that was cut off at each of its bytes, in the format of
 * this name, or in the one that is guessed if FORMAT is "guess". Each cut list has to be refused, or
 * to name no place that the whole list does not name. Prints how many places the whole list has, and
 * how many cut lists were taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "remaps/import.h"

static const struct volume volumes[] = {
	{ .name = "safe", .disk = "sda", .logical = 512, .sectors = 7814037168,
	  .main = { .path = "/dev/sda", .number = "8:0", .sectors = 7814037168 },
	  .disk_number = "8:0", .disk_sectors = 7814037168 },
	{ .name = "x", .disk = "nvme0n1", .logical = 512, .sectors = 7814037168, .nsid = 1,
	  .main = { .path = "/dev/nvme0n1", .number = "259:0", .sectors = 7814037168 },
	  .disk_number = "259:0", .disk_sectors = 7814037168 },
	{ .name = "card", .disk = "mmcblk0", .logical = 512, .sectors = 7814037168,
	  .main = { .path = "/dev/mmcblk0", .number = "179:0", .sectors = 7814037168 },
	  .disk_number = "179:0", .disk_sectors = 7814037168 },
};

static const char *format;

/* Import the first bytes of a list. Returns whether they are taken. */
static bool take(struct import *import, const struct volume *volume, const char *text, size_t size)
{
	*import = (struct import) {
		.path = "list", .text = strndup(text, size), .size = size, .volume = volume,
		.statuses = "-",
	};
	if (!import->text)
		abort();
	import_rewind(import);
	import->format = strcmp(format, "guess") ? import_format_named(format) :
						   import_guess(import);
	return import->format && !import_parse(import);
}

static bool has(const struct ranges *all, const struct range *one)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (one->start >= all->range[i].start && one->end <= all->range[i].end)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static char text[65536];
	unsigned long places = 0, taken = 0, wrong = 0;
	struct import whole, cut;
	size_t size, n, v, i;
	FILE *file;

	if (argc != 3)
		return 2;
	format = argv[1];
	file = fopen(argv[2], "r");
	if (!file)
		return 2;
	size = fread(text, 1, sizeof(text), file);
	fclose(file);
	for (v = 0; v < ARRAY_SIZE(volumes); v++) {
		if (!take(&whole, &volumes[v], text, size))
			return 2;
		places += whole.entries.nr;
		for (n = 0; n < size; n++) {
			if (take(&cut, &volumes[v], text, n)) {
				taken++;
				for (i = 0; i < cut.entries.nr; i++) {
					if (has(&whole.entries, &cut.entries.range[i]))
						continue;
					printf("after %zu bytes, as %s: byte %llu of %s\n", n,
					       cut.format->name,
					       (unsigned long long)cut.entries.range[i].start,
					       volumes[v].disk);
					wrong++;
				}
			}
			import_free(&cut);
		}
		import_free(&whole);
	}
	printf("%lu places, %lu taken\n", places, taken);
	return wrong ? 1 : 0;
}
