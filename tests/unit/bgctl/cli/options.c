/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* argv by the table of commands. */
#include "tests/unit/lib/unit.h"

#include "bgctl/cli/options.h"

#include <stdio.h>

static struct bg_options options;
static struct bg_error err;

#define PARSE(...)                                                                                 \
        parse((const char *const[]){"bgctl", __VA_ARGS__, NULL},                                   \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static enum bg_code parse(const char *const *argv, size_t n)
{
        memset(&err, 0, sizeof err);
        return bg_options_parse((int)n + 1, argv, &options, &err);
}

#define assert_usage(part, ...)                                                                    \
        do {                                                                                       \
                assert_code(PARSE(__VA_ARGS__), BG_USAGE);                                         \
                assert_says(&err, part);                                                           \
                assert_true(bg_is_clean_text(err.text));                                           \
        } while (0)

static void a_whole_grant(void **state)
{
        (void)state;
        assert_code(PARSE("grant", "backup-bot", "--role", "db-restart", "--for=30m", "--reason",
                            "primary down", "--ticket", "INC-1", "--as", "alice", "--json"),
                BG_OK);
        assert_int_equal(options.want, BG_WANT_COMMAND);
        assert_int_equal(options.command->id, BG_COMMAND_GRANT);
        assert_string_equal(options.argument, "backup-bot");
        assert_string_equal(options.values[BG_OPTION_ROLE], "db-restart");
        assert_string_equal(options.values[BG_OPTION_FOR], "30m");
        assert_string_equal(options.values[BG_OPTION_REASON], "primary down");
        assert_string_equal(options.values[BG_OPTION_TICKET], "INC-1");
        assert_string_equal(options.values[BG_OPTION_AS], "alice");
        assert_true(bg_has(&options, BG_OPTION_JSON));
        assert_false(bg_has(&options, BG_OPTION_YES));
}

static void a_narrow_grant(void **state)
{
        (void)state;
        static const char key[] = "SHA256:uQ4h5Y0H8xO2vYw0Q9m3rT7bA1cD6eF8gJ2kL4nP+s0";
        assert_code(PARSE("grant", "backup-bot", "--service", "sshd", "--from", "10.20.0.0/16",
                            "--key", key, "--uses", "1"),
                BG_OK);
        assert_string_equal(options.values[BG_OPTION_SERVICE], "sshd");
        assert_string_equal(options.values[BG_OPTION_FROM], "10.20.0.0/16");
        assert_string_equal(options.values[BG_OPTION_KEY], key);
        assert_string_equal(options.values[BG_OPTION_USES], "1");
        assert_code(PARSE("grant", "backup-bot", "--caller=ci", "--uses=1000"), BG_OK);
        assert_string_equal(options.values[BG_OPTION_CALLER], "ci");
}

static void in_any_order(void **state)
{
        (void)state;
        assert_code(PARSE("grant", "--for", "2h", "--json", "backup-bot"), BG_OK);
        assert_string_equal(options.argument, "backup-bot");
        assert_string_equal(options.values[BG_OPTION_FOR], "2h");
        assert_code(PARSE("policy", "check"), BG_OK);
        assert_int_equal(options.command->id, BG_COMMAND_POLICY_CHECK);
        assert_null(options.argument);
        assert_code(PARSE("policy", "check", "--", "--dir"), BG_OK);
        assert_string_equal(options.argument, "--dir");
}

static void ids_as_they_are_read_aloud(void **state)
{
        (void)state;
        assert_code(PARSE("show", "4K7M-2PQ9"), BG_OK);
        assert_code(PARSE("show", "4k7m2pq9"), BG_OK);
        assert_code(PARSE("revoke", "4k7m-2pq9"), BG_OK);
        assert_usage("an id such as 4K7M-2PQ9", "show", "4K7M-2PQ");
        assert_usage("an id such as 4K7M-2PQ9", "show", "4K7M-2PQU");
        assert_usage("wants an id", "show");
}

static void help_as_a_word(void **state)
{
        (void)state;
        assert_code(PARSE("help"), BG_OK);
        assert_int_equal(options.want, BG_WANT_HELP);
        assert_null(options.command);
        assert_code(PARSE("help", "policy", "check"), BG_OK);
        assert_int_equal(options.want, BG_WANT_HELP);
        assert_int_equal(options.command->id, BG_COMMAND_POLICY_CHECK);
}

static void what_is_refused(void **state)
{
        (void)state;
        assert_usage("no command \"bogus\"", "bogus");
        assert_usage("did you mean grant?", "gant");
        assert_usage("did you mean list?", "lsit");
        assert_usage("did you mean revoke?", "revoked");
        assert_usage("did you mean show?", "shoe");
        assert_usage("such as 90m or 2h", "grant", "a", "--for", "90");
        assert_usage("no command \"nonsense\"", "help", "nonsense");
        assert_usage("no \"x\"", "help", "grant", "x");
        assert_usage("no command \"\"", "");
        assert_usage("no option \"--json\" before a command", "--json", "list");
        assert_usage("goes on: bgctl policy check", "policy");
        assert_usage("not \"apply\"", "policy", "apply");
        assert_usage("list takes no \"x\"", "list", "x");
        assert_usage("grant takes no \"ci\"", "grant", "backup-bot", "ci");
        assert_usage("list has no option --role", "list", "--role", "x");
        assert_usage("grant has no option --bogus", "grant", "--bogus=x", "a");
        assert_usage("no option -x", "grant", "-x");
        assert_usage("twice", "grant", "a", "--role", "x", "--role", "x");
        assert_usage("twice", "list", "--json", "--json");
        assert_usage("takes no value", "list", "--json=yes");
        assert_usage("--role wants the name of a role", "grant", "a", "--role");
        assert_usage("wants the name of an account", "grant");
        assert_usage("wants the name of an account", "grant", "");
        assert_usage("wants the name of an account", "grant", "-");
        assert_usage("wants the name of an account", "grant", "../etc/passwd");
        assert_usage("wants a time", "grant", "a", "--for", "forever");
        assert_usage("wants a time", "grant", "a", "--for=0m");
        assert_usage("wants a time", "grant", "a", "--for=");
        assert_usage("wants the name of a role", "grant", "a", "--role", "DB");
        assert_usage("plain text", "grant", "a", "--reason", "a\nb");
        assert_usage("plain text", "grant", "a", "--ticket", "");
        assert_usage("an IPv4 or IPv6 address", "explain", "a", "--from", "10.0.0.1/8");
        assert_usage("an IPv4 or IPv6 address", "explain", "a", "--from", "db7");
        assert_usage("a key's fingerprint", "grant", "a", "--key", "SHA256:x");
        assert_usage("a key's fingerprint", "grant", "a", "--key", "alice@laptop");
        assert_usage("from 1 to 1000", "grant", "a", "--uses", "0");
        assert_usage("from 1 to 1000", "grant", "a", "--uses", "1001");
        assert_usage("from 1 to 1000", "grant", "a", "--uses=-1");
        assert_usage("from 1 to 1000", "grant", "a", "--uses=3x");
        assert_usage("the name of a user", "grant", "a", "--caller", "@oncall");
        assert_usage("the name of a PAM service", "grant", "a", "--service", "../su");
        assert_usage("goes on: bgctl key list", "key");
        assert_usage("goes on: bgctl clock accept", "clock", "now");
}

static void without_any_word(void **state)
{
        (void)state;
        const char *const none[] = {"bgctl", NULL};
        const char *const empty[] = {NULL};

        assert_code(bg_options_parse(1, none, &options, &err), BG_USAGE);
        assert_code(bg_options_parse(0, empty, &options, &err), BG_USAGE);
        assert_null(options.command);
        assert_code(bg_options_parse(0, empty, &options, NULL), BG_USAGE);
}

static void long_texts(void **state)
{
        char text[BG_REASON_BYTES + 1];

        (void)state;
        memset(text, 'x', sizeof text);
        text[BG_REASON_BYTES] = '\0';
        assert_usage("at most 511 bytes", "grant", "a", "--reason", text);
        text[BG_REASON_BYTES - 1] = '\0';
        assert_code(PARSE("grant", "a", "--reason", text), BG_OK);
        assert_usage("no command", text);
        assert_usage("has no option", "list",
                "--xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

/* What is told of argv must not drive a terminal. */
static void unclean_words_are_shown_clean(void **state)
{
        (void)state;
        assert_usage("no command", "\033[2J");
        assert_usage("no command", "\xff\xfe");
        assert_usage("takes no", "list", "\342\200\256abc");
        assert_usage("has no option", "list", "--\033]0;x\007");
        assert_usage("goes on", "policy", "\n\n");
}

static void help_and_version(void **state)
{
        (void)state;
        assert_code(PARSE("--help"), BG_OK);
        assert_int_equal(options.want, BG_WANT_HELP);
        assert_null(options.command);
        assert_code(PARSE("--version"), BG_OK);
        assert_int_equal(options.want, BG_WANT_VERSION);
        for (size_t i = 0; i < BG_COMMANDS; i++) {
                char name[64];
                bg_copy(name, sizeof name, bg_commands[i].name);
                char *second = strchr(name, ' ');
                if (second)
                        *second++ = '\0';
                assert_code(second ? PARSE(name, second, "--help") : PARSE(name, "-h"), BG_OK);
                assert_int_equal(options.want, BG_WANT_HELP);
                assert_ptr_equal(options.command, &bg_commands[i]);
        }
        assert_usage("has no option", "list", "--bogus", "--help");
}

/* A word in a usage line that no check knows would be taken for the last one. */
static void every_value_has_its_check(void **state)
{
        (void)state;
        for (size_t c = 0; c < BG_COMMANDS; c++) {
                for (unsigned o = 0; o < BG_OPTIONS; o++) {
                        char option[64];
                        if (!(bg_commands[c].options & UINT32_C(1) << o) ||
                                !bg_option_rows[o].value[0])
                                continue;
                        (void)snprintf(option, sizeof option, "--%s=\001", bg_option_rows[o].name);
                        enum bg_code code = strchr(bg_commands[c].name, ' ')
                                                    ? PARSE("policy", "check", option)
                                                    : PARSE(bg_commands[c].name, option);
                        assert_true(
                                code == BG_USAGE || strcmp(bg_option_rows[o].value, "LIST") == 0);
                }
                /* Names are found by their first word alone only where that is the whole. */
                for (size_t d = 0; d < c; d++)
                        assert_string_not_equal(bg_commands[c].name, bg_commands[d].name);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_grant),
                cmocka_unit_test(a_narrow_grant),
                cmocka_unit_test(in_any_order),
                cmocka_unit_test(ids_as_they_are_read_aloud),
                cmocka_unit_test(help_as_a_word),
                cmocka_unit_test(what_is_refused),
                cmocka_unit_test(without_any_word),
                cmocka_unit_test(long_texts),
                cmocka_unit_test(unclean_words_are_shown_clean),
                cmocka_unit_test(help_and_version),
                cmocka_unit_test(every_value_has_its_check),
        };
        return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
