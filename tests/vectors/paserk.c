/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PASERK k4.pid and k4.public. A key of another length cannot even be handed in: its type says 32
 * bytes; the text that another implementation would make of it must not parse. */
#include "tests/vectors/vectors.h"

#include "policy/format/key.h"

static void not_a_key(const json_t *test, const char *head)
{
        unsigned char bytes[64];
        unsigned char key[BG_PUBLIC_KEY_BYTES];
        char text[256];
        size_t n = bytes_of(test, "key", bytes, sizeof bytes);
        assert_int_not_equal(n, BG_PUBLIC_KEY_BYTES);
        bg_copy(text, sizeof text, head);
        (void)sodium_bin2base64(text + strlen(head), sizeof text - strlen(head), bytes, n,
                sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        assert_false(bg_key_public_parse(text, key));
}

static void pid(void **state)
{
        (void)state;
        json_t *root = vectors_load("paserk-k4.pid.json");
        json_t *test = NULL;
        size_t i = 0;
        json_array_foreach(json_object_get(root, "tests"), i, test)
        {
                unsigned char key[BG_PUBLIC_KEY_BYTES];
                char text[BG_KEY_ID_BYTES];
                if (json_is_true(json_object_get(test, "expect-fail"))) {
                        not_a_key(test, "k4.public.");
                        continue;
                }
                assert_int_equal(bytes_of(test, "key", key, sizeof key), sizeof key);
                bg_key_id(key, text);
                assert_string_equal(text, text_of(test, "paserk"));
                assert_true(bg_is_key_id(text));
        }
        assert_int_equal(i, 5);
        json_decref(root);
}

static void public(void **state)
{
        (void)state;
        json_t *root = vectors_load("paserk-k4.public.json");
        json_t *test = NULL;
        size_t i = 0;
        json_array_foreach(json_object_get(root, "tests"), i, test)
        {
                unsigned char key[BG_PUBLIC_KEY_BYTES];
                unsigned char back[BG_PUBLIC_KEY_BYTES];
                char text[BG_KEY_PUBLIC_TEXT_BYTES];
                if (json_is_true(json_object_get(test, "expect-fail"))) {
                        not_a_key(test, "k4.public.");
                        continue;
                }
                assert_int_equal(bytes_of(test, "key", key, sizeof key), sizeof key);
                bg_key_public_print(key, text);
                assert_string_equal(text, text_of(test, "paserk"));
                assert_true(bg_key_public_parse(text, back));
                assert_memory_equal(back, key, sizeof key);
        }
        assert_int_equal(i, 4);
        json_decref(root);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(pid),
                cmocka_unit_test(public),
        };
        return cmocka_run_group_tests_name("paserk", tests, NULL, NULL);
}
