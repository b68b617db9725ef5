/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a human may do, by verb. One row is one change to a case that is permitted. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/permit.h"

static struct bg_role role;
static struct bg_policy policy;
static struct bg_case c;

static struct bg_human human(const char *name, uid_t uid, const char *group)
{
        struct bg_human h = {.found = true, .uid = uid};
        bg_copy(h.name, sizeof h.name, name);
        if (group)
                bg_copy(h.groups[h.n_groups++], BG_NAME_BYTES, group);
        return h;
}

static void a_good_case(enum bg_verb verb)
{
        role = (struct bg_role){.role = "r",
                .approvals = 1,
                .approvers = {.n = 2, .v = {"@oncall", "dora"}},
                .max_duration = SEC(7200)};
        policy = (struct bg_policy){.host = {.default_duration = SEC(3600), .ceiling = SEC(43200)},
                .n_roles = 1,
                .roles = &role};
        c = (struct bg_case){.verb = verb,
                .human = human("alice", 1000, "oncall"),
                .caller = human("alice", 1000, "oncall"),
                .policy = &policy,
                .role = &role,
                .duration = SEC(1800),
                .now = unit_now()};
}

static void nothing(void)
{
}
static void unknown(void)
{
        c.human.found = false;
}
static void managed(void)
{
        c.human.managed = true;
}
static void no_approver(void)
{
        c.human.n_groups = 0, c.caller.n_groups = 0;
}
static void named(void)
{
        c.human = c.caller = human("dora", 1004, NULL);
}
static void nobody_approves(void)
{
        role.approvers.n = 0;
}
static void as_by_root(void)
{
        c.caller = human("root", 0, NULL);
}
static void as_by_colleague(void)
{
        c.caller = human("bob", 1001, "oncall");
}
static void as_by_stranger(void)
{
        c.caller = human("eve", 1002, NULL);
}
static void as_by_bot(void)
{
        c.caller = human("ci", 1003, "oncall"), c.caller.managed = true;
}
static void as_by_nobody(void)
{
        c.caller = human("eve", 1002, "oncall"), c.caller.found = false;
}
static void nobody_as_root(void)
{
        c.caller = human("root", 0, NULL), c.caller.found = false;
}
static void longest(void)
{
        c.duration = SEC(7200);
}
static void too_long(void)
{
        c.duration = SEC(7200) + 1;
}
static void over_ceiling(void)
{
        role.max_duration = SEC(99999), c.duration = SEC(43201);
}
static void no_max(void)
{
        role.max_duration = 0, c.duration = SEC(43200);
}
static void no_max_too_long(void)
{
        role.max_duration = 0, c.duration = SEC(43201);
}
static void two_needed(void)
{
        role.approvals = 2;
}
static void behind(void)
{
        c.newest.wall = c.now.wall + SEC(60);
}
static void behind_same_boot(void)
{
        behind();
        bg_copy(c.newest.boot, sizeof c.newest.boot, UNIT_BOOT);
}
static void root_itself(void)
{
        c.human = c.caller = human("root", 0, NULL);
}

static void reason_wanted(void)
{
        role.reason.min = 1;
}
static void reason_given(void)
{
        role.reason.min = 1, c.reason = "x";
}
static void ticket_wanted(void)
{
        role.reason.ticket = BG_TICKET_REQUIRED, c.reason = "x";
}
static void ticket_given(void)
{
        role.reason.ticket = BG_TICKET_REQUIRED, c.ticket = "INC-1";
}
static void root_known_by_name_alone(void)
{
        c.caller = human("root", 1005, NULL);
}

