/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PASETO v4.public: what must sign to exactly this token, verify, and fail. */
#include "tests/vectors/vectors.h"

#include "policy/format/token.h"

static json_t *root;

static int setup(void **state)
{
        (void)state;
        root = vectors_load("paseto-v4.json");
        return sodium_init() < 0;
}

static int teardown(void **state)
{
        (void)state;
        json_decref(root);
        return 0;
}

static void sign_and_verify(void **state)
{
        (void)state;
        size_t i = 0;
        json_t *test = NULL;
        unsigned n = 0;
        json_array_foreach(json_object_get(root, "tests"), i, test)
        {
                unsigned char secret[BG_SECRET_KEY_BYTES];
                unsigned char public_key[BG_PUBLIC_KEY_BYTES];
                char token[2048];
                char payload[2048];
                size_t n_payload = 0;
                if (strncmp(text_of(test, "name"), "4-S-", 4) != 0)
                        continue;
                n++;
                const char *footer = text_of(test, "footer");
                const char *implicit = text_of(test, "implicit-assertion");
                const char *expected = text_of(test, "token");
                assert_int_equal(
                        bytes_of(test, "secret-key", secret, sizeof secret), sizeof secret);
                assert_int_equal(bytes_of(test, "public-key", public_key, sizeof public_key),
                        sizeof public_key);
                assert_true(bg_paseto_sign(
                        secret, text_of(test, "payload"), footer, implicit, token, sizeof token));
                assert_string_equal(token, expected);
                assert_true(bg_paseto_verify(public_key, expected, strlen(expected), footer,
                        implicit, payload, sizeof payload, &n_payload));
                assert_string_equal(payload, text_of(test, "payload"));
                assert_int_equal(n_payload, strlen(payload));
                /* Neither footer nor assertion may be another. */
                assert_false(bg_paseto_verify(public_key, expected, strlen(expected), "x", implicit,
                        payload, sizeof payload, &n_payload));
                assert_false(bg_paseto_verify(public_key, expected, strlen(expected), footer, "x",
                        payload, sizeof payload, &n_payload));
                public_key[0] ^= 1;
                assert_false(bg_paseto_verify(public_key, expected, strlen(expected), footer,
                        implicit, payload, sizeof payload, &n_payload));
        }
        assert_int_equal(n, 3);
}

/* All that must fail, and all v4.local tokens besides: to us, each is no token of ours. */
static void failures(void **state)
{
        (void)state;
        size_t i = 0;
        json_t *test = NULL;
        unsigned n = 0;
        unsigned char first[BG_PUBLIC_KEY_BYTES];
        json_array_foreach(json_object_get(root, "tests"), i,
                test) if (strcmp(text_of(test, "name"), "4-S-1") == 0)
                assert_int_equal(bytes_of(test, "public-key", first, sizeof first), sizeof first);
        json_array_foreach(json_object_get(root, "tests"), i, test)
        {
                unsigned char public_key[BG_PUBLIC_KEY_BYTES];
                char payload[2048];
                size_t n_payload = 0;
                const char *token = text_of(test, "token");
                if (strncmp(text_of(test, "name"), "4-S-", 4) == 0)
                        continue;
                n++;
                memcpy(public_key, first, sizeof public_key);
                if (json_object_get(test, "public-key"))
                        assert_int_equal(
                                bytes_of(test, "public-key", public_key, sizeof public_key),
                                sizeof public_key);
                if (bg_paseto_verify(public_key, token, strlen(token), text_of(test, "footer"),
                            text_of(test, "implicit-assertion"), payload, sizeof payload,
                            &n_payload))
                        fail_msg("%s verifies", text_of(test, "name"));
        }
        assert_int_equal(n, 14);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sign_and_verify),
                cmocka_unit_test(failures),
        };
        return cmocka_run_group_tests_name("paseto", tests, setup, teardown);
}
