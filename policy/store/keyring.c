/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's keys on disk; see keyring.h. */
#include "policy/store/keyring.h"

#include "policy/format/emit.h"
#include "policy/store/write.h"

#define PUBLIC_FILE_BYTES 1024
/* More files than keys: whoever can write here is root; the number only bounds the listing. */
#define KEY_FILES_MAX 64
static const char host_key[] = "host.key";

static enum bg_code add_key(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        struct bg_keyring *ring = context;
        struct bg_public_key key;
        char text[PUBLIC_FILE_BYTES + 1];
        char expected[BG_KEY_ID_BYTES + 4];
        size_t n = strlen(name);

        if (n < 4 || strcmp(name + n - 4, ".pub") != 0 || ring->n == BG_KEYRING_MAX)
                return BG_OK;
        enum bg_code code = bg_dir_read(dir, name, PUBLIC_FILE_BYTES, text, &n, err);
        if (code == BG_OK)
                code = bg_public_key_read(name, text, n, &key, err);
        /* A key that could not be had now is not one that is unknown. */
        if (code == BG_STORE_FAILED || code == BG_SYSTEM)
                return code;
        if (code != BG_OK)
                return BG_OK;
        (void)snprintf(expected, sizeof expected, "%s.pub", key.kid);
        if (strcmp(expected, name) == 0)
                ring->v[ring->n++] = key;
        return BG_OK;
}

enum bg_code bg_keyring_load(
        const struct bg_dir *state, struct bg_keyring *ret, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;

        ret->n = 0;
        enum bg_code code = bg_dir_sub(state, "keys", &dir, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        return code == BG_OK ? bg_dir_each(&dir, KEY_FILES_MAX, add_key, ret, err) : code;
}

static bool ring_has(const struct bg_keyring *ring, const unsigned char *public_key)
{
        for (uint32_t i = 0; i < ring->n; i++)
                if (memcmp(ring->v[i].public_key, public_key, BG_PUBLIC_KEY_BYTES) == 0)
                        return true;
        return false;
}

enum bg_code bg_signing_key_load(const struct bg_dir *state, const struct bg_keyring *keyring,
        unsigned char ret[static BG_SECRET_KEY_BYTES], struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        unsigned char public_key[BG_PUBLIC_KEY_BYTES];
        char text[BG_KEY_SECRET_TEXT_BYTES + 1];
        size_t n = 0;

        enum bg_code code = bg_dir_sub(state, "keys", &dir, err);
        if (code == BG_OK)
                code = bg_dir_read(&dir, host_key, sizeof text - 1, text, &n, err);
        if (code != BG_OK)
                return code;
        if (n > 0 && text[n - 1] == '\n')
                text[n - 1] = '\0';
        bool good = bg_key_secret_parse(text, ret);
        sodium_memzero(text, sizeof text);
        if (!good)
                return bg_fail(err, BG_UNKNOWN_KEY, 0, "%s/%s is damaged", dir.path, host_key);
        (void)crypto_sign_ed25519_sk_to_pk(public_key, ret);
        if (!ring_has(keyring, public_key)) {
                sodium_memzero(ret, BG_SECRET_KEY_BYTES);
                return bg_fail(err, BG_UNKNOWN_KEY, 0, "the public half of %s/%s is missing",
                        dir.path, host_key);
        }
        return BG_OK;
}

static enum bg_code write_public(const struct bg_dir *dir, const unsigned char *public_key,
        const struct bg_now *now, struct bg_error *err)
{
        struct bg_public_key key = {.v = 1, .made = now->wall / BG_USEC_PER_SEC * BG_USEC_PER_SEC};
        char text[PUBLIC_FILE_BYTES];
        char name[BG_KEY_ID_BYTES + 4];
        struct bg_buffer buffer = BG_BUFFER(text);
        bool made = false;

        bg_key_id(public_key, key.kid);
        bg_key_public_print(public_key, key.key);
        bg_copy(key.machine, sizeof key.machine, now->machine);
        (void)bg_emit(&bg_public_key_table, &key, &buffer);
        bg_put(&buffer, "\n");
        (void)snprintf(name, sizeof name, "%s.pub", key.kid);
        return bg_write_once(dir, name, 0644, text, buffer.n, &made, err);
}

enum bg_code bg_signing_key_make(
        const struct bg_dir *state, const struct bg_now *now, bool *ret_made, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir dir = BG_DIR_NONE;
        unsigned char public_key[BG_PUBLIC_KEY_BYTES];
        unsigned char secret_key[BG_SECRET_KEY_BYTES];
        char text[BG_KEY_SECRET_TEXT_BYTES + 1];
        bool there = false;

        *ret_made = false;
        enum bg_code code = bg_dir_make(state, "keys", &dir, err);
        if (code == BG_OK)
                code = bg_dir_has(&dir, host_key, &there, err);
        if (code != BG_OK || there)
                return code;
        (void)crypto_sign_ed25519_keypair(public_key, secret_key);
        code = write_public(&dir, public_key, now, err);
        if (code == BG_OK) {
                bg_key_secret_print(secret_key, text);
                size_t n = strlen(text);
                text[n] = '\n';
                code = bg_write_once(&dir, host_key, 0600, text, n + 1, ret_made, err);
        }
        sodium_memzero(secret_key, sizeof secret_key);
        sodium_memzero(text, sizeof text);
        return code;
}
