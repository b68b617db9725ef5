/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host file and its defaults. */
#include "tests/unit/lib/unit.h"

#include "policy/format/host.h"

static struct bg_host host;

static void a_whole_file(void **state)
{
        (void)state;
        assert_reads(&bg_host_table,
                "factors: {password: knowledge, totp: possession, face: inherence}\n"
                "default_factors: [password, face]\ndefault_duration: 30m\nceiling: 4h\n",
                &host);
        bg_host_defaults(&host);
        assert_int_equal(host.factors.n, 3);
        assert_string_equal(bg_pairs_get(&host.factors, "face"), "inherence");
        assert_string_equal(host.default_factors.v[1], "face");
        assert_true(host.default_duration == SEC(1800) && host.ceiling == SEC(14400));
}

static void what_holds_where_nothing_is_said(void **state)
{
        (void)state;
        assert_reads(&bg_host_table, "{}\n", &host);
        bg_host_defaults(&host);
        assert_string_equal(bg_pairs_get(&host.factors, "password"), "knowledge");
        assert_string_equal(bg_pairs_get(&host.factors, "totp"), "possession");
        assert_string_equal(host.default_factors.v[0], "password");
        assert_string_equal(host.default_factors.v[1], "totp");
        assert_true(host.default_duration == SEC(3600));
        assert_true(host.ceiling == SEC(12 * 3600));
}

static void mistakes(void **state)
{
        (void)state;
        assert_refuses(&bg_host_table, "factors: {totp: Possession}\n", "factors");
        assert_refuses(&bg_host_table, "factors: {totp: ''}\n", "factors");
        assert_refuses(&bg_host_table, "factors: {../x: knowledge}\n", "factors");
        assert_refuses(&bg_host_table, "factors: [totp]\n", "factors");
        assert_refuses(&bg_host_table, "default_factors: [Totp]\n", "default_factors");
        assert_refuses(&bg_host_table, "ceiling: 0s\n", "ceiling");
        assert_refuses(&bg_host_table, "ceiling: none\n", "ceiling");
        assert_refuses(&bg_host_table, "audit: {keep: 400d}\n", "no field \"audit\"");
        assert_refuses(&bg_host_table, "", "empty");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_file),
                cmocka_unit_test(what_holds_where_nothing_is_said),
                cmocka_unit_test(mistakes),
        };
        return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
