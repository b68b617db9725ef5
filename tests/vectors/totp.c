/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 6238's codes through liboath, called as the helper does: steps of 30 s from 1970, SHA-1. */
#include "tests/vectors/vectors.h"

#include <liboath/oath.h>

static void appendix_b(void **state)
{
        (void)state;
        json_t *root = vectors_load("totp-rfc6238.json");
        json_t *test = NULL;
        size_t i = 0;
        unsigned n_sha1 = 0;
        json_array_foreach(json_object_get(root, "vectors"), i, test)
        {
                unsigned char key[64];
                char code[16] = "";
                size_t n_key = bytes_of(test, "key", key, sizeof key);
                time_t now = (time_t)json_integer_value(json_object_get(test, "time"));
                bool sha1 = strcmp(text_of(test, "hash"), "SHA1") == 0;
                int flags = sha1 ? 0 : OATH_TOTP_HMAC_SHA256;
                const char *expected = text_of(test, "code");

                assert_int_equal(oath_totp_generate2((const char *)key, n_key, now,
                                         OATH_TOTP_DEFAULT_TIME_STEP_SIZE,
                                         OATH_TOTP_DEFAULT_START_TIME, 8, flags, code),
                        OATH_OK);
                assert_string_equal(code, expected);
                if (!sha1)
                        continue;
                n_sha1++;
                assert_int_equal(
                        oath_totp_generate((const char *)key, n_key, now, 30, 0, 8, code), OATH_OK);
                assert_string_equal(code, expected);
                /* Six digits are the last six of eight; any moment of a step gives its code. */
                assert_int_equal(
                        oath_totp_generate((const char *)key, n_key, now / 30 * 30, 30, 0, 6, code),
                        OATH_OK);
                assert_string_equal(code, expected + 2);
        }
        assert_int_equal(n_sha1, 6);
        json_decref(root);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(appendix_b),
        };
        if (oath_init() != OATH_OK)
                return 1;
        int failed = cmocka_run_group_tests_name("totp", tests, NULL, NULL);
        (void)oath_done();
        return failed;
}
