// SPDX-License-Identifier: GPL-2.0
/*
 * Print the frequency of this processor's time stamp counter in kHz.
 *
 * An emulated processor uses its host's counter. The debug kernel could only calibrate
 * it with a timer that is late when the host is busy; if that fails, the kernel counts
 * ticks instead, many of which are then lost.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

/* Read both clocks at the same time; retry if this was interrupted. */
static void both(unsigned long long *ns, unsigned long long *tsc)
{
	unsigned long long after;
	struct timespec ts;

	do {
		*tsc = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC, &ts);
		after = __rdtsc();
	} while (after - *tsc > 20000);
	*ns = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

int main(void)
{
	struct timespec wait = { .tv_nsec = 50000000 };
	unsigned long long ns0, ns1, tsc0, tsc1;

	both(&ns0, &tsc0);
	nanosleep(&wait, NULL);
	both(&ns1, &tsc1);
	printf("%llu\n", (tsc1 - tsc0) * 1000000 / (ns1 - ns0));
	return 0;
}
