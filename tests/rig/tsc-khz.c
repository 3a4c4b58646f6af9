// SPDX-License-Identifier: GPL-2.0
/*
 * Print how fast this processor's time stamp counter runs, in kHz.
 *
 * An emulated processor shows its host's counter. The debug kernel has nothing
 * to measure it by but a timer that is late when the host is busy, and if that
 * fails it counts ticks, of which it then loses many.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

/* Both clocks at once: again if something came in between. */
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
