/* SPDX-License-Identifier: GPL-2.0 */
/* Definitions of kernel macros, without which cppcheck would take loops for calls. */
#define list_for_each_entry(p, head, m) for (p = (void *)(head)->next; p; p = (void *)p->m.next)
#define list_for_each_entry_rcu(p, head, m) list_for_each_entry(p, head, m)
#define list_for_each_entry_safe(p, n, head, m) for (p = n = (void *)(head)->next; p; p = n)
#define bio_for_each_segment(bv, bio, it) for (it = (bio)->bi_iter; it.bi_size; bv = next_bv(&it))
#define __bio_for_each_segment(bv, bio, it, start) for (it = start; it.bi_size; bv = next_bv(&it))
#define for_each_set_bit(bit, addr, size) for (bit = 0; bit < (size); bit = next_bit(addr, bit))
#define for_each_possible_cpu(cpu) for (cpu = 0; cpu < nr_cpus; cpu++)
