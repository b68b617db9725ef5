/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of a role: as the design's example has them, each kind of mistake, the defaults. */
#include "tests/unit/lib/unit.h"

#include "policy/format/role.h"

static struct bg_role role;
#define LEAST "role: db-recovery\npurpose: Restore\napprovers: [\"@oncall\"]\n"

static void a_whole_role(void **state)
{
        (void)state;
        assert_reads(&bg_role_table,
                "role: db-recovery\npurpose: Restart and restore PostgreSQL\ngroups: [bg-db]\n"
                "env: {PGSERVICE: rescue}\nservices: [su, sshd]\nmax_duration: 2h\nmax_uses: 5\n"
                "approvals: 2\napprovers: [\"@oncall\", \"@dba\"]\nfactors: [password, totp]\n"
                "root_equivalent: yes\nunused: 15m\n"
                "reason: {min: 12, ticket: required, pattern: \"INC-[0-9]+\"}\n",
                &role);
        assert_string_equal(role.role, "db-recovery");
        assert_string_equal(bg_pairs_get(&role.env, "PGSERVICE"), "rescue");
        assert_true(role.max_duration == SEC(7200) && role.max_uses == 5 && role.approvals == 2);
        assert_true(bg_list_has(&role.approvers, "@dba") && role.root_equivalent);
        assert_true(role.unused == SEC(900) && role.reason.min == 12);
        assert_int_equal(role.reason.ticket, BG_TICKET_REQUIRED);
        assert_string_equal(role.reason.pattern, "INC-[0-9]+");
        bg_role_defaults(&role);
        assert_true(role.approvals == 2 && role.services.n == 2);
}

static void defaults(void **state)
{
        (void)state;
        assert_reads(&bg_role_table, LEAST, &role);
        bg_role_defaults(&role);
        assert_int_equal(role.services.n, 2);
        assert_string_equal(role.services.v[0], "su");
        assert_string_equal(role.services.v[1], "sshd");
        assert_true(role.approvals == 1 && role.max_uses == 0 && role.max_duration == 0);
        assert_true(role.factors.n == 0 && role.groups.n == 0 && !role.root_equivalent);
        assert_true(role.unused == 0 && role.reason.min == 0 && role.reason.pattern[0] == '\0');
        assert_int_equal(role.reason.ticket, BG_TICKET_UNSET);
        assert_reads(&bg_role_table, LEAST "services: [su]\n", &role);
        bg_role_defaults(&role);
        assert_int_equal(role.services.n, 1);
}

static void mistakes(void **state)
{
        (void)state;
        assert_refuses(&bg_role_table, "purpose: x\napprovers: [a]\n", "role: missing");
        assert_refuses(&bg_role_table, "role: a\napprovers: [a]\n", "purpose: missing");
        assert_refuses(&bg_role_table, "role: a\npurpose: x\n", "approvers: missing");
        assert_refuses(&bg_role_table, "role: a\npurpose: ''\napprovers: [a]\n", "purpose: empty");
        static const char *const bad[][2] = {
                {"max_uses: 0", "max_uses"},
                {"max_uses: 1001", "max_uses"},
                {"approvals: 0", "approvals"},
                {"approvals: 17", "approvals"},
                {"approvals: [a]", "approvals"},
                {"max_duration: never", "max_duration"},
                {"max_duration: 3600", "max_duration"},
                {"groups: ['a b']", "groups"},
                {"groups: bg-db", "groups"},
                {"groups: ['@dba']", "groups"},
                {"env: {LD_PRELOAD: x}", "env"},
                {"env: {path: x}", "env"},
                {"services: [../su]", "services"},
                {"factors: [../other]", "factors"},
                {"root_equivalent: accepted", "root_equivalent"},
                {"unused: 0s", "unused"},
                {"unused: 900", "unused"},
                {"unused: never", "unused"},
                {"reason: required", "reason"},
                {"reason: [min]", "reason"},
                {"reason: {min: 512}", "min"}, /* more than a reason has room for */
                {"reason: {min: -1}", "min"},
                {"reason: {min: twelve}", "min"},
                {"reason: {ticket: yes}", "ticket"},
                {"reason: {ticket: none}", "ticket"},
                {"reason: {pattern: '['}", "pattern"},
                {"reason: {pattern: '(INC'}", "pattern"},
                {"reason: {pattern: ''}", "pattern"},
                {"reason: {min: 1, min: 2}", "twice"},
                {"reason: {maximum: 1}", "no field \"maximum\""},
                {"emergency: {approvals: 1}", "no field \"emergency\""},
                {"chain: []", "no field \"chain\""},
                {"review: {due: 24h}", "no field \"review\""},
                {"roles: [a]", "no field \"roles\""},
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                char text[256];
                (void)snprintf(text, sizeof text, LEAST "%s\n", bad[i][0]);
                assert_refuses(&bg_role_table, text, bad[i][1]);
        }
        assert_refuses(&bg_role_table, "role: a23456789012345678901x\npurpose: x\napprovers: [a]\n",
                "role");
}

static void the_rule_of_reasons(void **state)
{
        (void)state;
        assert_reads(&bg_role_table, LEAST "reason: {}\n", &role);
        assert_reads(&bg_role_table, LEAST "reason: {min: 0, ticket: optional}\n", &role);
        assert_int_equal(role.reason.ticket, BG_TICKET_OPTIONAL);
        assert_reads(&bg_role_table, LEAST "reason: {min: 511}\n", &role);
        assert_true(role.reason.min == BG_REASON_BYTES - 1);
        assert_reads(&bg_role_table, LEAST "reason: {pattern: 'a|b'}\n", &role);
        struct bg_error err = {0};
        const struct bg_reason_rule rule = {
                .min = 3, .ticket = BG_TICKET_REQUIRED, .pattern = "INC-[0-9]+"};
        assert_code(bg_reason_meets(&rule, "r", "ab ", &err), BG_NO_REASON);
        assert_says(&err, "r wants a reason of at least 3");
        assert_code(bg_reason_meets(&rule, "r", "abc", &err), BG_OK);
        assert_code(bg_ticket_meets(&rule, "r", "", &err), BG_NO_REASON);
        assert_code(bg_ticket_meets(&rule, "r", "INC-", &err), BG_NO_REASON);
        assert_says(&err, "r wants a ticket that matches INC-[0-9]+");
        assert_code(bg_ticket_meets(&rule, "r", "INC-1", &err), BG_OK);
        /* As it crosses to whoever asks. */
        assert_round_trip(&bg_reason_rule_table, &role.reason);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_role),
                cmocka_unit_test(defaults),
                cmocka_unit_test(mistakes),
                cmocka_unit_test(the_rule_of_reasons),
        };
        return cmocka_run_group_tests_name("role", tests, NULL, NULL);
}
