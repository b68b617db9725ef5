/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of codes and events, and the few helpers beside them. */
#include "tests/unit/lib/unit.h"

#include <ctype.h>

static void codes_are_whole_and_unique(void **state)
{
        (void)state;
        assert_string_equal(bg_code_word(BG_OK), "ok");
        assert_int_equal(bg_code_exit(BG_OK), 0);
        for (unsigned a = 1; a < BG_CODES; a++) {
                const char *word = bg_code_word((enum bg_code)a);
                int status = bg_code_exit((enum bg_code)a);
                assert_string_equal(bg_code_words[a], word);
                assert_true(word[0] && strlen(word) < BG_ITEM_BYTES);
                for (const char *p = word; *p; p++)
                        assert_true(islower((unsigned char)*p) || *p == '-');
                assert_true(bg_code_sentence((enum bg_code)a)[0]);
                assert_true(
                        status == 1 || status == 2 || status == 3 || status == 4 || status == 6);
                for (unsigned b = 0; b < a; b++)
                        assert_string_not_equal(word, bg_code_words[b]);
        }
        assert_null(bg_code_words[BG_CODES]);
}

static void statuses_of_the_design(void **state)
{
        (void)state;
        assert_int_equal(bg_code_exit(BG_NO_GRANT), 1);
        assert_int_equal(bg_code_exit(BG_USAGE), 2);
        assert_int_equal(bg_code_exit(BG_NOT_PROVEN), 3);
        assert_int_equal(bg_code_exit(BG_NO_TERMINAL), 3);
        assert_int_equal(bg_code_exit(BG_NO_SUCH), 4);
        assert_int_equal(bg_code_exit(BG_STORE_FAILED), 6);
        assert_int_equal(bg_code_exit(BG_AUDIT_UNAVAILABLE), 6);
}

static void a_code_out_of_range_is_the_system(void **state)
{
        (void)state;
        assert_string_equal(bg_code_word((enum bg_code)BG_CODES), "system");
        assert_string_equal(bg_code_word((enum bg_code) - 1), "system");
        assert_int_equal(bg_code_exit((enum bg_code)9999), 6);
        assert_string_equal(bg_event_word((enum bg_event_kind)9999), "");
}

static void events_are_whole_and_unique(void **state)
{
        (void)state;
        assert_string_equal(bg_event_word(BG_EVENT_NONE), "");
        for (unsigned a = 1; a < BG_EVENT_KINDS; a++) {
                enum bg_event_kind kind = (enum bg_event_kind)a;
                assert_string_equal(bg_event_words[a], bg_event_word(kind));
                assert_int_equal(strlen(bg_event_message_id(kind)), 32);
                assert_int_equal(strspn(bg_event_message_id(kind), "0123456789abcdef"), 32);
                assert_true(bg_event_priority(kind) >= 0 && bg_event_priority(kind) <= 7);
                assert_true(bg_event_subject(kind)[0] && bg_event_catalog(kind)[0]);
                for (unsigned b = 1; b < a; b++) {
                        assert_string_not_equal(bg_event_words[a], bg_event_words[b]);
                        assert_string_not_equal(bg_event_message_id(kind),
                                bg_event_message_id((enum bg_event_kind)b));
                }
        }
        assert_null(bg_event_words[BG_EVENT_KINDS]);
}

/* journald's rate limit drops what is lighter than 4 first: what a grant lives through is not. */
static void the_life_of_a_grant_is_grave(void **state)
{
        (void)state;
        const enum bg_event_kind life[] = {BG_EVENT_GRANTED, BG_EVENT_SESSION_OPENED,
                BG_EVENT_SESSION_REFUSED, BG_EVENT_SESSION_CLOSED, BG_EVENT_REVOKED,
                BG_EVENT_EXPIRED, BG_EVENT_CONSUMED, BG_EVENT_TAMPERED};
        for (size_t i = 0; i < sizeof life / sizeof *life; i++)
                assert_true(bg_event_priority(life[i]) <= 4);
}

static void a_fresh_event_knows_nothing(void **state)
{
        (void)state;
        struct bg_event event;
        memset(&event, 0x5A, sizeof event);
        bg_event_init(&event, BG_EVENT_REVOKED, UNIT_WALL);
        assert_true(event.v == 1);
        assert_int_equal(event.kind, BG_EVENT_REVOKED);
        assert_true(event.time == UNIT_WALL);
        assert_int_equal(event.code, BG_OK);
        assert_true(event.uid == -1 && event.caller_uid == -1 && event.login_uid == -1);
        assert_true(event.use == -1 && event.uses == -1 && event.uses_max == -1);
        assert_true(event.count == -1 && event.expires == 0 && event.started == 0);
        assert_string_equal(event.grant, "");
        assert_string_equal(event.person, "");
}

static void account_and_host_are_filled_in(void **state)
{
        (void)state;
        char text[64];
        assert_string_equal(
                bg_words_fill(text, sizeof text, "on %h: grant %a%a %x 5%", "bot", "db7"),
                "on db7: grant botbot %x 5%");
        assert_string_equal(bg_words_fill(text, sizeof text, "", "bot", "db7"), "");
        /* What is filled in is not filled in again. */
        assert_string_equal(bg_words_fill(text, sizeof text, "%a", "%h", "db7"), "%h");
}

static void filling_never_overruns(void **state)
{
        (void)state;
        for (size_t size = 1; size < 24; size++) {
                char text[32];
                memset(text, '#', sizeof text);
                (void)bg_words_fill(text, size, "x%a-%h-%a", "backup-bot", "db7");
                assert_int_equal(text[size], '#');
                assert_true(strlen(text) < size);
        }
}

static void copying_ends_its_text(void **state)
{
        (void)state;
        char text[5] = "####";
        bg_copy(text, 4, "abcdef");
        assert_memory_equal(text, "abc\0", 5);
        bg_copy(text, 4, "abc");
        assert_string_equal(text, "abc");
        bg_copy(text, 1, "abc");
        assert_string_equal(text, "");
}

static void people_are_found_by_name_and_group(void **state)
{
        (void)state;
        struct bg_human alice = {
                .found = true, .name = "alice", .n_groups = 2, .groups = {"alice", "oncall"}};
        const struct bg_list by_name = {.n = 1, .v = {"alice"}};
        const struct bg_list by_group = {.n = 2, .v = {"bob", "@oncall"}};
        const struct bg_list others = {.n = 4, .v = {"oncall", "@alic", "alicex", "@"}};
        const struct bg_list nobody = {0};

        assert_true(bg_human_in(&alice, &by_name));
        assert_true(bg_human_in(&alice, &by_group));
        assert_false(bg_human_in(&alice, &others));
        assert_false(bg_human_in(&alice, &nobody));
        alice.found = false;
        assert_false(bg_human_in(&alice, &by_name));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(codes_are_whole_and_unique),
                cmocka_unit_test(statuses_of_the_design),
                cmocka_unit_test(a_code_out_of_range_is_the_system),
                cmocka_unit_test(events_are_whole_and_unique),
                cmocka_unit_test(the_life_of_a_grant_is_grave),
                cmocka_unit_test(a_fresh_event_knows_nothing),
                cmocka_unit_test(account_and_host_are_filled_in),
                cmocka_unit_test(filling_never_overruns),
                cmocka_unit_test(copying_ends_its_text),
                cmocka_unit_test(people_are_found_by_name_and_group),
        };
        return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
