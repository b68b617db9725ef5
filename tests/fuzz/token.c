/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens: nobody without the key makes one that verifies. The corpus holds some that do; of these,
 * what verifies is byte by byte what we ourselves sign. */
#include "tests/fuzz/fuzz.h"

#include "policy/format/token.h"

#define MACHINE "6a1f0e9b3c5d47e2b8a4c7d0f1e29b36"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct bg_keyring ring;
        static unsigned char secret[BG_SECRET_KEY_BYTES];
        static char payload[BG_PAYLOAD_BYTES_MAX + 1];
        static char again[BG_TOKEN_BYTES_MAX];
        const struct bg_now now = {.wall = 1, .machine = MACHINE};
        struct bg_error err = {0};
        size_t n = 0;

        if (ring.n == 0) {
                unsigned char seed[32];
                memset(seed, 0x42, sizeof seed); /* the key of FORMATS.md */
                (void)crypto_sign_ed25519_seed_keypair(ring.v[0].public_key, secret, seed);
                bg_key_id(ring.v[0].public_key, ring.v[0].kid);
                bg_copy(ring.v[0].machine, sizeof ring.v[0].machine, MACHINE);
                ring.n = 1;
        }
        char *token = fuzz_text(data, size);
        enum bg_code code = bg_token_verify(&ring, token, size, &now, payload, &n, &err);
        if (code == BG_OK) {
                MUST(strlen(payload) == n);
                MUST(bg_token_sign(secret, payload, MACHINE, again, sizeof again));
                MUST(strlen(again) == size && memcmp(again, token, size) == 0);
        } else {
                MUST(code == BG_MALFORMED || code == BG_UNKNOWN_KEY || code == BG_BAD_SIGNATURE);
        }
        free(token);
        return 0;
}
