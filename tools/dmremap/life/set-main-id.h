/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes the identity of the main of an inactive set.
 */
#ifndef _DMREMAP_SET_MAIN_ID_H
#define _DMREMAP_SET_MAIN_ID_H

/**
 * set_main_id() - record the identity of the main on the spare and in the host's file.
 * @given: name or uuid of the set, which is not active.
 * @main_id: the identity.
 *
 * Prints an error on failure.
 *
 * Return: an exit status.
 */
int set_main_id(const char *given, const char *main_id);

#endif /* _DMREMAP_SET_MAIN_ID_H */
