/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The helper's answers: each kind, full and nearly empty, written and read back. */
#include "tests/unit/lib/unit.h"

#include "policy/format/answer.h"
#include "policy/format/emit.h"

/* And one character more. */
#define KEY "SHA256:uQ4h5Y0H8xO2vYw0Q9m3rT7bA1cD6eF8gJ2kL4nP+s"

static void offers(void **state)
{
        (void)state;
        static struct bg_offer offer = {
                .host = "db7",
                .account = "backup-bot",
                .function = "Nightly base backup",
                .owner = "@dba",
                .roles = {.n = 2, .v = {"db-restart", "db-recovery"}},
                .role = "db-restart",
                .purpose = "Restart",
                .groups = {.n = 1, .v = {"bg-db"}},
                .services = {.n = 2, .v = {"su", "sshd"}},
                .callers = {.n = 1, .v = {"@oncall"}},
                .max_uses = 5,
                .max_duration = SEC(7200),
                .duration = SEC(1800),
                .reason = {.min = 12, .ticket = BG_TICKET_REQUIRED, .pattern = "INC-[0-9]+"},
                .unused = SEC(900),
                .approvals = 1,
                .approvers = {.n = 1, .v = {"@oncall"}},
                .factors = {.n = 2, .v = {"password", "totp"}},
        };
        assert_round_trip(&bg_offer_table, &offer);
        static const struct bg_offer choose = {.host = "db7", .account = "a"};
        assert_round_trip(&bg_offer_table, &choose);
        static struct bg_offer back;
        assert_reads(&bg_offer_table,
                "{\"host\":\"db7\",\"account\":\"a\",\"reason\":{\"ticket\":\"optional\"}}", &back);
        assert_int_equal(back.reason.ticket, BG_TICKET_OPTIONAL);
        assert_true(back.reason.min == 0 && back.unused == 0);
        assert_refuses(&bg_offer_table,
                "{\"host\":\"db7\",\"account\":\"a\",\"reason\":{\"pattern\":\"[\"}}", "pattern");
        assert_refuses(&bg_offer_table, "{\"host\":\"db7\"}", "account: missing");
}

static void listed(void **state)
{
        (void)state;
        static struct bg_listed one = {
                .id = "4K7M-2PQ9",
                .account = "backup-bot",
                .role = "db-restart",
                .state = BG_STATE_OPEN,
                .uses_taken = 0,
                .uses_max = -1,
                .from = {.n = 1, .v = {"10.20.0.0/16"}},
                .keys = {.n = 2, .v = {{KEY "1", "alice"}, {KEY "2", ""}}},
                .unused = SEC(900),
        };
        assert_round_trip(&bg_listed_table, &one);
        char text[1024];
        struct bg_buffer b = BG_BUFFER(text);
        assert_true(bg_emit(&bg_listed_table, &one, &b));
        assert_non_null(strstr(text, "\"uses_taken\":0"));
        assert_null(strstr(text, "cause"));
        assert_null(strstr(text, "uses_max"));
        static struct bg_listed read;
        assert_reads(&bg_listed_table, text, &read);
        assert_string_equal(bg_pairs_get(&read.keys, KEY "1"), "alice");
        assert_string_equal(bg_pairs_get(&read.keys, KEY "2"), ""); /* nobody said whose */
        assert_string_equal(read.from.v[0], "10.20.0.0/16");
        assert_true(read.unused == SEC(900));
        one.keys.n = 0;
        /* Every cause is a code's own word, and none is shifted by one. */
        for (unsigned code = 1; code < BG_CODES; code++) {
                struct bg_listed back;
                one.state = BG_STATE_CLOSED;
                one.cause = (enum bg_code)code;
                b = (struct bg_buffer)BG_BUFFER(text);
                assert_true(bg_emit(&bg_listed_table, &one, &b));
                char expected[64];
                (void)snprintf(expected, sizeof expected, "\"cause\":\"%s\"",
                        bg_code_word((enum bg_code)code));
                assert_non_null(strstr(text, expected));
                assert_reads(&bg_listed_table, text, &back);
                assert_int_equal(back.cause, code);
        }
        assert_refuses(&bg_listed_table, "{\"id\":\"4K7M-2PQ9\",\"account\":\"a\",\"role\":\"r\"}",
                "state: missing");
        assert_refuses(&bg_listed_table,
                "{\"id\":\"4K7M-2PQ9\",\"account\":\"a\",\"role\":\"r\",\"state\":\"\"}", "state");
}

static void enrolled(void **state)
{
        (void)state;
        static const struct bg_enrolled one = {.person = "alice",
                .otpauth = "otpauth://totp/db7:alice?secret=GEZDGNBVGY3TQOJQ&issuer=breakglass"};
        assert_round_trip(&bg_enrolled_table, &one);
        /* A try of a code tells no secret. */
        static const struct bg_enrolled tried = {.person = "alice"};
        assert_round_trip(&bg_enrolled_table, &tried);
        assert_refuses(&bg_enrolled_table, "{\"otpauth\":\"otpauth://x\"}", "person: missing");
}

static void accepted(void **state)
{
        (void)state;
        struct bg_accepted one = {.clock = UNIT_WALL, .newest = UNIT_WALL + SEC(99999)};
        assert_round_trip(&bg_accepted_table, &one);
        one.newest = 0; /* there was no record */
        assert_round_trip(&bg_accepted_table, &one);
        assert_refuses(
                &bg_accepted_table, "{\"newest\":\"2026-11-24T02:46:00Z\"}", "clock: missing");
        assert_refuses(&bg_accepted_table, "{\"clock\":\"now\"}", "clock");
}

static void refusals(void **state)
{
        (void)state;
        for (unsigned code = 1; code < BG_CODES; code++) {
                const struct bg_refusal r = {
                        .error = (enum bg_code)code, .text = "why \"not\"", .tries_left = -1};
                assert_round_trip(&bg_refusal_table, &r);
        }
        /* The shortest pause there is still reads back as one. */
        const struct bg_refusal locked = {.error = BG_LOCKED,
                .tries_left = 0,
                .wait = 1,
                .ask = {.n = 2, .v = {"bob", "@oncall"}}};
        assert_round_trip(&bg_refusal_table, &locked);
        assert_refuses(&bg_refusal_table, "{\"error\":\"surely\"}", "error");
        assert_refuses(&bg_refusal_table, "{\"text\":\"x\"}", "error: missing");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(offers),
                cmocka_unit_test(listed),
                cmocka_unit_test(enrolled),
                cmocka_unit_test(accepted),
                cmocka_unit_test(refusals),
        };
        return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
