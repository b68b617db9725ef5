/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base 64: no byte outside of the alphabet, no bit left over, no second way. */
#include "tests/unit/lib/unit.h"

#include "policy/format/base64.h"

#include <sodium.h>

static unsigned char out[16];
static size_t n_out;

static bool decode(int variant, const char *text)
{
        return bg_base64_decode(variant, text, strlen(text), out, sizeof out, &n_out);
}

static void both_alphabets(void **state)
{
        (void)state;
        const int url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
        const int original = sodium_base64_VARIANT_ORIGINAL;
        assert_true(decode(url, "-_-_") && n_out == 3);
        assert_memory_equal(out, "\xFB\xFF\xBF", 3);
        assert_true(decode(original, "+/+/") && n_out == 3);
        assert_memory_equal(out, "\xFB\xFF\xBF", 3);
        assert_false(decode(url, "+/+/"));
        assert_false(decode(original, "-_-_"));
        assert_true(decode(url, "QQ") && n_out == 1 && out[0] == 'A');
        assert_false(decode(url, "QQ=="));
        assert_true(decode(original, "QQ==") && n_out == 1);
        assert_false(decode(original, "QQ"));
        assert_true(decode(url, "") && n_out == 0);
}

static void bits_left_over(void **state)
{
        (void)state;
        const int url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
        assert_false(decode(url, "QR"));
        assert_false(decode(url, "Q"));
        assert_true(decode(url, "QUI") && n_out == 2);
        assert_false(decode(url, "QUJ"));
}

/* Each byte alone and in the last place: letters decode to 64 different values, others not at all. */
static void every_byte(void **state)
{
        (void)state;
        bool seen[64] = {false};
        unsigned n = 0;
        for (unsigned c = 0; c < 256; c++) {
                const char text[4] = {'A', 'A', 'A', (char)c};
                if (!bg_base64_decode(sodium_base64_VARIANT_URLSAFE_NO_PADDING, text, 4, out,
                            sizeof out, &n_out))
                        continue;
                assert_true(n_out == 3 && out[2] < 64 && !seen[out[2]]);
                seen[out[2]] = true;
                n++;
        }
        assert_int_equal(n, 64);
}

static void no_more_than_fits(void **state)
{
        (void)state;
        assert_true(bg_base64_decode(
                sodium_base64_VARIANT_URLSAFE_NO_PADDING, "AAAA", 4, out, 3, &n_out));
        assert_false(bg_base64_decode(
                sodium_base64_VARIANT_URLSAFE_NO_PADDING, "AAAA", 4, out, 2, &n_out));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_alphabets),
                cmocka_unit_test(bits_left_over),
                cmocka_unit_test(every_byte),
                cmocka_unit_test(no_more_than_fits),
        };
        return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
