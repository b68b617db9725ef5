/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The helper's answers, read: what nobody understands is no answer. */
#include "tests/unit/lib/unit.h"

#include "bgctl/cli/call.h"

static struct bg_error err;

static struct bg_reply reply_of(const char *text)
{
        return (struct bg_reply){.text = strdup(text), .n = strlen(text)};
}

#define LINE                                                                                       \
        "{\"id\":\"4K7M-2PQ9\",\"account\":\"backup-bot\",\"role\":\"db-restart\","                \
        "\"state\":\"open\"}\n"

static void lines_one_by_one(void **state)
{
        struct bg_listed grant;
        bool there = false;
        struct bg_reply reply = reply_of(LINE LINE);

        (void)state;
        for (int i = 0; i < 2; i++) {
                assert_code(bg_reply_next(&reply, &bg_listed_table, &grant, &there, &err), BG_OK);
                assert_true(there);
                assert_string_equal(grant.id, "4K7M-2PQ9");
                assert_int_equal(grant.uses_max, -1);
        }
        assert_code(bg_reply_next(&reply, &bg_listed_table, &grant, &there, &err), BG_OK);
        assert_false(there);
        bg_reply_done(&reply);

        reply = reply_of("");
        assert_code(bg_reply_next(&reply, &bg_listed_table, &grant, &there, &err), BG_OK);
        assert_false(there);
        bg_reply_done(&reply);
}

static void exactly_one(void **state)
{
        static const char *const bad[] = {"", LINE LINE, LINE "x", "\n" LINE, "garbage\n", "{}\n",
                "{\"id\":\"4K7M-2PQ9\"}\n", "{\"id\":\"../../etc\",\"account\":\"a\"}\n",
                "{\"id\":\"4K7M-2PQ9\",\"account\":\"a\033[2J\",\"role\":\"r\",\"state\":\"open\"}\n",
                "{\"error\":\"no-such\"}\n"};
        struct bg_listed grant;

        (void)state;
        struct bg_reply reply = reply_of(LINE);
        assert_code(bg_reply_one(&reply, &bg_listed_table, &grant, &err), BG_OK);
        bg_reply_done(&reply);
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                reply = reply_of(bad[i]);
                assert_code(bg_reply_one(&reply, &bg_listed_table, &grant, &err), BG_SYSTEM);
                assert_true(bg_is_clean_text(err.text));
                bg_reply_done(&reply);
        }
}

/* Where breakglass is not installed. */
static void a_helper_that_is_missing(void **state)
{
        const struct bg_ask ask = {0};
        struct bg_reply reply;

        (void)state;
        if (access(BG_HELPER_PATH, F_OK) == 0)
                skip();
        assert_code(bg_call("list", &ask, &reply, &err), BG_SYSTEM);
        assert_says(&err, "is missing");
        bg_reply_done(&reply);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_one_by_one),
                cmocka_unit_test(exactly_one),
                cmocka_unit_test(a_helper_that_is_missing),
        };
        return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