static const struct {
        const char *what;
        void (*change)(void);
        enum bg_code grant;
        enum bg_code revoke;
} cases[] = {
        {"an approver", nothing, BG_OK, BG_OK},
        {"an approver by name", named, BG_OK, BG_OK},
        {"no line in passwd", unknown, BG_NOT_PERMITTED, BG_NOT_PERMITTED},
        {"a managed account", managed, BG_NOT_PERMITTED, BG_NOT_PERMITTED},
        {"no approver", no_approver, BG_NOT_PERMITTED, BG_NOT_PERMITTED},
        {"a role without approvers", nobody_approves, BG_NOT_PERMITTED, BG_NOT_PERMITTED},
        {"named by root", as_by_root, BG_OK, BG_OK},
        {"named by another approver", as_by_colleague, BG_OK, BG_OK},
        {"named by a stranger", as_by_stranger, BG_NOT_PERMITTED, BG_OK},
        {"named by a managed account", as_by_bot, BG_NOT_PERMITTED, BG_OK},
        {"named by nobody known", as_by_nobody, BG_NOT_PERMITTED, BG_OK},
        {"named by uid 0 that is not known", nobody_as_root, BG_NOT_PERMITTED, BG_OK},
        {"as long as allowed", longest, BG_OK, BG_OK},
        {"longer than the role", too_long, BG_TOO_LONG, BG_OK},
        {"longer than the host", over_ceiling, BG_TOO_LONG, BG_OK},
        {"as long as the host", no_max, BG_OK, BG_OK},
        {"longer than the host, role silent", no_max_too_long, BG_TOO_LONG, BG_OK},
        {"two are needed", two_needed, BG_TOO_FEW_APPROVALS, BG_OK},
        {"a clock behind", behind, BG_CLOCK_BEHIND, BG_OK},
        {"a clock behind on one boot", behind_same_boot, BG_CLOCK_BEHIND, BG_OK},
        {"root, who is no approver", root_itself, BG_NOT_PERMITTED, BG_OK},
        {"named by a root of another uid", root_known_by_name_alone, BG_NOT_PERMITTED, BG_OK},
        {"no reason where one is wanted", reason_wanted, BG_NO_REASON, BG_OK},
        {"a reason where one is wanted", reason_given, BG_OK, BG_OK},
        {"no ticket where one is wanted", ticket_wanted, BG_NO_REASON, BG_OK},
        {"a ticket where one is wanted", ticket_given, BG_OK, BG_OK},
};

static void every_case(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                for (unsigned verb = BG_VERB_GRANT; verb <= BG_VERB_REVOKE; verb++) {
                        struct bg_error err = {0};
                        a_good_case((enum bg_verb)verb);
                        cases[i].change();
                        enum bg_code code = bg_permit(&c, &err);
                        if (code != (verb == BG_VERB_GRANT ? cases[i].grant : cases[i].revoke))
                                fail_msg(
                                        "%s, verb %u: %s", cases[i].what, verb, bg_code_word(code));
                        assert_code(err.code, code);
                        assert_int_equal(err.text[0] != '\0', code != BG_OK);
                        assert_true(bg_is_clean_text(err.text));
                }
}

static void sentences_name_what_they_are_about(void **state)
{
        (void)state;
        struct bg_error err = {0};
        a_good_case(BG_VERB_GRANT);
        too_long();
        (void)bg_permit(&c, &err);
        assert_says(&err, "at most 2h");
        a_good_case(BG_VERB_GRANT);
        managed();
        (void)bg_permit(&c, &err);
        assert_says(&err, "alice is a managed account");
        a_good_case(BG_VERB_GRANT);
        behind();
        (void)bg_permit(&c, &err);
        assert_says(&err, "2026-11-24T02:46:00Z");
        assert_says(&err, "2026-11-24T02:47:00Z");
        a_good_case(BG_VERB_GRANT);
        c.human = (struct bg_human){0};
        (void)bg_permit(&c, &err);
        assert_says(&err, "who asks has no line");
}

static void how_long(void **state)
{
        (void)state;
        a_good_case(BG_VERB_GRANT);
        assert_true(bg_longest(&policy, &role) == SEC(7200));
        assert_true(bg_default_duration(&policy, &role) == SEC(3600));
        role.max_duration = SEC(600);
        assert_true(bg_default_duration(&policy, &role) == SEC(600));
        role.max_duration = 0;
        assert_true(bg_longest(&policy, &role) == SEC(43200));
        policy.host.ceiling = SEC(60);
        assert_true(bg_longest(&policy, &role) == SEC(60));
        assert_true(bg_default_duration(&policy, &role) == SEC(60));
        role.max_duration = SEC(600);
        assert_true(bg_longest(&policy, &role) == SEC(60));
}

