/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON written: escapes, room, what is left out; and that it reads back to the same bytes. */
#include "tests/unit/lib/unit.h"

#include "policy/format/emit.h"

static void texts_are_escaped(void **state)
{
        (void)state;
        char text[128];
        struct bg_buffer b = BG_BUFFER(text);
        bg_put_json_text(&b, "a\"b\\c\n\x1B\x7F"
                             "ä");
        assert_string_equal(text, "\"a\\\"b\\\\c\\u000a\\u001b\\u007fä\"");
        assert_int_equal(b.n, strlen(text));
        assert_false(b.full);
}

static void numbers(void **state)
{
        (void)state;
        char text[64];
        struct bg_buffer b = BG_BUFFER(text);
        bg_put_number(&b, INT64_MIN);
        bg_put(&b, " ");
        bg_put_number(&b, INT64_MAX);
        assert_string_equal(text, "-9223372036854775808 9223372036854775807");
}

static void lists_for_people(void **state)
{
        (void)state;
        static const struct bg_list list = {3, {"a", "b", "c"}};
        static const char *const expected[] = {"", "a", "a or b", "a, b or c"};
        for (uint32_t n = 0; n <= 3; n++) {
                char text[32] = "";
                struct bg_buffer b = BG_BUFFER(text);
                struct bg_list some = list;
                some.n = n;
                bg_put_list(&b, &some, " or ");
                assert_string_equal(text, expected[n]);
        }
}

static void full_is_said_and_never_overrun(void **state)
{
        (void)state;
        for (size_t size = 1; size < 12; size++) {
                char text[16];
                memset(text, '#', sizeof text);
                text[0] = '\0';
                struct bg_buffer b = {.text = text, .size = size};
                bg_put(&b, "123");
                bg_put(&b, "4567");
                bg_put(&b, "8");
                assert_int_equal(text[size], '#');
                assert_true(strlen(text) < size);
                assert_int_equal(b.full, size < 9);
                /* Nothing is put behind what did not fit. */
                assert_true(strncmp("12345678", text, strlen(text)) == 0);
        }
}

struct inner {
        char name[8];
};
struct sample {
        uint64_t v;
        char text[32];
        char id[BG_ID_BYTES];
        unsigned word;
        bg_usec duration;
        bg_usec time;
        uint64_t count;
        uint64_t must;
        int64_t number;
        bool flag;
        struct bg_list list;
        struct bg_list must_list;
        struct bg_pairs pairs;
        struct inner one;
        uint32_t n_many;
        struct inner many[2];
};
static const char *const words[] = {"", "deny", "plain", NULL};
static const struct bg_field inner_fields[] = {BG_F_TEXT(inner, name)};
static const struct bg_table inner_table = {.what = "inner",
        .syntax = BG_JSON,
        .code = BG_MALFORMED,
        .size = sizeof(struct inner),
        BG_FIELDS(inner_fields)};
static const struct bg_field fields[] = {
        BG_F_V(sample),
        BG_F_TEXT(sample, text),
        BG_F(sample, BG_ID, id),
        BG_F(sample, BG_WORD, word, .words = words),
        BG_F(sample, BG_DURATION, duration),
        BG_F(sample, BG_TIME, time),
        BG_F(sample, BG_COUNT, count),
        BG_F(sample, BG_COUNT, must, .required = true),
        BG_F(sample, BG_NUMBER, number),
        BG_F(sample, BG_BOOL, flag),
        BG_F(sample, BG_LIST, list),
        BG_F(sample, BG_LIST, must_list, .required = true),
        BG_F(sample, BG_PAIRS, pairs),
        BG_F(sample, BG_STRUCT, one, .table = &inner_table),
        {.name = "many",
                .type = BG_STRUCTS,
                BG_AT(sample, many),
                .count = offsetof(struct sample, n_many),
                .table = &inner_table,
                .max = 2},
};
static const struct bg_table table = {.what = "sample",
        .syntax = BG_JSON,
        .code = BG_MALFORMED,
        .size = sizeof(struct sample),
        BG_FIELDS(fields)};

