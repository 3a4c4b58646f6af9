// SPDX-License-Identifier: GPL-2.0
#include "lib/conf.h"
#include "lib/device-timeout.h"

#define TIMEOUT_S	30
#define TIMEOUT_MAX_S	86400

int device_timeout_ms(void)
{
	static int timeout_s = -1;

	/* once, since it reports a wrong value */
	if (timeout_s < 0)
		timeout_s = conf_number("device_timeout", "a number of seconds", TIMEOUT_MAX_S,
					TIMEOUT_S);
	return timeout_s * 1000;
}
