/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The identity of the main of a set that is not active.
 */
#ifndef _DMREMAP_SET_MAIN_ID_H
#define _DMREMAP_SET_MAIN_ID_H

/**
 * set_main_id() - record what the main is known by, on the spare and in the host's file.
 * @given: the set, which is not active: its name or its uuid.
 * @main_id: the identity.
 *
 * Prints an error if it cannot be done.
 *
 * Return: an exit status.
 */
int set_main_id(const char *given, const char *main_id);

#endif /* _DMREMAP_SET_MAIN_ID_H */
