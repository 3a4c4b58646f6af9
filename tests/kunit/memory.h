/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that runs out when a test says so.  Include this before the sources under
 * test.
 */
#ifndef _KUNIT_MEMORY_H
#define _KUNIT_MEMORY_H

#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

/* Number of allocations of the sources under test that succeed before all fail. */
static unsigned int allocations_left = UINT_MAX;

/* Number of those that have failed. */
static unsigned int allocations_failed;

/* Number of allocations of the sources under test that have not been freed. */
static int allocated;

static inline bool may_allocate(void)
{
	if (allocations_left == UINT_MAX)
		return true;
	if (!allocations_left) {
		allocations_failed++;
		return false;
	}
	allocations_left--;
	return true;
}

static inline void *count_allocated(void *p)
{
	allocated += !!p;
	return p;
}

static inline void test_kvfree(const void *p)
{
	allocated -= !!p;
	kvfree(p);
}

static inline void *test_kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return may_allocate() ? count_allocated(kvcalloc(n, size, gfp)) : NULL;
}

static inline void *test_kvmalloc(size_t size, gfp_t gfp)
{
	return may_allocate() ? count_allocated(kvmalloc(size, gfp)) : NULL;
}

static inline void *test_kvzalloc(size_t size, gfp_t gfp)
{
	return may_allocate() ? count_allocated(kvzalloc(size, gfp)) : NULL;
}

#undef kvcalloc
#undef kvmalloc
#undef kvzalloc
#undef kvfree_rcu
#define kvcalloc(n, size, gfp)	test_kvcalloc(n, size, gfp)
#define kvmalloc(size, gfp)	test_kvmalloc(size, gfp)
#define kvzalloc(size, gfp)	test_kvzalloc(size, gfp)
#define kvfree(p)		test_kvfree(p)
#define kvfree_rcu(p, field)	do {	\
	allocated--;			\
	kvfree_rcu_arg_2(p, field);	\
} while (0)

#endif /* _KUNIT_MEMORY_H */
