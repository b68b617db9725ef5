/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of this machine, against what it says elsewhere. */
#include "tests/unit/lib/unit.h"

#include "policy/format/scalar.h"
#include "policy/host/clock.h"

#include <time.h>

static bg_usec clock_usec(clockid_t clock)
{
        struct timespec ts;
        assert_int_equal(clock_gettime(clock, &ts), 0);
        return SEC(ts.tv_sec) + (bg_usec)ts.tv_nsec / 1000;
}

static void both_clocks_and_ids(void **state)
{
        (void)state;
        struct bg_now now;
        struct bg_error err = {0};
        bg_usec wall = clock_usec(CLOCK_REALTIME);
        bg_usec boottime = clock_usec(CLOCK_BOOTTIME);
        enum bg_code code = bg_now_read(&now, &err);
        if (code != BG_OK) { /* a container without a machine id */
                assert_code(code, BG_SYSTEM);
                assert_says(&err, "/etc/machine-id");
                skip();
        }
        assert_true(now.wall >= wall && now.wall <= clock_usec(CLOCK_REALTIME));
        assert_true(now.boottime >= boottime && now.boottime <= clock_usec(CLOCK_BOOTTIME));
        assert_true(bg_is_machine_id(now.machine) && bg_is_machine_id(now.boot));
        char host[BG_HOST_BYTES] = "";
        assert_int_equal(gethostname(host, sizeof host - 1), 0);
        assert_string_equal(now.host, host);

        char id[64] = "";
        FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
        assert_non_null(f);
        assert_int_equal(fscanf(f, "%63s", id), 1);
        (void)fclose(f);
        size_t n = 0;
        for (const char *p = id; *p; p++)
                if (*p != '-')
                        assert_int_equal(now.boot[n++], *p);
}

static void time_goes_on(void **state)
{
        (void)state;
        struct bg_now a;
        struct bg_now b;
        if (bg_now_read(&a, NULL) != BG_OK)
                skip();
        assert_code(bg_now_read(&b, NULL), BG_OK);
        assert_true(b.boottime >= a.boottime);
        assert_string_equal(a.boot, b.boot);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_clocks_and_ids),
                cmocka_unit_test(time_goes_on),
        };
        return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
