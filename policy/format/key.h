/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ed25519 keys as PASERK writes them (paserk: k4.secret, k4.public, k4.pid), and the file of a
 * public key, keys/KID.pub. */
#pragma once

#include "policy/format/document.h"

#include <sodium.h>

#define BG_PUBLIC_KEY_BYTES crypto_sign_ed25519_PUBLICKEYBYTES
#define BG_SECRET_KEY_BYTES crypto_sign_ed25519_SECRETKEYBYTES
/* "k4.pid." and base64url of 33 bytes; "k4.public." and of 32; "k4.secret." and of 64. NUL included */
#define BG_KEY_ID_BYTES (7 + 44 + 1)
#define BG_KEY_PUBLIC_TEXT_BYTES (10 + 43 + 1)
#define BG_KEY_SECRET_TEXT_BYTES (10 + 86 + 1)

bool bg_is_key_id(const char *text);
void bg_key_id(const unsigned char public_key[static BG_PUBLIC_KEY_BYTES],
        char ret[static BG_KEY_ID_BYTES]);

void bg_key_public_print(const unsigned char public_key[static BG_PUBLIC_KEY_BYTES],
        char ret[static BG_KEY_PUBLIC_TEXT_BYTES]);
bool bg_key_public_parse(const char *text, unsigned char ret[static BG_PUBLIC_KEY_BYTES]);

/* The caller wipes both. Parsing also checks that the public half belongs to the secret one. */
void bg_key_secret_print(const unsigned char secret_key[static BG_SECRET_KEY_BYTES],
        char ret[static BG_KEY_SECRET_TEXT_BYTES]);
bool bg_key_secret_parse(const char *text, unsigned char ret[static BG_SECRET_KEY_BYTES]);

/* keys/KID.pub */
struct bg_public_key {
        uint64_t v;
        char kid[BG_KEY_ID_BYTES];
        char key[BG_KEY_PUBLIC_TEXT_BYTES];
        char machine[BG_MACHINE_ID_BYTES]; /* the host it was made on */
        bg_usec made;
        bg_usec not_after; /* 0: none */
        unsigned char public_key[BG_PUBLIC_KEY_BYTES]; /* from `key`, by bg_public_key_read() */
};

extern const struct bg_table bg_public_key_table;

/* Reads keys/KID.pub; its key id must be that of its key. Errors: BG_UNKNOWN_KEY. */
enum bg_code bg_public_key_read(const char *name, const char *text, size_t n_bytes,
        struct bg_public_key *ret, struct bg_error *err);

/* This host's own keys: today's, and those before it whose grants have not all ended. */
#define BG_KEYRING_MAX 8
struct bg_keyring {
        uint32_t n;
        struct bg_public_key v[BG_KEYRING_MAX];
};