/* Root alone, with a human who proves herself; no policy and no role is looked at. */
static void accepting_a_clock(void **state)
{
        (void)state;
        static void (*const good[])(void) = {as_by_root, root_itself};
        static void (*const bad[])(void) = {nothing, unknown, managed, as_by_colleague,
                as_by_stranger, as_by_bot, as_by_nobody, nobody_as_root, root_known_by_name_alone};
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
                struct bg_error err = {0};
                a_good_case(BG_VERB_ACCEPT_CLOCK);
                behind(); /* that is what it is for */
                good[i]();
                c.policy = NULL;
                c.role = NULL;
                assert_code(bg_permit(&c, &err), BG_OK);
        }
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                struct bg_error err = {0};
                a_good_case(BG_VERB_ACCEPT_CLOCK);
                bad[i]();
                c.policy = NULL;
                c.role = NULL;
                assert_code(bg_permit(&c, &err), BG_NOT_PERMITTED);
                assert_true(err.text[0] != '\0');
        }
        /* Root's word does not make a managed account a human. */
        struct bg_error err = {0};
        a_good_case(BG_VERB_ACCEPT_CLOCK);
        as_by_root();
        managed();
        assert_code(bg_permit(&c, &err), BG_NOT_PERMITTED);
        assert_says(&err, "managed account");
        a_good_case(BG_VERB_ACCEPT_CLOCK);
        assert_code(bg_permit(&c, &err), BG_NOT_PERMITTED);
        assert_says(&err, "only root");
}

static void who_may_name_another(void **state)
{
        (void)state;
        struct bg_error err = {0};
        a_good_case(BG_VERB_GRANT);
        const struct bg_human root = human("root", 0, NULL);
        const struct bg_human alice = human("alice", 1000, NULL);
        const struct bg_human bob = human("bob", 1001, "oncall");
        const struct bg_human dora = human("dora", 1004, NULL);
        struct bg_human odd = bob;
        assert_code(bg_may_name(&root, "alice", &role, &err), BG_OK);
        assert_code(bg_may_name(&root, "alice", NULL, &err), BG_OK);
        assert_code(bg_may_name(&root, "nobody-there", NULL, &err), BG_OK);
        assert_code(bg_may_name(&alice, "alice", NULL, &err), BG_OK); /* herself */
        assert_code(bg_may_name(&alice, "bob", &role, &err), BG_NOT_PERMITTED);
        assert_says(&err, "--as");
        assert_code(bg_may_name(&alice, "alic", NULL, &err), BG_NOT_PERMITTED);
        assert_code(bg_may_name(&alice, "alice2", NULL, &err), BG_NOT_PERMITTED);
        assert_code(bg_may_name(&alice, "", NULL, &err), BG_NOT_PERMITTED);
        assert_code(bg_may_name(&bob, "alice", &role, &err), BG_OK);  /* by group */
        assert_code(bg_may_name(&dora, "alice", &role, &err), BG_OK); /* by name */
        assert_code(bg_may_name(&bob, "alice", NULL, &err), BG_NOT_PERMITTED);
        odd.managed = true;
        assert_code(bg_may_name(&odd, "alice", &role, &err), BG_NOT_PERMITTED);
        odd = bob;
        odd.found = false;
        assert_code(bg_may_name(&odd, "alice", &role, &err), BG_NOT_PERMITTED);
        assert_code(bg_may_name(&odd, "bob", &role, &err), BG_NOT_PERMITTED);
        odd = root;
        odd.found = false;
        assert_code(bg_may_name(&odd, "alice", &role, &err), BG_NOT_PERMITTED);
}