static void reads_back(const struct sample *s, const char *expected)
{
        char text[2048];
        char again[2048];
        struct bg_buffer a = BG_BUFFER(text);
        struct bg_buffer b = BG_BUFFER(again);
        struct sample back;
        struct bg_error err = {0};

        assert_true(bg_emit(&table, s, &a));
        if (expected)
                assert_string_equal(text, expected);
        if (bg_document_read(&table, "emitted", text, a.n, &back, &err) != BG_OK)
                fail_msg("%s: %s", text, err.text);
        assert_true(bg_emit(&table, &back, &b));
        assert_string_equal(text, again);
}

static void what_is_absent_is_left_out(void **state)
{
        (void)state;
        const struct sample s = {.v = 1, .number = -1};
        reads_back(&s, "{\"v\":1,\"must\":0,\"must_list\":[],\"one\":{}}");
}

static void everything_reads_back(void **state)
{
        (void)state;
        struct sample s = {
                .v = 1,
                .text = "a \"b\" \\ ä",
                .id = "4K7M-2PQ9",
                .word = 2,
                .duration = SEC(5400),
                .time = UNIT_WALL + 7,
                .count = 3,
                .must = 4,
                .number = 0,
                .flag = true,
                .list = {.n = 2, .v = {"x", "y z"}},
                .pairs = {.n = 2, .v = {{"A", "\""}, {"B", "2"}}},
                .one = {"me"},
                .n_many = 2,
                .many = {{"m"}, {"k"}},
        };
        reads_back(&s,
                "{\"v\":1,\"text\":\"a \\\"b\\\" \\\\ ä\",\"id\":\"4K7M-2PQ9\",\"word\":\"plain\","
                "\"duration\":\"90m\",\"time\":\"2026-11-24T02:46:00.000007Z\",\"count\":3,"
                "\"must\":4,\"number\":0,\"flag\":true,\"list\":[\"x\",\"y z\"],\"must_list\":[],"
                "\"pairs\":{\"A\":\"\\\"\",\"B\":\"2\"},\"one\":{\"name\":\"me\"},"
                "\"many\":[{\"name\":\"m\"},{\"name\":\"k\"}]}");
}

/* An inode number of an overlay has its top bit set: it must not come out negative. */
static void counts_use_all_64_bits(void **state)
{
        (void)state;
        struct sample s = {
                .v = 1, .number = INT64_MAX, .count = UINT64_MAX, .must = UINT64_MAX - 1};
        reads_back(&s, "{\"v\":1,\"count\":18446744073709551615,\"must\":18446744073709551614,"
                       "\"number\":9223372036854775807,\"must_list\":[],\"one\":{}}");
}

static void what_does_not_fit_is_told(void **state)
{
        (void)state;
        const struct sample s = {.v = 1, .text = "0123456789", .number = -1};
        char whole[256];
        struct bg_buffer w = BG_BUFFER(whole);
        assert_true(bg_emit(&table, &s, &w));
        for (size_t size = 1; size <= w.n + 1; size++) {
                char text[256] = "";
                struct bg_buffer b = {.text = text, .size = size};
                assert_int_equal(bg_emit(&table, &s, &b), size == w.n + 1);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(texts_are_escaped),
                cmocka_unit_test(numbers),
                cmocka_unit_test(lists_for_people),
                cmocka_unit_test(full_is_said_and_never_overrun),
                cmocka_unit_test(what_is_absent_is_left_out),
                cmocka_unit_test(everything_reads_back),
                cmocka_unit_test(counts_use_all_64_bits),
                cmocka_unit_test(what_does_not_fit_is_told),
        };
        return cmocka_run_group_tests_name("emit", tests, NULL, NULL);
}
