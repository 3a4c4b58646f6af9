// SPDX-License-Identifier: GPL-2.0
/*
 * test-mapfile FILE: write a mapfile of 100 sectors, of which number 7 could not be read, unless
 * the file has other content.
 */
#include "lib/ranges.h"
#include "life/mapfile.h"

int main(int argc, char **argv)
{
	struct ranges bad = {};
	int status;

	if (argc != 2)
		return 2;
	ranges_add(&bad, 7, 8);
	status = mapfile_check(argv[1]) ?: mapfile_write(argv[1], 100, &bad);
	ranges_free(&bad);
	return status;
}
