/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One account's policy loaded, and each way in which it cannot be. */
#include "tests/unit/lib/unit.h"

#include "policy/store/load.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct unit_place etc;
static struct bg_policy policy;
static struct bg_error err;
#define IDENTITY                                                                                   \
        "account: backup-bot\nkind: bot\nfunction: Backup\nowner: '@dba'\n"                        \
        "roles: [db-restart, db-recovery]\n"
#define ROLE(name) "role: " name "\npurpose: x\napprovers: ['@oncall']\n"

static int setup(void **state)
{
        (void)state;
        unit_place_make(&etc);
        unit_put(&etc, "policy.d/backup-bot.yaml", 0644, IDENTITY);
        unit_put(&etc, "roles.d/db-restart.yaml", 0644, ROLE("db-restart"));
        unit_put(&etc, "roles.d/db-recovery.yaml", 0644,
                ROLE("db-recovery") "factors: [totp, face]\n");
        memset(&policy, 0, sizeof policy);
        return 0;
}

static int teardown(void **state)
{
        (void)state;
        bg_policy_done(&policy);
        unit_place_remove(&etc);
        return 0;
}

static enum bg_code load(const char *account)
{
        bg_policy_done(&policy);
        memset(&err, 0, sizeof err);
        return bg_policy_load(&etc.dir, account, &policy, &err);
}

static void a_whole_policy(void **state)
{
        (void)state;
        assert_code(load("backup-bot"), BG_OK);
        assert_string_equal(policy.identity.account, "backup-bot");
        assert_int_equal(policy.n_roles, 2);
        assert_string_equal(policy.roles[1].role, "db-recovery");
        /* The host file is missing: defaults, also where a role names no factors. */
        assert_true(policy.host.ceiling == BG_DEFAULT_CEILING);
        assert_true(bg_list_has(&policy.roles[0].factors, "password"));
        assert_int_equal(policy.roles[0].services.n, 2);
        assert_string_equal(policy.roles[1].factors.v[1], "face");

        unit_put(&etc, "breakglass.yaml", 0644, "default_factors: [face, totp]\nceiling: 1h\n");
        assert_code(load("backup-bot"), BG_OK);
        assert_true(policy.host.ceiling == SEC(3600));
        assert_string_equal(policy.roles[0].factors.v[0], "face");
        unit_put(&etc, "policy.d/backup-bot.yaml", 0644,
                "account: backup-bot\nkind: bot\nfunction: B\nowner: a\nroles: []\n");
        assert_code(load("backup-bot"), BG_OK);
        assert_int_equal(policy.n_roles, 0);
}

static void digests_follow_the_files(void **state)
{
        (void)state;
        char before[BG_POLICY_BYTES];
        char after[BG_POLICY_BYTES];
        assert_code(load("backup-bot"), BG_OK);
        bg_policy_digest(&policy, "db-restart", before);
        assert_int_equal(strlen(before), BG_POLICY_BYTES - 1);
        assert_int_equal(before[64], '.');
        assert_code(load("backup-bot"), BG_OK);
        bg_policy_digest(&policy, "db-restart", after);
        assert_string_equal(before, after);
        unit_put(&etc, "roles.d/db-restart.yaml", 0644, ROLE("db-restart") "# so\n");
        assert_code(load("backup-bot"), BG_OK);
        bg_policy_digest(&policy, "db-restart", after);
        assert_string_not_equal(before, after);
        assert_memory_equal(before, after, 64);
        bg_policy_digest(&policy, "db-recovery", before);
        assert_string_not_equal(before, after);
        bg_policy_digest(&policy, "none", after);
        assert_int_equal(strlen(after), 65);
}

static void accounts_without_a_file(void **state)
{
        (void)state;
        static const char *const names[] = {"alice", "", "../policy.d/backup-bot",
                "backup-bot.yaml", ".", "/etc/passwd", "9x", NULL};
        for (const char *const *p = names; *p; p++) {
                assert_code(load(*p), BG_NO_SUCH);
                assert_int_equal(policy.n_roles, 0);
        }
        assert_int_equal(unlinkat(etc.dir.fd, "policy.d/backup-bot.yaml", 0), 0);
        assert_int_equal(unlinkat(etc.dir.fd, "policy.d", AT_REMOVEDIR), 0);
        assert_code(load("backup-bot"), BG_NO_SUCH);
}

