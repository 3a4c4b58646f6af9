/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints, in /sys/kernel/tracing/events/dm_remap. docs/tracing.md says how to use them.
 * None of them is in the path of I/O that does not fail.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dm_remap

#if !defined(_REMAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _REMAP_TRACE_H

#include <linux/blk_types.h>
#include <linux/blkdev.h>
#include <linux/tracepoint.h>

#include <dm-remap/observer.h>

#include "device.h"
#include "batch.h"

#ifndef _REMAP_TRACE_HELPERS
#define _REMAP_TRACE_HELPERS
static inline dev_t remap_trace_dev(const struct remap_device *rd)
{
	return disk_devt(dm_disk(rd->md));
}
#endif

/* A disk failed a request. */
TRACE_EVENT(dm_remap_error,
	TP_PROTO(const struct remap_device *rd, bool spare, enum req_op op, sector_t sector,
		 unsigned int sectors, blk_status_t status),
	TP_ARGS(rd, spare, op, sector, sectors, status),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(sector_t, sector)
		__field(unsigned int, sectors)
		__field(int, error)
		__field(bool, spare)
		__field(bool, write)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->sector = sector;
		__entry->sectors = sectors;
		__entry->error = blk_status_to_errno(status);
		__entry->spare = spare;
		__entry->write = op_is_write(op);
	),
	TP_printk("%d:%d %s %s sector=%llu sectors=%u error=%d",
		  MAJOR(__entry->dev), MINOR(__entry->dev),
		  __entry->spare ? "spare" : "main", __entry->write ? "write" : "read",
		  (unsigned long long)__entry->sector, __entry->sectors, __entry->error)
);

/* A block of the main has been remapped to a block of the spare, or no longer is. */
DECLARE_EVENT_CLASS(dm_remap_remap,
	TP_PROTO(const struct remap_device *rd, u64 block, u32 slot, bool automatic),
	TP_ARGS(rd, block, slot, automatic),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(sector_t, main_sector)
		__field(sector_t, spare_sector)
		__field(unsigned int, sectors)
		__field(bool, automatic)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->main_sector = block << rd->block_shift;
		__entry->spare_sector = remap_spare_sector(rd, slot);
		__entry->sectors = remap_block_sectors(rd);
		__entry->automatic = automatic;
	),
	TP_printk("%d:%d main_sector=%llu spare_sector=%llu sectors=%u %s",
		  MAJOR(__entry->dev), MINOR(__entry->dev),
		  (unsigned long long)__entry->main_sector,
		  (unsigned long long)__entry->spare_sector, __entry->sectors,
		  __entry->automatic ? "automatic" : "manual")
);

DEFINE_EVENT(dm_remap_remap, dm_remap_added,
	TP_PROTO(const struct remap_device *rd, u64 block, u32 slot, bool automatic),
	TP_ARGS(rd, block, slot, automatic)
);

DEFINE_EVENT(dm_remap_remap, dm_remap_removed,
	TP_PROTO(const struct remap_device *rd, u64 block, u32 slot, bool automatic),
	TP_ARGS(rd, block, slot, automatic)
);

/* A block is about to move: I/O to it waits from now on. */
TRACE_EVENT(dm_remap_relocation_begin,
	TP_PROTO(const struct remap_device *rd, const struct remap_move *m, bool back),
	TP_ARGS(rd, m, back),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u64, block)
		__field(u32, slot)
		__field(u32, from)
		__field(bool, back)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->block = m->block;
		__entry->slot = m->slot;
		__entry->from = m->from;
		__entry->back = back;
	),
	TP_printk("%d:%d block=%llu slot=%u from=%d %s", MAJOR(__entry->dev), MINOR(__entry->dev),
		  __entry->block, __entry->slot, (int)__entry->from,
		  __entry->back ? "to-main" : "to-spare")
);

