/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The example policy that is installed loads, and `policy check` has nothing against it as far as its
 * files alone tell. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/check.h"
#include "policy/store/load.h"

#include <fcntl.h>

static void copy(const struct unit_place *from, const struct unit_place *to, const char *path)
{
        const char *text = unit_get(from, path);
        if (!text)
                fail_msg("%s is not there", path);
        unit_put(to, path, 0644, text);
}

static void say(const struct bg_finding *finding, void *context)
{
        (void)context;
        fail_msg("%s: %s", finding->file, finding->text);
}

static void the_examples_load(void **state)
{
        (void)state;
        struct unit_place source = {.dir = {.fd = open(BG_EXAMPLES, O_RDONLY | O_DIRECTORY)}};
        struct unit_place etc;
        struct bg_policy policy;
        struct bg_error err = {0};
        assert_true(source.dir.fd >= 0);
        unit_place_make(&etc);
        copy(&source, &etc, "breakglass.yaml");
        copy(&source, &etc, "policy.d/backup-bot.yaml");
        copy(&source, &etc, "roles.d/db-restart.yaml");
        if (bg_policy_load(&etc.dir, "backup-bot", &policy, &err) != BG_OK)
                fail_msg("%s", err.text);
        assert_int_equal(policy.n_roles, 1);

        struct bg_checked_role role = {.file = "roles.d/db-restart.yaml", .role = policy.roles[0]};
        struct bg_checked_identity identity = {
                .file = "policy.d/backup-bot.yaml", .identity = policy.identity};
        const struct bg_check check = {.host_file = "breakglass.yaml",
                .host = policy.host,
                .n_roles = 1,
                .roles = &role,
                .n_identities = 1,
                .identities = &identity};
        bg_check(&check, say, NULL);

        /* What the comments of the host file promise: its lines are the defaults. */
        struct bg_host host = {0};
        bg_host_defaults(&host);
        assert_memory_equal(
                &host.default_factors, &policy.host.default_factors, sizeof host.default_factors);
        assert_memory_equal(&host.factors, &policy.host.factors, sizeof host.factors);
        assert_true(host.ceiling == policy.host.ceiling &&
                    host.default_duration == policy.host.default_duration);
        bg_policy_done(&policy);
        unit_place_remove(&etc);
        bg_dir_done(&source.dir);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_examples_load),
        };
        return cmocka_run_group_tests_name("examples", tests, NULL, NULL);
}