static void files_under_another_name(void **state)
{
        (void)state;
        unit_put(&etc, "policy.d/other.yaml", 0644, IDENTITY);
        assert_code(load("other"), BG_BAD_POLICY);
        assert_says(&err, "names the account backup-bot");
        unit_put(&etc, "roles.d/db-restart.yaml", 0644, ROLE("db-recovery"));
        assert_code(load("backup-bot"), BG_BAD_POLICY);
        assert_says(&err, "names the role db-recovery");
}

static void missing_and_broken_parts(void **state)
{
        (void)state;
        unit_put(&etc, "roles.d/db-recovery.yaml", 0644, "role: [\n");
        assert_code(load("backup-bot"), BG_BAD_POLICY);
        assert_says(&err, "roles.d/db-recovery.yaml:1:7: role");
        assert_null(policy.roles);
        assert_int_equal(unlinkat(etc.dir.fd, "roles.d/db-recovery.yaml", 0), 0);
        assert_code(load("backup-bot"), BG_BAD_POLICY);
        assert_says(&err, "names a role that is not");
        assert_int_equal(unlinkat(etc.dir.fd, "roles.d/db-restart.yaml", 0), 0);
        assert_int_equal(unlinkat(etc.dir.fd, "roles.d", AT_REMOVEDIR), 0);
        assert_code(load("backup-bot"), BG_BAD_POLICY);
        (void)teardown(NULL);
        (void)setup(NULL);
        unit_put(&etc, "breakglass.yaml", 0644, "ceiling: for ever\n");
        assert_code(load("backup-bot"), BG_BAD_POLICY);
        assert_says(&err, "breakglass.yaml:1:10: ceiling");
        unit_put(&etc, "policy.d/backup-bot.yaml", 0644, "");
        assert_code(load("backup-bot"), BG_BAD_POLICY);
}

static void unsafe_parts(void **state)
{
        (void)state;
        static const char *const files[] = {
                "policy.d/backup-bot.yaml", "roles.d/db-recovery.yaml", "breakglass.yaml", NULL};
        for (const char *const *p = files; *p; p++) {
                unit_put(&etc, "breakglass.yaml", 0644, "{}\n");
                assert_code(load("backup-bot"), BG_OK);
                assert_int_equal(fchmodat(etc.dir.fd, *p, 0664, 0), 0);
                assert_code(load("backup-bot"), BG_UNSAFE_FILE);
                assert_says(&err, *p);
                assert_int_equal(renameat(etc.dir.fd, *p, etc.dir.fd, "aside"), 0);
                assert_int_equal(fchmodat(etc.dir.fd, "aside", 0644, 0), 0);
                assert_int_equal(symlinkat("../aside", etc.dir.fd, *p), 0);
                assert_code(load("backup-bot"), BG_UNSAFE_FILE);
                assert_int_equal(unlinkat(etc.dir.fd, *p, 0), 0);
                assert_int_equal(renameat(etc.dir.fd, "aside", etc.dir.fd, *p), 0);
        }
        static const char *const folders[] = {"policy.d", "roles.d", NULL};
        for (const char *const *p = folders; *p; p++) {
                assert_int_equal(fchmodat(etc.dir.fd, *p, 0777, 0), 0);
                assert_code(load("backup-bot"), BG_UNSAFE_FILE);
                assert_int_equal(fchmodat(etc.dir.fd, *p, 0755, 0), 0);
        }
}

static void as_long_as_a_document(void **state)
{
        (void)state;
        static char text[BG_DOCUMENT_BYTES_MAX + 2];
        memset(text, '#', sizeof text - 1);
        memcpy(text, IDENTITY, sizeof IDENTITY - 1);
        text[BG_DOCUMENT_BYTES_MAX] = '\0';
        unit_put(&etc, "policy.d/backup-bot.yaml", 0644, text);
        assert_code(load("backup-bot"), BG_OK);
        text[BG_DOCUMENT_BYTES_MAX] = '#';
        unit_put(&etc, "policy.d/backup-bot.yaml", 0644, text);
        assert_code(load("backup-bot"), BG_UNSAFE_FILE);
}

