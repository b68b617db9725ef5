/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What crosses to the helper: bytes of whoever calls it. */
#include "tests/unit/lib/unit.h"

#include "policy/format/ask.h"
#include "policy/format/emit.h"

static struct bg_ask ask;

static void a_whole_question(void **state)
{
        (void)state;
        assert_reads(&bg_ask_table,
                "{\"account\":\"backup-bot\",\"role\":\"db-restart\",\"id\":\"4K7M-2PQ9\","
                "\"for\":\"30m\",\"reason\":\"primary lost\",\"ticket\":\"INC-4711\","
                "\"as\":\"alice\",\"person\":\"bob\"}",
                &ask);
        assert_string_equal(ask.account, "backup-bot");
        assert_true(ask.duration == SEC(1800));
        assert_string_equal(ask.as, "alice");
        assert_round_trip(&bg_ask_table, &ask);
        assert_true(bg_document_holds(&bg_ask_table, &ask));
        assert_reads(&bg_ask_table, "{}", &ask);
        assert_round_trip(&bg_ask_table, &ask);
        assert_true(bg_document_holds(&bg_ask_table, &ask));
}

static void hostile_bytes(void **state)
{
        (void)state;
        static const char *const bad[] = {"", "account: x", "{\"account\":\"../etc\"}",
                "{\"account\":\"a\\nb\"}", "{\"account\":\"\"}",
                "{\"account\":\"a\",\"account\":\"b\"}", "{\"uid\":0}", "{\"role\":\"Db\"}",
                "{\"id\":\"../closed\"}", "{\"id\":\"4k7m-2pq9\"}", "{\"for\":\"0s\"}",
                "{\"for\":3600}", "{\"for\":\"99999d\"}", "{\"reason\":\"\\u001b]0;x\\u0007\"}",
                "{\"reason\":\"a\\u202eb\"}", "{\"as\":\"ro ot\"}", "{\"reason\":\"\xFF\"}",
                "{\"as\":null}", "{\"as\":[\"root\"]}", NULL};
        for (const char *const *p = bad; *p; p++)
                assert_refuses(&bg_ask_table, *p, "file");

        char text[BG_REASON_BYTES + 32] = "{\"reason\":\"";
        size_t n = strlen(text);
        memset(text + n, 'x', BG_REASON_BYTES - 1);
        (void)strcpy(text + n + BG_REASON_BYTES - 1, "\"}");
        assert_reads(&bg_ask_table, text, &ask);
        (void)strcpy(text + n + BG_REASON_BYTES - 1, "x\"}");
        assert_refuses(&bg_ask_table, text, "reason: too long");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_question),
                cmocka_unit_test(hostile_bytes),
        };
        return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
