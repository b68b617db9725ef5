/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two checks beside libyaml. What they are for is tested in document.c; here are their edges. */
#include "tests/unit/lib/unit.h"

#include "policy/format/syntax.h"

static void numbers_and_words_of_other_types(void **state)
{
        (void)state;
        static const char *const other[] = {"", "~", "null", "NULL", "yes", "Off", "y", "N", "0",
                "9", "+9", "-9", "1_0", "1.", ".1", "1.1", "-.1", "1e1", "1E+1", "1.e-1", "0x0",
                "-0xF", "0o7", "0b1", "0x_", "1:2", "190:20:30", "1:2_0", ".inf", "+.Inf", "-.INF",
                ".nan", NULL};
        for (const char *const *p = other; *p; p++)
                if (!bg_is_other_type(*p))
                        fail_msg("\"%s\" passes for a text", *p);
        static const char *const text[] = {"a", "nul", "yess", "nO", "+", "-", ".", "+.", "..",
                "1.1.1", "e1", ".e1", "1e", "1e+", "1x", "0x", "0b", "0b2", "0o8", "0xG",
                "1:", ":1", "1:a", "1::2", "--1", "+-1", "+yes", "+.nan", "1 ", " 1", "1,5",
                "infinity", "inf", "nan", "12-3", "0X1", NULL};
        for (const char *const *p = text; *p; p++)
                if (bg_is_other_type(*p))
                        fail_msg("\"%s\" passes for another type", *p);
}

static bool is_json(const char *text)
{
        size_t at = 0;
        return bg_is_json(text, strlen(text), &at);
}

static void json_by_its_bytes(void **state)
{
        (void)state;
        static const char *const good[] = {"{}", "[]",
                " {\"a\":[1,-2,true,false,null,1.5e+3]}\r\n\t", "\"\"", "\"# --- {'x', ]\"",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u12aF\"", "\"ä\xE2\x80\xA7\"", NULL};
        for (const char *const *p = good; *p; p++)
                if (!is_json(*p))
                        fail_msg("refused: %s", *p);
        static const char *const bad[] = {"{v:1}", "'a'", "#", "{} #", "---", "- 1", "-", "...",
                ".5", "!", "&a", "*a", "|", ">", "%", "@", "`", "?", "[1,]", "[1 , ]", "{\"a\":1,}",
                "\"", "\"\\\"", "\"\\", "\"\\x41\"", "\"\\ \"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u",
                "\"a\nb\"", "\"\t\"", "\"\xC2\x85\"", "\"\xE2\x80\xA8\"", "\"\xE2\x80\xA9\"",
                "\xEF\xBB\xBF{}", "\x01", NULL};
        for (const char *const *p = bad; *p; p++)
                if (is_json(*p))
                        fail_msg("taken: %s", *p);
        size_t at = 0;
        assert_false(bg_is_json("{\0}", 3, &at));
        assert_int_equal(at, 1);
        assert_false(bg_is_json("{\"a\":'b'}", 9, &at));
        assert_int_equal(at, 5);
        assert_true(bg_is_json("", 0, &at));
}

/* Nothing behind the last byte is looked at, wherever a text is cut off. */
static void reads_no_further_than_told(void **state)
{
        (void)state;
        static const char text[] = "{\"a\":\"\\u12aF\xC2\x85\xE2\x80\xA8\",\"b\":-1.5}";
        for (size_t n = 0; n < sizeof text; n++) {
                char *copy = malloc(n ? n : 1);
                size_t at = 0;
                assert_non_null(copy);
                memcpy(copy, text, n);
                (void)bg_is_json(copy, n, &at);
                assert_true(at <= n);
                free(copy);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_and_words_of_other_types),
                cmocka_unit_test(json_by_its_bytes),
                cmocka_unit_test(reads_no_further_than_told),
        };
        return cmocka_run_group_tests_name("syntax", tests, NULL, NULL);
}
