/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of an identity. */
#include "tests/unit/lib/unit.h"

#include "policy/format/policy.h"

static struct bg_identity identity;
/* And one character more. */
#define KEY "SHA256:uQ4h5Y0H8xO2vYw0Q9m3rT7bA1cD6eF8gJ2kL4nP+s"
#define LEAST                                                                                      \
        "account: backup-bot\nkind: bot\nfunction: Backup\nowner: \"@dba\"\nroles: [db-recovery]\n"

static void a_whole_identity(void **state)
{
        (void)state;
        assert_reads(&bg_identity_table,
                "account: backup-bot\nkind: service-account\nfunction: Nightly PostgreSQL backup\n"
                "owner: \"@dba\"\nroles: [db-recovery, db-restart]\nwithout_grant: plain\n"
                "callers: [\"@oncall\", ci]\nfrom: [127.0.0.1, 10.20.0.0/16, \"2001:db8::/32\"]\n"
                "keys: {" KEY "1: alice, " KEY "2: bob}\n",
                &identity);
        assert_string_equal(identity.account, "backup-bot");
        assert_int_equal(identity.kind, BG_KIND_SERVICE_ACCOUNT);
        assert_int_equal(identity.without_grant, BG_WITHOUT_GRANT_PLAIN);
        assert_true(bg_list_has(&identity.callers, "ci"));
        assert_int_equal(identity.from.n, 3);
        assert_int_equal(identity.keys.n, 2);
        assert_string_equal(bg_pairs_get(&identity.keys, KEY "2"), "bob");
}

static void kinds_and_words(void **state)
{
        (void)state;
        static const struct {
                const char *word;
                enum bg_identity_kind kind;
        } kinds[] = {
                {"service-account", BG_KIND_SERVICE_ACCOUNT},
                {"bot", BG_KIND_BOT},
                {"pipeline", BG_KIND_PIPELINE},
                {"api-client", BG_KIND_API_CLIENT},
        };
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                char text[256];
                (void)snprintf(text, sizeof text,
                        "account: a\nkind: %s\nfunction: x\nowner: a\nroles: []\n", kinds[i].word);
                assert_reads(&bg_identity_table, text, &identity);
                assert_int_equal(identity.kind, kinds[i].kind);
                assert_string_equal(bg_identity_kinds[kinds[i].kind], kinds[i].word);
        }
        assert_reads(&bg_identity_table, LEAST, &identity);
        assert_int_equal(identity.without_grant, BG_WITHOUT_GRANT_UNSET);
        assert_reads(&bg_identity_table, LEAST "without_grant: deny\n", &identity);
        assert_int_equal(identity.without_grant, BG_WITHOUT_GRANT_DENY);
        assert_reads(&bg_identity_table, LEAST "without_grant: observe\n", &identity);
        assert_int_equal(identity.without_grant, BG_WITHOUT_GRANT_OBSERVE);
        assert_int_equal(identity.keys.n, 0);
        assert_int_equal(identity.subordinate_ids, BG_SUBORDINATE_UNSET);
        assert_reads(&bg_identity_table, LEAST "subordinate_ids: accepted\n", &identity);
        assert_int_equal(identity.subordinate_ids, BG_SUBORDINATE_ACCEPTED);
}

static void mistakes(void **state)
{
        (void)state;
        static const char *const lines[] = {
                "account: a\n", "kind: bot\n", "function: x\n", "owner: a\n", "roles: [r]\n"};
        static const char *const fields[] = {"account", "kind", "function", "owner", "roles"};
        for (size_t without = 0; without < 5; without++) {
                char text[256] = "";
                char missing[32];
                for (size_t i = 0; i < 5; i++)
                        if (i != without)
                                (void)strcat(text, lines[i]);
                (void)snprintf(missing, sizeof missing, "%s: missing", fields[without]);
                assert_refuses(&bg_identity_table, text, missing);
        }
        static const char *const bad[][2] = {
                {"without_grant: allow", "without_grant"},
                {"without_grant: Observe", "without_grant"},
                {"without_grant: ''", "without_grant"},
                {"callers: ['@']", "callers"},
                {"callers: [a, a]", "callers: the same item twice"},
                {"from: [10.0.0.1/8]", "from"},
                {"from: [runner.example]", "from"},
                {"from: 127.0.0.1", "from"},
                {"keys: {SHA256:x: alice}", "keys"},
                {"keys: {MD5:x: alice}", "keys"},
                {"keys: {" KEY "1: '@oncall'}", "keys"},
                {"keys: {" KEY "1: 'al ice'}", "keys"},
                {"keys: {" KEY "1: ''}", "keys"},
                {"keys: {" KEY "1: alice, " KEY "1: bob}", "keys"},
                {"keys: [" KEY "1]", "keys"},
                {"keys: {}\nkeys: {}", "keys"},
                {"subordinate_ids: yes", "subordinate_ids"},
                {"subordinate_ids: refused", "subordinate_ids"},
                {"requesters: [a]", "no field \"requesters\""},
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                char text[256];
                (void)snprintf(text, sizeof text, LEAST "%s\n", bad[i][0]);
                assert_refuses(&bg_identity_table, text, bad[i][1]);
        }
}

static void roles_of_a_policy_by_name(void **state)
{
        (void)state;
        struct bg_role roles[2] = {{.role = "a"}, {.role = "b"}};
        const struct bg_policy policy = {.n_roles = 2, .roles = roles};
        assert_ptr_equal(bg_policy_role(&policy, "b"), &roles[1]);
        assert_null(bg_policy_role(&policy, "c"));
        assert_null(bg_policy_role(&policy, ""));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_whole_identity),
                cmocka_unit_test(kinds_and_words),
                cmocka_unit_test(mistakes),
                cmocka_unit_test(roles_of_a_policy_by_name),
        };
        return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
