/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* key list: the keys by which this host's grants are believed, and the one that signs. */
#include "bgctl/admin/root.h"
#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "policy/store/keyring.h"

/* One key, as it is told. */
struct told_key {
        char kid[BG_KEY_ID_BYTES];
        char machine[BG_MACHINE_ID_BYTES];
        bg_usec made;
        bg_usec not_after;
        bool signs;
};

static const struct bg_field told_key_fields[] = {
        BG_F_TEXT(told_key, kid, .check = bg_is_key_id, .required = true),
        BG_F_TEXT(told_key, machine, .check = bg_is_machine_id),
        BG_F(told_key, BG_TIME, made),
        BG_F(told_key, BG_TIME, not_after),
        BG_F(told_key, BG_BOOL, signs),
};

static const struct bg_table told_key_table = {
        .what = "listed key",
        .syntax = BG_JSON,
        .code = BG_SYSTEM,
        .size = sizeof(struct told_key),
        BG_FIELDS(told_key_fields),
};

/* The public half of host.key; all zero where there is none that could sign. */
static void read_signer(const struct bg_dir *state, const struct bg_keyring *ring,
        unsigned char ret[static BG_PUBLIC_KEY_BYTES])
{
        unsigned char *secret = sodium_init() < 0 ? NULL : sodium_malloc(BG_SECRET_KEY_BYTES);

        memset(ret, 0, BG_PUBLIC_KEY_BYTES);
        if (secret && bg_signing_key_load(state, ring, secret, NULL) == BG_OK)
                (void)crypto_sign_ed25519_sk_to_pk(ret, secret);
        sodium_free(secret); /* which wipes it */
}

static void tell_key(const struct bg_public_key *key, const unsigned char *signer,
        const char *machine, struct told_key *ret)
{
        *ret = (struct told_key){.made = key->made, .not_after = key->not_after};
        bg_copy(ret->kid, sizeof ret->kid, key->kid);
        bg_copy(ret->machine, sizeof ret->machine, key->machine);
        ret->signs = memcmp(signer, key->public_key, BG_PUBLIC_KEY_BYTES) == 0 &&
                     strcmp(key->machine, machine) == 0;
}

static void print_key(const struct told_key *key, const char *machine)
{
        char text[BG_LOCAL_TIME_BYTES];
        bg_usec now = bg_wall();

        bg_row(stdout, 0, "Key", "%s", key->kid);
        bg_row(stdout, 2, "made", "%s", key->made ? bg_local_time(key->made, now, text) : "?");
        if (key->not_after)
                bg_row(stdout, 2, key->not_after < now ? "was good" : "is good", "until %s",
                        bg_local_time(key->not_after, now, text));
        if (strcmp(key->machine, machine) != 0)
                bg_row(stdout, 2, "machine", "%s, which is not this one: it opens nothing here",
                        key->machine);
        if (key->signs)
                bg_row(stdout, 2, "signs", "the grants of this host");
}

static enum bg_code print_keys(const struct bg_keyring *ring, const unsigned char *signer,
        const struct bg_now *now, bool json, struct bg_error *err)
{
        enum bg_code code = BG_OK;
        struct told_key key;

        if (json)
                (void)printf("[");
        for (uint32_t i = 0; code == BG_OK && i < ring->n; i++) {
                tell_key(&ring->v[i], signer, now->machine, &key);
                if (!json) {
                        print_key(&key, now->machine);
                        continue;
                }
                (void)printf("%s", i ? "," : "");
                code = bg_print_json(stdout, &told_key_table, &key, err);
        }
        if (json)
                (void)printf("]\n");
        else if (ring->n == 0)
                bg_say(stdout, "", "There is no key yet:  bgctl init");
        return code;
}

int bg_run_key_list(const struct bg_options *options)
{
        bg_auto(bg_store_done) struct bg_store store = BG_STORE_NONE;
        unsigned char signer[BG_PUBLIC_KEY_BYTES];
        struct bg_keyring ring;
        struct bg_now now;
        struct bg_error err;

        enum bg_code code = bg_need_root("key list", &err);
        if (code == BG_OK)
                code = bg_now_read(&now, &err);
        if (code == BG_OK)
                code = bg_store_open(&bg_places_host, &store, &err);
        if (code == BG_OK)
                code = bg_keyring_load(&store.state, &ring, &err);
        if (code != BG_OK)
                return bg_tell_error(options, &err);
        read_signer(&store.state, &ring, signer);
        code = print_keys(&ring, signer, &now, bg_has(options, BG_OPTION_JSON), &err);
        return code == BG_OK ? 0 : bg_tell_error(options, &err);
}
