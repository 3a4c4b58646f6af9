// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "kernel/devices.h"
#include "kernel/kernel.h"
#include "kernel/names.h"
#include "lib/exit.h"
#include "lib/message.h"

static int add_named(struct devices *devices, char **operands)
{
	char name[KERNEL_NAME_SIZE];
	int i, nr = 0;

	while (operands[nr])
		nr++;
	devices->named = true;
	devices->name = calloc(nr, sizeof(*devices->name));
	if (!devices->name)
		no_memory();
	for (i = 0; i < nr; i++) {
		if (!device_name_take(operands[i], name))
			return EXIT_USAGE;
		devices->name[i] = strdup(name);
		if (!devices->name[i])
			no_memory();
		devices->nr++;
	}
	return EXIT_CLEAN;
}

int devices_find(struct devices *devices, char **operands)
{
	int status = EXIT_CLEAN;

	*devices = (struct devices) {};
	if (*operands)
		status = add_named(devices, operands);
	else
		devices->nr = kernel_devices(&devices->name);
	if (devices->nr < 0) {
		devices->nr = 0;
		status = EXIT_OPERATION;
	}
	if (status)
		devices_free(devices);
	return status;
}

void devices_free(struct devices *devices)
{
	while (devices->nr)
		free(devices->name[--devices->nr]);
	free(devices->name);
	devices->name = NULL;
}
