// SPDX-License-Identifier: GPL-2.0
#include <crypt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "lib/util.h"
#include "sets/secret.h"

/* Nobody can guess 128 random bits, so the least number of rounds is enough. */
#define METHOD		"$5$rounds=1000$"
#define SALT_LENGTH	16

static void to_text(char text[2 * DM_REMAP_SECRET_SIZE + 1], const uint8_t *secret)
{
	unsigned int i;

	for (i = 0; i < DM_REMAP_SECRET_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", secret[i]);
}

/* libcrypt reports errors by NULL, or by a text that no hash begins with. */
static const char *hash_with(const char *setting, const uint8_t *secret)
{
	char text[2 * DM_REMAP_SECRET_SIZE + 1];
	const char *hash;

	to_text(text, secret);
	hash = crypt(text, setting);
	return hash && *hash == '$' && strlen(hash) < SECRET_HASH_SIZE ? hash : NULL;
}

void secret_hash(char hash[SECRET_HASH_SIZE], const uint8_t secret[DM_REMAP_SECRET_SIZE])
{
	static const char digits[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	char setting[sizeof(METHOD) + SALT_LENGTH] = METHOD;
	uint8_t random[SALT_LENGTH];
	unsigned int i;

	*hash = 0;
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return;
	for (i = 0; i < SALT_LENGTH; i++)
		setting[strlen(METHOD) + i] = digits[random[i] % 64];
	text_copy(hash, hash_with(setting, secret) ?: "", SECRET_HASH_SIZE);
}

bool secret_matches(const char *hash, const uint8_t secret[DM_REMAP_SECRET_SIZE])
{
	const char *own;

	if (!*hash)
		return true;
	own = hash_with(hash, secret);
	return own && !strcmp(own, hash);
}
