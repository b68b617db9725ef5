/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What su's caller chose for the process must not make our writes fail half-way, and is his again
 * after each call. */
#include "tests/pam/lib/stage.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void run_refused(struct stage *stage)
{
        stage_start(stage, "su", ACCOUNT);
        assert_refused(stage, BG_NO_GRANT);
}

static void test_mask(void **state)
{
        stage_start(*state, "su", ACCOUNT);
        mode_t before = umask(0777);
        assert_refused(*state, BG_NO_GRANT);
        assert_int_equal(umask(before), 0777);
        assert_int_equal(stage_events(*state, BG_EVENT_SESSION_REFUSED, NULL), 1);
}

static void test_signals(void **state)
{
        sigset_t mask;
        sigset_t after;

        (void)sigemptyset(&mask);
        (void)sigaddset(&mask, SIGUSR1);
        assert_int_equal(sigprocmask(SIG_SETMASK, &mask, NULL), 0);
        run_refused(*state);
        assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &after), 0);
        for (int i = 1; i < SIGRTMIN; i++)
                assert_int_equal(sigismember(&after, i), i == SIGUSR1);
}

/* CAP_SYS_RESOURCE, see capabilities(7): without it nobody raises a limit, not even a container's
 * root. */
static bool may_raise_limits(void)
{
        char line[128];
        unsigned long long effective = 0;
        bg_auto_file FILE *f = fopen("/proc/self/status", "re");

        while (f && fgets(line, sizeof line, f))
                if (sscanf(line, "CapEff: %llx", &effective) == 1)
                        break;
        return effective >> 24 & 1;
}

/* `ulimit -f 0; su …`: his limit is lifted for us, and put back. Where that cannot be: refused. */
static int refuse_under_limit(unsigned i, void *context)
{
        static const struct rlimit none = {0, 0};
        struct stage *stage = context;
        struct rlimit after;

        (void)i;
        (void)signal(SIGXFSZ, SIG_DFL);
        stage_start(stage, "su", ACCOUNT);
        if (setrlimit(RLIMIT_FSIZE, &none) < 0 ||
                stage_call(stage, pam_acct_mgmt, PAM_SILENT) != PAM_PERM_DENIED ||
                getrlimit(RLIMIT_FSIZE, &after) < 0)
                return 1;
        return after.rlim_cur == 0 && after.rlim_max == 0 ? 0 : 2;
}

static void test_file_size(void **state)
{
        assert_int_equal(unit_race(1, refuse_under_limit, *state, 0), 1);
        assert_int_equal(
                stage_events(*state, BG_EVENT_SESSION_REFUSED, NULL), may_raise_limits() ? 1 : 0);
}

static void test_owner(void **state)
{
        struct stage *stage = *state;
        char path[512];
        struct stat st;

        run_refused(stage);
        (void)snprintf(
                path, sizeof path, "%s/state/events/%u", stage->place.path, stage->caller.uid);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_uid, geteuid());
        assert_int_equal(st.st_gid, getegid());
        assert_int_equal(st.st_mode & 07777, 0700);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_make, stage_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_mask),
                TEST(test_signals),
                TEST(test_file_size),
                TEST(test_owner),
        };
        return cmocka_run_group_tests_name("pam/guard", tests, NULL, NULL);
}