/* The move has ended, with or without success. */
TRACE_EVENT(dm_remap_relocation_end,
	TP_PROTO(const struct remap_device *rd, const struct remap_move *m, bool back),
	TP_ARGS(rd, m, back),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u64, block)
		__field(u64, lost)
		__field(u64, duration_ns)
		__field(u32, slot)
		__field(int, error)
		__field(bool, back)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->block = m->block;
		__entry->lost = m->lost;
		__entry->duration_ns = ktime_get_ns() - m->start_ns;
		__entry->slot = m->slot;
		__entry->error = blk_status_to_errno(m->status);
		__entry->back = back;
	),
	TP_printk("%d:%d block=%llu slot=%u %s lost=%#llx error=%d duration_ns=%llu",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->block, __entry->slot,
		  __entry->back ? "to-main" : "to-spare", __entry->lost, __entry->error,
		  __entry->duration_ns)
);

/* The remap table is resized. */
DECLARE_EVENT_CLASS(dm_remap_resize,
	TP_PROTO(const struct remap_device *rd, const struct dm_remap_resize_event *event),
	TP_ARGS(rd, event),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u32, from)
		__field(u32, to)
		__field(u32, entries)
		__field(u64, duration_ns)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->from = event->from;
		__entry->to = event->to;
		__entry->entries = event->entries;
		__entry->duration_ns = event->duration_ns;
	),
	TP_printk("%d:%d from=%u to=%u entries=%u duration_ns=%llu",
		  MAJOR(__entry->dev), MINOR(__entry->dev),
		  __entry->from, __entry->to, __entry->entries, __entry->duration_ns)
);

DEFINE_EVENT(dm_remap_resize, dm_remap_resize_begin,
	TP_PROTO(const struct remap_device *rd, const struct dm_remap_resize_event *event),
	TP_ARGS(rd, event)
);

DEFINE_EVENT(dm_remap_resize, dm_remap_resize_end,
	TP_PROTO(const struct remap_device *rd, const struct dm_remap_resize_event *event),
	TP_ARGS(rd, event)
);

/* Slots below @done of @of are in the new table. */
TRACE_EVENT(dm_remap_resize_step,
	TP_PROTO(const struct remap_device *rd, u32 done, u32 of),
	TP_ARGS(rd, done, of),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u32, done)
		__field(u32, of)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->done = done;
		__entry->of = of;
	),
	TP_printk("%d:%d done=%u of=%u", MAJOR(__entry->dev), MINOR(__entry->dev),
		  __entry->done, __entry->of)
);

/* The store has made changes durable, or failed. */
TRACE_EVENT(dm_remap_commit,
	TP_PROTO(const struct remap_device *rd, unsigned int entries, u64 pages,
		 u64 duration_ns, int error),
	TP_ARGS(rd, entries, pages, duration_ns, error),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(unsigned int, entries)
		__field(u64, pages)
		__field(u64, duration_ns)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->entries = entries;
		__entry->pages = pages;
		__entry->duration_ns = duration_ns;
		__entry->error = error;
	),
	TP_printk("%d:%d entries=%u pages=%llu duration_ns=%llu error=%d",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->entries, __entry->pages,
		  __entry->duration_ns, __entry->error)
);

/* Automatic remapping is suspended. */
TRACE_EVENT(dm_remap_storm,
	TP_PROTO(const struct remap_device *rd, u32 remaps),
	TP_ARGS(rd, remaps),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u32, remaps)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->remaps = remaps;
	),
	TP_printk("%d:%d remaps=%u", MAJOR(__entry->dev), MINOR(__entry->dev), __entry->remaps)
);

/* A read of the main has succeeded, but took longer than errors/slow_ms. */
TRACE_EVENT(dm_remap_slow,
	TP_PROTO(const struct remap_device *rd, sector_t sector, unsigned int sectors, u64 ns),
	TP_ARGS(rd, sector, sectors, ns),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(sector_t, sector)
		__field(unsigned int, sectors)
		__field(u64, duration_ns)
	),
	TP_fast_assign(
		__entry->dev = remap_trace_dev(rd);
		__entry->sector = sector;
		__entry->sectors = sectors;
		__entry->duration_ns = ns;
	),
	TP_printk("%d:%d sector=%llu sectors=%u duration_ns=%llu",
		  MAJOR(__entry->dev), MINOR(__entry->dev),
		  (unsigned long long)__entry->sector, __entry->sectors, __entry->duration_ns)
);

#endif /* _REMAP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