static void factors_are_of_two_kinds(void **state)
{
        (void)state;
        static const struct bg_host host = {
                .factors = {.n = 4,
                        .v = {{"password", "knowledge"}, {"pin", "knowledge"},
                                {"totp", "possession"}, {"key", "possession"}}}};
        static const struct {
                struct bg_list factors;
                const char *says; /* NULL: it is good */
        } sets[] = {
                {{0}, "two kinds"},
                {{1, {"password"}}, "two kinds"},
                {{2, {"password", "pin"}}, "two kinds"},
                {{2, {"totp", "key"}}, "two kinds"},
                {{2, {"password", "password"}}, "two kinds"},
                {{2, {"password", "totp"}}, NULL},
                {{2, {"totp", "password"}}, NULL},
                {{3, {"password", "pin", "totp"}}, NULL},
                {{4, {"password", "pin", "totp", "key"}}, NULL},
                {{1, {"face"}}, "face has no kind"},
                {{2, {"password", "face"}}, "face has no kind"},
                {{2, {"face", "totp"}}, "face has no kind"},
        };
        for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
                struct bg_error err = {0};
                assert_code(bg_factors_check(&host, &sets[i].factors, &err),
                        sets[i].says ? BG_BAD_POLICY : BG_OK);
                if (sets[i].says)
                        assert_says(&err, sets[i].says);
        }
        /* One without a kind counts for nothing, wherever it stands. */
        struct bg_error err = {0};
        static const struct bg_list last = {3, {"password", "totp", "face"}};
        assert_code(bg_factors_check(&host, &last, &err), BG_BAD_POLICY);
}

static void reasons_and_tickets(void **state)
{
        (void)state;
        static const struct {
                struct bg_reason_rule rule;
                const char *reason;
                const char *ticket;
                const char *says; /* NULL: it is enough */
        } rows[] = {
                {{0}, "", "", NULL}, {{0}, "", "whatever", NULL},
                {{.min = 4}, "abc", "", "at least 4"}, {{.min = 4}, "abcd", "", NULL},
                {{.min = 4}, "a b c", "", "at least 4"}, {{.min = 4}, "    ", "", "at least 4"},
                {{.min = 4}, " a  bc d ", "", NULL},
                {{.min = 4}, "äöü", "", "at least 4"}, /* three, of six bytes */
                {{.min = 4}, "äöüß", "", NULL},
                {{.min = 4}, "\xF0\x9F\x94\xA5", "", "at least 4"}, /* one, of four */
                {{.ticket = BG_TICKET_OPTIONAL}, "", "", NULL},
                {{.ticket = BG_TICKET_REQUIRED}, "x", "", "wants a ticket"},
                {{.ticket = BG_TICKET_REQUIRED}, "", "x", NULL},
                {{.ticket = BG_TICKET_REQUIRED, .pattern = "INC-[0-9]+"}, "", "", "INC-[0-9]+"},
                {{.ticket = BG_TICKET_REQUIRED, .pattern = "INC-[0-9]+"}, "", "INC-4711", NULL},
                {{.pattern = "INC-[0-9]+"}, "", "", NULL},
                {{.pattern = "INC-[0-9]+"}, "", "INC-1", NULL},
                {{.pattern = "INC-[0-9]+"}, "", "INC-", "matches INC-[0-9]+"},
                {{.pattern = "INC-[0-9]+"}, "", "XINC-1", "matches"}, /* all of it, not a part */
                {{.pattern = "INC-[0-9]+"}, "", "INC-1x", "matches"},
                {{.pattern = "INC-[0-9]+"}, "", "INC-1 INC-2", "matches"},
                {{.pattern = "INC-[0-9]+"}, "", "inc-1", "matches"},
                {{.pattern = "a|ab"}, "", "ab", NULL}, /* the longest, not the first */
                {{.pattern = "a|b"}, "", "ab", "matches"}, {{.pattern = "^INC$"}, "", "INC", NULL},
                {{.pattern = "x*"}, "", "y", "matches"}, /* an empty match is none */
                {{.pattern = "["}, "", "x", "matches"},  /* what does not compile matches nothing */
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct bg_error err = {0};
                struct bg_role r = {.role = "r", .reason = rows[i].rule};
                enum bg_code code = bg_reason_check(&r, rows[i].reason, rows[i].ticket, &err);
                if (code != (rows[i].says ? BG_NO_REASON : BG_OK))
                        fail_msg("row %zu: %s", i, bg_code_word(code));
                if (rows[i].says)
                        assert_says(&err, rows[i].says);
                assert_true(bg_is_clean_text(err.text));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_case),
                cmocka_unit_test(sentences_name_what_they_are_about),
                cmocka_unit_test(accepting_a_clock),
                cmocka_unit_test(who_may_name_another),
                cmocka_unit_test(factors_are_of_two_kinds),
                cmocka_unit_test(reasons_and_tickets),
                cmocka_unit_test(how_long),
        };
        return cmocka_run_group_tests_name("permit", tests, NULL, NULL);
}
