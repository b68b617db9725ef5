/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read: columns, labels, times; and --help of every command. */
#include "tests/unit/lib/unit.h"

#include "bgctl/cli/help.h"
#include "bgctl/cli/output.h"

#include <stdlib.h>
#include <time.h>

static char text[16384];

/* What `print` writes, in `text`. */
static FILE *begin(void)
{
        memset(text, 0, sizeof text);
        FILE *f = fmemopen(text, sizeof text - 1, "w");
        assert_non_null(f);
        return f;
}

static void assert_columns(const char *of)
{
        size_t columns = 0;
        for (const char *p = of; *p; p++) {
                columns = *p == '\n' ? 0 : columns + (((unsigned char)*p & 0xC0) != 0x80);
                assert_true(columns <= BG_COLUMNS);
        }
}

static void paragraphs_are_broken_between_words(void **state)
{
        (void)state;
        FILE *f = begin();
        bg_say(f, "", "%s", "short");
        (void)fclose(f);
        assert_string_equal(text, "short\n");

        f = begin();
        bg_say(f, "bgctl: ", "%s",
                "this clock says 23 Nov 02:16 UTC; the newest record here is of 24 Nov 02:15 UTC. "
                "Set the clock, then ask again.");
        (void)fclose(f);
        assert_string_equal(text,
                "bgctl: this clock says 23 Nov 02:16 UTC; the newest record here is of 24 Nov\n"
                "bgctl: 02:15 UTC. Set the clock, then ask again.\n");
        f = begin();
        bg_say(f, "", "%s", "");
        (void)fclose(f);
        assert_string_equal(text, "\n");
}

static void a_word_that_is_too_long_stays_whole(void **state)
{
        (void)state;
        char word[120];
        memset(word, 'x', sizeof word);
        word[sizeof word - 1] = '\0';
        FILE *f = begin();
        bg_say(f, "", "a %s b", word);
        (void)fclose(f);
        assert_non_null(strstr(text, word));
        assert_int_equal(strncmp(text, "a\n", 2), 0);
}

static void rows_have_a_label_column(void **state)
{
        (void)state;
        FILE *f = begin();
        bg_row(f, 0, "Host", "%s", "db7");
        bg_row(f, 2, "cut it now", "bgctl revoke %s", "4K7M-2PQ9");
        bg_row(f, 2, "a label that is long", "text");
        bg_row(f, 0, "Role", "%s",
                "db-restart: Restart PostgreSQL while the control plane is down, whoever asks");
        (void)fclose(f);
        assert_string_equal(text,
                "Host          db7\n"
                "  cut it now    bgctl revoke 4K7M-2PQ9\n"
                "  a label that is long\n"
                "                text\n"
                "Role          db-restart: Restart PostgreSQL while the control plane is down,\n"
                "              whoever asks\n");
}

static void what_is_not_clean_is_shown_so(void **state)
{
        (void)state;
        FILE *f = begin();
        bg_say(f, "", "%s", "a\033[2Jb\nc \xff \342\200\256");
        (void)fclose(f);
        assert_string_equal(text, "a?[2Jb?c ? ?\n");
        f = begin();
        bg_row(f, 0, "Caf\xC3\xA9", "%s", "na\xC3\xAFve");
        (void)fclose(f);
        assert_non_null(strstr(text, "na\xC3\xAFve\n"));
}

static void local_times_have_their_zone(void **state)
{
        char ret[BG_LOCAL_TIME_BYTES];

        (void)state;
        (void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
        tzset();
        assert_string_equal(bg_local_time(UNIT_WALL, UNIT_WALL, ret), "03:46 CET");
        assert_string_equal(
                bg_local_time(UNIT_WALL, UNIT_WALL - SEC(4 * 3600), ret), "Tue 24 Nov 03:46 CET");
        assert_string_equal(bg_local_time(UNIT_WALL, UNIT_WALL + SEC(365 * 86400), ret),
                "Tue 24 Nov 2026 03:46 CET");
}

static void durations_in_words(void **state)
{
        char ret[BG_LOCAL_TIME_BYTES];

        (void)state;
        assert_string_equal(bg_duration_words(SEC(1800), ret), "30 minutes");
        assert_string_equal(bg_duration_words(SEC(3600), ret), "1 hour");
        assert_string_equal(bg_duration_words(SEC(5400), ret), "90 minutes");
        assert_string_equal(bg_duration_words(SEC(45), ret), "45 seconds");
        assert_string_equal(bg_duration_words(SEC(7 * 86400), ret), "7 days");
        assert_string_equal(bg_duration_words(SEC(60), ret), "1 minute");
}

static void what_a_role_gives(void **state)
{
        const struct bg_list groups = {.n = 2, .v = {"bg-db", "bg-log"}};
        const struct bg_list services = {.n = 2, .v = {"su", "sshd"}};
        const struct bg_list none = {0};
        char ret[256];

        (void)state;
        assert_string_equal(bg_gives(&groups, &services, 5, ret, sizeof ret),
                "groups bg-db and bg-log; by su or ssh; up to 5 sessions");
        assert_string_equal(
                bg_gives(&none, &services, 0, ret, sizeof ret), "no group; by su or ssh");
        assert_string_equal(bg_gives(&none, &none, 1, ret, sizeof ret), "no group; 1 session");
        assert_string_equal(bg_join(&groups, " or ", ret, sizeof ret), "bg-db or bg-log");
        assert_string_equal(bg_join(&none, " or ", ret, sizeof ret), "");
        (void)bg_gives(&groups, &services, 5, ret, 8); /* cut, and ended */
        assert_true(strlen(ret) < 8);
}

static void json_is_one_line(void **state)
{
        const struct bg_refusal refusal = {
                .error = BG_TOO_LONG, .text = "at most \"2h\"", .tries_left = -1};

        (void)state;
        FILE *f = begin();
        assert_code(bg_print_json(f, &bg_refusal_table, &refusal, NULL), BG_OK);
        (void)fclose(f);
        assert_string_equal(text, "{\"error\":\"too-long\",\"text\":\"at most \\\"2h\\\"\"}\n");
}

static void help_of_every_command(void **state)
{
        (void)state;
        for (size_t i = 0; i < BG_COMMANDS; i++) {
                FILE *f = begin();
                bg_help(f, &bg_commands[i]);
                (void)fclose(f);
                assert_columns(text);
                assert_non_null(strstr(text, bg_commands[i].name));
                assert_true(bg_commands[i].summary[0] && bg_commands[i].who[0]);
                for (unsigned o = 0; o < BG_OPTIONS; o++)
                        assert_int_equal(strstr(text, bg_option_rows[o].help) != NULL,
                                (bg_commands[i].options >> o) & 1);
        }
        FILE *f = begin();
        bg_help(f, NULL);
        (void)fclose(f);
        assert_columns(text);
        for (size_t i = 0; i < BG_COMMANDS; i++)
                assert_non_null(strstr(text, bg_commands[i].summary));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(paragraphs_are_broken_between_words),
                cmocka_unit_test(a_word_that_is_too_long_stays_whole),
                cmocka_unit_test(rows_have_a_label_column),
                cmocka_unit_test(what_is_not_clean_is_shown_so),
                cmocka_unit_test(local_times_have_their_zone),
                cmocka_unit_test(durations_in_words),
                cmocka_unit_test(what_a_role_gives),
                cmocka_unit_test(json_is_one_line),
                cmocka_unit_test(help_of_every_command),
        };
        return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
