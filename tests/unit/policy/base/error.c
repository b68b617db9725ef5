/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bg_fail: a value is made, whatever it is given. */
#include "tests/unit/lib/unit.h"

static void says_code_errno_and_text(void **state)
{
        (void)state;
        struct bg_error err = {0};
        assert_code(bg_fail(&err, BG_STORE_FAILED, ENOSPC, "%s/%d", "uses", 7), BG_STORE_FAILED);
        assert_code(err.code, BG_STORE_FAILED);
        assert_int_equal(err.errnum, ENOSPC);
        assert_string_equal(err.text, "uses/7: No space left on device");
}

static void no_errno_adds_nothing(void **state)
{
        (void)state;
        struct bg_error err = {0};
        (void)bg_fail(&err, BG_NO_SUCH, 0, "nothing there");
        assert_string_equal(err.text, "nothing there");
        assert_int_equal(err.errnum, 0);
}

static void nobody_need_listen(void **state)
{
        (void)state;
        assert_code(bg_fail(NULL, BG_LOCKED, EIO, "x"), BG_LOCKED);
}

static void an_unknown_errno_is_no_crash(void **state)
{
        (void)state;
        struct bg_error err = {0};
        (void)bg_fail(&err, BG_SYSTEM, 99999, "odd");
        assert_memory_equal(err.text, "odd", 3);
}

/* "ä" has two bytes: at every length the cut must fall between two of them. */
static void cut_at_a_whole_character(void **state)
{
        (void)state;
        char text[600];
        for (size_t shift = 0; shift < 4; shift++) {
                struct bg_error err = {0};
                memset(text, 'x', shift);
                for (size_t i = shift; i + 2 < sizeof text; i += 2)
                        memcpy(text + i, "ä", 3);
                (void)bg_fail(&err, BG_SYSTEM, 0, "%s", text);
                size_t n = strlen(err.text);
                assert_in_range(n, BG_ERROR_TEXT_BYTES - 5, BG_ERROR_TEXT_BYTES - 1);
                assert_int_equal((n - shift) % 2, 0);
        }
}

static void too_long_for_its_errno(void **state)
{
        (void)state;
        char text[600];
        memset(text, 'x', sizeof text);
        for (size_t n = BG_ERROR_TEXT_BYTES - 30; n < BG_ERROR_TEXT_BYTES + 5; n++) {
                struct bg_error err = {0};
                text[n] = '\0';
                (void)bg_fail(&err, BG_SYSTEM, EACCES, "%s", text);
                text[n] = 'x';
                assert_in_range(strlen(err.text), n < 250 ? n : 250, BG_ERROR_TEXT_BYTES - 1);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(says_code_errno_and_text),
                cmocka_unit_test(no_errno_adds_nothing),
                cmocka_unit_test(nobody_need_listen),
                cmocka_unit_test(an_unknown_errno_is_no_crash),
                cmocka_unit_test(cut_at_a_whole_character),
                cmocka_unit_test(too_long_for_its_errno),
        };
        return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
