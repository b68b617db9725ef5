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
                "root_equivalent: yes\n",
                &role);
        assert_string_equal(role.role, "db-recovery");
        assert_string_equal(bg_pairs_get(&role.env, "PGSERVICE"), "rescue");
        assert_true(role.max_duration == SEC(7200) && role.max_uses == 5 && role.approvals == 2);
        assert_true(bg_list_has(&role.approvers, "@dba") && role.root_equivalent);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_role),
                cmocka_unit_test(defaults),
                cmocka_unit_test(mistakes),
        };
        return cmocka_run_group_tests_name("role", tests, NULL, NULL);
}