static void who_is_managed(void **state)
{
        (void)state;
        bool managed = false;
        assert_code(bg_policy_is_managed(&etc.dir, "backup-bot", &managed, &err), BG_OK);
        assert_true(managed);
        assert_code(bg_policy_is_managed(&etc.dir, "alice", &managed, &err), BG_OK);
        assert_false(managed);
        assert_code(bg_policy_is_managed(&etc.dir, "../x", &managed, &err), BG_OK);
        assert_false(managed);
        /* A file that does not read manages all the same. */
        unit_put(&etc, "policy.d/broken.yaml", 0666, "[");
        assert_code(bg_policy_is_managed(&etc.dir, "broken", &managed, &err), BG_OK);
        assert_true(managed);

        struct bg_human human = {.found = true, .name = "alice"};
        bg_policy_mark_managed(&etc.dir, &human);
        assert_false(human.managed);
        bg_copy(human.name, sizeof human.name, "backup-bot");
        bg_policy_mark_managed(&etc.dir, &human);
        assert_true(human.managed);
        human = (struct bg_human){.found = true, .name = "alice"};
        assert_int_equal(fchmodat(etc.dir.fd, "policy.d", 0777, 0), 0);
        bg_policy_mark_managed(&etc.dir, &human);
        assert_true(human.managed); /* nobody could look */
}

static void what_a_grant_was_given_under_is_kept(void **state)
{
        (void)state;
        struct unit_place var;
        char digests[BG_POLICY_BYTES];
        char path[BG_POLICY_BYTES + 16];
        unit_place_make(&var);
        assert_code(load("backup-bot"), BG_OK);
        bg_policy_digest(&policy, "db-restart", digests);
        for (int twice = 0; twice < 2; twice++) {
                assert_code(bg_policy_keep(&etc.dir, &var.dir, &policy, "db-restart", &err), BG_OK);
                assert_int_equal(unit_entries(&var, "policy"), 2);
        }
        (void)snprintf(path, sizeof path, "policy/%.64s", digests);
        assert_string_equal(unit_get(&var, path), IDENTITY);
        (void)snprintf(path, sizeof path, "policy/%.64s", digests + 65);
        assert_string_equal(unit_get(&var, path), ROLE("db-restart"));
        unit_put(&etc, "roles.d/db-restart.yaml", 0644, ROLE("db-restart") "#\n");
        assert_code(bg_policy_keep(&etc.dir, &var.dir, &policy, "db-restart", &err), BG_BAD_POLICY);
        assert_says(&err, "was changed just now");
        unit_place_remove(&var);
}

/* A caller who leaves us no descriptor does not make a policy look absent. */
static void exhaustion(void **state)
{
        (void)state;
        struct rlimit saved;
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
        for (rlim_t spare = 0; spare < 4; spare++) {
                struct rlimit few = saved;
                int probe = open("/", O_RDONLY | O_CLOEXEC);
                (void)close(probe);
                few.rlim_cur = (rlim_t)probe + spare;
                assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
                enum bg_code code = load("backup-bot");
                assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
                assert_code(code, spare < 3 ? BG_STORE_FAILED : BG_OK);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_whole_policy, setup, teardown),
                cmocka_unit_test_setup_teardown(digests_follow_the_files, setup, teardown),
                cmocka_unit_test_setup_teardown(accounts_without_a_file, setup, teardown),
                cmocka_unit_test_setup_teardown(files_under_another_name, setup, teardown),
                cmocka_unit_test_setup_teardown(missing_and_broken_parts, setup, teardown),
                cmocka_unit_test_setup_teardown(unsafe_parts, setup, teardown),
                cmocka_unit_test_setup_teardown(as_long_as_a_document, setup, teardown),
                cmocka_unit_test_setup_teardown(who_is_managed, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        what_a_grant_was_given_under_is_kept, setup, teardown),
                cmocka_unit_test_setup_teardown(exhaustion, setup, teardown),
        };
        return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
