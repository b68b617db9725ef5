/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Grant and today's policy intersected: never more than either. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/narrow.h"

static struct bg_claims claims;
static struct bg_role role;
static struct bg_policy policy;
static struct bg_allowance got;

static int setup(void **state)
{
        (void)state;
        claims = (struct bg_claims){
                .role = "r",
                .groups = {.n = 2, .v = {"g1", "g2"}},
                .env = {.n = 2, .v = {{"A", "1"}, {"B", "2"}}},
                .services = {.n = 2, .v = {"su", "sshd"}},
                .from = {.n = 1, .v = {"10.0.0.0/8"}},
                .iat = UNIT_WALL,
                .nbf = UNIT_WALL,
                .exp = UNIT_WALL + SEC(3600),
        };
        role = (struct bg_role){
                .role = "r",
                .groups = claims.groups,
                .env = claims.env,
                .services = claims.services,
        };
        policy = (struct bg_policy){.n_roles = 1, .roles = &role, .host = {.ceiling = SEC(43200)}};
        return 0;
}

static void unchanged_policy_changes_nothing(void **state)
{
        (void)state;
        assert_code(bg_narrow(&claims, &policy, &got), BG_OK);
        assert_int_equal(got.groups.n, 2);
        assert_int_equal(got.env.n, 2);
        assert_int_equal(got.services.n, 2);
        assert_string_equal(got.from.v[0], "10.0.0.0/8");
        assert_true(got.exp == claims.exp && got.max_uses == 0 && got.unused == 0);
}

static void tightening_narrows(void **state)
{
        (void)state;
        role.groups = (struct bg_list){.n = 1, .v = {"g2"}};
        role.env = (struct bg_pairs){.n = 2, .v = {{"A", "other"}, {"B", "2"}}};
        role.services = (struct bg_list){.n = 1, .v = {"su"}};
        role.max_duration = SEC(600);
        role.max_uses = 3;
        role.unused = SEC(900);
        assert_code(bg_narrow(&claims, &policy, &got), BG_OK);
        assert_int_equal(got.groups.n, 1);
        assert_string_equal(got.groups.v[0], "g2");
        assert_int_equal(got.env.n, 1);
        assert_string_equal(got.env.v[0].key, "B");
        assert_int_equal(got.services.n, 1);
        assert_true(got.exp == claims.iat + SEC(600) && got.max_uses == 3);
        assert_true(got.unused == SEC(900));
}

static void loosening_widens_nothing(void **state)
{
        (void)state;
        role.groups = (struct bg_list){.n = 3, .v = {"root", "g1", "g2"}};
        role.env = (struct bg_pairs){.n = 3, .v = {{"A", "1"}, {"B", "2"}, {"C", "3"}}};
        role.services = (struct bg_list){.n = 3, .v = {"su", "sshd", "login"}};
        role.max_duration = SEC(99999);
        claims.max_uses = 2;
        role.max_uses = 9;
        claims.unused = SEC(600);
        role.unused = SEC(900);
        assert_code(bg_narrow(&claims, &policy, &got), BG_OK);
        assert_int_equal(got.groups.n, 2);
        assert_false(bg_list_has(&got.groups, "root"));
        assert_int_equal(got.env.n, 2);
        assert_int_equal(got.services.n, 2);
        assert_true(got.exp == claims.exp && got.max_uses == 2 && got.unused == SEC(600));
        role.max_uses = 0;
        role.unused = 0;
        assert_code(bg_narrow(&claims, &policy, &got), BG_OK);
        assert_true(got.max_uses == 2 && got.unused == SEC(600));
}

static void nothing_in_common(void **state)
{
        (void)state;
        role.groups = (struct bg_list){.n = 1, .v = {"g"}};
        role.env.n = 0;
        role.services.n = 0;
        assert_code(bg_narrow(&claims, &policy, &got), BG_OK);
        assert_true(got.groups.n == 0 && got.env.n == 0 && got.services.n == 0);
}

static void the_hosts_ceiling_counts_too(void **state)
{
        (void)state;
        policy.host.ceiling = SEC(60);
        role.max_duration = SEC(600);
        assert_code(bg_narrow(&claims, &policy, &got), BG_OK);
        assert_true(got.exp == claims.iat + SEC(60));
        role.max_duration = 0;
        assert_code(bg_narrow(&claims, &policy, &got), BG_OK);
        assert_true(got.exp == claims.iat + SEC(60));
        policy.host.ceiling = SEC(3600);
        assert_code(bg_narrow(&claims, &policy, &got), BG_OK);
        assert_true(got.exp == claims.exp);
}

static void a_role_that_is_gone(void **state)
{
        (void)state;
        bg_copy(role.role, sizeof role.role, "s");
        assert_code(bg_narrow(&claims, &policy, &got), BG_POLICY_NARROWED);
        policy.n_roles = 0;
        assert_code(bg_narrow(&claims, &policy, &got), BG_POLICY_NARROWED);
}

/* As many as today's role wants, or the grant is one that it would not give. */
static void more_approvals_are_wanted_today(void **state)
{
        (void)state;
        for (uint64_t wanted = 0; wanted <= 4; wanted++)
                for (uint32_t given = 0; given <= 4; given++) {
                        role.approvals = wanted;
                        claims.n_approvals = given;
                        assert_code(bg_narrow(&claims, &policy, &got),
                                given >= wanted ? BG_OK : BG_POLICY_NARROWED);
                }
}

static void networks(void **state)
{
        (void)state;
        const struct bg_list anywhere = {0};
        const struct bg_list some = {.n = 2, .v = {"127.0.0.1", "10.0.0.0/8"}};
        assert_true(bg_networks_have(&anywhere, "203.0.113.9"));
        assert_true(bg_networks_have(&anywhere, ""));
        assert_true(bg_networks_have(&some, "10.9.9.9"));
        assert_true(bg_networks_have(&some, "127.0.0.1"));
        assert_false(bg_networks_have(&some, "127.0.0.2"));
        assert_false(bg_networks_have(&some, ""));
        assert_false(bg_networks_have(&some, "localhost"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(unchanged_policy_changes_nothing, setup),
                cmocka_unit_test_setup(tightening_narrows, setup),
                cmocka_unit_test_setup(loosening_widens_nothing, setup),
                cmocka_unit_test_setup(nothing_in_common, setup),
                cmocka_unit_test_setup(the_hosts_ceiling_counts_too, setup),
                cmocka_unit_test_setup(a_role_that_is_gone, setup),
                cmocka_unit_test_setup(more_approvals_are_wanted_today, setup),
                cmocka_unit_test(networks),
        };
        return cmocka_run_group_tests_name("narrow", tests, NULL, NULL);
}
