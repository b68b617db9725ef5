/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys in PASERK's forms; see key.h. */
#include "policy/format/key.h"

#include "policy/format/base64.h"

static const char pid_head[] = "k4.pid.";
static const char public_head[] = "k4.public.";
static const char secret_head[] = "k4.secret.";
#define BASE64URL sodium_base64_VARIANT_URLSAFE_NO_PADDING
/* PASERK, Operations/ID: 33 bytes of BLAKE2b */
#define KEY_ID_HASH_BYTES 33

static void print(const char *head, const unsigned char *bytes, size_t n, char *ret, size_t size)
{
        bg_copy(ret, size, head);
        (void)sodium_bin2base64(ret + strlen(head), size - strlen(head), bytes, n, BASE64URL);
}

/* Exactly `n` bytes after the head; there is no second way to write the same bytes. */
static bool parse(const char *head, const char *text, unsigned char *ret, size_t n)
{
        size_t n_head = strlen(head);
        size_t got = 0;

        if (strncmp(text, head, n_head) != 0)
                return false;
        const char *body = text + n_head;
        return strlen(body) == sodium_base64_ENCODED_LEN(n, BASE64URL) - 1 &&
                bg_base64_decode(BASE64URL, body, strlen(body), ret, n, &got) &&
                got == n;
}

bool bg_is_key_id(const char *text)
{
        unsigned char hash[KEY_ID_HASH_BYTES];
        return parse(pid_head, text, hash, sizeof hash);
}

void bg_key_id(const unsigned char public_key[static BG_PUBLIC_KEY_BYTES],
        char ret[static BG_KEY_ID_BYTES])
{
        char text[BG_KEY_PUBLIC_TEXT_BYTES];
        unsigned char hash[KEY_ID_HASH_BYTES];
        crypto_generichash_state state;

        bg_key_public_print(public_key, text);
        (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
        (void)crypto_generichash_update(
                &state, (const unsigned char *)pid_head, sizeof pid_head - 1);
        (void)crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
        (void)crypto_generichash_final(&state, hash, sizeof hash);
        print(pid_head, hash, sizeof hash, ret, BG_KEY_ID_BYTES);
}

void bg_key_public_print(const unsigned char public_key[static BG_PUBLIC_KEY_BYTES],
        char ret[static BG_KEY_PUBLIC_TEXT_BYTES])
{
        print(public_head, public_key, BG_PUBLIC_KEY_BYTES, ret, BG_KEY_PUBLIC_TEXT_BYTES);
}

bool bg_key_public_parse(const char *text, unsigned char ret[static BG_PUBLIC_KEY_BYTES])
{
        return parse(public_head, text, ret, BG_PUBLIC_KEY_BYTES);
}

void bg_key_secret_print(const unsigned char secret_key[static BG_SECRET_KEY_BYTES],
        char ret[static BG_KEY_SECRET_TEXT_BYTES])
{
        print(secret_head, secret_key, BG_SECRET_KEY_BYTES, ret, BG_KEY_SECRET_TEXT_BYTES);
}

bool bg_key_secret_parse(const char *text, unsigned char ret[static BG_SECRET_KEY_BYTES])
{
        unsigned char seed[crypto_sign_ed25519_SEEDBYTES];
        unsigned char public_key[BG_PUBLIC_KEY_BYTES];
        unsigned char again[BG_SECRET_KEY_BYTES];

        if (!parse(secret_head, text, ret, BG_SECRET_KEY_BYTES))
                return false;
        (void)crypto_sign_ed25519_sk_to_seed(seed, ret);
        (void)crypto_sign_ed25519_seed_keypair(public_key, again, seed);
        bool same = sodium_memcmp(again, ret, sizeof again) == 0;
        sodium_memzero(seed, sizeof seed);
        sodium_memzero(again, sizeof again);
        return same;
}

static const struct bg_field fields[] = {
        BG_F_V(bg_public_key),
        BG_F_TEXT(bg_public_key, kid, .check = bg_is_key_id, .required = true),
        BG_F_TEXT(bg_public_key, key, .required = true),
        BG_F_TEXT(bg_public_key, machine, .check = bg_is_machine_id, .required = true),
        BG_F(bg_public_key, BG_TIME, made, .required = true),
        BG_F(bg_public_key, BG_TIME, not_after),
};

const struct bg_table bg_public_key_table = {
        .what = "public key",
        .syntax = BG_JSON,
        .code = BG_UNKNOWN_KEY,
        .size = sizeof(struct bg_public_key),
        BG_FIELDS(fields),
};

enum bg_code bg_public_key_read(const char *name, const char *text, size_t n_bytes,
        struct bg_public_key *ret, struct bg_error *err)
{
        char kid[BG_KEY_ID_BYTES];
        enum bg_code code = bg_document_read(&bg_public_key_table, name, text, n_bytes, ret, err);
        if (code != BG_OK)
                return code;
        if (!bg_key_public_parse(ret->key, ret->public_key))
                return bg_fail(err, BG_UNKNOWN_KEY, 0, "%s: key: not a k4.public key", name);
        bg_key_id(ret->public_key, kid);
        if (strcmp(kid, ret->kid) != 0)
                return bg_fail(err, BG_UNKNOWN_KEY, 0, "%s: kid: not the id of its key", name);
        return BG_OK;
}
