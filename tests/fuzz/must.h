/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _FUZZ_MUST_H
#define _FUZZ_MUST_H

#include <stdio.h>
#include <stdlib.h>

/* Abort the program unless a condition is true, which the fuzzer records as a finding. */
#define must(so)								\
	do {									\
		if (!(so)) {							\
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #so);	\
			abort();						\
		}								\
	} while (0)

#endif /* _FUZZ_MUST_H */
