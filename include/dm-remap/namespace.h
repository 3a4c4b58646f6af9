/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DM_REMAP_NS: the namespace of the symbols that the modules export for each other, as
 * MODULE_IMPORT_NS() and EXPORT_SYMBOL_NS_GPL() of this kernel take it: its name, or, from
 * 6.13 on, a string (modules/compat.mk).
 */
#ifndef _DM_REMAP_NAMESPACE_H
#define _DM_REMAP_NAMESPACE_H

#ifdef DM_REMAP_HAVE_BARE_NAMESPACE
#define DM_REMAP_NS	DM_REMAP
#else
#define DM_REMAP_NS	"DM_REMAP"
#endif

#endif /* _DM_REMAP_NAMESPACE_H */
