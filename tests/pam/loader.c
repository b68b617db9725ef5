/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pam_breakglass.so: whom it leaves alone, whom it refuses, and what an error means. */
#include "tests/pam/lib/stage.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void policy_path(const struct stage *stage, const char *account, char ret[static 512])
{
        (void)snprintf(ret, 512, "%s/etc/policy.d/%s.yaml", stage->place.path, account);
}

/* All calls go on as if we were not there, and nothing is said, recorded or taken. */
static void assert_untouched(struct stage *stage, const char *user)
{
        static const char *const services[] = {"su", "su-l", "sshd", "cron"};

        for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
                stage_start(stage, services[i], user);
                /* pam_deny comes next */
                assert_int_equal(stage_call(stage, pam_authenticate, 0), PAM_AUTH_ERR);
                assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_SUCCESS);
                assert_int_equal(stage_call(stage, pam_open_session, 0), PAM_SUCCESS);
                assert_int_equal(stage_call(stage, pam_close_session, 0), PAM_SUCCESS);
                assert_null(pam_getenv(stage->pamh, "BREAKGLASS_GRANT"));
                assert_string_equal(stage->said, "");
                stage_end(stage);
        }
        assert_int_equal(unit_entries(&stage->place, "state/events"), 0);
}

static void test_unmanaged(void **state)
{
        assert_untouched(*state, "daemon");
}

static void test_no_folder(void **state)
{
        struct stage *stage = *state;
        char path[512];

        policy_path(stage, ACCOUNT, path);
        assert_int_equal(unlink(path), 0);
        assert_untouched(stage, ACCOUNT);
        assert_int_equal(unlinkat(stage->place.dir.fd, "etc/policy.d", AT_REMOVEDIR), 0);
        assert_untouched(stage, ACCOUNT);
        unit_put(&stage->place, "etc/policy.d", 0644, ""); /* ENOTDIR */
        assert_untouched(stage, ACCOUNT);
}

static void test_names(void **state)
{
        static const char *const names[] = {"../policy.d/" ACCOUNT, "." ACCOUNT, "/" ACCOUNT,
                ACCOUNT "/", "-" ACCOUNT, "ba ckup", "backup\n",
                "b\xc3\xa4"
                "ckup",
                "0backup", "a23456789012345678901234567890123"};
        struct stage *stage = *state;

        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                assert_untouched(stage, names[i]);
}

/* Whoever owns /etc put a link there: no lock-out, and no elevation either. */
static void test_link(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        char path[512];

        stage_grant(stage, &claims);
        policy_path(stage, ACCOUNT, path);
        unit_put(&stage->place, "etc/elsewhere", 0644,
                unit_get(&stage->place, "etc/policy.d/" ACCOUNT ".yaml"));
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("../elsewhere", path), 0);
        assert_untouched(stage, ACCOUNT);
}

static void test_managed(void **state)
{
        struct stage *stage = *state;
        stage_start(stage, "sshd", ACCOUNT);
        assert_refused(stage, BG_NO_GRANT);
}

static void test_root(void **state)
{
        struct stage *stage = *state;
        unit_put(&stage->place, "etc/policy.d/root.yaml", 0644, "rubbish");
        assert_untouched(stage, "root");
}

/* By limits that su inherits, its caller could switch the gate off. */
static void test_exhausted(void **state)
{
        struct stage *stage = *state;
        struct rlimit before;
        struct rlimit none;

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        none = before;
        none.rlim_cur = 0;
        stage_start(stage, "su", ACCOUNT);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        int answer = stage_call(stage, pam_acct_mgmt, 0);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        /* Which error: where libpam writes to the audit log, it fails on its own. */
        assert_int_not_equal(answer, PAM_SUCCESS);
        assert_non_null(strstr(stage->said, "error: breakglass: " ACCOUNT " cannot log in"));
        stage_end(stage);

        stage_start(stage, "su", "root");
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        (void)stage_call(stage, pam_acct_mgmt, 0);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_string_equal(stage->said, "");
}

/* Managed accounts are refused, whatever they might have; all others go on. */
static void without(struct stage *stage, const char *module)
{
        stage_identity(stage, "without_grant: plain\n");
        stage_module(stage, module);
        assert_untouched(stage, "daemon");
        assert_untouched(stage, "root");
        stage_start(stage, "su", ACCOUNT);
        assert_int_equal(stage_call(stage, pam_authenticate, 0), PAM_AUTH_ERR);
        assert_string_equal(stage->said, "");
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_PERM_DENIED);
        assert_non_null(strstr(stage->said, "error: breakglass: " ACCOUNT " cannot log in"));
        assert_int_equal(stage_call(stage, pam_open_session, PAM_SILENT), PAM_SESSION_ERR);
        stage_end(stage);
}

static void test_other_half_missing(void **state)
{
        without(*state, BG_TEST_DIR "/loader_alone.so");
}

static void test_other_half_of_another_version(void **state)
{
        without(*state, BG_TEST_DIR "/loader_other.so");
}

static void test_password(void **state)
{
        struct stage *stage = *state;
        char path[BG_PATH_BYTES];

        (void)snprintf(path, sizeof path, "password optional %s\npassword required pam_permit.so\n",
                BG_TEST_DIR "/loader_test.so");
        stage_start(stage, "sshd", ACCOUNT);
        stage_end(stage);
        unit_put(&stage->place, "pam/passwd", 0644, path);
        const struct pam_conv conv = {0};
        char conf[BG_PATH_BYTES + 8];
        (void)snprintf(conf, sizeof conf, "%s/pam", stage->place.path);
        assert_int_equal(
                pam_start_confdir("passwd", ACCOUNT, &conv, conf, &stage->pamh), PAM_SUCCESS);
        assert_int_equal(pam_chauthtok(stage->pamh, PAM_SILENT), PAM_SUCCESS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_make, stage_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_unmanaged),
                TEST(test_no_folder),
                TEST(test_names),
                TEST(test_link),
                TEST(test_managed),
                TEST(test_root),
                TEST(test_exhausted),
                TEST(test_other_half_missing),
                TEST(test_other_half_of_another_version),
                TEST(test_password),
        };
        return cmocka_run_group_tests_name("pam/loader", tests, NULL, NULL);
}
