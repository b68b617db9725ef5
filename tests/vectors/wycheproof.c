/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wycheproof's Ed25519 signatures through libsodium, called as token.c calls it; and what its vectors
 * leave out: public keys of small order, for which a signature fits any message. */
#include "tests/vectors/vectors.h"

static void all_151(void **state)
{
        (void)state;
        json_t *root = vectors_load("wycheproof-ed25519.json");
        json_t *group = NULL;
        json_t *test = NULL;
        size_t g = 0;
        size_t t = 0;
        unsigned n = 0;
        unsigned n_valid = 0;
        json_array_foreach(json_object_get(root, "testGroups"), g, group)
        {
                unsigned char pk[crypto_sign_ed25519_PUBLICKEYBYTES];
                assert_int_equal(bytes_of(json_object_get(group, "publicKey"), "pk", pk, sizeof pk),
                        sizeof pk);
                json_array_foreach(json_object_get(group, "tests"), t, test)
                {
                        static unsigned char message[65536];
                        unsigned char signature[256];
                        size_t n_message = bytes_of(test, "msg", message, sizeof message);
                        size_t n_signature = bytes_of(test, "sig", signature, sizeof signature);
                        bool valid = strcmp(text_of(test, "result"), "valid") == 0;
                        /* The length is the caller's to check: a token's last 64 bytes are it. */
                        bool taken = n_signature == crypto_sign_ed25519_BYTES &&
                                     crypto_sign_ed25519_verify_detached(
                                             signature, message, n_message, pk) == 0;
                        if (taken != valid)
                                fail_msg("tcId %lld",
                                        json_integer_value(json_object_get(test, "tcId")));
                        n++;
                        n_valid += valid;
                }
        }
        assert_int_equal(n, 151);
        assert_int_equal(n_valid, 88);
        json_decref(root);
}

/* The points of order 1, 2, 4 and 8, and their other encodings (RFC 8032, 5.1.3; y above p). */
static const char *const small_order[] = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0100000000000000000000000000000000000000000000000000000000000080",
};

/* With a public key A of small order, R = A' of small order and S = 0, the plain equation holds for
 * every message whose hash is a multiple of 8: tried with a thousand. */
static void keys_of_small_order(void **state)
{
        (void)state;
        for (size_t a = 0; a < sizeof small_order / sizeof *small_order; a++)
                for (size_t r = 0; r < sizeof small_order / sizeof *small_order; r++) {
                        unsigned char pk[32];
                        unsigned char signature[64] = {0};
                        assert_int_equal(
                                sodium_hex2bin(pk, 32, small_order[a], 64, NULL, NULL, NULL), 0);
                        assert_int_equal(
                                sodium_hex2bin(signature, 32, small_order[r], 64, NULL, NULL, NULL),
                                0);
                        for (unsigned char m = 0; m < 100; m++)
                                assert_int_not_equal(
                                        crypto_sign_ed25519_verify_detached(signature, &m, 1, pk),
                                        0);
                }
}

/* S and S + L sign the same in the plain equation; only the lesser is a signature. */
static void a_second_s(void **state)
{
        (void)state;
        static const unsigned char order[32] = {0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58,
                0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, [31] = 0x10};
        unsigned char pk[crypto_sign_ed25519_PUBLICKEYBYTES];
        unsigned char sk[crypto_sign_ed25519_SECRETKEYBYTES];
        const unsigned char seed[32] = {1};
        assert_int_equal(crypto_sign_ed25519_seed_keypair(pk, sk, seed), 0);
        for (unsigned char m = 0; m < 16; m++) {
                unsigned char signature[64];
                assert_int_equal(crypto_sign_ed25519_detached(signature, NULL, &m, 1, sk), 0);
                assert_int_equal(crypto_sign_ed25519_verify_detached(signature, &m, 1, pk), 0);
                sodium_add(signature + 32, order, 32);
                assert_int_not_equal(crypto_sign_ed25519_verify_detached(signature, &m, 1, pk), 0);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_151),
                cmocka_unit_test(keys_of_small_order),
                cmocka_unit_test(a_second_s),
        };
        return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("wycheproof", tests, NULL, NULL);
}
