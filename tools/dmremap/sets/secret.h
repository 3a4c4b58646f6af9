/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A host recognizes the secret of a set by a salted hash, since its records and the initramfs with
 * their copies are readable by all, and the secret itself must not be.
 */
#ifndef _DMREMAP_SECRET_H
#define _DMREMAP_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include <dm-remap/format.h>

/* Longest hash, in the form of crypt(5), including the NUL. */
#define SECRET_HASH_SIZE	128

/**
 * secret_hash() - hash a secret, with a new salt.
 * @hash: takes the hash; "" if there can be none, for which no set is refused.
 * @secret: the secret.
 */
void secret_hash(char hash[SECRET_HASH_SIZE], const uint8_t secret[DM_REMAP_SECRET_SIZE]);

/**
 * secret_matches() - whether a hash was made from a secret.
 * @hash: the recorded hash; "" matches any secret.
 * @secret: the secret.
 */
bool secret_matches(const char *hash, const uint8_t secret[DM_REMAP_SECRET_SIZE]);

#endif /* _DMREMAP_SECRET_H */
