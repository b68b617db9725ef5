/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sentences at the end of `policy check`, word by word: people object to these. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/check.h"

static struct bg_check check;
static struct bg_checked_group groups[2];
static struct bg_identity identity;
static struct bg_role role;
static char text[BG_SENTENCE_BYTES];

static int setup(void **state)
{
        (void)state;
        groups[0] = (struct bg_checked_group){true, "oncall", 2, {2, {"alice", "bob"}}};
        groups[1] = (struct bg_checked_group){true, "dba", 0, {0}};
        check = (struct bg_check){.n_groups = 2, .groups = groups};
        bg_host_defaults(&check.host);
        identity = (struct bg_identity){
                .account = "backup-bot", .without_grant = BG_WITHOUT_GRANT_DENY};
        role = (struct bg_role){.role = "r",
                .groups = {1, {"bg-db"}},
                .services = {2, {"su", "sshd"}},
                .max_duration = SEC(7200),
                .max_uses = 5,
                .approvals = 1,
                .approvers = {1, {"@oncall"}}};
        return 0;
}

static void says(const char *expected)
{
        assert_string_equal(bg_check_sentence(&check, &identity, &role, text), expected);
}

static void the_usual(void **state)
{
        (void)state;
        says("backup-bot can have r (group bg-db) for at most 2h and 5 sessions, by su or sshd, when "
             "1 of @oncall (alice, bob) consents after password and totp. Without a grant it cannot "
             "log in.");
}

static void numbers_and_lists(void **state)
{
        (void)state;
        role.groups = (struct bg_list){3, {"a", "b", "c"}};
        role.max_uses = 1;
        role.max_duration = SEC(99999);
        role.services = (struct bg_list){1, {"su"}};
        role.approvals = 2;
        role.approvers = (struct bg_list){3, {"@oncall", "@dba", "dora"}};
        role.factors = (struct bg_list){1, {"face"}};
        groups[0].n_members = 9;
        says("backup-bot can have r (groups a, b and c) for at most 12h and one session, by su, when "
             "2 of @oncall (alice, bob, ...), @dba (nobody) or dora consent after face. Without a "
             "grant it cannot log in.");
}

static void what_comes_then(void **state)
{
        (void)state;
        role.max_uses = 0;
        role.groups.n = 0;
        role.max_duration = 0;
        identity.callers = (struct bg_list){2, {"@oncall", "ci"}};
        identity.from = (struct bg_list){2, {"127.0.0.1", "10.0.0.0/8"}};
        identity.without_grant = BG_WITHOUT_GRANT_PLAIN;
        says("backup-bot can have r (no group) for at most 12h, by su or sshd, when 1 of @oncall "
             "(alice, bob) consents after password and totp. Then @oncall (alice, bob) and ci can su "
             "to it without its password. By ssh from 127.0.0.1 or 10.0.0.0/8 only. Without a grant "
             "it logs in unelevated.");
}

static void what_narrows_it(void **state)
{
        (void)state;
        static const char begin[] =
                "backup-bot can have r (group bg-db) for at most 2h and 5 sessions, by su or sshd, "
                "when 1 of @oncall (alice, bob) consents after password and totp.";
        static const char end[] = " Without a grant it logs in unelevated, and what deny would "
                                  "refuse is recorded.";
        static const struct {
                struct bg_reason_rule rule;
                const char *says;
        } rules[] = {
                {{0}, ""},
                {{.ticket = BG_TICKET_OPTIONAL, .pattern = "x"}, ""},
                {{.min = 12}, " Who asks must give a reason of 12 characters or more."},
                {{.ticket = BG_TICKET_REQUIRED}, " Who asks must give a ticket."},
                {{.min = 12, .ticket = BG_TICKET_REQUIRED, .pattern = "INC-[0-9]+"},
                        " Who asks must give a reason of 12 characters or more and a ticket that "
                        "matches INC-[0-9]+."},
        };
        char expected[BG_SENTENCE_BYTES];
        identity.without_grant = BG_WITHOUT_GRANT_OBSERVE;
        for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
                role.reason = rules[i].rule;
                (void)snprintf(expected, sizeof expected, "%s%s%s", begin, rules[i].says, end);
                says(expected);
        }
        role.reason = (struct bg_reason_rule){0};
        role.unused = SEC(900);
        identity.keys = (struct bg_pairs){2, {{"SHA256:a", "alice"}, {"SHA256:b", "bob"}}};
        (void)snprintf(expected, sizeof expected, "%s%s%s", begin,
                " By ssh with SHA256:a (alice) or SHA256:b (bob) only."
                " A grant that nobody uses within 15m closes.",
                end);
        says(expected);
        role.services = (struct bg_list){1, {"su"}};
        assert_null(strstr(bg_check_sentence(&check, &identity, &role, text), "By ssh"));
}

static void the_longest_is_cut_within_its_room(void **state)
{
        (void)state;
        role.approvers.n = BG_LIST_MAX;
        for (uint32_t i = 0; i < BG_LIST_MAX; i++)
                memset(role.approvers.v[i], 'x', BG_ITEM_BYTES - 1);
        identity.callers = role.approvers;
        char guarded[BG_SENTENCE_BYTES + 1];
        guarded[BG_SENTENCE_BYTES] = '#';
        (void)bg_check_sentence(&check, &identity, &role, guarded);
        assert_int_equal(guarded[BG_SENTENCE_BYTES], '#');
        assert_true(strlen(guarded) < BG_SENTENCE_BYTES);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(the_usual, setup),
                cmocka_unit_test_setup(numbers_and_lists, setup),
                cmocka_unit_test_setup(what_comes_then, setup),
                cmocka_unit_test_setup(what_narrows_it, setup),
                cmocka_unit_test_setup(the_longest_is_cut_within_its_room, setup),
        };
        return cmocka_run_group_tests_name("sentence", tests, NULL, NULL);
}
