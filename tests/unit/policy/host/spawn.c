/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fixed program run: its output, its status, its environment, its end. */
#include "tests/unit/lib/unit.h"

#include "policy/host/spawn.h"

#include <fcntl.h>
#include <signal.h>

static char out[4096];
static int status;
static struct bg_error err;

static enum bg_code sh(const char *script, unsigned timeout_sec, size_t size)
{
        const char *const argv[] = {"/bin/sh", "-c", script, NULL};
        memset(out, '#', sizeof out);
        status = -1;
        return bg_spawn(argv, timeout_sec, out, size, &status, &err);
}

static void output_and_status(void **state)
{
        (void)state;
        assert_code(sh("echo out; echo err >&2; exit 7", 10, sizeof out), BG_OK);
        assert_string_equal(out, "out\nerr\n");
        assert_int_equal(status, 7);
        assert_code(sh("true", 10, sizeof out), BG_OK);
        assert_string_equal(out, "");
        assert_int_equal(status, 0);
        assert_code(sh("kill -9 $$", 10, sizeof out), BG_OK);
        assert_int_equal(status, 128 + SIGKILL);
}

static void output_is_bounded(void **state)
{
        (void)state;
        assert_code(sh("i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done", 20, 16),
                BG_OK);
        assert_int_equal(status, 0); /* it was read to its end, not stopped by a full pipe */
        assert_string_equal(out, "0123456789\n0123");
        assert_int_equal(out[16], '#');
        assert_code(sh("echo x", 10, 1), BG_OK);
        assert_string_equal(out, "");
}

static void nothing_is_inherited(void **state)
{
        (void)state;
        assert_int_equal(setenv("LD_LIBRARY_PATH", "/tmp/evil", 1), 0);
        assert_int_equal(setenv("EVIL", "1", 1), 0);
        const char *const argv[] = {"/usr/bin/env", NULL};
        assert_code(bg_spawn(argv, 10, out, sizeof out, &status, &err), BG_OK);
        assert_int_equal(status, 0);
        assert_string_equal(out, "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C.UTF-8\n");
        (void)unsetenv("LD_LIBRARY_PATH");

        /* Its input is empty; no signal is blocked or ignored. */
        assert_code(sh("cat", 10, sizeof out), BG_OK);
        assert_string_equal(out, "");
        sigset_t set;
        (void)sigemptyset(&set);
        (void)sigaddset(&set, SIGTERM);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        (void)signal(SIGPIPE, SIG_IGN);
        assert_code(sh("grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\t'", 10, sizeof out),
                BG_OK);
        (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
        (void)signal(SIGPIPE, SIG_DFL);
        unsigned long long blocked = 1;
        unsigned long long ignored = 1;
        assert_int_equal(sscanf(out, "SigBlk:%llx SigIgn:%llx", &blocked, &ignored), 2);
        assert_true(blocked == 0 && (ignored & 0x7FFFFFFF) == 0); /* 32 and 33 are libc's own */
}

/* Descriptors of ours are none of its business, also those that somebody forgot to close. */
static void no_descriptor_is_inherited(void **state)
{
        (void)state;
        int fd = fcntl(0, F_DUPFD, 100);
        assert_true(fd >= 100);
        assert_code(sh("ls /proc/$$/fd | tr '\\n' ' '", 10, sizeof out), BG_OK);
        (void)close(fd);
        char number[16];
        (void)snprintf(number, sizeof number, " %d ", fd);
        if (strstr(out, number))
                fail_msg("descriptors: %s", out);
}

static void what_takes_too_long_is_killed(void **state)
{
        (void)state;
        assert_code(sh("echo begun; exec sleep 60", 1, sizeof out), BG_SYSTEM);
        assert_says(&err, "not done in 1 seconds");
        /* Also where its output is closed, and where nothing is captured. */
        assert_code(sh("exec >&- 2>&-; exec sleep 60", 1, sizeof out), BG_SYSTEM);
        const char *const argv[] = {"/bin/sleep", "60", NULL};
        assert_code(bg_spawn(argv, 1, NULL, 0, &status, &err), BG_SYSTEM);
        const char *const quick[] = {"/bin/true", NULL};
        assert_code(bg_spawn(quick, 10, NULL, 0, &status, &err), BG_OK);
        assert_int_equal(status, 0);
}

static void what_is_not_there(void **state)
{
        (void)state;
        const char *const argv[] = {"/no/such/program", NULL};
        assert_code(bg_spawn(argv, 10, out, sizeof out, &status, &err), BG_SYSTEM);
        assert_says(&err, "/no/such/program");
        assert_int_equal(err.errnum, ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(output_and_status),
                cmocka_unit_test(output_is_bounded),
                cmocka_unit_test(nothing_is_inherited),
                cmocka_unit_test(no_descriptor_is_inherited),
                cmocka_unit_test(what_takes_too_long_is_killed),
                cmocka_unit_test(what_is_not_there),
        };
        return cmocka_run_group_tests_name("spawn", tests, NULL, NULL);
}
