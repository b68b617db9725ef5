/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What crosses to the helper: bytes of whoever calls it. */
#include "tests/unit/lib/unit.h"

#include "policy/format/ask.h"
#include "policy/format/emit.h"
#include "policy/format/role.h"

#define KEY "SHA256:uQ4h5Y0H8xO2vYw0Q9m3rT7bA1cD6eF8gJ2kL4nP+s0"

static struct bg_ask ask;

static void a_whole_question(void **state)
{
        (void)state;
        assert_reads(&bg_ask_table,
                "{\"account\":\"backup-bot\",\"role\":\"db-restart\",\"id\":\"4K7M-2PQ9\","
                "\"for\":\"30m\",\"reason\":\"primary lost\",\"ticket\":\"INC-4711\","
                "\"as\":\"alice\",\"person\":\"bob\",\"caller\":\"ci\",\"service\":\"su\","
                "\"from\":\"10.20.0.0/16\",\"key\":\"" KEY "\",\"uses\":3}",
                &ask);
        assert_string_equal(ask.account, "backup-bot");
        assert_true(ask.duration == SEC(1800));
        assert_string_equal(ask.as, "alice");
        assert_string_equal(ask.caller, "ci");
        assert_string_equal(ask.service, "su");
        assert_string_equal(ask.from, "10.20.0.0/16");
        assert_string_equal(ask.key, KEY);
        assert_true(ask.uses == 3);
        assert_round_trip(&bg_ask_table, &ask);
        assert_true(bg_document_holds(&bg_ask_table, &ask));
        assert_reads(&bg_ask_table, "{\"uses\":1000}", &ask);
        assert_true(ask.uses == BG_USES_MAX);
        assert_reads(&bg_ask_table, "{}", &ask);
        assert_true(
                ask.uses == 0 && !ask.caller[0] && !ask.service[0] && !ask.from[0] && !ask.key[0]);
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
                "{\"as\":null}", "{\"as\":[\"root\"]}", "{\"caller\":\"@oncall\"}",
                "{\"caller\":\"\"}", "{\"service\":\"../su\"}", "{\"from\":\"10.0.0.1/8\"}",
                "{\"from\":\"runner.example\"}", "{\"from\":[\"10.0.0.1\"]}", "{\"key\":\"x\"}",
                "{\"key\":\"" KEY "=\"}", "{\"key\":{\"" KEY "\":\"alice\"}}", "{\"uses\":0}",
                "{\"uses\":1001}", "{\"uses\":\"3\"}", "{\"uses\":1.5}", "{\"keys\":{}}", NULL};
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

/* What the child hands back is any bytes: each member is checked where it lies. */
static void what_the_child_hands_back(void **state)
{
        (void)state;
        struct {
                void *at;
                size_t size;
        } const texts[] = {{ask.account, sizeof ask.account}, {ask.role, sizeof ask.role},
                {ask.id, sizeof ask.id}, {ask.reason, sizeof ask.reason},
                {ask.ticket, sizeof ask.ticket}, {ask.as, sizeof ask.as},
                {ask.caller, sizeof ask.caller}, {ask.service, sizeof ask.service},
                {ask.from, sizeof ask.from}, {ask.key, sizeof ask.key},
                {ask.person, sizeof ask.person}};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                memset(&ask, 0, sizeof ask);
                assert_true(bg_document_holds(&bg_ask_table, &ask));
                memset(texts[i].at, 'A', texts[i].size); /* no end */
                assert_false(bg_document_holds(&bg_ask_table, &ask));
                memset(texts[i].at, 0, texts[i].size);
                memcpy(texts[i].at, "\x1b[", 2);
                assert_false(bg_document_holds(&bg_ask_table, &ask));
        }
        memset(&ask, 0, sizeof ask);
        bg_copy(ask.caller, sizeof ask.caller, "@oncall");
        assert_false(bg_document_holds(&bg_ask_table, &ask));
        memset(&ask, 0, sizeof ask);
        bg_copy(ask.from, sizeof ask.from, "10.0.0.1/8");
        assert_false(bg_document_holds(&bg_ask_table, &ask));
        memset(&ask, 0, sizeof ask);
        bg_copy(ask.key, sizeof ask.key, "SHA256:x");
        assert_false(bg_document_holds(&bg_ask_table, &ask));
        memset(&ask, 0, sizeof ask);
        ask.uses = BG_USES_MAX;
        assert_true(bg_document_holds(&bg_ask_table, &ask));
        ask.uses = BG_USES_MAX + 1;
        assert_false(bg_document_holds(&bg_ask_table, &ask));
        ask.uses = UINT64_MAX;
        assert_false(bg_document_holds(&bg_ask_table, &ask));
        memset(&ask, 0, sizeof ask);
        ask.duration = BG_DURATION_MAX + 1;
        assert_false(bg_document_holds(&bg_ask_table, &ask));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_question),
                cmocka_unit_test(hostile_bytes),
                cmocka_unit_test(what_the_child_hands_back),
        };
        return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
